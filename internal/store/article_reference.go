package store

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gorm.io/gorm"

	"github.com/nasjonal-oversikt/oversikt/internal/article"
	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
)

// TaskArticleReference asks the national editors to mend an article that leads to what has
// ended. Its key is the ref of the article and what it leads to, its detail a
// ReferenceDetail. It ends when the article leads there no more, or there is such a thing
// again.
const TaskArticleReference TaskKind = "article_reference"

// ReferenceDetail is the detail of TaskArticleReference.
type ReferenceDetail struct {
	ArticleDetail

	// To is what has ended, as it stands in the article: a reference, an address of the site,
	// or a field of its head with a code, "typer: lms".
	To string `json:"to"`
}

// CheckArticles opens a task for the national editors about everything that an article leads
// to and that is not there, and ends those that are seen to. Changes of types, topics,
// offerings and articles do it too, each for what it touches; this is for what came about in
// another way.
func (s *Store) CheckArticles(ctx context.Context) error {
	if err := s.write(ctx, checkArticles); err != nil {
		return fmt.Errorf("check what articles lead to: %w", err)
	}
	return nil
}

func checkArticles(tx *gorm.DB) error {
	var rows []articleRow
	if err := tx.Session(&gorm.Session{NewDB: true}).Find(&rows).Error; err != nil {
		return err
	}
	wanted, err := referenceTasks(tx, rows)
	if err != nil {
		return err
	}
	return keepReferenceTasks(tx, "", wanted)
}

// checkArticle is checkArticles for one of them.
func checkArticle(tx *gorm.DB, row articleRow) error {
	wanted, err := referenceTasks(tx, []articleRow{row})
	if err != nil {
		return err
	}
	return keepReferenceTasks(tx, row.key().Ref()+" ", wanted)
}

// checkSaved checks what may have changed with an article. An import brings many that lead to
// each other, and ends with CheckArticles.
func checkSaved(tx *gorm.DB, actor auth.Actor, row articleRow, isNew bool) error {
	switch {
	case actor.Kind == auth.Import:
		return nil
	case isNew: // others may lead to it
		return checkArticles(tx)
	}
	return checkArticle(tx, row)
}

// checkArticlesTo is checkArticles, where any article has a link to the offering.
func checkArticlesTo(tx *gorm.DB, offering int64) error {
	var linked bool
	err := tx.Raw("SELECT EXISTS (SELECT FROM articles WHERE source ~ ?)", fmt.Sprintf(`/tilbud/%d\M`, offering)).Scan(&linked).Error
	if err != nil || !linked {
		return err
	}
	return checkArticles(tx)
}

// keepReferenceTasks makes the open tasks whose keys begin so the wanted ones.
func keepReferenceTasks(tx *gorm.DB, prefix string, wanted []Task) error {
	keys := make(textArray, len(wanted))
	for i, t := range wanted {
		keys[i] = t.Key
	}
	err := tx.Exec("UPDATE tasks SET done_at = now(), done_by = ? WHERE kind = ? AND done_at IS NULL AND starts_with(key, ?) AND NOT key = ANY(?)",
		worker.String(), string(TaskArticleReference), prefix, keys).Error
	if err != nil {
		return err
	}
	for _, t := range wanted {
		if err := openTask(tx, t); err != nil {
			return err
		}
	}
	return nil
}

// referenceTasks returns a task for everything that the articles lead to and that is not there.
func referenceTasks(tx *gorm.DB, rows []articleRow) ([]Task, error) {
	var articles []article.Article
	for _, r := range rows {
		if a, err := r.article(); err == nil { // else Articles reports it
			articles = append(articles, a)
		}
	}
	there, err := thereIs(tx, articles)
	if err != nil {
		return nil, err
	}
	var tasks []Task
	for _, a := range articles {
		for _, to := range there.missing(a) {
			detail, err := json.Marshal(ReferenceDetail{ArticleDetail{a.Language, a.Section, a.Slug, a.Title}, to})
			if err != nil {
				return nil, err
			}
			tasks = append(tasks, Task{Kind: TaskArticleReference, Key: a.Key().Ref() + " " + to, Detail: detail})
		}
	}
	return tasks, nil
}

// there is what articles may lead to.
type there struct {
	types, topics map[string]bool
	offerings     map[int64]bool  // those that readers can open
	paths         map[string]bool // of articles
}

func thereIs(tx *gorm.DB, articles []article.Article) (there, error) {
	is := there{map[string]bool{}, map[string]bool{}, map[int64]bool{}, map[string]bool{}}
	types, err := offeringTypes(tx, "")
	if err != nil {
		return is, err
	}
	for _, t := range types {
		is.types[t.Code] = t.Name.NB != ""
	}
	vocabulary, err := terms(tx)
	if err != nil {
		return is, err
	}
	for _, t := range vocabulary {
		if t.Kind == directory.Topic {
			is.topics[t.Code] = t.Name.NB != ""
		}
	}
	var linked idArray
	for _, a := range articles {
		for _, path := range a.Paths() {
			if id := offeringIn(path); id != 0 {
				linked = append(linked, id)
			}
		}
	}
	var found []int64
	if err := tx.Raw("SELECT id FROM offerings WHERE id = ANY(?) AND status IN ('publisert', 'stengt')", linked).Scan(&found).Error; err != nil {
		return is, err
	}
	for _, id := range found {
		is.offerings[id] = true
	}
	var keys []articleRow
	if err := tx.Session(&gorm.Session{NewDB: true}).Select("section", "slug", "language").Find(&keys).Error; err != nil {
		return is, err
	}
	for _, r := range keys {
		is.paths[r.key().Path()] = true
	}
	return is, nil
}

// missing returns what the article leads to and that is not there, each once.
func (is there) missing(a article.Article) []string {
	var gone []string
	add := func(ok bool, to string) {
		if !ok && !slices.Contains(gone, to) {
			gone = append(gone, to)
		}
	}
	for _, r := range a.Body().References() {
		add(r.Type == "" || is.types[r.Type], r.String())
		add(r.Topic == "" || is.topics[r.Topic], r.String())
	}
	for _, code := range a.Types {
		add(is.types[code], "typer: "+code)
	}
	for _, code := range a.Topics {
		add(is.topics[code], "tema: "+code)
	}
	for _, path := range a.Paths() {
		section, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
		switch id := offeringIn(path); {
		case id != 0:
			add(is.offerings[id], path)
		case slices.Contains(article.Sections(), section):
			add(is.paths[path], path)
		}
	}
	return gone
}

var offeringPath = regexp.MustCompile(`^/tilbud/(\d{1,18})(-|$)`)

// offeringIn returns the id in the address of an offering, 0 for other addresses.
func offeringIn(path string) int64 {
	m := offeringPath.FindStringSubmatch(path)
	if m == nil {
		return 0
	}
	id, err := strconv.ParseInt(m[1], 10, 64)
	if err != nil {
		return 0
	}
	return id
}

// UnknownCodes returns a Problem for every type and topic that an article names and that is
// not there.
func (s *Store) UnknownCodes(ctx context.Context, a article.Article) ([]error, error) {
	var problems []error
	err := s.read(ctx, func(tx *gorm.DB) error {
		problems = nil
		is, err := thereIs(tx, nil)
		if err != nil {
			return err
		}
		add := func(ok bool, field, code string) {
			if !ok {
				problems = append(problems, article.Problem{File: a.Key().File(), Field: field, Fault: article.UnknownCode, Value: code})
			}
		}
		for _, code := range a.Types {
			add(is.types[code], "typer", code)
		}
		for _, code := range a.Topics {
			add(is.topics[code], "tema", code)
		}
		for _, r := range a.Body().References() {
			add(r.Type == "" || is.types[r.Type], article.FieldReference, r.Type)
			add(r.Topic == "" || is.topics[r.Topic], article.FieldReference, r.Topic)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("codes of article %s: %w", a.Key().Ref(), err)
	}
	return problems, nil
}
