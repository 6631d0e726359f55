package store

import (
	"time"

	"github.com/google/uuid"

	"github.com/nasjonal-oversikt/oversikt/internal/article"
)

type articleRow struct {
	Section   string `gorm:"primaryKey"`
	Slug      string `gorm:"primaryKey"`
	UUID      uuid.UUID
	Source    string
	ChangedAt time.Time
	Version   int
}

func (articleRow) TableName() string { return "articles" }

// article returns the article that the source holds. A source was checked when it was
// stored, so this fails only where the rules have become stricter since.
func (r articleRow) article() (article.Article, error) {
	return article.Parse(articleFile(r.Section, r.Slug), []byte(r.Source))
}

// articleFile returns the name that the article has as a file.
func articleFile(section, slug string) string {
	if slug == "" {
		slug = "_index"
	}
	return section + "/" + slug + ".md"
}

func (r articleRow) edited() ArticleSource {
	return ArticleSource{r.Section, r.Slug, r.Source, r.Version, r.ChangedAt.UTC()}
}
