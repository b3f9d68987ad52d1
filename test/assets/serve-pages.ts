import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { SessionResult, Results as ShownResults } from '../../src/rating/read-results';
import { writeCode } from '../../src/twilio/poster-page';

const assets = path.join(__dirname, '..', '..', 'assets');
const types: Record<string, string> = { '.html': 'text/html', '.css': 'text/css', '.js': 'text/javascript' };
const number = '+15550100000';

/** The least that shows a result: what the bench measures the results page against. */
const barePage = `<!doctype html><meta charset="utf-8"><title>Bare</title><link rel="icon" href="data:,"><p id="result"></p>
<script>fetch('/results').then((answer) => answer.json()).then(({ sessions: [first] }) => { result.textContent = first.average; });</script>`;

export interface PageServer {
  url: string;
  /** What /results answers from now on; a status: that, without results; `null`: the connection breaks. */
  results: ShownResults | number | null;
  /** What /invitation says of it. */
  keepDays: number | null;
  language: string;
  /** How often /results was asked. */
  asked: number;
  close(): void;
}

/** The project's pages, with results that a test makes up. What the organiser's page asks for is left to the test. */
export async function servePages(): Promise<PageServer> {
  const http = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://any');
    const json = (value: unknown) =>
      response.setHeader('content-type', 'application/json').end(JSON.stringify(value));
    if (pathname === '/results') {
      server.asked += 1;
      if (server.results === null) response.destroy();
      else if (typeof server.results === 'number') response.writeHead(server.results).end();
      else json(server.results);
    } else if (pathname === '/invitation') {
      json({ number, written: '+1 555 010 0000', keepDays: server.keepDays, language: server.language });
    } else if (pathname === '/poster') {
      const code = writeCode(number, searchParams.get('session') ?? '');
      response.setHeader('content-type', 'image/svg+xml').end(code);
    } else if (pathname === '/bare.html') {
      response.setHeader('content-type', 'text/html').end(barePage);
    } else {
      const file = { '/': '/index.html', '/organiser': '/organiser.private.html' }[pathname] ?? pathname;
      response.setHeader('content-type', types[path.extname(file)] ?? 'text/plain');
      response.end(readFileSync(path.join(assets, file)));
    }
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const server: PageServer = {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/`,
    results: null,
    keepDays: null,
    language: 'en',
    asked: 0,
    close() {
      http.closeAllConnections();
      http.close();
    },
  };
  return server;
}

export function sessionResult(change: Partial<SessionResult> = {}): SessionResult {
  return {
    keyword: 'KEYNOTE',
    title: 'Opening keynote',
    state: 'open',
    count: 4,
    average: 4.25,
    median: 4.5,
    interval: { low: 3.1, high: 4.8 },
    hidden: false,
    waitsFor: null,
    histogram: { 1: 0, 2: 0, 3: 1, 4: 1, 5: 2 },
    comments: [],
    ...change,
  };
}

export function resultsOf(
  sessions: SessionResult[],
  event: Partial<ShownResults['event']> = {},
): ShownResults {
  return {
    event: { title: 'Test event', language: 'en', minimumAnswers: 3, ...event },
    sessions,
  };
}

/** Sessions with long titles, many ratings and comments that are hard to set. */
export function manySessions(count: number): SessionResult[] {
  const texts = [
    'fine',
    'x'.repeat(1600),
    'many\nlines\n\n\n\nof it',
    '<img src=x onerror=document.title="owned"><b>bold</b>',
    'مرحبا (1) \u202eabc\u202c',
  ];
  return Array.from({ length: count }, (_, index) =>
    sessionResult({
      keyword: `SESSION${index}X`,
      title: index % 3 === 2 ? 'A title of a hundred and twenty letters '.repeat(3) : `Session ${index}`,
      state: (['open', 'open', 'closed', 'paused', 'scheduled'] as const)[index % 5] ?? 'open',
      count: 54_321,
      histogram: { 1: 10_864, 2: 10_864, 3: 10_865, 4: 10_864, 5: 10_864 },
      comments: texts.map((text, at) => ({ text, at })),
    }),
  );
}
