-- +goose Up

CREATE TABLE organizations (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    uuid uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
    name text NOT NULL UNIQUE CHECK (name <> ''),
    kind text CHECK (kind IN ('kommune', 'fylkeskommune', 'stat', 'helseforetak', 'stiftelse', 'forening')),
    org_number org_number,
    kommune_number kommune_number REFERENCES kommuner (number),
    website text CHECK (website ~ '^https?://')
);
COMMENT ON COLUMN organizations.kommune_number IS 'set when the organization is a kommune';

-- The one transition table. directory.transitions in Go holds the same rows; a test
-- compares them.
CREATE TABLE status_transitions (
    from_status text NOT NULL,
    to_status text NOT NULL,
    PRIMARY KEY (from_status, to_status)
);
INSERT INTO status_transitions (from_status, to_status) VALUES
    ('utkast', 'publisert'), ('utkast', 'arkivert'),
    ('publisert', 'stengt'), ('publisert', 'utkast'), ('publisert', 'arkivert'),
    ('stengt', 'publisert'), ('stengt', 'arkivert'),
    ('arkivert', 'utkast');

CREATE TABLE offerings (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    uuid uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
    key text NOT NULL UNIQUE CHECK (key ~ '^[a-z0-9_/-]+$'),
    type_code text NOT NULL REFERENCES offering_types (code),
    name text NOT NULL CHECK (name <> '' AND length(name) <= 200),
    organization_id bigint REFERENCES organizations (id),
    summary text NOT NULL DEFAULT '' CHECK (length(summary) <= 600),
    description text NOT NULL DEFAULT '' CHECK (length(description) <= 10000),
    audience text NOT NULL DEFAULT '' CHECK (length(audience) <= 600),
    keywords text[] NOT NULL DEFAULT '{}',
    coverage_national boolean NOT NULL DEFAULT false,
    coverage_bydel text NOT NULL DEFAULT '',
    opening_text text NOT NULL DEFAULT '',
    languages text[] NOT NULL DEFAULT '{}',
    accessibility text[] NOT NULL DEFAULT '{}'
        CHECK (accessibility <@ ARRAY ['rullestol', 'teleslynge', 'tegnsprak', 'trinnfritt']),
    cost_kind text CHECK (cost_kind IN ('gratis', 'betaling')),
    cost_text text NOT NULL DEFAULT '',
    referral_kind text CHECK (referral_kind IN ('kontakt_selv', 'sok', 'henvises')),
    referral_text text NOT NULL DEFAULT '',
    source_title text NOT NULL CHECK (source_title <> ''),
    source_url text CHECK (source_url ~ '^https?://'),
    source_date partial_date,
    confidence text NOT NULL CHECK (confidence IN ('hoy', 'middels', 'lav')),
    status text NOT NULL CHECK (status IN ('utkast', 'publisert', 'stengt', 'arkivert')),
    closed_until date CHECK (closed_until IS NULL OR status = 'stengt'),
    confirmed_at timestamptz,
    changed_at timestamptz NOT NULL DEFAULT now(),
    version integer NOT NULL DEFAULT 1 CHECK (version > 0)
);
COMMENT ON COLUMN offerings.key IS 'stable name of the row in its source; imports find it by this';
COMMENT ON COLUMN offerings.cost_kind IS 'null: not known';
COMMENT ON COLUMN offerings.referral_kind IS 'how to get it: contact yourself, apply, be referred; null: not known';
COMMENT ON COLUMN offerings.confirmed_at IS 'when whoever answers for it last said that it is right';
CREATE INDEX offerings_type_code ON offerings (type_code);
CREATE INDEX offerings_organization_id ON offerings (organization_id);

-- +goose StatementBegin
CREATE FUNCTION offerings_status_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.status <> OLD.status AND NOT EXISTS (
        SELECT FROM status_transitions WHERE from_status = OLD.status AND to_status = NEW.status
    ) THEN
        RAISE EXCEPTION 'offering %: status cannot go from % to %', OLD.id, OLD.status, NEW.status
            USING ERRCODE = 'check_violation', CONSTRAINT = 'offerings_status_transition';
    END IF;
    RETURN NEW;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER offerings_status_guard BEFORE UPDATE OF status ON offerings
    FOR EACH ROW EXECUTE FUNCTION offerings_status_guard();

CREATE TABLE offering_fylker (
    offering_id bigint NOT NULL REFERENCES offerings (id) ON DELETE CASCADE,
    fylke_number fylke_number NOT NULL REFERENCES fylker (number),
    PRIMARY KEY (offering_id, fylke_number)
);

CREATE TABLE offering_kommuner (
    offering_id bigint NOT NULL REFERENCES offerings (id) ON DELETE CASCADE,
    kommune_number kommune_number NOT NULL REFERENCES kommuner (number),
    PRIMARY KEY (offering_id, kommune_number)
);
CREATE INDEX offering_kommuner_kommune_number ON offering_kommuner (kommune_number);

CREATE TABLE offering_terms (
    offering_id bigint NOT NULL REFERENCES offerings (id) ON DELETE CASCADE,
    kind text NOT NULL,
    code text NOT NULL,
    PRIMARY KEY (offering_id, kind, code),
    FOREIGN KEY (kind, code) REFERENCES terms (kind, code)
);

CREATE TABLE locations (
    offering_id bigint NOT NULL REFERENCES offerings (id) ON DELETE CASCADE,
    position integer NOT NULL,
    name text NOT NULL DEFAULT '',
    street text NOT NULL DEFAULT '',
    postal_code postal_code REFERENCES postal_codes (code),
    postal_place text NOT NULL DEFAULT '',
    kommune_number kommune_number REFERENCES kommuner (number),
    lat double precision CHECK (lat BETWEEN 57 AND 81),
    lon double precision CHECK (lon BETWEEN -10 AND 34),
    confidential boolean NOT NULL DEFAULT false,
    PRIMARY KEY (offering_id, position),
    CHECK ((lat IS NULL) = (lon IS NULL))
);
COMMENT ON COLUMN locations.position IS 'order in which locations are shown, from 0';

CREATE TABLE phones (
    offering_id bigint NOT NULL REFERENCES offerings (id) ON DELETE CASCADE,
    position integer NOT NULL,
    number phone_number NOT NULL,
    purpose text CHECK (purpose IN ('hjelpetelefon', 'sentralbord', 'timebestilling', 'tekstmelding')),
    hours text NOT NULL DEFAULT '',
    PRIMARY KEY (offering_id, position)
);

CREATE TABLE emails (
    offering_id bigint NOT NULL REFERENCES offerings (id) ON DELETE CASCADE,
    position integer NOT NULL,
    address text NOT NULL CHECK (address ~ '^[^@\s]+@[^@\s]+\.[^@\s.]+$'),
    PRIMARY KEY (offering_id, position)
);

CREATE TABLE web_addresses (
    offering_id bigint NOT NULL REFERENCES offerings (id) ON DELETE CASCADE,
    position integer NOT NULL,
    url text NOT NULL CHECK (url ~ '^https?://'),
    PRIMARY KEY (offering_id, position)
);

CREATE TABLE schedules (
    offering_id bigint NOT NULL REFERENCES offerings (id) ON DELETE CASCADE,
    position integer NOT NULL,
    weekday integer NOT NULL CHECK (weekday BETWEEN 0 AND 6),
    opens text NOT NULL CHECK (opens ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'),
    closes text NOT NULL CHECK (closes ~ '^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$'),
    valid_from date,
    valid_to date,
    PRIMARY KEY (offering_id, position),
    CHECK (closes > opens),
    CHECK (valid_to >= valid_from)
);
COMMENT ON COLUMN schedules.weekday IS '0 is Sunday, as in Go';
COMMENT ON COLUMN schedules.opens IS 'local time, HH:MM';

CREATE TABLE schedule_exceptions (
    offering_id bigint NOT NULL REFERENCES offerings (id) ON DELETE CASCADE,
    position integer NOT NULL,
    on_date date NOT NULL,
    closed boolean NOT NULL,
    opens text CHECK (opens ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'),
    closes text CHECK (closes ~ '^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$'),
    note text NOT NULL DEFAULT '',
    PRIMARY KEY (offering_id, position),
    UNIQUE (offering_id, on_date),
    CHECK (CASE WHEN closed THEN opens IS NULL AND closes IS NULL
                ELSE opens IS NOT NULL AND closes IS NOT NULL AND closes > opens END)
);
