import { type Browser, chromium, type Page } from 'playwright-core';
import { chromiumArguments, describeWith } from '../requires';
import { type PageServer, servePages } from './serve-pages';

describeWith('Chromium', 'the privacy page', (executablePath) => {
  let browser: Browser;
  let server: PageServer;
  let page: Page;

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: chromiumArguments });
    server = await servePages();
    page = await browser.newPage();
  });
  afterAll(async () => {
    await browser.close();
    server.close();
  });

  test.each([
    [null, 'Until the organisers of the event delete it.'],
    [1, 'For a day. Then it is deleted by itself.'],
    [30, 'For 30 days. Then it is deleted by itself.'],
  ])('with keepDays %s says %j', async (keepDays, text) => {
    server.keepDays = keepDays;
    await page.goto(`${server.url}privacy.html`);
    await page.getByText(text).waitFor();
  });

  test('says what holds everywhere when no script runs', async () => {
    const plain = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
    await plain.goto(`${server.url}privacy.html`);
    await plain.getByText('As long as the organisers of the event decided').waitFor();
  });
});
