package article

import (
	"maps"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// parts are the headings that every article has, in this order, but for those to children
// and young people.
var parts = map[string][]string{
	Bokmal: {
		"Kort fortalt",
		"Dette kan du gjøre i dag",
		"Dette har du rett til",
		"Hvem kan hjelpe deg der du bor",
		"Spørsmål du kan stille",
	},
	Nynorsk: {
		"Kort fortalt",
		"Dette kan du gjere i dag",
		"Dette har du rett til",
		"Kven kan hjelpe deg der du bur",
		"Spørsmål du kan stille",
	},
	English: {
		"In short",
		"What you can do today",
		"What you have a right to",
		"Who can help where you live",
		"Questions you can ask",
	},
}

const maxParagraphWords = 90

// measure is how long and how hard to read an article may be.
type measure struct {
	maxLIX             float64
	minWords, maxWords int
}

func measureOf(a Article) measure {
	m := measure{40, 600, 1100}
	if a.Audience != Everyone {
		m = measure{30, 250, 700}
	}
	if a.Language == English {
		// The same text has about a sixth more words, and other words are long.
		m.maxLIX += 5
		m.maxWords += m.maxWords / 6
	}
	return m
}

// fileOf is what a fault is told of.
func fileOf(a Article) string { return a.Key().File() }

// checkedIn returns the articles of the repository.
func checkedIn(t *testing.T) []Article {
	t.Helper()
	articles, err := ParseFS(os.DirFS("../../data/artikler"))
	if err != nil {
		t.Fatal(err)
	}
	return articles
}

func TestEverySectionHasItsText(t *testing.T) {
	var got []string
	for _, a := range checkedIn(t) {
		if a.IsIndex() && a.Language == Bokmal {
			got = append(got, a.Section)
		}
	}
	if diff := cmp.Diff(Sections(), got); diff != "" {
		t.Errorf("sections (-want +got):\n%s", diff)
	}
}

func TestArticlesAreNumberedFromOne(t *testing.T) {
	next := map[string]int{}
	for _, a := range checkedIn(t) {
		if a.Language != Bokmal {
			continue // it has the place of its bokmål
		}
		if a.Order != next[a.Section] {
			t.Errorf("%s: got place %d, want %d", fileOf(a), a.Order, next[a.Section])
		}
		next[a.Section]++
	}
}

func TestArticlesHaveTheirParts(t *testing.T) {
	for _, a := range checkedIn(t) {
		if a.IsIndex() {
			continue
		}
		var got []string
		level := 1
		for _, h := range a.Body().Headings() {
			if h.Level < 2 || h.Level > level+1 {
				t.Errorf("%s: heading %q of level %d stands below one of level %d", fileOf(a), h.Text, h.Level, level)
			}
			level = h.Level
			if h.Level == 2 {
				got = append(got, h.Text)
			}
		}
		if diff := cmp.Diff(parts[a.Language], got); diff != "" && a.Audience == Everyone {
			t.Errorf("%s: parts (-want +got):\n%s", fileOf(a), diff)
		}
		lists := map[string]int{"typer": len(a.Types), "tema": len(a.Topics), "kilder": len(a.Sources), "sokeord": len(a.SearchWords)}
		if a.Audience == Everyone {
			lists["lover"] = len(a.Laws)
		}
		for name, length := range lists {
			if length == 0 {
				t.Errorf("%s: %s is empty", fileOf(a), name)
			}
		}
	}
}

func TestArticlesAreEasyToRead(t *testing.T) {
	for _, a := range checkedIn(t) {
		text := a.Lead + "\n" + a.Text()
		score := lix(text)
		words := len(strings.Fields(a.Text()))
		t.Logf("%s: LIX %.0f, %d words", fileOf(a), score, words)
		m := measureOf(a)
		if score > m.maxLIX {
			t.Errorf("%s: LIX %.1f, want at most %.0f", fileOf(a), score, m.maxLIX)
		}
		if !a.IsIndex() && (words < m.minWords || words > m.maxWords) {
			t.Errorf("%s: %d words, want %d to %d", fileOf(a), words, m.minWords, m.maxWords)
		}
		for line := range strings.Lines(text) {
			if n := len(strings.Fields(line)); n > maxParagraphWords {
				t.Errorf("%s: a paragraph of %d words: %.40q …", fileOf(a), n, line)
			}
		}
	}
}

var (
	wordPattern     = regexp.MustCompile(`[\pL\pN]+(-[\pL\pN]+)*`)
	sentencePattern = regexp.MustCompile(`[.!?:]+(\s|$)|\n|$`)
)

// lix is Björnsson's readability index: the mean length of a sentence in words,
// and the percentage of words of more than six letters. A heading or list item is
// a sentence also without its full stop. Under 30 is children's books, 40 is
// ordinary prose, over 50 is official text.
func lix(text string) float64 {
	words := wordPattern.FindAllString(text, -1)
	long := 0
	for _, word := range words {
		if len([]rune(word)) > 6 {
			long++
		}
	}
	sentences := 0
	for _, sentence := range sentencePattern.Split(text, -1) {
		if wordPattern.MatchString(sentence) {
			sentences++
		}
	}
	return float64(len(words))/float64(sentences) + 100*float64(long)/float64(len(words))
}

func TestLIX(t *testing.T) {
	// Six words in two sentences, three of them long: 6/2 + 100*3/6.
	if got, want := lix("Overskrift uten punktum\nDu kan ringe."), 3+100.0*2/6; got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}

// codesIn returns the codes of a list in one of the vocabularies of data/.
func codesIn(t *testing.T, file, list string) []string {
	t.Helper()
	src, err := os.ReadFile("../../data/" + file)
	if err != nil {
		t.Fatal(err)
	}
	var lists map[string][]struct {
		Code string `yaml:"kode"`
	}
	if err := yaml.Unmarshal(src, &lists); err != nil {
		t.Fatalf("read %s: %v", file, err)
	}
	var codes []string
	for _, entry := range lists[list] {
		codes = append(codes, entry.Code)
	}
	return codes
}

func TestCodesAreKnown(t *testing.T) {
	types, topics := codesIn(t, "typer.yaml", "typer"), codesIn(t, "begreper.yaml", "tema")
	for _, a := range checkedIn(t) {
		for _, code := range a.Types {
			if !slices.Contains(types, code) {
				t.Errorf("%s: typer: no type %q", fileOf(a), code)
			}
		}
		for _, code := range a.Topics {
			if !slices.Contains(topics, code) {
				t.Errorf("%s: tema: no topic %q", fileOf(a), code)
			}
		}
		for _, r := range a.Body().References() {
			if r.Type != "" && !slices.Contains(a.Types, r.Type) {
				t.Errorf("%s: %s is not of the article's typer", fileOf(a), r)
			}
			if r.Topic != "" && !slices.Contains(topics, r.Topic) {
				t.Errorf("%s: %s: no such topic", fileOf(a), r)
			}
		}
	}
}

func TestLinks(t *testing.T) {
	articles := checkedIn(t)
	pages := []string{"/kommuner", "/sjekklister"}
	for _, a := range articles {
		pages = append(pages, a.Path())
	}
	for _, a := range articles {
		for _, law := range a.Laws {
			checkLaw(t, a, law)
		}
		for _, link := range links(t, a) {
			checkLink(t, a, link, pages)
		}
	}
}

// checkLink fails for a link of an article's text that leads nowhere, or to a law
// or type that the article does not name in its front matter.
func checkLink(t *testing.T, a Article, link Link, pages []string) {
	t.Helper()
	u, err := url.Parse(link.URL)
	if err != nil {
		t.Errorf("%s: link %q: %v", fileOf(a), link.URL, err)
		return
	}
	switch {
	case u.Scheme == "tel":
		if !slices.Contains([]string{"112", "113", "116117", "116123", "116111"}, u.Opaque) || strings.ReplaceAll(link.Text, " ", "") != u.Opaque {
			t.Errorf("%s: %s (%s) is not one of the emergency numbers; others stand in the directory", fileOf(a), link.Text, link.URL)
		}
	case u.Host == "lovdata.no":
		link.URL = u.Scheme + "://" + u.Host + u.Path
		checkLaw(t, a, link)
		if !slices.ContainsFunc(a.Laws, func(law Link) bool { return law.URL == link.URL }) {
			t.Errorf("%s: %s is not among the article's lover", fileOf(a), link.URL)
		}
	case u.Scheme == "https":
	case u.Path == "/sok":
		if code := u.Query().Get("type"); !slices.Contains(a.Types, code) || u.RawQuery != "type="+code {
			t.Errorf("%s: %s is not a search for one of the article's typer", fileOf(a), link.URL)
		}
	case u.Host != "" || !slices.Contains(pages, u.Path):
		t.Errorf("%s: no page %s", fileOf(a), link.URL)
	}
}

// lawNumbers are the laws that articles name, by their numbers on lovdata.no.
var lawNumbers = map[string]string{
	"folketrygdloven":                   "1997-02-28-19",
	"familievernkontorloven":            "1997-06-19-62",
	"spesialisthelsetjenesteloven":      "1999-07-02-61",
	"psykisk helsevernloven":            "1999-07-02-62",
	"pasient- og brukerrettighetsloven": "1999-07-02-63",
	"helsepersonelloven":                "1999-07-02-64",
	"arbeidsmiljøloven":                 "2005-06-17-62",
	"barnehageloven":                    "2005-06-17-64",
	"krisesenterlova":                   "2009-06-19-44",
	"vergemålsloven":                    "2010-03-26-9",
	"helse- og omsorgstjenesteloven":    "2011-06-24-30",
	"tolkeloven":                        "2021-06-11-79",
	"opplæringslova":                    "2023-06-09-30",
}

var (
	lawPath   = regexp.MustCompile(`^/lov/(\d{4}-\d{2}-\d{2}-\d+)(?:/(§\d+(?:-\d+)?[a-z]?))?$`)
	paragraph = regexp.MustCompile(`§ \d+(-\d+)?( [a-d]\b)?`)
)

// checkLaw fails unless a link leads to the law and paragraph that its text names.
func checkLaw(t *testing.T, a Article, law Link) {
	t.Helper()
	u, err := url.Parse(law.URL)
	if err != nil || u.Scheme != "https" || u.Host != "lovdata.no" || !lawPath.MatchString(u.Path) {
		t.Errorf("%s: %s is not a law on lovdata.no", fileOf(a), law.URL)
		return
	}
	address := lawPath.FindStringSubmatch(u.Path)
	for name, number := range lawNumbers {
		if strings.Contains(law.Text, name) && number != address[1] {
			t.Errorf("%s: %q leads to another law: %s", fileOf(a), law.Text, law.URL)
		}
	}
	if !slices.Contains(slices.Collect(maps.Values(lawNumbers)), address[1]) {
		t.Errorf("%s: no law of number %s", fileOf(a), address[1])
	}
	named := strings.ReplaceAll(paragraph.FindString(law.Text), " ", "")
	if named == "§1-3b" {
		named = "§1-3" // the letter is that of a definition, not of a paragraph
	}
	if named != address[2] && !strings.Contains(law.Text, "kapit") && !strings.Contains(law.Text, "chapter") {
		t.Errorf("%s: %q leads to %s", fileOf(a), law.Text, law.URL)
	}
}

// links returns the links of an article's text.
func links(t *testing.T, a Article) []Link {
	t.Helper()
	page, err := a.HTML()
	if err != nil {
		t.Fatal(err)
	}
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var found []Link
	for n := range doc.Descendants() {
		if n.DataAtom != atom.A {
			continue
		}
		var link Link
		for text := range n.Descendants() {
			if text.Type == html.TextNode {
				link.Text += text.Data
			}
		}
		for _, attribute := range n.Attr {
			if attribute.Key == "href" {
				link.URL = attribute.Val
			}
		}
		found = append(found, link)
	}
	return found
}

// An article's law must be named in its text as well, or a reader meets it without
// knowing what it is for.
func TestLawsAreUsed(t *testing.T) {
	for _, a := range checkedIn(t) {
		for _, law := range a.Laws {
			if !strings.Contains(a.Markdown, "("+law.URL+")") {
				t.Errorf("%s: %s is not linked in the text", fileOf(a), law.Text)
			}
		}
	}
}

// A translation says the same as the bokmål, of the same help and by the same law; only the
// words are others.
func TestTranslationsFollowTheirBokmal(t *testing.T) {
	bokmal := map[string]Article{}
	for _, a := range checkedIn(t) {
		if a.Language == Bokmal {
			bokmal[a.Path()] = a
			continue
		}
		if diff := cmp.Diff(inAllLanguages(bokmal[a.Path()]), inAllLanguages(a)); diff != "" {
			t.Errorf("%s is not as its bokmål (-bokmål +translation):\n%s", fileOf(a), diff)
		}
	}
}

// sameInAll is what does not depend on the language of an article.
type sameInAll struct {
	Published, Updated, For string
	Order                   int
	Types, Topics           []string
	Laws, Sources           []string // addresses, and the dates of sources
	References              []Reference
}

func inAllLanguages(a Article) sameInAll {
	same := sameInAll{
		Published: a.Published.Format(time.DateOnly), Updated: a.Updated.Format(time.DateOnly), For: string(a.Audience),
		Order: a.Order, Types: a.Types, Topics: a.Topics, References: a.Body().References(),
	}
	for _, l := range a.Laws {
		same.Laws = append(same.Laws, l.URL)
	}
	for _, s := range a.Sources {
		same.Sources = append(same.Sources, s.URL+" "+s.Date.Format(time.DateOnly))
	}
	return same
}

// minEnglish is how many articles are to be in English as well, sections' own texts left out.
const minEnglish = 10

func TestArticlesAreTranslated(t *testing.T) {
	in := map[Key]bool{}
	english := 0
	for _, a := range checkedIn(t) {
		in[a.Key()] = true
		if a.Language == English && !a.IsIndex() {
			english++
		}
	}
	for key := range in {
		if !in[key.In(Nynorsk)] {
			t.Errorf("%s is not in nynorsk", key.In(Bokmal).File())
		}
	}
	if english < minEnglish {
		t.Errorf("%d articles in English, want %d at least", english, minEnglish)
	}
}
