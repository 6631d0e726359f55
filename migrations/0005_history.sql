-- +goose Up

-- Whole content before and after every change, for ever.
CREATE TABLE revisions (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('offering', 'article')),
    ref text NOT NULL CHECK (ref <> ''),
    version integer NOT NULL CHECK (version > 0),
    at timestamptz NOT NULL DEFAULT now(),
    actor text NOT NULL CHECK (actor <> ''),
    why text NOT NULL DEFAULT '',
    before jsonb,
    after jsonb NOT NULL,
    UNIQUE (kind, ref, version)
);
COMMENT ON COLUMN revisions.before IS 'null for the first';

-- +goose StatementBegin
CREATE FUNCTION revisions_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'revisions are append-only: % refused', TG_OP USING ERRCODE = 'restrict_violation';
END
$$;
-- +goose StatementEnd
CREATE TRIGGER revisions_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON revisions
    FOR EACH STATEMENT EXECUTE FUNCTION revisions_append_only();

-- The feed that every node's index follows. Rows carry ids, not content. xid orders
-- them by transaction, so that a reader who stops below pg_snapshot_xmin never misses a
-- row whose transaction commits late.
CREATE TABLE changes (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    kind text NOT NULL CHECK (kind IN ('offering', 'kommune', 'fylke', 'article', 'group', 'type', 'term', 'place', 'reindex')),
    ref text NOT NULL,
    at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON COLUMN changes.kind IS 'reindex: a wish that every node builds its index anew';
CREATE INDEX changes_xid_id ON changes (xid, id);

-- +goose StatementBegin
CREATE FUNCTION changes_notify() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NOTIFY changes;
    RETURN NULL;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER changes_notify AFTER INSERT ON changes
    FOR EACH STATEMENT EXECUTE FUNCTION changes_notify();

-- One row: which database this is. An index that followed another one is built anew.
CREATE TABLE installation (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    only_row boolean NOT NULL DEFAULT true UNIQUE CHECK (only_row)
);
INSERT INTO installation DEFAULT VALUES;
