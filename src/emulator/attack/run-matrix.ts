import { Messaging } from '../phone/messaging';
import { fictionalNumber } from '../phone/phone-numbers';
import { type Attack, describeCapture } from './attack';
import { type ProtectedTarget, type Protection, startProtectedTarget } from './protected-target';
import { RatingApp } from './rating-app';
import { type RawAnswer, readCapture, sendRaw } from './raw-request';

/** `stopped`: nothing was gained. `blind`: the attacker had nothing to start from. `through`: the attack worked. */
export type Outcome = 'stopped' | 'blind' | 'through';

export interface MatrixRow {
  attack: Attack;
  /** By name of the protection. */
  outcomes: Record<string, Outcome>;
}

const victim = fictionalNumber(0);
const accountSid = `AC${'0'.repeat(32)}`;

/**
 * Runs every attack against every protection, for real: a genuine vote and its correction are sent, the attacker reads
 * the line and attacks, and the votes, the files and the service tell what came of it.
 * @param onProgress called before each protection
 */
export async function runMatrix(
  attacks: readonly Attack[],
  protections: readonly Protection[],
  onProgress: (protection: Protection) => void = () => {},
): Promise<MatrixRow[]> {
  const rows = attacks.map((attack): MatrixRow => ({ attack, outcomes: {} }));
  for (const protection of protections) {
    onProgress(protection);
    const target = await startProtectedTarget(protection);
    try {
      for (const row of rows) row.outcomes[protection.name] = await tryAttack(row.attack, target);
    } finally {
      await target.close();
    }
  }
  return rows;
}

async function tryAttack(attack: Attack, target: ProtectedTarget): Promise<Outcome> {
  const { app, origin, line } = target;
  app.reset();
  await vote(target, 'KEYNOTE 1');
  const captured = readCapture(line.lastHeard());
  await vote(target, 'KEYNOTE 5');
  const before = app.votes();
  if (attack.needs === 'capture' && !captured) return 'blind';
  const where = { target: '/sms/incoming', accountSid };
  const situation = { origin, ...where, text: 'KEYNOTE 2', capture: describeCapture(captured, where) };
  const answers: RawAnswer[] = [];
  for (const request of attack.build(situation)) answers.push(await sendRaw(origin, request));
  if (attack.goal === 'read')
    return answers.some(({ body }) => RatingApp.leaks(body)) ? 'through' : 'stopped';
  if (attack.goal === 'overload') return answers.some(isSuccess) ? 'through' : 'stopped';
  return app.votes() === before ? 'stopped' : 'through';
}

function isSuccess({ status }: RawAnswer): boolean {
  return status !== null && status >= 200 && status < 300;
}

async function vote({ webhookUrl, authToken }: ProtectedTarget, body: string): Promise<void> {
  const delivery = await new Messaging().receive(
    { from: victim, body },
    { url: webhookUrl, accountSid, authToken, insecure: true },
  );
  if (!delivery.delivered) {
    throw new Error(`a genuine message was not delivered: ${delivery.problems[0]?.detail}`);
  }
}
