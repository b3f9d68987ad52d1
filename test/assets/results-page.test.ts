import axe from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Page, type Route } from 'playwright-core';
import { chromiumArguments, describeWith } from '../requires';
import { manySessions, type PageServer, resultsOf, servePages, sessionResult } from './serve-pages';

/** In the page: names the parts that lie outside the window or their card, or on another part; and whether anything scrolls. */
const findMisplaced = `(() => {
  const parts = [...document.querySelectorAll('h1, h2, .figures, .how, .histogram, #invitation')]
    .filter((element) => element.getClientRects().length > 0);
  const boxOf = (element) => element.getBoundingClientRect();
  const outside = parts.filter((part) => {
    const { left, top, right, bottom } = boxOf(part);
    const end = part.closest('.session') ? boxOf(part.closest('.session')).bottom : innerHeight;
    return left < 0 || top < 0 || right > innerWidth + 1 || bottom > Math.min(innerHeight, end) + 1;
  });
  const over = parts.filter((part, index) => parts.slice(index + 1).some((other) => {
    const [a, b] = [boxOf(part), boxOf(other)];
    return Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2 &&
      Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 2;
  }));
  const { scrollHeight, scrollWidth } = document.documentElement;
  const scrolls = scrollHeight > innerHeight || scrollWidth > innerWidth ? ['the page scrolls'] : [];
  return [...scrolls, ...[...outside, ...over].map(({ className, tagName }) => className || tagName)];
})()`;

describeWith('Chromium', 'the results page', (executablePath) => {
  let browser: Browser;
  let server: PageServer;
  let page: Page;
  const faults: string[] = [];

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: chromiumArguments });
    server = await servePages();
  });
  afterAll(async () => {
    await browser.close();
    server.close();
  });
  beforeEach(() => open());
  afterEach(async () => {
    await page.context().close();
    expect(faults).toEqual([]);
  });

  /** A new window, in which nothing of the last is left. */
  async function open(options: BrowserContextOptions = {}): Promise<void> {
    await page?.context().close();
    server.results = resultsOf([sessionResult()]);
    faults.length = 0;
    page = await (await browser.newContext(options)).newPage();
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('request', (request) => {
      if (!request.url().startsWith(server.url) && !request.url().startsWith('data:'))
        faults.push(`asked ${request.url()}`);
    });
  }

  async function visit(query = ''): Promise<void> {
    await page.goto(server.url + query);
    await page.locator('.session:visible').first().waitFor();
  }

  const shown = (selector: string) => page.locator(selector).first().textContent();
  const visible = (selector: string) => page.locator(`${selector}:visible`);

  test('shows average, count, median, histogram and what to text', async () => {
    await visit();
    await page.getByText('4 ratings, median 4.5').waitFor();
    expect(await shown('h1')).toBe('Test event');
    expect(await shown('.average strong')).toBe('4.3');
    expect(await page.locator('.histogram .count').allTextContents()).toEqual(['2', '1', '1', '0', '0']);
    const link = page.getByRole('link', { name: '+1 555 010 0000' });
    expect(await link.getAttribute('href')).toBe('sms:+15550100000?&body=KEYNOTE%20');
  });

  test('asks once for what it shows first, ahead of its scripts', async () => {
    const before = server.asked;
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await visit();
    await page.getByText('4 ratings').waitFor();
    expect(server.asked - before).toBe(1);
    expect(asked.indexOf('/results')).toBeLessThan(asked.indexOf('/invitation'));
    expect(asked).not.toContain('/projector.js');
  });

  test('says how sure the average is, or how few have answered', async () => {
    await visit();
    await page.getByText('between 3.1 and 4.8').waitFor();
    server.results = resultsOf([
      sessionResult({ count: 99_999, average: 2.71, interval: { low: 2.69, high: 2.74 } }),
    ]);
    await page.getByText('between 2.69 and 2.74').waitFor();
    server.results = resultsOf([sessionResult({ count: 2, average: 4, median: 4, interval: null })]);
    await page.getByText('only 2 answers yet').waitFor();
    expect(await page.locator('.sure').textContent()).toBe('only 2 answers yet');
  });

  test.each([
    ['close', 'Results are shown once this session is closed.'],
    ['organiser', 'The organisers keep these results to themselves.'],
  ] as const)('waiting for the %s, shows no figures and says why', async (waitsFor, why) => {
    const hidden = sessionResult({
      hidden: true,
      waitsFor,
      count: 0,
      average: null,
      median: null,
      interval: null,
    });
    server.results = resultsOf([hidden]);
    for (const query of ['', '?view=projector']) {
      await visit(query);
      await page.getByText(why).waitFor();
      expect(await visible('.figures').count()).toBe(0);
      expect(await visible('.histogram').count()).toBe(0);
    }
  });

  test('follows new ratings without a reload, and leaves a reader’s place, focus and selection alone', async () => {
    const comments = Array.from({ length: 20 }, (_, at) => ({ text: `comment ${at}`, at }));
    server.results = resultsOf([sessionResult({ comments })]);
    await visit();
    await page.locator('.comments').focus();
    await page.evaluate(`
      document.querySelector('.comments').scrollTop = 150;
      document.body.dataset.same = 'yes';`);
    server.results = resultsOf([
      sessionResult({ count: 5, average: 4.4, comments: [...comments, { text: 'late', at: 99 }] }),
    ]);
    await page.getByText('5 ratings').waitFor();
    expect(await shown('.average strong')).toBe('4.4');
    const kept = await page.evaluate(`[
      document.querySelector('.comments').scrollTop,
      document.activeElement.className,
      document.body.dataset.same]`);
    expect(kept).toEqual([150, 'comments', 'yes']);
  });

  test('keeps what it showed when the network drops, says since when, and recovers', async () => {
    await visit();
    await page.getByText('4 ratings').waitFor();
    server.results = null;
    await page.getByText(/^offline: as of \d\d:\d\d/).waitFor();
    expect(await shown('.facts')).toContain('4 ratings');
    server.results = resultsOf([sessionResult({ count: 9 })]);
    await page.getByText('live', { exact: true }).waitFor({ timeout: 15_000 });
    await page.getByText('9 ratings').waitFor();
  });

  test('shows the number and a code although the first requests for them failed', async () => {
    const refusals = { '**/invitation': 2, '**/poster?*': 1 };
    const refused: string[] = [];
    for (const [address, times] of Object.entries(refusals)) {
      const refuse = async (route: Route) => {
        refused.push(address);
        await route.fulfill({ status: 503 });
      };
      await page.route(address, refuse, { times });
    }
    await visit('?view=projector');
    await visible('.code').waitFor();
    expect(await page.evaluate(`document.querySelector('.code').naturalWidth`)).toBeGreaterThan(0);
    expect(await page.locator('.to a').textContent()).toBe('+1 555 010 0000');
    expect(refused).toEqual(['**/invitation', '**/invitation', '**/poster?*']);
  });

  test('is accessible while it says that there is no such session', async () => {
    await page.goto(`${server.url}?session=NONE`);
    await page.getByText('NONE', { exact: false }).waitFor();
    await page.evaluate(axe.source);
    const violations = await page.evaluate(
      'axe.run().then(({ violations }) => violations.map(({ id }) => id))',
    );
    expect(violations).toEqual([]);
  });

  test('is accessible while it is offline', async () => {
    await visit();
    server.results = null;
    await page.getByText(/^offline/).waitFor();
    await page.evaluate(axe.source);
    const { violations } = await page.evaluate<axe.AxeResults>('axe.run()');
    expect(violations.map(({ id }) => id)).toEqual([]);
  });

  test('asks ever more slowly while the service has too much to do, and says that', async () => {
    await page.clock.install();
    await visit();
    server.results = 429;
    await page.clock.runFor(3000);
    await page.getByText(/^many are watching: as of/).waitFor();
    const before = server.asked;
    for (let second = 0; second < 120; second += 5) {
      await page.clock.runFor(5000);
      await page.waitForTimeout(20);
    }
    const questions = server.asked - before;
    expect(questions).toBeGreaterThanOrEqual(2);
    expect(questions).toBeLessThanOrEqual(7);
  });

  test('asks less often in a tab that nobody sees, and at once when it is seen again', async () => {
    await page.clock.install();
    await visit();
    await page.clock.runFor(10_000);
    await page.evaluate(`Object.defineProperty(document, 'hidden', { configurable: true, value: true })`);
    await page.clock.runFor(3000);
    await page.waitForTimeout(100);
    const before = server.asked;
    await page.clock.runFor(40_000);
    expect(server.asked - before).toBeLessThanOrEqual(1);
    const unseen = server.asked;
    await page.evaluate(`
      Object.defineProperty(document, 'hidden', { configurable: true, value: false });
      document.dispatchEvent(new Event('visibilitychange'));`);
    await page.waitForTimeout(200);
    expect(server.asked).toBe(unseen + 1);
  });

  test('does not draw again what did not change', async () => {
    await visit();
    await page.getByText('4 ratings').waitFor();
    await page.evaluate(`
      window.changes = 0;
      const count = (records) => { window.changes += records.length; };
      new MutationObserver(count).observe(document.body, { subtree: true, childList: true, characterData: true });`);
    const before = server.asked;
    while (server.asked < before + 2) await page.waitForTimeout(200);
    expect(await page.evaluate('window.changes')).toBe(0);
  });

  test('shows a hostile comment as text', async () => {
    const text = '<img src=x onerror=document.title="owned"><b>bold</b> \u202eabc =1+1';
    server.results = resultsOf([sessionResult({ comments: [{ text, at: 1 }] })]);
    await visit();
    await page.locator('.comments li').waitFor();
    expect(await page.locator('.comments li').textContent()).toBe(text);
    expect(await page.locator('.comments img, .comments b').count()).toBe(0);
    expect(await page.title()).toBe('Test event: live results');
    const direction = await page.evaluate(
      `getComputedStyle(document.querySelector('.comments bdi')).unicodeBidi`,
    );
    expect(direction).toBe('isolate');
  });

  test('runs no script that is not its own', async () => {
    await visit();
    const ran = await page.evaluate(`
      const script = document.createElement('script');
      script.textContent = 'window.injected = true';
      document.body.append(script);
      window.injected === true`);
    expect(ran).toBe(false);
  });

  test('shows the sessions that its address picks, and says when there are none', async () => {
    server.results = resultsOf(manySessions(3));
    await visit('?session=session1x');
    expect(await visible('.session').count()).toBe(1);
    expect(await visible('h2').textContent()).toBe('Session 1');
    expect(await page.locator('#picker [aria-current]').textContent()).toBe('SESSION1X');
    await page.getByRole('link', { name: 'All' }).click();
    await visible('.session').nth(2).waitFor();
    await page.goto(`${server.url}?session=NOTHING`);
    await page.getByText('There is no session NOTHING.').waitFor();
  });

  test('follows sessions that come, go and change places', async () => {
    const [a, b, c] = manySessions(3);
    if (!a || !b || !c) throw new Error('there are three');
    server.results = resultsOf([a, b]);
    await visit();
    server.results = resultsOf([c, b, { ...a, title: 'At the end' }]);
    await page.getByRole('heading', { name: 'At the end' }).waitFor();
    const keywords = () =>
      page.evaluate(`[...document.querySelectorAll('.session')].map((card) => card.dataset.keyword)`);
    expect(await keywords()).toEqual(['SESSION2X', 'SESSION1X', 'SESSION0X']);
    server.results = resultsOf([b]);
    await page.getByRole('heading', { name: 'At the end' }).waitFor({ state: 'detached' });
    expect(await keywords()).toEqual(['SESSION1X']);
  });

  test.each([
    ['de', '4,3', 'offen', 'SMS mit'],
    ['fr', '4,3', 'ouverte', 'Envoyez'],
    ['es', '4,3', 'abierta', 'Envíe'],
    ['ja', '4.3', '受付中', '本文'],
    ['xx', '4.3', 'open', 'Text'],
  ])('speaks %s when the event does', async (language, average, state, text) => {
    server.results = resultsOf([sessionResult()], { language: language as never });
    await visit();
    await page.getByText(state, { exact: true }).waitFor();
    expect(await shown('.average strong')).toBe(average);
    expect(await shown('.how .text')).toBe(text);
    expect(await page.evaluate('document.documentElement.lang')).toBe(language === 'xx' ? 'en' : language);
  });

  describe('on a projector', () => {
    test.each([
      [1, 1920, 1080],
      [2, 1920, 1080],
      [3, 1920, 1080],
      [4, 1920, 1080],
      [8, 1920, 1080],
      [2, 1280, 720],
      [4, 1024, 768],
      [3, 768, 1024],
    ])(
      '%d sessions fit %d x %d: nothing scrolls, is cut off or stands on something else',
      async (count, width, height) => {
        await open({ viewport: { width, height } });
        server.results = resultsOf(manySessions(count));
        await visit('?view=projector');
        await page.locator('.code:visible').first().waitFor();
        await page.waitForTimeout(200);
        expect(await visible('.session').count()).toBe(Math.min(count, 4));
        expect(await page.evaluate(findMisplaced)).toEqual([]);
      },
    );

    test('the average can be read from the last row', async () => {
      await open({ viewport: { width: 1920, height: 1080 } });
      for (const count of [1, 2, 3, 4]) {
        server.results = resultsOf(manySessions(count));
        await visit('?view=projector');
        const size = await page.evaluate(
          `Number.parseFloat(getComputedStyle(document.querySelector('.average strong')).fontSize)`,
        );
        // A fifteenth of the picture's height is seen from eight times as far as the picture is high.
        expect(size).toBeGreaterThan(1080 / 15);
      }
    });

    test('more sessions than fit take turns; keys turn too, and a button stops it', async () => {
      await page.clock.install();
      server.results = resultsOf(manySessions(5));
      await visit('?view=projector');
      const titles = () => visible('h2').allTextContents();
      expect(await titles()).toHaveLength(3);
      await page.clock.runFor(16_000);
      expect(await titles()).toEqual(['Session 3', 'Session 4']);
      await page.keyboard.press('ArrowRight');
      expect(await titles()).toHaveLength(3);
      await page.getByRole('button', { name: 'Pause' }).press('Enter');
      await page.clock.runFor(60_000);
      expect(await titles()).toHaveLength(3);
      await page.getByRole('button', { name: 'Continue' }).press('Enter');
      await page.clock.runFor(16_000);
      expect(await titles()).toHaveLength(2);
    });

    test('is reached and left by keyboard, and its controls go when nobody is at the machine', async () => {
      await visit();
      await page.getByRole('link', { name: 'Projector view' }).focus();
      await page.keyboard.press('Enter');
      await page.locator(':root[data-view="projector"] .session').waitFor();
      const opacity = () => page.evaluate(`getComputedStyle(document.querySelector('#views')).opacity`);
      await page.locator(':root.idle').waitFor();
      await page.waitForTimeout(400);
      expect(await opacity()).toBe('0');
      await page.keyboard.press('Tab');
      await page.waitForTimeout(400);
      expect(await opacity()).toBe('1');
      expect(await page.evaluate('document.activeElement.textContent')).toBe('Normal view');
      await page.keyboard.press('Enter');
      await page.locator(':root[data-view="page"] .session').waitFor();
    });

    test.each(['projector.js', 'projector.css'])(
      'starts again by itself when %s did not come',
      async (file) => {
        await page.route(`**/${file}`, (route) => route.abort(), { times: 1 });
        await page.goto(`${server.url}?view=projector`);
        await page.locator('#controls:visible').waitFor({ timeout: 15_000 });
        expect(await page.evaluate('getComputedStyle(document.body).overflow')).toBe('hidden');
      },
    );

    test('is light or dark as its address says, whatever the machine wants', async () => {
      await open({ colorScheme: 'light' });
      await visit('?view=projector&theme=dark');
      const background = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
      expect(await background()).toBe('rgb(19, 18, 24)');
      await page.getByRole('button', { name: 'Light or dark' }).click();
      expect(await background()).toBe('rgb(245, 243, 238)');
      expect(page.url()).toContain('theme=light');
    });
  });

  test('moves nothing where motion is not wanted', async () => {
    await open({ reducedMotion: 'reduce' });
    for (const query of ['', '?view=projector']) {
      await visit(query);
      const moving = await page.evaluate(`
        [...document.querySelectorAll('*')].filter((element) => {
          const { transitionDuration, animationName } = getComputedStyle(element);
          return transitionDuration !== '0s' || animationName !== 'none';
        }).length`);
      expect(moving).toBe(0);
    }
  });

  const views = [
    ['', 320, 640],
    ['', 1280, 800],
    ['?view=projector', 1920, 1080],
  ] as const;
  test.each(
    views.flatMap((view) => (['light', 'dark'] as const).map((scheme) => [...view, scheme] as const)),
  )(
    '/%s at %d x %d, %s, is accessible and not wider than the window',
    async (query, width, height, colorScheme) => {
      await open({ viewport: { width, height }, colorScheme });
      server.results = resultsOf([
        ...manySessions(5),
        sessionResult({ keyword: 'EMPTY', count: 0, average: null, median: null, interval: null }),
        sessionResult({ keyword: 'HIDDEN', hidden: true, waitsFor: 'close' }),
      ]);
      await visit(query);
      await page.getByText('live', { exact: true }).waitFor();
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
      await page.evaluate(axe.source);
      const { violations } = await page.evaluate<axe.AxeResults>('axe.run()');
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
    },
  );
});
