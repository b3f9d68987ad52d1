import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { TwilioFault } from '../twilio/twilio-api';
import type { Update } from './plan-change';

/** Changes that were made, by number sid, oldest first; each can be taken back. */
type Former = Record<string, { at: string; updates: Update[] }[]>;

/**
 * Remembers what was changed, so that it can be restored later. In a file of `dataDir` that only this user can read: URLs
 * may carry passwords.
 */
export class FormerValues {
  readonly #file: string;

  constructor(dataDir: string) {
    this.#file = path.join(dataDir, 'numbers.json');
  }

  /** Before the change is made: a change that nobody could undo must not happen. */
  push(numberSid: string, updates: Update[], at: Date): void {
    const former = this.#read();
    former[numberSid] = [...(former[numberSid] ?? []), { at: at.toISOString(), updates }];
    this.#write(former);
  }

  /** The latest change of a number. */
  latest(numberSid: string): Update[] | undefined {
    return this.#read()[numberSid]?.at(-1)?.updates;
  }

  /** Forgets the latest change of a number. */
  drop(numberSid: string): void {
    const former = this.#read();
    former[numberSid]?.pop();
    if (former[numberSid]?.length === 0) delete former[numberSid];
    this.#write(former);
  }

  #read(): Former {
    let text: string;
    try {
      text = readFileSync(this.#file, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
      throw error;
    }
    const former = parseFormer(text);
    if (former) return former;
    throw new TwilioFault(
      `${this.#file}, where former values are kept, is damaged: move it away, so that nothing in it is lost.`,
      0,
      null,
    );
  }

  #write(former: Former): void {
    mkdirSync(path.dirname(this.#file), { recursive: true, mode: 0o700 });
    const draft = `${this.#file}.${process.pid}`;
    writeFileSync(draft, `${JSON.stringify(former, null, 2)}\n`, { mode: 0o600 });
    renameSync(draft, this.#file);
  }
}

function parseFormer(text: string): Former | null {
  try {
    const former: unknown = JSON.parse(text);
    if (typeof former !== 'object' || former === null || Array.isArray(former)) return null;
    const hasUpdates = (change: { updates?: unknown } | null) => Array.isArray(change?.updates);
    const isSound = (changes: unknown) => Array.isArray(changes) && changes.every(hasUpdates);
    return Object.values(former).every(isSound) ? (former as Former) : null;
  } catch {
    return null;
  }
}
