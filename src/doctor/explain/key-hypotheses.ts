import type { CauseCode } from '../cause-code';
import type { OtherKey } from '../explanation';
import type { Hypothesis } from './hypothesis';

const codesOfKinds = {
  secondary: 'key-rotated',
  former: 'key-rotated',
  'other-account': 'key-other-account',
  'api-key-secret': 'key-api-secret',
  test: 'key-test-credentials',
  other: 'key-other',
} as const satisfies Record<OtherKey['kind'], CauseCode>;

/** The key: mistyped, or another one than that of the account that owns the number. */
export const keyHypotheses: readonly Hypothesis[] = [
  respelled('key-blanks', (secret) => [secret.trim(), secret.replace(/\s+/g, '')]),
  respelled('key-quoted', (secret) => [/^\s*(["'`])(.*)\1\s*$/s.exec(secret)?.[2] ?? '']),
  respelled('key-case', (secret) => [secret.toLowerCase(), secret.toUpperCase()]),
  {
    // The Key-Sid header picks among the keys, and is not signed.
    code: 'key-not-selected',
    part: 'key',
    *rewrites({ keys: chosen }, { keys }) {
      if (chosen.length < keys.length) yield { keys: keys.filter((key) => !chosen.includes(key)) };
    },
  },
  ...[...new Set(Object.values(codesOfKinds))].map(
    (code): Hypothesis => ({
      code,
      part: 'key',
      *rewrites(_, { otherKeys }) {
        const keys = otherKeys.filter(({ kind, secret }) => codesOfKinds[kind] === code && secret !== '');
        const unnamed = keys.filter(({ name }) => name === undefined);
        if (unnamed.length > 0) yield { keys: unnamed };
        for (const key of keys) if (key.name !== undefined) yield { keys: [key], because: key.name };
      },
    }),
  ),
  {
    code: 'key-hash',
    part: 'key',
    *rewrites({ keys }) {
      yield { keys: keys.map((key) => ({ ...key, hash: key.hash === 'sha256' ? 'sha1' : 'sha256' })) };
    },
  },
];

function respelled(code: CauseCode, spell: (secret: string) => string[]): Hypothesis {
  return {
    code,
    part: 'key',
    *rewrites({ keys }) {
      const spelled = keys.flatMap((key) =>
        spell(key.secret)
          .filter((secret) => secret !== '' && secret !== key.secret)
          .map((secret) => ({ ...key, secret })),
      );
      if (spelled.length > 0) yield { keys: spelled };
    },
  };
}
