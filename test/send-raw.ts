import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';

export interface RawAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
}

export interface RawRequest {
  method?: string;
  target?: string;
  /** Name, value, name, value. */
  headers?: string[];
  body?: string | Buffer;
}

/**
 * Sends exactly these bytes: neither path nor headers are touched, and a GET may have a body. `Host` is that of `base` unless the
 * headers begin with one. Trusts any certificate.
 */
export function sendRaw(
  base: string,
  { method = 'GET', target = '/', headers = [], body = '' }: RawRequest,
): Promise<RawAnswer> {
  const { protocol, hostname, port } = new URL(base);
  const length = Buffer.byteLength(body) > 0 ? ['content-length', String(Buffer.byteLength(body))] : [];
  const host = headers[0] === 'host' ? [] : ['host', `${hostname}:${port}`];
  const send = protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const outgoing = send(
      {
        hostname: hostname.replace(/^\[|\]$/g, ''),
        port,
        method,
        path: target,
        headers: [...host, ...headers, ...length],
        agent: false,
        rejectUnauthorized: false,
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('end', () =>
          resolve({
            status: incoming.statusCode ?? 0,
            headers: incoming.headers,
            text: Buffer.concat(chunks).toString(),
          }),
        );
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
