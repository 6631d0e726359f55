-- +goose Up

-- Changes of many offerings at once, so that they can be taken back at once.
CREATE TABLE batches (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kommune_number kommune_number REFERENCES kommuner (number),
    organization_id bigint REFERENCES organizations (id),
    title text NOT NULL CHECK (title <> '' AND length(title) <= 300),
    actor text NOT NULL CHECK (actor <> ''),
    created_at timestamptz NOT NULL DEFAULT now(),
    undone_at timestamptz,
    undone_by text CHECK (undone_by <> ''),
    CHECK ((kommune_number IS NULL) <> (organization_id IS NULL)),
    CHECK ((undone_at IS NULL) = (undone_by IS NULL))
);
COMMENT ON COLUMN batches.title IS 'what was done: the name of the file, or what was put in place of what';
CREATE INDEX batches_kommune_number ON batches (kommune_number);
CREATE INDEX batches_organization_id ON batches (organization_id);

CREATE TABLE batch_offerings (
    batch_id bigint NOT NULL REFERENCES batches (id),
    offering_id bigint NOT NULL REFERENCES offerings (id),
    version integer NOT NULL,
    created boolean NOT NULL,
    PRIMARY KEY (batch_id, offering_id)
);
COMMENT ON COLUMN batch_offerings.version IS 'of the offering after the batch';

-- Files between the dry run and the doing.
CREATE TABLE uploads (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id bigint NOT NULL REFERENCES accounts (id),
    name text NOT NULL CHECK (name <> '' AND length(name) <= 200),
    content bytea NOT NULL CHECK (length(content) <= 1024 * 1024),
    created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE uploads IS 'kept for a day';
