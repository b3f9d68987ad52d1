import { getExpectedBodyHash, getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks';
import { explainRefusal } from '../../src/cli/explain-refusal';
import { refusedRecord } from '../emulator/refused-record';
import { signWithTwilio } from '../sign-with-twilio';

const authToken = '0123456789abcdef0123456789abcdef';
const explain = (record: ReturnType<typeof refusedRecord>) =>
  explainRefusal(record, { authToken, knownUrls: [] });

test('a refused request is explained up to 16 kB, and above it is said that nobody looks', () => {
  const url = 'https://tunnel.example/sms';
  const refused = (length: number) => {
    const params = { Body: '5', Long: 'x'.repeat(length) };
    return refusedRecord(
      url,
      signWithTwilio({ token: authToken, url: url.replace('https', 'http'), params }),
    );
  };
  expect(explain(refused(16_000))).toBe('The scheme is another one (url-scheme, see docs/causes)');
  expect(explain(refused(17_000))).toBe(
    'another Auth Token signed it, or it was changed after signing (more than 16 kB are not searched for the cause; npm run doctor -- explain does)',
  );
});

test('so is a JSON body that is not the one that was signed', () => {
  const url = `https://tunnel.example/hook?bodySHA256=${getExpectedBodyHash('{"a":1}')}`;
  const signature = getExpectedTwilioSignature(authToken, url, {});
  const headers = ['content-type', 'application/json', 'x-twilio-signature', signature];
  expect(explain(refusedRecord(url, { headers, body: '{ "a": 1 }' }, 'body-mismatch'))).toBe(
    'The JSON was written again (json-reserialised, see docs/causes)',
  );
});
