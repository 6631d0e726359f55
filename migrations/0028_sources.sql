-- +goose Up

-- Where each field of an offering or an organization was last read, or who said it. What
-- somebody else than an import has said, no import overwrites.
CREATE TABLE field_sources (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    offering_id bigint REFERENCES offerings (id) ON DELETE CASCADE,
    organization_id bigint REFERENCES organizations (id) ON DELETE CASCADE,
    field text NOT NULL CHECK (field ~ '^[a-z_]+$'),
    title text NOT NULL CHECK (title <> ''),
    url text CHECK (url ~ '^https?://'),
    date partial_date,
    actor text NOT NULL CHECK (actor <> ''),
    at timestamptz NOT NULL DEFAULT now(),
    CHECK ((offering_id IS NULL) <> (organization_id IS NULL)),
    UNIQUE NULLS NOT DISTINCT (offering_id, organization_id, field)
);
COMMENT ON COLUMN field_sources.field IS 'as internal/diff names it: phones';
COMMENT ON COLUMN field_sources.title IS 'what the source is called: Enhetsregisteret';
COMMENT ON COLUMN field_sources.date IS 'when the source said it, as exactly as is known';
COMMENT ON COLUMN field_sources.actor IS 'who wrote it here, as in revisions';
CREATE INDEX field_sources_organization_id ON field_sources (organization_id) WHERE organization_id IS NOT NULL;

-- How far an import from a source has come, so that the next one goes on from there.
CREATE TABLE import_progress (
    source text PRIMARY KEY CHECK (source <> ''),
    state jsonb NOT NULL,
    actor text NOT NULL CHECK (actor <> ''),
    at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON COLUMN import_progress.state IS 'by source: pages read, position in a feed, what tells versions of a file apart';

-- What Enhetsregisteret says of an organization that stands here.
CREATE TABLE registered_organizations (
    organization_id bigint PRIMARY KEY REFERENCES organizations (id) ON DELETE CASCADE,
    org_number org_number NOT NULL,
    name text NOT NULL,
    form text NOT NULL,
    website text NOT NULL,
    street text NOT NULL,
    postal_code text NOT NULL,
    postal_place text NOT NULL,
    kommune_number text NOT NULL,
    deleted_on date,
    removed boolean NOT NULL,
    bankrupt boolean NOT NULL,
    closing boolean NOT NULL,
    url text NOT NULL,
    read_at timestamptz NOT NULL
);
COMMENT ON COLUMN registered_organizations.form IS 'code of its organisasjonsform: KOMM';
COMMENT ON COLUMN registered_organizations.removed IS 'taken out of the open data, for reasons of law';
COMMENT ON COLUMN registered_organizations.closing IS 'being wound up, of its own will or not';

ALTER TABLE revisions DROP CONSTRAINT revisions_kind_check;
ALTER TABLE revisions ADD CONSTRAINT revisions_kind_check
    CHECK (kind IN ('offering', 'course', 'article', 'kommune', 'type', 'term', 'expression', 'organization'));
