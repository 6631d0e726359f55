package store

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// oddities are ways in which an offering may be unusual or wrong.
var oddities = map[string]func(*rapid.T, *directory.Offering){
	"summary":           func(t *rapid.T, o *directory.Offering) { oddText(t, &o.Summary) },
	"description":       func(t *rapid.T, o *directory.Offering) { oddText(t, &o.Description) },
	"audience":          func(t *rapid.T, o *directory.Offering) { oddText(t, &o.Audience) },
	"bydel":             func(t *rapid.T, o *directory.Offering) { oddText(t, &o.Coverage.Bydel) },
	"opening text":      func(t *rapid.T, o *directory.Offering) { oddText(t, &o.OpeningText) },
	"cost":              func(t *rapid.T, o *directory.Offering) { oddText(t, &o.Cost.Text) },
	"referral":          func(t *rapid.T, o *directory.Offering) { oddText(t, &o.Referral.Text) },
	"complaint":         func(t *rapid.T, o *directory.Offering) { oddText(t, &o.Complaint) },
	"source":            func(t *rapid.T, o *directory.Offering) { oddText(t, &o.Source.Title) },
	"name":              func(t *rapid.T, o *directory.Offering) { oddText(t, &o.Name) },
	"keyword":           func(t *rapid.T, o *directory.Offering) { oddText(t, &o.Keywords[0]) },
	"language":          func(t *rapid.T, o *directory.Offering) { oddText(t, &o.Languages[0]) },
	"location name":     func(t *rapid.T, o *directory.Offering) { oddText(t, &o.Locations[0].Name) },
	"street":            func(t *rapid.T, o *directory.Offering) { oddText(t, &o.Locations[0].Street) },
	"postal place":      func(t *rapid.T, o *directory.Offering) { oddText(t, &o.Locations[0].PostalPlace) },
	"phone hours":       func(t *rapid.T, o *directory.Offering) { oddText(t, &o.Phones[0].Hours) },
	"exception note":    func(t *rapid.T, o *directory.Offering) { oddText(t, &o.Exceptions[0].Note) },
	"organization":      func(t *rapid.T, o *directory.Offering) { oddText(t, &o.Organization.Name) },
	"organization site": func(t *rapid.T, o *directory.Offering) { oddText(t, &o.Organization.Website, "https://example.org") },
	"source address": func(t *rapid.T, o *directory.Offering) {
		oddText(t, &o.Source.URL, "https://example.org/\n", "//example.org")
	},
	"organization kind": func(t *rapid.T, o *directory.Offering) { oddText(t, (*string)(&o.Organization.Kind), "stat") },
	"confidence":        func(t *rapid.T, o *directory.Offering) { oddText(t, (*string)(&o.Confidence), "lav") },
	"accessibility":     func(t *rapid.T, o *directory.Offering) { oddText(t, (*string)(&o.Accessibility[0]), "teleslynge") },
	"phone purpose":     func(t *rapid.T, o *directory.Offering) { oddText(t, (*string)(&o.Phones[0].Purpose), "tekstmelding") },
	"exception opens":   func(t *rapid.T, o *directory.Offering) { oddText(t, &o.Exceptions[1].Opens, "24:00", "00:00") },
	"schedule opens":    func(t *rapid.T, o *directory.Offering) { oddText(t, &o.Schedules[0].Opens, "24:00", "00:00", "8:00") },
	"schedule closes": func(t *rapid.T, o *directory.Offering) {
		oddText(t, &o.Schedules[0].Closes, "24:00", "00:00", "24:01", "23:59")
	},
	"closed, with hours": func(t *rapid.T, o *directory.Offering) { oddText(t, &o.Exceptions[0].Closes, "12:00") },
	"email": func(t *rapid.T, o *directory.Offering) {
		oddText(t, &o.Emails[0], "test@localhost", `"a b"@example.org`, "å@example.org", "a@b.c.", "a@[127.0.0.1]", "a@example..org")
	},
	"website": func(t *rapid.T, o *directory.Offering) {
		oddText(t, &o.Websites[0], "HTTP://example.org", "https://example.org/å b", "http://a.b", "https:// example.org")
	},
	"organization number": func(t *rapid.T, o *directory.Offering) {
		oddText(t, (*string)(&o.Organization.OrgNumber), "958935420", "958 935 420", "958935421")
	},
	"phone": func(t *rapid.T, o *directory.Offering) {
		oddText(t, (*string)(&o.Phones[0].Number), "+4782012345", "22222222", "+46812345", "+4702800", "02800", "113", "116123", "1881", "+0123456789", "+471")
	},
	"source date": func(t *rapid.T, o *directory.Offering) {
		oddText(t, (*string)(&o.Source.Date), "2026", "0999-01", "2026-02-30", "2026-02-28", "3000", "10000")
	},
	"status": func(t *rapid.T, o *directory.Offering) {
		o.Status = rapid.SampledFrom(append(directory.Statuses(), "")).Draw(t, "status")
	},
	"closed until": func(t *rapid.T, o *directory.Offering) {
		o.ClosedUntil = oddDay(t)
		o.Status = rapid.SampledFrom([]directory.Status{directory.Closed, directory.Published}).Draw(t, "status")
	},
	"weekday": func(t *rapid.T, o *directory.Offering) {
		o.Schedules[1].Weekday = time.Weekday(rapid.IntRange(-1, 7).Draw(t, "weekday"))
	},
	"valid to":       func(t *rapid.T, o *directory.Offering) { o.Schedules[0].ValidTo = oddDay(t) },
	"exception date": func(t *rapid.T, o *directory.Offering) { o.Exceptions[0].Date = *oddDay(t) },
	"position": func(t *rapid.T, o *directory.Offering) {
		degrees := rapid.SampledFrom([]float64{59.9, 10.7, 57, 81, -10, 34, 0, math.NaN(), math.Inf(1), math.Copysign(0, -1)})
		o.Locations[0].Position = &region.Position{Lat: degrees.Draw(t, "lat"), Lon: degrees.Draw(t, "lon")}
	},
}

// oddText writes something unusual over the text, of those given or of any.
func oddText(t *rapid.T, p *string, odd ...string) {
	odd = append(odd, "", " ", "\x00", "\xff", "æøå Kárášjohka", `\ " ' {} , NULL`, strings.Repeat("å", 601))
	*p = rapid.OneOf(rapid.SampledFrom(odd), rapid.String()).Draw(t, "text")
}

// oddDay returns a day that is a time, and in another zone.
func oddDay(t *rapid.T) *time.Time {
	d := time.Date(rapid.IntRange(2025, 2027).Draw(t, "year"), 1, 1, 0, 30, 0, 0, time.FixedZone("", 2*3600))
	return &d
}

// drawOffering returns an offering with up to three oddities.
func drawOffering(t *rapid.T, key string) directory.Offering {
	o := testOffering(key)
	labels := rapid.SliceOfN(rapid.SampledFrom(slices.Sorted(maps.Keys(oddities))), 0, 3)
	for _, label := range labels.Draw(t, "oddities") {
		oddities[label](t, &o)
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
		want := stored(o, got)
		if want.Organization.Name == got.Organization.Name {
			want.Organization = got.Organization // which an earlier one may have said more of
		}
		if diff := cmp.Diff(want, read); diff != "" {
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
