-- +goose Up

-- What somebody has typed into a form and not published. The form as it was typed: it need
-- not be right yet.
CREATE TABLE drafts (
    account_id bigint NOT NULL REFERENCES accounts (id),
    key text NOT NULL CHECK (key <> '' AND length(key) <= 200),
    version integer NOT NULL,
    form jsonb NOT NULL CHECK (length(form::text) <= 100000),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account_id, key)
);
COMMENT ON COLUMN drafts.key IS 'the form: "tilbud/12", or "ny/kommune=1804" for what is not stored yet';
COMMENT ON COLUMN drafts.version IS 'of what the form was filled from; 0 for what is new';
CREATE INDEX drafts_key ON drafts (key);
