import { allAttacks } from '../../../src/emulator/attack/all-attacks';
import { runAgainst, sendGenuine } from '../../../src/emulator/attack/run-against';
import { accountSid, authToken, closeServers, startWebhookServer } from '../phone/webhook-server';

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
