package importer

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"

	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/upstream"
	"github.com/nasjonal-oversikt/oversikt/internal/upstreamtest"
)

// bringList is in the shape of Posten Bring's list. The places are made for this test.
const bringList = "0001\tPRØVEBY\t0301\tOSLO\tP\r\n8994\tPRØVEØY\t1804\tBODØ\tG\r\n9171\tPRØVEBYEN\t2100\tSVALBARD\tB\r\n"

func TestReadBring(t *testing.T) {
	windows, err := charmap.Windows1252.NewEncoder().String(bringList)
	if err != nil {
		t.Fatal(err)
	}
	want := []region.PostalCode{{Code: "0001", Place: "PRØVEBY", Kommune: "0301", Category: "P"}, {Code: "8994", Place: "PRØVEØY", Kommune: "1804", Category: "G"}, {Code: "9171", Place: "PRØVEBYEN", Category: "B"}}
	for name, content := range map[string]string{"windows": windows, "utf-8": bringList, "with a mark": "\ufeff" + bringList, "unix lines": strings.ReplaceAll(bringList, "\r", "")} {
		got, err := ReadBring("test", strings.NewReader(content))
		if err != nil || len(got) != len(want) {
			t.Errorf("%s: got %v, %v", name, got, err)
			continue
		}
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("%s: got %v, want %v", name, got[i], want[i])
			}
		}
	}
	for name, content := range map[string]string{
		"nothing": "", "a page": "<!doctype html>\n<p>Vedlikehold", "no tabs": strings.ReplaceAll(bringList, "\t", ";"),
		"a column more": strings.ReplaceAll(bringList, "\tG", "\tG\tny"), "swapped": "PRØVEBY\t0001\t0301\tOSLO\tP\n",
		"another category": strings.ReplaceAll(bringList, "\tG", "\tX"), "twice": bringList + bringList, "half a line": bringList[:len(bringList)-5],
	} {
		if got, err := ReadBring("test", strings.NewReader(content)); !upstream.IsShape(err) {
			t.Errorf("%s: got %v, %v; want an error that names the shape", name, got, err)
		}
	}
}

func FuzzReadBring(f *testing.F) {
	f.Add([]byte(bringList))
	f.Add([]byte("\xff\t\x00\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		list, err := ReadBring("fuzz", strings.NewReader(string(content)))
		for _, p := range list {
			if len(p.Code) != 4 || p.Place == "" {
				t.Errorf("read %v", p)
			}
		}
		if err == nil && len(list) == 0 {
			t.Error("an empty list is no list")
		}
	})
}

// The list is fetched as every register is: what passes is tried again, and what is no list
// is no list.
func TestFetchBring(t *testing.T) {
	s := upstreamtest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		w.Write([]byte(bringList))
	}))
	s.Next(upstreamtest.Status(429, "1"), upstreamtest.Status(503, ""), upstreamtest.Cut)
	got, err := FetchBring(t.Context(), s.Client(t, nil), BringPath)
	if err != nil || len(got) != 3 {
		t.Fatalf("got %v, %v", got, err)
	}
	for name, tc := range map[string]struct {
		fault upstreamtest.Fault
		is    func(error) bool
	}{
		"gone":           {upstreamtest.Status(404, ""), func(err error) bool { return upstream.IsStatus(err, 404) }},
		"ill":            {upstreamtest.Status(500, ""), func(err error) bool { return upstream.IsStatus(err, 500) }},
		"a page instead": {upstreamtest.Maintenance, upstream.IsShape},
		"always cut":     {upstreamtest.Cut, func(err error) bool { return errors.Is(err, upstream.ErrCut) }},
		"changed":        {upstreamtest.Changed("\t", ";"), upstream.IsShape},
	} {
		s.Always(tc.fault)
		if _, err := FetchBring(t.Context(), s.Client(t, nil), BringPath); err == nil || !tc.is(err) {
			t.Errorf("%s: error = %v", name, err)
		}
	}
}
