-- +goose Up

CREATE TABLE articles (
    section text NOT NULL CHECK (section IN ('ta-vare-pa-deg-selv', 'ta-vare-pa-den-syke',
        'ta-vare-pa-familien', 'ta-vare-pa-barna', 'mote-med-helsetjenesten')),
    slug text NOT NULL CHECK (slug ~ '^([a-z0-9]+(-[a-z0-9]+)*)?$'),
    uuid uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
    source text NOT NULL CHECK (source <> ''),
    changed_at timestamptz NOT NULL DEFAULT now(),
    version integer NOT NULL DEFAULT 1 CHECK (version > 0),
    PRIMARY KEY (section, slug)
);
COMMENT ON COLUMN articles.slug IS 'empty for the text of the section itself';
COMMENT ON COLUMN articles.source IS 'front matter and Markdown, as article.Parse reads it';
