package checklist

import (
	"slices"
	"testing"

	"github.com/nasjonal-oversikt/oversikt/internal/article"
)

func TestAsked(t *testing.T) {
	every := []string{"tvungent-psykisk-helsevern", "barn-som-parorende", "behov-for-avlastning", "kontakt-med-parorende-i-journalen", "opplysninger-fra-parorende", "parorende-pa-poliklinikken"}
	for _, test := range []struct {
		language, text string
		want           []string
	}{
		{article.Bokmal, "sjekkliste", every},
		{article.Bokmal, "Sjekklister til oss", every},
		{article.Nynorsk, "sjekklista", every},
		{article.English, "checklists", every},
		{article.Bokmal, "sjekkliste avlastning", []string{"behov-for-avlastning"}},
		{article.Bokmal, "sjekkliste for tvang", []string{"tvungent-psykisk-helsevern"}},
		{article.English, "checklist respite", []string{"behov-for-avlastning"}},
		{article.Bokmal, "sjekkliste xyzzy", every},
		{article.Bokmal, "avlastning", nil},
		{article.Bokmal, "", nil},
	} {
		var got []string
		for _, l := range Asked(test.language, test.text) {
			got = append(got, l.Slug)
			if l.Language != test.language {
				t.Errorf("%q: %s is in %s", test.text, l.Slug, l.Language)
			}
		}
		slices.Sort(got)
		want := slices.Sorted(slices.Values(test.want))
		if !slices.Equal(got, want) {
			t.Errorf("%s %q: %q, want %q", test.language, test.text, got, want)
		}
	}
}
