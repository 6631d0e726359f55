-- +goose Up

ALTER TABLE postal_codes ADD COLUMN gone_on date;
COMMENT ON COLUMN postal_codes.gone_on IS 'day on which Posten Bring''s list first lacked it; null: it is in the list';
