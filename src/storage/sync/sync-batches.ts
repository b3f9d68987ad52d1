import { type Batch, type BatchItem, type CommentRow, sizeOf, stateBits, type TextRow } from './sync-head';
import { largestItem } from './sync-partitions';
import type { ShardState } from './sync-state';

/** So many batches of a kind are not worth the calls that making fewer of them costs. */
const few = 8;
/** How many batches are read at a time, when a row is in none of those where it was looked for first. */
const atOnce = 16;

/** What there is to know of rows in batches. */
export interface RowKind<Row> {
  /** Milliseconds since 1970. */
  at: (row: Row) => number;
  /** The `states` of a batch with this row. */
  states: (row: Row) => number;
}

export const commentRows: RowKind<CommentRow> = {
  at: ([, , , , , at]) => at,
  states: ([, , , , state]) => stateBits[state],
};
export const textRows: RowKind<TextRow> = { at: ([, , , at]) => at, states: () => 0 };

/** Writes rows into the last batch, and into new ones when it is full. */
export async function addToBatches<Row>(
  state: ShardState,
  batches: Batch[],
  moved: Row[],
  kind: RowKind<Row>,
): Promise<void> {
  const last = batches.at(-1);
  let rows: Row[] = [];
  if (last && last[2] + sizeOf(moved) <= largestItem) {
    rows = await rowsOf<Row>(state, last);
    state.head.garbage.push(last[0]);
    batches.pop();
  }
  for (const part of parts([...rows, ...moved])) batches.push(await writeBatch(state, part, kind));
}

/** Makes one batch of the two neighbours that are smallest together. @returns `false` when no two fit into one */
export async function mergeNeighbours<Row>(
  state: ShardState,
  batches: Batch[],
  kind: RowKind<Row>,
): Promise<boolean> {
  if (batches.length <= few) return false;
  const together = batches.slice(1).map((batch, index) => batch[2] + (batches[index]?.[2] ?? 0));
  const place = together.indexOf(Math.min(...together));
  if ((together[place] ?? largestItem) >= largestItem) return false;
  const two = batches.slice(place, place + 2);
  const rows = await Promise.all(two.map((batch) => rowsOf<Row>(state, batch)));
  batches.splice(place, 2, await writeBatch(state, rows.flat(), kind));
  state.head.garbage.push(...two.map(([key]) => key));
  return true;
}

/**
 * @param at when the row was made, if that is known: batches of that time are looked at first
 * @returns the row, its batch's place and all rows of it
 */
export async function findRow<Row>(
  state: ShardState,
  batches: readonly Batch[],
  isIt: (row: Row) => boolean,
  at?: number,
): Promise<{ place: number; row: Row; rows: Row[] } | undefined> {
  const isNear = ([, , , oldest, newest]: Batch) => at !== undefined && oldest <= at && at <= newest;
  const newestFirst = [...batches.entries()].reverse();
  const near = newestFirst.filter(([, batch]) => isNear(batch));
  const others = newestFirst.filter(([, batch]) => !isNear(batch));
  const groups = near.map((one) => [one]);
  for (let from = 0; from < others.length; from += atOnce) groups.push(others.slice(from, from + atOnce));
  for (const group of groups) {
    const read = await Promise.all(
      group.map(async ([place, batch]) => ({ place, rows: await rowsOf<Row>(state, batch) })),
    );
    for (const { place, rows } of read) {
      const row = rows.find(isIt);
      if (row !== undefined) return { place, row, rows };
    }
  }
  return undefined;
}

/** Writes a batch with other rows, or leaves it out when it has none. */
export async function replaceBatch<Row>(
  state: ShardState,
  batches: Batch[],
  { place, rows, kind }: { place: number; rows: Row[]; kind: RowKind<Row> },
): Promise<void> {
  const written = rows.length > 0 ? [await writeBatch(state, rows, kind)] : [];
  const replaced = batches.splice(place, 1, ...written);
  state.head.garbage.push(...replaced.map(([key]) => key));
}

/** Takes rows out of all batches. */
export async function filterBatches<Row>(
  state: ShardState,
  batches: Batch[],
  stays: (row: Row) => boolean,
  kind: RowKind<Row>,
): Promise<void> {
  for (const [place, batch] of [...batches.entries()].reverse()) {
    const rows = await rowsOf<Row>(state, batch);
    const staying = rows.filter(stays);
    if (staying.length < rows.length) await replaceBatch(state, batches, { place, rows: staying, kind });
  }
}

export async function rowsOf<Row>(state: ShardState, [key]: Batch): Promise<Row[]> {
  return (await state.item<BatchItem<Row>>(key)).rows;
}

async function writeBatch<Row>(state: ShardState, rows: Row[], kind: RowKind<Row>): Promise<Batch> {
  const times = rows.map(kind.at);
  const states = rows.reduce((bits, row) => bits | kind.states(row), 0);
  const key = await state.write({ rows });
  return [key, rows.length, sizeOf(rows), Math.min(...times), Math.max(...times), states];
}

function parts<Row>(rows: Row[]): Row[][] {
  const found: Row[][] = [];
  let bytes = 0;
  for (const row of rows) {
    bytes += sizeOf(row) + 1;
    const current = found.at(-1);
    if (current && bytes <= largestItem) current.push(row);
    else {
      found.push([row]);
      bytes = sizeOf(row);
    }
  }
  return found;
}
