-- +goose Up

-- Where those who keep a copy are told that something has changed.
CREATE TABLE webhooks (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL CHECK (name <> '' AND length(name) <= 100),
    url text NOT NULL CHECK (url ~ '^https://' AND length(url) <= 2000),
    secret text NOT NULL CHECK (secret ~ '^whsec_'),
    kommuner text[] NOT NULL DEFAULT '{}',
    types text[] NOT NULL DEFAULT '{}',
    cursor text NOT NULL CHECK (cursor <> ''),
    created_by text NOT NULL CHECK (created_by <> ''),
    created_at timestamptz NOT NULL DEFAULT now(),
    sent_at timestamptz,
    failing_since timestamptz,
    disabled_at timestamptz,
    disabled_why text NOT NULL DEFAULT '',
    CHECK ((disabled_at IS NULL) = (disabled_why = ''))
);
COMMENT ON COLUMN webhooks.secret IS 'in plain: messages are signed with it, and a key beside the database would be lost or leak with it';
COMMENT ON COLUMN webhooks.kommuner IS 'with types, which offerings it follows; both empty: everything';
COMMENT ON COLUMN webhooks.cursor IS 'as in the API: what was sent and taken last';
COMMENT ON COLUMN webhooks.sent_at IS 'when a message was last taken';
COMMENT ON COLUMN webhooks.failing_since IS 'when the first message failed after the last that was taken';

CREATE TABLE webhook_deliveries (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    webhook_id bigint NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
    message text NOT NULL CHECK (message <> ''),
    kind text NOT NULL CHECK (kind IN ('endringer', 'test')),
    changes integer NOT NULL CHECK (changes >= 0),
    at timestamptz NOT NULL DEFAULT now(),
    took interval NOT NULL,
    status integer CHECK (status BETWEEN 100 AND 999),
    problem text NOT NULL DEFAULT '',
    before text NOT NULL,
    after text NOT NULL
);
COMMENT ON TABLE webhook_deliveries IS 'attempts to send a message, of the last 30 days';
COMMENT ON COLUMN webhook_deliveries.message IS 'webhook-id: the same when the same is sent again';
COMMENT ON COLUMN webhook_deliveries.status IS 'of the answer; null where there was none';
COMMENT ON COLUMN webhook_deliveries.problem IS 'empty where the message was taken';
CREATE INDEX webhook_deliveries_webhook_id ON webhook_deliveries (webhook_id, id);
