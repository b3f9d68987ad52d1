/**
 * What the pages weigh, and how long the results page takes to its first result, in Chromium, next to a bare page that does
 * one fetch and writes one number: on this machine, and over a network like a phone's (150 ms, 1.6 Mbit/s, the "slow 4G" of
 * Lighthouse). Medians of pages opened in turn, caches empty. Exits 1 when a view weighs 60 kB or more with all it asks for,
 * or when the first result takes more than twice as long as on the bare page over a phone's network.
 *
 * Run: npx tsx bench/page.ts
 */
import { type Browser, chromium } from 'playwright-core';
import { manySessions, type PageServer, resultsOf, servePages } from '../test/assets/serve-pages';
import { chromiumArguments, findProgram } from '../test/requires';

const rounds = 15;
const mostBytes = 60_000;
const mostRatio = 2;
/** https://github.com/GoogleChrome/lighthouse/blob/main/docs/throttling.md */
const phoneNetwork = {
  offline: false,
  latency: 150,
  downloadThroughput: 1.6e6 / 8,
  uploadThroughput: 0.75e6 / 8,
};

interface Opened {
  /** From the beginning of the navigation to the first frame after the first result, in milliseconds. */
  time: number;
  bytes: number;
  requests: number;
}

async function open(
  browser: Browser,
  url: string,
  result: string,
  network: typeof phoneNetwork | null,
): Promise<Opened> {
  const page = await browser.newPage();
  const client = await page.context().newCDPSession(page);
  await client.send('Network.enable');
  if (network) await client.send('Network.emulateNetworkConditions', network);
  let bytes = 0;
  let requests = 0;
  client.on('Network.loadingFinished', ({ encodedDataLength }) => {
    bytes += encodedDataLength;
    requests += 1;
  });
  await page.addInitScript(`
    const look = () => {
      const seen = document.querySelector(${JSON.stringify(result)});
      if (/\\d/.test(seen?.textContent ?? '')) requestAnimationFrame(() => { window.firstResult = performance.now(); });
      else requestAnimationFrame(look);
    };
    look();`);
  await page.goto(url);
  const time = await page.evaluate<number>(`new Promise((resolve) => {
    const wait = () => (window.firstResult ? resolve(window.firstResult) : setTimeout(wait, 20));
    wait();
  })`);
  const opened = { time, bytes, requests };
  await page.close();
  return opened;
}

const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

async function compare(browser: Browser, server: PageServer, network: typeof phoneNetwork | null) {
  const contests = {
    bare: { url: `${server.url}bare.html`, result: '#result' },
    page: { url: server.url, result: '.average strong' },
    projector: { url: `${server.url}?view=projector`, result: '.average strong' },
  };
  const opened: Record<string, Opened[]> = { bare: [], page: [], projector: [] };
  for (let round = -2; round < rounds; round += 1) {
    for (const [name, { url, result }] of Object.entries(contests)) {
      const one = await open(browser, url, result, network);
      // The first ones warm the browser up.
      if (round >= 0) opened[name]?.push(one);
    }
  }
  const bare = median((opened.bare ?? []).map(({ time }) => time));
  return Object.entries(opened).map(([name, all]) => {
    const time = median(all.map((one) => one.time));
    return { name, time, ratio: time / bare, bytes: all[0]?.bytes ?? 0, requests: all[0]?.requests ?? 0 };
  });
}

async function main(): Promise<void> {
  const server = await servePages();
  server.results = resultsOf(manySessions(2));
  const browser = await chromium.launch({ executablePath: findProgram('Chromium'), args: chromiumArguments });
  const broken: string[] = [];
  try {
    for (const [place, network] of [
      ['on this machine', null],
      ['over a phone’s network', phoneNetwork],
    ] as const) {
      for (const { name, time, ratio, bytes, requests } of await compare(browser, server, network)) {
        console.log(
          `${name}, ${place}: first result after ${time.toFixed(0)} ms, ${ratio.toFixed(2)}x the bare page; ${(bytes / 1000).toFixed(1)} kB in ${requests} requests`,
        );
        if (bytes >= mostBytes) broken.push(`${name} weighs ${bytes} bytes`);
        // A projector is opened once.
        if (network && name === 'page' && ratio > mostRatio)
          broken.push(`${name} takes ${ratio.toFixed(2)} times as long`);
      }
    }
  } finally {
    await browser.close();
    server.close();
  }
  for (const fault of broken) console.error(`broken: ${fault}`);
  if (broken.length > 0) process.exitCode = 1;
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
