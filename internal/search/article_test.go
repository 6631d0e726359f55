package search

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nasjonal-oversikt/oversikt/internal/article"
)

// articleView returns a view of two articles, one of them in three languages.
func articleView(t *testing.T) *View {
	t.Helper()
	index, err := OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = index.Close() })
	var b Batch
	for name, title := range map[string]string{
		"ta-vare-pa-barna/_index.md":    "Ta vare på barna",
		"ta-vare-pa-barna/_index.nn.md": "Ta vare på borna",
		"ta-vare-pa-barna/hest.md":      "Når hesten blir syk",
		"ta-vare-pa-barna/hest.nn.md":   "Når hesten vert sjuk",
		"ta-vare-pa-barna/hest.en.md":   "When the horse falls ill",
		"ta-vare-pa-barna/elefant.md":   "Når elefanten blir syk",
	} {
		src := "---\ntittel: " + title + "\ningress: Test.\npublisert: 2026-01-01\noppdatert: 2026-01-01\n"
		if !strings.Contains(name, "_index") {
			src += "rekkefolge: 1\n"
		}
		a, err := article.Parse(name, []byte(src+"---\nTest.\n"))
		if err != nil {
			t.Fatal(err)
		}
		b.Put = append(b.Put, ArticleDocument(a))
	}
	if err := index.Apply(b); err != nil {
		t.Fatal(err)
	}
	return index.View()
}

func titles(list []*article.Article) (all []string) {
	for _, a := range list {
		all = append(all, a.Language+" "+a.Title)
	}
	return all
}

func TestArticlesInTheReadersLanguage(t *testing.T) {
	v := articleView(t)
	for language, want := range map[string][]string{
		article.Bokmal:  {"nb Når elefanten blir syk", "nb Når hesten blir syk"},
		article.Nynorsk: {"nb Når elefanten blir syk", "nn Når hesten vert sjuk"},
		article.English: {"nb Når elefanten blir syk", "en When the horse falls ill"},
	} {
		if diff := cmp.Diff(want, titles(v.Articles(language, "ta-vare-pa-barna"))); diff != "" {
			t.Errorf("section in %s (-want +got):\n%s", language, diff)
		}
	}
	for _, test := range []struct{ language, slug, want string }{
		{article.Nynorsk, "", "Ta vare på borna"},
		{article.English, "", "Ta vare på barna"},
		{article.English, "hest", "When the horse falls ill"},
		{article.English, "elefant", "Når elefanten blir syk"},
	} {
		if a, ok := v.Article(test.language, "ta-vare-pa-barna", test.slug); !ok || a.Title != test.want {
			t.Errorf("%q in %s: got %v, want %s", test.slug, test.language, a, test.want)
		}
	}
	if a, ok := v.Article(article.Nynorsk, "ta-vare-pa-barna", "borte"); ok {
		t.Errorf("one that is not there: got %v", a)
	}
}

func TestSearchFindsArticlesInTheReadersLanguage(t *testing.T) {
	v := articleView(t)
	for _, test := range []struct{ language, text, want string }{
		{"", "hest", "nb Når hesten blir syk"},
		{article.Bokmal, "horse", "nb Når hesten blir syk"},
		{article.Nynorsk, "hest", "nn Når hesten vert sjuk"},
		{article.English, "horse", "en When the horse falls ill"},
		{article.English, "hest", "en When the horse falls ill"},
		{article.English, "elefant", "nb Når elefanten blir syk"},
	} {
		found, err := v.Search(t.Context(), Query{Text: test.text, Language: test.language})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{test.want}, titles(found.Articles)); diff != "" {
			t.Errorf("%q in %q (-want +got):\n%s", test.text, test.language, diff)
		}
	}
	for language, want := range map[string]string{article.Bokmal: "Når hesten blir syk", article.English: "When the horse falls ill"} {
		for _, text := range []string{"når hest", want[:8]} {
			if got := v.Suggest(language, text, 5, SuggestArticle); len(got) != 1 || got[0].Text != want {
				t.Errorf("completions of %q in %s: got %v, want %s", text, language, got, want)
			}
		}
	}
}

// The checklists are not in the index: any view completes them, in the reader's language.
func TestChecklistsAreCompleted(t *testing.T) {
	v := articleView(t)
	for _, test := range []struct{ language, text, first, path string }{
		{article.Bokmal, "sjekkl", "Sjekklister", "/sjekklister"},
		{article.Bokmal, "behov for av", "Behov for avlastning", "/sjekklister/behov-for-avlastning"},
		{article.Nynorsk, "sjekkliste behov", "Behov for avlasting", "/sjekklister/behov-for-avlastning"},
		{article.English, "checklists", "Checklists", "/sjekklister"},
	} {
		got := v.Suggest(test.language, test.text, 10)
		if len(got) == 0 || got[0] != (Suggestion{Kind: SuggestList, Text: test.first, Path: test.path}) {
			t.Errorf("%s %q: %+v", test.language, test.text, got)
		}
	}
	if got := v.Suggest(article.Bokmal, "sjekkliste", 10, SuggestList); len(got) != 7 {
		t.Errorf("%d checklists are completed, want the page of all and six: %+v", len(got), got)
	}
}
