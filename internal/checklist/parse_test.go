package checklist

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/nasjonal-oversikt/oversikt/internal/article"
)

// whole is a list with nothing wrong.
const whole = `tittel: Tittel
formal: Formål.
for_hvem: For deg.
hjelper: barn
rekkefolge: 1
publisert: 2026-11-26
oppdatert: 2026-11-26
parorende:
  - overskrift: Før
    punkter:
      - {id: p1, kryss: Gjør dette., lov: [https://lovdata.no/lov/1]}
      - {id: p2, felt: Skriv her, linjer: 2}
helsepersonell:
  - overskrift: Nå
    punkter:
      - {id: h1, kryss: Gjør det., hjelp: Slik.}
lover:
  - {tekst: loven § 1, url: https://lovdata.no/lov/1}
`

func TestParse(t *testing.T) {
	l, err := Parse("en-liste.nn.yaml", []byte(whole))
	if err != nil {
		t.Fatal(err)
	}
	if l.Language != article.Nynorsk || l.Slug != "en-liste" || l.Path() != "/sjekklister/en-liste" {
		t.Errorf("got %s %s %s", l.Language, l.Slug, l.Path())
	}
	if items := l.Items(); len(items) != 3 || items[1].Text() != "Skriv her" || items[2].Help != "Slik." {
		t.Errorf("items %+v", items)
	}
}

func TestParseRefuses(t *testing.T) {
	for _, tc := range []struct{ name, from, to, want string }{
		{"an unknown field", "tittel:", "titel:", "titel"},
		{"no title", "tittel: Tittel", "tittel: ''", "tittel is empty"},
		{"another kind", "hjelper: barn", "hjelper: alle", "hjelper"},
		{"no place", "rekkefolge: 1", "rekkefolge: 0", "rekkefolge"},
		{"an update before it was published", "oppdatert: 2026-11-26", "oppdatert: 2026-11-25", "before publisert"},
		{"an id twice", "id: p2", "id: p1", `"p1" is used twice`},
		{"an id of the other part", "id: h1", "id: p3", "is not h and a number"},
		{"a box that is a field", "felt: Skriv her", "felt: Skriv her, kryss: Kryss", "p2 is not either"},
		{"a field without room", ", linjer: 2", "", "p2: linjer"},
		{"a field of a page", "linjer: 2", "linjer: 60", "p2: linjer"},
		{"a law that is not named", "lov: [https://lovdata.no/lov/1]", "lov: [https://lovdata.no/lov/2]", "is not among lover"},
		{"a law without https", "url: https://lovdata.no/lov/1", "url: lovdata.no", "no https address"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := Parse("x.yaml", []byte(strings.Replace(whole, tc.from, tc.to, 1)))
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want %q", err, tc.want)
			}
		})
	}
	if _, err := Parse("Stor_Feil.yaml", []byte(whole)); err == nil {
		t.Error("a slug with capitals is taken")
	}
}

func TestParseFSOrders(t *testing.T) {
	second := strings.Replace(whole, "rekkefolge: 1", "rekkefolge: 2", 1)
	lists, err := ParseFS(fstest.MapFS{
		"a.yaml": {Data: []byte(second)}, "b.en.yaml": {Data: []byte(whole)}, "b.yaml": {Data: []byte(whole)},
	})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, l := range lists {
		got = append(got, l.Slug+" "+l.Language)
	}
	if want := "b nb, b en, a nb"; strings.Join(got, ", ") != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestUntranslatedIsInBokmal(t *testing.T) {
	if l, ok := BySlug("barn-som-parorende", "xx"); !ok || l.Language != article.Bokmal {
		t.Errorf("got %s, %v", l.Language, ok)
	}
	if _, ok := BySlug("finnes-ikke", article.Bokmal); ok {
		t.Error("a list that is not there is found")
	}
}
