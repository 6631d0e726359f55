package api

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// What is read and sent back says the same, whatever the offering says.
func TestReadAndSentBack(t *testing.T) {
	_, index := newTestApp(t)
	a := New(Deps{View: index.View, BaseURL: testURL})
	for i := range uint64(1000) {
		o := anyOffering(rand.New(rand.NewPCG(i, 0)))
		public := o
		public.Locations = openLocations(o.Locations)
		body, err := json.Marshal(a.offering(index.View(), &public))
		if err != nil {
			t.Fatal(err)
		}
		var in offeringInput
		if err := json.Unmarshal(body, &in); err != nil {
			t.Fatalf("%v: %s", err, body)
		}
		got, errs := in.apply(o)
		if diff := cmp.Diff(o, got, cmpopts.EquateEmpty()); diff != "" || len(errs) > 0 {
			t.Fatalf("offering %d: %v (-stored +sent back):\n%s\n%s", i, errs, diff, body)
		}
		// Nothing of it came from what was stored, but what a body cannot say.
		other := directory.Offering{
			ID: o.ID, UUID: o.UUID, Key: o.Key, Organization: o.Organization, Locations: o.Locations, Confidence: o.Confidence,
			ConfirmedAt: o.ConfirmedAt, ChangedAt: o.ChangedAt, Version: o.Version, Name: "Et annet", Summary: "Noe annet.",
			Phones: []directory.Phone{{Number: "116111"}}, Coverage: directory.Coverage{National: true}, ClosedUntil: &o.ChangedAt,
		}
		got, _ = in.apply(other)
		if diff := cmp.Diff(o, got, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("offering %d over another (-stored +sent):\n%s", i, diff)
		}
	}
}

// anyOffering returns an offering with fields filled in or left out at random.
func anyOffering(r *rand.Rand) directory.Offering {
	sometimes := func(s string) string {
		if r.IntN(2) == 0 {
			return ""
		}
		return s
	}
	some := func(all ...string) []string { return all[:r.IntN(len(all)+1)] }
	day := func() *time.Time {
		if r.IntN(2) == 0 {
			return nil
		}
		d := time.Date(2000+r.IntN(100), 1, 1+r.IntN(365), 0, 0, 0, 0, time.UTC)
		return &d
	}
	o := directory.Offering{
		ID: r.Int64N(1000) + 1, Key: "test/test", Type: "ppt", Name: "Test \"<&\u2028 " + sometimes("mer"), Version: r.IntN(9) + 1, Confidence: directory.Medium,
		Organization: directory.Organization{ID: 7, Name: sometimes("Testorganisasjonen"), OrgNumber: directory.OrgNumber(sometimes("000000000"))},
		Summary:      sometimes("En setning."), Description: sometimes("Et avsnitt.\n\nEt til."), Audience: sometimes("testere"), Keywords: some("b", "a", "å"),
		TargetGroups: some("barn", "voksne"), Topics: some("rus"), Formats: some("samtale"),
		Coverage: directory.Coverage{National: r.IntN(3) == 0, Bydel: sometimes("Testbydelen")},
		Emails:   some("a@example.org", "b@example.org"), Websites: some("https://example.org/", "https://example.org/b"),
		OpeningText: sometimes("hverdager"), Languages: some("nb", "se"),
		Cost:     directory.Cost{Kind: directory.CostKind(sometimes("gratis")), Text: sometimes("Gratis.")},
		Referral: directory.Referral{Kind: directory.ReferralKind(sometimes("sok")), Text: sometimes("Søk.")}, Complaint: sometimes("Send klagen.\n\nTil oss."),
		Source: directory.Source{Title: "Testkilde", URL: sometimes("https://example.org/kilde"), Date: directory.PartialDate(sometimes("2026-04"))},
		Status: directory.Statuses()[r.IntN(4)], ClosedUntil: day(), ConfirmedAt: day(), ChangedAt: time.Date(2026, 1, 1, 1, 1, 1, 0, time.UTC),
	}
	if o.Organization.Name == "" {
		o.Organization = directory.Organization{}
	}
	for _, n := range some("0301", "3205") {
		o.Coverage.Kommuner = append(o.Coverage.Kommuner, region.Number(n))
	}
	for _, n := range some("03", "15") {
		o.Coverage.Fylker = append(o.Coverage.Fylker, region.FylkeNumber(n))
	}
	for _, x := range some("rullestol", "trinnfritt") {
		o.Accessibility = append(o.Accessibility, directory.Accessibility(x))
	}
	for range r.IntN(4) {
		l := directory.Location{Name: sometimes("Testhuset"), Street: sometimes("Testveien 1"), PostalCode: directory.PostalCode(sometimes("0155")),
			PostalPlace: sometimes("Oslo"), Kommune: region.Number(sometimes("0301")), Confidential: r.IntN(3) == 0}
		if r.IntN(2) == 0 {
			l.Position = &region.Position{Lat: 57 + 24*r.Float64(), Lon: -10 + 44*r.Float64()}
		}
		if l != (directory.Location{Confidential: l.Confidential}) {
			o.Locations = append(o.Locations, l)
		}
	}
	for _, n := range some("116123", "+4722222222", "+46812345678", "113", "02800") {
		o.Phones = append(o.Phones, directory.Phone{Number: directory.PhoneNumber(n), Purpose: directory.PhonePurpose(sometimes("sentralbord")), Hours: sometimes("9–15")})
	}
	for range r.IntN(3) {
		o.Schedules = append(o.Schedules, directory.Schedule{Weekday: time.Weekday(r.IntN(7)), Opens: "08:00", Closes: "24:00", ValidFrom: day(), ValidTo: day()})
		closed := r.IntN(2) == 0
		e := directory.ScheduleException{Date: time.Date(2026, 1, 1+r.IntN(365), 0, 0, 0, 0, time.UTC), Closed: closed, Note: sometimes("fri")}
		if !closed {
			e.Opens, e.Closes = "10:00", "11:00"
		}
		o.Exceptions = append(o.Exceptions, e)
	}
	return o
}

// Whatever JSON is sent is taken apart without a panic, and what the schema takes has no
// place that is wrong but those that are named.
func FuzzBody(f *testing.F) {
	f.Add(`{"navn":"Test","type":{"kode":"ppt"},"dekning":{"niva":"nasjonal"},"apningstider":{"uke":[{"dag":"helg"}],"unntak":[{"dato":"x"}]}}`)
	f.Add(`{"navn":1,"telefon":[null,{"nummer":null}],"adresse":[],"posisjon":null,"dekning":{"kommuner":[{}]},"stengt_til":"0000-01-01"}`)
	f.Add(`[]`)
	f.Fuzz(func(t *testing.T, body string) {
		var in sentOffering
		if !json.Valid([]byte(body)) {
			return
		}
		if err := json.Unmarshal([]byte(body), &in); err != nil {
			t.Fatalf("%v: %s", err, body)
		}
		r := huma.NewMapRegistry(schemaPrefix, schemaName)
		o, errs := in.apply(directory.Offering{})
		var v directory.Invalid
		if err := o.Validate(); err != nil && !errors.As(err, &v) {
			t.Fatal(err)
		}
		for _, e := range invalid(v, append(in.against(r), errs...)).Errors {
			if e.Message == "" || !within(e.Location, "body") {
				t.Errorf("%q at %q: %s", e.Message, e.Location, body)
			}
		}
	})
}
