import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';
import type { Overview } from '../../src/rating/read-overview';
import type { Results } from '../../src/rating/read-results';
import { voterPseudonym } from '../../src/twilio/voter';
import { chromiumArguments, describeWith } from '../requires';
import { sendRaw } from '../send-raw';
import { signText } from '../sign-text';
import { type StartedRingtrue, startRingtrue } from '../start-ringtrue';
import { storedRows } from '../stored-rows';

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
  ['/kept', { number: '+15550100001' }],
  ['/erase', { number: '+15550100001' }],
  ['/purge', { days: 0 }],
] as const;

const strangers: [who: string, headers: Record<string, string>][] = [
  ['nobody', {}],
  ['a wrong one', { authorization: `Basic ${Buffer.from('organiser:wrong').toString('base64')}` }],
];

async function expectUnauthorized(answer: Response): Promise<void> {
  expect(answer.status).toBe(401);
  expect(answer.headers.get('www-authenticate')).toMatch(/^Basic realm="organiser"/);
  expect(await answer.text()).toBe('Unauthorized');
}

test.each(['', '/overview', '/timeline', '/export'])(
  '/organiser%s demands user and password, and says nothing else',
  async (name) => {
    for (const [who, headers] of strangers) {
      const told = ringtrue.listen();
      await expectUnauthorized(await ask(name, headers));
      if (who !== 'nobody') await told(/refused: wrong user or password of the organiser/);
    }
  },
);

test.each(changes)('/organiser%s demands them, too, and changes nothing without', async (name, value) => {
  await text('KEYNOTE 5');
  const before = { rows: storedRows(dataDir), overview: await overview() };
  for (const [who, headers] of strangers) {
    const told = ringtrue.listen();
    const answer = await fetch(`${ringtrue.url}/organiser${name}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(value),
    });
    await expectUnauthorized(answer);
    if (who !== 'nobody') await told(/refused: wrong user or password of the organiser/);
  }
  expect(storedRows(dataDir)).toBe(before.rows);
  expect(await overview()).toEqual(before.overview);
});

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
    const foreign = await change(name, value, { 'sec-fetch-site': 'cross-site' });
    const link = await ask(`${name}?${new URLSearchParams(value as never)}`);
    for (const answer of [form, foreign, link]) {
      expect(answer.status).toBe(415);
      expect(await answer.text()).toBe(
        'Unsupported Media Type: send JSON, with Content-Type: application/json.',
      );
    }
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

test('shows all that is kept of a number, and nothing of anybody else', async () => {
  await text('KEYNOTE 2 my words', '+15550100031');
  await text('my question?', '+15550100031');
  await text('KEYNOTE 5 not mine', '+15550100032');
  const kept = await (await change('/kept', { number: '+1 555 010 0031' })).json();
  expect(kept).toEqual({
    ratings: [
      { session: 'KEYNOTE', score: 2, comment: 'my words', commentState: 'approved', at: expect.any(Number) },
    ],
    uncounted: [
      expect.objectContaining({ text: 'my question?', explanation: expect.stringMatching(/score/) }),
    ],
  });
  await change('/erase', { number: '+15550100031' });
  const after = await (await change('/kept', { number: '+15550100031' })).json();
  expect(after).toEqual({ ratings: [], uncounted: [] });
  for (const number of ['5550100031', '', null, { $ne: 1 }])
    expect((await change('/kept', { number })).status).toBe(400);
});

test('results of one session can be kept back and shown, whatever the event says', async () => {
  await text('KEYNOTE 5 seen', '+15550100033');
  expect((await change('/sessions', { keyword: 'KEYNOTE', results: 'hidden' })).status).toBe(200);
  const [keynote] = (await readResults()).sessions;
  expect(keynote).toMatchObject({ hidden: true, waitsFor: 'organiser', count: 0, comments: [] });
  expect((await change('/sessions', { keyword: 'KEYNOTE', results: 'nobody' })).status).toBe(400);
  await change('/sessions', { keyword: 'KEYNOTE', results: 'auto' });
  expect((await readResults()).sessions[0]?.comments.map((one) => one.text)).toContain('seen');
});

test('exports as CSV and JSON, as files', async () => {
  const csv = await ask('/export');
  expect(csv.headers.get('content-disposition')).toMatch(/^attachment; filename=".*\.csv"$/);
  expect(await csv.text()).toContain('session,score,at,voter,comment,comment state\r\n');
  expect(Array.isArray(JSON.parse(await (await ask('/export?format=json')).text()))).toBe(true);
  for (const query of ['format=xml', 'part=2', `part=${'a'.repeat(16)}.bm9uZQ`])
    expect((await ask(`/export?${query}`)).status).toBe(400);
});

test('neither the number nor the pseudonym of who rated is in an answer, a page or the terminal', async () => {
  const from = '+15550107777';
  const { voterSecret } = JSON.parse(readFileSync(path.join(dataDir, 'credentials.json'), 'utf8'));
  expect(voterSecret).toMatch(/^.{32,}$/);
  const pseudonym = voterPseudonym(from, { event: 'demo-2026', secret: voterSecret });
  await text('KEYNOTE 5 who am I', from);
  await text('who am I?', from);
  const open = ['/results', '/invitation', '/poster', '/', '/privacy.html'].map((name) =>
    fetch(ringtrue.url + name),
  );
  const closed = ['', '/overview', '/timeline', '/export', '/export?format=json'].map((name) => ask(name));
  const kept = change('/kept', { number: from });
  const answers = await Promise.all([...open, ...closed, kept].map(async (one) => (await one).text()));
  expect(answers.filter((answer) => answer.includes('who am I')).length).toBeGreaterThanOrEqual(4);
  for (const said of [...answers, ringtrue.output()]) {
    expect(said).not.toContain('5550107777');
    expect(said).not.toContain(pseudonym);
  }
});

test('the poster says what to text, and no script runs on it', async () => {
  const answer = await fetch(`${ringtrue.url}/poster`);
  const page = await answer.text();
  expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(page.match(/<section class="sheet">/g)).toHaveLength(2);
  expect(page).toContain('>KEYNOTE 5</strong>');
  expect(page).toContain('STOP');
  const one = await (await fetch(`${ringtrue.url}/poster?session=workshop&view=slide`)).text();
  expect(one.match(/<section class="sheet">/g)).toHaveLength(1);
  expect(one).toContain('body class="slide"');
  const code = await fetch(`${ringtrue.url}/poster?session=WORKSHOP&view=code`);
  expect(code.headers.get('content-type')).toContain('image/svg+xml');
  expect((await fetch(`${ringtrue.url}/poster?session=NOTHING`)).status).toBe(404);
});

test('the invitation names the number, as it is dialled and as it is read', async () => {
  const invitation = await (await fetch(`${ringtrue.url}/invitation`)).json();
  expect(invitation).toEqual({
    number: '+15550100000',
    written: '+1 555 010 0000',
    keepDays: null,
    language: 'en',
  });
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

  async function visit(): Promise<void> {
    await page.goto(`${ringtrue.url}/organiser`);
    await page.getByText('live', { exact: true }).waitFor();
  }

  /** Goes on with the Tab key until what has the focus is called that. */
  async function tabTo(name: RegExp): Promise<void> {
    for (let step = 0; step < 200; step += 1) {
      await page.keyboard.press('Tab');
      if (name.test(await page.evaluate<string>('document.activeElement.textContent'))) return;
    }
    throw new Error(`the Tab key never comes to ${name}`);
  }

  test('the organiser does everything by keyboard alone', async () => {
    await text('KEYNOTE 3 mail one@spam.example', '+15550100009');
    await text('KEYNOTE 3 mail two@spam.example', '+15550100010');
    await visit();
    const keynote = page.locator('.session').first();
    await tabTo(/^Close$/);
    await page.keyboard.press('Enter');
    await keynote.getByText('closed', { exact: true }).waitFor();
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Close');
    await tabTo(/^By its times$/);
    await page.keyboard.press('Space');
    await keynote.getByText('open', { exact: true }).waitFor();
    const waiting = page.locator('#comments li');
    const before = await waiting.count();
    await tabTo(/^Show$/);
    await page.keyboard.press('Space');
    await page.getByText('comment shown').waitFor();
    await waiting.nth(before - 1).waitFor({ state: 'detached' });
    // The next one waits under the same key.
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Show');
    await page.keyboard.press('Space');
    await waiting.nth(before - 2).waitFor({ state: 'detached' });
    const shown = (await readResults()).sessions[0]?.comments.map((one) => one.text);
    expect(shown).toEqual(expect.arrayContaining(['mail one@spam.example', 'mail two@spam.example']));
    expect(faults).toEqual([]);
  });

  test('the organiser schedules a session, keeps its results back, and looks a number up', async () => {
    await visit();
    const workshop = page.locator('.session').nth(1);
    await workshop.getByText('Times and results').click();
    await workshop.getByLabel('Opens').fill('2099-05-04T09:30');
    await workshop.getByRole('button', { name: 'Save times' }).click();
    await workshop.getByText('not open yet', { exact: true }).waitFor();
    await workshop.getByLabel('Opens').fill('');
    await workshop.getByRole('button', { name: 'Save times' }).click();
    await workshop.getByText('open', { exact: true }).waitFor();
    await workshop.getByRole('button', { name: 'Kept back' }).click();
    await page.getByText('results of WORKSHOP: kept back').waitFor();
    expect((await readResults()).sessions[1]).toMatchObject({ hidden: true });
    await workshop.getByRole('button', { name: 'As the event says' }).click();
    await page.getByText('results of WORKSHOP: as the event says').waitFor();

    await text('where is my seat?', '+15550100051');
    await page.getByLabel('A phone number').fill('+1 555 010 0051');
    await page.getByRole('button', { name: 'Show what is kept' }).click();
    await page.locator('#kept').getByText('where is my seat?').waitFor();
    page.once('dialog', (dialog) => dialog.accept());
    await page.getByRole('button', { name: 'Erase' }).click();
    await page.getByText('erased: 0 ratings').waitFor();
    expect((await overview()).uncounted.map((one) => one.text)).not.toContain('where is my seat?');
    expect(page.url()).toBe(`${ringtrue.url}/organiser`);
    expect(faults).toEqual([]);
  });

  test('what somebody types is not taken away, and hostile texts are texts', async () => {
    const hostile = '<img src=x onerror=document.title="owned"> \u202eabc';
    await text(`KEYNOTE 4 www.x.com ${hostile}`, '+15550100052');
    await text(hostile, '+15550100052');
    await visit();
    await page.getByLabel('A phone number').fill('+1555');
    await page.waitForTimeout(3500);
    expect(await page.getByLabel('A phone number').inputValue()).toBe('+1555');
    await page.locator('#comments bdi', { hasText: 'onerror' }).first().waitFor();
    await page.locator('#uncounted bdi', { hasText: 'onerror' }).first().waitFor();
    expect(await page.locator('img').count()).toBe(0);
    expect(await page.title()).toMatch(/: organiser$/);
    expect(faults).toEqual([]);
  });

  test('a download is the whole export', async () => {
    await visit();
    const waiting = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download CSV' }).click();
    const file = await (await waiting).path();
    const rows = readFileSync(file, 'utf8').trim().split('\r\n').length - 1;
    const { sessions } = await overview();
    expect(rows).toBe(sessions.reduce((sum, { count }) => sum + count, 0));
  });

  test.each([
    ['/organiser', 320, 640, 'dark'],
    ['/organiser', 320, 640, 'light'],
    ['/organiser', 1400, 900, 'light'],
    ['/organiser', 1400, 900, 'dark'],
    ['/privacy.html', 320, 640, 'dark'],
    ['/privacy.html', 1280, 800, 'light'],
    ['/poster', 320, 640, 'light'],
    ['/poster', 1280, 800, 'dark'],
    ['/poster?view=slide', 320, 640, 'light'],
    ['/poster?view=slide', 1600, 900, 'light'],
    ['/', 320, 640, 'light'],
    ['/?view=projector', 1920, 1080, 'dark'],
  ] as const)('%s fits %d px and is accessible there', async (where, width, height, colorScheme) => {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height });
    await page.goto(`${ringtrue.url}${where}`);
    if (/^\/(?:organiser|$|\?)/.test(where)) await page.getByText('live', { exact: true }).waitFor();
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
