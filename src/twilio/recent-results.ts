import { createHash } from 'node:crypto';
import { type Answer, json } from './answer';

/** The oldest answer that anybody may be content with, in seconds. */
const oldest = 10;

let last: { event: string; at: number; answer: Promise<Answer> } | undefined;

/**
 * Answers with results. A page that many people watch says `Cache-Control: max-age=2` (RFC 9111, 5.2.1.1), and is given what
 * was read for somebody else within that time; who says nothing has them read anew. With `If-None-Match` of what is still
 * so, the answer is an empty 304.
 *
 * @param headers of the request, untrusted: the worst they can ask for are public results of ten seconds ago
 */
export async function answerRecent(
  read: () => Promise<unknown>,
  { event, now, headers }: { event: string; now: number; headers: Record<string, unknown> },
): Promise<Answer> {
  const age = acceptedAge(headers['cache-control']);
  if (!last || last.event !== event || now - last.at >= age * 1000 || now < last.at) {
    const reading = { event, at: now, answer: read().then(tagged) };
    last = reading;
    reading.answer.catch(() => {
      if (last === reading) last = undefined;
    });
  }
  const answer = await last.answer;
  if (headers['if-none-match'] !== answer.headers?.ETag) return answer;
  return { ...answer, status: 304, body: '' };
}

function acceptedAge(header: unknown): number {
  const seconds = typeof header === 'string' ? /^max-age=(\d{1,4})$/.exec(header)?.[1] : undefined;
  return Math.min(oldest, Number(seconds ?? 0));
}

function tagged(value: unknown): Answer {
  const answer = json(value);
  const tag = createHash('sha256').update(answer.body).digest('base64url').slice(0, 22);
  return { ...answer, headers: { ETag: `"${tag}"` } };
}
