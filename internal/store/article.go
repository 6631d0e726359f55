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
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
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
	slices.SortFunc(found, article.Compare)
	return found, nil
}

// ArticleByKey returns the article, or ErrNotFound.
func (s *Store) ArticleByKey(ctx context.Context, key article.Key) (article.Article, error) {
	row, err := articleByKey(s.db.WithContext(ctx), key)
	if err != nil {
		return article.Article{}, fmt.Errorf("article %s: %w", key.Ref(), err)
	}
	a, err := row.article()
	if err != nil {
		return article.Article{}, fmt.Errorf("article in the database: %w", err)
	}
	return a, nil
}

func articleByKey(tx *gorm.DB, key article.Key) (articleRow, error) {
	var rows []articleRow
	err := tx.Where("section = ? AND slug = ? AND language = ?", key.Section, key.Slug, key.Language).Find(&rows).Error
	return one(rows, err)
}

// articleContent is what the history keeps of an article. The revision of a confirmation has
// the same before and after: who made it and when is all that there is to say.
type articleContent struct {
	Source string
}

// ArticleSource is an article as it is written, for editors.
type ArticleSource struct {
	article.Key
	Source      string // front matter and Markdown
	Version     int    // to be given back when it is saved
	ChangedAt   time.Time
	ConfirmedAt *time.Time // when somebody last said that the article is right
	ConfirmedBy string     // auth.Actor as text; empty when nobody has
}

// IsOlderThan reports whether a translation has been neither changed nor confirmed since its
// bokmål was changed.
func (s ArticleSource) IsOlderThan(bokmal ArticleSource) bool {
	seen := s.ChangedAt
	if s.ConfirmedAt != nil && s.ConfirmedAt.After(seen) {
		seen = *s.ConfirmedAt
	}
	return seen.Before(bokmal.ChangedAt)
}

// ArticleSources returns the sources of all articles by section, slug and language, also of
// those that cannot be read any more.
func (s *Store) ArticleSources(ctx context.Context) ([]ArticleSource, error) {
	found, err := list(s.db.WithContext(ctx).Order("section, slug, language"), articleRow.edited)
	if err != nil {
		return nil, fmt.Errorf("list articles: %w", err)
	}
	return found, nil
}

// ArticleSourceByKey returns the source of an article, or ErrNotFound.
func (s *Store) ArticleSourceByKey(ctx context.Context, key article.Key) (ArticleSource, error) {
	row, err := articleByKey(s.db.WithContext(ctx), key)
	if err != nil {
		return ArticleSource{}, fmt.Errorf("article %s: %w", key.Ref(), err)
	}
	return row.edited(), nil
}

// EditArticle stores an editor's source over the version that the editor has seen, 0 for a
// new article. It returns ErrConflict when the article has moved on, or is there already,
// and the error of article.Parse for a source that is not right. A translation without its
// bokmål is not right either.
func (s *Store) EditArticle(ctx context.Context, actor auth.Actor, why string, version int, key article.Key, source string) error {
	source = directory.Seen(source)
	if _, err := article.Parse(key.File(), []byte(source)); err != nil {
		return fmt.Errorf("edit article: %w", err)
	}
	err := s.write(ctx, func(tx *gorm.DB) error {
		stored, err := articleByKey(tx.Clauses(clause.Locking{Strength: "UPDATE"}), key)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		if stored.Version != version {
			return cmp.Or(auth.Can(actor, auth.Curate, auth.Thing{}), ErrConflict)
		}
		_, err = s.saveArticle(tx, actor, why, key, source)
		return err
	})
	if err != nil {
		return fmt.Errorf("edit article %s: %w", key.Ref(), err)
	}
	return nil
}

// SaveArticle stores the source of an article, front matter and Markdown, and says what
// became of it. One that is equal is left alone; an import also leaves alone what somebody
// else than an import has edited or confirmed. It returns the error of article.Parse for a source that
// is not right, and for a translation without its bokmål.
func (s *Store) SaveArticle(ctx context.Context, actor auth.Actor, why string, key article.Key, source string) (Result, error) {
	source = directory.Seen(source)
	if _, err := article.Parse(key.File(), []byte(source)); err != nil {
		return "", fmt.Errorf("save article: %w", err)
	}
	var result Result
	err := s.write(ctx, func(tx *gorm.DB) (err error) {
		result, err = s.saveArticle(tx, actor, why, key, source)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("save article %s: %w", key.Ref(), err)
	}
	return result, nil
}

func (s *Store) saveArticle(tx *gorm.DB, actor auth.Actor, why string, key article.Key, source string) (Result, error) {
	stored, err := articleByKey(tx.Clauses(clause.Locking{Strength: "UPDATE"}), key)
	isNew := errors.Is(err, ErrNotFound)
	if err != nil && !isNew {
		return "", err
	}
	if err := auth.Can(actor, auth.Curate, auth.Thing{}); err != nil {
		return "", err
	}
	if err := hasBokmal(tx, key); err != nil {
		return "", err
	}
	next := articleRow{key.Section, key.Slug, key.Language, stored.UUID, source, s.now(), stored.Version + 1, stored.ConfirmedAt, stored.ConfirmedBy}
	ref := key.Ref()
	if isNew {
		next.UUID = uuid.New()
		if err := tx.Create(&next).Error; errors.Is(err, gorm.ErrDuplicatedKey) {
			return "", ErrConflict
		} else if err != nil {
			return "", err
		}
		if err := recordArticle(tx, actor, why, nil, next); err != nil {
			return "", err
		}
		return Created, checkSaved(tx, actor, next, true)
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
	if err := recordArticle(tx, actor, why, articleContent{stored.Source}, next); err != nil {
		return "", err
	}
	return Updated, checkSaved(tx, actor, next, false)
}

// hasBokmal returns article.Key.Orphan for a translation of what is not there. The bokmål is
// held as it is: it cannot go away while its translation is written.
func hasBokmal(tx *gorm.DB, key article.Key) error {
	if key.Language == article.Bokmal {
		return nil
	}
	_, err := articleByKey(tx.Clauses(clause.Locking{Strength: "SHARE"}), key.In(article.Bokmal))
	if errors.Is(err, ErrNotFound) {
		return key.Orphan()
	}
	return err
}

// recordArticle writes a change into history and feed. before is nil for a new article.
func recordArticle(tx *gorm.DB, actor auth.Actor, why string, before any, after articleRow) error {
	ref := after.key().Ref()
	if err := remember(tx, KindArticle, ref, after.Version, actor, why, before, articleContent{after.Source}); err != nil {
		return err
	}
	return announce(tx, changeRow{KindArticle, ref})
}
