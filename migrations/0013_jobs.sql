-- +goose Up

-- Lists of what gave up and of what was done lately.
CREATE INDEX jobs_gave_up ON jobs (gave_up_at) WHERE gave_up_at IS NOT NULL AND done_at IS NULL;
CREATE INDEX jobs_done ON jobs (done_at) WHERE done_at IS NOT NULL;
COMMENT ON COLUMN jobs.locked_until IS 'also tells a node that was too slow whether another has the job now';
COMMENT ON COLUMN jobs.last_error IS 'of a job that is done: why it was done without being carried out; mostly empty';

-- The one node that runs what is to happen by the clock. A lease rather than a lock of a
-- connection: it can be looked at, and works through a connection pooler.
CREATE TABLE leader (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    holder text NOT NULL CHECK (holder <> ''),
    since timestamptz NOT NULL DEFAULT now(),
    until timestamptz NOT NULL
);

-- What is to happen by the clock, and when it last did.
CREATE TABLE work_schedules (
    name text PRIMARY KEY CHECK (name ~ '^[a-z_]+$'),
    next_run timestamptz NOT NULL DEFAULT now(),
    started_at timestamptz,
    finished_at timestamptz,
    last_error text NOT NULL DEFAULT ''
);
COMMENT ON COLUMN work_schedules.next_run IS 'moved when a run has ended, so that one that was cut off is run again';
COMMENT ON COLUMN work_schedules.finished_at IS 'of the last run that ended well';

-- Addresses of others' pages that the directory points to, and whether they answer.
CREATE TABLE links (
    url text PRIMARY KEY CHECK (url ~ '^https?://' AND length(url) <= 2000),
    next_check timestamptz NOT NULL DEFAULT now(),
    checked_at timestamptz,
    ok_at timestamptz,
    status integer CHECK (status BETWEEN 100 AND 999),
    failure text NOT NULL DEFAULT '' CHECK (failure ~ '^[a-z_]*$'),
    moved_to text CHECK (moved_to ~ '^https?://'),
    strikes integer NOT NULL DEFAULT 0 CHECK (strikes >= 0),
    struck_at timestamptz,
    broken_since timestamptz
);
COMMENT ON COLUMN links.status IS 'of the last answer; null where there was none';
COMMENT ON COLUMN links.failure IS 'why there was no good answer, by kind; empty for a good one';
COMMENT ON COLUMN links.strikes IS 'days in a row on which it did not answer; broken from the second';
CREATE INDEX links_next_check ON links (next_check);
