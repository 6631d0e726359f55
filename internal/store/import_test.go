package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
)

// importAll imports the offerings and returns their results, "invalid" for a directory.Invalid.
func importAll(t *testing.T, s *Store, offerings ...directory.Offering) []Result {
	t.Helper()
	outcomes, err := s.ImportOfferings(t.Context(), importer, offerings)
	if err != nil {
		t.Fatal(err)
	}
	results := make([]Result, len(outcomes))
	for i, o := range outcomes {
		wantEqual(t, "key of outcome", offerings[i].Key, o.Key)
		results[i] = o.Result
		var invalid directory.Invalid
		switch {
		case errors.As(o.Err, &invalid):
			results[i] = "invalid"
		case o.Err != nil:
			t.Errorf("%s: %v", o.Key, o.Err)
		}
	}
	return results
}

func TestImportOfferings(t *testing.T) {
	s := openSeeded(t)
	var offerings []directory.Offering
	for i := range 2*importBatch + 3 {
		offerings = append(offerings, testOffering(fmt.Sprintf("annet/%d", i)))
	}
	bad := importBatch + 1
	offerings[bad].Type = "finnes_ikke"
	want := make([]Result, len(offerings))
	for i := range want {
		want[i] = Created
	}
	want[bad] = "invalid"
	wantEqual(t, "first import", want, importAll(t, s, offerings...))
	wantEqual(t, "offerings", len(offerings)-1, count(t, s, "offerings"))

	was := written(t, s)
	for i := range want {
		want[i] = Unchanged
	}
	want[bad] = "invalid"
	wantEqual(t, "second import", want, importAll(t, s, offerings...))
	wantEqual(t, "rows of history and feed after the second import", was, written(t, s))

	offerings[0].Phones = nil
	want[0] = Updated
	wantEqual(t, "third import", want, importAll(t, s, offerings...))
	o, err := s.OfferingByKey(t.Context(), offerings[0].Key)
	if err != nil {
		t.Fatal(err)
	}
	wantEqual(t, "phones and version", []any{0, 2}, []any{len(o.Phones), o.Version})
}

func TestImportRefusesAKeyTwice(t *testing.T) {
	s := openSeeded(t)
	wantEqual(t, "results", []Result{Created, "invalid"}, importAll(t, s, testOffering("annet/test"), testOffering("annet/test")))
}

func TestImportKeepsWhatOwnersSaid(t *testing.T) {
	s := openSeeded(t)
	confirmed, edited, archived, left := testOffering("annet/confirmed"), testOffering("annet/edited"), testOffering("annet/archived"), testOffering("annet/left")
	importAll(t, s, confirmed, edited, archived, left)

	byKey := func(key string) directory.Offering {
		o, err := s.OfferingByKey(t.Context(), key)
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
	o := byKey(confirmed.Key)
	if _, err := s.ConfirmOffering(t.Context(), importer, o.ID, o.Version); err != nil { // whoever it was that confirmed
		t.Fatal(err)
	}
	o = byKey(edited.Key)
	o.OpeningText = "døgnåpent"
	if _, err := s.UpdateOffering(t.Context(), operator, "", o); err != nil {
		t.Fatal(err)
	}
	o = byKey(archived.Key)
	o.Status = directory.Archived
	if _, err := s.UpdateOffering(t.Context(), operator, "lagt ned", o); err != nil {
		t.Fatal(err)
	}
	was := written(t, s)

	// The archived and the edited differ from the source already; the confirmed does not.
	wantEqual(t, "the same source", []Result{Unchanged, Kept, Kept, Unchanged}, importAll(t, s, confirmed, edited, archived, left))
	for _, o := range []*directory.Offering{&confirmed, &edited, &archived} {
		o.Name = "Nytt navn i kilden"
	}
	wantEqual(t, "a newer source", []Result{Kept, Kept, Kept, Unchanged}, importAll(t, s, confirmed, edited, archived, left))
	wantEqual(t, "rows of history and feed", was, written(t, s))

	keys, err := s.OfferingKeys(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	wantEqual(t, "OfferingKeys", []string{confirmed.Key, edited.Key, left.Key}, keys)
}

func TestOfferingKeysOfOthers(t *testing.T) {
	s := openSeeded(t)
	create(t, s, testOffering("annet/operatoren")) // no import brought it, so none can miss it
	keys, err := s.OfferingKeys(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	wantEqual(t, "OfferingKeys", 0, len(keys))
}

func TestImportPublishesADraft(t *testing.T) {
	s := openSeeded(t)
	o := testOffering("annet/test")
	o.Status, o.Confidence = directory.Draft, directory.Low
	importAll(t, s, o)
	o.Status, o.Confidence = directory.Published, directory.High
	wantEqual(t, "result", []Result{Updated}, importAll(t, s, o))
}

// Several rows of a source name one organization, and each says something of it.
func TestImportFillsOrganizations(t *testing.T) {
	s := openSeeded(t)
	first, second := testOffering("annet/en"), testOffering("annet/to")
	first.Organization = directory.Organization{Name: "Test"}
	second.Organization = directory.Organization{Name: "Test"}
	importAll(t, s, first, second)

	second.Organization.Website = "https://example.org"
	importAll(t, s, first, second)
	was := written(t, s)
	wantEqual(t, "third import", []Result{Unchanged, Unchanged}, importAll(t, s, first, second))
	wantEqual(t, "rows of history and feed", was, written(t, s))
	o, err := s.OfferingByKey(t.Context(), first.Key)
	if err != nil {
		t.Fatal(err)
	}
	wantEqual(t, "organization and version", []any{"https://example.org", 1}, []any{o.Organization.Website, o.Version})
}

func TestImportStopsWithItsContext(t *testing.T) {
	s := openSeeded(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.ImportOfferings(ctx, importer, []directory.Offering{testOffering("annet/test")}); !errors.Is(err, context.Canceled) {
		t.Errorf("ImportOfferings() error = %v, want context.Canceled", err)
	}
}

var testDigest = strings.Repeat("0f", 32)

func failIfCalled(t *testing.T) func(context.Context) error {
	return func(context.Context) error {
		t.Error("called")
		return nil
	}
}

func TestOncePerDigest(t *testing.T) {
	s := openStore(t)
	ctx := t.Context()
	failed := errors.New("failed")
	wantError(t, "OncePerDigest", s.OncePerDigest(ctx, importer, testDigest, func(context.Context) error { return failed }), failed)

	var calls atomic.Int64
	call := func(context.Context) error {
		calls.Add(1)
		return nil
	}
	var wg sync.WaitGroup
	errs := make([]error, 3)
	for i := range errs {
		wg.Go(func() { errs[i] = s.OncePerDigest(ctx, importer, testDigest, call) })
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	wantEqual(t, "calls of three programs", int64(1), calls.Load())

	// Other files, and then the first ones again.
	for _, digest := range []string{strings.Repeat("1e", 32), testDigest} {
		if err := s.OncePerDigest(ctx, importer, digest, call); err != nil {
			t.Fatal(err)
		}
	}
	wantEqual(t, "calls", int64(3), calls.Load())
	wantError(t, "OncePerDigest", s.OncePerDigest(ctx, auth.Actor{}, testDigest, failIfCalled(t)), auth.ErrForbidden)
}
