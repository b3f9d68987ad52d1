import https from 'node:https';

export interface Visit {
  status: number;
  body: string;
}

/** Opens a deployed URL as anybody could, with the host's name and certificate checked, on the stand-in's own port. */
export function visitSite(
  url: string,
  {
    port,
    ca,
    form,
    headers = {},
  }: { port: number; ca: string; form?: Record<string, string>; headers?: Record<string, string> },
): Promise<Visit> {
  const { host, pathname, search } = new URL(url);
  const body = form ? new URLSearchParams(form).toString() : '';
  const type = form ? { 'Content-Type': 'application/x-www-form-urlencoded' } : {};
  return new Promise((resolve, reject) => {
    const request = https.request(
      {
        port,
        ca,
        host: '127.0.0.1',
        servername: host,
        path: pathname + search,
        method: form ? 'POST' : 'GET',
        headers: { Host: host, ...type, ...headers, 'Content-Length': Buffer.byteLength(body) },
        agent: false,
      },
      async (response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of response) chunks.push(chunk as Buffer);
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() });
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}
