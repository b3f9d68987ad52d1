import { handler as fallback } from '../../functions/sms/fallback.protected';
import { handler as incoming } from '../../functions/sms/incoming.protected';
import { handler as voice } from '../../functions/voice/incoming.protected';
import { callFields, callFunction, textFields } from './call-function';

const fault = new TypeError('nobody expected this');
const mockStore = { settings: () => Promise.reject(fault) };
jest.mock('../../src/storage/open', () => ({ openStore: async () => mockStore }));

let error: jest.SpyInstance;
beforeEach(() => {
  error = jest.spyOn(console, 'error').mockImplementation();
});
afterEach(() => error.mockRestore());

test('a text that fails at both URLs as nobody expected is told so, and the error is logged with its stack', async () => {
  expect(await callFunction(incoming, textFields('KEYNOTE 5'))).toEqual({
    status: 500,
    body: 'Internal Server Error',
  });
  const answer = await callFunction(fallback, textFields('KEYNOTE 5'));
  expect(answer).toMatchObject({ status: 200, body: expect.stringContaining('could not be saved') });
  expect(answer.body).not.toContain(fault.message);
  // The error itself, which the console writes with its stack.
  expect(error.mock.calls).toEqual([[fault], [fault]]);
});

test('a caller is told, too', async () => {
  const answer = await callFunction(voice, callFields('5'));
  expect(answer).toMatchObject({ status: 200, body: expect.stringContaining('could not be saved') });
  expect(error.mock.calls).toEqual([[fault]]);
});
