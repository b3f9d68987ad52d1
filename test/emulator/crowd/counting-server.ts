import { replyTexts } from '../../../src/rating/reply-texts';
import { startWebhookServer, type WebhookServer } from '../phone/webhook-server';

/** What a rating server does wrong on purpose. */
export type Fault = 'none' | 'forgets' | 'counts-copies' | 'is-away' | 'never-saves';

/** A server that counts ratings of one session, for the crowd to be compared with. */
export async function startCountingServer(fault: Fault): Promise<WebhookServer> {
  const seen = new Set<string>();
  const votes = new Map<string, number>();
  let count = 0;
  let resultsAway = 0;
  return startWebhookServer((response, { target, params, genuine }) => {
    if (target === '/results') {
      // At the first question all is well; of the next ones two find the store away.
      if (fault === 'is-away' && count > 0 && resultsAway < 2) {
        resultsAway += 1;
        response.writeHead(503).end();
        return;
      }
      const histogram: Record<string, number> = { 1: 0, 2: 0, 3: 0, 4: 0, 5: 0 };
      for (const score of votes.values()) histogram[score] = (histogram[score] ?? 0) + 1;
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(
        JSON.stringify({ sessions: [{ keyword: 'TALK', state: 'open', count: votes.size, histogram }] }),
      );
      return;
    }
    const message = new Map(params);
    const sid = message.get('MessageSid') ?? '';
    const score = genuine ? readScore(message.get('Body') ?? '') : null;
    count += 1;
    if (score !== null && (fault === 'never-saves' || (fault === 'is-away' && count <= 20))) {
      response.writeHead(200, { 'content-type': 'text/xml' });
      response.end(`<Response><Message>${replyTexts.en.tryLater}</Message></Response>`);
      return;
    }
    if (score !== null && !(fault === 'forgets' && count % 10 === 0)) {
      const phone = (message.get('From') ?? '').replace('whatsapp:', '');
      if (fault === 'counts-copies') votes.set(`${phone} ${seen.has(sid) ? count : ''}`, score);
      else if (!seen.has(sid)) votes.set(phone, score);
      seen.add(sid);
    }
    response.writeHead(200, { 'content-type': 'text/xml' }).end('<Response/>');
  });
}

// As simple as it can be for the texts of a crowd.
function readScore(text: string): number | null {
  if (!/talk/i.test(text) || /\d\.\d|10|\b0\b/.test(text)) return null;
  const words = ['one', 'two', 'three', 'four', 'five'].findIndex((word) => text.includes(` ${word}`));
  if (words !== -1) return words + 1;
  const stars = /★+/.exec(text)?.[0].length;
  const digit = /[1-5]/.exec(text)?.[0] ?? String('١٢٣٤٥'.indexOf(/[١-٥]/.exec(text)?.[0] ?? '?') + 1);
  const score = stars ?? Number(digit);
  return score === 0 ? null : score;
}
