import * as v from 'valibot';

const resultsSchema = v.object({
  sessions: v.array(
    v.object({
      keyword: v.string(),
      state: v.string(),
      count: v.number(),
      histogram: v.record(v.string(), v.number()),
    }),
  ),
});

export type Results = v.InferOutput<typeof resultsSchema>;

/** Reads the answer of `/results`; `undefined` when it is something else. */
export function readResults(value: unknown): Results | undefined {
  const parsed = v.safeParse(resultsSchema, value);
  return parsed.success ? parsed.output : undefined;
}

/** The tally against what was sent. All zero: exactly what was sent was counted. */
export interface Comparison {
  /** Votes that should have been counted. */
  expected: number;
  /** Votes that were. */
  counted: number;
  /** Too few, summed over sessions. */
  lost: number;
  /** Too many, summed over sessions. */
  doubled: number;
  /** Counted for another score than the one sent. */
  misread: number;
}

/** Compares how the results grew with what had to be counted. @param expected histograms by keyword, worst score first */
export function compareTally(
  before: Results,
  after: Results,
  expected: ReadonlyMap<string, readonly number[]>,
): Comparison {
  const comparison: Comparison = { expected: 0, counted: 0, lost: 0, doubled: 0, misread: 0 };
  for (const session of after.sessions) {
    const former = before.sessions.find(({ keyword }) => keyword === session.keyword);
    const wanted = expected.get(session.keyword) ?? [0, 0, 0, 0, 0];
    const grown = wanted.map((_, index) => {
      const score = String(index + 1);
      return (session.histogram[score] ?? 0) - (former?.histogram[score] ?? 0);
    });
    const total = sum(wanted);
    const counted = session.count - (former?.count ?? 0);
    comparison.expected += total;
    comparison.counted += counted;
    comparison.lost += Math.max(0, total - counted);
    comparison.doubled += Math.max(0, counted - total);
    const off = sum(wanted.map((value, index) => Math.abs(value - (grown[index] ?? 0))));
    comparison.misread += Math.max(0, Math.round((off - Math.abs(total - counted)) / 2));
  }
  return comparison;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
