package article

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
)

const whole = `---
tittel: Testartikkel
ingress: >
  En setning
  over to linjer.
publisert: 2026-11-25
oppdatert: 2026-11-26
rekkefolge: 3
typer: [lms, barn_som_parorende]
tema: [rettigheter]
lover:
  - tekst: testloven § 1
    url: https://lovdata.no/lov/1999-07-02-61/§1
kilder:
  - tittel: Testkilde
    url: https://example.org/side
    dato: 2024-02-29
  - {tittel: Kilde uten dato, url: "https://example.org/"}
sokeord: [ord, to ord]
---
## Del

Tekst.
`

const wholeName = "mote-med-helsetjenesten/test-artikkel.md"

func TestParse(t *testing.T) {
	got, err := Parse(wholeName, []byte(whole))
	if err != nil {
		t.Fatal(err)
	}
	date := func(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }
	want := Article{
		Language: "nb", Section: "mote-med-helsetjenesten", Slug: "test-artikkel",
		Title: "Testartikkel", Lead: "En setning over to linjer.",
		Published: date(2026, 11, 25), Updated: date(2026, 11, 26), Order: 3,
		Types: []string{"lms", "barn_som_parorende"}, Topics: []string{"rettigheter"},
		Laws: []Link{{"testloven § 1", "https://lovdata.no/lov/1999-07-02-61/§1"}},
		Sources: []Source{
			{"Testkilde", "https://example.org/side", date(2024, 2, 29)},
			{"Kilde uten dato", "https://example.org/", time.Time{}},
		},
		SearchWords: []string{"ord", "to ord"},
		Markdown:    "## Del\n\nTekst.\n",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Parse (-want +got):\n%s", diff)
	}
	if got, want := got.Path(), "/mote-med-helsetjenesten/test-artikkel"; got != want {
		t.Errorf("Path: got %q, want %q", got, want)
	}
}

func TestParseAcceptsOtherEditors(t *testing.T) {
	plain, err := Parse(wholeName, []byte(whole))
	if err != nil {
		t.Fatal(err)
	}
	windows, err := Parse(wholeName, []byte("\ufeff"+strings.ReplaceAll(whole, "\n", "\r\n")))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(plain, windows); diff != "" {
		t.Errorf("with byte order mark and CRLF (-plain +windows):\n%s", diff)
	}
}

func TestParseIndex(t *testing.T) {
	src := strings.Replace(whole, "rekkefolge: 3\n", "", 1)
	a, err := Parse("data/artikler/ta-vare-pa-barna/_index.md", []byte(src))
	if err != nil {
		t.Fatal(err)
	}
	if !a.IsIndex() || a.Path() != "/ta-vare-pa-barna" {
		t.Errorf("got IsIndex %v, Path %q, want true, /ta-vare-pa-barna", a.IsIndex(), a.Path())
	}
}

func TestParseTranslation(t *testing.T) {
	for _, test := range []struct{ name, language, slug string }{
		{"ta-vare-pa-barna/test.md", Bokmal, "test"},
		{"ta-vare-pa-barna/test.nn.md", Nynorsk, "test"},
		{"ta-vare-pa-barna/nn.en.md", English, "nn"},
		{"ta-vare-pa-barna/_index.nn.md", Nynorsk, ""},
	} {
		src := strings.Replace(whole, "tema: [", "for: ungdom\ntema: [", 1)
		if test.slug == "" {
			src = strings.Replace(src, "rekkefolge: 3\n", "", 1)
		}
		a, err := Parse(test.name, []byte(src))
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if a.Language != test.language || a.Slug != test.slug || a.Audience != Youth {
			t.Errorf("%s: got language %q, slug %q, for %q", test.name, a.Language, a.Slug, a.Audience)
		}
		if got := a.Key().File(); got != test.name {
			t.Errorf("file name: got %s, want %s", got, test.name)
		}
	}
}

// Each case changes the whole article in one place; the message must lead whoever
// wrote it to that place.
func TestParseProblems(t *testing.T) {
	tests := []struct {
		name     string
		file     string
		old, new string
		want     string
	}{
		{"unknown section", "ukjent/test.md", "", "", `ukjent/test.md: section: "ukjent" is not one of ta-vare-pa-deg-selv, ta-vare-pa-den-syke, ta-vare-pa-familien, ta-vare-pa-barna, mote-med-helsetjenesten`},
		{"no section", "test.md", "", "", `test.md: section: "." is not one of ta-vare-pa-deg-selv, ta-vare-pa-den-syke, ta-vare-pa-familien, ta-vare-pa-barna, mote-med-helsetjenesten`},
		{"slug with å", "ta-vare-pa-barna/på-tur.md", "", "", `ta-vare-pa-barna/på-tur.md: slug: "på-tur" has other characters than a-z, 0-9 and single hyphens`},
		{"other file", "ta-vare-pa-barna/bilde.png", "", "", `ta-vare-pa-barna/bilde.png: slug: the file name does not end in .md`},
		{"no front matter", "", "---\ntittel", "tittel", wholeName + `:1: front matter: the first line is not ---`},
		{"front matter never ends", "", "\n---\n##", "\n##", wholeName + `:1: front matter: no closing line ---`},
		{"unknown field", "", "tema: [", "forfatter: [", wholeName + `:10: forfatter: is not a field here; the fields are tittel, ingress, publisert, oppdatert, rekkefolge, typer, tema, for, lover, kilder, sokeord`},
		{"field twice", "", "rekkefolge: 3", "tittel: Igjen\nrekkefolge: 3", wholeName + `:8: tittel: is given twice`},
		{"unknown field of a law", "", "- tekst: testloven § 1", "- tekst: testloven § 1\n    dato: 2026-01-01", wholeName + `:13: lover.dato: is not a field here; the fields are tekst, url`},
		{"missing title", "", "tittel: Testartikkel\n", "", wholeName + `:2: tittel: is missing`},
		{"empty title", "", "tittel: Testartikkel", "tittel:", wholeName + `:2: tittel: is empty`},
		{"title is a list", "", "tittel: Testartikkel", "tittel: [a]", wholeName + `:2: tittel: is not a single text`},
		{"no such date", "", "publisert: 2026-11-25", "publisert: 2026-11-31", wholeName + `:6: publisert: "2026-11-31" is not a date like 2026-11-25`},
		{"updated before published", "", "oppdatert: 2026-11-26", "oppdatert: 2026-11-24", wholeName + `:7: oppdatert: is before publisert`},
		{"order is a word", "", "rekkefolge: 3", "rekkefolge: tre", wholeName + `:8: rekkefolge: "tre" is not a whole number from 1`},
		{"order missing", "", "rekkefolge: 3\n", "", wholeName + `:2: rekkefolge: is for articles only, and every article has one`},
		{"unknown audience", "", "tema: [", "for: hunder\ntema: [", wholeName + `:10: for: "hunder" is neither barn nor ungdom`},
		{"unknown language", "ta-vare-pa-barna/test.se.md", "", "", `ta-vare-pa-barna/test.se.md: slug: "test.se" has other characters than a-z, 0-9 and single hyphens`},
		{"type with a capital", "", "[lms,", "[LMS,", wholeName + `:9: typer: "LMS" is not a code of a-z, 0-9 and _`},
		{"type twice", "", "[lms,", "[lms, lms,", wholeName + `:9: typer: "lms" is given twice`},
		{"types are no list", "", "[rettigheter]", "rettigheter", wholeName + `:10: tema: is not a list`},
		{"law without address", "", "    url: https://lovdata.no/lov/1999-07-02-61/§1\n", "", wholeName + `:12: lover.url: is missing`},
		{"source not https", "", "https://example.org/side", "javascript:alert(1)", wholeName + `:16: kilder.url: "javascript:alert(1)" is not an address that begins with https://`},
		{"source is a text", "", "- {tittel: Kilde uten dato, url: \"https://example.org/\"}", "- Kilde", wholeName + `:18: kilder: is not a list of name: value`},
		{"no text", "", "## Del\n\nTekst.\n", " \n", wholeName + `:20: text: is empty`},
		{"not UTF-8", "", "Tekst.", "\xff", wholeName + `: text: is not UTF-8`},
		{"NUL", "", "## Del", "## D\x00el", wholeName + `:21: text: has a NUL character`},
		{"empty word twice", "", "sokeord: [ord, to ord]", "sokeord: ['', '']", wholeName + `:19: sokeord: is empty` + "\n" + wholeName + `:19: sokeord: is empty` + "\n" + wholeName + `:19: sokeord: "" is given twice`},
		{"anchors", "", "sokeord: [ord, to ord]", "sokeord: [&a ord, *a]", wholeName + `:19: sokeord: is not a single text`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			file := test.file
			if file == "" {
				file = wholeName
			}
			src := whole
			if test.old != "" {
				if !strings.Contains(whole, test.old) {
					t.Fatalf("the whole article has no %q", test.old)
				}
				src = strings.Replace(whole, test.old, test.new, 1)
			}
			got, err := Parse(file, []byte(src))
			if err == nil {
				t.Fatalf("got no error, want %q", test.want)
			}
			if !strings.Contains("\n"+err.Error()+"\n", "\n"+test.want+"\n") {
				t.Errorf("got\n%s\nwant the line\n%s", err, test.want)
			}
			if diff := cmp.Diff(Article{}, got); diff != "" {
				t.Errorf("an article came with the error:\n%s", diff)
			}
		})
	}
}

func TestParseReportsAllProblems(t *testing.T) {
	src := strings.NewReplacer("2026-11-25", "i går", "rekkefolge: 3", "rekkefolge: 0").Replace(whole)
	_, err := Parse(wholeName, []byte(src))
	if err == nil {
		t.Fatal("got no error")
	}
	for _, want := range []string{":6: publisert: ", ":8: rekkefolge: "} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("got\n%s\nwithout %q", err, want)
		}
	}
}

func TestParseFS(t *testing.T) {
	file := func(order string) *fstest.MapFile {
		return &fstest.MapFile{Data: []byte(strings.Replace(whole, "rekkefolge: 3\n", order, 1))}
	}
	fsys := fstest.MapFS{
		"mote-med-helsetjenesten/a.md":      file("rekkefolge: 10\n"),
		"mote-med-helsetjenesten/b.md":      file("rekkefolge: 9\n"),
		"mote-med-helsetjenesten/_index.md": file(""),
		"ta-vare-pa-deg-selv/z.md":          file("rekkefolge: 1\n"),
		"ta-vare-pa-deg-selv/z.en.md":       file("rekkefolge: 1\n"),
		"ta-vare-pa-deg-selv/z.nn.md":       file("rekkefolge: 1\n"),
		"SOURCES.md":                        {Data: []byte("not an article")},
	}
	articles, err := ParseFS(fsys)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, a := range articles {
		got = append(got, a.Language+a.Path())
	}
	want := []string{
		"nb/ta-vare-pa-deg-selv/z", "nn/ta-vare-pa-deg-selv/z", "en/ta-vare-pa-deg-selv/z", "nb/mote-med-helsetjenesten",
		"nb/mote-med-helsetjenesten/b", "nb/mote-med-helsetjenesten/a",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}

	fsys["ta-vare-pa-barna/v.nn.md"] = file("rekkefolge: 1\n")
	const orphan = "ta-vare-pa-barna/v.nn.md: slug: there is no article in bokmål to translate"
	if articles, err = ParseFS(fsys); articles != nil || err == nil || err.Error() != orphan {
		t.Fatalf("a translation alone: got %d articles and error %v, want %s", len(articles), err, orphan)
	}

	fsys["ta-vare-pa-barna/x.md"] = &fstest.MapFile{Data: []byte("x")}
	fsys["ta-vare-pa-barna/y.md"] = &fstest.MapFile{Data: []byte("y")}
	articles, err = ParseFS(fsys)
	if articles != nil || err == nil {
		t.Fatalf("with two broken files: got %d articles and error %v, want none and an error", len(articles), err)
	}
	for _, name := range []string{"ta-vare-pa-barna/x.md", "ta-vare-pa-barna/y.md"} {
		if !strings.Contains(err.Error(), name) {
			t.Errorf("error does not name %s:\n%s", name, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(whole))
	f.Add([]byte("---\n---\n"))
	f.Add([]byte("---\n- a\n---\nx"))
	f.Add([]byte(strings.Replace(whole, "tittel: ", "tittel: !!binary ", 1)))
	f.Add([]byte(strings.Replace(whole, "ord, to ord", "&a [&b [*b]], *a", 1)))
	f.Add([]byte(strings.Replace(whole, "---\n##", "...\n---\n##", 1)))
	for _, markdown := range hostile {
		f.Add([]byte(strings.Replace(whole, "Tekst.", markdown, 1)))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		a, err := Parse(wholeName, src)
		if err != nil {
			if !strings.HasPrefix(err.Error(), wholeName+":") {
				t.Errorf("error does not begin with the file: %v", err)
			}
			return
		}
		if a.Title == "" || a.Lead == "" || a.Published.IsZero() || a.Updated.Before(a.Published) || a.Order < 1 {
			t.Errorf("accepted, but not whole: %+v", a)
		}
		checkSafe(t, a)
	})
}

func TestKeyRef(t *testing.T) {
	for _, test := range []struct {
		key Key
		ref string
	}{
		{Key{Bokmal, "ta-vare-pa-barna", "test"}, "ta-vare-pa-barna/test"},
		{Key{Bokmal, "ta-vare-pa-barna", ""}, "ta-vare-pa-barna/"},
		{Key{Nynorsk, "ta-vare-pa-barna", ""}, "nn/ta-vare-pa-barna/"},
		{Key{English, "ta-vare-pa-barna", "test"}, "en/ta-vare-pa-barna/test"},
	} {
		if got := test.key.Ref(); got != test.ref {
			t.Errorf("ref of %v: got %s, want %s", test.key, got, test.ref)
		}
		if got := ParseRef(test.ref); got != test.key {
			t.Errorf("key of %s: got %v, want %v", test.ref, got, test.key)
		}
	}
}
