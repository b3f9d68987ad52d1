import { parameterTexts, urlText, type View } from './signed-view';

/**
 * What a search has left to spend, in characters that are hashed, joined or looked through. Not a clock, so that the same
 * request gives the same answer on every machine.
 */
export class Work {
  private left: number;
  /** Whether there was less than was asked for: from then on nothing more is given. */
  spent = false;

  constructor(limit: number) {
    this.left = limit;
  }

  /** Whether there is enough for so many characters, which then are taken. */
  take(characters: number): boolean {
    if (characters > this.left) this.spent = true;
    else this.left -= characters;
    return !this.spent;
  }
}

/** What a hypothesis looks through that changes this part of a view. */
export function sizeOfPart(view: View, part: 'url' | 'params' | 'both' | 'key'): number {
  const url = part === 'params' || part === 'key' ? 0 : urlText(view.url).length * spellingCost;
  return url + (part === 'url' || part === 'key' ? 0 : sizeOfParams(view.params));
}

/** A query is written again in a dozen spellings. */
const spellingCost = 8;

const sizes = new WeakMap<View['params'], number>();

function sizeOfParams(params: View['params']): number {
  const known = sizes.get(params);
  if (known !== undefined) return known;
  const size = measure(params);
  sizes.set(params, size);
  return size;
}

// A field costs more than its letters: it is sorted and compared.
const fieldCost = 16;

function measure(params: View['params']): number {
  if ('appended' in params) return params.appended.length;
  if ('pairs' in params)
    return params.pairs.reduce((sum, [name, value]) => sum + fieldCost + name.length + value.length, 0);
  try {
    return JSON.stringify(params.unread).length * 4;
  } catch {
    // It refers to itself, or is deeper than the stack.
    return unwritable;
  }
}

const unwritable = 100_000;

const texts = new WeakMap<View['params'], readonly string[]>();

/** What follows the URL, worked out once for parameters that a hundred URLs share; `null` when there is no work left for it. */
export function readSuffixes({ params }: View, work: Work): readonly string[] | null {
  const known = texts.get(params);
  if (known) return known;
  if (!work.take(sizeOfParams(params) * joinCost)) return null;
  const suffixes = parameterTexts(params);
  texts.set(params, suffixes);
  return suffixes;
}

/** Sorting and joining take as long as hashing that many times over. */
const joinCost = 8;
