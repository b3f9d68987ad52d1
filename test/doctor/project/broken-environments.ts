import type { BrokenProject } from './broken-projects';
import { account, ours, token } from './make-project';

const env = (...lines: string[]) => ({
  '.env': [`ACCOUNT_SID=${account}`, `AUTH_TOKEN=${token}`, ...lines].join('\n'),
});
const credentials = (sid: string, authToken: string) => ({
  '.env': `ACCOUNT_SID=${sid}\nAUTH_TOKEN=${authToken}\n`,
});
const good = 'correct-horse-7-Battery';
const git = [['init', '-q']];

/** Variables, credentials, secrets, git, and the event. */
export const brokenEnvironments: readonly BrokenProject[] = [
  {
    name: 'a line that is no variable',
    code: 'variable-line',
    says: '.env, line 3: ',
    files: env('GREETING hello'),
  },
  { name: 'a name that Twilio refuses', code: 'variable-name', says: 'A-B', files: env('A-B=1') },
  {
    name: 'typographic quotes',
    code: 'variable-quotes',
    says: 'GREETING in .env has quotes',
    files: env('GREETING=“hello”'),
  },
  {
    name: 'quotes within quotes',
    code: 'variable-quotes',
    says: 'AUTH_TOKEN in .env',
    files: credentials(account, `"'${token}'"`),
  },
  {
    name: 'blanks around a token',
    code: 'variable-blanks',
    says: 'AUTH_TOKEN in .env',
    files: credentials(account, `"${token} "`),
  },
  {
    name: 'a line end on a token of the process',
    code: 'variable-blanks',
    says: 'AUTH_TOKEN in the process environment',
    env: { ACCOUNT_SID: account, AUTH_TOKEN: `${token}\n` },
  },
  {
    name: 'a variable over 450 bytes',
    code: 'variable-size',
    says: 'TEXT has 451 bytes',
    files: env(`TEXT=${'ä'.repeat(225)}x`),
  },
  {
    name: 'variables over 3 kB',
    code: 'variables-size',
    says: '7 variables have 2',
    files: env(...Array.from({ length: 7 }, (_, index) => `TEXT_${index}=${'x'.repeat(400)}`)),
  },
  {
    name: 'a variable that Twilio sets',
    code: 'variable-reserved',
    says: 'DOMAIN_NAME',
    files: env('DOMAIN_NAME=example.com'),
  },
  {
    name: 'no credentials',
    code: 'credentials-missing',
    says: 'npm start makes some up',
    files: { '.env': null },
  },
  {
    name: 'one half of the credentials',
    code: 'credentials-half',
    says: 'ACCOUNT_SID is set in .env, and AUTH_TOKEN is not',
    files: credentials(account, ''),
  },
  {
    name: "the credentials of Twilio's command line",
    code: 'credentials-other-names',
    says: 'TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN are set',
    files: { '.env': `TWILIO_ACCOUNT_SID=${account}\nTWILIO_AUTH_TOKEN=${token}` },
  },
  {
    name: 'an API key for an account',
    code: 'account-sid-api-key',
    says: 'begins with SK',
    files: credentials(`SK${token}`, token),
  },
  {
    name: 'an account that is none',
    code: 'account-sid-shape',
    says: 'not AC followed by 32 hex digits',
    files: credentials(`AC${token}00`, token),
  },
  {
    name: 'the account for the token',
    code: 'auth-token-shape',
    says: 'it is an Account SID',
    files: credentials(account, account),
  },
  {
    name: 'the secret of an API key for the token',
    code: 'auth-token-shape',
    says: 'the secret of an API key',
    files: credentials(account, 'aZ3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1dE'),
  },
  {
    name: 'a token that lost a letter',
    code: 'auth-token-shape',
    says: '31 characters long',
    files: credentials(account, token.slice(1)),
  },
  {
    name: 'another region',
    code: 'region-set',
    says: 'TWILIO_REGION in the process environment sends',
    env: { TWILIO_REGION: 'ie1' },
  },
  {
    name: 'an organiser without a password',
    code: 'organiser-half',
    says: 'ORGANISER_PASSWORD is not',
    files: env('ORGANISER_USER=ada'),
  },
  {
    name: 'an organiser with a colon',
    code: 'organiser-user',
    says: 'has a colon',
    files: env('ORGANISER_USER=ada:l', `ORGANISER_PASSWORD=${good}`),
  },
  ...(
    [
      ['hunter2', 'it has 7 characters, and 12 is the least'],
      ['xx-ada-hunter2-xx', 'the user name is part of it'],
      ['abababababababab', 'it repeats a few characters'],
      ['2026-05-04 18:30'.replace(':', ' '), 'it has nothing but digits'],
      ['Password-Twilio1', 'it is made of words that are tried first'],
      ['qwertyuiopasdf', 'it follows the keyboard or the alphabet'],
    ] as const
  ).map(
    ([password, says]): BrokenProject => ({
      name: `a weak password (${says})`,
      code: 'organiser-password',
      says,
      files: env('ORGANISER_USER=ada', `ORGANISER_PASSWORD=${password}`),
    }),
  ),
  {
    name: 'a short key of pseudonyms',
    code: 'voter-secret',
    says: 'it has 7 characters, and 32 is the least',
    files: env('VOTER_SECRET=hunter2'),
  },
  {
    name: 'a key of pseudonyms that can be guessed',
    code: 'voter-secret',
    says: 'it can be guessed',
    files: env(`VOTER_SECRET=${'a'.repeat(32)}`),
  },
  {
    name: 'a database that is none',
    code: 'database-url',
    says: 'does not begin with postgres://',
    files: env('DATABASE_URL=mysql://ada:hunter2@db.example.org/ratings'),
  },
  {
    name: 'a database on this machine',
    code: 'database-url',
    says: 'localhost can be reached',
    files: env('DATABASE_URL=postgres://ada:hunter2@localhost:5432/ratings'),
  },
  {
    name: 'a database without encryption',
    code: 'database-url',
    says: 'sslmode',
    files: env('DATABASE_URL=postgres://ada:hunter2@db.example.org/ratings?sslmode=disable'),
  },
  {
    name: 'a public URL without encryption',
    code: 'public-url',
    says: 'begins with http://',
    files: env('PUBLIC_URL=http://ringtrue.ngrok.app'),
  },
  {
    name: 'a public URL that is not public',
    code: 'public-url',
    says: 'Twilio cannot reach 192.168.1.5',
    files: env('PUBLIC_URL=https://192.168.1.5:3000'),
  },
  {
    name: 'a public URL with a user',
    code: 'public-url',
    says: 'https://…@a.ngrok.app: it has a user and password',
    files: env('PUBLIC_URL=https://ada:hunter2@a.ngrok.app'),
  },
  {
    name: 'a public URL with a query',
    code: 'public-url',
    says: 'a query or a fragment',
    files: env('PUBLIC_URL=https://a.ngrok.app/?x=1'),
  },
  {
    name: 'a real token in an example',
    code: 'example-secret',
    says: 'AUTH_TOKEN in .env.example',
    files: { '.env.example': `AUTH_TOKEN=${token}` },
  },
  {
    name: 'secrets in git',
    code: 'secret-committed',
    says: 'git has .env',
    git: [...git, ['add', '-f', '.env']],
  },
  {
    name: 'secrets that git does not ignore',
    code: 'secret-not-ignored',
    says: 'git does not ignore .env',
    git,
  },
  {
    name: 'a deployment to another account',
    code: 'deployed-elsewhere',
    says: '.twiliodeployinfo names ACffff',
    files: { '.twiliodeployinfo': '{ "ACffff:us1": {} }' },
  },
  {
    name: 'an event with a fault',
    code: 'event-fault',
    says: 'assets/event.private.json, line 1: sessions[0].keyword STOP belongs to Twilio',
    files: {
      'assets/event.private.json':
        '{ "id": "x", "title": "X", "sessions": [{ "keyword": "STOP", "title": "a" }] }',
    },
  },
  {
    name: 'an event that is over',
    code: 'event-over',
    says: 'closed at 2020-01-01T10:00:00.000Z',
    files: {
      'assets/event.private.json':
        '{ "id": "x", "title": "X", "sessions": [{ "keyword": "TALK", "title": "a", "closesAt": "2020-01-01T10:00Z" }] }',
    },
  },
  {
    name: 'a reply that is too long for a segment',
    code: 'reply-long',
    says: 'The reply howTo in assets/event.private.json takes 2 segments (en-US)',
    files: {
      'assets/event.private.json': JSON.stringify({
        id: 'x',
        title: 'X',
        sessions: [{ keyword: 'TALK', title: 'a' }],
        replies: { howTo: `Ŵ${'w'.repeat(80)} {keyword} 5` },
      }),
    },
  },
  {
    name: 'no event',
    code: 'event-missing',
    also: 'build-missing',
    says: 'assets/event.private.json is missing',
    files: { ...ours, 'assets/event.private.json': null },
  },
];
