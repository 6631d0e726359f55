-- +goose Up

-- The people who keep the directory true. Accounts are never deleted: the history names
-- them by id. One that leaves is disabled, and its name and address may be blanked.
CREATE TABLE accounts (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    uuid uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
    email text NOT NULL UNIQUE CHECK (email = lower(email) AND email ~ '^[^@\s]+@[^@\s]+\.[^@\s.]+$'),
    name text NOT NULL DEFAULT '' CHECK (length(name) <= 200),
    national_editor boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    signed_in_at timestamptz,
    disabled_at timestamptz
);
COMMENT ON COLUMN accounts.uuid IS 'also the user handle of passkeys';

-- What an account may do: for one kommune, or for one organization within a coverage.
CREATE TABLE grants (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id bigint NOT NULL REFERENCES accounts (id),
    role text NOT NULL CHECK (role IN ('bidragsyter', 'forvalter')),
    kommune_number kommune_number REFERENCES kommuner (number),
    organization_id bigint REFERENCES organizations (id),
    coverage_national boolean NOT NULL DEFAULT false,
    coverage_fylker text[] NOT NULL DEFAULT '{}',
    coverage_kommuner text[] NOT NULL DEFAULT '{}',
    substitute boolean NOT NULL DEFAULT false,
    granted_by text NOT NULL CHECK (granted_by <> ''),
    granted_at timestamptz NOT NULL DEFAULT now(),
    CHECK ((kommune_number IS NULL) <> (organization_id IS NULL)),
    UNIQUE NULLS NOT DISTINCT (account_id, kommune_number, organization_id)
);
COMMENT ON COLUMN grants.coverage_national IS 'with the two after it: whom the offerings of the organization may be for; all empty for a kommune, whose offerings are for itself and neighbours';
COMMENT ON COLUMN grants.substitute IS 'asked to confirm when the managers do not answer';
CREATE INDEX grants_kommune_number ON grants (kommune_number);
CREATE INDEX grants_organization_id ON grants (organization_id);

-- Sessions are known by the hash of what the browser's cookie holds.
CREATE TABLE sessions (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    hash bytea NOT NULL UNIQUE CHECK (length(hash) = 32),
    account_id bigint NOT NULL REFERENCES accounts (id),
    method text NOT NULL CHECK (method IN ('kode', 'oidc', 'passkey', 'lenke')),
    second_factor boolean NOT NULL DEFAULT false,
    device text NOT NULL DEFAULT '' CHECK (length(device) <= 200),
    created_at timestamptz NOT NULL DEFAULT now(),
    seen_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    idle_expires_at timestamptz NOT NULL,
    CHECK (expires_at > created_at)
);
COMMENT ON COLUMN sessions.second_factor IS 'a passkey, a code from an app, or an OIDC sign-in of a high level';
CREATE INDEX sessions_account_id ON sessions (account_id);

-- What has to be done by a person, once. A task of the national editors has no owner.
CREATE TABLE tasks (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL CHECK (kind ~ '^[a-z_]+$'),
    key text NOT NULL CHECK (key <> ''),
    kommune_number kommune_number REFERENCES kommuner (number),
    organization_id bigint REFERENCES organizations (id),
    offering_id bigint REFERENCES offerings (id),
    detail jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(),
    done_at timestamptz,
    done_by text CHECK (done_by <> ''),
    CHECK (kommune_number IS NULL OR organization_id IS NULL),
    CHECK ((done_at IS NULL) = (done_by IS NULL))
);
COMMENT ON COLUMN tasks.key IS 'what it is about; there is one open task of a kind and key';
CREATE UNIQUE INDEX tasks_open ON tasks (kind, key) WHERE done_at IS NULL;
CREATE INDEX tasks_kommune_number ON tasks (kommune_number) WHERE done_at IS NULL;
CREATE INDEX tasks_organization_id ON tasks (organization_id) WHERE done_at IS NULL;

-- Work for later, done by any node.
CREATE TABLE jobs (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL CHECK (kind ~ '^[a-z_]+$'),
    key text UNIQUE CHECK (key <> ''),
    payload jsonb NOT NULL DEFAULT '{}',
    run_at timestamptz NOT NULL DEFAULT now(),
    attempts integer NOT NULL DEFAULT 0,
    last_error text NOT NULL DEFAULT '',
    locked_until timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    done_at timestamptz,
    gave_up_at timestamptz
);
COMMENT ON COLUMN jobs.key IS 'a job of this key is queued once, ever';
CREATE INDEX jobs_waiting ON jobs (run_at) WHERE done_at IS NULL AND gave_up_at IS NULL;

-- +goose StatementBegin
CREATE FUNCTION jobs_notify() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NOTIFY jobs;
    RETURN NULL;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER jobs_notify AFTER INSERT ON jobs FOR EACH STATEMENT EXECUTE FUNCTION jobs_notify();

-- What people with a role did that is no edit: signed in, let somebody in, made a token.
CREATE TABLE events (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT now(),
    actor text NOT NULL CHECK (actor <> ''),
    what text NOT NULL CHECK (what ~ '^[a-z_]+$'),
    detail jsonb NOT NULL DEFAULT '{}'
);

-- +goose StatementBegin
CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END
$$;
-- +goose StatementEnd
CREATE TRIGGER events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION append_only();

-- ALWAYS: also for a session that says it is a replica.
ALTER TABLE events ENABLE ALWAYS TRIGGER events_append_only;
ALTER TABLE revisions ENABLE ALWAYS TRIGGER revisions_append_only;

ALTER TABLE revisions DROP CONSTRAINT revisions_kind_check;
ALTER TABLE revisions ADD CONSTRAINT revisions_kind_check
    CHECK (kind IN ('offering', 'article', 'kommune', 'type', 'term', 'expression'));
