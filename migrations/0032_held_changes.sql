-- +goose Up

-- What of a crisis or national service waits for a second person. Nothing here is public:
-- the offering says what it said until somebody else has approved.
CREATE TABLE held_changes (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    offering_id bigint NOT NULL REFERENCES offerings (id),
    before jsonb NOT NULL,
    after jsonb NOT NULL,
    actor text NOT NULL CHECK (actor <> ''),
    account_id bigint,
    national boolean NOT NULL,
    why text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now(),
    decision text CHECK (decision IN ('godkjent', 'avvist', 'trukket', 'erstattet')),
    decided_at timestamptz,
    decided_by text CHECK (decided_by <> ''),
    reason text NOT NULL DEFAULT '',
    CHECK ((decision IS NULL) = (decided_at IS NULL) AND (decision IS NULL) = (decided_by IS NULL)),
    CONSTRAINT held_changes_two_people CHECK (decision <> 'godkjent' OR decided_by <> actor
        AND (account_id IS NULL OR decided_by <> 'account: ' || account_id))
);
COMMENT ON COLUMN held_changes.before IS 'the offering as it was written when the change was proposed';
COMMENT ON COLUMN held_changes.after IS 'the offering as it was to be';
COMMENT ON COLUMN held_changes.account_id IS 'the person behind it: who made the token, when it was a token; null for an import. A number alone, as in the history: the account may have been erased';
COMMENT ON COLUMN held_changes.national IS 'proposed by a national editor: only another one may approve';
CREATE UNIQUE INDEX held_changes_open ON held_changes (offering_id) WHERE decision IS NULL;
CREATE INDEX held_changes_account ON held_changes (account_id);

ALTER TABLE revisions ADD COLUMN proposed_by text CHECK (proposed_by <> '');
COMMENT ON COLUMN revisions.proposed_by IS 'who wrote what the actor, as a second person, approved';
