import type { StepReport } from './run-scenario';

/** A step that came out differently in two places. */
export interface Difference {
  /** Of the step, from 1. */
  step: number;
  title: string;
  here: string[];
  there: string[];
}

/** What is different, step by step; steps that one of the two could not play are left out. */
export function compareRuns(here: readonly StepReport[], there: readonly StepReport[]): Difference[] {
  return here.flatMap((step, index): Difference[] => {
    const other = there[index];
    if (!other || step.skipped || other.skipped) return [];
    if (step.seen.join('\n') === other.seen.join('\n')) return [];
    return [{ step: index + 1, title: step.title, here: step.seen, there: other.seen }];
  });
}
