-- +goose Up

-- Those who keep a copy are told what has changed, and what is gone.
ALTER TABLE installation ADD COLUMN history uuid NOT NULL DEFAULT gen_random_uuid();
COMMENT ON COLUMN installation.history IS 'another one after a restore from a backup: positions in the feed from before it mean nothing';

-- The last change of each thing.
CREATE INDEX changes_last ON changes (kind, ref, xid DESC, id DESC);

-- Nothing is announced any more of what no reader has seen, and what was is forgotten. An
-- index that stood at a change that goes is built anew.
DELETE FROM changes c
WHERE c.kind = 'offering'
    AND NOT EXISTS (SELECT FROM offerings o WHERE o.id::text = c.ref AND o.status IN ('publisert', 'stengt'))
    AND NOT EXISTS (SELECT FROM revisions r WHERE r.kind = 'offering' AND r.ref = c.ref AND r.after->>'Status' IN ('publisert', 'stengt'));
DELETE FROM changes c
WHERE c.kind = 'course'
    AND (NOT EXISTS (SELECT FROM revisions r WHERE r.kind = 'course' AND r.ref = c.ref AND r.after->>'Status' IN ('apen', 'full', 'avlyst'))
        OR NOT EXISTS (SELECT FROM courses k JOIN changes o ON o.kind = 'offering' AND o.ref = k.offering_id::text WHERE k.id::text = c.ref));
