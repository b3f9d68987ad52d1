/** `PRAGMA application_id` of files that this program made; older versions left it 0. Stands for "RiTr", and is never changed. */
export const applicationId = 0x52695472;

/** The tables that every version has. */
export const tableNames = ['ratings', 'messages', 'tallies', 'settings', 'uncounted'];

/** The version that `PRAGMA user_version` holds is the number of steps that were taken. A step is never changed, only added. */
export const migrations = [
  `CREATE TABLE ratings (
     id INTEGER PRIMARY KEY,
     event TEXT NOT NULL, session TEXT NOT NULL, voter TEXT NOT NULL,
     score INTEGER NOT NULL CHECK (score BETWEEN 1 AND 5), at INTEGER NOT NULL,
     comment TEXT, comment_state TEXT, comment_at INTEGER,
     UNIQUE (event, session, voter)
   );
   CREATE INDEX ratings_by_time ON ratings (event, at, id);
   CREATE INDEX ratings_by_voter ON ratings (event, voter);
   CREATE INDEX comments ON ratings (event, comment_state, comment_at) WHERE comment IS NOT NULL;
   CREATE TABLE messages (
     event TEXT NOT NULL, message_sid TEXT NOT NULL, kind TEXT NOT NULL, former INTEGER,
     PRIMARY KEY (event, message_sid)
   ) WITHOUT ROWID;
   CREATE TABLE tallies (
     event TEXT NOT NULL, session TEXT NOT NULL,
     n1 INTEGER NOT NULL DEFAULT 0, n2 INTEGER NOT NULL DEFAULT 0, n3 INTEGER NOT NULL DEFAULT 0,
     n4 INTEGER NOT NULL DEFAULT 0, n5 INTEGER NOT NULL DEFAULT 0,
     PRIMARY KEY (event, session)
   ) WITHOUT ROWID;
   CREATE TABLE settings (
     event TEXT NOT NULL, session TEXT NOT NULL, setting TEXT NOT NULL, PRIMARY KEY (event, session)
   ) WITHOUT ROWID;
   CREATE TABLE uncounted (
     id INTEGER PRIMARY KEY, event TEXT NOT NULL, voter TEXT NOT NULL, message_sid TEXT NOT NULL,
     text TEXT NOT NULL, reason TEXT NOT NULL, at INTEGER NOT NULL,
     UNIQUE (event, message_sid)
   );`,
  `ALTER TABLE messages ADD COLUMN session TEXT;
   ALTER TABLE messages ADD COLUMN score INTEGER;
   DELETE FROM uncounted WHERE EXISTS
     (SELECT 1 FROM messages m WHERE m.event = uncounted.event AND m.message_sid = uncounted.message_sid);`,
];
