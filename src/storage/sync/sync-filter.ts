/**
 * Bloom filters: which keys a partition has, so that most new ones need not be looked for there. May say yes for a key that
 * is not there, never no for one that is.
 * Source: https://en.wikipedia.org/wiki/Bloom_filter
 */

/**
 * @param keys digests of `sync-names`
 * @param bitsPerKey with 8 one wrong yes in 45 answers, with 6 one in 18, with 4 one in 7; 0: no filter, always yes
 * @returns base64 of a byte with the number of bits for each key, and the bits
 */
export function makeFilter(keys: readonly string[], bitsPerKey: number): string {
  if (bitsPerKey === 0) return '';
  const bytes = Buffer.alloc(1 + Math.ceil((keys.length * bitsPerKey) / 8));
  bytes[0] = Math.max(1, Math.round(bitsPerKey * Math.LN2));
  for (const key of keys) {
    for (const at of positions(key, bytes))
      bytes[1 + (at >> 3)] = (bytes[1 + (at >> 3)] ?? 0) | (1 << (at & 7));
  }
  return bytes.toString('base64');
}

export function mayHave(filter: string, key: string): boolean {
  if (filter === '') return true;
  const bytes = Buffer.from(filter, 'base64');
  return positions(key, bytes).every((at) => (bytes[1 + (at >> 3)] ?? 0) & (1 << (at & 7)));
}

// The first bits of a digest choose the partition: these come after them.
function positions(key: string, bytes: Buffer): number[] {
  const hash = Buffer.from(key, 'base64url');
  const start = hash.readUInt32BE(5);
  const step = (hash.readUInt32BE(2) | 1) >>> 0;
  const bits = Math.max(8, (bytes.length - 1) * 8);
  return Array.from({ length: bytes[0] ?? 1 }, (_, index) => (start + index * step) % bits);
}
