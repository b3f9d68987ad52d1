import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';
import type { Results } from '../../src/rating/read-results';
import { chromiumArguments, describeWith } from '../requires';

const assets = path.join(__dirname, '..', '..', 'assets');
const types: Record<string, string> = { '.html': 'text/html', '.css': 'text/css', '.js': 'text/javascript' };

function session(change: Partial<Results['sessions'][number]> = {}): Results['sessions'][number] {
  return {
    keyword: 'KEYNOTE',
    title: 'Opening keynote',
    state: 'open',
    count: 4,
    average: 4.25,
    median: 4.5,
    interval: { low: 3.1, high: 4.8 },
    hidden: false,
    histogram: { 1: 0, 2: 0, 3: 1, 4: 1, 5: 2 },
    comments: [],
    ...change,
  };
}

describeWith('Chromium', 'the results page', (executablePath) => {
  let browser: Browser;
  let server: Server;
  let page: Page;
  let url: string;
  let results: Results;
  let down = false;
  const faults: string[] = [];

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: chromiumArguments });
    server = createServer((request, response) => {
      const target = request.url === '/' ? '/index.html' : (request.url ?? '');
      if (target === '/results') {
        if (down) response.destroy();
        else response.setHeader('content-type', 'application/json').end(JSON.stringify(results));
        return;
      }
      response.setHeader('content-type', types[path.extname(target)] ?? 'text/plain');
      response.end(readFileSync(path.join(assets, target)));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });
  afterAll(async () => {
    await browser.close();
    server.closeAllConnections();
    server.close();
  });
  beforeEach(async () => {
    results = { event: { title: 'Test event', minimumAnswers: 3 }, sessions: [session()] };
    down = false;
    faults.length = 0;
    page = await browser.newPage();
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('request', (request) => {
      if (!request.url().startsWith(url) && !request.url().startsWith('data:'))
        faults.push(`asked ${request.url()}`);
    });
  });
  afterEach(() => page.close());

  const shown = (selector: string) => page.locator(selector).first().textContent();

  test('shows average, count, median and histogram', async () => {
    await page.goto(url);
    await page.getByText('4 ratings, median 4.5').waitFor();
    expect(await shown('h1')).toBe('Test event');
    expect(await shown('.average strong')).toBe('4.3');
    expect(await page.locator('.histogram .count').allTextContents()).toEqual(['2', '1', '1', '0', '0']);
    expect(faults).toEqual([]);
  });

  test('says how sure the average is, or how few have answered', async () => {
    await page.goto(url);
    await page.getByText('between 3.1 and 4.8').waitFor();
    results = { ...results, sessions: [session({ count: 2, average: 4, median: 4, interval: null })] };
    await page.getByText('only 2 answers yet').waitFor();
    expect(await page.locator('.sure').textContent()).toBe('only 2 answers yet');
    expect(faults).toEqual([]);
  });

  test('shows no figures of a session whose results are not public', async () => {
    results.sessions = [session({ hidden: true, count: 0, average: null, median: null, interval: null })];
    await page.goto(url);
    await page.getByText('Results are not shown yet').waitFor();
    expect(await page.locator('.figures').isVisible()).toBe(false);
    expect(await page.locator('.histogram').isVisible()).toBe(false);
  });

  test('follows new ratings without a reload', async () => {
    await page.goto(url);
    await page.getByText('4 ratings').waitFor();
    results = {
      event: { title: 'Test event', minimumAnswers: 3 },
      sessions: [session({ count: 5, average: 4.4 })],
    };
    await page.getByText('5 ratings').waitFor();
    expect(await shown('.average strong')).toBe('4.4');
  });

  test('keeps what it showed when the network drops, and says so', async () => {
    await page.goto(url);
    await page.getByText('4 ratings').waitFor();
    down = true;
    await page.getByText('connection lost').waitFor();
    expect(await shown('.facts')).toContain('4 ratings');
    down = false;
    await page.getByText('live', { exact: true }).waitFor({ timeout: 10_000 });
  });

  test('shows a hostile comment as text', async () => {
    const text = '<img src=x onerror=document.title="owned"><b>bold</b> \u202eabc =1+1';
    results = {
      event: { title: 'Test event', minimumAnswers: 3 },
      sessions: [session({ comments: [{ text, at: 1 }] })],
    };
    await page.goto(url);
    await page.locator('.comments li').waitFor();
    expect(await page.locator('.comments li').textContent()).toBe(text);
    expect(await page.locator('.comments img, .comments b').count()).toBe(0);
    expect(await page.title()).toBe('Test event: live results');
  });

  test('runs no script that is not its own', async () => {
    await page.goto(url);
    const ran = await page.evaluate(`
      const script = document.createElement('script');
      script.textContent = 'window.injected = true';
      document.body.append(script);
      window.injected === true`);
    expect(ran).toBe(false);
  });

  test.each([
    ['a phone', 320, 640, 'light'],
    ['a projector', 1920, 1080, 'dark'],
  ] as const)('fits %s and is accessible there', async (_, width, height, colorScheme) => {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height });
    results.sessions.push(
      session({
        keyword: 'WORKSHOP',
        title: 'Hands-on workshop',
        state: 'paused',
        count: 0,
        average: null,
        median: null,
        comments: [{ text: 'good', at: 1 }],
      }),
    );
    await page.goto(url);
    await page.getByText('4 ratings').waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    await page.evaluate(axe.source);
    const { violations } = await page.evaluate<axe.AxeResults>('axe.run()');
    expect(violations.map(({ id }) => id)).toEqual([]);
  });
});
