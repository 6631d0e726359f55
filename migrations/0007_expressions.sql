-- +goose Up

CREATE TABLE expressions (
    text text PRIMARY KEY CHECK (text <> '' AND text = lower(text)),
    kind text NOT NULL CHECK (kind IN ('livssituasjon', 'diagnose', 'forkortelse', 'dagligtale', 'nynorsk', 'engelsk', 'krise')),
    leads_to text[] NOT NULL CHECK (cardinality(leads_to) > 0)
);
COMMENT ON TABLE expressions IS 'what people say, and what the directory calls the same';
COMMENT ON COLUMN expressions.leads_to IS 'tema:, type: or malgruppe: with a code, or ord: with a further word to look for; the most important first';

ALTER TABLE changes DROP CONSTRAINT changes_kind_check;
ALTER TABLE changes ADD CONSTRAINT changes_kind_check
    CHECK (kind IN ('offering', 'kommune', 'fylke', 'article', 'group', 'type', 'term', 'expression', 'place', 'reindex'));
