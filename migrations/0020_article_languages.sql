-- +goose Up

-- An article may also be in nynorsk and English, each with a source, a history and a
-- confirmation of its own. Those that are there are in bokmål; the program that runs meanwhile
-- writes bokmål alone, and so names no language.
ALTER TABLE articles
    ADD COLUMN language text NOT NULL DEFAULT 'nb' CHECK (language IN ('nb', 'nn', 'en')),
    DROP CONSTRAINT articles_pkey,
    ADD PRIMARY KEY (section, slug, language);
