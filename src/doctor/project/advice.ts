import type { ProblemCode, ProblemFacts } from './problem';

/** `error`: it fails or lets strangers in. `warning`: it works by luck. `note`: worth knowing, and the project is sound. */
export type Severity = 'error' | 'warning' | 'note';

/** What to say of one kind of problem. */
export interface Advice<Facts> {
  severity: Severity;
  /** A few words without anything of this project. */
  title: string;
  detail(facts: Facts): string;
  fix(facts: Facts): string;
  /** For the page about it: what happens to someone who leaves it as it is. */
  why: string;
  /** Where the rule is documented. */
  source?: string;
}

export type AdviceFor<Facts> = { readonly [Code in keyof Facts]: Advice<Facts[Code]> };

export type AdviceTable = AdviceFor<Pick<ProblemFacts, ProblemCode>>;
