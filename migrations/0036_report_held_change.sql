-- +goose Up

-- What was corrected after a report may wait for a second person: the reader is then told what
-- became of that.
ALTER TABLE reports ADD COLUMN held_change_id bigint;
ALTER TABLE reports ADD CONSTRAINT reports_held_change_id_fkey FOREIGN KEY (held_change_id) REFERENCES held_changes (id) NOT VALID;
COMMENT ON COLUMN reports.held_change_id IS 'the change that state rettet means, where it had to wait; null: it did not';
