import { compareTally, type Results } from '../../../src/emulator/crowd/compare-tally';
import { calm, chaotic } from '../../../src/emulator/crowd/plan-chaos';
import { type CrowdOptions, expectTally, planCrowd } from '../../../src/emulator/crowd/plan-crowd';
import { percentile, runCrowd } from '../../../src/emulator/crowd/run-crowd';
import { SeededRandom } from '../../../src/emulator/crowd/seeded-random';
import { accountSid, authToken, closeServers, startWebhookServer } from '../phone/webhook-server';

afterEach(closeServers);

const options: CrowdOptions = {
  phones: 300,
  seconds: 10,
  seed: 1,
  chaos: calm,
  sessions: ['TALK', 'LUNCH'],
  firstPhone: 0,
};

const results = (histogram: number[], keyword = 'TALK'): Results => ({
  sessions: [
    {
      keyword,
      state: 'open',
      count: histogram.reduce((sum, n) => sum + n, 0),
      histogram: Object.fromEntries(histogram.map((n, index) => [String(index + 1), n])),
    },
  ],
});

describe('planCrowd', () => {
  it('plans the same texts for the same seed, under new MessageSids', () => {
    const strip = (seed: number) =>
      planCrowd({ ...options, seed }).map(({ texts, startsAt }) => ({
        startsAt,
        texts: texts.map(({ messageSid, ...rest }) => rest),
      }));
    expect(strip(1)).toEqual(strip(1));
    expect(strip(1)).not.toEqual(strip(2));
    const [first] = planCrowd(options);
    expect(first?.texts[0]?.messageSid).not.toBe(planCrowd(options)[0]?.texts[0]?.messageSid);
  });

  it('has every kind of people in it', () => {
    const plan = planCrowd(options);
    const texts = plan.flatMap((phone) => phone.texts);
    const bodies = texts.map(({ body }) => body);
    expect(new Set(plan.map(({ number }) => number)).size).toBe(300);
    expect(bodies.some((body) => /\p{Extended_Pictographic}/u.test(body))).toBe(true);
    expect(bodies.some((body) => body.includes('lvoed'))).toBe(true);
    expect(bodies).toContain('STOP');
    expect(plan.some((phone) => phone.texts.length > 1)).toBe(true);
    expect(texts.some(({ copies }) => copies.length > 0)).toBe(true);
    expect(texts.some(({ channel }) => channel === 'whatsapp')).toBe(true);
    expect(texts.every(({ delay, trickle }) => delay === 0 && trickle === 0)).toBe(true);
  });

  it('with chaos is late and slow too', () => {
    const texts = planCrowd({ ...options, chaos: chaotic }).flatMap((phone) => phone.texts);
    expect(texts.some(({ delay }) => delay > 0)).toBe(true);
    expect(texts.some(({ trickle }) => trickle > 0)).toBe(true);
  });

  it('expects the last vote of each phone in each session', () => {
    const text = (session: string, score: number) => ({
      messageSid: '',
      body: '',
      channel: 'sms' as const,
      delay: 0,
      copies: [],
      trickle: 0,
      vote: { session, score },
    });
    const tally = expectTally([
      { number: '1', startsAt: 0, texts: [text('TALK', 1), text('TALK', 5), text('LUNCH', 2)] },
      { number: '2', startsAt: 0, texts: [{ ...text('TALK', 3), vote: null }] },
    ]);
    expect(tally).toEqual(
      new Map([
        ['TALK', [0, 0, 0, 0, 1]],
        ['LUNCH', [0, 1, 0, 0, 0]],
      ]),
    );
  });
});

describe('compareTally', () => {
  const expected = new Map([['TALK', [0, 0, 2, 0, 3]]]);
  const before = results([1, 0, 0, 0, 0]);

  it('finds nothing when exactly what was sent was counted', () => {
    expect(compareTally(before, results([1, 0, 2, 0, 3]), expected)).toEqual({
      expected: 5,
      counted: 5,
      lost: 0,
      doubled: 0,
      misread: 0,
    });
  });

  it('tells lost, doubled and misread apart', () => {
    expect(compareTally(before, results([1, 0, 2, 0, 1]), expected)).toMatchObject({
      lost: 2,
      doubled: 0,
      misread: 0,
    });
    expect(compareTally(before, results([1, 0, 2, 0, 4]), expected)).toMatchObject({
      lost: 0,
      doubled: 1,
      misread: 0,
    });
    expect(compareTally(before, results([1, 0, 1, 0, 4]), expected)).toMatchObject({
      lost: 0,
      doubled: 0,
      misread: 1,
    });
  });

  it('sees a vote that landed in another session', () => {
    const both = { sessions: [...before.sessions, ...results([0, 0, 0, 0, 0], 'LUNCH').sessions] };
    const after = {
      sessions: [...results([1, 0, 2, 0, 2]).sessions, ...results([0, 0, 0, 0, 1], 'LUNCH').sessions],
    };
    expect(compareTally(both, after, expected)).toMatchObject({ lost: 1, doubled: 1 });
  });
});

describe('runCrowd', () => {
  it('delivers every text and every copy, in order for each phone', async () => {
    const server = await startWebhookServer();
    const plan = planCrowd({ ...options, phones: 40, seconds: 1, chaos: { ...calm, longest: 100 } });
    const report = await runCrowd(plan, { url: server.url, accountSid, authToken });
    const planned = plan.flatMap(({ texts }) => texts);
    expect(report.sent).toBe(planned.reduce((sum, { copies }) => sum + 1 + copies.length, 0));
    expect(report).toMatchObject({ failed: 0, rescued: 0 });
    expect(report.latencies).toHaveLength(report.sent);
    expect(server.received.every(({ genuine }) => genuine)).toBe(true);
    const arrival = server.received.map(({ params }) => new Map(params).get('MessageSid'));
    for (const { texts } of plan) {
      const order = texts.map(({ messageSid }) => arrival.indexOf(messageSid));
      expect(order).toEqual(order.toSorted((a, b) => a - b));
    }
  });

  it('counts what failed and what only the fallback took', async () => {
    const plan = planCrowd({ ...options, phones: 60, seconds: 1, chaos: { ...calm, duplicated: 0 } });
    const texts = plan.flatMap((phone) => phone.texts);
    const lost = texts.find(({ vote }) => vote === null)?.body;
    const losses = texts.filter(({ body }) => body === lost).length;
    const server = await startWebhookServer((response, { target, params }) => {
      const rescued = target === '/fallback' && new Map(params).get('Body') !== lost;
      response.writeHead(rescued ? 200 : 500, { 'content-type': 'text/xml' }).end('<Response/>');
    });
    const webhook = {
      url: `${server.url}/sms`,
      fallbackUrl: `${server.url}/fallback`,
      accountSid,
      authToken,
    };
    const report = await runCrowd(plan, webhook);
    expect(losses).toBeGreaterThan(0);
    expect(report).toMatchObject({ failed: losses, rescued: report.sent - losses });
    expect(report.refusals).toEqual(new Map([[500, report.sent + losses]]));
  });
});

describe('SeededRandom', () => {
  it('stays in its range and repeats itself', () => {
    const one = new SeededRandom(7);
    const two = new SeededRandom(7);
    for (let count = 0; count < 1_000; count++) {
      const value = one.next();
      expect(value).toBe(two.next());
      expect(value >= 0 && value < 1).toBe(true);
    }
  });
});

describe('percentile', () => {
  it('does not care for the order', () => {
    expect([0.5, 0.95, 1].map((share) => percentile([3, 1, 2, 5, 4], share))).toEqual([3, 5, 5]);
    expect(percentile([], 0.5)).toBe(0);
  });
});
