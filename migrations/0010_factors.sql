-- +goose Up

-- What people show beside the mailed code, or sign in with alone.
CREATE TABLE passkeys (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id bigint NOT NULL REFERENCES accounts (id),
    credential_id bytea NOT NULL UNIQUE CHECK (length(credential_id) BETWEEN 1 AND 1023),
    credential jsonb NOT NULL,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    created_at timestamptz NOT NULL DEFAULT now(),
    used_at timestamptz
);
COMMENT ON COLUMN passkeys.credential IS 'the public key, its counter and flags, as the WebAuthn library writes them; nothing secret';
CREATE INDEX passkeys_account_id ON passkeys (account_id);

-- An account's authenticator app (TOTP).
CREATE TABLE apps (
    account_id bigint PRIMARY KEY REFERENCES accounts (id),
    secret text NOT NULL CHECK (secret <> ''),
    last_step bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    used_at timestamptz
);
COMMENT ON COLUMN apps.secret IS 'in plain: codes are computed from it, and a key beside the database would be lost or leak with it';
COMMENT ON COLUMN apps.last_step IS 'the 30 seconds of the last code that was taken: none is taken twice, nor an earlier one';

CREATE TABLE recovery_codes (
    hash bytea PRIMARY KEY CHECK (length(hash) = 32),
    account_id bigint NOT NULL REFERENCES accounts (id)
);
CREATE INDEX recovery_codes_account_id ON recovery_codes (account_id);

-- Wrong codes in a row. An account without a row has none.
CREATE TABLE wrong_codes (
    account_id bigint PRIMARY KEY REFERENCES accounts (id),
    tries integer NOT NULL CHECK (tries > 0),
    wait_until timestamptz NOT NULL
);
ALTER TABLE sessions ADD COLUMN wrong_codes integer NOT NULL DEFAULT 0;
COMMENT ON COLUMN sessions.wrong_codes IS 'at the fifth the session ends';

-- What we asked a browser, until it answers: once, and only the browser that was asked.
CREATE TABLE challenges (
    hash bytea PRIMARY KEY CHECK (length(hash) = 32),
    kind text NOT NULL CHECK (kind IN ('passnokkel', 'bekreft', 'ny-passnokkel', 'app', 'oidc')),
    payload jsonb NOT NULL,
    expires_at timestamptz NOT NULL
);
COMMENT ON COLUMN challenges.hash IS 'of the secret in the browser''s cookie';
CREATE INDEX challenges_expires_at ON challenges (expires_at);

-- Who an account is with an OIDC provider.
CREATE TABLE identities (
    issuer text NOT NULL CHECK (issuer <> ''),
    subject text NOT NULL CHECK (subject <> ''),
    account_id bigint NOT NULL REFERENCES accounts (id),
    created_at timestamptz NOT NULL DEFAULT now(),
    used_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (issuer, subject)
);
CREATE INDEX identities_account_id ON identities (account_id);
