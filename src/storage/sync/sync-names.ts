import { createHash } from 'node:crypto';

/**
 * Voters are spread over this many Documents, so that a crowd stays below what one Document takes (20 writes a second, less
 * when it is larger than 1 KiB), and all of them fit on two pages of 100 with room for the event's other Documents. Changing
 * it would lose sight of what is stored.
 */
export const shardCount = 192;

/** The shard of a voter: 0 to 191. */
export function shardOf(voter: string): number {
  return createHash('sha256').update(voter).digest().readUInt32BE() % shardCount;
}

/** Where an event's Sync service is written down. */
export const registryName = (event: string): string => `ringtrue.${event}`;
export const settingsName = (event: string): string => `ringtrue.${event}.settings`;
export const headName = (event: string, shard: number): string => `ringtrue.${event}.${shard}`;
// Twilio does not say whether a Map may be called like a Document.
export const mapName = (event: string, shard: number): string => `ringtrue.${event}.${shard}.cold`;

/** The shard whose head has this name, or `undefined` for everything else that a service holds. */
export function shardOfName(event: string, name: string | null): number | undefined {
  const prefix = headName(event, 0).slice(0, -1);
  const digits = name?.startsWith(prefix) ? name.slice(prefix.length) : '';
  return /^\d{1,3}$/.test(digits) ? Number(digits) : undefined;
}

/** Twelve characters that stand for a key: 72 bits, so that no two of an event's keys are ever the same by chance. */
export function digest(kind: 'message' | 'rating' | 'comment', ...parts: string[]): string {
  return createHash('sha256')
    .update([kind, ...parts].join('\n'))
    .digest()
    .subarray(0, 9)
    .toString('base64url');
}
