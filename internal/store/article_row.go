package store

import (
	"time"

	"github.com/google/uuid"

	"github.com/nasjonal-oversikt/oversikt/internal/article"
)

type articleRow struct {
	Section   string `gorm:"primaryKey"`
	Slug      string `gorm:"primaryKey"`
	Language  string `gorm:"primaryKey"`
	UUID      uuid.UUID
	Source    string
	ChangedAt time.Time
	Version   int

	ConfirmedAt *time.Time
	ConfirmedBy optional // an actor, where there is a ConfirmedAt
}

func (articleRow) TableName() string { return "articles" }

// article returns the article that the source holds. A source was checked when it was
// stored, so this fails only where the rules have become stricter since.
func (r articleRow) article() (article.Article, error) {
	a, err := article.Parse(r.key().File(), []byte(r.Source))
	if err == nil {
		a.ConfirmedAt = inUTC(r.ConfirmedAt)
	}
	return a, err
}

func (r articleRow) key() article.Key {
	return article.Key{Language: r.Language, Section: r.Section, Slug: r.Slug}
}

func (r articleRow) edited() ArticleSource {
	return ArticleSource{r.key(), r.Source, r.Version, r.ChangedAt.UTC(), inUTC(r.ConfirmedAt), string(r.ConfirmedBy)}
}
