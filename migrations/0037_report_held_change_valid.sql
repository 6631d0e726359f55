-- +goose Up

-- By itself, so that nobody waits while the rows are read.
ALTER TABLE reports VALIDATE CONSTRAINT reports_held_change_id_fkey;
