import { createHmac, randomBytes } from 'node:crypto';

/** Which part of which export is asked for. */
export interface ExportPart {
  /** Of this export alone, so that a voter has one name in all its parts and another in the next export. */
  nonce: string;
  /** Begin behind this rating; `undefined`: at the beginning. */
  after: string | undefined;
}

/**
 * Reads `part` of a request for an export: `1`, or what `writeNextPart` made.
 * @param part untrusted
 * @returns `null` for anything else
 */
export function readExportPart(part: unknown): ExportPart | null {
  if (part === undefined || part === '1') return { nonce: randomBytes(8).toString('hex'), after: undefined };
  if (typeof part !== 'string') return null;
  const [, nonce, cursor] = /^([0-9a-f]{16})\.([\w-]{1,400})$/.exec(part) ?? [];
  if (nonce === undefined || cursor === undefined) return null;
  return { nonce, after: Buffer.from(cursor, 'base64url').toString() };
}

export function writeNextPart(nonce: string, after: string): string {
  return `${nonce}.${Buffer.from(after).toString('base64url')}`;
}

/**
 * Names voters in one export. A pseudonym would let two exports be linked by whoever has both; this name tells which
 * ratings come from one voter, and nothing else.
 * @param secret VOTER_SECRET of the deployment
 */
export function voterNames(nonce: string, secret: string): (voter: string) => string {
  return (voter) =>
    // The letter keeps spreadsheets from reading digits and an e as a number.
    `v${createHmac('sha256', secret).update(`export\n${nonce}\n${voter}`).digest('hex').slice(0, 16)}`;
}
