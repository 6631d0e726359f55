-- +goose Up

-- Whom to tell that messages do not come through, and what messages were signed with before.
ALTER TABLE webhooks ADD COLUMN email text NOT NULL DEFAULT '' CHECK (length(email) <= 254);
COMMENT ON COLUMN webhooks.email IS 'who looks after the receiver, lower case; empty: nobody is told';

CREATE TABLE webhook_old_secrets (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    webhook_id bigint NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
    secret text NOT NULL CHECK (secret ~ '^whsec_'),
    until timestamptz NOT NULL
);
COMMENT ON TABLE webhook_old_secrets IS 'what messages are signed with besides webhooks.secret, so that a receiver can change without losing one';
CREATE INDEX webhook_old_secrets_webhook_id ON webhook_old_secrets (webhook_id);
