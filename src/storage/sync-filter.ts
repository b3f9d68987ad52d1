/**
 * A Bloom filter that grows: which keys a shard has put away, so that most new ones need not be looked for there. May say
 * yes for a key that is not there, never no for one that is.
 * Four bits for each key: with 1,000 keys in the largest filter one answer in 40 is wrong, with 5,000 three of four.
 * Source: https://en.wikipedia.org/wiki/Bloom_filter
 */
const bitsPerKey = 4;
const smallest = 128;
const largest = 1024;

/** @param filter base64, empty at first; @param key a digest of `sync-names` */
export function hasKey(filter: string, key: string): boolean {
  if (filter === '') return false;
  const bytes = Buffer.from(filter, 'base64');
  return positions(key, bytes.length).every((at) => (bytes[at >> 3] ?? 0) & (1 << (at & 7)));
}

/** The filter with these keys in it. */
export function addKeys(filter: string, keys: Iterable<string>): string {
  let bytes: Buffer = filter === '' ? Buffer.alloc(smallest) : Buffer.from(filter, 'base64');
  for (const key of keys) {
    for (const at of positions(key, bytes.length)) bytes[at >> 3] = (bytes[at >> 3] ?? 0) | (1 << (at & 7));
    // A position is taken modulo the size, a power of two, so in twice the size each key is in one of the halves.
    if (bytes.length < largest && isHalfFull(bytes)) bytes = Buffer.concat([bytes, bytes]);
  }
  return bytes.toString('base64');
}

// The first bits of a digest choose where a key is put away: these come after them.
function positions(key: string, length: number): number[] {
  const hash = Buffer.from(key, 'base64url');
  const start = hash.readUInt32BE(5);
  const step = hash.readUInt32BE(2) | 1;
  return Array.from({ length: bitsPerKey }, (_, index) => ((start + index * step) >>> 0) % (length * 8));
}

function isHalfFull(bytes: Buffer): boolean {
  let set = 0;
  for (let byte of bytes) for (; byte; byte &= byte - 1) set += 1;
  return set * 2 > bytes.length * 8;
}
