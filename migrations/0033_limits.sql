-- +goose Up

-- How often something was done of what is limited, by all nodes together. Not logged: it is
-- written often and worth nothing after a crash, and what is not in the write-ahead log is in
-- no archive of it and on no replica.
CREATE UNLOGGED TABLE limits (
    kind text NOT NULL,
    hash bytea PRIMARY KEY CHECK (length(hash) = 32),
    spent bigint NOT NULL CHECK (spent >= 0),
    ends_at timestamptz NOT NULL
);
COMMENT ON COLUMN limits.hash IS 'HMAC of the kind and of who is counted, a network address or a token, keyed with what is derived from report_key';
COMMENT ON COLUMN limits.ends_at IS 'when counting begins anew';
CREATE INDEX limits_ends_at ON limits (ends_at);

ALTER TABLE sign_in_codes ADD COLUMN known_browser boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN sign_in_codes.known_browser IS 'asked for in a browser that has signed in with the address before; counted apart, so that strangers cannot use up its codes';
