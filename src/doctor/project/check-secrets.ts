import { findUrlFault, isPrivateHost } from './find-url-fault';
import type { Problem } from './problem';
import type { Project } from './project';

const shortestPassword = 12;
const shortestSecret = 32;
const commonWords =
  /password|passwort|secret|geheim|organi[sz]er|twilio|ringtrue|letmein|welcome|qwert|admin|change|event/gi;

/** Secrets that are set: whether they keep anybody out. A missing one is made up, at a start here and before a deploy. */
export function checkSecrets({ environment }: Project): Problem[] {
  const { variables, example } = environment;
  return [
    ...checkOrganiser(variables),
    ...checkVoterSecret(variables.VOTER_SECRET),
    ...checkDatabase(variables.DATABASE_URL),
    ...checkPublicUrl(variables.PUBLIC_URL),
    ...(example ? checkExample(example) : []),
  ];
}

function checkOrganiser({
  ORGANISER_USER: user = '',
  ORGANISER_PASSWORD: password = '',
}: Record<string, string>): Problem[] {
  const problems: Problem[] = [];
  if (user && !password)
    problems.push({ code: 'organiser-half', there: 'ORGANISER_USER', missing: 'ORGANISER_PASSWORD' });
  if (password && !user)
    problems.push({ code: 'organiser-half', there: 'ORGANISER_PASSWORD', missing: 'ORGANISER_USER' });
  // RFC 7617: what stands before the first colon is the user.
  if (user.includes(':')) problems.push({ code: 'organiser-user' });
  const reason = password && judgePassword(password, user);
  if (reason) problems.push({ code: 'organiser-password', reason });
  return problems;
}

function judgePassword(password: string, user: string): string {
  if (password.length < shortestPassword)
    return `it has ${password.length} characters, and ${shortestPassword} is the least`;
  if (user && password.toLowerCase().includes(user.toLowerCase())) return 'the user name is part of it';
  if (hasFewLetters(password)) return 'it repeats a few characters';
  if (/^(?:\d[-/. ]?)+$/.test(password)) return 'it has nothing but digits';
  if (password.replaceAll(commonWords, '').length < 8) return 'it is made of words that are tried first';
  if (isSequence(password)) return 'it follows the keyboard or the alphabet';
  return '';
}

function checkVoterSecret(secret = ''): Problem[] {
  if (secret === '') return [];
  if (secret.length < shortestSecret)
    return [
      {
        code: 'voter-secret',
        reason: `it has ${secret.length} characters, and ${shortestSecret} is the least`,
      },
    ];
  return hasFewLetters(secret) || isSequence(secret)
    ? [{ code: 'voter-secret', reason: 'it can be guessed' }]
    : [];
}

function hasFewLetters(text: string): boolean {
  return new Set(text).size < 6;
}

function isSequence(text: string): boolean {
  const lower = text.toLowerCase();
  const rows = [
    'abcdefghijklmnopqrstuvwxyz',
    '0123456789012345678901234567890',
    'qwertyuiopasdfghjklzxcvbnm',
  ];
  return rows.some((row) => row.includes(lower) || row.includes([...lower].reverse().join('')));
}

function checkDatabase(url = ''): Problem[] {
  if (url === '') return [];
  const [, rest, query = ''] = /^postgres(?:ql)?:\/\/([^?]*)(?:\?(.*))?$/.exec(url) ?? [];
  if (rest === undefined) return [{ code: 'database-url', reason: 'it does not begin with postgres://' }];
  const host = rest.replace(/^.*@/, '').replace(/[:/].*$/, '');
  if (isPrivateHost(host))
    return [{ code: 'database-url', reason: `${host} can be reached from this machine or its network only` }];
  if (/(?:^|&)sslmode=(?:disable|allow|prefer)(?:&|$)/.test(query))
    return [{ code: 'database-url', reason: 'its sslmode lets ratings travel without encryption' }];
  return [];
}

function checkPublicUrl(url = ''): Problem[] {
  const reason = url && findUrlFault(url);
  return reason ? [{ code: 'public-url', url: url.replace(/\/\/[^/@]*@/, '//…@'), reason }] : [];
}

// What Twilio gives out; anything else in an example is somebody's own business.
function checkExample({ file, variables }: { file: string; variables: Record<string, string> }): Problem[] {
  return Object.entries(variables)
    .filter(
      ([name, value]) =>
        /^[0-9a-f]{32}$/.test(value) && new Set(value).size > 4 && /token|secret|key/i.test(name),
    )
    .map(([name]) => ({ code: 'example-secret', file, name }));
}
