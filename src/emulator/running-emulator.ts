import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Where the emulator of a checkout listens, so that its other commands find it whatever its flags were. */
export interface RunningEmulator {
  pid: number;
  /** Of the edge, without path. */
  url: string;
  /** What signatures are checked against, without path. */
  publicUrl: string;
  consoleUrl: string | null;
  /** Certificate to trust, PEM; `null` without HTTPS. */
  ca: string | null;
  /** What the webhook demands besides the signature, as `user:password@` of a URL; empty for nothing. */
  userinfo: string;
}

/**
 * Leaves a note in `dataDir`; the returned function takes it away again. Of several emulators on one folder the last started
 * is found; when it ends, the one before it.
 */
export function announceEmulator(dataDir: string, emulator: RunningEmulator): () => void {
  const file = noteIn(dataDir);
  const former = findRunningEmulator(dataDir);
  writeNote(file, emulator);
  return () => {
    if (readNote(file)?.pid !== emulator.pid) return;
    if (former && isAlive(former.pid)) writeNote(file, former);
    else rmSync(file, { force: true });
  };
}

/** The emulator that runs on this checkout's data; `undefined` when none does. */
export function findRunningEmulator(dataDir: string): RunningEmulator | undefined {
  const note = readNote(noteIn(dataDir));
  // One that was killed could not take its note away.
  return note && isAlive(note.pid) ? note : undefined;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function writeNote(file: string, emulator: RunningEmulator): void {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(emulator), { mode: 0o600 });
  renameSync(draft, file);
}

function noteIn(dataDir: string): string {
  return path.join(dataDir, 'emulator.json');
}

function readNote(file: string): RunningEmulator | undefined {
  try {
    const note: Partial<RunningEmulator> = JSON.parse(readFileSync(file, 'utf8'));
    const { pid, url, publicUrl, consoleUrl = null, ca = null, userinfo = '' } = note;
    if (typeof pid !== 'number' || typeof url !== 'string' || typeof publicUrl !== 'string') return undefined;
    return { pid, url, publicUrl, consoleUrl, ca, userinfo };
  } catch {
    return undefined;
  }
}
