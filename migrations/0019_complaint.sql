-- +goose Up

-- A constant default is not written into the rows: the table is locked for a moment only,
-- and the program that runs meanwhile inserts without naming the column.
ALTER TABLE offerings ADD COLUMN complaint text NOT NULL DEFAULT '' CHECK (length(complaint) <= 10000);
COMMENT ON COLUMN offerings.complaint IS 'what somebody does who disagrees with a decision or is not content';
