/**
 * How long the doctor searches, next to one HMAC over a string that is ready: a text message with 20 parameters that nothing
 * explains, so that every cause and every pair is tried; the same for single causes only (a line beside a refusal). Medians.
 *
 * Run: npx tsx bench/explain.ts
 */
import { createHmac, randomBytes } from 'node:crypto';
import { explain } from '../src/doctor/explain';

const token = '0123456789abcdef0123456789abcdef';
const sid = (prefix: string) => prefix + randomBytes(16).toString('hex');
const message = sid('SM');
const params = {
  AccountSid: sid('AC'),
  ApiVersion: '2010-04-01',
  Body: 'KEYNOTE 5 loved it',
  From: '+15550100001',
  FromCity: '',
  FromCountry: 'US',
  FromState: '',
  FromZip: '',
  MessageSid: message,
  MessagingServiceSid: sid('MG'),
  NumMedia: '0',
  NumSegments: '1',
  SmsMessageSid: message,
  SmsSid: message,
  SmsStatus: 'received',
  To: '+15550100000',
  ToCity: '',
  ToCountry: 'US',
  ToState: '',
  ToZip: '',
};
const request = () => ({
  url: 'https://example-1234-dev.twil.io/sms/incoming?event=7',
  method: 'POST',
  contentType: 'application/x-www-form-urlencoded',
  params: { ...params },
  headers: { host: 'example-1234-dev.twil.io', 'x-forwarded-host': 'tunnel.example' },
  signature: randomBytes(20).toString('base64'),
});
const text = request().url + Object.entries(params).flat().join('');

function median(run: () => void, rounds: number): number {
  const times = Array.from({ length: rounds }, () => {
    const start = performance.now();
    run();
    return performance.now() - start;
  });
  return times.sort((a, b) => a - b)[Math.floor(rounds / 2)] ?? 0;
}

const hashes = 1_000;
const hash = () => {
  for (let count = 0; count < hashes; count++) createHmac('sha1', token).update(text).digest('base64');
};
const contests = {
  'every pair': () => explain(request(), token),
  'single causes': () => explain(request(), token, { depth: 1 }),
};
for (const run of [hash, ...Object.values(contests)]) median(run, 5);
const perHash = median(hash, 31) / hashes;
for (const [name, run] of Object.entries(contests)) {
  const { search } = run();
  const time = median(run, 31);
  console.log(
    `${name}: ${time.toFixed(1)} ms for ${search.signatures} signatures, ${(time / perHash / search.signatures).toFixed(1)}x the time of as many bare HMACs${search.cut ? ' (cut)' : ''}`,
  );
}
