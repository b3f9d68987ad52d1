import path from 'node:path';
import pc from 'picocolors';
import { hideNumbers } from '../doctor/explain/hide-numbers';
import type { FailureReason } from '../emulator/gateway';
import type { RequestRecord } from '../emulator/request-log';
import type { RuntimeEvent } from '../emulator/supervise-runtime';

/**
 * One line for a request: time, method, path, status, how long, and for a refused one why: its reason code, and in words
 * `explanation` or what the code means. No query, no field, no phone number and no
 * address: a log is read by more people than a message is meant for.
 */
export function describeRequest(record: RequestRecord, explanation: string | null): string {
  const { at, method, url, status, verdict, ms } = record;
  const time = new Date(at).toTimeString().slice(0, 8);
  const where = printable(hideNumbers(url.replace(/^[a-z]+:\/\/[^/]*/i, '').replace(/\?.*/s, '?…')));
  const line = `${pc.dim(time)} ${printable(method).padEnd(4)} ${where} ${status ?? 'caller gone'} ${pc.dim(`${ms.toFixed(0)} ms`)}`;
  if (record.reason === null) return line;
  const mark = {
    refused: pc.red('refused'),
    observed: pc.bgRed(pc.white(' NOT REFUSED ')),
    passed: pc.red('failed'),
  }[verdict];
  return `${line} ${mark} ${record.reason}: ${explanation ?? meaningOf(record.reason)}`;
}

/** A reason code in words; empty for one that has none. */
export function meaningOf(reason: string): string {
  return reasons[reason as FailureReason] ?? '';
}

/** What happened to a handler or its process, for the terminal; `null` for what needs no word. */
export function describeRuntimeEvent(event: RuntimeEvent, dir: string): string | null {
  switch (event.kind) {
    case 'failed':
      return `${pc.red('the handler failed')} (${howItFailed[event.how]})\n${shortenPaths(event.stack, dir)}`;
    case 'unreadable':
      return pc.yellow(`the handler did not run: its body cannot be read: ${printable(event.message)}`);
    case 'uncaught':
      return `${pc.red('an error nobody caught')}\n${shortenPaths(event.stack, dir)}`;
    case 'returned-without-callback':
      return pc.yellow(
        'the handler returned without calling its callback: Twilio would wait 10 s and answer 504',
      );
    case 'called-back-twice':
      return pc.yellow('the handler called its callback again: only the first call counts');
    case 'slow':
      return pc.yellow('a handler has been running for 5 s: at 10 s Twilio ends it');
    case 'run-again':
      return pc.yellow(
        'a handler was in a process that ended, perhaps not by its fault: it is run again, alone',
      );
    case 'replaced':
      return event.why === 'new-code' ? null : pc.dim(`the runtime was replaced: ${whyReplaced[event.why]}`);
  }
}

const howItFailed = {
  threw: 'it threw',
  rejected: 'its promise was rejected',
  callback: 'it passed an error to its callback',
} as const;

const whyReplaced = {
  'uncaught-error': 'an error nobody caught may have left it in any state',
  exited: 'its process ended',
  'out-of-memory': 'its process needed more than 256 MB',
  blocked: 'its event loop is blocked',
  'time-limit': 'a handler ran for more than 10 s',
} as const;

const reasons: Record<FailureReason, string> = {
  'missing-signature': 'it has no X-Twilio-Signature',
  'malformed-signature': 'its X-Twilio-Signature is not a signature (28 characters of base64)',
  'signature-mismatch': 'another Auth Token signed it, or it was changed after signing',
  'missing-key': 'there is no Auth Token to check it with',
  'invalid-url': 'its URL cannot be signed',
  'invalid-params': 'its parameters cannot be signed',
  'raw-body-required': 'its body did not arrive',
  'missing-body-hash': 'it has a body that is no form, and no bodySHA256 in its URL',
  'ambiguous-body-hash': 'its URL has more than one bodySHA256',
  'body-mismatch': 'its body is not the one that was signed',
  'headers-too-large': 'more than 15 kB or 90 headers',
  'method-not-allowed': 'Functions take GET, HEAD, POST and OPTIONS',
  'get-with-body': 'a GET must not have a body',
  'body-too-large': 'more than 1 MB',
  private: 'a private file has no URL',
  'not-found': 'there is no such function or asset',
  'bad-target': 'its target is not a path and a query',
  'compressed-body': 'it has a Content-Encoding: only the bytes that were signed may reach a handler',
  'unsupported-charset':
    'its Content-Type names a charset other than UTF-8, in which its bytes say something else',
  'ambiguous-form':
    'its form is read in two ways: escape what is not ASCII, and begin without a byte order mark',
  'password-in-clear': 'a password over a network without HTTPS: use --https, or a tunnel with --public-url',
  'too-many-requests': 'more than 30 invocations at once',
  uncaught: 'an error nobody caught ended it',
  exited: 'the process of the handler ended',
  'out-of-memory': 'the process of the handler needed more than 256 MB',
  'response-too-large': 'an answer of more than 4 MB; Twilio does not send it',
  'cookie-too-old': 'a cookie that lives longer than a day; Twilio answers 400',
  'too-slow': 'no answer within 10 s; Twilio ends a Function then',
  'never-called-back': 'the handler returned and never called its callback',
};

// An error's message may repeat what the caller sent.
function shortenPaths(stack: string, dir: string): string {
  return stack
    .replaceAll(dir + path.sep, '')
    .replace(/[^\P{C}\n\t]/gu, '?')
    .replace(/^/gm, '  ');
}

// The caller chose these characters: none of them may move the cursor or colour a terminal.
function printable(text: string): string {
  return text.slice(0, 200).replace(/[^\x20-\x7e…]/g, '?');
}
