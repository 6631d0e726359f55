-- +goose Up

CREATE TABLE courses (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    uuid uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
    offering_id bigint NOT NULL REFERENCES offerings (id),
    title text NOT NULL CHECK (title <> '' AND length(title) <= 200),
    description text NOT NULL DEFAULT '' CHECK (length(description) <= 10000),
    audience text NOT NULL DEFAULT '' CHECK (length(audience) <= 600),
    languages text[] NOT NULL DEFAULT '{}',
    format text NOT NULL CHECK (format IN ('oppmote', 'digitalt', 'begge')),
    has_place boolean NOT NULL DEFAULT false,
    place_name text NOT NULL DEFAULT '',
    street text NOT NULL DEFAULT '',
    postal_code postal_code REFERENCES postal_codes (code),
    postal_place text NOT NULL DEFAULT '',
    kommune_number kommune_number REFERENCES kommuner (number),
    lat double precision CHECK (lat BETWEEN 57 AND 81),
    lon double precision CHECK (lon BETWEEN -10 AND 34),
    confidential boolean NOT NULL DEFAULT false,
    cost_kind text CHECK (cost_kind IN ('gratis', 'betaling')),
    cost_text text NOT NULL DEFAULT '',
    sign_up_kind text CHECK (sign_up_kind IN ('pamelding', 'motopp')),
    sign_up_url text CHECK (sign_up_url ~ '^https?://'),
    sign_up_email text CHECK (sign_up_email ~ '^[^@\s]+@[^@\s]+\.[^@\s.]+$'),
    sign_up_phone phone_number,
    sign_up_deadline date,
    sign_up_text text NOT NULL DEFAULT '',
    status text NOT NULL CHECK (status IN ('utkast', 'apen', 'full', 'avlyst', 'slettet')),
    changed_at timestamptz NOT NULL DEFAULT now(),
    version integer NOT NULL DEFAULT 1 CHECK (version > 0),
    CHECK ((lat IS NULL) = (lon IS NULL)),
    CHECK (has_place OR (place_name = '' AND street = '' AND postal_code IS NULL AND postal_place = ''
        AND kommune_number IS NULL AND lat IS NULL AND NOT confidential)),
    CHECK (NOT has_place OR format <> 'digitalt')
);
COMMENT ON TABLE courses IS 'courses and groups on certain days; coverage and owner are the offering''s';
COMMENT ON COLUMN courses.sign_up_kind IS 'null: not known';
COMMENT ON COLUMN courses.confidential IS 'the place is never shown to readers';
CREATE INDEX courses_offering_id ON courses (offering_id);

CREATE TABLE course_dates (
    course_id bigint NOT NULL REFERENCES courses (id) ON DELETE CASCADE,
    position integer NOT NULL,
    on_date date NOT NULL,
    starts text CHECK (starts ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'),
    ends text CHECK (ends ~ '^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$'),
    cancelled boolean NOT NULL DEFAULT false,
    note text NOT NULL DEFAULT '',
    PRIMARY KEY (course_id, position),
    CHECK (ends IS NULL OR (starts IS NOT NULL AND ends > starts))
);
COMMENT ON COLUMN course_dates.starts IS 'local time, HH:MM; null: only the day is known';

CREATE TABLE course_terms (
    course_id bigint NOT NULL REFERENCES courses (id) ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('malgruppe', 'tema')),
    code text NOT NULL,
    PRIMARY KEY (course_id, kind, code),
    FOREIGN KEY (kind, code) REFERENCES terms (kind, code)
);

ALTER TABLE changes DROP CONSTRAINT changes_kind_check;
ALTER TABLE changes ADD CONSTRAINT changes_kind_check
    CHECK (kind IN ('offering', 'course', 'kommune', 'fylke', 'article', 'group', 'type', 'term', 'expression', 'place', 'reindex'));
ALTER TABLE revisions DROP CONSTRAINT revisions_kind_check;
ALTER TABLE revisions ADD CONSTRAINT revisions_kind_check
    CHECK (kind IN ('offering', 'course', 'article', 'kommune', 'type', 'term', 'expression'));
