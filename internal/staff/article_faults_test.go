package staff

import (
	"strings"
	"testing"

	"github.com/nasjonal-oversikt/oversikt/internal/article"
)

// Everything that can be wrong in an article is said in Norwegian.
func TestArticleFaults(t *testing.T) {
	faults := article.Faults()
	if len(faults) != len(articleWords) {
		t.Errorf("%d faults, words for %d", len(faults), len(articleWords))
	}
	for _, f := range faults {
		if articleWords[f] == "" {
			t.Errorf("no words for %q", f)
		}
	}
	_, err := article.Parse("ta-vare-pa-barna/test.md", []byte("---\ntittel: Test\ningress: Test\npublisert: i går\noppdatert: 2026-11-25\nrekkefolge: 1\nhvem: noen\n---\n"))
	got := articleFaults(err)
	for _, want := range []string{
		"Linje 4: «publisert» skal være en dato, som 2026-11-25. Der står «i går».",
		"Linje 7: «hvem» er ikke et felt her. Feltene er tittel, ingress,",
		"Linje 8: Teksten er tom.",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("got %q, want it to say %q", got, want)
		}
	}
	_, err = article.Parse("ta-vare-pa-barna/test.md", []byte("---\ntittel: [\n---\n\nTekst.\n"))
	if got := articleFaults(err); !strings.Contains(got, "kan ikke leses. Se etter kolon") {
		t.Errorf("of no YAML it says %q", got)
	}
}
