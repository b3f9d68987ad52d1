import type { IncomingMessage, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import path from 'node:path';
import { type AnswerSink, type Exchange, type ExpressPrototypes, exchangesOf } from './express-exchange';
import type { Route } from './routes';
import type { RequestOrder, ServeOrder } from './runtime-messages';

/** Twilio's own local runtime of a project. */
export interface TwilioApp {
  /** @param sink is given the answer, which `run` makes */
  exchange(order: RequestOrder, body: Buffer, sink: AnswerSink): Exchange;
  run(exchange: Exchange): void;
}

/**
 * Twilio's own local runtime of a project, in its fast mode: an Express application that runs the handlers in this process.
 * What Twilio put into it is called in its order, but without Express' router, which asks each piece anew whether it is meant:
 * all of them are for every path.
 * @param answerError is told what a piece threw or passed on, and answers
 * @throws one sentence when the project has none that is known, Twilio's words when it refuses the project
 */
export function createTwilioApp(
  {
    baseDir,
    domainName,
    variables,
    routes,
  }: Pick<ServeOrder, 'baseDir' | 'domainName' | 'variables' | 'routes'>,
  answerError: (error: unknown, exchange: Exchange) => void,
): TwilioApp {
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
  const handlers = handlersOf(app);
  return {
    exchange: exchangesOf(app),
    run(exchange) {
      const { request, response } = exchange;
      let at = 0;
      const next = (error?: unknown): void => {
        const handler = handlers[at++];
        if (error) answerError(error, exchange);
        else if (!handler) response.answerInstead(404, 'Could not find requested resource');
        else attempt(handler);
      };
      const attempt = (handler: ExpressHandler): void => {
        try {
          handler(request, response, next);
        } catch (thrown) {
          answerError(thrown, exchange);
        }
      };
      // Where a file that cannot be sent is told.
      Object.assign(request, { next });
      next();
    },
  };
}

type ExpressHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void;

interface ExpressApp extends ExpressPrototypes {
  _router?: {
    stack: {
      name: string;
      handle: ExpressHandler;
      route?: { path: unknown; stack: { handle: ExpressHandler }[] };
    }[];
  };
}

function findTwilioServer(
  requireFromProject: NodeJS.Require,
): new (
  port: number,
  config: object,
) => { getApp(): ExpressApp } {
  try {
    return requireFromProject('@twilio/runtime-handler/dev').LocalDevelopmentServer;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
    throw new Error(
      'the project has no @twilio/runtime-handler: run npm install --save-exact @twilio/runtime-handler@2.0.1 twilio',
    );
  }
}

function handlersOf({ _router: router }: ExpressApp): ExpressHandler[] {
  if (!router) throw new Error('this version of @twilio/runtime-handler is not known: install 2.0.1');
  return (
    router.stack
      // What it does, an exchange has done already.
      .filter(({ name }) => name !== 'expressInit')
      // Twilio's runtime redirects it to twilio.com even where the project has one, which its platform does not.
      .filter(({ route }) => route?.path !== '/favicon.ico')
      .flatMap(({ handle, route }) => route?.stack.map((one) => one.handle) ?? [handle])
  );
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
