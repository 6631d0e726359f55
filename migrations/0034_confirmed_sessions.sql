-- +goose Up

-- Who is signed in shows it again before changing what they sign in with.
ALTER TABLE sessions ADD COLUMN confirmed_at timestamptz NOT NULL DEFAULT now();
COMMENT ON COLUMN sessions.confirmed_at IS 'when the person last showed who they are, by signing in or by the second factor';
