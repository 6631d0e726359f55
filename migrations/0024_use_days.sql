-- +goose Up

-- How often each kind of page is opened, and nothing about who, where or at what hour. The
-- kinds are closed here too, so that nothing else can come to be written down.
CREATE TABLE use_days (
    day date NOT NULL,
    kind text NOT NULL CHECK (kind IN ('forside', 'sok', 'kommune', 'tilbud', 'artikkel', 'sjekkliste',
        'kurs', 'kart', 'henvisning', 'innbygd', 'api', 'annet')),
    count bigint NOT NULL CHECK (count > 0),
    PRIMARY KEY (day, kind)
);
COMMENT ON TABLE use_days IS 'pages opened, added up over all readers and nodes';
COMMENT ON COLUMN use_days.day IS 'in Norway';
