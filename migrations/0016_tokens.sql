-- +goose Up

-- What programs of a kommune or an organization write with. A token belongs to its owner
-- and outlives the account that made it. Tokens are never deleted: the history names them
-- by id.
CREATE TABLE tokens (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    hash bytea NOT NULL UNIQUE CHECK (length(hash) = 32),
    kommune_number kommune_number REFERENCES kommuner (number),
    organization_id bigint REFERENCES organizations (id),
    name text NOT NULL CHECK (name <> '' AND length(name) <= 100),
    scopes text[] NOT NULL CHECK (cardinality(scopes) > 0 AND scopes <@ ARRAY['skriv', 'bekreft', 'slett']),
    created_by text NOT NULL CHECK (created_by <> ''),
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz,
    used_at timestamptz,
    revoked_at timestamptz,
    revoked_by text CHECK (revoked_by <> ''),
    CHECK ((kommune_number IS NULL) <> (organization_id IS NULL)),
    CHECK (expires_at > created_at),
    CHECK ((revoked_at IS NULL) = (revoked_by IS NULL))
);
COMMENT ON COLUMN tokens.hash IS 'SHA-256 of the secret, which is shown once and kept nowhere';
COMMENT ON COLUMN tokens.expires_at IS 'null: never';
COMMENT ON COLUMN tokens.used_at IS 'last use, to within five minutes: reading with a token should seldom write';
CREATE INDEX tokens_kommune_number ON tokens (kommune_number);
CREATE INDEX tokens_organization_id ON tokens (organization_id);
