import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';
import type { Overview } from '../../src/rating/read-overview';
import type { Results } from '../../src/rating/read-results';
import { chromiumArguments, describeWith } from '../requires';
import { sendRaw } from '../send-raw';
import { signText } from '../sign-text';
import { type StartedRingtrue, startRingtrue } from '../start-ringtrue';

let dataDir: string;
let ringtrue: StartedRingtrue;
let authorization: string;
let credentials: { username: string; password: string };
let lastSid = 0;

beforeAll(async () => {
  dataDir = mkdtempSync(path.join(tmpdir(), 'ringtrue-organiser-'));
  ringtrue = await startRingtrue(dataDir);
  const { organiserUser, organiserPassword } = JSON.parse(
    readFileSync(path.join(dataDir, 'credentials.json'), 'utf8'),
  );
  credentials = { username: organiserUser, password: organiserPassword };
  authorization = `Basic ${Buffer.from(`${organiserUser}:${organiserPassword}`).toString('base64')}`;
});
afterAll(async () => {
  await ringtrue?.crash();
  rmSync(dataDir, { recursive: true });
});

async function text(body: string, from = '+15550100001'): Promise<string> {
  lastSid += 1;
  const sid = `SM${lastSid.toString(16).padStart(32, '0')}`;
  const signed = signText(ringtrue, { body, sid, change: { From: from } });
  return (await sendRaw(ringtrue.url, signed)).text;
}

function ask(name: string, headers: Record<string, string> = { authorization }): Promise<Response> {
  return fetch(`${ringtrue.url}/organiser${name}`, { headers });
}

function change(name: string, value: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${ringtrue.url}/organiser${name}`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(value),
  });
}

const overview = async () => (await (await ask('/overview')).json()) as Overview;
const readResults = async () => (await (await fetch(`${ringtrue.url}/results`)).json()) as Results;
const changes = [
  ['/sessions', { keyword: 'KEYNOTE', state: 'closed' }],
  ['/comments', { id: '1', state: 'approved' }],
  ['/erase', { number: '+15550100001' }],
  ['/purge', { days: 0 }],
] as const;

test.each(['', '/overview', '/timeline', '/export', ...changes.map(([name]) => name)])(
  '/organiser%s demands user and password, and says nothing else',
  async (name) => {
    for (const headers of [
      {},
      { authorization: `Basic ${Buffer.from('organiser:wrong').toString('base64')}` },
    ]) {
      const answer = await ask(name, headers as Record<string, string>);
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toMatch(/^Basic realm="organiser"/);
      expect(await answer.text()).toBe('Unauthorized');
    }
  },
);

test.each(changes)(
  '/organiser%s refuses what a page of another site could send, and changes nothing',
  async (name, value) => {
    await text('KEYNOTE 5');
    const before = await overview();
    const form = await fetch(`${ringtrue.url}/organiser${name}`, {
      method: 'POST',
      headers: { authorization },
      body: new URLSearchParams(value as never),
    });
    expect(form.status).toBe(415);
    expect((await change(name, value, { 'sec-fetch-site': 'cross-site' })).status).toBe(415);
    expect((await ask(`${name}?${new URLSearchParams(value as never)}`)).status).toBe(415);
    expect(await overview()).toEqual(before);
  },
);

test('closing a session refuses ratings from the next text on, and its times can open it again', async () => {
  expect((await change('/sessions', { keyword: 'WORKSHOP', state: 'closed' })).status).toBe(200);
  expect(await text('WORKSHOP 5')).toContain('closed');
  const results = await readResults();
  expect(results.sessions[1]).toMatchObject({ state: 'closed', count: 0 });
  expect((await change('/sessions', { keyword: 'WORKSHOP', state: 'auto' })).status).toBe(200);
  expect(await text('WORKSHOP 5')).toContain('5 of 5');
});

test('a doubtful comment is held until it is approved, and can be hidden again', async () => {
  const shown = async () => (await readResults()).sessions[0]?.comments.map((one) => one.text);
  await text('KEYNOTE 5 see www.spam.example', '+15550100002');
  expect(await shown()).not.toContain('see www.spam.example');
  const held = (await overview()).comments.find((one) => one.text.includes('spam'));
  expect(held?.state).toBe('held');
  await change('/comments', { id: held?.id, state: 'approved' });
  expect(await shown()).toContain('see www.spam.example');
  await change('/comments', { id: held?.id, state: 'hidden' });
  expect(await shown()).not.toContain('see www.spam.example');
  expect((await change('/comments', { id: 'none', state: 'hidden' })).status).toBe(404);
});

test('erasing a number takes rating, comment and uncounted texts, and nobody else’s', async () => {
  await text('KEYNOTE 1 erase me', '+15550100003');
  await text('what is this?', '+15550100003');
  await text('KEYNOTE 5 keep me', '+15550100004');
  const answer = await change('/erase', { number: '+1 (555) 010-0003' });
  expect(await answer.json()).toEqual({ erased: 1 });
  const left = JSON.stringify([await overview(), await (await ask('/export?format=json')).text()]);
  expect(left).not.toContain('erase me');
  expect(left).not.toContain('what is this?');
  expect(left).toContain('keep me');
  expect(left).not.toContain('5550100004');
});

test('exports as CSV and JSON, as files', async () => {
  const csv = await ask('/export');
  expect(csv.headers.get('content-disposition')).toMatch(/^attachment; filename=".*\.csv"$/);
  expect(await csv.text()).toContain('session,score,at,voter,comment,comment state\r\n');
  expect(Array.isArray(JSON.parse(await (await ask('/export?format=json')).text()))).toBe(true);
  for (const query of ['format=xml', 'part=2', `part=${'a'.repeat(16)}.bm9uZQ`])
    expect((await ask(`/export?${query}`)).status).toBe(400);
});

test('the poster says what to text, and no script runs on it', async () => {
  const answer = await fetch(`${ringtrue.url}/poster`);
  const page = await answer.text();
  expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(page.match(/<section class="sheet">/g)).toHaveLength(2);
  expect(page).toContain('>KEYNOTE 5</strong>');
  expect(page).toContain('STOP');
  const one = await (await fetch(`${ringtrue.url}/poster?session=WORKSHOP&view=slide`)).text();
  expect(one.match(/<section class="sheet">/g)).toHaveLength(1);
  expect(one).toContain('body class="slide"');
  const code = await fetch(`${ringtrue.url}/poster?session=WORKSHOP&view=code`);
  expect(code.headers.get('content-type')).toContain('image/svg+xml');
  expect((await fetch(`${ringtrue.url}/poster?session=NOTHING`)).status).toBe(404);
});

test('the invitation names the number, as it is dialled and as it is read', async () => {
  const invitation = await (await fetch(`${ringtrue.url}/invitation`)).json();
  expect(invitation).toEqual({ number: '+15550100000', written: '+1 555 010 0000' });
});

test('results that did not change are answered with an empty 304', async () => {
  const url = `${ringtrue.url}/results`;
  const first = await fetch(url);
  const etag = first.headers.get('etag') ?? '';
  const again = await fetch(url, { headers: { 'if-none-match': etag } });
  expect([again.status, await again.text(), again.headers.get('etag')]).toEqual([304, '', etag]);
  await text('KEYNOTE 2', '+15550100042');
  const changed = await fetch(url, { headers: { 'if-none-match': etag, 'cache-control': 'no-cache' } });
  expect(changed.status).toBe(200);
});

describeWith('Chromium', 'in a browser', (executablePath) => {
  let browser: Browser;
  let page: Page;
  const faults: string[] = [];

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: chromiumArguments });
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    faults.length = 0;
    page = await browser.newPage({ httpCredentials: credentials });
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') faults.push(message.text());
    });
  });
  afterEach(() => page.close());

  test('the organiser closes and opens a session, and shows a comment, by keyboard', async () => {
    await text('KEYNOTE 3 mail me@spam.example', '+15550100009');
    await page.goto(`${ringtrue.url}/organiser`);
    await page.getByText('KEYNOTE: Opening keynote').waitFor();
    const keynote = page.locator('.session').first();
    await keynote.getByRole('button', { name: 'Close' }).focus();
    await page.keyboard.press('Enter');
    await keynote.getByText('closed,').waitFor();
    await keynote.getByRole('button', { name: 'By its times' }).click();
    await keynote.getByText('open,').waitFor();
    const comment = page.locator('#comments li', { hasText: 'me@spam.example' });
    await comment.getByRole('button', { name: 'Show' }).press('Space');
    await comment.getByText('approved').waitFor();
    const { sessions } = await readResults();
    expect(sessions[0]?.comments.map((one) => one.text)).toContain('mail me@spam.example');
    expect(faults).toEqual([]);
  });

  test.each([
    ['/organiser', 320, 640, 'dark'],
    ['/organiser', 1400, 900, 'light'],
    ['/privacy.html', 320, 640, 'dark'],
    ['/poster', 320, 640, 'light'],
    ['/poster?view=slide', 1600, 900, 'light'],
  ] as const)('%s fits %d px and is accessible there', async (where, width, height, colorScheme) => {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height });
    await page.goto(`${ringtrue.url}${where}`);
    if (where === '/organiser') await page.getByText('live', { exact: true }).waitFor();
    const wide = await page.evaluate('document.documentElement.scrollWidth');
    expect(wide).toBeLessThanOrEqual(width);
    // The page's policy lets no script in but its own; the checker comes through the debugger.
    const violations = await page.evaluate(
      `${axe.source}; axe.run().then(({ violations }) => violations.map(({ id }) => id))`,
    );
    expect(violations).toEqual([]);
    if (process.env.SCREENSHOTS)
      await page.screenshot({ path: `${process.env.SCREENSHOTS}/${where.replace(/\W/g, '')}-${width}.png` });
    expect(faults).toEqual([]);
  });
});

// Last, because it shuts whoever comes without a cookie out for a while.
describe('guesses in numbers', () => {
  const wrong = { authorization: `Basic ${Buffer.from('organiser:guess').toString('base64')}` };

  test('are slowed down, and ratings still come through', async () => {
    const guesses = Array.from({ length: 12 }, () => ask('/overview', wrong).then(({ status }) => status));
    expect(await text('KEYNOTE 4', '+15550100077')).toContain('4 of 5');
    const statuses = await Promise.all(guesses);
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThanOrEqual(5);
    expect(statuses.filter((status) => status === 401).length).toBeGreaterThanOrEqual(5);
  });

  test('are refused unread in the end, and who was let in before is not kept out', async () => {
    const cookie = (await ask('/overview')).headers.get('set-cookie')?.split(';', 1)[0] ?? '';
    expect(cookie).toMatch(/^ringtrue-organiser=/);
    for (let round = 0; round < 8; round += 1)
      await Promise.all(Array.from({ length: 12 }, () => ask('/overview', wrong)));
    const statuses = [await ask('/overview'), await ask('/overview', { authorization, cookie })];
    expect(statuses.map(({ status }) => status)).toEqual([429, 200]);
    expect((await ask('/overview', { ...wrong, cookie })).status).not.toBe(200);
    expect((await ask('/overview', { cookie })).status).toBe(401);
    const results = await fetch(`${ringtrue.url}/results`);
    expect(results.status).toBe(200);
  });
});
