-- +goose Up

-- What readers say is wrong or missing. Nothing here says who they are.
CREATE TABLE reports (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    offering_id bigint REFERENCES offerings (id),
    kommune_number kommune_number REFERENCES kommuner (number),
    choice text NOT NULL CHECK (choice IN ('telefon', 'apningstid', 'nettside', 'finnes_ikke', 'annet', 'mangler')),
    state text NOT NULL DEFAULT 'apen' CHECK (state IN ('apen', 'rettet', 'stemmer', 'avvist')),
    answer text NOT NULL DEFAULT '' CHECK (length(answer) <= 1000),
    created_at timestamptz NOT NULL DEFAULT now(),
    answered_at timestamptz,
    answered_by text CHECK (answered_by <> ''),
    CHECK (offering_id IS NULL OR kommune_number IS NULL),
    CHECK (choice IN ('annet', 'mangler') OR offering_id IS NOT NULL),
    CHECK (choice <> 'mangler' OR offering_id IS NULL),
    CHECK ((state = 'apen') = (answered_at IS NULL)),
    CHECK ((answered_at IS NULL) = (answered_by IS NULL))
);
COMMENT ON COLUMN reports.kommune_number IS 'where something is missing; null with offering_id: somewhere in Norway';
COMMENT ON COLUMN reports.answer IS 'what editors add in their own words; state has the rest of the answer';
CREATE INDEX reports_offering_id ON reports (offering_id);
CREATE INDEX reports_kommune_number ON reports (kommune_number);

-- Many who say the same of the same offering are one report, while it is open. What is said
-- in words alone is not known to be the same.
CREATE UNIQUE INDEX reports_open ON reports (offering_id, choice) WHERE state = 'apen' AND choice NOT IN ('annet', 'mangler');

-- One for each time somebody said it.
CREATE TABLE report_entries (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    report_id bigint NOT NULL REFERENCES reports (id),
    code_hash bytea NOT NULL UNIQUE CHECK (length(code_hash) = 32),
    text text NOT NULL DEFAULT '' CHECK (length(text) <= 1000),
    suggestion text NOT NULL DEFAULT '' CHECK (length(suggestion) <= 200),
    created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON COLUMN report_entries.code_hash IS 'of the code that shows the answer; the same form sent twice has the same';
COMMENT ON COLUMN report_entries.text IS 'in the reader''s words; emptied, as is the suggestion, some time after the answer';
COMMENT ON COLUMN report_entries.suggestion IS 'what the reader says is right instead';
CREATE INDEX report_entries_report_id ON report_entries (report_id);
CREATE INDEX report_entries_created_at ON report_entries (created_at);

-- What the forms are signed with, the same on all nodes. Made when it is first needed.
CREATE TABLE report_key (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    key bytea NOT NULL CHECK (length(key) = 32)
);
