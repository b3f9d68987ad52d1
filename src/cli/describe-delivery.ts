import pc from 'picocolors';
import type { Delivery, Reply } from '../emulator/phone/messaging';
import { maskAddress } from '../emulator/phone/phone-numbers';
import type { Exchange } from '../emulator/phone/retrieve-document';
import type { Problem } from '../emulator/phone/twilio-problem';
import { describeSegments } from './describe-segments';
import { printable } from './printable';

/** A delivery as lines for the terminal: each request `-->`, each answer `<--`, then what the phone shows. */
export function describeDelivery({ message, exchanges, problems, replies, delivered }: Delivery): string[] {
  const lines = exchanges.flatMap((exchange) => describeExchange(exchange, message.messageSid));
  lines.push(...problems.map(describeProblem));
  lines.push(...replies.flatMap(describeReply));
  if (replies.length === 0) {
    lines.push(delivered ? pc.dim('no reply: the phone stays silent') : pc.red('not delivered'));
  }
  return lines;
}

/** A request and its answer as two lines. */
export function describeExchange({ method, url, answer, problem, ms }: Exchange, sid: string): string[] {
  const time = pc.dim(`${ms.toFixed(0)} ms`);
  const sent = `${pc.cyan('-->')} ${method} ${printable(withoutQuery(url))} ${pc.dim(sid)}`;
  if (!answer)
    return [sent, `${pc.red('<--')} no answer ${time}${problem ? pc.dim(` ${problem.title}`) : ''}`];
  const arrow = answer.status < 300 ? pc.green('<--') : pc.red('<--');
  const type =
    answer.headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? 'no Content-Type';
  return [sent, `${arrow} ${answer.status} ${printable(type)} ${time}`];
}

export function describeProblem({ code, level, title, detail }: Problem): string {
  const paint = level === 'error' ? pc.red : pc.yellow;
  return `${paint(`    ${code} ${title}`)}: ${printable(detail)}`;
}

function describeReply(reply: Reply): string[] {
  const mark = reply.blocked ? pc.red('✗') : pc.green('●');
  const name = reply.by === 'carrier' ? 'Twilio itself' : maskAddress(reply.from);
  const notes = [describeSegments(reply), ...(reply.blocked ? [`blocked, ${reply.blocked.code}`] : [])];
  return [
    `${mark} ${pc.bold(name)} ${pc.dim(`(${notes.join(', ')})`)}`,
    ...reply.body.split(/\r?\n/).map((line) => `    ${printable(line)}`),
    ...reply.media.map((url) => `    [media] ${printable(url)}`),
  ];
}

/** The same for machines. Headers are left out: one of them is a valid credential. */
export function deliveryToJson({ message, exchanges, problems, replies, delivered }: Delivery): object {
  return {
    delivered,
    messageSid: message.messageSid,
    requests: exchanges.map(exchangeToJson),
    problems,
    replies: replies.map(({ from, to, blocked, ...rest }) => ({
      from: maskAddress(from),
      to: maskAddress(to),
      ...rest,
      blocked: blocked?.code ?? null,
    })),
  };
}

/** A request and its answer for machines. */
export function exchangeToJson({ method, url, answer, problem, ms }: Exchange): object {
  return {
    method,
    url: withoutQuery(url),
    status: answer?.status ?? null,
    contentType: answer?.headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? null,
    ms: Math.round(ms),
    problem: problem?.code ?? null,
  };
}

// With GET the query holds the whole message.
function withoutQuery(url: string): string {
  return url.replace(/\?.*/s, '?…');
}
