package page

import (
	"strings"
	"testing"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

func TestPaths(t *testing.T) {
	offering := func(id int64, name string) string { return OfferingPath(&directory.Offering{ID: id, Name: name}) }
	for _, tc := range []struct{ got, want string }{
		{KommunePath(region.Kommune{Number: "0301", Name: "Oslo", OtherNames: []string{"Oslove"}}), "/kommune/0301-oslo"},
		{KommunePath(region.Kommune{Number: "1818", Name: "Herøy", FylkeName: "Nordland", Ambiguous: true}), "/kommune/1818-heroy"},
		{FylkePath(region.Fylke{Number: "15", Name: "Møre og Romsdal"}), "/fylke/15-more-og-romsdal"},
		{offering(42, "Testtilbud på Ås"), "/tilbud/42-testtilbud-pa-as"},
		{offering(42, "???"), "/tilbud/42"},
		{offering(42, `a/b?c#d%e"f<g>&h`), "/tilbud/42-a-b-c-d-e-f-g-h"},
		{offering(1<<40, "../../etc"), "/tilbud/1099511627776-etc"},
	} {
		if tc.got != tc.want {
			t.Errorf("path = %q, want %q", tc.got, tc.want)
		}
	}
}

// An address can be read aloud and pasted into a mail, whatever a name holds.
func FuzzOfferingPath(f *testing.F) {
	for _, s := range []string{"Test", "", "æøå ÆØÅ", "Guovdageaidnu – Kautokeino", "\x00\xff", strings.Repeat("å-", 200)} {
		f.Add(int64(1), s)
	}
	f.Fuzz(func(t *testing.T, id int64, name string) {
		got := OfferingPath(&directory.Offering{ID: id, Name: name})
		rest, ok := strings.CutPrefix(got, "/tilbud/")
		if !ok || strings.Trim(rest, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" || strings.HasSuffix(rest, "-") || len(got) > 120 {
			t.Errorf("path of %d %q = %q", id, name, got)
		}
	})
}

func TestParent(t *testing.T) {
	front := Crumb{"Forsiden", "/"}
	for _, tc := range []struct {
		name   string
		crumbs []Crumb
		want   Crumb
	}{
		{"none", nil, Crumb{}},
		{"the front page", []Crumb{front}, Crumb{}},
		{"below the front page", []Crumb{front, {"Kommuner", "/kommuner"}}, front},
		{"further below", []Crumb{front, {"Kommuner", "/kommuner"}, {"Oslo", "/kommune/0301-oslo"}}, Crumb{"Kommuner", "/kommuner"}},
	} {
		if got := (Meta{Crumbs: tc.crumbs}).Parent(); got != tc.want {
			t.Errorf("%s: parent = %v, want %v", tc.name, got, tc.want)
		}
	}
}
