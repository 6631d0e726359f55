-- +goose Up

-- How the directory stood on a day, by type and fylke: what cannot be found out afterwards.
CREATE TABLE coverage_days (
    day date NOT NULL,
    type_code text REFERENCES offering_types (code),
    fylke_number fylke_number REFERENCES fylker (number),
    kommuner integer NOT NULL CHECK (kommuner >= 0),
    in_kommune integer NOT NULL CHECK (in_kommune >= 0),
    from_elsewhere integer NOT NULL CHECK (from_elsewhere >= 0),
    people integer NOT NULL CHECK (people >= 0),
    people_in integer NOT NULL CHECK (people_in >= 0),
    people_covered integer NOT NULL CHECK (people_covered BETWEEN people_in AND people),
    offerings integer NOT NULL CHECK (offerings >= 0),
    in_time integer NOT NULL CHECK (in_time >= 0),
    confirmed_6 integer NOT NULL CHECK (confirmed_6 >= 0),
    confirmed_12 integer NOT NULL CHECK (confirmed_12 >= 0),
    confirmed_24 integer NOT NULL CHECK (confirmed_24 >= 0),
    confirmed_older integer NOT NULL CHECK (confirmed_older >= 0),
    median_days integer CHECK (median_days >= 0),
    CHECK (in_kommune + from_elsewhere <= kommuner),
    CHECK (in_time <= confirmed_6 + confirmed_12 + confirmed_24 + confirmed_older),
    CHECK (confirmed_6 + confirmed_12 + confirmed_24 + confirmed_older <= offerings),
    UNIQUE NULLS NOT DISTINCT (day, type_code, fylke_number)
);
COMMENT ON TABLE coverage_days IS 'counted from the index, as readers see it, once a day';
COMMENT ON COLUMN coverage_days.day IS 'in Norway';
COMMENT ON COLUMN coverage_days.type_code IS 'null: all types';
COMMENT ON COLUMN coverage_days.fylke_number IS 'null: the country';
COMMENT ON COLUMN coverage_days.in_kommune IS 'kommuner that have it';
COMMENT ON COLUMN coverage_days.from_elsewhere IS 'kommuner that something for a larger area, or of another kommune, covers';
COMMENT ON COLUMN coverage_days.in_time IS 'offerings that were confirmed and are not due again';
COMMENT ON COLUMN coverage_days.confirmed_12 IS 'in the last 12 months and not in the last 6; likewise the others';
COMMENT ON COLUMN coverage_days.median_days IS 'since what is said was confirmed or written; null: not known of any';

CREATE TRIGGER coverage_days_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON coverage_days
    FOR EACH STATEMENT EXECUTE FUNCTION append_only();
ALTER TABLE coverage_days ENABLE ALWAYS TRIGGER coverage_days_append_only;

ALTER TABLE changes DROP CONSTRAINT changes_kind_check;
ALTER TABLE changes ADD CONSTRAINT changes_kind_check
    CHECK (kind IN ('offering', 'course', 'kommune', 'outline', 'fylke', 'article', 'group', 'type', 'term', 'expression', 'place', 'statistics', 'reindex'));
