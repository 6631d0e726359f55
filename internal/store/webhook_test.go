package store

import (
	"strconv"
	"testing"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// Who follows a kommune or a type hears of an offering that is for it, and of one that was.
func TestEverFollowed(t *testing.T) {
	s := openSeeded(t)
	stored := func(key string, c directory.Coverage) directory.Offering {
		o := testOffering(key)
		o.Coverage = c
		return create(t, s, o)
	}
	own := stored("annet/own", directory.Coverage{Kommuner: []region.Number{"1804"}})
	fylke := stored("annet/fylke", directory.Coverage{Fylker: []region.FylkeNumber{"18"}})
	country := stored("annet/country", directory.Coverage{National: true})
	other := stored("annet/other", directory.Coverage{Kommuner: []region.Number{"0301"}})
	moved := stored("annet/moved", directory.Coverage{Kommuner: []region.Number{"1804"}})
	moved.Coverage = directory.Coverage{Kommuner: []region.Number{"0301"}}
	if _, err := s.UpdateOffering(t.Context(), operator, "", moved); err != nil {
		t.Fatal(err)
	}
	var refs []string
	name := map[string]string{}
	for n, o := range map[string]directory.Offering{"own": own, "fylke": fylke, "country": country, "other": other, "moved": moved} {
		ref := strconv.FormatInt(o.ID, 10)
		refs, name[ref] = append(refs, ref), n
	}
	for _, tt := range []struct {
		kommuner []region.Number
		types    []string
		want     map[string]bool
	}{
		{nil, nil, map[string]bool{"own": true, "fylke": true, "country": true, "other": true, "moved": true}},
		{[]region.Number{"1804"}, nil, map[string]bool{"own": true, "fylke": true, "country": true, "moved": true}},
		{[]region.Number{"0301"}, nil, map[string]bool{"country": true, "other": true, "moved": true}},
		{[]region.Number{"1804", "0301"}, []string{own.Type}, map[string]bool{"own": true, "fylke": true, "country": true, "other": true, "moved": true}},
		{[]region.Number{"1804"}, []string{"finnes-ikke"}, map[string]bool{}},
	} {
		found, err := s.EverFollowed(t.Context(), refs, tt.kommuner, tt.types)
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]bool{}
		for ref := range found {
			got[name[ref]] = true
		}
		wantEqual(t, "followed by", tt.want, got)
	}
	if found, err := s.EverFollowed(t.Context(), nil, nil, nil); err != nil || len(found) != 0 {
		t.Errorf("of none: %v, %v", found, err)
	}
}

func TestWebhookOfEndedKommune(t *testing.T) {
	s := openProve(t)
	succeedWith(t, s, SuccessionOptions{Steps: merge})
	_, _, err := s.CreateWebhook(t.Context(), operator, Webhook{Name: "Prøve", URL: "https://example.org/", Kommuner: []region.Number{"1891"}}, func(string, Cursor) string { return "0-0-0" })
	wantInvalid(t, "a kommune that is no more", err, directory.Invalid{"kommuner": directory.MsgUnknown})
}

// newWebhook stores a webhook that follows the kommuner, or everything.
func newWebhook(t *testing.T, s *Store, kommuner ...region.Number) Webhook {
	t.Helper()
	w, _, err := s.CreateWebhook(t.Context(), operator, Webhook{Name: "Prøvemottaker", URL: "https://example.org/mottak", Kommuner: kommuner},
		func(string, Cursor) string { return "0-0-0" })
	if err != nil {
		t.Fatal(err)
	}
	return w
}
