-- +goose Up

-- A table of as many offerings as one may hold is larger than 1 MB.
ALTER TABLE uploads DROP CONSTRAINT uploads_content_check;
ALTER TABLE uploads ADD CONSTRAINT uploads_content_check CHECK (length(content) <= 8 * 1024 * 1024);
