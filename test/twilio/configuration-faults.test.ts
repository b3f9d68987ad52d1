import { handler as fallback } from '../../functions/sms/fallback.protected';
import { handler as incoming } from '../../functions/sms/incoming.protected';
import { handler as voice } from '../../functions/voice/incoming.protected';
import { openStore } from '../../src/storage/open';
import { callFields, callFunction, callUnmarked, textFields } from './call-function';

const mockStore = {
  settings: async () => [],
  record: jest.fn(async () => ({ kind: 'recorded', former: null, duplicate: false })),
};
jest.mock('../../src/storage/open', () => ({ openStore: jest.fn(async () => mockStore) }));

let error: jest.SpyInstance;
beforeEach(() => {
  jest.clearAllMocks();
  error = jest.spyOn(console, 'error').mockImplementation();
  jest.spyOn(console, 'log').mockImplementation();
});
afterEach(() => jest.restoreAllMocks());

type Project = NonNullable<Parameters<typeof callFunction>[2]>;

const faults: [named: string, project: Project][] = [
  ['VOTER_SECRET', { variables: { VOTER_SECRET: undefined } }],
  ['VOTER_SECRET', { variables: { VOTER_SECRET: 'short' } }],
  ['ACCOUNT_SID', { variables: { ACCOUNT_SID: undefined } }],
  ['SYNC_SERVICE_SID', { variables: { SYNC_SERVICE_SID: 'ISx' } }],
  [
    'DATABASE_URL and SYNC_SERVICE_SID',
    {
      variables: { DATABASE_URL: 'postgres://a@localhost/x', SYNC_SERVICE_SID: `IS${'a'.repeat(32)}` },
    },
  ],
  ['assets/event.private.json', { event: '{ "id": ' }],
  ['assets/event.private.json', { event: '{ "id": "talk", "language": "de" }' }],
];

describe.each(faults)('where %s is wrong, as in %j,', (named, project) => {
  afterEach(() => {
    expect(mockStore.record).not.toHaveBeenCalled();
  });

  const expectSentence = () =>
    expect(error.mock.calls).toEqual([[expect.stringMatching(new RegExp(`^${named}.*[.]$`))]]);

  test('a text is answered 503, so that it goes to the fallback', async () => {
    expect(await callFunction(incoming, textFields('KEYNOTE 5'), project)).toEqual({
      status: 503,
      body: 'Service Unavailable',
    });
    expectSentence();
  });

  test('its sender is told at the fallback, in English, and nothing about why', async () => {
    const { status, body } = await callFunction(fallback, textFields('KEYNOTE 5'), project);
    expect(status).toBe(200);
    expect(body).toContain('<Message>Sorry, your rating could not be saved.');
    expect(body).not.toContain(named);
    expectSentence();
  });

  test('a caller is told', async () => {
    const { status, body } = await callFunction(voice, callFields('5'), project);
    expect(status).toBe(200);
    expect(body).toMatch(/<Say language="en-US">[^<]*could not be saved/);
    expect(body).not.toContain(named);
    expectSentence();
  });

  test.each([
    ['a text', incoming, textFields('KEYNOTE 5')],
    ['a text at the fallback', fallback, textFields('KEYNOTE 5')],
    ['a call', voice, callFields('5')],
  ])('%s that Twilio did not sign is refused as ever', async (_, handler, fields) => {
    Reflect.deleteProperty(globalThis, Symbol.for('ringtrue.edge'));
    expect(await callUnmarked(handler, fields, project)).toEqual({
      status: 403,
      body: 'Unauthorized - you are not authenticated to perform this request',
    });
    expect(error).not.toHaveBeenCalled();
    expect(openStore).not.toHaveBeenCalled();
  });
});

test.each([
  ['ORGANISER_PASSWORD', { ORGANISER_USER: 'olga', ORGANISER_PASSWORD: 'short' }],
  ['ORGANISER_USER', { ORGANISER_USER: 'olga', ORGANISER_PASSWORD: undefined }],
  ['EVENT_NUMBER', { EVENT_NUMBER: '555' }],
  ['ORGANISER_NUMBERS', { ORGANISER_NUMBERS: '0151 123' }],
])('a fault of %s costs no rating, as no rating needs it', async (_, variables) => {
  for (const [handler, fields] of [
    [incoming, textFields('KEYNOTE 5')],
    [fallback, textFields('KEYNOTE 5')],
    [voice, callFields('5')],
  ] as const) {
    mockStore.record.mockClear();
    const answer = await callFunction(handler, fields, { variables });
    expect(answer).toMatchObject({ status: 200, body: expect.stringContaining('Thank you') });
    expect(mockStore.record).toHaveBeenCalledTimes(1);
  }
});

test('what looks like an organiser’s text needs ORGANISER_NUMBERS, and its sender is told', async () => {
  const variables = { ORGANISER_NUMBERS: '0151 123' };
  expect(await callFunction(incoming, textFields('OPEN KEYNOTE'), { variables })).toMatchObject({
    status: 503,
  });
  expect(error.mock.calls).toEqual([[expect.stringContaining('ORGANISER_NUMBERS is not a list')]]);
});

test.each([
  ['a text', incoming, textFields('KEYNOTE 5')],
  ['a text at the fallback', fallback, textFields('KEYNOTE 5')],
  ['a call', voice, callFields('5')],
])(
  '%s is not answered where WEBHOOK_PASSWORD, which says whom to answer, is wrong',
  async (_, handler, fields) => {
    const variables = { WEBHOOK_USER: 'twilio', WEBHOOK_PASSWORD: 'short' };
    expect(await callFunction(handler, fields, { variables })).toEqual({
      status: 500,
      body: 'Internal Server Error',
    });
    expect(error.mock.calls).toEqual([[expect.stringContaining('WEBHOOK_PASSWORD is too short')]]);
    expect(openStore).not.toHaveBeenCalled();
  },
);
