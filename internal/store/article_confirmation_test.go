package store

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/article"
	"github.com/nasjonal-oversikt/oversikt/internal/auth"
)

// confirmSection is where the articles of these tests stand.
const confirmSection = "ta-vare-pa-barna"

// newArticle stores an article that was published on 2 January 2026.
func newArticle(t *testing.T, s *Store, slug string) {
	t.Helper()
	if _, err := s.SaveArticle(t.Context(), importer, "", nb(confirmSection, slug), testArticle("Test "+slug, 1)); err != nil {
		t.Fatal(err)
	}
}

func articleNow(t *testing.T, s *Store, slug string) (article.Article, ArticleSource) {
	t.Helper()
	a, err := s.ArticleByKey(t.Context(), nb(confirmSection, slug))
	if err != nil {
		t.Fatal(err)
	}
	src, err := s.ArticleSourceByKey(t.Context(), nb(confirmSection, slug))
	if err != nil {
		t.Fatal(err)
	}
	return a, src
}

// articleTasks returns the keys of the open tasks about articles.
func articleTasks(t *testing.T, s *Store) (keys []string) {
	t.Helper()
	tasks, err := s.OpenTasks(t.Context(), operator)
	if err != nil {
		t.Fatal(err)
	}
	for _, task := range tasks {
		if task.Kind == TaskArticle {
			keys = append(keys, task.Key)
		}
	}
	return keys
}

func TestConfirmArticle(t *testing.T) {
	s := openSeeded(t)
	newArticle(t, s, "test")
	editor := auth.Actor{Kind: auth.Account, ID: 12, National: true}
	manager := auth.Actor{Kind: auth.Account, ID: 13, Grants: []auth.Grant{{Owner: auth.Owner{Kommune: "1804"}, Role: auth.Manager}}}
	token := auth.Actor{Kind: auth.Token, ID: 1, Grants: manager.Grants, Actions: []auth.Action{auth.Confirm, auth.Curate}}
	was := written(t, s)
	for name, actor := range map[string]auth.Actor{"nobody": nobody, "a manager": manager, "a token": token, "a link": {Kind: auth.Link, ID: 1}, "a job": {Kind: auth.Job}} {
		wantError(t, name, s.ConfirmArticle(t.Context(), actor, 1, nb(confirmSection, "test")), auth.ErrForbidden)
	}
	wantError(t, "one that is not there", s.ConfirmArticle(t.Context(), editor, 1, nb(confirmSection, "borte")), ErrNotFound)
	wantError(t, "another version", s.ConfirmArticle(t.Context(), editor, 2, nb(confirmSection, "test")), ErrConflict)
	wantEqual(t, "rows of history and feed", was, written(t, s))
	if a, _ := articleNow(t, s, "test"); a.ConfirmedAt != nil {
		t.Fatalf("confirmed %v by nobody", a.ConfirmedAt)
	}

	changed := testNow
	head := headOf(t, s)
	confirmed := changed.AddDate(0, 3, 0)
	s.Now = func() time.Time { return confirmed }
	if err := s.ConfirmArticle(t.Context(), editor, 1, nb(confirmSection, "test")); err != nil {
		t.Fatal(err)
	}
	a, src := articleNow(t, s, "test")
	wantEqual(t, "when, for readers", &confirmed, a.ConfirmedAt)
	want := ArticleSource{nb(confirmSection, "test"), testArticle("Test test", 1), 2, changed, &confirmed, "account: 12"}
	wantEqual(t, "source", want, src)
	wantEqual(t, "feed", []Change{{Kind: KindArticle, Ref: confirmSection + "/test"}}, changesAfter(t, s, head, 1))
	revisions, err := s.Revisions(t.Context(), KindArticle, confirmSection+"/test")
	if err != nil || len(revisions) != 2 {
		t.Fatalf("%d revisions, %v", len(revisions), err)
	}
	wantEqual(t, "who, in the history", "account: 12", revisions[0].Actor)
	wantEqual(t, "text before and after", string(revisions[0].Before), string(revisions[0].After))

	// All of them at once, as the index is built.
	all, err := s.Articles(t.Context())
	if err != nil || len(all) != 1 {
		t.Fatalf("%d articles, %v", len(all), err)
	}
	wantEqual(t, "when, among all", &confirmed, all[0].ConfirmedAt)
}

func TestSavingDoesNotConfirm(t *testing.T) {
	s := openStore(t)
	newArticle(t, s, "test")
	save := func(version int, source string) {
		t.Helper()
		if err := s.EditArticle(t.Context(), operator, "", version, nb(confirmSection, "test"), source); err != nil {
			t.Fatal(err)
		}
	}
	before, _ := articleNow(t, s, "test")
	save(1, strings.Replace(testArticle("Ny", 1), "oppdatert: 2026-01-02", "oppdatert: 2026-09-09", 1))
	a, src := articleNow(t, s, "test")
	if a.ConfirmedAt != nil || src.ConfirmedBy != "" {
		t.Errorf("saving confirmed it: %v by %q", a.ConfirmedAt, src.ConfirmedBy)
	}
	wantEqual(t, "due, after it was brought up to date", before.Due(), a.Due())

	if err := s.ConfirmArticle(t.Context(), operator, 2, nb(confirmSection, "test")); err != nil {
		t.Fatal(err)
	}
	s.Now = func() time.Time { return testNow.AddDate(0, 6, 0) }
	save(3, testArticle("Nyere", 1))
	a, src = articleNow(t, s, "test")
	at := testNow
	wantEqual(t, "confirmed, after a later edit", &at, a.ConfirmedAt)
	wantEqual(t, "by", "operator: test", src.ConfirmedBy)

	// What somebody has confirmed is theirs, not the file's any more.
	newArticle(t, s, "fil")
	if err := s.ConfirmArticle(t.Context(), operator, 1, nb(confirmSection, "fil")); err != nil {
		t.Fatal(err)
	}
	result, err := s.SaveArticle(t.Context(), importer, "", nb(confirmSection, "fil"), testArticle("Fra fil", 1))
	if err != nil || result != Kept {
		t.Errorf("an import of another text: %s, %v, want kept", result, err)
	}
}

func TestAnUnreadableArticleCannotBeConfirmed(t *testing.T) {
	s := openStore(t)
	if err := exec(t, s, "INSERT INTO articles (section, slug, source) VALUES (?, 'gammel', 'uten hode')", confirmSection); err != nil {
		t.Fatal(err)
	}
	if err := s.ConfirmArticle(t.Context(), operator, 1, nb(confirmSection, "gammel")); len(article.Problems(err)) == 0 {
		t.Errorf("error %v, want what is wrong with the text", err)
	}
	s.Now = func() time.Time { return testNow.AddDate(5, 0, 0) }
	if err := s.AskAboutArticles(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantEqual(t, "tasks", []string(nil), articleTasks(t, s))
}

func TestAskAboutArticles(t *testing.T) {
	s := openSeeded(t)
	newArticle(t, s, "a")
	newArticle(t, s, "b")
	now := time.Date(2026, 12, 2, 12, 0, 0, 0, time.UTC) // 31 days before it runs out
	s.Now = func() time.Time { return now }
	// Two nodes ask at once.
	ask := func() {
		t.Helper()
		errs := make(chan error, 2)
		for range 2 {
			go func() { errs <- s.AskAboutArticles(t.Context()) }()
		}
		for range 2 {
			if err := <-errs; err != nil {
				t.Fatal(err)
			}
		}
	}
	ask()
	wantEqual(t, "tasks before it is time", []string(nil), articleTasks(t, s))
	now = now.AddDate(0, 0, 1)
	ask()
	now = now.AddDate(1, 0, 0)
	ask()
	wantEqual(t, "tasks", []string{confirmSection + "/a", confirmSection + "/b"}, articleTasks(t, s))

	manager := newAccount(t, s, "kari@test.example.org", auth.Grant{Owner: auth.Owner{Kommune: "1804"}, Role: auth.Manager})
	tasks, err := s.OpenTasks(t.Context(), manager.Actor())
	if err != nil || len(tasks) != 0 {
		t.Errorf("a kommune's manager has %d tasks, %v", len(tasks), err)
	}
	if tasks, err = s.OpenTasks(t.Context(), operator); err != nil || len(tasks) != 2 {
		t.Fatalf("%d tasks, %v", len(tasks), err)
	}
	var d ArticleDetail
	if err := json.Unmarshal(tasks[0].Detail, &d); err != nil {
		t.Fatal(err)
	}
	wantEqual(t, "detail", ArticleDetail{article.Bokmal, confirmSection, "a", "Test a"}, d)
	wantError(t, "putting the task away", s.FinishTask(t.Context(), operator, tasks[0].ID), ErrOwnEnd)

	// Saving leaves the task, confirming ends it, until a year has gone.
	if err := s.EditArticle(t.Context(), operator, "", 1, nb(confirmSection, "a"), testArticle("Test a", 2)); err != nil {
		t.Fatal(err)
	}
	wantEqual(t, "tasks after an edit", []string{confirmSection + "/a", confirmSection + "/b"}, articleTasks(t, s))
	if err := s.ConfirmArticle(t.Context(), operator, 2, nb(confirmSection, "a")); err != nil {
		t.Fatal(err)
	}
	ask()
	wantEqual(t, "tasks after a confirmation", []string{confirmSection + "/b"}, articleTasks(t, s))
	now = now.AddDate(0, 11, 1)
	ask()
	wantEqual(t, "tasks when it runs out anew", []string{confirmSection + "/b", confirmSection + "/a"}, articleTasks(t, s))
}
