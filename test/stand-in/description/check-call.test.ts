import { createServer, request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { answerError } from '../api-answers';
import { checkCalls } from './check-call';

const account = `AC${'0'.repeat(32)}`;
const number = `/2010-04-01/Accounts/${account}/IncomingPhoneNumbers/PN${'1'.repeat(32)}.json`;
const service = '/v1/Services/ringtrue';
let server: Server;
let reached: number;
/** What the API behind the check answers. */
let answer: object;

beforeAll(async () => {
  const api = express()
    .use(express.urlencoded({ extended: false }))
    .use(checkCalls())
    .use((request, response) => {
      reached += 1;
      response.status(request.method === 'POST' && request.path.startsWith('/v1') ? 201 : 200).json(answer);
    })
    .use(answerError);
  server = createServer(api).listen(0, '127.0.0.1');
  await new Promise((done) => server.once('listening', done));
});
beforeEach(() => {
  reached = 0;
  answer = {};
});
afterAll(() => new Promise((done) => server.close(done)));

function call(url: string, form?: string): Promise<{ status: number; message?: string }> {
  const [, host, path] = /^https:\/\/([^/]+)(.*)$/.exec(url) ?? [];
  const { port } = server.address() as AddressInfo;
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      {
        port,
        path,
        host: '127.0.0.1',
        method: form === undefined ? 'GET' : 'POST',
        headers: { Host: host, 'Content-Type': 'application/x-www-form-urlencoded' },
        agent: false,
      },
      async (response) => {
        let text = '';
        for await (const chunk of response) text += chunk;
        const message = /^\{/.test(text) ? (JSON.parse(text) as { message?: string }).message : text;
        resolve({ status: response.statusCode ?? 0, ...(message && { message }) });
      },
    );
    request.on('error', reject);
    request.end(form);
  });
}

test.each([
  [
    'a number’s URL and an application taken away',
    `https://api.twilio.com${number}`,
    'SmsUrl=https%3A%2F%2Fx.example%2F&SmsApplicationSid=',
  ],
  [
    'the versions of a build, repeated or not',
    `https://serverless.twilio.com${service}/Builds`,
    `FunctionVersions=ZN${'1'.repeat(32)}&FunctionVersions=ZN${'2'.repeat(32)}&AssetVersions=ZN${'3'.repeat(32)}`,
  ],
  [
    'an API of another region',
    `https://serverless.dublin.ie1.twilio.com${service}/Functions`,
    'FriendlyName=%2Fsms',
  ],
])('lets through %s', async (_, url, form) => {
  expect((await call(url, form)).status).toBeLessThan(300);
  expect(reached).toBe(1);
});

test.each<[string, string, string | undefined, number, string]>([
  [
    'an operation that Twilio has not',
    'https://api.twilio.com/2010-04-01/Numbers.json',
    undefined,
    404,
    'was not found',
  ],
  [
    'a sid that cannot be one',
    `https://api.twilio.com${number.replace('PN', 'AP')}`,
    'SmsUrl=',
    404,
    'was not found',
  ],
  [
    'a parameter that is not described',
    `https://api.twilio.com${number}`,
    'SmsURL=https%3A%2F%2Fx.example',
    400,
    'must NOT have additional properties (SmsURL)',
  ],
  [
    'a method that is neither GET nor POST',
    `https://api.twilio.com${number}`,
    'SmsMethod=PUT',
    400,
    'SmsMethod must be equal to one of the allowed values',
  ],
  [
    'a URL that is none',
    `https://api.twilio.com${number}`,
    'SmsUrl=x.example',
    400,
    'SmsUrl must match format',
  ],
  [
    'a parameter given twice',
    `https://api.twilio.com${number}`,
    'SmsMethod=GET&SmsMethod=POST',
    400,
    'SmsMethod must be',
  ],
  [
    'a missing parameter',
    `https://serverless.twilio.com${service}/Functions`,
    '',
    400,
    "must have required property 'FriendlyName'",
  ],
  [
    'a page size beyond the largest',
    'https://messaging.twilio.com/v1/Services?PageSize=1001',
    undefined,
    400,
    'PageSize must be <= 1000',
  ],
])('refuses %s', async (_, url, form, status, message) => {
  const answered = await call(url, form);
  expect(answered.status).toBe(status);
  expect(answered.message).toContain(message);
  expect(reached).toBe(0);
});

test('the stand-in cannot answer what Twilio would not', async () => {
  const complain = jest.spyOn(console, 'error').mockImplementation(() => {});
  answer = { sid: 'PN1', sms_url: null };
  expect((await call(`https://api.twilio.com${number}`)).status).toBe(500);
  answer = { numberSids: [] };
  expect((await call(`https://messaging.twilio.com/v1/Services/MG${'1'.repeat(32)}`)).status).toBe(500);
  expect(complain.mock.calls.map(([error]) => String(error))).toEqual([
    expect.stringContaining('sid must NOT have fewer than 34 characters'),
    expect.stringContaining('must NOT have additional properties (numberSids)'),
  ]);
  complain.mockRestore();
});
