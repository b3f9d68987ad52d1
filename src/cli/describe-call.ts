import pc from 'picocolors';
import type { CallDelivery, CallEnd, CallMoment } from '../emulator/phone/calling';
import { describeExchange, describeProblem, exchangeToJson } from './describe-delivery';
import { printable } from './printable';

/** A call as lines for the terminal: each request `-->`, each answer `<--`, then what was heard and pressed. */
export function describeCall({ call, exchanges, problems, moments, end }: CallDelivery): string[] {
  return [
    ...exchanges.flatMap((exchange) => describeExchange(exchange, call.callSid)),
    ...problems.map(describeProblem),
    ...moments.map(describeMoment),
    end === 'error' ? pc.red(ends[end]) : pc.dim(ends[end]),
  ];
}

// What Twilio says to a caller itself: https://www.twilio.com/docs/api/errors/11200
const ends: Record<CallEnd, string> = {
  hangup: 'the number hung up',
  end: 'the document ended, so the call did',
  reject: 'the number did not take the call',
  error: 'Twilio itself: "We are sorry, an application error has occurred. Goodbye."',
};

function describeMoment(moment: CallMoment): string {
  switch (moment.verb) {
    case 'say':
      return `${pc.green('●')} ${printable(moment.text)}${moment.language ? pc.dim(` (${printable(moment.language)})`) : ''}`;
    case 'play':
      return `${pc.green('●')} [plays] ${printable(moment.url)}`;
    case 'pause':
      return pc.dim(`  a pause of ${moment.seconds} s`);
    case 'keys':
      return `${pc.cyan('○')} presses ${pc.bold(moment.digits)}`;
    case 'silence':
      return pc.dim(`  no key for ${moment.seconds} s`);
    case 'not-played':
      return pc.yellow(`  <${moment.name}> is left out: this phone can only listen and press keys`);
  }
}

/** The same for machines. Headers are left out: one of them is a valid credential. */
export function callToJson({ call, exchanges, problems, moments, end }: CallDelivery): object {
  return {
    answered: end !== 'error' && end !== 'reject',
    callSid: call.callSid,
    end,
    requests: exchanges.map(exchangeToJson),
    problems,
    moments,
  };
}
