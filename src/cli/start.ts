import path from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import pc from 'picocolors';
import { type Bundle, buildBundle } from '../bundle/build-bundle';
import { watchBundle } from '../bundle/watch-bundle';
import { createEdge, type Edge, type EdgeOptions } from '../emulator/create-edge';
import type { Enforcement } from '../emulator/gateway';
import { RequestLog } from '../emulator/request-log';
import { SignatureMemory } from '../emulator/signature-memory';
import { type Environment, localVariables, readEnvironment } from './environment';
import { describeRequest, describeRuntimeEvent } from './terminal-line';
import { UsageFault } from './usage-fault';

interface StartOptions {
  port: number;
  consolePort: number;
  host: string;
  publicUrl?: string;
  env?: string;
  enforce: Enforcement;
  data: string;
  watch: boolean;
}

/** `ringtrue start`: builds, then runs edge, runtime and console until it is interrupted. */
export function startCommand(): Command {
  return new Command('start')
    .description('Run the event on this machine, behind an edge that refuses what Twilio did not sign')
    .option('--port <port>', 'where the edge listens', readPort, 3000)
    .option('--console-port <port>', 'where the console listens', readPort, 3001)
    .option('--host <address>', 'the address to listen on', '127.0.0.1')
    .option('--public-url <url>', 'the URL Twilio calls (a tunnel): what signatures are checked against')
    .option('--env <file>', 'variables of the project (default: .env)')
    .addOption(
      new Option('--enforce <mode>', 'what happens to a request Twilio did not sign')
        .choices(['on', 'observe', 'off'])
        .default('on'),
    )
    .option('--data <folder>', 'where ratings and demo credentials are kept', '.ringtrue')
    .option('--no-watch', 'do not build again when a source changes')
    .action(start);
}

async function start(options: StartOptions): Promise<void> {
  const dir = process.cwd();
  const dataDir = path.resolve(dir, options.data);
  const publicUrl = readPublicUrl(options.publicUrl);
  const environment = readEnvironment({ dir, envFile: options.env, dataDir });
  refuseUnsafe(options, environment);
  const bundle = await buildBundle(dir);

  const log = new RequestLog();
  const memory = new SignatureMemory();
  const variables = localVariables(environment.variables, dataDir);
  const edge = await listenOrExplain(options.port, '--port', {
    dir,
    env: variables,
    publicUrl,
    port: options.port,
    host: options.host,
    enforce: options.enforce,
    onRequest(record) {
      log.add(record);
      console.log(describeRequest(record, memory));
      if (record.verdict === 'passed') memory.remember(record);
    },
    onRuntimeEvent(event) {
      const line = describeRuntimeEvent(event, dir);
      if (line) console.log(line);
    },
  });
  const watch = options.watch
    ? watchBundle(dir, {
        onBundle: () =>
          void edge.reload().then(() => console.log(pc.dim('built again, serving the new code'))),
        onFault: ({ messages }) => console.log(pc.red(messages.join('\n'))),
      })
    : undefined;

  printBlock({ edge, bundle, environment, variables, options });

  let closing = false;
  const close = async (): Promise<void> => {
    if (closing) return;
    closing = true;
    await Promise.all([watch?.close(), edge.close()]);
  };
  process.on('SIGINT', close);
  process.on('SIGTERM', close);
}

function printBlock({
  edge,
  bundle,
  environment,
  variables,
  options,
}: {
  edge: Edge;
  bundle: Bundle;
  environment: Environment;
  variables: Record<string, string>;
  options: StartOptions;
}): void {
  const { credentials } = environment;
  const from = {
    demo: `made up for this checkout, never sent to Twilio (${path.join(options.data, 'credentials.json')})`,
    file: `from ${options.env ?? '.env'}`,
    environment: 'from the process environment',
  }[credentials.source];
  const rows: [name: string, value: string][] = [
    ['results', `${edge.url}/`],
    ['webhook', `${edge.publicUrl}/sms/incoming`],
    ['fallback', `${edge.publicUrl}/sms/fallback`],
    [
      'organiser',
      `${edge.url}/organiser/  user ${variables.ORGANISER_USER}  ${organiserPassword(environment, variables)}`,
    ],
    ['account', `${credentials.accountSid}, its token ${from}`],
    [
      'ratings',
      variables.DATABASE_URL
        ? 'PostgreSQL (DATABASE_URL)'
        : path.relative(process.cwd(), variables.RATINGS_FILE ?? ''),
    ],
    ['try', 'npm run sms -- "KEYNOTE 5 loved it"'],
  ];
  console.log();
  for (const [name, value] of rows) console.log(`  ${pc.dim(name.padEnd(10))} ${value}`);
  console.log();
  if (options.enforce !== 'on') {
    console.log(
      pc.bgRed(pc.white(` --enforce ${options.enforce}: requests that Twilio did not sign reach your code `)),
    );
  }
  console.log(`${pc.green('ready')}, serving ${bundle.functions.length} functions; Ctrl-C ends it`);
}

// A password of the project's own is known to its owner; the made-up one has to be told.
function organiserPassword(
  { variables: own }: Environment,
  { ORGANISER_PASSWORD }: Record<string, string>,
): string {
  return own.ORGANISER_PASSWORD ? 'password from your variables' : `password ${ORGANISER_PASSWORD}`;
}

function refuseUnsafe(
  { host, publicUrl, enforce, port, consolePort }: StartOptions,
  { credentials }: Environment,
): void {
  const loopback = isLoopback(host);
  if (enforce === 'off' && (!loopback || publicUrl)) {
    throw new UsageFault(
      '--enforce off lets anyone forge ratings: it works only on loopback and without --public-url.',
    );
  }
  if (!loopback && credentials.source !== 'demo') {
    throw new UsageFault(
      `--host ${host} would offer a service with a real Auth Token to the network: use a tunnel and --public-url.`,
    );
  }
  if (port !== 0 && port === consolePort) throw new UsageFault('--port and --console-port must differ.');
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
}

async function listenOrExplain(port: number, flag: string, options: EdgeOptions): Promise<Edge> {
  try {
    return await createEdge(options);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') {
      throw new UsageFault(
        `Port ${port} is in use: stop the program that has it, or choose another with ${flag}.`,
      );
    }
    if (code === 'EACCES')
      throw new UsageFault(`Port ${port} is not yours to open: choose one above 1023 with ${flag}.`);
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
      throw new UsageFault(`${options.host} is not an address of this machine: change --host.`);
    }
    throw error;
  }
}

function readPort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65535)
    throw new InvalidArgumentError('A port is a number from 0 to 65535.');
  return port;
}

function readPublicUrl(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  if (!/^https?:\/\/[^/?#@\s]+(?:\/[^?#\s]*)?$/i.test(text)) {
    throw new UsageFault(
      '--public-url must be http:// or https:// with a host and no user, query or fragment.',
    );
  }
  return text;
}
