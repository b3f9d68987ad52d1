import { setTimeout as wait } from 'node:timers/promises';
import { type Delivery, Messaging, type Webhook } from '../phone/messaging';
import type { PlannedPhone, PlannedText } from './plan-crowd';

/** What happened on the way; times in milliseconds. */
export interface CrowdReport {
  /** Requests that reached the webhook or should have, copies included. */
  sent: number;
  /** Deliveries that neither webhook nor fallback took. */
  failed: number;
  /** Deliveries that only the fallback took. */
  rescued: number;
  /** Of each delivery, from the first byte sent to the last one read, in the order they ended. */
  latencies: number[];
  /** How often Twilio would have written each code. */
  codes: Map<number, number>;
  /** How often each status outside 200 to 299 was answered; 429 is more than 30 invocations at once. */
  refusals: Map<number, number>;
}

/** Sends all that was planned, at its time. @param onDelivery hears what became of each delivery, copies included */
export async function runCrowd(
  plan: readonly PlannedPhone[],
  webhook: Webhook,
  onDelivery: (number: string, text: PlannedText, delivery: Delivery) => void = () => {},
): Promise<CrowdReport> {
  const report: CrowdReport = {
    sent: 0,
    failed: 0,
    rescued: 0,
    latencies: [],
    codes: new Map(),
    refusals: new Map(),
  };
  const messaging = new Messaging();
  const deliver = async (from: string, text: PlannedText): Promise<void> => {
    const { body, channel, messageSid, trickle } = text;
    const delivery = await messaging.receive(
      { from, body, channel, messageSid },
      { ...webhook, trickleMs: trickle },
    );
    note(report, delivery);
    onDelivery(from, text, delivery);
  };
  const act = async ({ number, startsAt, texts }: PlannedPhone): Promise<void> => {
    await wait(startsAt);
    const late: Promise<void>[] = [];
    for (const text of texts) {
      await wait(text.delay);
      // Copies may arrive before the first delivery is answered, or after the next text: neither may count again.
      late.push(...text.copies.map((after) => wait(after).then(() => deliver(number, text))));
      await deliver(number, text);
    }
    await Promise.all(late);
  };
  await Promise.all(plan.map(act));
  return report;
}

function note(report: CrowdReport, { exchanges, problems, delivered }: Delivery): void {
  report.sent += 1;
  if (!delivered) report.failed += 1;
  else if (problems.some(({ level, code }) => level === 'error' && code < 13_000)) report.rescued += 1;
  report.latencies.push(exchanges.reduce((sum, { ms }) => sum + ms, 0));
  for (const { code } of problems) count(report.codes, code);
  for (const { answer } of exchanges) {
    if (answer && (answer.status < 200 || answer.status > 299)) count(report.refusals, answer.status);
  }
}

function count(counts: Map<number, number>, key: number): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** The latency that a share of all deliveries stayed below. @param share from 0 to 1 */
export function percentile(latencies: readonly number[], share: number): number {
  const sorted = latencies.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}
