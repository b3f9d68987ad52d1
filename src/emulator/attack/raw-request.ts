import net from 'node:net';
import tls from 'node:tls';

/** A request as an attacker writes it: every byte is theirs. */
export interface RawRequest {
  method: string;
  /** Anything that goes into the request line. */
  target: string;
  /** As written, in order. Host is added when it is missing, Content-Length when the body has no length yet. */
  headers: [name: string, value: string][];
  body: string | Uint8Array;
}

/** `null`: the connection ended without an answer. */
export interface RawAnswer {
  status: number | null;
  body: string;
}

const timeLimit = 10_000;
const maxAnswer = 1024 * 1024;

/** Writes the request onto a connection of its own and reads what comes back. Never throws. */
export function sendRaw(origin: string, request: RawRequest): Promise<RawAnswer> {
  const { protocol, hostname, port } = new URL(origin);
  const secure = protocol === 'https:';
  const host = hostname.replace(/^\[|\]$/g, '');
  const where = { host, port: Number(port || (secure ? 443 : 80)) };
  return new Promise((resolve) => {
    const socket = secure
      ? // The attacker does not care who answers.
        tls.connect({ ...where, rejectUnauthorized: false, ...(!net.isIP(host) && { servername: host }) })
      : net.connect(where);
    const chunks: Buffer[] = [];
    let size = 0;
    const finish = () => {
      socket.destroy();
      resolve(readAnswer(Buffer.concat(chunks)));
    };
    socket.setTimeout(timeLimit, finish);
    socket.on('error', finish);
    socket.on('close', finish);
    socket.on('end', finish);
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.byteLength;
      if (size > maxAnswer) finish();
    });
    socket.write(writeRequest(request, new URL(origin).host));
  });
}

function writeRequest({ method, target, headers, body }: RawRequest, host: string): Buffer {
  const has = (name: string) => headers.some(([given]) => given.toLowerCase() === name);
  const bytes = Buffer.from(body);
  const all = [...headers];
  if (!has('host')) all.unshift(['Host', host]);
  if (bytes.byteLength > 0 && !has('content-length') && !has('transfer-encoding')) {
    all.push(['Content-Length', String(bytes.byteLength)]);
  }
  if (!has('connection')) all.push(['Connection', 'close']);
  const head = [`${method} ${target} HTTP/1.1`, ...all.map(([name, value]) => `${name}: ${value}`), '', ''];
  return Buffer.concat([Buffer.from(head.join('\r\n'), 'latin1'), bytes]);
}

function readAnswer(bytes: Buffer): RawAnswer {
  const text = bytes.toString('utf8');
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(text)?.[1];
  const bodyAt = text.indexOf('\r\n\r\n');
  return { status: status ? Number(status) : null, body: bodyAt === -1 ? '' : text.slice(bodyAt + 4) };
}

/** Reads a request back out of what went over a line; `undefined` when those bytes say nothing. */
export function readCapture(bytes: Buffer): RawRequest | undefined {
  const text = bytes.toString('latin1');
  const bodyAt = text.indexOf('\r\n\r\n');
  const [line = '', ...rest] = text.slice(0, bodyAt).split('\r\n');
  const [, method, target] = /^([A-Z]+) (\S+) HTTP\/1\.1$/.exec(line) ?? [];
  if (bodyAt === -1 || method === undefined || target === undefined) return undefined;
  const headers = rest.map((header): [string, string] => {
    const colon = header.indexOf(':');
    return [header.slice(0, colon), header.slice(colon + 1).trim()];
  });
  return {
    method,
    target,
    headers: headers.filter(([name]) => !/^(?:host|content-length|connection)$/i.test(name)),
    body: bytes.subarray(bodyAt + 4),
  };
}
