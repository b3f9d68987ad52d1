import type { AdviceFor } from './advice';
import type { CredentialFacts, EnvironmentFacts } from './problem';

const variables = 'https://www.twilio.com/docs/serverless/functions-assets/functions/variables';
const tokens = 'https://www.twilio.com/docs/iam/api/authtoken';

export const environmentAdvice: AdviceFor<EnvironmentFacts> = {
  'variable-line': {
    severity: 'error',
    title: 'A line is no variable',
    detail: ({ file, line }) => `${file}, line ${line}: it is skipped without a word.`,
    fix: () => 'Write NAME=value, close every quote, or start a comment with #.',
    why: 'The variable is missing wherever it is needed, here and at Twilio.',
  },
  'variable-name': {
    severity: 'error',
    title: 'Twilio takes no such variable',
    detail: ({ file, name }) =>
      `${file}: ${name} is not letters, digits and _ (128 at most), beginning with no digit.`,
    fix: () => 'Rename it.',
    why: 'The deploy fails when it sets the variable, after the build.',
    source: variables,
  },
  'variable-quotes': {
    severity: 'warning',
    title: 'Quotes are a part of a value',
    detail: ({ place, name }) => `${name} in ${place} has quotes inside its value.`,
    fix: ({ name }) => `Write ${name}=value with one pair of straight quotes or none.`,
    why: 'Quotes that came along when a value was copied, typographic ones above all, make it another value.',
  },
  'variable-blanks': {
    severity: 'warning',
    title: 'White space is a part of a value',
    detail: ({ place, name }) => `${name} in ${place} begins or ends with white space.`,
    fix: ({ name }) => `Remove it from ${name}.`,
    why: 'Blanks and line ends that came along when a value was copied make it another value: a signature never verifies with such a token.',
  },
  'variable-size': {
    severity: 'error',
    title: 'A variable is too large',
    detail: ({ name, bytes }) => `${name} has ${bytes} bytes, and Twilio takes 450.`,
    fix: ({ name }) => `Put ${name} into a private asset.`,
    why: 'The deploy fails when it sets the variable, after the build.',
    source: variables,
  },
  'variables-size': {
    severity: 'error',
    title: 'The variables are too large together',
    detail: ({ bytes, count }) =>
      `${count} variables have ${bytes} bytes as JSON; Twilio takes about 3 kB with what it adds, so 2700.`,
    fix: () => 'Remove some, or put long ones into a private asset.',
    why: 'The deploy fails, or calls end with error 82006, and SERVICE_SID may be undefined in them.',
    source: 'https://www.twilio.com/docs/api/errors/82006',
  },
  'variable-reserved': {
    severity: 'warning',
    title: 'Twilio sets this variable itself',
    detail: ({ file, name }) => `${file} sets ${name}, and a function sees what Twilio says.`,
    fix: ({ name }) => `Use another name than ${name}.`,
    why: 'The value is overwritten, so it works in neither place or only here.',
    source: variables,
  },
};

export const credentialAdvice: AdviceFor<CredentialFacts> = {
  'credentials-missing': {
    severity: 'note',
    title: 'There are no credentials of Twilio',
    detail: () => 'npm start makes some up for this machine; a deploy needs real ones.',
    fix: () => 'Set ACCOUNT_SID and AUTH_TOKEN in .env before you deploy.',
    why: 'Trying it here needs no account. What is at Twilio can neither be deployed nor looked at without.',
  },
  'credentials-half': {
    severity: 'error',
    title: 'One half of the credentials is missing',
    detail: ({ place, there, missing }) => `${there} is set in ${place}, and ${missing} is not.`,
    fix: ({ missing, place }) => `Set ${missing} in ${place}, or neither.`,
    why: 'One signs nothing and opens nothing without the other.',
  },
  'credentials-other-names': {
    severity: 'warning',
    title: 'The credentials have other names',
    detail: ({ names }) =>
      `${names.join(' and ')} ${names.length > 1 ? 'are' : 'is'} set, which functions do not read.`,
    fix: () => 'Name them ACCOUNT_SID and AUTH_TOKEN.',
    why: "Twilio's command line has TWILIO_ in front; a function's context and Twilio's deploy tool do not.",
    source: variables,
  },
  'account-sid-api-key': {
    severity: 'error',
    title: 'ACCOUNT_SID is an API key',
    detail: ({ place }) => `ACCOUNT_SID in ${place} begins with SK.`,
    fix: () => 'Copy the Account SID (AC…) and its Auth Token from the Twilio Console.',
    why: 'An API key opens the API, but webhooks are signed with the Auth Token of the account and with nothing else.',
    source: tokens,
  },
  'account-sid-shape': {
    severity: 'error',
    title: 'ACCOUNT_SID is no Account SID',
    detail: ({ place }) => `ACCOUNT_SID in ${place} is not AC followed by 32 hex digits.`,
    fix: () => 'Copy the Account SID from the Twilio Console.',
    why: 'Nothing can be deployed, and no request be matched with the account.',
  },
  'auth-token-shape': {
    severity: 'error',
    title: 'AUTH_TOKEN is no Auth Token',
    detail: ({ place, length, kind }) =>
      `AUTH_TOKEN in ${place} is not 32 hex digits in small letters: it is ${kind ?? `${length} characters long`}.`,
    fix: () => 'Copy the primary Auth Token of the account that owns the number from the Twilio Console.',
    why: 'Every signature is made with the primary Auth Token; with anything else in its place none ever verifies.',
    source: tokens,
  },
  'region-set': {
    severity: 'note',
    title: 'Another region of Twilio is chosen',
    detail: ({ names }) =>
      `${names.join(' and ')} in the process environment ${names.length > 1 ? 'send' : 'sends'} calls of Twilio's API there.`,
    fix: ({ names }) =>
      `Unset ${names.join(' and ')} unless the number, the functions and the token are of that region.`,
    why: "Twilio's library reads both silently. Tokens and protected functions work within one region only.",
    source: 'https://www.twilio.com/docs/global-infrastructure',
  },
};
