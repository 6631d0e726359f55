package checklist

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"github.com/nasjonal-oversikt/oversikt/data"

	"github.com/nasjonal-oversikt/oversikt/internal/article"
)

func TestListsAreNumberedFromOne(t *testing.T) {
	lists := All(article.Bokmal)
	if len(lists) < 6 {
		t.Fatalf("%d lists", len(lists))
	}
	for i, l := range lists {
		if l.Order != i+1 {
			t.Errorf("%s: place %d, want %d", l.Slug, l.Order, i+1)
		}
	}
}

func TestListsAreShortEnough(t *testing.T) {
	for _, l := range all {
		for part, groups := range map[string][]Group{"parorende": l.Family, "helsepersonell": l.Personnel} {
			count := 0
			for _, g := range groups {
				count += len(g.Items)
				if len(g.Items) < 3 || len(g.Items) > 6 {
					t.Errorf("%s (%s): %q has %d items, want 3 to 6", l.Slug, l.Language, g.Title, len(g.Items))
				}
			}
			if count < 10 || count > 20 {
				t.Errorf("%s (%s): %s has %d items, want 10 to 20", l.Slug, l.Language, part, count)
			}
		}
		for _, i := range l.Items() {
			if n := len(strings.Fields(i.Text())); n > 25 {
				t.Errorf("%s (%s): %s has %d words", l.Slug, l.Language, i.ID, n)
			}
			if i.Tick != "" && !strings.HasSuffix(i.Tick, ".") && !strings.HasSuffix(i.Tick, "?") {
				t.Errorf("%s (%s): %s is no sentence: %q", l.Slug, l.Language, i.ID, i.Tick)
			}
			if strings.HasSuffix(i.Field, ".") {
				t.Errorf("%s (%s): %s is a label, not a sentence: %q", l.Slug, l.Language, i.ID, i.Field)
			}
		}
	}
}

// What is written to pårørende is as easy to read as the articles; an article.English text has
// longer words.
func TestListsAreEasyToRead(t *testing.T) {
	for _, l := range all {
		text := []string{l.Purpose, l.For}
		for _, g := range l.Family {
			text = append(text, g.Title)
			for _, i := range g.Items {
				text = append(text, i.Text(), i.Help)
			}
		}
		most := 40.0
		if l.Language == article.English {
			most = 45
		}
		score := lix(strings.Join(text, "\n"))
		t.Logf("%s (%s): LIX %.0f", l.Slug, l.Language, score)
		if score > most {
			t.Errorf("%s (%s): LIX %.1f, want at most %.0f", l.Slug, l.Language, score, most)
		}
	}
}

var (
	wordPattern     = regexp.MustCompile(`[\pL\pN]+(-[\pL\pN]+)*`)
	sentencePattern = regexp.MustCompile(`[.!?:]+(\s|$)|\n|$`)
)

// lix is Björnsson's readability index, as the articles are measured: the mean length of a
// sentence in words, and the percentage of words of more than six letters.
func lix(text string) float64 {
	words := wordPattern.FindAllString(text, -1)
	long, sentences := 0, 0
	for _, word := range words {
		if len([]rune(word)) > 6 {
			long++
		}
	}
	for _, sentence := range sentencePattern.Split(text, -1) {
		if wordPattern.MatchString(sentence) {
			sentences++
		}
	}
	return float64(len(words))/float64(sentences) + 100*float64(long)/float64(len(words))
}

// confirmed are laws that no article names, and that were looked up for the lists.
var confirmed = []string{
	"https://lovdata.no/lov/1999-07-02-64/§39",
	"https://lovdata.no/lov/1999-07-02-64/§40",
}

func TestLawsAreKnown(t *testing.T) {
	var articles strings.Builder
	err := fs.WalkDir(data.FS, "artikler", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		src, err := fs.ReadFile(data.FS, name)
		articles.Write(src)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	paragraph := regexp.MustCompile(`§ \d+(-\d+)?( [a-d]\b)?`)
	for _, l := range all {
		for _, law := range l.Laws {
			if !strings.Contains(articles.String(), law.URL+"\n") && !slices.Contains(confirmed, law.URL) {
				t.Errorf("%s (%s): no article names %s", l.Slug, l.Language, law.URL)
			}
			named := strings.ReplaceAll(paragraph.FindString(law.Text), " ", "")
			if named == "§1-3b" {
				named = "§1-3" // the letter is that of a definition, not of a paragraph
			}
			if !strings.HasSuffix(law.URL, "/"+named) {
				t.Errorf("%s (%s): %q leads to %s", l.Slug, l.Language, law.Text, law.URL)
			}
			if !slices.ContainsFunc(l.Items(), func(i Item) bool { return slices.Contains(i.Laws, law.URL) }) {
				t.Errorf("%s (%s): no item follows from %s", l.Slug, l.Language, law.Text)
			}
		}
		if len(l.Sources) == 0 || len(l.Laws) == 0 || len(l.Articles) == 0 || len(l.Types) == 0 {
			t.Errorf("%s (%s): lover, kilder, artikler or typer is empty", l.Slug, l.Language)
		}
	}
}

func TestListsLeadSomewhere(t *testing.T) {
	src, err := data.FS.ReadFile("typer.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var vocabulary struct {
		Types []struct {
			Code string `yaml:"kode"`
		} `yaml:"typer"`
	}
	if err := yaml.Unmarshal(src, &vocabulary); err != nil {
		t.Fatal(err)
	}
	for _, l := range all {
		for _, path := range l.Articles {
			if _, err := os.Stat(filepath.Join("../../data/artikler", path+".md")); err != nil {
				t.Errorf("%s (%s): %v", l.Slug, l.Language, err)
			}
		}
		for _, code := range l.Types {
			known := false
			for _, kind := range vocabulary.Types {
				known = known || kind.Code == code
			}
			if !known {
				t.Errorf("%s (%s): no type %q", l.Slug, l.Language, code)
			}
		}
	}
}

// sameInAll is what does not depend on the language of a list.
type sameInAll struct {
	Kind            Kind
	Order           int
	Published       string
	Updated         string
	Items           []sameItem
	Laws, Sources   []string
	Articles, Types []string
}

type sameItem struct {
	Group int
	ID    string
	Lines int // 0 for a box
	Help  bool
	Laws  []string
}

func inAllLanguages(l List) sameInAll {
	same := sameInAll{Kind: l.Kind, Order: l.Order, Published: l.Published.String(), Updated: l.Updated.String(), Articles: l.Articles, Types: l.Types}
	for n, g := range slices.Concat(l.Family, l.Personnel) {
		for _, i := range g.Items {
			same.Items = append(same.Items, sameItem{n, i.ID, i.Lines, i.Help != "", i.Laws})
		}
	}
	for _, law := range l.Laws {
		same.Laws = append(same.Laws, law.URL)
	}
	for _, s := range l.Sources {
		same.Sources = append(same.Sources, s.URL+s.Date.String())
	}
	return same
}

// A translation asks the same in the same order, by the same law; only the words are others.
func TestTranslationsFollowTheirBokmal(t *testing.T) {
	for _, l := range All(article.Bokmal) {
		if got := Languages(l.Slug); !slices.Equal(got, languages) {
			t.Errorf("%s is in %v, want all of %v", l.Slug, got, languages)
		}
	}
	for _, l := range all {
		bokmal, ok := find(l.Slug, article.Bokmal)
		if !ok {
			t.Errorf("%s is in %s and not in bokmål", l.Slug, l.Language)
			continue
		}
		if diff := cmp.Diff(inAllLanguages(bokmal), inAllLanguages(l)); diff != "" {
			t.Errorf("%s (%s) is not as its bokmål (-bokmål +translation):\n%s", l.Slug, l.Language, diff)
		}
	}
}
