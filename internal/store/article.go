package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/nasjonal-oversikt/oversikt/internal/article"
	"github.com/nasjonal-oversikt/oversikt/internal/auth"
)

// Articles returns all guidance articles by section, each section's own text first and
// the others in their order. One that cannot be read any more is logged and left out: it
// must not take the rest with it.
func (s *Store) Articles(ctx context.Context) ([]article.Article, error) {
	var rows []articleRow
	if err := s.db.WithContext(ctx).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("list articles: %w", err)
	}
	found := make([]article.Article, 0, len(rows))
	for _, r := range rows {
		a, err := r.article()
		if err != nil {
			s.log.ErrorContext(ctx, "an article in the database cannot be read", "error", err)
			continue
		}
		found = append(found, a)
	}
	sections := article.Sections()
	slices.SortFunc(found, func(a, b article.Article) int {
		return cmp.Or(
			cmp.Compare(slices.Index(sections, a.Section), slices.Index(sections, b.Section)),
			cmp.Compare(a.Order, b.Order),
			cmp.Compare(a.Slug, b.Slug),
		)
	})
	return found, nil
}

// ArticleByPath returns the article, or ErrNotFound. A section's own text has no slug.
func (s *Store) ArticleByPath(ctx context.Context, section, slug string) (article.Article, error) {
	row, err := articleByPath(s.db.WithContext(ctx), section, slug)
	if err != nil {
		return article.Article{}, fmt.Errorf("article %s: %w", articleRef(section, slug), err)
	}
	a, err := row.article()
	if err != nil {
		return article.Article{}, fmt.Errorf("article in the database: %w", err)
	}
	return a, nil
}

func articleByPath(tx *gorm.DB, section, slug string) (articleRow, error) {
	var rows []articleRow
	err := tx.Where("section = ? AND slug = ?", section, slug).Find(&rows).Error
	return one(rows, err)
}

func articleRef(section, slug string) string { return section + "/" + slug }

// articleContent is what the history keeps of an article. The revision of a confirmation has
// the same before and after: who made it and when is all that there is to say.
type articleContent struct {
	Source string
}

// ArticleSource is an article as it is written, for editors.
type ArticleSource struct {
	Section, Slug string
	Source        string // front matter and Markdown
	Version       int    // to be given back when it is saved
	ChangedAt     time.Time
	ConfirmedAt   *time.Time // when somebody last said that the article is right
	ConfirmedBy   string     // auth.Actor as text; empty when nobody has
}

// ArticleSources returns the sources of all articles by section and slug, also of those
// that cannot be read any more.
func (s *Store) ArticleSources(ctx context.Context) ([]ArticleSource, error) {
	found, err := list(s.db.WithContext(ctx).Order("section, slug"), articleRow.edited)
	if err != nil {
		return nil, fmt.Errorf("list articles: %w", err)
	}
	return found, nil
}

// ArticleSourceByPath returns the source of an article, or ErrNotFound.
func (s *Store) ArticleSourceByPath(ctx context.Context, section, slug string) (ArticleSource, error) {
	row, err := articleByPath(s.db.WithContext(ctx), section, slug)
	if err != nil {
		return ArticleSource{}, fmt.Errorf("article %s: %w", articleRef(section, slug), err)
	}
	return row.edited(), nil
}

// EditArticle stores an editor's source over the version that the editor has seen, 0 for a
// new article. It returns ErrConflict when the article has moved on, or is there already,
// and the error of article.Parse for a source that is not right.
func (s *Store) EditArticle(ctx context.Context, actor auth.Actor, why string, version int, section, slug, source string) error {
	if _, err := article.Parse(articleFile(section, slug), []byte(source)); err != nil {
		return fmt.Errorf("edit article: %w", err)
	}
	err := s.write(ctx, func(tx *gorm.DB) error {
		stored, err := articleByPath(tx.Clauses(clause.Locking{Strength: "UPDATE"}), section, slug)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		if stored.Version != version {
			return cmp.Or(auth.Can(actor, auth.Curate, auth.Thing{}), ErrConflict)
		}
		_, err = s.saveArticle(tx, actor, why, section, slug, source)
		return err
	})
	if err != nil {
		return fmt.Errorf("edit article %s: %w", articleRef(section, slug), err)
	}
	return nil
}

// SaveArticle stores the source of an article, front matter and Markdown, and says what
// became of it. One that is equal is left alone; an import also leaves alone what somebody
// else than an import has edited or confirmed. It returns the error of article.Parse for a source that
// is not right.
func (s *Store) SaveArticle(ctx context.Context, actor auth.Actor, why, section, slug, source string) (Result, error) {
	if _, err := article.Parse(articleFile(section, slug), []byte(source)); err != nil {
		return "", fmt.Errorf("save article: %w", err)
	}
	var result Result
	err := s.write(ctx, func(tx *gorm.DB) (err error) {
		result, err = s.saveArticle(tx, actor, why, section, slug, source)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("save article %s: %w", articleRef(section, slug), err)
	}
	return result, nil
}

func (s *Store) saveArticle(tx *gorm.DB, actor auth.Actor, why, section, slug, source string) (Result, error) {
	stored, err := articleByPath(tx.Clauses(clause.Locking{Strength: "UPDATE"}), section, slug)
	isNew := errors.Is(err, ErrNotFound)
	if err != nil && !isNew {
		return "", err
	}
	if err := auth.Can(actor, auth.Curate, auth.Thing{}); err != nil {
		return "", err
	}
	next := articleRow{section, slug, stored.UUID, source, s.now(), stored.Version + 1, stored.ConfirmedAt, stored.ConfirmedBy}
	ref := articleRef(section, slug)
	if isNew {
		next.UUID = uuid.New()
		if err := tx.Create(&next).Error; errors.Is(err, gorm.ErrDuplicatedKey) {
			return "", ErrConflict
		} else if err != nil {
			return "", err
		}
		return Created, recordArticle(tx, actor, why, nil, next)
	}
	if stored.Source == source {
		return Unchanged, nil
	}
	actors, err := lastActors(tx, KindArticle, []string{ref})
	if err != nil {
		return "", err
	}
	if actor.Kind == auth.Import && !wasImport(actors[ref]) {
		return Kept, nil
	}
	if err := tx.Model(&next).Select("Source", "ChangedAt", "Version").Updates(&next).Error; err != nil {
		return "", err
	}
	return Updated, recordArticle(tx, actor, why, articleContent{stored.Source}, next)
}

// recordArticle writes a change into history and feed. before is nil for a new article.
func recordArticle(tx *gorm.DB, actor auth.Actor, why string, before any, after articleRow) error {
	ref := articleRef(after.Section, after.Slug)
	if err := remember(tx, KindArticle, ref, after.Version, actor, why, before, articleContent{after.Source}); err != nil {
		return err
	}
	return announce(tx, changeRow{KindArticle, ref})
}
