/**
 * The version in `ringtrue.schema_version` is the number of steps that were taken. A step is never changed, only added.
 *
 * Everything lies in a schema of its own, so that a database can be shared. Tallies are spread over 16 slots by voter:
 * one row for each session would make all its voters wait for one another's commit.
 *
 * `ringtrue.record_rating` does what `ringtrue.record` does, which programs of earlier versions call, and is quicker: what is planned
 * once in a connection stands in the function itself, and it answers what the delivery did that counted, of which a statement around
 * it would not see everything. It begins as `ringtrue.lock_message`, and forgets the uncounted text before any rating is locked, as
 * `ringtrue.remove` does it: in another order two could wait for each other.
 */
export const migrations = [
  `CREATE TABLE ringtrue.ratings (
     id bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
     event text NOT NULL, session text NOT NULL, voter text NOT NULL,
     score smallint NOT NULL CHECK (score BETWEEN 1 AND 5), at bigint NOT NULL,
     comment text, comment_state text, comment_at bigint,
     PRIMARY KEY (event, session, voter)
   );
   CREATE INDEX ratings_by_time ON ringtrue.ratings (event, at, id);
   CREATE INDEX ratings_by_voter ON ringtrue.ratings (event, voter);
   CREATE INDEX comments ON ringtrue.ratings (event, comment_state, comment_at, id) WHERE comment IS NOT NULL;
   CREATE TABLE ringtrue.messages (
     event text NOT NULL, message_sid text NOT NULL, kind text NOT NULL, former smallint,
     PRIMARY KEY (event, message_sid)
   );
   CREATE TABLE ringtrue.tallies (
     event text NOT NULL, session text NOT NULL, slot smallint NOT NULL, n bigint[] NOT NULL,
     PRIMARY KEY (event, session, slot)
   );
   CREATE TABLE ringtrue.settings (
     event text NOT NULL, session text NOT NULL, setting text NOT NULL, PRIMARY KEY (event, session)
   );
   CREATE TABLE ringtrue.uncounted (
     id bigint GENERATED ALWAYS AS IDENTITY UNIQUE, event text NOT NULL, voter text NOT NULL, message_sid text NOT NULL,
     text text NOT NULL, reason text NOT NULL, at bigint NOT NULL,
     PRIMARY KEY (event, message_sid)
   );
   CREATE INDEX uncounted_by_age ON ringtrue.uncounted (event, id);

   CREATE FUNCTION ringtrue.slot(voter text) RETURNS smallint LANGUAGE sql IMMUTABLE
     AS $$ SELECT (hashtext(voter) & 15)::smallint $$;

   CREATE FUNCTION ringtrue.count(of_event text, of_session text, in_slot smallint, by bigint[]) RETURNS void
     LANGUAGE sql AS $$
       INSERT INTO ringtrue.tallies AS t VALUES (of_event, of_session, in_slot, by)
       ON CONFLICT (event, session, slot) DO UPDATE SET n =
         ARRAY[t.n[1] + by[1], t.n[2] + by[2], t.n[3] + by[3], t.n[4] + by[4], t.n[5] + by[5]]
     $$;

   CREATE FUNCTION ringtrue.record(r jsonb, OUT kind text, OUT former smallint, OUT duplicate boolean)
     LANGUAGE plpgsql SET lock_timeout = '3s' AS $$
     DECLARE
       new_score smallint := (r->>'score')::smallint;
       commented bigint := CASE WHEN r->>'comment' IS NULL THEN NULL ELSE (r->>'at')::bigint END;
     BEGIN
       -- Waits for the same message when another call is at it, and then sees what that one did.
       INSERT INTO ringtrue.messages VALUES (r->>'event', r->>'messageSid', 'recorded', NULL) ON CONFLICT DO NOTHING;
       duplicate := NOT FOUND;
       IF duplicate THEN
         SELECT m.kind, m.former INTO kind, former FROM ringtrue.messages m
           WHERE m.event = r->>'event' AND m.message_sid = r->>'messageSid';
         RETURN;
       END IF;
       kind := 'recorded';
       LOOP
         SELECT o.score INTO former FROM ringtrue.ratings o
           WHERE o.event = r->>'event' AND o.session = r->>'session' AND o.voter = r->>'voter' FOR UPDATE;
         IF FOUND THEN
           kind := 'changed';
           UPDATE ringtrue.ratings o SET score = new_score, at = (r->>'at')::bigint,
               comment = coalesce(r->>'comment', o.comment), comment_state = coalesce(r->>'commentState', o.comment_state),
               comment_at = coalesce(commented, o.comment_at)
             WHERE o.event = r->>'event' AND o.session = r->>'session' AND o.voter = r->>'voter';
           UPDATE ringtrue.messages m SET kind = 'changed', former = record.former
             WHERE m.event = r->>'event' AND m.message_sid = r->>'messageSid';
           EXIT;
         END IF;
         former := NULL;
         INSERT INTO ringtrue.ratings (event, session, voter, score, at, comment, comment_state, comment_at)
           VALUES (r->>'event', r->>'session', r->>'voter', new_score, (r->>'at')::bigint,
             r->>'comment', r->>'commentState', commented)
           ON CONFLICT DO NOTHING;
         EXIT WHEN FOUND;
       END LOOP;
       IF former IS DISTINCT FROM new_score THEN
         PERFORM ringtrue.count(r->>'event', r->>'session', ringtrue.slot(r->>'voter'),
           (SELECT array_agg((CASE WHEN i = new_score THEN 1 WHEN i = former THEN -1 ELSE 0 END)::bigint ORDER BY i)
            FROM generate_series(1, 5) i));
       END IF;
     END $$;

   -- Deletes a voter's ratings, or those before a moment, and takes them out of the tallies. One at a time in an event:
   -- two would lock the same rows in different orders.
   CREATE FUNCTION ringtrue.remove(of_event text, of_voter text, before bigint) RETURNS bigint
     LANGUAGE plpgsql SET lock_timeout = '3s' AS $$
     DECLARE removed bigint; part record;
     BEGIN
       PERFORM pg_advisory_xact_lock(hashtext('ringtrue.remove'), hashtext(of_event));
       DELETE FROM ringtrue.uncounted u WHERE u.event = of_event AND (u.voter = of_voter OR u.at < before);
       removed := 0;
       FOR part IN
         WITH gone AS (
           DELETE FROM ringtrue.ratings o WHERE o.event = of_event AND (o.voter = of_voter OR o.at < before)
           RETURNING o.session, o.voter, o.score
         )
         SELECT session, ringtrue.slot(voter) AS slot, count(*) AS total, ARRAY[
           -count(*) FILTER (WHERE score = 1), -count(*) FILTER (WHERE score = 2), -count(*) FILTER (WHERE score = 3),
           -count(*) FILTER (WHERE score = 4), -count(*) FILTER (WHERE score = 5)] AS n
         FROM gone GROUP BY 1, 2 ORDER BY 1, 2
       LOOP
         removed := removed + part.total;
         PERFORM ringtrue.count(of_event, part.session, part.slot, part.n);
       END LOOP;
       RETURN removed;
     END $$;`,
  `ALTER TABLE ringtrue.messages ADD COLUMN session text, ADD COLUMN score smallint;
   DELETE FROM ringtrue.uncounted u USING ringtrue.messages m WHERE m.event = u.event AND m.message_sid = u.message_sid;

   -- Whether a message counts and whether it stands among the uncounted is decided by one call at a time.
   CREATE FUNCTION ringtrue.lock_message(event text, message_sid text) RETURNS void LANGUAGE sql
     AS $$ SELECT pg_advisory_xact_lock(hashtextextended(event || ' ' || message_sid, 0)) $$;

   CREATE OR REPLACE FUNCTION ringtrue.record(r jsonb, OUT kind text, OUT former smallint, OUT duplicate boolean)
     LANGUAGE plpgsql SET lock_timeout = '3s' AS $$
     DECLARE
       new_score smallint := (r->>'score')::smallint;
       commented bigint := CASE WHEN r->>'comment' IS NULL THEN NULL ELSE (r->>'at')::bigint END;
     BEGIN
       -- Waits for the same message when another call is at it, and then sees what that one did.
       PERFORM ringtrue.lock_message(r->>'event', r->>'messageSid');
       INSERT INTO ringtrue.messages (event, message_sid, kind, session, score)
         VALUES (r->>'event', r->>'messageSid', 'recorded', r->>'session', new_score) ON CONFLICT DO NOTHING;
       duplicate := NOT FOUND;
       IF duplicate THEN
         SELECT m.kind, m.former INTO kind, former FROM ringtrue.messages m
           WHERE m.event = r->>'event' AND m.message_sid = r->>'messageSid';
         RETURN;
       END IF;
       -- Before any rating is locked, as ringtrue.remove does it: in another order two could wait for each other.
       DELETE FROM ringtrue.uncounted u WHERE u.event = r->>'event' AND u.message_sid = r->>'messageSid';
       kind := 'recorded';
       LOOP
         SELECT o.score INTO former FROM ringtrue.ratings o
           WHERE o.event = r->>'event' AND o.session = r->>'session' AND o.voter = r->>'voter' FOR UPDATE;
         IF FOUND THEN
           kind := 'changed';
           UPDATE ringtrue.ratings o SET score = new_score, at = (r->>'at')::bigint,
               comment = coalesce(r->>'comment', o.comment), comment_state = coalesce(r->>'commentState', o.comment_state),
               comment_at = coalesce(commented, o.comment_at)
             WHERE o.event = r->>'event' AND o.session = r->>'session' AND o.voter = r->>'voter';
           UPDATE ringtrue.messages m SET kind = 'changed', former = record.former
             WHERE m.event = r->>'event' AND m.message_sid = r->>'messageSid';
           EXIT;
         END IF;
         former := NULL;
         INSERT INTO ringtrue.ratings (event, session, voter, score, at, comment, comment_state, comment_at)
           VALUES (r->>'event', r->>'session', r->>'voter', new_score, (r->>'at')::bigint,
             r->>'comment', r->>'commentState', commented)
           ON CONFLICT DO NOTHING;
         EXIT WHEN FOUND;
       END LOOP;
       IF former IS DISTINCT FROM new_score THEN
         PERFORM ringtrue.count(r->>'event', r->>'session', ringtrue.slot(r->>'voter'),
           (SELECT array_agg((CASE WHEN i = new_score THEN 1 WHEN i = former THEN -1 ELSE 0 END)::bigint ORDER BY i)
            FROM generate_series(1, 5) i));
       END IF;
     END $$;`,
  `-- As before, and what was said before the moment goes although its rating is newer. All ratings are locked before any tally, as
   -- ringtrue.record does it.
   CREATE OR REPLACE FUNCTION ringtrue.remove(of_event text, of_voter text, before bigint) RETURNS bigint
     LANGUAGE plpgsql SET lock_timeout = '3s' AS $$
     DECLARE removed bigint; gone_by_slot jsonb; part record;
     BEGIN
       PERFORM pg_advisory_xact_lock(hashtext('ringtrue.remove'), hashtext(of_event));
       DELETE FROM ringtrue.uncounted u WHERE u.event = of_event AND (u.voter = of_voter OR u.at < before);
       WITH gone AS (
         DELETE FROM ringtrue.ratings o WHERE o.event = of_event AND (o.voter = of_voter OR o.at < before)
         RETURNING o.session, o.voter, o.score
       ), by_slot AS (
         SELECT session, ringtrue.slot(voter) AS slot, count(*) AS total, ARRAY[
           -count(*) FILTER (WHERE score = 1), -count(*) FILTER (WHERE score = 2), -count(*) FILTER (WHERE score = 3),
           -count(*) FILTER (WHERE score = 4), -count(*) FILTER (WHERE score = 5)] AS n
         FROM gone GROUP BY 1, 2
       )
       SELECT jsonb_agg(to_jsonb(b) ORDER BY session, slot) INTO gone_by_slot FROM by_slot b;
       UPDATE ringtrue.ratings o SET comment = NULL, comment_state = NULL, comment_at = NULL
         WHERE o.event = of_event AND o.comment IS NOT NULL AND o.comment_state IN ('approved', 'held', 'hidden')
           AND o.comment_at < before AND o.at >= before;
       removed := 0;
       FOR part IN
         SELECT * FROM jsonb_to_recordset(coalesce(gone_by_slot, '[]')) AS p(session text, slot smallint, total bigint, n bigint[])
       LOOP
         removed := removed + part.total;
         PERFORM ringtrue.count(of_event, part.session, part.slot, part.n);
       END LOOP;
       RETURN removed;
     END $$;`,
  `CREATE FUNCTION ringtrue.record_rating(r jsonb,
     OUT kind text, OUT former smallint, OUT session text, OUT score smallint, OUT duplicate boolean)
   LANGUAGE plpgsql AS $$
   #variable_conflict use_column
   DECLARE
     of_event text := r->>'event';
     of_session text := r->>'session';
     of_voter text := r->>'voter';
     sid text := r->>'messageSid';
     new_score smallint := (r->>'score')::smallint;
     old_score smallint;
     new_at bigint := (r->>'at')::bigint;
     new_comment text := r->>'comment';
     new_state text := r->>'commentState';
     commented bigint := CASE WHEN new_comment IS NULL THEN NULL ELSE new_at END;
   BEGIN
     PERFORM pg_advisory_xact_lock(hashtextextended(of_event || ' ' || sid, 0));
     INSERT INTO ringtrue.messages (event, message_sid, kind, session, score)
       VALUES (of_event, sid, 'recorded', of_session, new_score) ON CONFLICT DO NOTHING;
     duplicate := NOT FOUND;
     IF duplicate THEN
       SELECT m.kind, m.former, m.session, m.score INTO kind, former, session, score FROM ringtrue.messages m
         WHERE m.event = of_event AND m.message_sid = sid;
       RETURN;
     END IF;
     DELETE FROM ringtrue.uncounted u WHERE u.event = of_event AND u.message_sid = sid;
     kind := 'recorded';
     LOOP
       SELECT o.score INTO former FROM ringtrue.ratings o
         WHERE o.event = of_event AND o.session = of_session AND o.voter = of_voter FOR UPDATE;
       IF FOUND THEN
         kind := 'changed';
         UPDATE ringtrue.ratings o SET score = new_score, at = new_at,
             comment = coalesce(new_comment, o.comment), comment_state = coalesce(new_state, o.comment_state),
             comment_at = coalesce(commented, o.comment_at)
           WHERE o.event = of_event AND o.session = of_session AND o.voter = of_voter;
         UPDATE ringtrue.messages m SET kind = 'changed', former = record_rating.former
           WHERE m.event = of_event AND m.message_sid = sid;
         EXIT;
       END IF;
       former := NULL;
       INSERT INTO ringtrue.ratings (event, session, voter, score, at, comment, comment_state, comment_at)
         VALUES (of_event, of_session, of_voter, new_score, new_at, new_comment, new_state, commented)
         ON CONFLICT DO NOTHING;
       EXIT WHEN FOUND;
     END LOOP;
     session := of_session;
     score := new_score;
     old_score := coalesce(former, 0);
     IF old_score <> new_score THEN
       INSERT INTO ringtrue.tallies AS t VALUES (of_event, of_session, ringtrue.slot(of_voter), ARRAY[
         (new_score = 1)::int - (old_score = 1)::int, (new_score = 2)::int - (old_score = 2)::int,
         (new_score = 3)::int - (old_score = 3)::int, (new_score = 4)::int - (old_score = 4)::int,
         (new_score = 5)::int - (old_score = 5)::int]::bigint[])
       ON CONFLICT (event, session, slot) DO UPDATE SET n = ARRAY[t.n[1] + excluded.n[1], t.n[2] + excluded.n[2],
         t.n[3] + excluded.n[3], t.n[4] + excluded.n[4], t.n[5] + excluded.n[5]];
     END IF;
   END $$;`,
];
