package store

import (
	"errors"
	"testing"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
)

func TestPublicOfferings(t *testing.T) {
	s := openSeeded(t)
	var want, all []int64
	for _, status := range directory.Statuses() {
		o := testOffering("annet/" + string(status))
		o.Status = status
		o = create(t, s, o)
		all = append(all, o.ID)
		if o.Public() {
			want = append(want, o.ID)
		}
	}
	var got []int64
	collect := func(batch []directory.Offering) error {
		for _, o := range batch {
			got = append(got, o.ID)
			if len(o.Phones) != 2 || len(o.Locations) != 2 || o.Organization.Name == "" {
				t.Errorf("offering %d lacks its children: %+v", o.ID, o)
			}
		}
		return nil
	}
	if err := s.EachPublicOffering(t.Context(), collect); err != nil {
		t.Fatal(err)
	}
	wantEqual(t, "EachPublicOffering", want, got)

	stop := errors.New("stop")
	wantError(t, "EachPublicOffering", s.EachPublicOffering(t.Context(), func([]directory.Offering) error { return stop }), stop)

	counts, err := s.CountOfferings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	wantEqual(t, "CountOfferings", map[directory.Status]int{"utkast": 1, "publisert": 1, "stengt": 1, "arkivert": 1}, counts)

	byID, err := s.OfferingsByID(t.Context(), append(all, 4711))
	if err != nil {
		t.Fatal(err)
	}
	got = nil
	for _, o := range byID {
		got = append(got, o.ID)
	}
	wantEqual(t, "OfferingsByID", all, got)
}

// More than one batch, so that each has to go on where the last one ended.
func TestEachPublicOfferingInBatches(t *testing.T) {
	s := openSeeded(t)
	err := exec(t, s, `INSERT INTO offerings (key, type_code, name, coverage_national, source_title, confidence, status)
		SELECT 'annet/' || n, 'annet', 'Testtilbud', true, 'Testkilde', 'hoy', 'publisert' FROM generate_series(1, ?) n`, 2*offeringBatch+1)
	if err != nil {
		t.Fatal(err)
	}
	seen, batches := map[int64]bool{}, 0
	err = s.EachPublicOffering(t.Context(), func(batch []directory.Offering) error {
		batches++
		for _, o := range batch {
			seen[o.ID] = true
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	wantEqual(t, "offerings and batches", [2]int{2*offeringBatch + 1, 3}, [2]int{len(seen), batches})
}
