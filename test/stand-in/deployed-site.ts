/**
 * `*.twil.io`: serves the build that an environment has active. Functions run in Twilio's own local runtime
 * (@twilio/runtime-handler 2.0.1), laid out as deployed: flat files named after their version, only the declared
 * dependencies within reach. In front of it, what the platform does and the local runtime does not: private has no URL,
 * protected needs a signature of the account's primary token, checked with Twilio's own library.
 * Source: https://www.twilio.com/docs/serverless/functions-assets/visibility and .../request-flow
 */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { validateRequest } from 'twilio/lib/webhooks/webhooks';
import type { Build, Environment, Service, TwilioState, Version } from './twilio-account';

const unauthorized = 'Unauthorized - you are not authenticated to perform this request';
const modules = path.join(__dirname, '..', '..', 'node_modules');

interface Running {
  key: string;
  child: ChildProcess;
  port: Promise<number>;
  dir: string;
}

export class DeployedSites {
  readonly #running = new Map<string, Running>();

  /** @param processEnvironment what the deployed code's process gets, so that its own calls reach the stand-in too */
  constructor(
    readonly state: TwilioState,
    readonly processEnvironment: () => Record<string, string>,
  ) {}

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const site = this.#find(request.headers.host ?? '');
    if (!site) return end(response, 404, 'not found');
    const { service, environment, build } = site;
    const body = await readBody(request);
    const target = (request.url ?? '/').split('?', 1)[0];
    const versions = build.versions.filter(({ path: url }) => url === target);
    const version = versions[0] ?? build.versions.find((one) => target === '/' && isHome(one));
    if (!version || version.visibility === 'private') return end(response, 404, 'not found');
    if (version.visibility === 'protected' && !this.#isSigned({ request, body, service }))
      return end(response, 403, unauthorized);
    if (version.kind === 'asset') {
      response.writeHead(200, { 'content-type': version.contentType }).end(version.content);
      return;
    }
    const port = await this.#run(service, environment, build);
    const inner = http.request(
      { port, host: '127.0.0.1', method: request.method, path: request.url, headers: request.headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    inner.on('error', () => end(response, 500, 'the runtime ended'));
    inner.end(body);
  }

  close(): void {
    for (const { child, dir } of this.#running.values()) stop(child, dir);
    this.#running.clear();
  }

  #find(host: string): { service: Service; environment: Environment; build: Build } | undefined {
    for (const service of this.state.services) {
      const environment = service.environments.find(({ domain_name }) => domain_name === host);
      const build = service.builds.find(({ sid }) => sid === environment?.build_sid);
      if (environment && build) return { service, environment, build };
    }
    return undefined;
  }

  #isSigned({
    request,
    body,
    service,
  }: {
    request: IncomingMessage;
    body: Buffer;
    service: Service;
  }): boolean {
    const token = this.state.accounts.find(({ sid }) => sid === service.accountSid)?.primaryToken ?? '';
    const form = (request.headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded');
    const params = form ? Object.fromEntries(new URLSearchParams(body.toString())) : {};
    const url = `https://${request.headers.host}${request.url}`;
    return validateRequest(token, String(request.headers['x-twilio-signature'] ?? ''), url, params);
  }

  #run(service: Service, environment: Environment, build: Build): Promise<number> {
    const variables: Record<string, string> = {
      ...Object.fromEntries(environment.variables.map(({ key, value }) => [key, value])),
      ACCOUNT_SID: service.accountSid,
      AUTH_TOKEN: this.state.accounts.find(({ sid }) => sid === service.accountSid)?.primaryToken ?? '',
      SERVICE_SID: service.sid,
      ENVIRONMENT_SID: environment.sid,
    };
    const key = JSON.stringify([build.sid, variables]);
    const running = this.#running.get(environment.sid);
    if (running?.key === key) return running.port;
    if (running) stop(running.child, running.dir);
    const dir = mkdtempSync(path.join(tmpdir(), 'stand-in-site-'));
    const child = fork(path.join(__dirname, 'site-process.js'), {
      env: { ...process.env, ...this.processEnvironment() },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const port = new Promise<number>((resolve, reject) => {
      child.once('message', (message: { port: number }) => resolve(message.port));
      child.once('exit', () => reject(new Error('the runtime of the stand-in did not start')));
    });
    child.send({ baseDir: dir, domain: environment.domain_name, variables, ...layOut(dir, build) });
    this.#running.set(environment.sid, { key, child, port, dir });
    return port;
  }
}

function layOut(dir: string, { versions, dependencies }: Build): { functions: object[]; assets: object[] } {
  writeFileSync(
    path.join(dir, 'package.json'),
    JSON.stringify({ dependencies: Object.fromEntries(dependencies.map((one) => [one.name, one.version])) }),
  );
  for (const { name } of dependencies) {
    const link = path.join(dir, 'node_modules', name);
    mkdirSync(path.dirname(link), { recursive: true });
    symlinkSync(path.join(modules, name), link);
  }
  const write = (version: Version, extension: string) => {
    const filePath = path.join(dir, `${version.sid}${extension}`);
    writeFileSync(filePath, version.content);
    const { kind: type, path: url, visibility: access } = version;
    return { type, name: url, path: url, access, filePath, content: '' };
  };
  return {
    functions: versions.filter(({ kind }) => kind === 'function').map((version) => write(version, '.js')),
    assets: versions.filter(({ kind }) => kind === 'asset').map((version) => write(version, '')),
  };
}

function isHome({ kind, path: url, visibility }: Version): boolean {
  return kind === 'asset' && url === '/assets/index.html' && visibility === 'public';
}

function stop(child: ChildProcess, dir: string): void {
  child.kill('SIGKILL');
  rmSync(dir, { recursive: true, force: true });
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function end(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain' }).end(text);
}
