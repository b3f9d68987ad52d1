import { createHmac } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type OptOuts, pairKey } from './opt-out';

/**
 * Opt-outs that every command of a checkout shares, so that STOP sent by one is respected by the next. The file holds
 * keyed hashes, no phone numbers.
 */
export class OptOutsOnDisk implements OptOuts {
  readonly #file: string;
  readonly #secret: string;

  constructor({ dataDir, secret }: { dataDir: string; secret: string }) {
    this.#file = path.join(dataDir, 'opt-outs.json');
    this.#secret = secret;
  }

  has(phone: string, sender: string): boolean {
    return this.#read().includes(this.#hash(phone, sender));
  }

  set(phone: string, sender: string, optedOut: boolean): void {
    const hash = this.#hash(phone, sender);
    const others = this.#read().filter((entry) => entry !== hash);
    mkdirSync(path.dirname(this.#file), { recursive: true, mode: 0o700 });
    const draft = `${this.#file}.${process.pid}`;
    writeFileSync(draft, JSON.stringify(optedOut ? [...others, hash] : others), { mode: 0o600 });
    renameSync(draft, this.#file);
  }

  #hash(phone: string, sender: string): string {
    return createHmac('sha256', this.#secret)
      .update(`opt-out ${pairKey(phone, sender)}`)
      .digest('base64url');
  }

  #read(): string[] {
    try {
      const content: unknown = JSON.parse(readFileSync(this.#file, 'utf8'));
      return Array.isArray(content) ? content.filter((entry) => typeof entry === 'string') : [];
    } catch {
      return [];
    }
  }
}
