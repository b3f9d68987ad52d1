import { allAttacks } from '../../../src/emulator/attack/all-attacks';
import { runAgainst, sendGenuine } from '../../../src/emulator/attack/run-against';
import {
  accountSid,
  authToken,
  closeServers,
  type Received,
  startWebhookServer,
} from '../phone/webhook-server';

afterEach(closeServers);

describe('attacks on the webhook of an emulator behind a proxy', () => {
  it('reach it below its own path, so that what is stopped was really tried', async () => {
    const edge = await startWebhookServer((response, { target }) => {
      const known = target.startsWith('/sms/incoming');
      response.writeHead(known ? 200 : 404, { 'content-type': 'text/xml' }).end('<Response/>');
    });
    const owned = {
      url: 'https://tunnel.example/base/sms/incoming',
      accountSid,
      authToken,
      reroute: { publicUrl: 'https://tunnel.example/base', edgeUrl: edge.url },
    };
    expect(await sendGenuine(owned)).toBe(200);
    const trials = await runAgainst(
      allAttacks.filter(({ name }) => ['unsigned', 'changed-body'].includes(name)),
      owned,
    );
    expect(trials).toMatchObject([
      { through: true, status: 200 },
      { through: true, status: 200 },
    ]);
    expect(
      edge.received.every(
        ({ target, headers }) => target === '/sms/incoming' && headers.host === 'tunnel.example',
      ),
    ).toBe(true);
  });

  it('never carry a text that would be counted', async () => {
    const edge = await startWebhookServer();
    await runAgainst(allAttacks, { url: `${edge.url}/sms/incoming`, accountSid, authToken });
    const texts = edge.received.flatMap(({ params }) => params.filter(([name]) => name === 'Body'));
    expect(texts.length).toBeGreaterThan(30);
    expect(texts.filter(([, text]) => /\d|★|\b(?:one|two|three|four|five)\b/i.test(text))).toEqual([]);
  });
});

/** Attacks that are through at a webhook of ours, which answers as `respond` says. */
async function throughAt(respond: (received: Received) => [status: number, text: string]): Promise<string[]> {
  const { url } = await startWebhookServer((response, received) => {
    const [status, text] = respond(received);
    response.writeHead(status, { 'content-type': 'text/plain' }).end(text);
  });
  const trials = await runAgainst(allAttacks, { url: `${url}/sms/incoming`, accountSid, authToken });
  return trials.filter(({ through }) => through).map(({ attack: { name } }) => name);
}

// As a careful handler does it: each field once, and of the account that it serves.
function takeFields({ params }: Received): [status: number, text: string] {
  const values = (name: string) => params.filter(([given]) => given === name).map(([, value]) => value);
  const isMessage =
    values('AccountSid').join() === accountSid &&
    values('Body').length === 1 &&
    /^SM[0-9a-f]{32}$/.test(values('MessageSid').join());
  return isMessage ? [200, ''] : [400, 'Bad Request'];
}

describe('a handler that refuses what is no message', () => {
  it('has stopped no attack by that when it checks no signature', async () => {
    const through = await throughAt(takeFields);
    expect(through).toEqual(expect.arrayContaining(['unsigned', 'random-signature', 'request-shadowing']));
    expect(through).toEqual(
      expect.arrayContaining(['repeated-field', 'added-field', 'removed-field', 'many-fields']),
    );
  });

  it('has stopped them where the signature is checked before', async () => {
    const through = await throughAt((received) =>
      received.genuine ? takeFields(received) : [403, 'Unauthorized'],
    );
    expect(through).toEqual([]);
  });

  it('is not taken for a hole where strangers get the same answer', async () => {
    const through = await throughAt((received) =>
      received.genuine ? takeFields(received) : [400, 'Bad Request'],
    );
    expect(through).toEqual([]);
  });

  it('shows a check that leaves out requests of one kind', async () => {
    const through = await throughAt((received) => {
      const isForm = received.headers['content-type'] === 'application/x-www-form-urlencoded';
      return received.genuine || !isForm ? takeFields(received) : [403, 'Unauthorized'];
    });
    expect(through).toEqual(expect.arrayContaining(['multipart', 'json-types']));
    expect(through).not.toContain('unsigned');
  });
});
