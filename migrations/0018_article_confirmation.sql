-- +goose Up

-- When a national editor last said that an article is right. Nobody has said it of those
-- that are there: they are counted from the day they were published, which is in the source.
ALTER TABLE articles
    ADD COLUMN confirmed_at timestamptz,
    ADD COLUMN confirmed_by text CHECK (confirmed_by <> ''),
    ADD CONSTRAINT articles_confirmed_check CHECK ((confirmed_at IS NULL) = (confirmed_by IS NULL));
COMMENT ON COLUMN articles.confirmed_at IS 'when somebody last said that laws, figures and links are right; saving does not';
COMMENT ON COLUMN articles.confirmed_by IS 'the actor, as in revisions';
