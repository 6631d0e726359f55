-- +goose Up

-- Kommuner and fylker that are no more keep their rows: history, statistics and old reports
-- name them. What is for readers asks for those that are.
ALTER TABLE fylker ADD COLUMN ended_on date;
ALTER TABLE kommuner ADD COLUMN ended_on date;
COMMENT ON COLUMN fylker.ended_on IS 'first day on which no fylke has the number any more; null: one has';
COMMENT ON COLUMN kommuner.ended_on IS 'first day on which no kommune has the number any more; null: one has';

-- The kommune that follows takes over name, domain and organization number of the one before.
ALTER TABLE fylker DROP CONSTRAINT fylker_name_key;
CREATE UNIQUE INDEX fylker_name ON fylker (name) WHERE ended_on IS NULL;
ALTER TABLE kommuner DROP CONSTRAINT kommuner_fylke_number_name_key;
CREATE UNIQUE INDEX kommuner_fylke_number_name ON kommuner (fylke_number, name) WHERE ended_on IS NULL;
ALTER TABLE kommuner DROP CONSTRAINT kommuner_domain_key;
CREATE UNIQUE INDEX kommuner_domain ON kommuner (domain) WHERE ended_on IS NULL;
ALTER TABLE kommuner DROP CONSTRAINT kommuner_org_number_key;
CREATE UNIQUE INDEX kommuner_org_number ON kommuner (org_number) WHERE ended_on IS NULL;
ALTER TABLE kommuner DROP CONSTRAINT kommuner_wikidata_key;
CREATE UNIQUE INDEX kommuner_wikidata ON kommuner (wikidata) WHERE ended_on IS NULL;

-- Of a new kommune, not all of this is known on its first day.
ALTER TABLE kommuner ALTER COLUMN population DROP NOT NULL;
ALTER TABLE kommuner ALTER COLUMN population_year DROP NOT NULL;
ALTER TABLE kommuner ALTER COLUMN domain DROP NOT NULL;
ALTER TABLE kommuner ALTER COLUMN wikidata DROP NOT NULL;
COMMENT ON COLUMN kommuner.population IS 'null: not known yet, for a new kommune; likewise domain and wikidata';

ALTER TABLE former_kommuner DROP CONSTRAINT former_kommuner_kind_check;
ALTER TABLE former_kommuner ADD CONSTRAINT former_kommuner_kind_check
    CHECK (kind IN ('nytt nummer', 'nytt navn', 'nytt nummer og navn', 'sammenslåing', 'deling'));

CREATE TABLE kommune_changes (
    level text NOT NULL CHECK (level IN ('kommune', 'fylke')),
    old_number text NOT NULL CHECK (old_number ~ CASE level WHEN 'fylke' THEN '^[0-9]{2}$' ELSE '^[0-9]{4}$' END),
    old_name text NOT NULL CHECK (old_name <> ''),
    new_number text NOT NULL CHECK (new_number ~ CASE level WHEN 'fylke' THEN '^[0-9]{2}$' ELSE '^[0-9]{4}$' END),
    new_name text NOT NULL CHECK (new_name <> ''),
    changed_on date NOT NULL,
    known_at timestamptz NOT NULL DEFAULT now(),
    known_by text NOT NULL CHECK (known_by <> ''),
    done_at timestamptz,
    PRIMARY KEY (level, changed_on, old_number, new_number)
);
COMMENT ON TABLE kommune_changes IS 'what Statistics Norway says becomes of kommuner and fylker (Klass 131 and 104), also before it happens';
COMMENT ON COLUMN kommune_changes.changed_on IS 'first day of the new number';
COMMENT ON COLUMN kommune_changes.done_at IS 'when the directory followed; null: not yet';
