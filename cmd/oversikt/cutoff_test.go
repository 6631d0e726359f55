package main

import (
	"strings"
	"testing"

	"github.com/nasjonal-oversikt/oversikt/internal/importer"
	"github.com/nasjonal-oversikt/oversikt/internal/register"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

// An import that an error cut off says what became of it, and never that it did nothing as if
// there had been nothing to do.
func TestImportsThatAreCutOff(t *testing.T) {
	some := importer.KommuneReport{SuccessionReport: store.SuccessionReport{Carried: make([]store.Carried, 2)}}
	const none, rest = "cut off before anything was", "give the same command again"
	for name, c := range map[string]struct {
		print func(w *strings.Builder)
		want  []string
		never string
	}{
		"kommuner, at once":     {func(w *strings.Builder) { printKommuner(w, importer.KommuneReport{}, false, true) }, []string{none + " carried out"}, "Carried out: 0"},
		"kommuner, later":       {func(w *strings.Builder) { printKommuner(w, some, false, true) }, []string{"What was carried out", rest, "Carried out: 2"}, none},
		"kommuner, a dry run":   {func(w *strings.Builder) { printKommuner(w, some, true, true) }, []string{none, "Would be carried out: 2"}, rest},
		"kommuner, to its end":  {func(w *strings.Builder) { printKommuner(w, importer.KommuneReport{}, false, false) }, []string{"Carried out: 0"}, "cut off"},
		"a register, at once":   {func(w *strings.Builder) { printRegisterReport(w, register.Report{}, true) }, []string{none + " taken in"}, "0 read"},
		"a register, later":     {func(w *strings.Builder) { printRegisterReport(w, register.Report{Read: 20, Updated: 3}, true) }, []string{rest, "20 read: 0 new, 3 changed"}, none},
		"a register, a dry run": {func(w *strings.Builder) { printRegisterReport(w, register.Report{Dry: true, Updated: 3}, true) }, []string{none, "nothing is written"}, rest},
		"files, at once":        {func(w *strings.Builder) { printReport(w, importer.Report{}, true) }, []string{none + " taken in"}, "0 new"},
		"files, later":          {func(w *strings.Builder) { printReport(w, importer.Report{Regions: store.Summary{Created: 4}}, true) }, []string{rest, "4 new"}, none},
	} {
		t.Run(name, func(t *testing.T) {
			var w strings.Builder
			c.print(&w)
			for _, want := range c.want {
				if !strings.Contains(w.String(), want) {
					t.Errorf("got %q, want %q in it", w.String(), want)
				}
			}
			if strings.Contains(w.String(), c.never) {
				t.Errorf("got %q, want no %q in it", w.String(), c.never)
			}
		})
	}
}
