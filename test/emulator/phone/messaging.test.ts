import net from 'node:net';
import { gzipSync } from 'node:zlib';
import { validateRequest } from 'twilio/lib/webhooks/webhooks';
import type { Text } from '../../../src/emulator/phone/complete-text';
import { Messaging, type Webhook } from '../../../src/emulator/phone/messaging';
import {
  accountSid,
  answerMessage,
  answerTwiml,
  authToken,
  closeServers,
  startWebhookServer,
} from './webhook-server';

afterEach(closeServers);

const phone = '+15550100001';

function send(
  url: string,
  text: Partial<Text> = {},
  webhook: Partial<Webhook> = {},
  messaging = new Messaging(),
) {
  return messaging.receive(
    { from: phone, body: 'KEYNOTE 5', ...text },
    { url, accountSid, authToken, ...webhook },
  );
}

const codes = ({ problems }: { problems: { code: number }[] }) => problems.map(({ code }) => code);

describe('the request', () => {
  it.each([
    ['a plain text', {}, ''],
    ['what hurts in a form', { body: ' 5 & + % ü \u{1F600} ' }, ''],
    ['half a surrogate pair', { body: 'cut \ud83d' }, ''],
    ['a query with an apostrophe', {}, "?at=O'Hara&x=%2F+y"],
    ['WhatsApp', { channel: 'whatsapp' as const }, ''],
    ['RCS', { channel: 'rcs' as const }, ''],
    [
      'media alone',
      { body: '', media: [{ url: 'https://example.com/a.png', contentType: 'image/png' }] },
      '',
    ],
    ['a parameter nobody knows yet', { extra: [['NewThing', ''] as [string, string]] }, ''],
  ])("carries a signature that Twilio's library accepts: %s", async (_, text, query) => {
    const server = await startWebhookServer();
    const { delivered } = await send(`${server.url}/sms/incoming${query}`, text);
    expect(delivered).toBe(true);
    expect(server.received).toHaveLength(1);
    expect(server.received[0]).toMatchObject({
      genuine: true,
      method: 'POST',
      target: `/sms/incoming${query}`,
    });
  });

  it('goes straight to the emulator when it is addressed to its public URL, signed for that URL', async () => {
    const server = await startWebhookServer();
    const reroute = { publicUrl: 'https://tunnel.example/base', edgeUrl: server.url };
    const { delivered } = await send('https://tunnel.example/base/sms?a=1', {}, { reroute });
    expect(delivered).toBe(true);
    const [received] = server.received;
    expect(received).toMatchObject({ target: '/sms?a=1', headers: { host: 'tunnel.example' } });
    expect(
      validateRequest(
        authToken,
        String(received?.headers['x-twilio-signature']),
        'https://tunnel.example/base/sms?a=1',
        Object.fromEntries(received?.params ?? []),
      ),
    ).toBe(true);
    await send('https://tunnel.example.invalid/base/sms', {}, { reroute });
    expect(server.received).toHaveLength(1);
  });

  it('carries the headers of Twilio', async () => {
    const server = await startWebhookServer();
    await send(`${server.url}/sms`);
    expect(server.received[0]?.headers).toMatchObject({
      'user-agent': 'TwilioProxy/1.1',
      accept: '*/*',
      'content-type': 'application/x-www-form-urlencoded',
      'x-home-region': 'us1',
      'accept-encoding': 'gzip',
      'i-twilio-idempotency-token': expect.stringMatching(/^[0-9a-f-]{36}$/),
      'x-twilio-signature': expect.stringMatching(/^.{27}=$/),
    });
  });

  it('signs without credentials and fragment, sends the ones as a header and the other not at all', async () => {
    const server = await startWebhookServer();
    await send(`${server.url.replace('://', '://user:pa%3Ass@')}/sms?a=1#rc=2&rp=all`);
    expect(server.received[0]).toMatchObject({ genuine: true, target: '/sms?a=1' });
    expect(server.received[0]?.headers.authorization).toBe(
      `Basic ${Buffer.from('user:pa:ss').toString('base64')}`,
    );
  });

  it('puts everything into the signed query with GET', async () => {
    const server = await startWebhookServer();
    await send(`${server.url}/sms?event=1`, {}, { method: 'GET' });
    const [received] = server.received;
    expect(received).toMatchObject({ genuine: true, method: 'GET', params: [] });
    expect(new URL(`http://x${received?.target}`).searchParams.get('Body')).toBe('KEYNOTE 5');
  });

  it('has no signature when asked to forge, and a wrong one with another token', async () => {
    const server = await startWebhookServer();
    await send(server.url, {}, { authToken: null });
    await send(server.url, {}, { authToken: 'f'.repeat(32) });
    expect(server.received.map(({ genuine }) => genuine)).toEqual([false, false]);
    expect(server.received[0]?.headers).not.toHaveProperty('x-twilio-signature');
  });

  it('arrives whole when the line is slow', async () => {
    const server = await startWebhookServer();
    await send(server.url, {}, { trickleMs: 40 });
    expect(server.received[0]?.genuine).toBe(true);
  });

  it('brings back the cookies of this pair of phones only', async () => {
    const server = await startWebhookServer((response, _, count) => {
      response.setHeader('set-cookie', [`seen=${count}; Path=/`, 'b=2']);
      answerTwiml(response, '<Response/>');
    });
    const messaging = new Messaging();
    await send(server.url, {}, {}, messaging);
    await send(server.url, {}, {}, messaging);
    await send(server.url, { from: '+15550100002' }, {}, messaging);
    expect(server.received.map(({ headers }) => headers.cookie)).toEqual([
      undefined,
      'seen=1; b=2',
      undefined,
    ]);
  });
});

describe('the reply', () => {
  it('becomes a message from the number to the phone, counted in segments', async () => {
    const server = await startWebhookServer((response) => answerMessage(response, 'Thanks \u{1F600}'));
    const { replies } = await send(server.url);
    expect(replies).toMatchObject([
      {
        from: '+15550100000',
        to: phone,
        body: 'Thanks \u{1F600}',
        encoding: 'UCS-2',
        segments: 1,
        by: 'webhook',
        blocked: null,
      },
    ]);
  });

  it('stays on the channel it came by', async () => {
    const server = await startWebhookServer((response) => answerMessage(response, 'Thanks'));
    const { replies } = await send(server.url, { channel: 'whatsapp' });
    expect(replies).toMatchObject([{ from: 'whatsapp:+15550100000', to: `whatsapp:${phone}` }]);
  });

  it('may be packed with gzip', async () => {
    const server = await startWebhookServer((response) => {
      response.writeHead(200, { 'content-type': 'text/xml', 'content-encoding': 'gzip' });
      response.end(gzipSync('<Response><Message>packed</Message></Response>'));
    });
    expect((await send(server.url)).replies).toMatchObject([{ body: 'packed' }]);
  });

  it('cannot grow past 64 kB by being packed', async () => {
    const server = await startWebhookServer((response) => {
      response.writeHead(200, { 'content-type': 'text/xml', 'content-encoding': 'gzip' });
      response.end(gzipSync(`<Response>${' '.repeat(10_000_000)}</Response>`));
    });
    const delivery = await send(server.url);
    expect(delivery.delivered).toBe(false);
    expect(codes(delivery)).toEqual([11750]);
  });

  it('follows <Redirect> with a signed request to the relative URL', async () => {
    const server = await startWebhookServer((response, { target }) =>
      target === '/sms/next?a=1'
        ? answerMessage(response, 'second')
        : answerTwiml(response, '<Response><Message>first</Message><Redirect>next?a=1</Redirect></Response>'),
    );
    const { replies } = await send(`${server.url}/sms/incoming`);
    expect(replies.map(({ body }) => body)).toEqual(['first', 'second']);
    expect(server.received.map(({ genuine, method }) => ({ genuine, method }))).toEqual([
      { genuine: true, method: 'POST' },
      { genuine: true, method: 'POST' },
    ]);
  });

  it('stops a <Redirect> that runs in a circle after 50 documents', async () => {
    const server = await startWebhookServer((response) =>
      answerTwiml(response, '<Response><Redirect>/</Redirect></Response>'),
    );
    expect(codes(await send(server.url))).toEqual([14106]);
    expect(server.received).toHaveLength(50);
  });

  it('sends ten messages at most', async () => {
    const server = await startWebhookServer((response) =>
      answerTwiml(response, `<Response>${'<Message>x</Message>'.repeat(11)}</Response>`),
    );
    const delivery = await send(server.url);
    expect(delivery.replies).toHaveLength(10);
    expect(codes(delivery)).toEqual([14109]);
  });

  it.each([
    ['empty', '<Message> </Message>', 14103],
    ['too long', `<Message>${'a'.repeat(1_601)}</Message>`, 14103],
    ['sent to nobody', '<Message to="anyone at all">x</Message>', 14101],
  ])('is blocked when it is %s', async (_, message, code) => {
    const server = await startWebhookServer((response) =>
      answerTwiml(response, `<Response>${message}</Response>`),
    );
    const delivery = await send(server.url);
    expect(delivery.delivered).toBe(true);
    expect(delivery.replies[0]?.blocked?.code).toBe(code);
  });

  it('is blocked after 30 in a row, until there was silence for 30 s', async () => {
    const server = await startWebhookServer((response) => answerMessage(response, 'x'));
    let now = 0;
    const messaging = new Messaging({ clock: () => now });
    const blocked: (number | undefined)[] = [];
    for (let count = 0; count < 32; count++) {
      now += 1_000;
      const { replies } = await send(server.url, {}, {}, messaging);
      blocked.push(replies[0]?.blocked?.code);
    }
    expect(blocked.slice(0, 30).every((code) => code === undefined)).toBe(true);
    expect(blocked.slice(30)).toEqual([14107, 14107]);
    now += 30_000;
    const { replies } = await send(server.url, {}, {}, messaging);
    expect(replies[0]?.blocked).toBeNull();
  });
});

describe('a failing webhook', () => {
  it('is replaced by the fallback, which is told the error and where it happened', async () => {
    const server = await startWebhookServer((response, { target }) => {
      if (target === '/fallback') answerMessage(response, 'saved');
      else response.writeHead(500).end();
    });
    const delivery = await send(`${server.url}/sms`, {}, { fallbackUrl: `${server.url}/fallback` });
    expect(delivery).toMatchObject({ delivered: true, replies: [{ body: 'saved' }] });
    expect(codes(delivery)).toEqual([11200]);
    const fallback = server.received[1];
    expect(fallback?.genuine).toBe(true);
    expect(Object.fromEntries(fallback?.params ?? [])).toMatchObject({
      Body: 'KEYNOTE 5',
      MessageSid: delivery.message.messageSid,
      ErrorCode: '11200',
      ErrorUrl: `${server.url}/sms`,
    });
  });

  it('is lost without a fallback, and when the fallback fails too', async () => {
    const server = await startWebhookServer((response) => response.writeHead(500).end());
    expect(await send(server.url)).toMatchObject({ delivered: false, replies: [] });
    expect(server.received).toHaveLength(1);
    expect(await send(server.url, {}, { fallbackUrl: server.url })).toMatchObject({ delivered: false });
    expect(server.received).toHaveLength(3);
  });

  it('is not tried again by default, and as often as the fragment says', async () => {
    const server = await startWebhookServer((response, _, count) => {
      if (count < 4) response.writeHead(503).end();
      else answerMessage(response, 'at last');
    });
    expect((await send(server.url)).delivered).toBe(false);
    expect(server.received).toHaveLength(1);
    const delivery = await send(`${server.url}/#rc=2&rp=5xx`);
    expect(delivery.replies).toMatchObject([{ body: 'at last' }]);
    const tokens = server.received.slice(1).map(({ headers }) => headers['i-twilio-idempotency-token']);
    expect(tokens).toHaveLength(3);
    expect(new Set(tokens).size).toBe(1);
  });

  it('that is slower than the read timeout counts as 11200', async () => {
    const server = await startWebhookServer(() => {});
    const delivery = await send(`${server.url}/#rt=100`);
    expect(delivery.delivered).toBe(false);
    expect(codes(delivery)).toEqual([11200]);
  });

  it('that is not there counts as 11205, and is tried twice', async () => {
    const server = await startWebhookServer();
    await closeServers();
    const delivery = await send(server.url);
    expect(codes(delivery)).toEqual([11205]);
    expect(delivery.exchanges).toHaveLength(2);
  });

  it('with a host that does not exist counts as 11210', async () => {
    expect(codes(await send('http://nowhere.invalid/sms'))).toEqual([11210]);
  });

  it('that talks something else counts as 11206', async () => {
    const server = net.createServer((socket) => socket.end('220 smtp ready\r\n'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as net.AddressInfo;
    try {
      expect(codes(await send(`http://127.0.0.1:${port}/`))).toEqual([11206]);
    } finally {
      server.close();
    }
  });

  it('with a URL that cannot be called counts as 11321 and nothing is sent', async () => {
    const delivery = await send('sms/incoming');
    expect(codes(delivery)).toEqual([11321]);
    expect(delivery.exchanges).toEqual([]);
  });
});

describe('an HTTP redirect', () => {
  it.each([301, 302, 303])('by %i becomes a GET that has lost the form', async (status) => {
    const server = await startWebhookServer((response, { target }) => {
      if (target === '/new') answerMessage(response, 'here');
      else response.writeHead(status, { location: '/new' }).end();
    });
    const { replies } = await send(`${server.url}/old`);
    expect(replies).toMatchObject([{ body: 'here' }]);
    expect(server.received[1]).toMatchObject({ method: 'GET', target: '/new', params: [], genuine: true });
  });

  it('by 307 keeps method and form', async () => {
    const server = await startWebhookServer((response, { target }) => {
      if (target === '/new') answerMessage(response, 'here');
      else response.writeHead(307, { location: '/new' }).end();
    });
    await send(`${server.url}/old`);
    expect(server.received[1]).toMatchObject({ method: 'POST', genuine: true });
  });

  it('never takes the credentials to another host', async () => {
    const other = await startWebhookServer();
    const server = await startWebhookServer((response) =>
      response.writeHead(302, { location: `${other.url}/` }).end(),
    );
    await send(server.url.replace('://', '://user:pass@'));
    expect(other.received[0]?.headers).not.toHaveProperty('authorization');
  });

  it('in a circle counts as 11215, another 3xx as 11216', async () => {
    const circle = await startWebhookServer((response) => response.writeHead(302, { location: '/' }).end());
    expect(codes(await send(circle.url))).toEqual([11215]);
    const odd = await startWebhookServer((response) => response.writeHead(304).end());
    expect(codes(await send(odd.url))).toEqual([11216]);
  });
});

describe('STOP, START and HELP', () => {
  it('blocks replies after STOP with 21610 and lets them through after START, while the webhook still hears all', async () => {
    const server = await startWebhookServer((response) => answerMessage(response, 'Thanks'));
    const messaging = new Messaging();
    const stop = await send(server.url, { body: ' stop ' }, {}, messaging);
    expect(stop.replies).toMatchObject([
      { by: 'carrier', blocked: null, body: expect.stringContaining('unsubscribed') },
      { by: 'webhook', blocked: { code: 21610 } },
    ]);
    const blocked = await send(server.url, { body: 'KEYNOTE 5' }, {}, messaging);
    expect(blocked.delivered).toBe(true);
    expect(blocked.replies).toMatchObject([{ blocked: { code: 21610 } }]);
    const other = await send(server.url, { from: '+15550100002' }, {}, messaging);
    expect(other.replies).toMatchObject([{ blocked: null }]);
    const start = await send(server.url, { body: 'UNSTOP' }, {}, messaging);
    expect(start.replies).toMatchObject([{ by: 'carrier' }, { by: 'webhook', blocked: null }]);
    expect(server.received).toHaveLength(4);
  });

  it.each(['STOP', 'UNSUBSCRIBE', 'END', 'QUIT', 'STOPALL', 'REVOKE', 'OPTOUT', 'CANCEL'])(
    'knows %s',
    async (body) => {
      const server = await startWebhookServer((response) => answerMessage(response, 'x'));
      const { replies } = await send(server.url, { body: body.toLowerCase() });
      expect(replies.map(({ by }) => by)).toEqual(['carrier', 'webhook']);
      expect(replies[1]?.blocked?.code).toBe(21610);
    },
  );

  it('does not mistake a sentence for STOP', async () => {
    const server = await startWebhookServer((response) => answerMessage(response, 'x'));
    for (const body of ['STOP PLEASE', 'Stop texting me', 'stop.']) {
      expect((await send(server.url, { body })).replies).toMatchObject([{ by: 'webhook', blocked: null }]);
    }
  });

  it('shares an opt-out between SMS and RCS but not with WhatsApp', async () => {
    const server = await startWebhookServer((response) => answerMessage(response, 'x'));
    const messaging = new Messaging();
    await send(server.url, { body: 'STOP' }, {}, messaging);
    const rcs = await send(server.url, { channel: 'rcs' }, {}, messaging);
    expect(rcs.replies[0]?.blocked?.code).toBe(21610);
    const whatsapp = await send(server.url, { channel: 'whatsapp' }, {}, messaging);
    expect(whatsapp.replies[0]?.blocked).toBeNull();
  });
});

describe('a text no phone could send', () => {
  it.each([
    [{ from: 'nobody at all' }, /"from" is no phone number/],
    [{ to: '+' }, /"to" is no phone number/],
    [{ body: '' }, /text or media/],
    [{ body: 'a'.repeat(1_601) }, /1600 at most/],
    [{ messageSid: 'SM1' }, /MessageSid/],
  ])('is refused before anything is sent: %j', async (text, reason) => {
    const server = await startWebhookServer();
    await expect(send(server.url, text)).rejects.toThrow(reason);
    expect(server.received).toEqual([]);
  });
});
