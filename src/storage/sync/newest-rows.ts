import { inTurn } from './in-turn';
import type { Batch, BatchItem, Head } from './sync-head';
import type { ShardState } from './sync-state';

/** How many batches are read before looking whether they were enough. */
const atOnce = 16;

/** Which rows are asked for, and what there is to know of each. */
export interface RowQuery<Row> {
  limit: number;
  batchesOf: (head: Head) => Batch[];
  rowsOf: (head: Head) => Row[];
  nameOf: (row: Row) => string;
  /** Milliseconds since 1970. */
  atOf: (row: Row) => number;
  isWanted: (row: Row, head: Head) => boolean;
  mayHold: (batch: Batch) => boolean;
}

interface Found<Row> {
  head: Head;
  row: Row;
  at: number;
}

/** The newest rows of all shards, newest first; reads only batches that may hold some of them. */
export async function newestRows<Row>(shards: ShardState[], query: RowQuery<Row>): Promise<Found<Row>[]> {
  const newest = new Newest(query);
  for (const { head } of shards) newest.add(query.rowsOf(head), head);
  const mayMatter = (batch: Batch) => batch[4] >= newest.bound && query.mayHold(batch);
  newest.keepLimit();
  let unread = shards.flatMap((state) => {
    const batches = query.batchesOf(state.head);
    if (!batches.some(mayMatter)) return [];
    const source: Source = { state, batches: batches.toReversed(), depth: 0, names: null };
    return source.batches.map((batch, index) => ({ source, batch, depth: index + 1 }));
  });
  for (;;) {
    newest.keepLimit();
    unread = unread
      .filter(({ source, batch, depth }) => depth > source.depth && mayMatter(batch))
      .sort((a, b) => b.batch[4] - a.batch[4]);
    const next = unread.slice(0, atOnce);
    if (next.length === 0) return newest.found;
    const depths = new Map<Source, number>();
    for (const { source, depth } of next) depths.set(source, Math.max(depth, depths.get(source) ?? 0));
    await inTurn([...depths], async ([source, depth]) => {
      for (const rows of await readTo(source, depth, query)) newest.add(rows, source.state.head);
    });
  }
}

/** The newest of what it is given. */
class Newest<Row> {
  found: Found<Row>[] = [];
  /** The time before which rows are not among the newest. */
  bound = Number.NEGATIVE_INFINITY;

  constructor(private readonly query: RowQuery<Row>) {}

  /** @param rows oldest first */
  add(rows: Row[], head: Head): void {
    const { limit, atOf, isWanted } = this.query;
    for (const row of rows.toReversed()) {
      const at = atOf(row);
      if (at >= this.bound && isWanted(row, head)) this.found.push({ head, row, at });
    }
    // Often enough that of most rows nothing but the time is looked at.
    if (this.found.length > 2 * limit) this.keepLimit();
  }

  keepLimit(): void {
    const { limit } = this.query;
    this.found = this.found.sort((a, b) => b.at - a.at).slice(0, limit);
    this.bound = this.found[limit - 1]?.at ?? this.bound;
  }
}

/** A shard whose batches are read from the newest on, as an older one may hold what a newer one replaces. */
interface Source {
  state: ShardState;
  /** Newest first. */
  batches: Batch[];
  /** How many of them were read. */
  depth: number;
  /** What older rows may be replaced by: `null` until one is read. */
  names: Set<string> | null;
}

/** @returns the rows of each batch that was not read yet, without those that newer ones replace */
async function readTo<Row>(
  source: Source,
  depth: number,
  { rowsOf, nameOf }: RowQuery<Row>,
): Promise<Row[][]> {
  const names = source.names ?? new Set(rowsOf(source.state.head).map(nameOf));
  source.names = names;
  const batches = source.batches.slice(source.depth, depth);
  source.depth = depth;
  const items = await Promise.all(batches.map(([key]) => source.state.item<BatchItem<Row>>(key)));
  return items.map(({ rows }) => {
    const left = rows.filter((row) => !names.has(nameOf(row)));
    for (const row of left) names.add(nameOf(row));
    return left;
  });
}
