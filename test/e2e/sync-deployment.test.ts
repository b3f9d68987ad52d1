import type { Results } from '../../src/rating/read-results';
import { addNumber } from '../stand-in/add-number';
import { deployBundle } from '../stand-in/deploy-bundle';
import { startTwilio, type TwilioStandIn } from '../stand-in/start-twilio';

const number = '+15551234567';
let twilio: TwilioStandIn;
let site: string;

beforeAll(async () => {
  twilio = await startTwilio();
  site = await deployBundle(twilio, { VOTER_SECRET: 's'.repeat(32) });
  addNumber(twilio, number, { sms_url: `${site}/sms/incoming`, sms_method: 'POST' });
}, 60_000);
afterAll(() => twilio.close());

/** What the results page shows of the keynote once it shows this average; it may be a little behind what was counted. */
async function keynoteWith(average: number): Promise<Results['sessions'][0] | undefined> {
  let session: Results['sessions'][0] | undefined;
  for (let tries = 0; tries < 50 && session?.average !== average; tries += 1) {
    if (tries > 0) await new Promise((resolve) => setTimeout(resolve, 200));
    const { body } = await twilio.visit(`${site}/results`);
    session = (JSON.parse(body) as Results).sessions.find(({ keyword }) => keyword === 'KEYNOTE');
  }
  return session;
}

function stored(): string {
  return JSON.stringify(
    [...twilio.sync.services.values()].map(({ documents, maps }) => [
      [...documents.values()],
      [...maps.values()],
    ]),
  );
}

test('a deployment without further settings counts texts in the Sync of its account', async () => {
  const answer = await twilio.text(number, 'KEYNOTE 4 loved it');
  expect(answer).toMatchObject({ status: 200, body: expect.stringContaining('<Message>') });
  expect(await keynoteWith(4)).toMatchObject({ count: 1, average: 4, comments: [{ text: 'loved it' }] });
  expect([...twilio.sync.services.values()].map(({ friendlyName }) => friendlyName)).toContain(
    'ringtrue.demo-2026',
  );
});

test('a text from the same phone changes its rating, and no number is stored', async () => {
  await twilio.text(number, 'KEYNOTE 2');
  expect(await keynoteWith(2)).toMatchObject({ count: 1, average: 2 });
  expect(stored()).toContain('loved it');
  expect(stored()).not.toMatch(/5550100100/);
});

test('while Sync is down the webhook answers so that Twilio calls the fallback, and nothing is counted', async () => {
  twilio.sync.fault = () => ({ status: 503, code: 20503 });
  expect(await twilio.text(number, 'WORKSHOP 5')).toMatchObject({ status: 503 });
  twilio.sync.fault = () => undefined;
  expect(stored()).not.toContain('WORKSHOP');
  expect((await twilio.text(number, 'WORKSHOP 5')).status).toBe(200);
  expect(stored()).toContain('WORKSHOP');
}, 60_000);
