import { type Browser, chromium, type Page, type Route } from 'playwright-core';
import type { Overview } from '../../src/rating/read-overview';
import { chromiumArguments, describeWith } from '../requires';
import { type PageServer, servePages, sessionResult } from './serve-pages';

type ShownSession = Overview['sessions'][number];

function overviewOf(session: Partial<ShownSession>, change: Partial<Overview> = {}): Overview {
  const { comments: _, hidden: _hidden, waitsFor: _waitsFor, ...result } = sessionResult();
  return {
    event: { title: 'Test event', moderation: 'doubtful', results: 'always', keepDays: null },
    sessions: [{ ...result, held: null, opensAt: null, closesAt: null, results: null, ...session }],
    comments: [],
    cut: [],
    uncounted: [],
    ...change,
  };
}

describeWith('Chromium', 'the organiser’s page', (executablePath) => {
  let browser: Browser;
  let server: PageServer;
  let page: Page;
  let overview: Overview;
  /** What the page wanted to change, and what that is answered. */
  let changes: unknown[];
  let changeStatus: number;
  const faults: string[] = [];

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: chromiumArguments });
    server = await servePages();
  });
  afterAll(async () => {
    await browser.close();
    server.close();
  });
  beforeEach(async () => {
    overview = overviewOf({});
    changes = [];
    changeStatus = 200;
    faults.length = 0;
    page = await (await browser.newContext({ timezoneId: 'Europe/Berlin' })).newPage();
    page.on('pageerror', (error) => faults.push(error.message));
    await page.route('**/organiser/overview', (route) => route.fulfill({ json: overview }));
    await page.route('**/organiser/timeline', (route) => route.fulfill({ json: null }));
    await page.route('**/organiser/sessions', async (route) => {
      changes.push(route.request().postDataJSON());
      await route.fulfill({ status: changeStatus, json: {} });
    });
  });
  afterEach(async () => {
    await page.context().close();
    expect(faults).toEqual([]);
  });

  async function visit(): Promise<void> {
    await page.goto(`${server.url}organiser`);
    await page.getByText('live', { exact: true }).waitFor();
    await page.getByText('Times and results').click();
  }

  /** Lets the page ask anew, as it does when it is seen again. */
  const lookAgain = () => page.evaluate(`document.dispatchEvent(new Event('visibilitychange'))`);

  /** Waits until the page has asked anew and shows what it was answered. */
  async function refresh(): Promise<void> {
    const sign = `Test event ${Math.random()}`;
    overview = { ...overview, event: { ...overview.event, title: sign } };
    await lookAgain();
    await page.getByRole('heading', { name: sign }).waitFor();
  }

  const sessionState = () => page.locator('.session .state').textContent();

  test('shows nothing from before a change, however late it comes', async () => {
    await visit();
    const held = new Promise<Route>((resolve) => {
      void page.route('**/organiser/overview', (route) => resolve(route), { times: 1 });
    });
    await lookAgain();
    const late = await held;
    const before = overviewOf({ state: 'open' });
    overview = overviewOf({ state: 'closed', held: 'closed' });
    await page.getByRole('button', { name: 'Close', exact: true }).click();
    await page.getByText('closed', { exact: true }).waitFor();
    const came = page.waitForEvent('requestfinished', (request) => request === late.request());
    await late.fulfill({ json: before });
    await came;
    await page.evaluate('new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))');
    expect(await sessionState()).toBe('closed');
  });

  test('keeps a time that was typed until it is saved, and sends that one only', async () => {
    // The second half past two of that night, which its field shows like the first.
    overview = overviewOf({ closesAt: Date.parse('2026-10-25T01:30Z') });
    await visit();
    const save = page.getByRole('button', { name: 'Save times' });
    const opens = page.getByLabel('Opens');
    expect(await page.getByLabel('Closes').inputValue()).toBe('2026-10-25T02:30');
    await opens.fill('2026-10-24T09:30');
    await opens.blur();
    await refresh();
    expect(await opens.inputValue()).toBe('2026-10-24T09:30');
    await save.click();
    await page.getByText('times of KEYNOTE saved').waitFor();
    expect(changes).toEqual([{ keyword: 'KEYNOTE', opensAt: '2026-10-24T07:30:00.000Z' }]);
    await save.click();
    await page.getByText('times of KEYNOTE are saved already').waitFor();
    expect(changes).toHaveLength(1);
    await save.blur();
    overview = overviewOf({ opensAt: Date.parse('2026-10-24T10:00Z') });
    await refresh();
    expect(await opens.inputValue()).toBe('2026-10-24T12:00');
  });

  test('keeps a time that could not be saved, and a cleared one is none', async () => {
    overview = overviewOf({ opensAt: Date.parse('2026-05-04T09:00Z') });
    await visit();
    const save = page.getByRole('button', { name: 'Save times' });
    changeStatus = 503;
    await page.getByLabel('Opens').fill('');
    await save.click();
    await page.getByText('{}').waitFor();
    await save.blur();
    await refresh();
    expect(await page.getByLabel('Opens').inputValue()).toBe('');
    changeStatus = 200;
    await save.click();
    await page.getByText('times of KEYNOTE saved').waitFor();
    expect(changes).toEqual(Array(2).fill({ keyword: 'KEYNOTE', opensAt: null }));
  });

  test('publishes results by a button only, and shows as chosen what was saved', async () => {
    overview = overviewOf({ results: 'hidden' });
    await visit();
    const group = page.getByRole('group', { name: 'Results of KEYNOTE' });
    const chosen = () => group.locator('[aria-pressed="true"]').allTextContents();
    await group.getByRole('button', { name: 'Kept back' }).focus();
    for (const key of ['ArrowUp', 'ArrowLeft', 'ArrowDown']) await page.keyboard.press(key);
    changeStatus = 503;
    await group.getByRole('button', { name: 'Shown to everybody' }).click();
    await page.getByText('{}').waitFor();
    expect(await chosen()).toEqual(['Kept back']);
    await refresh();
    expect(await chosen()).toEqual(['Kept back']);
    overview = overviewOf({ results: 'shown' });
    changeStatus = 200;
    await group.getByRole('button', { name: 'Shown to everybody' }).click();
    await page.getByText('results of KEYNOTE: shown to everybody').waitFor();
    await group.locator('[data-results="shown"][aria-pressed="true"]').waitFor();
    expect(changes).toEqual(Array(2).fill({ keyword: 'KEYNOTE', results: 'shown' }));
  });

  test('says where there are more comments than it lists', async () => {
    const comment = {
      id: '1-1',
      session: 'KEYNOTE',
      text: 'fine',
      score: 5,
      state: 'approved',
      at: 1,
    } as const;
    overview = overviewOf({}, { comments: [comment], cut: ['approved'] });
    await visit();
    await page.getByRole('button', { name: 'Shown (1+)', exact: true }).click();
    await page.getByRole('button', { name: 'Waiting (0)', exact: true }).waitFor();
    await page.getByText('fine').waitFor();
  });
});
