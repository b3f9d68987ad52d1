import { matchesBasic } from '../../src/twilio/basic-auth';
import { checkConfig } from '../../src/twilio/config';
import { isProfane } from '../../src/twilio/profanity';

const credentials = { user: 'organiser', password: 'correct horse: battery' };
const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

test.each(['Basic', 'basic', 'BASIC '])(
  'lets the right user and password in, scheme written %j',
  (scheme) => {
    const encoded = Buffer.from('organiser:correct horse: battery').toString('base64');
    expect(matchesBasic(`${scheme} ${encoded}`, credentials)).toBe(true);
  },
);

test.each<[string, unknown]>([
  ['no header', undefined],
  ['a list', [basic('organiser:correct horse: battery')]],
  ['another password', basic('organiser:wrong')],
  ['another user', basic('organizer:correct horse: battery')],
  ['a password that begins right', basic('organiser:correct horse: batter')],
  ['an empty password', basic('organiser:')],
  ['nothing', 'Basic '],
  ['another scheme', basic('organiser:correct horse: battery').replace('Basic', 'Bearer')],
  ['something behind it', `${basic('organiser:correct horse: battery')} x`],
  ['100 kB', `Basic ${'A'.repeat(100_000)}`],
])('refuses %s', (_, header) => {
  expect(matchesBasic(header, credentials)).toBe(false);
});

const context = { ACCOUNT_SID: `AC${'1'.repeat(32)}`, VOTER_SECRET: 's'.repeat(32) };

test.each<[Record<string, string>, RegExp]>([
  [{ ORGANISER_USER: 'a' }, /ORGANISER_USER and ORGANISER_PASSWORD belong together/],
  [{ ORGANISER_USER: 'a:b', ORGANISER_PASSWORD: 'x'.repeat(12) }, /a user has no colon/],
  [{ WEBHOOK_USER: 'a', WEBHOOK_PASSWORD: 'short' }, /WEBHOOK_PASSWORD is too short/],
  [{ ORGANISER_NUMBERS: '+15550100001, five' }, /ORGANISER_NUMBERS is not a list/],
  [{ EVENT_NUMBER: '0800 RATE' }, /EVENT_NUMBER is not a phone number/],
])('names the variable that is wrong in %j', (variables, fault) => {
  expect(() => checkConfig({ ...context, ...variables })).toThrow(fault);
});

test('reads a list of organisers’ phones', () => {
  const { organiserNumbers } = checkConfig({ ...context, ORGANISER_NUMBERS: '+15550100001, +491701234567' });
  expect(organiserNumbers).toEqual(['+15550100001', '+491701234567']);
});

test.each([
  ['what a shitty talk', true],
  ['what a sh1tty talk', true],
  ['a classic from Scunthorpe', false],
  ['KEYNOTE was great', false],
])('%j is profane: %s', (text, expected) => {
  expect(isProfane(text)).toBe(expected);
});
