import { setTimeout } from 'node:timers/promises';
import { GuessLimit } from '../../src/twilio/guess-limit';
import { isKnownBrowser, writeKnownBrowser } from '../../src/twilio/known-browser';

describe('a limit of guesses', () => {
  let now: number;
  let limit: GuessLimit;

  beforeEach(() => {
    now = 0;
    limit = new GuessLimit(() => now, 20);
  });

  const answered = async (guess: Promise<boolean>) =>
    (await Promise.race([guess, setTimeout(4, 'waits')])) as boolean | 'waits';

  test('lets five wait at a time and refuses the others at once', async () => {
    const guesses = Array.from({ length: 8 }, () => limit.slowDown());
    expect(await Promise.all(guesses.map(answered))).toEqual([
      ...Array(5).fill('waits'),
      false,
      false,
      false,
    ]);
    expect(await Promise.all(guesses.slice(0, 5))).toEqual(Array(5).fill(true));
  });

  test('lets guesses one after another wait in a quarter of the time only', async () => {
    let waits = 0;
    for (let guess = 0; guess < 100; guess += 1) {
      const waiting = limit.slowDown();
      if ((await answered(waiting)) === 'waits') waits += 1;
      await waiting;
      now += 500;
      if (guess === 11) waits = 0;
    }
    expect(waits).toBeLessThanOrEqual(28);
    expect(waits).toBeGreaterThan(15);
  });

  test('reads sixty and then one a second', async () => {
    let read = 0;
    for (let guess = 0; guess < 1000; guess += 1) {
      if (!limit.mayRead()) continue;
      read += 1;
      void limit.slowDown();
    }
    expect(read).toBe(60);
    now += 10_000;
    for (; limit.mayRead(); read += 1) void limit.slowDown();
    expect(read).toBe(70);
  });
});

describe('a browser that gave the right password', () => {
  const organiser = { user: 'organiser', password: 'correct horse' };
  const secret = 's'.repeat(32);
  const now = Date.parse('2026-05-04T09:00Z');
  const cookiesOf = (set: string) => Object.fromEntries([(set.split(';', 1)[0] ?? '').split('=')]);
  const cookies = cookiesOf(writeKnownBrowser(organiser, secret, now));

  test('is known for less than a day, to this page alone, and no script learns by what', () => {
    expect(isKnownBrowser(cookies, organiser, secret, now + 11 * 3_600_000)).toBe(true);
    expect(isKnownBrowser(cookies, organiser, secret, now + 24 * 3_600_000)).toBe(false);
    expect(writeKnownBrowser(organiser, secret, now)).toMatch(
      /; Path=\/organiser; HttpOnly; Secure; SameSite=Strict$/,
    );
  });

  test.each<[string, Record<string, unknown>]>([
    ['none', {}],
    ['another password', cookiesOf(writeKnownBrowser({ ...organiser, password: 'other' }, secret, now))],
    ['another secret', cookiesOf(writeKnownBrowser(organiser, 'x'.repeat(32), now))],
    ['a later end', { 'ringtrue-organiser': String(cookies['ringtrue-organiser']).replace(/^\d/, '9') }],
    ['a list', { 'ringtrue-organiser': ['x', 'y'] }],
    ['nonsense', { 'ringtrue-organiser': 'x'.repeat(5000) }],
  ])('is not known by %s', (_, wrong) => {
    expect(isKnownBrowser(wrong, organiser, secret, now)).toBe(false);
  });

  test('carries nothing of the password', () => {
    expect(writeKnownBrowser(organiser, secret, now)).not.toContain('horse');
  });
});
