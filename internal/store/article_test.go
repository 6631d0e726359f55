package store

import (
	"fmt"
	"testing"

	"github.com/nasjonal-oversikt/oversikt/internal/article"
)

// testArticle returns the source of an article; order 0 makes it a section's own text.
func testArticle(title string, order int) string {
	place := ""
	if order > 0 {
		place = fmt.Sprintf("rekkefolge: %d\n", order)
	}
	return "---\ntittel: " + title + "\ningress: En ingress for tester.\npublisert: 2026-01-02\noppdatert: 2026-01-02\n" + place + "---\n\nEn tekst for tester.\n"
}

func TestSaveArticle(t *testing.T) {
	s := openStore(t)
	const section = "ta-vare-pa-barna"
	save := func(slug, source string) Result {
		t.Helper()
		result, err := s.SaveArticle(t.Context(), importer, "", section, slug, source)
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

	got, err := s.ArticleByPath(t.Context(), section, "test")
	if err != nil {
		t.Fatal(err)
	}
	wantEqual(t, "title and path", []string{"Test to", "/ta-vare-pa-barna/test"}, []string{got.Title, got.Path()})

	// Somebody edits it. Then an import has nothing more to say, but somebody else has.
	edited := testArticle("Redigert", 2)
	if result, err := s.SaveArticle(t.Context(), operator, "bedre ord", section, "test", edited); err != nil || result != Updated {
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
	_, err := s.ArticleByPath(t.Context(), "ta-vare-pa-barna", "borte")
	wantError(t, "ArticleByPath", err, ErrNotFound)
}

func TestSaveArticleRefusesWhatCannotBeRead(t *testing.T) {
	s := openStore(t)
	for name, args := range map[string][3]string{
		"section": {"finnes-ikke", "test", testArticle("Test", 1)},
		"slug":    {"ta-vare-pa-barna", "Ikke En Slug", testArticle("Test", 1)},
		"source":  {"ta-vare-pa-barna", "test", "Bare tekst."},
	} {
		if _, err := s.SaveArticle(t.Context(), operator, "", args[0], args[1], args[2]); err == nil {
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
		if _, err := s.SaveArticle(t.Context(), importer, "", a.section, a.slug, testArticle("Test", a.order)); err != nil {
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
