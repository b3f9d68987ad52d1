import { renameSync, rmSync, statSync } from 'node:fs';
import { gone, identify } from './file-identity';
import { connect, type Database } from './sqlite-database';

/** A file in WAL mode and what SQLite keeps beside it: the log, and an index of it that processes share. As `identify` tells them. */
export interface Belonging {
  main: string;
  log: string;
  index: string;
}

/** Which of them have their names now. */
export function identifyAll(file: string): Belonging {
  return { main: identify(file), log: identify(logOf(file)), index: identify(indexOf(file)) };
}

/**
 * Who the log belongs to that stands beside a file. SQLite finds it by its name alone, and would take the one of a former file for
 * that of the file which has the name now: https://www.sqlite.org/howtocorrupt.html. It is written down in a small
 * SQLite file, whose lock also lets one process at a time open files or put logs aside.
 */
export class LogClaim {
  private readonly database: Database;

  /** The folder must be there. */
  constructor(private readonly file: string) {
    this.database = connect(claimOf(file));
  }

  /**
   * Runs `work` while no other process does the same, after log and index that are not of the file which has the name now were put aside.
   * What another one still writes into them nobody is told of: see `SqliteFile`.
   * @throws an error that is busy when another one has its turn
   */
  hold<R>(work: () => R): R {
    this.database.exec('BEGIN EXCLUSIVE');
    try {
      this.database.exec('CREATE TABLE IF NOT EXISTS claim (main TEXT, log TEXT, "index" TEXT)');
      this.putAside();
      return work();
    } finally {
      this.database.exec('COMMIT');
    }
  }

  /** While it is held. */
  write({ main, log, index }: Belonging): void {
    const claimed = this.read();
    if (claimed?.main === main && claimed.log === log && claimed.index === index) return;
    this.database.exec('DELETE FROM claim');
    this.database.prepare('INSERT INTO claim VALUES (?, ?, ?)').run(main, log, index);
  }

  close(): void {
    this.database.close();
  }

  /** Takes its file away, before it is closed: one that was made for a file which is not used. */
  remove(): void {
    rmSync(claimOf(this.file), { force: true });
  }

  private read(): Belonging | undefined {
    return this.database.prepare('SELECT main, log, "index" FROM claim').get() as unknown as
      | Belonging
      | undefined;
  }

  private putAside(): void {
    const claimed = this.read();
    const now = identifyAll(this.file);
    if (!claimed || claimed.main === now.main) return;
    if (now.index !== gone && now.index === claimed.index) rmSync(indexOf(this.file));
    if (now.log === gone || now.log !== claimed.log) return;
    const log = logOf(this.file);
    // Ratings that are in no other file.
    if (statSync(log).size > 0) renameSync(log, `${log}.former-${claimed.log.replace(' ', '-')}`);
    else rmSync(log);
  }
}

/** Whether there is one to hold: not where the folder is gone, too. */
export function isClaimed(file: string): boolean {
  return identify(claimOf(file)) !== gone;
}

const logOf = (file: string) => `${file}-wal`;
const indexOf = (file: string) => `${file}-shm`;
const claimOf = (file: string) => `${file}-claim`;
