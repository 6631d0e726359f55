package register

import (
	"bytes"
	"compress/gzip"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/upstream"
)

func TestBrregFile(t *testing.T) {
	b := newBrregTest(t)
	byName := organization(t, b.store, "Prøvelaget for pårørende", "", "0301")
	organization(t, b.store, "Prøvetvillingen", "", "0301")
	organization(t, b.store, "Prøvestiftelsen", "", "0301") // is in another kommune there
	dir := t.TempDir()
	sub := organization(t, b.store, "Prøvekontoret i en underenhet", "111111006", "0301")
	report, err := b.brreg.File(t.Context(), "", dir)
	wantCounts(t, "file", report, err, [4]int{0, 2, 0, 0})
	if asked := b.at.Asked(); !slices.Equal(asked, []string{"/enheter/lastned", "/underenheter/lastned"}) {
		t.Errorf("asked for %v", asked)
	}
	if found, err := b.store.OrganizationsAfter(t.Context(), sub.ID-1, 1); err != nil || found[0].Website == "" {
		t.Errorf("of the sub-unit: got %+v, %v", found, err)
	}
	wantNote(t, report, "Prøvetvillingen: 2 units")
	found, err := b.store.OrganizationsAfter(t.Context(), byName.ID-1, 1)
	if err != nil || found[0].OrgNumber != "100000008" {
		t.Errorf("got %+v, %v", found, err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}

	before := wrote(t, b.store)
	for name, change := range map[string]func([]byte) []byte{
		"half a file":       func(b []byte) []byte { return b[:len(b)/2] },
		"without its end":   func(b []byte) []byte { return b[:len(b)-4] },
		"not packed":        func([]byte) []byte { return fixture(t, "brreg/enheter.json") },
		"another checksum":  func(b []byte) []byte { return append(b[:len(b)-5:len(b)-5], 1, 2, 3, 4, 5) },
		"a list of numbers": func([]byte) []byte { return packed(t, []byte(`[1,2,3]`)) },
		"an object":         func([]byte) []byte { return packed(t, []byte(`{"enheter":[]}`)) },
		"a unit without name": func([]byte) []byte {
			return packed(t, bytes.ReplaceAll(fixture(t, "brreg/enheter.json"), []byte(`"PRØVETVILLINGEN"`), []byte(`""`)))
		},
	} {
		file := filepath.Join(dir, "enheter.json.gz")
		if err := os.WriteFile(file, change(packed(t, fixture(t, "brreg/enheter.json"))), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := b.brreg.File(t.Context(), file, dir); !upstream.IsShape(err) && !errors.Is(err, upstream.ErrCut) {
			t.Errorf("%s: got %v, want an error of the file", name, err)
		}
		if after := wrote(t, b.store); after != before {
			t.Errorf("%s: %d revisions were written", name, after-before)
		}
	}
}

// What a search finds, the file has too, and it is told of the same way.
func TestBrregCandidatesOfFile(t *testing.T) {
	b := newBrregTest(t)
	add(t, b.store, directory.Offering{Key: "familievernkontor/her", Name: "Prøvekontoret som står her", Locations: []directory.Location{{Kommune: "0301"}}})
	b.brreg.Kommune = "0301"
	dir := t.TempDir()
	report, err := b.brreg.CandidatesFile(t.Context(), "familievernkontor", nil, "", dir)
	wantCounts(t, "candidates", report, err, [4]int{1, 0, 1, 0})
	if asked := b.at.Asked(); !slices.Equal(asked, []string{"/underenheter/lastned"}) {
		t.Errorf("asked for %v", asked)
	}
	if o := byKey(t, b.store, "enhetsregisteret/111111006"); o.Status != directory.Draft || !strings.HasSuffix(o.Source.URL, "/underenheter/111111006") {
		t.Errorf("got %+v", o)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	report, err = b.brreg.Candidates(t.Context(), "familievernkontor", nil)
	wantCounts(t, "by a search afterwards", report, err, [4]int{0, 0, 2, 0})

	b.brreg.Kommune = ""
	file := filepath.Join(dir, "underenheter.json.gz")
	if err := os.WriteFile(file, packed(t, fixture(t, "brreg/underenheter.json")), 0o600); err != nil {
		t.Fatal(err)
	}
	report, err = b.brreg.CandidatesFile(t.Context(), "helsestasjon", nil, file, dir)
	wantCounts(t, "none", report, err, [4]int{0, 0, 0, 0})
	wantNote(t, report, "no sub-unit has the codes 86.903, 86.942")

	whole := packed(t, fixture(t, "brreg/underenheter.json"))
	if err := os.WriteFile(file, whole[:len(whole)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	before := wrote(t, b.store)
	if _, err := b.brreg.CandidatesFile(t.Context(), "familievernkontor", nil, file, dir); !errors.Is(err, upstream.ErrCut) {
		t.Errorf("half a file: got %v", err)
	}
	if after := wrote(t, b.store); after != before {
		t.Errorf("half a file: %d revisions were written", after-before)
	}
}

func packed(t *testing.T, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	g := gzip.NewWriter(&out)
	if _, err := g.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := g.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
