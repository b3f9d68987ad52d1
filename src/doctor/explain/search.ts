import { createHmac } from 'node:crypto';
import type { CauseCode } from '../cause-code';
import type { Evidence, Hypothesis, Rewrite } from './hypothesis';
import { parameterTexts, urlTexts, type View } from './signed-view';

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
}

/**
 * Looks for the rewrites under which the signature is right: each hypothesis alone and, when none is, two of them.
 * @returns the proofs in the order of the hypotheses, one for a code, and what the search cost
 */
export function search(
  base: View,
  evidence: Evidence,
  { hypotheses, limits }: { hypotheses: readonly Hypothesis[]; limits: SearchLimits },
): { proofs: Proof[]; signatures: number; cut: boolean } {
  const known = new Set<string>();
  let signatures = 0;
  let cut = false;

  const reproduce = (view: View): string | null => {
    if (view.received === '') return null;
    const suffixes = parameterTexts(view.params);
    for (const key of view.keys) {
      if (view.received.length !== (key.hash === 'sha256' ? 44 : 28)) continue;
      for (const url of urlTexts(view.url)) {
        for (const suffix of suffixes) {
          const text = url + suffix;
          const seen = `${key.secret}\0${text}`;
          if (known.has(seen)) continue;
          known.add(seen);
          if (signatures >= limits.maxSignatures) {
            cut = true;
            return null;
          }
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
    return { proofs: [{ codes: [], view: base, url: exact, because: [] }], signatures, cut };

  const proofs: Proof[] = [];
  const firsts: { hypothesis: number; rewrite: Rewrite; view: View }[] = [];
  for (const [index, { code, rewrites }] of hypotheses.entries()) {
    let found = false;
    // A second hypothesis may make the same text: it is a proof of its own.
    known.clear();
    for (const rewrite of rewrites(base, evidence)) {
      const view = { ...base, ...rewrite };
      if (!rewrite.alone) firsts.push({ hypothesis: index, rewrite, view });
      if (found) continue;
      const url = reproduce(view);
      if (url === null) continue;
      found = true;
      proofs.push({ codes: [code], view, url, because: rewrite.because ? [rewrite.because] : [] });
    }
  }
  if (proofs.length > 0 || limits.depth === 1) return { proofs, signatures, cut };

  known.clear();
  for (const first of firsts) {
    for (const second of hypotheses.slice(first.hypothesis + 1)) {
      if (cut) return { proofs, signatures, cut };
      for (const rewrite of second.rewrites(first.view, evidence)) {
        if (rewrite.alone) continue;
        const view = { ...first.view, ...rewrite };
        const url = reproduce(view);
        if (url === null) continue;
        const codes = [hypotheses[first.hypothesis]?.code, second.code].filter((code) => code !== undefined);
        const because = [first.rewrite.because, rewrite.because].filter((reason) => reason !== undefined);
        return { proofs: [{ codes, view, url, because }], signatures, cut };
      }
    }
  }
  return { proofs, signatures, cut };
}
