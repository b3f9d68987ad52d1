import type { AccountNumber } from '../../../src/doctor/project/account';
import type { BrokenProject } from './broken-projects';

/** A number whose texts go where they should. */
export const healthyNumber: AccountNumber = {
  number: '…4567',
  decidedBy: 'number',
  why: "the number's own URL",
  url: 'https://hotline-1234.twil.io/sms/incoming',
  method: 'POST',
  fallbackUrl: 'https://hotline-1234.twil.io/sms/fallback',
  ownUrl: 'https://hotline-1234.twil.io/sms/incoming',
  urlFault: null,
  path: '/sms/incoming',
};

const withNumber = (changes: Partial<AccountNumber>): Pick<BrokenProject, 'change'> => ({
  change: { account: { fault: null, unknownNumbers: [], numbers: [{ ...healthyNumber, ...changes }] } },
});
const withFault = (fault: { reason: string; answered: boolean }): Pick<BrokenProject, 'change'> => ({
  change: { account: { fault, unknownNumbers: [], numbers: [] } },
});
const service = 'the number is in the Messaging Service "Poll", whose inbound URL overrides the number\'s';

/** What Twilio says of the account, and what a webhook did. */
export const brokenAccounts: readonly BrokenProject[] = [
  {
    name: 'credentials that Twilio refuses',
    code: 'account-refused',
    says: 'Twilio refused the credentials',
    ...withFault({ reason: 'Twilio refused the credentials (error 20003).', answered: true }),
  },
  {
    name: 'nobody to ask',
    code: 'account-silent',
    says: "Twilio's API did not answer",
    ...withFault({ reason: "Twilio's API did not answer for the numbers (ENOTFOUND).", answered: false }),
  },
  {
    name: 'a number of another account',
    code: 'number-unknown',
    says: 'the number …9999',
    change: { account: { fault: null, unknownNumbers: ['…9999'], numbers: [] } },
  },
  {
    name: 'no number that leads here',
    code: 'number-none',
    says: 'No number of the account',
    change: { account: { fault: null, unknownNumbers: [], numbers: [] } },
  },
  {
    name: 'a Messaging Service that drops texts',
    code: 'webhook-none',
    says: 'Nothing takes the texts of number …4567: it drops every text.',
    ...withNumber({ decidedBy: 'messaging-service', url: '', why: 'it drops every text', path: null }),
  },
  {
    name: 'a Messaging Service that overrides the number',
    code: 'webhook-overridden',
    says: `Number …4567 has https://hotline-1234.twil.io/sms/incoming, but texts go to https://example.org/a: ${service}`,
    ...withNumber({ decidedBy: 'messaging-service', url: 'https://example.org/a', why: service, path: null }),
  },
  {
    name: 'a webhook without encryption',
    code: 'webhook-url',
    says: 'calls http://example.org/a: it is http://',
    ...withNumber({ url: 'http://example.org/a', urlFault: 'it is http://', path: null }),
  },
  {
    name: 'a webhook that is called with GET',
    code: 'webhook-method',
    says: 'calls its webhook with GET',
    ...withNumber({ method: 'GET' }),
  },
  {
    name: 'a number without a fallback',
    code: 'webhook-fallback',
    says: 'has no fallback URL',
    ...withNumber({ fallbackUrl: '' }),
  },
  {
    name: 'a number that calls nothing',
    code: 'webhook-path',
    says: 'no function here answers /sms/incomming',
    ...withNumber({ path: '/sms/incomming' }),
  },
  {
    name: 'a number that calls a public function',
    code: 'webhook-public',
    says: 'Number …4567 calls /time, and functions/time.js is public',
    ...withNumber({ path: '/time' }),
  },
  {
    name: 'a webhook that lets everybody in',
    code: 'webhook-fails',
    says: 'it answers requests that Twilio did not sign (200)',
    change: {
      called: [
        {
          url: 'https://hotline-1234.twil.io/sms/incoming',
          fault: 'it answers requests that Twilio did not sign (200)',
        },
      ],
    },
  },
];
