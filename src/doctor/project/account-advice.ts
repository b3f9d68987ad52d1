import type { AdviceFor } from './advice';
import { markFile } from './mark-file';
import type { AccountFacts } from './problem';

const numberPage = 'https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource';
const servicePage = 'https://www.twilio.com/docs/messaging/api/service-resource';
const setAgain = 'npm run number -- +15551234567 --url https://…/sms/incoming';

export const accountAdvice: AdviceFor<AccountFacts> = {
  'account-refused': {
    severity: 'error',
    title: 'Twilio refuses to answer',
    detail: ({ reason }) => reason,
    fix: () => 'Correct what it says, or look at this folder alone with --offline.',
    why: 'Neither a deploy nor a change of a number works while it is so.',
  },
  'account-silent': {
    severity: 'note',
    title: 'Twilio could not be asked',
    detail: ({ reason }) => reason,
    fix: () => 'Run it again with a network, or with --offline to look at this folder alone.',
    why: 'Where the numbers of the account lead was not looked at.',
  },
  'number-unknown': {
    severity: 'error',
    title: 'The number is not in this account',
    detail: ({ number }) => `Neither the account nor its subaccounts have the number ${number}.`,
    fix: () => 'Check the number, ACCOUNT_SID, and TWILIO_REGION.',
    why: 'Texts to it are signed with the token of another account, if they are delivered at all.',
    source: numberPage,
  },
  'number-none': {
    severity: 'note',
    title: 'No number leads here',
    detail: () => 'No number of the account delivers its texts to a deployment of this project.',
    fix: () => setAgain,
    why: 'What is deployed is not called by Twilio until a number names it.',
  },
  'webhook-none': {
    severity: 'error',
    title: 'Texts to a number are dropped',
    detail: ({ number, why }) => `Nothing takes the texts of number ${number}: ${why}.`,
    fix: () => setAgain,
    why: 'Without an effective webhook Twilio drops what comes in; with a Messaging Service it does not even log it.',
    source: servicePage,
  },
  'webhook-overridden': {
    severity: 'warning',
    title: 'The URL at a number does not count',
    detail: ({ number, ownUrl, url, why }) =>
      `Number ${number} has ${ownUrl}, but texts go to ${url}: ${why}.`,
    fix: () => `Change what decides: ${setAgain}`,
    why: 'A Messaging Service decides before a TwiML application, and that before the number. Nothing at the number says so.',
    source: servicePage,
  },
  'webhook-url': {
    severity: 'error',
    title: 'The URL of a webhook is not safe',
    detail: ({ number, url, reason }) => `Number ${number} calls ${url}: ${reason}.`,
    fix: () => setAgain,
    why: 'Twilio takes any URL and fails later, or lets texts travel readable for everybody.',
    source: 'https://www.twilio.com/docs/usage/webhooks/webhooks-security',
  },
  'webhook-method': {
    severity: 'warning',
    title: 'A webhook is called with GET',
    detail: ({ number, method }) => `Number ${number} calls its webhook with ${method}.`,
    fix: () => setAgain,
    why: 'Texts and phone numbers then stand in the URL and so in every log, and message redaction fails (error 23006).',
    source: 'https://www.twilio.com/docs/api/errors/23006',
  },
  'webhook-fallback': {
    severity: 'warning',
    title: 'A number has no fallback',
    detail: ({ number }) => `Number ${number} has no fallback URL.`,
    fix: () => setAgain,
    why: 'When the webhook fails or is slow, Twilio does not try again: without a fallback the text is lost.',
    source: 'https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides',
  },
  'webhook-path': {
    severity: 'error',
    title: 'A number calls a function that this project does not have',
    detail: ({ number, url, path }) => `Number ${number} calls ${url}, and no function here answers ${path}.`,
    fix: () => `Correct the path: ${setAgain}`,
    why: 'After the next deploy every text ends with 404 (error 11200).',
    source: 'https://www.twilio.com/docs/api/errors/11200',
  },
  'webhook-public': {
    severity: 'error',
    title: 'A number calls a function that anybody can call',
    detail: ({ number, file, path }) => `Number ${number} calls ${path}, and ${file} is public.`,
    fix: ({ file }) => `Rename it to ${markFile(file, 'protected')}; its URL stays. Then deploy.`,
    why: 'Whoever finds the URL can send forged messages.',
    source: 'https://www.twilio.com/docs/serverless/functions-assets/visibility',
  },
  'webhook-fails': {
    severity: 'error',
    title: 'A webhook does not do what it should',
    detail: ({ url, reason }) => `${url}: ${reason}.`,
    fix: () => 'Follow the sentence above, and run this again.',
    why: 'It was called as a stranger would, which it has to refuse, and as Twilio would, which it has to answer.',
  },
};
