package store

import (
	"fmt"
	"testing"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/article"
	"github.com/nasjonal-oversikt/oversikt/internal/auth"
)

// testArticle returns the source of an article; order 0 makes it a section's own text.
func testArticle(title string, order int) string {
	place := ""
	if order > 0 {
		place = fmt.Sprintf("rekkefolge: %d\n", order)
	}
	return "---\ntittel: " + title + "\ningress: En ingress for tester.\npublisert: 2026-01-02\noppdatert: 2026-01-02\n" + place + "---\n\nEn tekst for tester.\n"
}

// nb returns the key of an article in bokmål.
func nb(section, slug string) article.Key {
	return article.Key{Language: article.Bokmal, Section: section, Slug: slug}
}

func TestSaveArticle(t *testing.T) {
	s := openStore(t)
	const section = "ta-vare-pa-barna"
	save := func(slug, source string) Result {
		t.Helper()
		result, err := s.SaveArticle(t.Context(), importer, "", nb(section, slug), source)
		if err != nil {
			t.Fatal(err)
		}
		return result
	}
	wantEqual(t, "new", Created, save("test", testArticle("Test", 2)))
	head := headOf(t, s)
	was := written(t, s)
	wantEqual(t, "the same again", Unchanged, save("test", testArticle("Test", 2)))
	wantEqual(t, "rows of history and feed", was, written(t, s))
	wantEqual(t, "changed", Updated, save("test", testArticle("Test to", 2)))
	wantEqual(t, "feed", []Change{{Kind: KindArticle, Ref: section + "/test"}}, changesAfter(t, s, head, 1))

	got, err := s.ArticleByKey(t.Context(), nb(section, "test"))
	if err != nil {
		t.Fatal(err)
	}
	wantEqual(t, "title and path", []string{"Test to", "/ta-vare-pa-barna/test"}, []string{got.Title, got.Path()})

	// Somebody edits it. Then an import has nothing more to say, but somebody else has.
	edited := testArticle("Redigert", 2)
	if result, err := s.SaveArticle(t.Context(), operator, "bedre ord", nb(section, "test"), edited); err != nil || result != Updated {
		t.Fatalf("SaveArticle() = %s, %v, want updated", result, err)
	}
	wantEqual(t, "import after an edit", Kept, save("test", testArticle("Test tre", 2)))
	wantEqual(t, "import of the edited text", Unchanged, save("test", edited))

	revisions, err := s.Revisions(t.Context(), KindArticle, section+"/test")
	if err != nil {
		t.Fatal(err)
	}
	if len(revisions) != 3 {
		t.Fatalf("%d revisions, want 3", len(revisions))
	}
	wantEqual(t, "why", "bedre ord", revisions[0].Why)
	wantEqual(t, "before the first", true, revisions[2].Before == nil)
}

func TestArticleNotFound(t *testing.T) {
	s := openStore(t)
	_, err := s.ArticleByKey(t.Context(), nb("ta-vare-pa-barna", "borte"))
	wantError(t, "ArticleByKey", err, ErrNotFound)
}

func TestSaveArticleRefusesWhatCannotBeRead(t *testing.T) {
	s := openStore(t)
	for name, args := range map[string][3]string{
		"section": {"finnes-ikke", "test", testArticle("Test", 1)},
		"slug":    {"ta-vare-pa-barna", "Ikke En Slug", testArticle("Test", 1)},
		"source":  {"ta-vare-pa-barna", "test", "Bare tekst."},
	} {
		if _, err := s.SaveArticle(t.Context(), operator, "", nb(args[0], args[1]), args[2]); err == nil {
			t.Errorf("wrong %s: no error", name)
		}
	}
	wantEqual(t, "articles", 0, count(t, s, "articles"))
}

func TestArticlesInOrder(t *testing.T) {
	s := openStore(t)
	for _, a := range []struct {
		section, slug string
		order         int
	}{
		{"mote-med-helsetjenesten", "", 0},
		{"ta-vare-pa-barna", "b", 2},
		{"ta-vare-pa-barna", "a", 2},
		{"ta-vare-pa-barna", "c", 1},
		{"ta-vare-pa-barna", "", 0},
	} {
		if _, err := s.SaveArticle(t.Context(), importer, "", nb(a.section, a.slug), testArticle("Test", a.order)); err != nil {
			t.Fatal(err)
		}
	}
	// A rule that came later must not take the other articles with it.
	if err := exec(t, s, "INSERT INTO articles (section, slug, source) VALUES ('ta-vare-pa-barna', 'gammel', 'uten hode')"); err != nil {
		t.Fatal(err)
	}
	found, err := s.Articles(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	paths := func(articles []article.Article) (paths []string) {
		for _, a := range articles {
			paths = append(paths, a.Path())
		}
		return paths
	}
	wantEqual(t, "Articles", []string{"/ta-vare-pa-barna", "/ta-vare-pa-barna/c", "/ta-vare-pa-barna/a", "/ta-vare-pa-barna/b", "/mote-med-helsetjenesten"}, paths(found))
}

func TestTranslationsAreArticlesOfTheirOwn(t *testing.T) {
	s := openStore(t)
	bokmal := nb("ta-vare-pa-barna", "test")
	nynorsk := bokmal.In(article.Nynorsk)
	save := func(key article.Key, title string) Result {
		t.Helper()
		result, err := s.SaveArticle(t.Context(), importer, "", key, testArticle(title, 1))
		if err != nil {
			t.Fatal(err)
		}
		return result
	}
	// Nothing is translated before it is there.
	_, err := s.SaveArticle(t.Context(), importer, "", nynorsk, testArticle("Test", 1))
	orphan := article.Problem{File: "ta-vare-pa-barna/test.nn.md", Field: article.FieldSlug, Fault: article.NoBokmal}
	wantEqual(t, "problems of a translation alone", []article.Problem{orphan}, article.Problems(err))
	err = s.EditArticle(t.Context(), operator, "", 0, nynorsk, testArticle("Test", 1))
	wantEqual(t, "problems of an edited translation alone", []article.Problem{orphan}, article.Problems(err))
	wantError(t, "a translation by nobody", s.EditArticle(t.Context(), nobody, "", 0, nynorsk, testArticle("Test", 1)), auth.ErrForbidden)
	wantEqual(t, "articles", 0, count(t, s, "articles"))

	wantEqual(t, "bokmål", Created, save(bokmal, "Når det gjelder"))
	head := headOf(t, s)
	wantEqual(t, "nynorsk", Created, save(nynorsk, "Når det gjeld"))
	wantEqual(t, "feed", []Change{{Kind: KindArticle, Ref: "nn/ta-vare-pa-barna/test"}}, changesAfter(t, s, head, 1))
	wantEqual(t, "nynorsk again", Unchanged, save(nynorsk, "Når det gjeld"))

	// Each is edited and confirmed by itself, and keeps its own history.
	if err := s.EditArticle(t.Context(), operator, "", 1, nynorsk, testArticle("Når det røyner på", 1)); err != nil {
		t.Fatal(err)
	}
	if err := s.ConfirmArticle(t.Context(), operator, 2, nynorsk); err != nil {
		t.Fatal(err)
	}
	all, err := s.Articles(t.Context())
	if err != nil || len(all) != 2 {
		t.Fatalf("%d articles, %v", len(all), err)
	}
	wantEqual(t, "titles", []string{"Når det gjelder", "Når det røyner på"}, []string{all[0].Title, all[1].Title})
	wantEqual(t, "languages", []string{article.Bokmal, article.Nynorsk}, []string{all[0].Language, all[1].Language})
	if all[0].ConfirmedAt != nil || all[1].ConfirmedAt == nil {
		t.Errorf("confirmed %v and %v, want the nynorsk alone", all[0].ConfirmedAt, all[1].ConfirmedAt)
	}
	for ref, want := range map[string]int{bokmal.Ref(): 1, nynorsk.Ref(): 3} {
		revisions, err := s.Revisions(t.Context(), KindArticle, ref)
		if err != nil || len(revisions) != want {
			t.Errorf("history of %s: %d revisions, %v, want %d", ref, len(revisions), err, want)
		}
	}
	wantEqual(t, "import after an edit", Kept, save(nynorsk, "Når det gjeld"))
	wantEqual(t, "import of the bokmål", Updated, save(bokmal, "Når noe gjelder"))

	// It is asked about as well, and its broken links lead to it.
	s.Now = func() time.Time { return testNow.AddDate(5, 0, 0) }
	if err := s.AskAboutArticles(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantEqual(t, "tasks", []string{"ta-vare-pa-barna/test", "nn/ta-vare-pa-barna/test"}, articleTasks(t, s))
}
