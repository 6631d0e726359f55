package view

import (
	"strings"
	"testing"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
)

func TestWordsAge(t *testing.T) {
	confirmed := time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)
	own := &directory.Offering{ConfirmedAt: &confirmed, Source: directory.Source{Title: "Test", Date: "2020"}}
	read := &directory.Offering{Source: directory.Source{Title: "Test", Date: "2026-03"}}
	undated := &directory.Offering{Source: directory.Source{Title: "Test"}, ChangedAt: confirmed}
	for _, c := range []struct {
		o        *directory.Offering
		day      time.Time
		ok       bool
		says     string
		saysFull string
	}{
		{own, confirmed.AddDate(1, 0, 0).Add(-time.Second), true, "Bekreftet av tilbudet 1. mars 2026.", "har bekreftet opplysningene 1. mars 2026."},
		{own, confirmed.AddDate(1, 0, 0), false, "Det er en stund siden", "spør om de fortsatt stemmer"},
		{own, confirmed.AddDate(2, 0, 0).Add(-time.Second), false, "Det er en stund siden", "spør om de fortsatt stemmer"},
		{own, confirmed.AddDate(2, 0, 0), false, "for lenge siden", "Ring og spør før du reiser."},
		{read, time.Date(2028, 2, 28, 0, 0, 0, 0, time.UTC), false, "Ikke bekreftet av tilbudet ennå.", "ikke selv bekreftet"},
		{read, time.Date(2028, 3, 2, 0, 0, 0, 0, time.UTC), false, "Det er lenge siden", "Ring og spør før du reiser."},
		{undated, confirmed.AddDate(9, 0, 0), false, "uten dato", "Kilden har ingen dato."},
	} {
		due := directory.OfferingType{}.Due(*c.o)
		for what, got := range map[string]Source{"note": SourceNote(page.Bokmal, c.o, due, c.day), "full": SourceFull(page.Bokmal, c.o, due, c.day)} {
			says := c.says
			if what == "full" {
				says = c.saysFull
			}
			if got.Confirmed != c.ok || !strings.Contains(got.Text, says) {
				t.Errorf("%s on %s: %+v, want %q", what, c.day.Format(time.DateOnly), got, says)
			}
		}
	}
}

// A source reads as a sentence whatever its title is, with dates as people write them.
func TestSourcesAreReadable(t *testing.T) {
	now := time.Date(2026, 11, 28, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		l          page.Language
		source     directory.Source
		note, full string
	}{
		{page.Bokmal, directory.Source{Title: "gjennomgang av frivillige organisasjoner mot Enhetsregisteret og egne nettsider (lest 2026-04-18)", Date: "2026-04-18"},
			"Kilde: gjennomgang av frivillige organisasjoner …, 18. april 2026.", "Kilde: gjennomgang av frivillige organisasjoner mot Enhetsregisteret og egne nettsider, 18. april 2026."},
		{page.Bokmal, directory.Source{Title: "PPT (lest 2026-08-30)", Date: "2026-08", URL: "https://example.org"},
			"Kilde: example.org, august 2026.", "Kilde: PPT (lest 30. august 2026), august 2026."},
		{page.Bokmal, directory.Source{Title: "kirkens-sos.no/telefon (lest 2026-08-13); nrk.no/osloogviken (2021-11)", Date: "2026-08-13"},
			"Kilde: kirkens-sos.no, 13. august 2026.", "Kilde: kirkens-sos.no/telefon; nrk.no/osloogviken (november 2021), 13. august 2026."},
		{page.English, directory.Source{Title: "PPT (lest 2026-08-30)", Date: "2026"}, "Source: PPT (read 30 August 2026), 2026.", "Source: PPT (read 30 August 2026), 2026."},
	} {
		o := &directory.Offering{Source: c.source}
		due := directory.OfferingType{}.Due(*o)
		if got := SourceNote(c.l, o, due, now).Text; !strings.HasPrefix(got, c.note) {
			t.Errorf("note of %q: %q, want %q", c.source.Title, got, c.note)
		}
		if got := SourceFull(c.l, o, due, now).Text; !strings.HasPrefix(got, c.full) {
			t.Errorf("of %q: %q, want %q", c.source.Title, got, c.full)
		}
	}
}

func TestUpperInitial(t *testing.T) {
	for text, want := range map[string]string{"": "", "døgnåpent": "Døgnåpent", "øyeblikkelig": "Øyeblikkelig", "8.30–15": "8.30–15", "Hverdager": "Hverdager"} {
		if got := UpperInitial(text); got != want {
			t.Errorf("UpperInitial(%q) = %q, want %q", text, got, want)
		}
	}
}
