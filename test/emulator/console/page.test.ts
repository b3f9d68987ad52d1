import { readFileSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import type { Delivery } from '../../../src/emulator/phone/messaging';
import { chromiumArguments, describeWith } from '../../requires';
import { closeServers } from '../phone/webhook-server';
import { type OpenConsole, openConsole, results } from './open-console';

const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

describeWith('Chromium', 'the console page', (executablePath) => {
  let browser: Browser;
  let opened: OpenConsole;
  let page: Page;
  let faults: string[];

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: chromiumArguments });
  });

  afterAll(() => browser?.close());

  beforeEach(async () => {
    opened = await openConsole();
    faults = [];
  });

  afterEach(async () => {
    await page.close();
    await opened.console.close();
    await closeServers();
    expect(faults).toEqual([]);
  });

  async function open({ width = 1280, colorScheme = 'light' as 'light' | 'dark' } = {}): Promise<void> {
    page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme, bypassCSP: true });
    page.on('pageerror', (error) => faults.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') faults.push(message.text());
    });
    await page.goto(opened.console.url);
    await page.getByText('live', { exact: true }).waitFor();
  }

  const text = async (body: string) => {
    await page.getByLabel('Text to the event').fill(body);
    await page.keyboard.press('Enter');
  };

  async function findViolations(): Promise<string[]> {
    await page.evaluate(axe);
    return page.evaluate(async () => {
      const { violations } = await (
        globalThis as unknown as {
          axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
        }
      ).axe.run();
      return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
    });
  }

  it('sends with Enter and shows text and reply as bubbles, and the request with its verdict', async () => {
    await open();
    await text('KEYNOTE 5 loved it');
    await page.locator('#conversation .outbound', { hasText: 'Thanks for "KEYNOTE 5 loved it"' }).waitFor();
    expect(await page.locator('#conversation .inbound').textContent()).toContain('1 segment, GSM-7');
    expect(await page.locator('#request-list li').textContent()).toMatch(/POST\/sms\/incoming200passed/);
    expect(opened.edge.received.filter(({ method }) => method === 'POST')).toMatchObject([{ genuine: true }]);
  });

  it('counts segments while somebody types', async () => {
    await open();
    await page.getByLabel('Text to the event').pressSequentially('Great \u{1F600}');
    await page.getByText('1 segment, UCS-2').waitFor();
  });

  it('shows a forged request live, with its reason', async () => {
    await open();
    await fetch(`${opened.edge.url}/sms/incoming`, {
      method: 'POST',
      body: new URLSearchParams({ Body: 'x' }),
    });
    const row = page.locator('#request-list li', { hasText: 'missing-signature' });
    await row.waitFor();
    expect(await row.textContent()).toMatch(/403refused/);
    await page.getByLabel('Which requests are shown').selectOption('passed');
    expect(await row.count()).toBe(0);
  });

  it('replays an edited request: refused as received, passed when signed again, all by keyboard', async () => {
    await open();
    await text('KEYNOTE 5');
    const row = page.locator('#request-list button');
    await row.first().focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'What Twilio would do' }).waitFor();
    await page.getByLabel('Body', { exact: true }).fill('KEYNOTE 1');
    await page.getByRole('button', { name: 'Replay' }).press('Enter');
    await page.getByText('answered 403').waitFor();
    await page.getByLabel('Signature of the replay').selectOption('again');
    await page.getByRole('button', { name: 'Replay' }).press('Enter');
    await page.getByText('answered 200').waitFor();
    expect(await row.count()).toBe(3);
    await page.keyboard.press('Escape');
    expect(await page.locator('#detail').isHidden()).toBe(true);
  });

  it('keeps the conversations of several phones apart', async () => {
    await open();
    await text('KEYNOTE 5');
    await page.locator('#conversation .outbound').waitFor();
    await page.getByRole('button', { name: 'New' }).click();
    expect(await page.locator('#conversation .inbound').count()).toBe(0);
    await text('KEYNOTE 2');
    await page.locator('#conversation .outbound', { hasText: 'KEYNOTE 2' }).waitFor();
    // The page asks for the results meanwhile.
    const texts = opened.edge.received.map(({ params }) => new Map(params)).filter((one) => one.has('Body'));
    expect(texts.map((one) => [one.get('Body'), one.get('From')])).toEqual([
      ['KEYNOTE 5', '+15550100001'],
      ['KEYNOTE 2', '+15550100004'],
    ]);
  });

  it('keeps as many messages as the emulator does, and draws none of them again', async () => {
    const receive = (from: number, to: number) => {
      for (let index = from; index <= to; index += 1) {
        const messageSid = `SM${index.toString(16).padStart(32, '0')}`;
        const message = {
          messageSid,
          from: '+15550100001',
          to: '+15550100000',
          body: `text ${index}.`,
          media: [],
        };
        const delivery = { message, problems: [], replies: [], delivered: true } as unknown as Delivery;
        opened.messages.add(delivery, index);
      }
    };
    receive(1, 1_999);
    await open();
    const bubbles = page.locator('#conversation .inbound');
    await bubbles.nth(1_998).waitFor();
    await page.evaluate(`document.querySelector('#conversation').lastElementChild.dataset.stays = ''`);
    receive(2_000, 2_010);
    await bubbles.filter({ hasText: 'text 2010.' }).waitFor();
    expect(await bubbles.count()).toBe(2_000);
    expect(await bubbles.first().textContent()).toMatch(/^text 11\./);
    expect(await page.locator('[data-stays]').textContent()).toMatch(/^text 1999\./);
    await page.getByRole('button', { name: 'New' }).click();
    await page.getByText('Nothing yet.').waitFor();
    expect(opened.messages.list()).toHaveLength(2_000);
  });

  it('never takes what it shows for markup', async () => {
    await open();
    await text('<img src=x onerror="document.title=1">');
    await page.locator('#conversation .inbound', { hasText: '<img' }).waitFor();
    expect(await page.locator('#conversation img').count()).toBe(0);
    expect(await page.title()).toBe('ringtrue console');
  });

  it('finds requests by search and forgets them on request', async () => {
    await open();
    await text('KEYNOTE 5');
    const row = page.locator('#request-list li');
    await row.waitFor();
    await page.getByLabel('Search the requests').fill('post nowhere');
    expect(await row.count()).toBe(0);
    await page.getByLabel('Search the requests').fill('post sms');
    expect(await row.count()).toBe(1);
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.getByText('No requests yet').waitFor();
    expect(opened.log.list()).toEqual([]);
  });

  it.each([
    [390, 'light'],
    [390, 'dark'],
    [1280, 'light'],
    [1280, 'dark'],
  ] as const)(
    'has no fault that axe knows, and no sideways scroll, at %i px in the %s',
    async (width, colorScheme) => {
      await open({ width, colorScheme });
      await text('KEYNOTE 5');
      await text('STOP');
      await page.locator('#conversation .note').waitFor();
      for (const tab of width < 1000 ? ['Phone', 'Requests', 'Results'] : ['']) {
        if (tab !== '') await page.getByRole('button', { name: tab, exact: true }).click();
        if (tab !== 'Phone' && tab !== 'Results') {
          await page.locator('#request-list button').first().click();
          await page.getByRole('button', { name: 'Replay' }).waitFor();
        }
        expect(await findViolations()).toEqual([]);
        const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
        expect(overflow).toBeLessThanOrEqual(0);
      }
    },
  );

  it('has no fault that axe knows, and no sideways scroll, with more results than fit and words that are longer', async () => {
    const [session] = results.sessions;
    const sessions = Array.from({ length: 30 }, () => ({ ...session, title: 'Donaudampfschiff'.repeat(8) }));
    page = await browser.newPage({ viewport: { width: 1280, height: 800 }, bypassCSP: true });
    await page.route('**/api/results', (route) => route.fulfill({ json: { ...results, sessions } }));
    await page.goto(opened.console.url);
    await page.locator('#results .session').nth(29).waitFor();
    expect(await findViolations()).toEqual([]);
    const overflow = `(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)(document.querySelector('#results'))`;
    expect(await page.evaluate(overflow)).toBeLessThanOrEqual(0);
    await page.locator('#results').press('End');
    await page.waitForFunction(`document.querySelector('#results').scrollTop > 0`);
  });
});
