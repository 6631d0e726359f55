-- +goose Up

CREATE TABLE type_groups (
    code text PRIMARY KEY CHECK (code ~ '^[a-z_]+$'),
    name_nb text NOT NULL CHECK (name_nb <> ''),
    name_nn text NOT NULL DEFAULT '',
    name_en text NOT NULL DEFAULT '',
    position integer NOT NULL
);

CREATE TABLE offering_types (
    code text PRIMARY KEY CHECK (code ~ '^[a-z_]+$'),
    group_code text NOT NULL REFERENCES type_groups (code),
    name_nb text NOT NULL CHECK (name_nb <> ''),
    name_nn text NOT NULL DEFAULT '',
    name_en text NOT NULL DEFAULT '',
    plural_nb text NOT NULL CHECK (plural_nb <> ''),
    plural_nn text NOT NULL DEFAULT '',
    plural_en text NOT NULL DEFAULT '',
    does_nb text NOT NULL CHECK (does_nb <> ''),
    does_nn text NOT NULL DEFAULT '',
    does_en text NOT NULL DEFAULT '',
    every_kommune boolean NOT NULL,
    responsible text NOT NULL DEFAULT '',
    ask_for text NOT NULL DEFAULT '',
    alternatives text[] NOT NULL DEFAULT '{}',
    words text[] NOT NULL DEFAULT '{}',
    related_words text[] NOT NULL DEFAULT '{}',
    position integer NOT NULL
);
COMMENT ON COLUMN offering_types.every_kommune IS 'the law says that every kommune must have it';
COMMENT ON COLUMN offering_types.alternatives IS 'codes of types to look at where none is registered, best first';
COMMENT ON COLUMN offering_types.words IS 'what people call it; feeds the recognition of types in search';

CREATE TABLE type_laws (
    type_code text NOT NULL REFERENCES offering_types (code) ON DELETE CASCADE,
    position integer NOT NULL,
    summary text NOT NULL CHECK (summary <> ''),
    paragraph text NOT NULL CHECK (paragraph <> ''),
    url text NOT NULL CHECK (url LIKE 'https://lovdata.no/%'),
    PRIMARY KEY (type_code, position)
);

-- Closed vocabularies: target groups, topics, formats.
CREATE TABLE terms (
    kind text NOT NULL CHECK (kind IN ('malgruppe', 'tema', 'form')),
    code text NOT NULL CHECK (code ~ '^[a-z_]+$'),
    name_nb text NOT NULL CHECK (name_nb <> ''),
    name_nn text NOT NULL DEFAULT '',
    name_en text NOT NULL DEFAULT '',
    position integer NOT NULL,
    PRIMARY KEY (kind, code)
);
