import path from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import pc from 'picocolors';
import { buildBundle, releaseCompiler } from '../bundle/build-bundle';
import { watchBundle } from '../bundle/watch-bundle';
import { checkReserved, checkVariableSizes } from '../doctor/project/check-environment';
import { describeProblems } from '../doctor/project/check-project';
import { startConsole } from '../emulator/console/console-server';
import { createEdge, isLoopbackHost, isPublicUrl } from '../emulator/create-edge';
import { findTampering } from '../emulator/find-tampering';
import type { Enforcement } from '../emulator/gateway';
import { localCertificate } from '../emulator/local-certificate';
import { MessageLog } from '../emulator/phone/message-log';
import { Messaging } from '../emulator/phone/messaging';
import { OptOutsOnDisk } from '../emulator/phone/opt-outs-on-disk';
import { RequestLog, type RequestRecord } from '../emulator/request-log';
import { announceEmulator } from '../emulator/running-emulator';
import { SignatureMemory } from '../emulator/signature-memory';
import { migrateStore } from '../storage/open';
import { StoreUnavailable } from '../storage/rating-store';
import { checkConfig } from '../twilio/config';
import { checkEventFile, findEventFaults } from './check-event-file';
import { describeFinding } from './describe-finding';
import { describeStart } from './describe-start';
import { type Environment, localVariables, readEnvironment } from './environment';
import { explainRefusal } from './explain-refusal';
import { describeRequest, describeRuntimeEvent, meaningOf } from './terminal-line';
import { UsageFault } from './usage-fault';
import { userinfoOf, withUserinfo } from './webhook-option';

interface StartOptions {
  port: number;
  consolePort: number;
  host: string;
  publicUrl?: string;
  https?: boolean;
  env?: string;
  inspect?: number | true;
  enforce: Enforcement;
  data: string;
  watch: boolean;
  allowNetwork?: boolean;
}

/** `ringtrue start`: builds, then runs edge, runtime and console until it is interrupted. */
export function startCommand(): Command {
  return new Command('start')
    .description('Run the event on this machine, behind an edge that refuses what Twilio did not sign')
    .option('--port <port>', 'where the edge listens', readPort, 3000)
    .option('--console-port <port>', 'where the console listens', readPort, 3001)
    .option('--host <address>', 'the address to listen on', '127.0.0.1')
    .option('--public-url <url>', 'the URL Twilio calls (a tunnel): what signatures are checked against')
    .option('--https', 'serve HTTPS with a certificate for this machine')
    .option('--env <file>', 'variables of the project (default: .env)')
    .addOption(
      new Option('--enforce <mode>', 'what happens to a request Twilio did not sign')
        .choices(['on', 'observe', 'off'])
        .default('on'),
    )
    .option('--data <folder>', 'where ratings and demo credentials are kept', '.ringtrue')
    .option(
      '--inspect [port]',
      'let a debugger connect (default: 9229); handlers then have no time limit',
      readPort,
    )
    .option('--allow-network', 'listen on --host although others can reach it and the Auth Token is real')
    .option('--no-watch', 'do not build again when a source changes')
    .action(start);
}

async function start(options: StartOptions): Promise<void> {
  const dir = process.cwd();
  const dataDir = path.resolve(dir, options.data);
  const publicUrl = readPublicUrl(options.publicUrl);
  const environment = readEnvironment({ dir, envFile: options.env, dataDir, makeDemo: true });
  refuseUnsafe(options, environment);
  warnOfVariables(options.env ?? '.env', environment);
  checkEventFile(dir);
  const variables = {
    ...localVariables(environment.variables, dataDir),
    ...publicUrlVariable(options, publicUrl),
  };
  await prepareStore(variables);
  const bundle = await buildBundle(dir);
  releaseCompiler();

  const log = new RequestLog();
  const memory = new SignatureMemory();
  const { accountSid, authToken } = environment.credentials;
  const userinfo = userinfoOf(variables);
  const explain = (record: RequestRecord): string | null => {
    const paths = edge.routes().map((route) => route.path);
    const tampering =
      record.reason === 'signature-mismatch'
        ? (memory.compare(record) ?? findTampering(record, { authToken, paths }))
        : null;
    const knownUrls = paths.map((one) => edge.publicUrl + one);
    return tampering ?? explainRefusal(record, { authToken, knownUrls });
  };
  const tls = options.https ? await localCertificate(dataDir) : undefined;
  const edge = await explainPort(options, '--port', () =>
    createEdge({
      dir,
      env: variables,
      publicUrl,
      tls,
      port: options.port,
      host: options.host,
      enforce: options.enforce,
      inspectPort: options.inspect === true ? 9229 : options.inspect,
      onRequest(record) {
        log.add(record);
        if (!isQuiet(record)) console.log(describeRequest(record, explain(record)));
        if (record.verdict === 'passed') memory.remember(record);
      },
      onRuntimeEvent(event) {
        const line = describeRuntimeEvent(event, dir);
        if (line) console.log(line);
      },
    }),
  );
  const reroute = { publicUrl: edge.publicUrl, edgeUrl: edge.url };
  const page = await explainPort(options, '--console-port', () =>
    startConsole({
      log,
      port: options.consolePort,
      messages: new MessageLog(),
      messaging: new Messaging({ optOuts: new OptOutsOnDisk({ dataDir, secret: authToken }) }),
      webhook: {
        url: withUserinfo(`${edge.publicUrl}/sms/incoming`, userinfo),
        fallbackUrl: withUserinfo(`${edge.publicUrl}/sms/fallback`, userinfo),
        accountSid,
        authToken,
        reroute,
        ca: tls?.cert,
      },
      edge: reroute,
      explain(id) {
        const record = log.find(id);
        return record?.reason ? (explain(record) ?? meaningOf(record.reason)) : null;
      },
    }),
  ).catch(async (error) => {
    await edge.close();
    throw error;
  });
  const withdraw = announceEmulator(dataDir, {
    pid: process.pid,
    url: edge.url,
    publicUrl: edge.publicUrl,
    consoleUrl: page.url,
    ca: tls?.cert ?? null,
    userinfo,
  });
  const watch = options.watch
    ? await watchBundle(dir, {
        findFaults: () => findEventFaults(dir),
        onBundle: () =>
          void edge.reload().then(
            () => console.log(pc.dim('built again, serving the new code')),
            (error) => console.log(pc.red(`built again, and cannot be served: ${error.message}`)),
          ),
        onFault: ({ messages }) =>
          console.log(pc.red([...messages, 'not built: what was served before still is'].join('\n'))),
      })
    : undefined;

  let closing = false;
  const close = async (): Promise<void> => {
    if (closing) return;
    closing = true;
    withdraw();
    await Promise.all([watch?.close(), page.close(), edge.close()]);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, close);
  // Nobody reads what it says any more: its terminal is closed, or `| head` has enough.
  process.stdout.on('error', close);
  console.log(describeStart({ edge, page, bundle, environment, variables, options }));
}

// A store that cannot be used as configured is no start; one that is away may come back, and handlers say so until then.
async function prepareStore(variables: Record<string, string>): Promise<void> {
  try {
    await migrateStore(checkConfig(variables, false).store);
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    console.log(pc.yellow(`${error.message}: until it can, ratings are refused and their senders told so.`));
  }
}

// The results page asks every two seconds: what went well and changed nothing is in the console only.
function isQuiet({ method, verdict, status }: RequestRecord): boolean {
  return method === 'GET' && verdict === 'passed' && status !== null && status < 400;
}

function refuseUnsafe(
  { host, publicUrl, enforce, port, consolePort, allowNetwork }: StartOptions,
  { credentials, variables }: Environment,
): void {
  const loopback = isLoopbackHost(host);
  if (variables.SYNC_SERVICE_SID && credentials.source === 'demo') {
    throw new UsageFault(
      'SYNC_SERVICE_SID is of a Twilio account, and there are only demo credentials here: set ACCOUNT_SID and AUTH_TOKEN, or remove it and ratings go to a file.',
    );
  }
  if (enforce === 'off' && (!loopback || publicUrl)) {
    throw new UsageFault(
      '--enforce off lets anyone forge ratings: it works only on loopback and without --public-url.',
    );
  }
  if (!loopback && credentials.source !== 'demo' && !allowNetwork) {
    throw new UsageFault(
      `--host ${host} would offer a service with a real Auth Token to the network: use a tunnel and --public-url, or say --allow-network.`,
    );
  }
  if (port !== 0 && port === consolePort) throw new UsageFault('--port and --console-port must differ.');
}

// Here there is room for any variable; Twilio has little, and says so only at the end of a deploy. What it sets itself nobody can set.
function warnOfVariables(file: string, { variables }: Environment): void {
  const problems = [...checkReserved(file, variables), ...checkVariableSizes(variables)];
  for (const finding of describeProblems(problems)) console.log(describeFinding(finding));
}

// A port that is taken is the commonest fault of a start: say which one, and which flag changes it.
async function explainPort<T>(
  { port, consolePort, host }: StartOptions,
  flag: '--port' | '--console-port',
  listen: () => Promise<T>,
): Promise<T> {
  try {
    return await listen();
  } catch (error) {
    const wanted = flag === '--port' ? port : consolePort;
    switch ((error as NodeJS.ErrnoException).code) {
      case 'EADDRINUSE':
        throw new UsageFault(
          `Port ${wanted} is in use: stop the program that has it, or choose another with ${flag}.`,
        );
      case 'EACCES':
        throw new UsageFault(`Port ${wanted} is not yours to open: choose one above 1023 with ${flag}.`);
      case 'EADDRNOTAVAIL':
      case 'ENOTFOUND':
        throw new UsageFault(`${host} is not an address of this machine: change --host.`);
      default:
        throw error;
    }
  }
}

function readPort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65535)
    throw new InvalidArgumentError('A port is a number from 0 to 65535.');
  return port;
}

// Handlers take a password where they are reached by HTTPS, and neither scheme nor Host ever reaches one.
function publicUrlVariable(
  { https, host, port }: StartOptions,
  publicUrl: string | undefined,
): Record<string, string> {
  if (publicUrl !== undefined) return { PUBLIC_URL: publicUrl };
  const named = https && !isLoopbackHost(host) && port !== 0;
  return named ? { PUBLIC_URL: `https://${host.includes(':') ? `[${host}]` : host}:${port}` } : {};
}

function readPublicUrl(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  if (!isPublicUrl(text)) {
    throw new UsageFault(
      '--public-url must be http:// or https:// with a host and no user, query or fragment.',
    );
  }
  return text;
}
