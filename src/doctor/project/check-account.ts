import type { Account, AccountNumber } from './account';
import type { Problem } from './problem';
import type { FunctionFile, Project } from './project';

/** Where Twilio delivers texts, whether that is a function of this project, and whether only Twilio can call it. */
export function checkAccount({ account, called, functions }: Project): Problem[] {
  return [
    ...(account === null ? [] : checkNumbers(account, functions)),
    ...called.flatMap(({ url, fault }) =>
      fault === null ? [] : [{ code: 'webhook-fails' as const, url, reason: fault }],
    ),
  ];
}

function checkNumbers(
  { fault, unknownNumbers, numbers }: Account,
  functions: readonly FunctionFile[],
): Problem[] {
  if (fault !== null)
    return [{ code: fault.answered ? 'account-refused' : 'account-silent', reason: fault.reason }];
  if (numbers.length + unknownNumbers.length === 0) return [{ code: 'number-none' }];
  return [
    ...unknownNumbers.map((number) => ({ code: 'number-unknown' as const, number })),
    ...numbers.flatMap((number) => [...checkRouting(number), ...checkPath(number, functions)]),
  ];
}

function checkRouting(routing: AccountNumber): Problem[] {
  const { number, decidedBy, why, url, method, fallbackUrl, ownUrl, urlFault } = routing;
  if (url === '') return [{ code: 'webhook-none', number, why }];
  const overridden: Problem[] =
    decidedBy !== 'number' && ownUrl !== '' && ownUrl !== url
      ? [{ code: 'webhook-overridden', number, ownUrl, url, why }]
      : [];
  return [
    ...overridden,
    ...(urlFault === null ? [] : [{ code: 'webhook-url' as const, number, url, reason: urlFault }]),
    ...(method === 'POST' ? [] : [{ code: 'webhook-method' as const, number, method }]),
    ...(fallbackUrl === '' ? [{ code: 'webhook-fallback' as const, number }] : []),
  ];
}

function checkPath({ number, url, path }: AccountNumber, functions: readonly FunctionFile[]): Problem[] {
  if (path === null) return [];
  const target = functions.find((file) => file.path === path && file.access !== 'private');
  if (!target) return [{ code: 'webhook-path', number, url, path }];
  return target.access === 'public' ? [{ code: 'webhook-public', number, file: target.file, path }] : [];
}
