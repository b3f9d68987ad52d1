import { accessSync, closeSync, constants, openSync } from 'node:fs';
import path from 'node:path';
import { ConfigFault } from '../config-fault';
import { makeFolder } from '../make-folder';
import { StoreUnavailable } from '../rating-store';
import { checkPlace } from './check-place';
import { gone, identify } from './file-identity';
import { identifyAll, isClaimed, LogClaim } from './log-claim';
import { patiently } from './patiently';
import { beginLog, connect, type Database, prepare } from './sqlite-database';
import { explainOpening } from './sqlite-fault';

/** A connection, and which file it has open, as `identify` tells it. */
export interface OpenFile {
  file: string;
  database: Database;
  main: string;
}

// Nobody writes to those again. Closing one would give up this process's locks on a file that it may have open once more, and
// SQLite does not close it as long as any statement is.
const left: OpenFile[] = [];

/**
 * Opens a SQLite file, made where there is none: in WAL mode, at this program's schema, durable. Other calls go on while it waits.
 * @throws ConfigFault naming RATINGS_FILE; StoreUnavailable when the disk is full or others do not let go of the file
 */
export async function openFile(file: string): Promise<OpenFile> {
  let claim: LogClaim | undefined;
  let open: OpenFile | undefined;
  let isNew = false;
  try {
    checkPlace(file);
    makeFolder(path.dirname(file));
    // SQLite opens one that it cannot write, and says so at the first write only.
    if (identify(file) !== gone) accessSync(file, constants.W_OK);
    isNew = !isClaimed(file);
    const holding = new LogClaim(file);
    claim = holding;
    const opened = await patiently(() =>
      holding.hold(() => {
        open = connectTo(file, open);
        beginLog(open.database);
        // Also when it has lost its name meanwhile: its log shall not be another one's.
        holding.write({ ...identifyAll(file), main: open.main });
        return open;
      }),
    );
    await patiently(() => prepare(opened.database));
    return opened;
  } catch (error) {
    if (open) abandon(open);
    const fault = explainOpening(error);
    // Nothing stays beside a file that is not ours.
    if (isNew && fault instanceof ConfigFault) claim?.remove();
    throw fault;
  } finally {
    claim?.close();
  }
}

function connectTo(file: string, former: OpenFile | undefined): OpenFile {
  if (former && identify(file) === former.main) return former;
  if (former) abandon(former);
  makeEmpty(file);
  const main = identify(file);
  // SQLite would use the index that it knows of this file, which has no name any more that others could find.
  if (left.some((one) => one.main === main)) throw replaced();
  const open = { file, database: connect(file), main };
  if (identify(file) === main) return open;
  open.database.close();
  throw Object.assign(new Error('another file took the name'), { code: 'SQLITE_BUSY' });
}

// Here, so that it is known before it is opened which one it is.
function makeEmpty(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o644));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

function abandon(open: OpenFile): void {
  if (hasMoved(open)) left.push(open);
  else open.database.close();
}

/** Whether the name is another file's by now, or nobody's: what is written here, nobody finds. `true` where it cannot be told. */
export function hasMoved(open: OpenFile): boolean {
  if (left.includes(open)) return true;
  try {
    return identify(open.file) !== open.main;
  } catch {
    return true;
  }
}

/**
 * Leaves a file that lost its name, with all that was written to it in it and not in the log, which is put aside when a file of that
 * name is opened.
 * @throws an error that is busy when others use the log
 */
export function leave(open: OpenFile): void {
  if (left.includes(open)) return;
  const [log] = open.database.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[];
  if (log?.busy !== 0) throw Object.assign(new Error('others use the log'), { code: 'SQLITE_BUSY' });
  // It may have come back.
  if (identify(open.file) !== open.main) left.push(open);
}

/** As `leave`, and puts its log aside for whoever opens a file of that name, with whatever program. */
export async function leaveForGood(open: OpenFile): Promise<void> {
  await patiently(() => leave(open));
  if (!isClaimed(open.file)) return;
  const claim = new LogClaim(open.file);
  try {
    await patiently(() => claim.hold(() => {}));
  } finally {
    claim.close();
  }
}

function replaced(): StoreUnavailable {
  return new StoreUnavailable(
    'RATINGS_FILE was replaced while it was in use, and cannot be used before every program that has it open has ended.',
  );
}
