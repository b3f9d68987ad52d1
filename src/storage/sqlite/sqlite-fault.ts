import { ConfigFault } from '../config-fault';
import { StoreUnavailable } from '../rating-store';
import { unexpectedFault } from '../unexpected-fault';

/** Makes of an error while opening what is wrong: with the configuration, or with the moment. */
export function explainOpening(error: unknown): Error {
  if (error instanceof ConfigFault || error instanceof StoreUnavailable) return error;
  if (isPassing(error) && !/READONLY|CANTOPEN/.test(codeOf(error))) return awayNow(error);
  return new ConfigFault(
    `RATINGS_FILE cannot be opened as a SQLite file (${codeOf(error)}): check its path and rights, or those of --data.`,
  );
}

/** What a caller is told of an error; one that is no fault of SQLite's stays what it is. */
export function unavailable(error: unknown): unknown {
  const code = codeOf(error);
  if (isPassing(error)) return awayNow(error);
  if (!code.startsWith('SQLITE_')) return error;
  return unexpectedFault(`SQLite, whose file RATINGS_FILE names, cannot be used (${code})`, error);
}

export function awayNow(error: unknown): StoreUnavailable {
  return new StoreUnavailable(`SQLite, whose file RATINGS_FILE names, cannot be used now (${codeOf(error)})`);
}

// Busy longer than the time-out, full disk, input/output error: https://www.sqlite.org/rescode.html
const passingCodes = /^(?:SQLITE_(?:BUSY|LOCKED|FULL|IOERR|READONLY|CANTOPEN)|ENOSPC|EDQUOT|EIO)/;

/** Whether the file may be used again later: it is busy, or the disk full or failing. */
export function isPassing(error: unknown): boolean {
  return passingCodes.test(codeOf(error));
}

export function isBusy(error: unknown): boolean {
  return /^SQLITE_(?:BUSY|LOCKED)/.test(codeOf(error));
}

function codeOf(error: unknown): string {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : 'unknown';
}
