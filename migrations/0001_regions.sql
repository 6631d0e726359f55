-- +goose Up

-- Numbers that are names are text with a shape, never integers: leading zeros count.
CREATE DOMAIN kommune_number AS text CHECK (VALUE ~ '^[0-9]{4}$');
CREATE DOMAIN fylke_number AS text CHECK (VALUE ~ '^[0-9]{2}$');
CREATE DOMAIN postal_code AS text CHECK (VALUE ~ '^[0-9]{4}$');

-- E.164, or a Norwegian short number as it is dialled. The premium ranges 820 and 829
-- have no place in a directory of help.
CREATE DOMAIN phone_number AS text CHECK (
    VALUE ~ '^(\+[1-9][0-9]{6,14}|1[0-9]{2}|116[0-9]{3}|0[0-9]{4})$'
    AND VALUE !~ '^\+4782[09]'
    AND (VALUE !~ '^\+47' OR VALUE ~ '^\+47[2-9][0-9]{7}$')
);

-- Year, month or day, as exactly as a source gives it.
CREATE DOMAIN partial_date AS text CHECK (
    VALUE ~ '^[12][0-9]{3}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$'
);

-- +goose StatementBegin
CREATE FUNCTION org_number_valid(n text) RETURNS boolean
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT n ~ '^[0-9]{9}$' AND (11 - (
        substr(n, 1, 1)::int * 3 + substr(n, 2, 1)::int * 2 + substr(n, 3, 1)::int * 7 +
        substr(n, 4, 1)::int * 6 + substr(n, 5, 1)::int * 5 + substr(n, 6, 1)::int * 4 +
        substr(n, 7, 1)::int * 3 + substr(n, 8, 1)::int * 2) % 11) % 11 = substr(n, 9, 1)::int
$$;
-- +goose StatementEnd

-- Nine digits, the last a check digit by modulus 11.
CREATE DOMAIN org_number AS text CHECK (VALUE ~ '^[0-9]{9}$' AND org_number_valid(VALUE));

CREATE TABLE fylker (
    number fylke_number PRIMARY KEY,
    name text NOT NULL UNIQUE CHECK (name <> ''),
    other_names text[] NOT NULL DEFAULT '{}',
    official_name text NOT NULL CHECK (official_name <> '')
);
COMMENT ON COLUMN fylker.other_names IS 'Sámi and Kven official names';

CREATE TABLE kommuner (
    number kommune_number PRIMARY KEY,
    fylke_number fylke_number NOT NULL REFERENCES fylker (number),
    name text NOT NULL CHECK (name <> ''),
    other_names text[] NOT NULL DEFAULT '{}',
    official_name text NOT NULL CHECK (official_name <> ''),
    maalform text CHECK (maalform IN ('bokmål', 'nynorsk', 'nøytral')),
    population integer NOT NULL CHECK (population > 0),
    population_year integer NOT NULL CHECK (population_year BETWEEN 2000 AND 2100),
    admin_centre text CHECK (admin_centre <> ''),
    lat double precision NOT NULL CHECK (lat BETWEEN 57.5 AND 71.5),
    lon double precision NOT NULL CHECK (lon BETWEEN 4 AND 31.5),
    domain text NOT NULL UNIQUE CHECK (domain ~ '^[a-z0-9-]+(\.[a-z0-9-]+)+$'),
    website text NOT NULL CHECK (website ~ '^[a-z0-9-]+(\.[a-z0-9-]+)+$'),
    org_number org_number UNIQUE,
    wikidata text NOT NULL UNIQUE CHECK (wikidata ~ '^Q[0-9]+$'),
    contact_phone phone_number,
    contact_email text CHECK (contact_email ~ '^[^@\s]+@[^@\s]+\.[^@\s.]+$'),
    contact_source text CHECK (contact_source <> ''),
    contact_source_date partial_date,
    contact_confirmed boolean NOT NULL DEFAULT false,
    CHECK (left(number, 2) = fylke_number),
    UNIQUE (fylke_number, name),
    CHECK (contact_source IS NOT NULL OR (contact_phone IS NULL AND contact_email IS NULL))
);
COMMENT ON COLUMN kommuner.maalform IS 'null where the sources disagree';
COMMENT ON COLUMN kommuner.lat IS 'WGS84, administrative centre';
COMMENT ON COLUMN kommuner.contact_confirmed IS 'false: for editors to confirm, not shown to readers';

-- Succession is rows with dates, never one column: a kommune can split, and a number
-- can be used twice (0716: Våle until 2001, Re until 2019).
CREATE TABLE former_kommuner (
    number kommune_number NOT NULL,
    name text NOT NULL CHECK (name <> ''),
    present_number kommune_number NOT NULL REFERENCES kommuner (number),
    valid_to date NOT NULL,
    kind text NOT NULL CHECK (kind IN ('nytt nummer', 'nytt nummer og navn', 'sammenslåing', 'deling')),
    PRIMARY KEY (number, name, present_number)
);
COMMENT ON COLUMN former_kommuner.valid_to IS 'last day on which the number was valid';

CREATE TABLE postal_codes (
    code postal_code PRIMARY KEY,
    place text NOT NULL CHECK (place <> ''),
    kommune_number kommune_number REFERENCES kommuner (number),
    category text NOT NULL CHECK (category IN ('B', 'F', 'G', 'P', 'S'))
);
COMMENT ON COLUMN postal_codes.kommune_number IS 'where most of its addresses lie; null for Svalbard and Jan Mayen';

CREATE TABLE places (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL CHECK (name <> ''),
    kommune_number kommune_number NOT NULL REFERENCES kommuner (number),
    kind text NOT NULL CHECK (kind IN ('bydel', 'kommunesenter', 'sted', 'poststed')),
    lat double precision CHECK (lat BETWEEN 57.5 AND 71.5),
    lon double precision CHECK (lon BETWEEN 4 AND 31.5),
    bydel_number text CHECK (bydel_number ~ '^[0-9]{6}$'),
    source text NOT NULL CHECK (source <> ''),
    UNIQUE (name, kommune_number, kind),
    CHECK ((lat IS NULL) = (lon IS NULL)),
    CHECK ((kind = 'bydel') = (bydel_number IS NOT NULL)),
    CHECK (bydel_number IS NULL OR left(bydel_number, 4) = kommune_number)
);
