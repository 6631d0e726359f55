package store

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// drawOffering returns an offering whose fields are good, odd and wrong by turns.
func drawOffering(t *rapid.T, key string) directory.Offering {
	o := testOffering(key)
	text := func(label string, p *string, odd ...string) {
		odd = append(odd, "", " ", "\x00", "\xff", "æøå Kárášjohka", `\ " ' {} , NULL`, strings.Repeat("å", 601))
		if rapid.IntRange(0, 9).Draw(t, label+"?") == 0 {
			*p = rapid.OneOf(rapid.SampledFrom(odd), rapid.String()).Draw(t, label)
		}
	}
	texts := map[string]*string{
		"summary": &o.Summary, "description": &o.Description, "audience": &o.Audience, "bydel": &o.Coverage.Bydel,
		"opening": &o.OpeningText, "cost": &o.Cost.Text, "referral": &o.Referral.Text, "source": &o.Source.Title, "name": &o.Name,
		"keyword": &o.Keywords[0], "language": &o.Languages[0], "location": &o.Locations[0].Name, "street": &o.Locations[0].Street,
		"postal place": &o.Locations[0].PostalPlace, "hours": &o.Phones[0].Hours, "note": &o.Exceptions[0].Note,
	}
	for _, label := range []string{"summary", "description", "audience", "bydel", "opening", "cost", "referral", "source", "name",
		"keyword", "language", "location", "street", "postal place", "hours", "note"} {
		text(label, texts[label])
	}
	text("email", &o.Emails[0], "test@localhost", `"a b"@example.org`, "å@example.org", "a@b.c.", "a@[127.0.0.1]", "a@example..org")
	text("website", &o.Websites[0], "HTTP://example.org", "https://example.org/å b", "http://a.b", "https:// example.org")
	text("source url", &o.Source.URL, "https://example.org/\n", "//example.org")
	text("organization", &o.Organization.Name)
	phone, date := string(o.Phones[0].Number), string(o.Source.Date)
	text("phone", &phone, "+4782012345", "22222222", "+46812345", "+4702800", "02800", "113", "116123", "1881", "+0123456789", "+471")
	text("source date", &date, "2026", "0999-01", "2026-02-30", "2026-02-28", "3000", "10000")
	o.Phones[0].Number, o.Source.Date = directory.PhoneNumber(phone), directory.PartialDate(date)
	text("opens", &o.Schedules[0].Opens, "24:00", "00:00", "8:00", "23:59")
	text("closes", &o.Schedules[0].Closes, "24:00", "00:00", "24:01")
	text("exception opens", &o.Exceptions[1].Opens, "24:00", "00:00")
	seldom := func(label string) bool { return rapid.IntRange(0, 9).Draw(t, label+"?") == 0 }
	o.Schedules[1].Weekday = time.Weekday(rapid.IntRange(0, 6).Draw(t, "weekday"))
	if seldom("weekday") {
		o.Schedules[1].Weekday = rapid.SampledFrom([]time.Weekday{-1, 7}).Draw(t, "odd weekday")
	}
	if seldom("position") {
		odd := rapid.SampledFrom([]float64{59.9, 10.7, 57, 81, -10, 34, 0, math.NaN(), math.Inf(1), math.Copysign(0, -1)})
		o.Locations[0].Position = &region.Position{Lat: odd.Draw(t, "lat"), Lon: odd.Draw(t, "lon")}
	}
	day := time.Date(rapid.IntRange(2025, 2035).Draw(t, "year"), 1, 1, 0, 30, 0, 0, time.FixedZone("", 2*3600))
	o.Exceptions[0].Date = day
	if seldom("valid to") {
		o.Schedules[0].ValidTo = &day
	}
	o.Status = rapid.SampledFrom(directory.Statuses()).Draw(t, "status")
	if seldom("status") {
		o.Status = ""
	}
	if o.Status == directory.Closed || seldom("closed until") {
		o.ClosedUntil = &day
	}
	return o
}

// Whatever passes validation can be stored and comes back the same; whatever does not is
// told by field. The database never has to say no.
func TestValidationAndDatabaseAgree(t *testing.T) {
	s := openSeeded(t)
	n, kept := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		n++
		o := drawOffering(rt, fmt.Sprintf("annet/%d", n))
		got, err := s.CreateOffering(t.Context(), operator, "", o)
		var invalid directory.Invalid
		if errors.As(err, &invalid) {
			if o.Validate() == nil {
				rt.Fatalf("valid, but refused: %v", err)
			}
			return
		}
		if err != nil {
			rt.Fatalf("passed validation, but the database refused: %v", err)
		}
		kept++
		read, err := s.OfferingByID(t.Context(), got.ID)
		if err != nil {
			rt.Fatal(err)
		}
		if diff := cmp.Diff(stored(o, got), read); diff != "" {
			rt.Fatalf("as read (-want +got):\n%s", diff)
		}
		if read.Version != 1 {
			rt.Fatalf("version = %d", read.Version)
		}
		// Importing it again must see that it is equal.
		outcomes, err := s.ImportOfferings(t.Context(), importer, []directory.Offering{o})
		if err != nil || outcomes[0].Result != Unchanged {
			rt.Fatalf("importing the same: %+v, %v, want unchanged", outcomes, err)
		}
	})
	if kept < n/20 || kept == n {
		t.Errorf("%d of %d offerings were valid, which tries too little", kept, n)
	}
}
