import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Route } from './routes';
import type { ServeOrder } from './runtime-messages';

/**
 * Twilio's own local runtime of a project, in its fast mode: an Express application that runs the handlers in this process.
 * @throws one sentence when the project has none, Twilio's words when it refuses the project
 */
export function createTwilioApp(
  {
    baseDir,
    domainName,
    variables,
    routes,
  }: Pick<ServeOrder, 'baseDir' | 'domainName' | 'variables' | 'routes'>,
  answerError: ErrorHandler,
): RequestListener {
  // The project's own copy, because its `twilio` must be the one that handlers make TwiML with.
  const requireFromProject = createRequire(path.join(baseDir, 'package.json'));
  const LocalDevelopmentServer = findTwilioServer(requireFromProject);
  const server = new LocalDevelopmentServer(0, {
    baseDir,
    env: variables,
    url: `http://${domainName}`,
    live: false,
    logs: false,
    legacyMode: false,
    detailedLogs: false,
    forkProcess: false,
    enableDebugLogs: false,
    appName: 'ringtrue',
    routes: { functions: twilioRoutes(routes, 'function'), assets: twilioRoutes(routes, 'asset') },
  });
  const app = server.getApp();
  leaveFaviconToAssets(app);
  app.use(answerError);
  return app;
}

/** Express tells it from other handlers by its four parameters. */
export type ErrorHandler = (
  error: unknown,
  request: IncomingMessage,
  response: ServerResponse,
  next: unknown,
) => void;

interface TwilioApp extends RequestListener {
  use(answerError: ErrorHandler): void;
  _router?: { stack?: { route?: { path?: unknown } }[] };
}

function findTwilioServer(
  requireFromProject: NodeJS.Require,
): new (
  port: number,
  config: object,
) => { getApp(): TwilioApp } {
  try {
    return requireFromProject('@twilio/runtime-handler/dev').LocalDevelopmentServer;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
    throw new Error(
      'the project has no @twilio/runtime-handler: run npm install --save-exact @twilio/runtime-handler@2.0.1 twilio',
    );
  }
}

// Twilio's runtime redirects /favicon.ico to twilio.com even where the project has one, which its platform does not.
function leaveFaviconToAssets(app: TwilioApp): void {
  const layers = app._router?.stack;
  const at = layers?.findIndex(({ route }) => route?.path === '/favicon.ico') ?? -1;
  if (at >= 0) layers?.splice(at, 1);
}

function twilioRoutes(routes: Route[], kind: Route['kind']): object[] {
  return routes
    .filter((route) => route.kind === kind)
    .map(({ path: url, access, filePath }) => ({
      type: kind,
      name: url,
      path: url,
      access,
      filePath,
      content: '',
    }));
}
