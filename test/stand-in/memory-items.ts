import type { SyncItems } from '../../src/storage/sync/sync-items';

/** What a shard has put away, as JSON by key, without Sync. */
export function memoryItems(items: Map<string, string>): SyncItems {
  let last = 0;
  const memory: Pick<SyncItems, 'read' | 'write' | 'remove' | 'keys'> = {
    read: async <T>(_shard: number, key: string) => JSON.parse(items.get(key) ?? 'null') as T,
    write: async (_shard, data) => {
      last += 1;
      const key = last.toString(36).padStart(8, '0');
      items.set(key, JSON.stringify(data));
      return key;
    },
    remove: async (_shard, key) => {
      items.delete(key);
    },
    keys: async () => [...items.keys()],
  };
  return memory as SyncItems;
}
