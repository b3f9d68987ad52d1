import type { Account, AccountNumber, CalledWebhook } from './account';
import type { Problem } from './problem';
import type { FunctionFile } from './project';

/** Where Twilio delivers texts, and whether that is a function of this project that only Twilio can call. */
export function checkAccount(
  { fault, unknownNumbers, numbers }: Account,
  functions: readonly FunctionFile[],
): Problem[] {
  if (fault !== null) return [{ code: 'account-refused', reason: fault }];
  const none: Problem[] = numbers.length + unknownNumbers.length === 0 ? [{ code: 'number-none' }] : [];
  return [
    ...unknownNumbers.map((number) => ({ code: 'number-unknown' as const, number })),
    ...numbers.flatMap((number) => [...checkRouting(number), ...checkPath(number, functions)]),
    ...none,
  ];
}

/** Whether a webhook that was called refuses strangers and answers Twilio. */
export function checkCalledWebhook({ url, fault }: CalledWebhook): Problem[] {
  return fault === null ? [] : [{ code: 'webhook-fails', url, reason: fault }];
}

function checkRouting(routing: AccountNumber): Problem[] {
  const { number, decidedBy, why, url, method, fallbackUrl, ownUrl, urlFault } = routing;
  const overridden: Problem[] =
    decidedBy !== 'number' && ownUrl !== '' && ownUrl !== url
      ? [{ code: 'webhook-overridden', number, ownUrl, url, why }]
      : [];
  if (url === '') return [{ code: 'webhook-none', number, why }, ...overridden];
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
