import { handler as exportRatings } from '../../functions/organiser/export';
import { handler as changeSession } from '../../functions/organiser/sessions';
import { handler as poster } from '../../functions/poster';
import { callFunction } from './call-function';

jest.mock('../../src/storage/open', () => ({ openStore: async () => ({}) }));

// JSON and nested queries bring any type, and a field named `request` replaces Twilio's own.
const untextual = { toString: 1 };

test.each([untextual, [], ['KEYNOTE', 'WORKSHOP'], 1, null])(
  'a poster of the session %j is not found',
  async (session) => {
    expect(await callFunction(poster, { session })).toEqual({ status: 404, body: 'Not Found' });
  },
);

test.each([untextual, 1])('the cookie %j makes no known browser', async (cookie) => {
  const request = { headers: { authorization: 'Basic x' }, cookies: { 'ringtrue-organiser': cookie } };
  expect(await callFunction(changeSession, { request })).toEqual({ status: 401, body: 'Unauthorized' });
});

test.each([untextual, [], 1])('the part %j of an export is none', async (part) => {
  expect(await callFunction(exportRatings, { part })).toMatchObject({ status: 400 });
});
