package importer

import (
	"slices"
	"testing"
	"testing/fstest"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
)

// The headings on a page come in the order in which typer.yaml has them.
func TestGroupsKeepTheirOrder(t *testing.T) {
	var y typesYAML
	im := &run{report: Report{}}
	file := `grupper:
  - {kode: snakk, navn: {nb: Snakk}}
  - {kode: barn, navn: {nb: Barn}}
  - {kode: annet, navn: {nb: Annet}}
`
	if !im.readYAML(fstest.MapFS{typesFile: {Data: []byte(file)}}, typesFile, true, &y) {
		t.Fatal(im.report.Problems)
	}
	groups := y.groups()
	slices.SortFunc(groups, func(a, b directory.TypeGroup) int { return a.Order - b.Order })
	var got []string
	for _, g := range groups {
		got = append(got, g.Code)
	}
	if want := []string{"snakk", "barn", "annet"}; !slices.Equal(got, want) {
		t.Errorf("groups by order are %v, want %v", got, want)
	}
}
