-- +goose Up

-- Sign-ins under way. A code works only together with the cookie of the browser that
-- asked for it. Rows are kept for a day, to count how many codes an address was sent.
CREATE TABLE sign_in_codes (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    hash bytea NOT NULL UNIQUE CHECK (length(hash) = 32),
    email text NOT NULL CHECK (email = lower(email) AND length(email) <= 254),
    code_hash bytea NOT NULL CHECK (length(code_hash) = 32),
    sent boolean NOT NULL,
    tries integer NOT NULL DEFAULT 0 CHECK (tries BETWEEN 0 AND 5),
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL CHECK (expires_at > created_at),
    used_at timestamptz
);
COMMENT ON COLUMN sign_in_codes.hash IS 'SHA-256 of the cookie';
COMMENT ON COLUMN sign_in_codes.code_hash IS 'HMAC of the code, keyed with the cookie: six digits alone are found by trying all';
COMMENT ON COLUMN sign_in_codes.sent IS 'false for an address that may not sign in; the browser cannot tell';
CREATE INDEX sign_in_codes_created_at ON sign_in_codes (created_at);

-- The way in when mail or second factor are lost; made by those with a shell alone.
CREATE TABLE login_links (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    hash bytea NOT NULL UNIQUE CHECK (length(hash) = 32),
    account_id bigint NOT NULL REFERENCES accounts (id),
    created_by text NOT NULL CHECK (created_by <> ''),
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL CHECK (expires_at > created_at),
    used_at timestamptz
);

-- Addresses that were let in before they had an account.
CREATE TABLE invitations (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email text NOT NULL CHECK (email = lower(email) AND length(email) <= 254),
    role text NOT NULL CHECK (role IN ('bidragsyter', 'forvalter')),
    kommune_number kommune_number REFERENCES kommuner (number),
    organization_id bigint REFERENCES organizations (id),
    coverage_national boolean NOT NULL DEFAULT false,
    coverage_fylker text[] NOT NULL DEFAULT '{}',
    coverage_kommuner text[] NOT NULL DEFAULT '{}',
    invited_by bigint REFERENCES accounts (id),
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL CHECK (expires_at > created_at),
    used_at timestamptz,
    CHECK ((kommune_number IS NULL) <> (organization_id IS NULL))
);
COMMENT ON COLUMN invitations.invited_by IS 'who must still be allowed to let people in when it is used; null: an operator';
CREATE UNIQUE INDEX invitations_open ON invitations (email, kommune_number, organization_id) NULLS NOT DISTINCT WHERE used_at IS NULL;

-- Who showed that they work for a kommune and asked its managers to be let in. One that
-- was answered is not asked about again: managers can invite.
CREATE TABLE entries (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id bigint NOT NULL REFERENCES accounts (id),
    kommune_number kommune_number NOT NULL REFERENCES kommuner (number),
    asked_at timestamptz NOT NULL DEFAULT now(),
    answer text CHECK (answer IN ('ja', 'nei')),
    answered_at timestamptz,
    answered_by text CHECK (answered_by <> ''),
    CHECK ((answer IS NULL) = (answered_at IS NULL) AND (answer IS NULL) = (answered_by IS NULL)),
    UNIQUE (account_id, kommune_number)
);
CREATE INDEX entries_kommune_number ON entries (kommune_number) WHERE answer IS NULL;
