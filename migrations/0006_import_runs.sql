-- +goose Up

-- Which data files were last read, so that a start with the same files reads nothing.
CREATE TABLE import_runs (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT now(),
    digest text NOT NULL CHECK (digest ~ '^[0-9a-f]{64}$'),
    actor text NOT NULL CHECK (actor <> '')
);
COMMENT ON COLUMN import_runs.digest IS 'SHA-256 over names and content of the files that ship with the program';
