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

/** Leaves a note in `dataDir`; the returned function takes it away again. */
export function announceEmulator(dataDir: string, emulator: RunningEmulator): () => void {
  const file = noteIn(dataDir);
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(emulator), { mode: 0o600 });
  renameSync(draft, file);
  return () => {
    if (readNote(file)?.pid === emulator.pid) rmSync(file, { force: true });
  };
}

/** The emulator that runs on this checkout's data; `undefined` when none does. */
export function findRunningEmulator(dataDir: string): RunningEmulator | undefined {
  const note = readNote(noteIn(dataDir));
  if (!note) return undefined;
  try {
    process.kill(note.pid, 0);
    return note;
  } catch {
    // Killed before it could take its note away.
    return undefined;
  }
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
