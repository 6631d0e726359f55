package directory

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// valid returns an offering in which every check has something to look at.
func valid() Offering {
	return Offering{
		Key: "annet/testtilbud", Type: "annet", Name: "Testtilbud",
		Coverage:   Coverage{Kommuner: []region.Number{"0301"}},
		Phones:     []Phone{{Number: "+4722222222", Purpose: PurposeHelpline}},
		Emails:     []string{"test@example.org"},
		Websites:   []string{"https://example.org/test"},
		Locations:  []Location{{PostalCode: "0155", Kommune: "0301", Position: &region.Position{Lat: 59.9, Lon: 10.7}}},
		Schedules:  []Schedule{{Weekday: time.Monday, Opens: "08:30", Closes: "24:00"}},
		Exceptions: []ScheduleException{{Closed: true}},
		Source:     Source{Title: "Testkilde", URL: "https://example.org", Date: "2026-04"},
		Confidence: High, Status: Published,
	}
}

func TestValidate(t *testing.T) {
	day := time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)
	before := day.AddDate(0, 0, -1)
	for _, tc := range []struct {
		name   string
		change func(*Offering)
		want   Invalid
	}{
		{"valid", func(*Offering) {}, nil},
		{"no name", func(o *Offering) { o.Name = " " }, Invalid{"name": MsgRequired}},
		{"long complaint", func(o *Offering) { o.Complaint = strings.Repeat("å", MaxDescription+1) }, Invalid{"complaint": MsgTooLong}},
		{"long name", func(o *Offering) { o.Name = strings.Repeat("å", MaxName+1) }, Invalid{"name": MsgTooLong}},
		{"name at the limit", func(o *Offering) { o.Name = strings.Repeat("å", MaxName) }, nil},
		{"NUL in description", func(o *Offering) { o.Description = "a\x00b" }, Invalid{"description": MsgFormat}},
		{"not UTF-8", func(o *Offering) { o.Summary = "\xff" }, Invalid{"summary": MsgFormat}},
		{"no source", func(o *Offering) { o.Source.Title = "" }, Invalid{"source": MsgRequired}},
		{"source date", func(o *Offering) { o.Source.Date = "i fjor" }, Invalid{"source_date": MsgFormat}},
		{"source address", func(o *Offering) { o.Source.URL = "example.org" }, Invalid{"source_url": MsgFormat}},
		{"no coverage", func(o *Offering) { o.Coverage = Coverage{} }, Invalid{"coverage": MsgRequired}},
		{"phone as typed", func(o *Offering) { o.Phones[0].Number = "22 22 22 22" }, Invalid{"phone": MsgFormat}},
		{"premium phone", func(o *Offering) { o.Phones[0].Number = "+4782012345" }, Invalid{"phone": MsgFormat}},
		{"phone purpose", func(o *Offering) { o.Phones[0].Purpose = "faks" }, Invalid{"phone_purpose": MsgUnknown}},
		{"email", func(o *Offering) { o.Emails = []string{"Test <test@example.org>"} }, Invalid{"email": MsgFormat}},
		{"website", func(o *Offering) { o.Websites = []string{"javascript:alert(1)"} }, Invalid{"website": MsgFormat}},
		{"website with a password", func(o *Offering) { o.Websites = []string{"https://a:b@example.org"} }, Invalid{"website": MsgFormat}},
		{"postnummer", func(o *Offering) { o.Locations[0].PostalCode = "155" }, Invalid{"postal_code": MsgFormat}},
		{"position swapped", func(o *Offering) { o.Locations[0].Position = &region.Position{Lat: 10.7, Lon: 59.9} }, Invalid{"position": MsgFormat}},
		{"hours backwards", func(o *Offering) { o.Schedules[0].Closes = "08:00" }, Invalid{"schedule": MsgPeriod}},
		{"hours as words", func(o *Offering) { o.Schedules[0].Opens = "halv ni" }, Invalid{"schedule": MsgFormat}},
		{"no such hour", func(o *Offering) { o.Schedules[0].Opens = "24:30" }, Invalid{"schedule": MsgFormat}},
		{"period backwards", func(o *Offering) { o.Schedules[0].ValidFrom, o.Schedules[0].ValidTo = &day, &before }, Invalid{"schedule": MsgPeriod}},
		{"exception without hours", func(o *Offering) { o.Exceptions[0].Closed = false }, Invalid{"exception": MsgFormat}},
		{"unknown status", func(o *Offering) { o.Status = "borte" }, Invalid{"status": MsgUnknown}},
		{"unknown confidence", func(o *Offering) { o.Confidence = "" }, Invalid{"confidence": MsgUnknown}},
		{"closed until while open", func(o *Offering) { o.ClosedUntil = &day }, Invalid{"closed_until": MsgFormat}},
		{"unknown accessibility", func(o *Offering) { o.Accessibility = []Accessibility{"heis"} }, Invalid{"accessibility": MsgUnknown}},
		{"key with a blank", func(o *Offering) { o.Key = "annet/test tilbud" }, Invalid{"key": MsgFormat}},
		{"empty keyword", func(o *Offering) { o.Keywords = []string{"kurs", ""} }, Invalid{"keywords": MsgRequired}},
		{"source date before there were sources", func(o *Offering) { o.Source.Date = "0026" }, Invalid{"source_date": MsgFormat}},
		{"email without a domain", func(o *Offering) { o.Emails = []string{"test@localhost"} }, Invalid{"email": MsgFormat}},
		{"website in capitals", func(o *Offering) { o.Websites = []string{"HTTPS://example.org"} }, Invalid{"website": MsgFormat}},
		{"position is no number", func(o *Offering) { o.Locations[0].Position.Lat = math.NaN() }, Invalid{"position": MsgFormat}},
		{"eighth weekday", func(o *Offering) { o.Schedules[0].Weekday = 7 }, Invalid{"schedule": MsgFormat}},
		{"closed with hours", func(o *Offering) { o.Exceptions[0].Opens = "08:00" }, Invalid{"exception": MsgFormat}},
		{"exception twice", func(o *Offering) { o.Exceptions = append(o.Exceptions, o.Exceptions[0]) }, Invalid{"exception": MsgDuplicate}},
		{"organization without a name", func(o *Offering) { o.Organization.Kind = KindState }, Invalid{"organization": MsgRequired}},
		{"organization kind", func(o *Offering) { o.Organization = Organization{Name: "Test", Kind: "sekt"} }, Invalid{"organization_kind": MsgUnknown}},
		{"organization number", func(o *Offering) { o.Organization = Organization{Name: "Test", OrgNumber: "958935421"} }, Invalid{"organization_number": MsgFormat}},
		{"organization website", func(o *Offering) { o.Organization = Organization{Name: "Test", Website: "example.org"} }, Invalid{"organization_website": MsgFormat}},
		{"several at once", func(o *Offering) { o.Name, o.Type = "", "" }, Invalid{"name": MsgRequired, "type": MsgRequired}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			o := valid()
			tc.change(&o)
			var got Invalid
			if err := o.Validate(); err != nil && !errors.As(err, &got) {
				t.Fatalf("Validate() = %v, want an Invalid", err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("Validate() (-want +got):\n%s", diff)
			}
		})
	}
}

func TestInvalidErrorIsSorted(t *testing.T) {
	got := Invalid{"b": MsgFormat, "a": MsgRequired}.Error()
	if want := "invalid: a: required, b: format"; got != want {
		t.Errorf("Error() = %q, want %q", got, want)
	}
}

func TestCoverageReach(t *testing.T) {
	for _, tc := range []struct {
		name     string
		coverage Coverage
		kommune  region.Number
		want     Reach
		level    Level
	}{
		{"own", Coverage{Kommuner: []region.Number{"0301"}}, "0301", ByOwn, LevelKommune},
		{"shared", Coverage{Kommuner: []region.Number{"1804", "1835"}}, "1835", ByShared, LevelKommune},
		{"another kommune", Coverage{Kommuner: []region.Number{"1804"}}, "0301", NotCovered, LevelKommune},
		{"fylke", Coverage{Fylker: []region.FylkeNumber{"18"}}, "1804", ByFylke, LevelFylke},
		{"another fylke", Coverage{Fylker: []region.FylkeNumber{"18"}}, "0301", NotCovered, LevelFylke},
		{"named beside the fylke", Coverage{Fylker: []region.FylkeNumber{"18"}, Kommuner: []region.Number{"1511"}}, "1511", ByShared, LevelFylke},
		{"nation", Coverage{National: true}, "5636", ByNational, LevelNational},
		{"nothing", Coverage{}, "0301", NotCovered, LevelKommune},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := tc.coverage.Reach(tc.kommune); got != tc.want {
				t.Errorf("Reach(%s) = %d, want %d", tc.kommune, got, tc.want)
			}
			if got := tc.coverage.Level(); got != tc.level {
				t.Errorf("Level() = %q, want %q", got, tc.level)
			}
		})
	}
}

func TestCanBecome(t *testing.T) {
	for _, tc := range []struct {
		from, to Status
		want     bool
	}{
		{Draft, Published, true},
		{Published, Closed, true},
		{Closed, Published, true},
		{Published, Archived, true},
		{Archived, Draft, true},
		{Published, Published, true},
		{Archived, Published, false}, // back by way of a draft that someone looks at
		{Draft, Closed, false},
		{"borte", Published, false},
	} {
		if got := tc.from.CanBecome(tc.to); got != tc.want {
			t.Errorf("%s.CanBecome(%s) = %v, want %v", tc.from, tc.to, got, tc.want)
		}
	}
}

func TestOfferingKommune(t *testing.T) {
	o := Offering{Locations: []Location{{Street: "Testveien 1"}, {Kommune: "1804"}}}
	if got := o.Kommune(); got != "1804" {
		t.Errorf("Kommune() = %q, want 1804", got)
	}
	if got := (Offering{}).Kommune(); got != "" {
		t.Errorf("Kommune() of an offering without a door = %q, want none", got)
	}
}

func TestPublic(t *testing.T) {
	for status, want := range map[Status]bool{Draft: false, Published: true, Closed: true, Archived: false} {
		if got := (Offering{Status: status}).Public(); got != want {
			t.Errorf("Public() with status %s = %v, want %v", status, got, want)
		}
	}
}
