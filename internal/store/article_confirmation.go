package store

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/nasjonal-oversikt/oversikt/internal/article"
	"github.com/nasjonal-oversikt/oversikt/internal/auth"
)

// TaskArticle asks the national editors to confirm an article. Its key is the ref of the
// article, its detail an ArticleDetail. It ends when the article is confirmed.
const TaskArticle TaskKind = "article"

// ArticleDetail is the detail of TaskArticle.
type ArticleDetail struct {
	Language string `json:"language"` // empty in tasks from before there were translations
	Section  string `json:"section"`
	Slug     string `json:"slug"`  // empty for the section's own text
	Title    string `json:"title"` // when it was asked
}

// Key returns the key of the article.
func (d ArticleDetail) Key() article.Key {
	return article.Key{Language: cmp.Or(d.Language, article.Bokmal), Section: d.Section, Slug: d.Slug}
}

// ConfirmArticle records that a national editor has said today that the article is right:
// its laws, figures and links. It returns ErrNotFound when there is no such article,
// ErrConflict when the version is not the present one, and the error of article.Parse for a
// source that has become unreadable: no reader sees that one, and nobody can have checked it.
func (s *Store) ConfirmArticle(ctx context.Context, actor auth.Actor, version int, key article.Key) error {
	err := s.write(ctx, func(tx *gorm.DB) error {
		stored, err := articleByKey(tx.Clauses(clause.Locking{Strength: "UPDATE"}), key)
		if err != nil {
			return err
		}
		if err := auth.Can(actor, auth.Confirm, auth.Thing{}); err != nil {
			return err
		}
		if stored.Version != version {
			return ErrConflict
		}
		if _, err := stored.article(); err != nil {
			return err
		}
		now := s.now()
		next := stored
		next.ConfirmedAt, next.ConfirmedBy, next.Version = &now, optional(actor.String()), stored.Version+1
		if err := tx.Model(&next).Select("ConfirmedAt", "ConfirmedBy", "Version").Updates(&next).Error; err != nil {
			return err
		}
		if err := finishTasks(tx, actor, TaskArticle, key.Ref()); err != nil {
			return err
		}
		return recordArticle(tx, actor, "", articleContent{stored.Source}, next)
	})
	if err != nil {
		return fmt.Errorf("confirm article %s: %w", key.Ref(), err)
	}
	return nil
}

// AskAboutArticles opens a task for the national editors about every article that is due to
// be confirmed, unless there is one. Those that cannot be read are left out: they have to be
// mended first.
func (s *Store) AskAboutArticles(ctx context.Context) error {
	err := s.write(ctx, func(tx *gorm.DB) error {
		// Held as they are until the tasks are there: nobody can confirm one in between, and be
		// asked all the same.
		var rows []articleRow
		if err := tx.Clauses(clause.Locking{Strength: "SHARE"}).Order("section, slug, language").Find(&rows).Error; err != nil {
			return err
		}
		for _, r := range rows {
			a, err := r.article()
			if err != nil || !a.IsDue(s.now()) {
				continue
			}
			detail, err := json.Marshal(ArticleDetail{r.Language, r.Section, r.Slug, a.Title})
			if err != nil {
				return err
			}
			if err := openTask(tx, Task{Kind: TaskArticle, Key: r.key().Ref(), Detail: detail}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("ask about articles: %w", err)
	}
	return nil
}
