import type { AdviceFor } from './advice';
import type { EventFacts, RepositoryFacts, SecretFacts } from './problem';

const makeSecret = `node -p "require('node:crypto').randomBytes(24).toString('base64url')"`;

export const secretAdvice: AdviceFor<SecretFacts> = {
  'organiser-half': {
    severity: 'error',
    title: 'The organiser has a name or a password, not both',
    detail: ({ there, missing }) => `${there} is set, and ${missing} is not.`,
    fix: ({ missing }) => `Set ${missing} too.`,
    why: 'The pages of the organiser stay closed while one is missing.',
  },
  'organiser-user': {
    severity: 'error',
    title: 'The user name of the organiser cannot be sent',
    detail: () => 'ORGANISER_USER has a colon in it.',
    fix: () => 'Choose a name without a colon.',
    why: 'In HTTP Basic the first colon ends the user name.',
    source: 'https://www.rfc-editor.org/rfc/rfc7617#section-2',
  },
  'organiser-password': {
    severity: 'error',
    title: 'The password of the organiser is weak',
    detail: ({ reason }) => `ORGANISER_PASSWORD: ${reason}.`,
    fix: () => `Set one that nobody can guess: ${makeSecret}`,
    why: 'The pages behind it are on the internet and can be tried without end; they show comments and erase ratings.',
  },
  'voter-secret': {
    severity: 'error',
    title: 'The key of the pseudonyms is weak',
    detail: ({ reason }) => `VOTER_SECRET: ${reason}.`,
    fix: () => `Set one before the first rating: ${makeSecret}`,
    why: 'There are few phone numbers: whoever guesses the key finds out who said what. Another key lets everybody vote again.',
  },
  'database-url': {
    severity: 'warning',
    title: 'DATABASE_URL will not do for a deployment',
    detail: ({ reason }) => `DATABASE_URL: ${reason}.`,
    fix: () =>
      'Name a PostgreSQL that can be reached from the internet, with sslmode=require; a local one belongs into a file for --env.',
    why: 'Functions run at Twilio. They see neither this machine nor its network.',
  },
  'public-url': {
    severity: 'warning',
    title: 'Twilio cannot call the public URL',
    detail: ({ url, reason }) => `${url}: ${reason}.`,
    fix: () =>
      'Write it as the tunnel shows it: https://, a host that is on the internet, no user, query or fragment.',
    why: 'Signatures are checked against this URL, so a wrong one refuses everything Twilio sends.',
    source: 'https://www.twilio.com/docs/usage/webhooks/webhooks-security',
  },
  'example-secret': {
    severity: 'error',
    title: 'An example has a real secret in it',
    detail: ({ file, name }) => `${name} in ${file} looks like a token that works.`,
    fix: ({ name }) => `Empty ${name} there, and have Twilio make a new token if it was ever published.`,
    why: 'An example is copied, committed and published.',
  },
};

export const repositoryAdvice: AdviceFor<RepositoryFacts> = {
  'secret-committed': {
    severity: 'error',
    title: 'Secrets are in git',
    detail: ({ file }) => `git has ${file}.`,
    fix: ({ file }) =>
      `git rm --cached ${file}, add it to .gitignore, and replace every secret in it: the history keeps them.`,
    why: 'Whoever can read the repository, now or later, can forge every message.',
  },
  'secret-not-ignored': {
    severity: 'warning',
    title: 'Secrets are one command away from git',
    detail: ({ file }) => `git does not ignore ${file}.`,
    fix: ({ file }) => `echo ${file} >> .gitignore`,
    why: 'The next git add . takes it along.',
  },
  'deployed-elsewhere': {
    severity: 'note',
    title: 'This folder was deployed to another account',
    detail: ({ accounts }) => `.twiliodeployinfo names ${accounts.join(', ')}, which is not ACCOUNT_SID.`,
    fix: () => 'Check that ACCOUNT_SID is the account you mean. If it is, remove .twiliodeployinfo.',
    why: "Twilio's tool looks for a service there that this account does not have, and fails with 20404.",
    source: 'https://github.com/twilio-labs/serverless-toolkit/issues/162',
  },
};

export const eventAdvice: AdviceFor<EventFacts> = {
  'event-missing': {
    severity: 'error',
    title: 'There is no event',
    detail: ({ file }) => `${file} is missing: it describes the event and its sessions.`,
    fix: ({ file }) => `Write ${file}.`,
    why: 'No text can be counted without it.',
  },
  'event-fault': {
    severity: 'error',
    title: 'The event file has a fault',
    detail: ({ fault }) => fault,
    fix: ({ file }) => `Correct ${file}.`,
    why: 'A function refuses to work with an event it cannot read, so no text is counted.',
  },
  'event-over': {
    severity: 'note',
    title: 'The event is over',
    detail: ({ file, closed }) => `The last session in ${file} closed at ${closed}.`,
    fix: ({ file }) => `Correct the times in ${file} if people are still to rate.`,
    why: 'Everybody who texts is told that rating is closed.',
  },
  'reply-long': {
    severity: 'warning',
    title: 'A reply costs more than one segment',
    detail: ({ file, reply, locale, segments }) =>
      `The reply ${reply} in ${file} takes ${segments} segments (${locale}): each of them is paid for, and sent after the other.`,
    fix: () => 'Shorten it, or leave out what GSM-7 lacks (npm run replies shows each with its encoding).',
    why: 'A number sends about one segment a second: a crowd waits twice as long for its replies, which cost twice as much.',
  },
};
