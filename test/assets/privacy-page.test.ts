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

  test.each([
    ['de', '30 Tage lang.'],
    ['fr', 'Pendant 30 jours.'],
    ['es', 'Durante 30 días.'],
    ['ja', '30 日間。'],
  ])('speaks %s when the event does, to the last sentence', async (language, text) => {
    server.keepDays = 30;
    server.language = 'en';
    await page.goto(`${server.url}privacy.html`);
    await page.getByText('For 30 days.').waitFor();
    const english = await page.locator('main *').allTextContents();
    server.language = language;
    await page.goto(`${server.url}privacy.html`);
    await page.getByText(text).waitFor();
    const spoken = await page.locator('main *').allTextContents();
    expect(spoken).toHaveLength(english.length);
    for (const [index, sentence] of spoken.entries()) {
      expect(sentence).toMatch(/\S/);
      expect(sentence).not.toBe(english[index]);
    }
    expect(spoken.join()).not.toContain('undefined');
    expect(await page.evaluate('document.documentElement.lang')).toBe(language);
  });

  test('says what holds everywhere when no script runs', async () => {
    const plain = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
    await plain.goto(`${server.url}privacy.html`);
    await plain.getByText('As long as the organisers of the event decided').waitFor();
  });
});
