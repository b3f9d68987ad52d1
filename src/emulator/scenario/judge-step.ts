import type { CallDelivery } from '../phone/calling';
import type { Delivery } from '../phone/messaging';
import { type CallStep, readPattern, type TextStep } from './scenario-file';

/** What became of a text, in words that are the same wherever it was sent. */
export function describeText({ delivered, problems, replies }: Delivery): string[] {
  return [
    ...(delivered ? [] : ['not delivered']),
    ...problems.map(({ code }) => `code ${code}`),
    ...replies.map(
      ({ by, body, blocked }) =>
        `${by === 'carrier' ? 'Twilio' : 'reply'}${blocked ? ' (blocked)' : ''}: ${body}`,
    ),
    ...(delivered && replies.length === 0 ? ['no reply'] : []),
  ];
}

/** What was expected of a text and did not happen. */
export function findTextFaults({ expect }: TextStep, { delivered, problems, replies }: Delivery): string[] {
  const faults: string[] = [];
  const wantsDelivery = expect.delivered ?? (expect.problem === undefined ? true : undefined);
  if (wantsDelivery !== undefined && delivered !== wantsDelivery) {
    const cause = problems[0] ? ` (${problems[0].code}: ${problems[0].detail})` : '';
    faults.push(delivered ? 'it was delivered' : `it was not delivered${cause}`);
  }
  if (expect.problem !== undefined && !problems.some(({ code }) => code === expect.problem)) {
    faults.push(
      `no ${expect.problem}, but ${problems.map(({ code }) => code).join(', ') || 'no problem at all'}`,
    );
  }
  const said = replies.filter(({ by }) => by === 'webhook').map(({ body }) => body);
  if (expect.reply === null && said.length > 0) faults.push(`a reply: ${said[0]}`);
  if (typeof expect.reply === 'string' && !said.some((body) => matches(body, String(expect.reply)))) {
    faults.push(`no reply with "${expect.reply}", but ${said[0] === undefined ? 'none' : `"${said[0]}"`}`);
  }
  return faults;
}

function matches(body: string, expected: string): boolean {
  return readPattern(expected)?.test(body) ?? body.includes(expected);
}

/** What was heard and pressed in a call, and how it ended. */
export function describeCall({ moments, problems, end }: CallDelivery): string[] {
  return [
    ...problems.map(({ code }) => `code ${code}`),
    ...moments.map((moment) => {
      if (moment.verb === 'say') return `hears: ${moment.text}`;
      if (moment.verb === 'keys') return `presses: ${moment.digits}`;
      return moment.verb;
    }),
    `ends: ${end}`,
  ];
}

/** What was expected of a call and did not happen. */
export function findCallFaults({ expect }: CallStep, { moments, problems, end }: CallDelivery): string[] {
  const faults: string[] = [];
  const heard = moments.flatMap((moment) => (moment.verb === 'say' ? [moment.text] : []));
  const { hears, answered = true } = expect;
  if (answered === (end === 'error' || end === 'reject')) {
    const cause = problems[0] ? ` (${problems[0].code}: ${problems[0].detail})` : '';
    faults.push(answered ? `it was not answered${cause}` : 'it was answered');
  }
  if (hears !== undefined && !heard.some((text) => matches(text, hears)))
    faults.push(`nobody said "${hears}", but "${heard.at(-1) ?? 'nothing'}"`);
  return faults;
}
