import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Overview } from '../../src/rating/read-overview';
import type { Results } from '../../src/rating/read-results';
import { sendRaw } from '../send-raw';
import { signText } from '../sign-text';
import { signWithTwilio } from '../sign-with-twilio';
import { type StartedRingtrue, startRingtrue } from '../start-ringtrue';

// Of a kind that could be somebody's: made-up ones of area code 555 are shown on purpose.
const attendee = '+4915112345678';
const organiser = '+4915198765432';
const digits = /15112345678|15198765432/;

let dataDir: string;
let ringtrue: StartedRingtrue;
let authorization: string;
let lastSid = 0;

beforeAll(async () => {
  dataDir = mkdtempSync(path.join(tmpdir(), 'ringtrue-personal-'));
  const env = path.join(dataDir, 'settings.env');
  writeFileSync(env, `ORGANISER_NUMBERS=+15550100099, ${organiser}\n`);
  ringtrue = await startRingtrue(dataDir, { flags: ['--env', env] });
  rmSync(env);
  const { organiserUser, organiserPassword } = JSON.parse(
    readFileSync(path.join(dataDir, 'credentials.json'), 'utf8'),
  );
  authorization = `Basic ${Buffer.from(`${organiserUser}:${organiserPassword}`).toString('base64')}`;
});
afterAll(async () => {
  await ringtrue?.crash();
  rmSync(dataDir, { recursive: true });
});

function sign(body: string, change: Record<string, string> = {}) {
  lastSid += 1;
  const sid = `SM${lastSid.toString(16).padStart(32, '0')}`;
  return signText(ringtrue, { body, sid, change: { From: attendee, ...change } });
}
const text = async (body: string, change?: Record<string, string>) =>
  (await sendRaw(ringtrue.url, sign(body, change))).text;
const ask = async (name: string) =>
  (await fetch(`${ringtrue.url}/organiser/${name}`, { headers: { authorization } })).text();
const results = async () => JSON.parse((await sendRaw(ringtrue.url, { target: '/results' })).text) as Results;
const keynote = async () => (await results()).sessions[0];
const overview = async () => JSON.parse(await ask('overview')) as Overview;

async function call(digit: string): Promise<string> {
  const params = {
    AccountSid: ringtrue.accountSid,
    CallSid: `CA${'7'.repeat(32)}`,
    From: attendee,
    To: '+15550100000',
    Digits: digit,
  };
  const url = `${ringtrue.url}/voice/incoming?choices=0`;
  return (await sendRaw(ringtrue.url, signWithTwilio({ token: ringtrue.authToken, url, params }))).text;
}

test('a phone is one voter by SMS, MMS, WhatsApp, RCS and call', async () => {
  expect(await text('KEYNOTE 1')).toContain('Thank you! 1 of 5');
  const picture = {
    MessageSid: `MM${'1'.repeat(32)}`,
    NumMedia: '1',
    MediaUrl0: 'https://example.com/a.jpg',
  };
  expect(await text('KEYNOTE 2', picture)).toContain('Changed from 1 to 2');
  expect(await text('KEYNOTE 3', { From: `whatsapp:${attendee}` })).toContain('Changed from 2 to 3');
  expect(await text('KEYNOTE 4', { From: `rcs:${attendee}` })).toContain('Changed from 3 to 4');
  expect(await call('5')).toContain('5 of 5');
  expect(await text('KEYNOTE 4')).toContain('Changed from 5 to 4');
  expect(await keynote()).toMatchObject({ count: 1, histogram: { 4: 1 } });
});

test('a picture without words is answered with help, and not counted', async () => {
  const picture = {
    MessageSid: `MM${'2'.repeat(32)}`,
    NumMedia: '1',
    MediaUrl0: 'https://example.com/a.jpg',
  };
  expect(await text('', { ...picture, From: '+15550100077' })).toContain('Please text a score from 1 to 5');
  expect(await keynote()).toMatchObject({ count: 1 });
});

test('only listed phones change a session by text, on any channel', async () => {
  expect(await text('CLOSE WORKSHOP')).toContain('Please text a score');
  expect((await results()).sessions[1]?.state).toBe('open');
  expect((await overview()).uncounted[0]).toMatchObject({ text: 'CLOSE WORKSHOP', reason: 'not-a-rating' });

  expect(await text('close workshop', { From: organiser })).toContain('WORKSHOP is closed now.');
  expect((await results()).sessions[1]?.state).toBe('closed');
  expect(await text('Open Workshop', { From: `whatsapp:${organiser}` })).toContain('WORKSHOP is open now.');
  expect(await text('STATS', { From: organiser })).toContain('KEYNOTE open: 4.0 of 1');
  expect((await results()).sessions[1]?.state).toBe('open');
});

test('an organiser’s phone rates as any other, and its STOP is Twilio’s', async () => {
  expect(await text('workshop 5', { From: organiser })).toContain('Thank you! 5 of 5');
  expect(await text('STOP', { From: organiser })).toContain('<Response/>');
  expect((await results()).sessions[1]).toMatchObject({ count: 1 });
});

test.each([
  ['says STOP in another language', { OptOutType: 'STOP' }, '<Response/>'],
  ['says nothing', { OptOutType: '' }, 'Thank you! 5 of 5'],
])('where Twilio %s, that is believed', async (_, change, told) => {
  expect(await text('KEYNOTE 5', { ...change, From: '+15550100078' })).toContain(told);
});

test('the longest text of emoji that Twilio delivers is taken', async () => {
  const comment = '\u{1F389}'.repeat(1590);
  expect(await text(`KEYNOTE 5 ${comment}`, { From: '+15550100079' })).toContain('Thank you!');
  expect((await overview()).comments.map((one) => one.text)).toContain(comment);
});

test('what a stranger writes is kept letter for letter, but for what nobody can see', async () => {
  const hostile = '<img src=x onerror=alert(1)> =HYPERLINK("https://x.example") \u202etxt.exe\u202c';
  await text(`WORKSHOP 1 ${hostile}\u0000\u001b[31m`, { From: '+15550100080' });
  expect((await overview()).comments.map((one) => one.text)).toContain(`${hostile}[31m`);
});

test('no phone number is in any log, file, page, export or console of all this', async () => {
  // Whatever is written down about a request that is refused, malformed, or carries its fields in the URL.
  const genuine = sign('KEYNOTE 3');
  await sendRaw(ringtrue.url, { ...genuine, headers: genuine.headers.slice(0, 2) });
  await sendRaw(ringtrue.url, { ...genuine, body: genuine.body.replace('KEYNOTE+3', 'KEYNOTE+5') });
  await sendRaw(ringtrue.url, sign('KEYNOTE 3', { MessageSid: 'SM1' }));
  await sendRaw(ringtrue.url, sign('KEYNOTE 3', { From: `${attendee} x` }));
  await sendRaw(ringtrue.url, { target: `/sms/incoming?${genuine.body}`, headers: genuine.headers.slice(2) });
  await sendRaw(ringtrue.url, { target: `/nothing/${encodeURIComponent(attendee)}?From=${attendee}` });

  // What it says of the last one stands in its pipe for a moment.
  await ringtrue.shows(/\/nothing\/.* 404 /);
  const seen = new Map([['the terminal', ringtrue.output()]]);
  for (const target of ['/', '/results', '/privacy.html'])
    seen.set(target, (await sendRaw(ringtrue.url, { target })).text);
  for (const name of ['overview', 'timeline', 'export?format=csv', 'export?format=json'])
    seen.set(name, await ask(name));
  const requests = await (await fetch(`${ringtrue.consoleUrl}/api/requests`)).text();
  seen.set('the list of requests', requests);
  for (const { id } of JSON.parse(requests) as { id: string }[])
    seen.set(`request ${id}`, await (await fetch(`${ringtrue.consoleUrl}/api/requests/${id}`)).text());
  for (const file of readdirSync(dataDir, { recursive: true, encoding: 'utf8' }))
    if (statSync(path.join(dataDir, file)).isFile())
      seen.set(file, readFileSync(path.join(dataDir, file), 'latin1'));
  expect([...seen.keys()]).toEqual(expect.arrayContaining(['ratings.db', 'the terminal', 'request 1']));
  expect(seen.get('export?format=csv')).toContain('KEYNOTE');
  expect([...seen].filter(([, shown]) => digits.test(shown)).map(([name]) => name)).toEqual([]);
});

test('an erased phone leaves nothing, whichever channel it used, and votes anew', async () => {
  const files = () =>
    readdirSync(dataDir)
      .filter((name) => name.startsWith('ratings.db'))
      .map((name) => readFileSync(path.join(dataDir, name), 'latin1'))
      .join('');
  const sid = `SM${'e'.repeat(32)}`;
  await text('KEYNOTE 4 a comment to be forgotten', { MessageSid: sid });
  await text('what is this number?');
  expect(files()).toContain('a comment to be forgotten');
  const before = await keynote();
  const answer = await fetch(`${ringtrue.url}/organiser/erase`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify({ number: attendee }),
  });
  expect(answer.status).toBe(200);
  expect(await keynote()).toMatchObject({ count: (before?.count ?? 0) - 1 });
  const rest = (await ask('overview')) + (await ask('export?format=json'));
  for (const gone of ['a comment to be forgotten', 'what is this number?']) {
    expect(rest).not.toContain(gone);
    expect(files()).not.toContain(gone);
  }
  expect(await text('KEYNOTE 2')).toContain('Thank you! 2 of 5');
});
