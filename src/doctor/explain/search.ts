import { createHmac } from 'node:crypto';
import type { CauseCode } from '../cause-code';
import type { Evidence, Hypothesis, Rewrite } from './hypothesis';
import { urlTexts, type View } from './signed-view';
import { readSuffixes, sizeOfPart, Work } from './work';

/** A view that reproduces the received signature. */
export interface Proof {
  codes: readonly CauseCode[];
  view: View;
  /** The URL as it was signed. */
  url: string;
  because: readonly string[];
}

export interface SearchLimits {
  depth: 1 | 2;
  /** No more signatures than this are computed. */
  maxSignatures: number;
  /** No more characters than this are hashed, joined and looked through. */
  maxWork: number;
}

/**
 * Looks for the rewrites under which the signature is right: each hypothesis alone and, when none is, two of them.
 * @returns the proofs in the order of the hypotheses, one for a code; what of the hypotheses was not tried alone when the
 *   limits were reached; and what the search cost
 */
export function search(
  base: View,
  evidence: Evidence,
  { hypotheses, limits }: { hypotheses: readonly Hypothesis[]; limits: SearchLimits },
): { proofs: Proof[]; untried: CauseCode[]; signatures: number; cut: boolean } {
  const known = new Set<string>();
  const work = new Work(limits.maxWork);
  let signatures = 0;
  let cut = false;

  const reproduce = (view: View): string | null => {
    if (view.received === '') return null;
    const suffixes = readSuffixes(view, work);
    if (suffixes === null) {
      cut = true;
      return null;
    }
    for (const key of view.keys) {
      if (view.received.length !== (key.hash === 'sha256' ? 44 : 28)) continue;
      for (const url of urlTexts(view.url)) {
        for (const suffix of suffixes) {
          const text = url + suffix;
          if (signatures >= limits.maxSignatures || !work.take(text.length)) {
            cut = true;
            return null;
          }
          const seen = `${key.secret}\0${text}`;
          if (known.has(seen)) continue;
          known.add(seen);
          signatures++;
          if (
            createHmac(key.hash ?? 'sha1', key.secret)
              .update(text)
              .digest('base64') === view.received
          )
            return url;
        }
      }
    }
    return null;
  };

  const exact = reproduce(base);
  if (exact !== null)
    return { proofs: [{ codes: [], view: base, url: exact, because: [] }], untried: [], signatures, cut };

  const proofs: Proof[] = [];
  let tried = 0;
  const firsts: { hypothesis: number; rewrite: Rewrite; view: View }[] = [];
  for (const [index, { code, part, rewrites }] of hypotheses.entries()) {
    if (!work.take(sizeOfPart(base, part))) cut = true;
    if (cut) break;
    let found = false;
    // A second hypothesis may make the same text: it is a proof of its own.
    known.clear();
    for (const rewrite of rewrites(base, evidence)) {
      if (cut) break;
      const view = { ...base, ...rewrite };
      if (!rewrite.alone) firsts.push({ hypothesis: index, rewrite, view });
      if (found) continue;
      const url = reproduce(view);
      if (url === null) continue;
      found = true;
      proofs.push({ codes: [code], view, url, because: rewrite.because ? [rewrite.because] : [] });
    }
    if (!cut) tried++;
  }
  const untried = hypotheses.slice(tried).map(({ code }) => code);
  if (proofs.length > 0 || cut || limits.depth === 1) return { proofs, untried, signatures, cut };

  known.clear();
  for (const first of firsts) {
    if (cut) break;
    for (const second of hypotheses.slice(first.hypothesis + 1)) {
      if (!work.take(sizeOfPart(first.view, second.part))) cut = true;
      for (const rewrite of cut ? [] : second.rewrites(first.view, evidence)) {
        if (cut) break;
        if (rewrite.alone) continue;
        const view = { ...first.view, ...rewrite };
        const url = reproduce(view);
        if (url === null) continue;
        const codes = [hypotheses[first.hypothesis]?.code, second.code].filter((code) => code !== undefined);
        const because = [first.rewrite.because, rewrite.because].filter((reason) => reason !== undefined);
        return { proofs: [{ codes, view, url, because }], untried, signatures, cut };
      }
    }
  }
  return { proofs, untried, signatures, cut };
}
