-- +goose Up

CREATE TABLE kommune_outlines (
    kommune_number kommune_number PRIMARY KEY REFERENCES kommuner (number),
    area bytea NOT NULL CHECK (length(area) > 0),
    drawing bytea NOT NULL CHECK (length(drawing) > 0),
    changed_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE kommune_outlines IS 'where the borders of kommuner go; empty until somebody imports them';
COMMENT ON COLUMN kommune_outlines.area IS 'MultiPolygon as well-known binary, WGS84: to tell which kommune a place is in';
COMMENT ON COLUMN kommune_outlines.drawing IS 'the same, with fewer points: for a map of the whole country';

ALTER TABLE changes DROP CONSTRAINT changes_kind_check;
ALTER TABLE changes ADD CONSTRAINT changes_kind_check
    CHECK (kind IN ('offering', 'course', 'kommune', 'outline', 'fylke', 'article', 'group', 'type', 'term', 'expression', 'place', 'reindex'));
