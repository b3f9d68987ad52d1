import http from 'node:http';
import type { RequestDetail } from '../../../src/emulator/console/describe-record';
import { accountSid, closeServers } from '../phone/webhook-server';
import { type OpenConsole, openConsole, results } from './open-console';

let opened: OpenConsole;

beforeEach(async () => {
  opened = await openConsole();
});

afterEach(async () => {
  await opened.console.close();
  await closeServers();
});

async function call(method: string, path: string, body?: unknown) {
  const response = await fetch(opened.console.url + path, {
    method,
    ...(body !== undefined && {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  });
  return { status: response.status, json: await response.json() };
}

async function detail(id: string | undefined): Promise<RequestDetail> {
  const response = await fetch(`${opened.console.url}/api/requests/${id}`);
  return response.json() as Promise<RequestDetail>;
}

const text = (body: string, more = {}) =>
  call('POST', '/api/messages', { from: '+15550100007', body, ...more });

describe('the console API', () => {
  it('sends a genuine message and answers the replies', async () => {
    const { status, json } = await text('KEYNOTE 5');
    expect(status).toBe(200);
    expect(json).toMatchObject({
      delivered: true,
      problems: [],
      replies: [{ from: '+15550100000', to: '+15550100007', body: 'Thanks for "KEYNOTE 5"', blocked: null }],
    });
    expect(opened.edge.received).toMatchObject([{ genuine: true, target: '/sms/incoming' }]);
  });

  it('lists requests newest first, in the shape tests rely on, and forgets them on request', async () => {
    await text('one');
    await fetch(`${opened.edge.url}/sms/incoming`, {
      method: 'POST',
      body: new URLSearchParams({ Body: 'forged' }),
    });
    const { json } = await call('GET', '/api/requests');
    const shape = {
      id: expect.any(String),
      at: expect.any(Number),
      method: 'POST',
      url: `${opened.edge.url}/sms/incoming`,
      ms: expect.any(Number),
    };
    expect(json).toEqual([
      { ...shape, status: 403, verdict: 'refused', reason: 'missing-signature' },
      { ...shape, status: 200, verdict: 'passed', reason: null },
    ]);
    expect((await call('DELETE', '/api/requests')).status).toBe(200);
    expect((await call('GET', '/api/requests')).json).toEqual([]);
  });

  it('lists messages of both directions as a conversation', async () => {
    await text('KEYNOTE 4', { channel: 'whatsapp', media: ['https://example.com/a.png'] });
    const { json } = await call('GET', '/api/messages');
    expect(json).toMatchObject([
      {
        direction: 'inbound',
        from: 'whatsapp:+15550100007',
        body: 'KEYNOTE 4',
        channel: 'whatsapp',
        media: ['https://example.com/a.png'],
        status: 'delivered',
      },
      { direction: 'outbound', to: 'whatsapp:+15550100007', body: 'Thanks for "KEYNOTE 4"', by: 'webhook' },
    ]);
  });

  it('shows a request in full without any credential', async () => {
    await text('KEYNOTE 5');
    const [record] = opened.log.list();
    const shown = await detail(record?.id);
    expect(shown.params).toContainEqual(['Body', 'KEYNOTE 5']);
    expect(shown.signed[0]).toBe(`${opened.edge.url}/sms/incoming`);
    expect(shown.signed).toContain('Body + KEYNOTE 5');
    expect(shown.twilio).toEqual({ messages: ['Thanks for "KEYNOTE 5"'], problems: [] });
    const signature = record?.headers.find(([name]) => name === 'x-twilio-signature')?.[1];
    expect(signature).toMatch(/^.{27}=$/);
    expect(JSON.stringify(shown)).not.toContain(String(signature));
    expect(shown.headers).toContainEqual(['x-twilio-signature', '(28 characters, hidden)']);
  });

  it('blots out a real number everywhere and leaves made-up ones and other digits', async () => {
    await text('call +49 or +4915112345678', { from: '+4915112345678', channel: 'whatsapp' });
    const [record] = opened.log.list();
    const shown = await detail(record?.id);
    expect(JSON.stringify(shown)).not.toContain('15112345678');
    expect(shown.params).toContainEqual(['From', 'whatsapp:(a real number)']);
    expect(shown.params).toContainEqual(['WaId', '(a real number)']);
    expect(shown.params).toContainEqual(['To', 'whatsapp:+15550100000']);
    expect(shown.params).toContainEqual(['AccountSid', accountSid]);
  });

  it('says in one sentence what is wrong with a message', async () => {
    expect(await text('')).toEqual({ status: 400, json: { error: 'A message needs a text or media.' } });
    expect(await call('POST', '/api/messages', { body: 'x' })).toMatchObject({
      status: 400,
      json: { error: expect.stringContaining('from') },
    });
    expect(await text('x', { channel: 'fax' })).toMatchObject({ status: 400 });
    expect(opened.edge.received).toEqual([]);
  });

  it('tells of a refused message as Twilio would', async () => {
    await closeServers();
    const { status, json } = await text('KEYNOTE 5');
    expect(status).toBe(200);
    expect(json).toMatchObject({ delivered: false, replies: [], problems: [{ code: 11205 }] });
  });

  it('hands through the live results, and does not list its own question for them', async () => {
    expect((await call('GET', '/api/results')).json).toEqual(results);
    expect(opened.edge.received).toMatchObject([{ target: '/results' }]);
    expect((await call('GET', '/api/requests')).json).toEqual([]);
  });

  it('lists the requests of whoever only claims to be the console', async () => {
    await fetch(`${opened.edge.url}/results`, { headers: { 'x-ringtrue-console': 'guessed' } });
    expect((await call('GET', '/api/requests')).json).toMatchObject([{ verdict: 'passed' }]);
  });

  it('counts segments for the page', async () => {
    const { json } = await call('POST', '/api/segments', { body: '\u{1F600}'.repeat(36) });
    expect(json).toEqual({ encoding: 'UCS-2', segments: 2 });
  });

  it('answers 404, 405 and 415 with a sentence', async () => {
    expect((await call('GET', '/api/nothing')).status).toBe(404);
    expect((await call('GET', '/api/requests/nothing')).status).toBe(404);
    expect((await call('PUT', '/api/messages', {})).status).toBe(405);
    const form = await fetch(`${opened.console.url}/api/messages`, { method: 'POST', body: 'from=x' });
    expect(form.status).toBe(415);
  });
});

describe('replay', () => {
  const replay = (id: string | undefined, edits: object = {}) =>
    call('POST', `/api/requests/${id}/replay`, edits);

  it('repeats the very same request, signature included', async () => {
    await text('KEYNOTE 5');
    const { json } = await replay(opened.log.list()[0]?.id);
    expect(json).toMatchObject({ status: 200 });
    const [first, second] = opened.edge.received;
    expect(second?.params).toEqual(first?.params);
    expect(second?.headers['x-twilio-signature']).toBe(first?.headers['x-twilio-signature']);
    expect(second?.headers['i-twilio-idempotency-token']).toBe(first?.headers['i-twilio-idempotency-token']);
    expect(opened.log.list()).toHaveLength(2);
  });

  it('with an edit is refused under the old signature and passes when signed again', async () => {
    await text('KEYNOTE 5');
    const [record] = opened.log.list();
    const shown = await detail(record?.id);
    const params = shown.params?.map(([name, value]) => [name, name === 'Body' ? 'KEYNOTE 1' : value]);
    const reason = () => opened.log.list()[0]?.reason;
    expect((await replay(record?.id, { params })).json).toMatchObject({ status: 403, body: 'Unauthorized' });
    expect(reason()).toBe('signature-mismatch');
    expect((await replay(record?.id, { params, signature: 'none' })).json).toMatchObject({ status: 403 });
    expect(reason()).toBe('missing-signature');
    expect((await replay(record?.id, { params, signature: 'again' })).json).toMatchObject({
      status: 200,
      body: expect.stringContaining('KEYNOTE 1'),
    });
  });

  it('puts back the real numbers that the page never saw', async () => {
    await text('KEYNOTE 5', { from: '+4915112345678' });
    const [record] = opened.log.list();
    const shown = await detail(record?.id);
    expect((await replay(record?.id, { params: shown.params })).json).toMatchObject({ status: 200 });
    expect(opened.edge.received[1]?.params).toContainEqual(['From', '+4915112345678']);
  });
});

describe("the console's own safety", () => {
  function raw(
    headers: Record<string, string>,
    { method = 'POST', path = '/api/messages' } = {},
  ): Promise<number> {
    return new Promise((resolve, reject) => {
      const request = http.request(opened.console.url + path, { method, headers }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      request.on('error', reject);
      request.end(
        method === 'POST' ? JSON.stringify({ from: '+15550100001', body: 'KEYNOTE 1' }) : undefined,
      );
    });
  }
  const json = { 'content-type': 'application/json' };

  it('refuses a web site whose name was rebound to this machine', async () => {
    const { port } = new URL(opened.console.url);
    expect(await raw({ ...json, host: `evil.example:${port}` })).toBe(403);
    expect(await raw({ host: `evil.example:${port}` }, { method: 'GET', path: '/api/requests' })).toBe(403);
    expect(opened.edge.received).toEqual([]);
  });

  it('refuses orders from another origin, another local port included', async () => {
    expect(await raw({ ...json, origin: 'https://evil.example' })).toBe(403);
    expect(await raw({ ...json, origin: 'http://127.0.0.1:1' })).toBe(403);
    expect(await raw({ ...json, origin: 'null' })).toBe(403);
    expect(await raw({ ...json, 'sec-fetch-site': 'cross-site' })).toBe(403);
    expect(opened.edge.received).toEqual([]);
  });

  it('takes orders from its own page under every name of this machine', async () => {
    const { port } = new URL(opened.console.url);
    const own = {
      ...json,
      host: `localhost:${port}`,
      origin: `http://localhost:${port}`,
      'sec-fetch-site': 'same-origin',
    };
    expect(await raw(own)).toBe(200);
  });

  it('sends its page with a policy that lets no foreign script in', async () => {
    const response = await fetch(opened.console.url);
    expect(response.headers.get('content-security-policy')).toMatch(/default-src 'none'; script-src 'self'/);
    expect(await response.text()).toContain('<title>ringtrue console</title>');
  });
});
