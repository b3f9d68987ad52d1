import http from 'node:http';
import https from 'node:https';

/** GETs JSON, from a server with a certificate of its own too. @throws one sentence when there is none to be had */
export function fetchJson(
  url: string,
  { ca, headers }: { ca?: string | undefined; headers?: Record<string, string> | undefined } = {},
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const client = url.startsWith('https:') ? https : http;
    const request = client.get(
      url,
      { agent: false, timeout: 10_000, ...(ca && { ca }), ...(headers && { headers }) },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          if (response.statusCode !== 200) return reject(new Error(`status ${response.statusCode}`));
          try {
            resolve(JSON.parse(Buffer.concat(chunks).toString('utf8')));
          } catch {
            reject(new Error('the answer is no JSON'));
          }
        });
      },
    );
    request.on('timeout', () => request.destroy(new Error('no answer within 10 s')));
    request.on('error', reject);
  });
}
