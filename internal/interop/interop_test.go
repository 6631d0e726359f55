package interop_test

import (
	"slices"
	"testing"

	"github.com/google/uuid"

	"github.com/nasjonal-oversikt/oversikt/internal/dbtest"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/interop"
	"github.com/nasjonal-oversikt/oversikt/internal/realdata"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

func TestIDsStayTheSame(t *testing.T) {
	offering := uuid.MustParse("00000000-0000-4000-8000-000000000001")
	for name, id := range map[string]uuid.UUID{
		"64393eec-d59e-59cf-8aa9-74e73d597ee4": interop.KommuneID("0301"),
		"7801ed62-113c-5758-b5a1-1811e4b6cde0": interop.PartID(offering, "location", 1),
	} {
		if id.String() != name {
			t.Errorf("got %s, want %s: whoever keeps a copy knows the thing by it", id, name)
		}
	}
}

func TestPlacesKeepWhatIsConfidential(t *testing.T) {
	o := &directory.Offering{UUID: uuid.New(), Locations: []directory.Location{{Street: "Hemmelig 1", Confidential: true}, {Street: "Åpen 2"}}}
	places := interop.Places(o)
	if len(places) != 1 || places[0].Street != "Åpen 2" || places[0].ID != interop.PartID(o.UUID, "location", 1) {
		t.Errorf("got %+v, want the open place alone, named by where it stands among all", places)
	}
}

func TestOverview(t *testing.T) {
	v := realdata.View(t)
	var all interop.Overviews
	o := all.Of(v)
	if len(o.Entries) < 200 || len(o.Entries) != len(v.Offerings()) {
		t.Fatalf("%d entries, want all %d offerings", len(o.Entries), len(v.Offerings()))
	}
	if all.Of(v) != o {
		t.Error("an Overview is made twice for one View")
	}
	var given []int64
	interop.NewOverview(v, func(l *directory.Offering) { given = append(given, l.ID) })
	if !slices.EqualFunc(given, o.Entries, func(id int64, e interop.Entry) bool { return id == e.ID }) {
		t.Errorf("%d offerings were given on, want each of %d once", len(given), len(o.Entries))
	}
	inOrder := slices.IsSortedFunc(o.Entries, func(a, b interop.Entry) int { return int(a.ID - b.ID) })
	if !inOrder {
		t.Error("entries are not in order of id")
	}
	of := 0
	for _, e := range o.Entries {
		l, ok := o.Offering(e.UUID)
		if !ok || l.ID != e.ID {
			t.Fatalf("offering %d is not found by its uuid", e.ID)
		}
		if g, ok := o.Organization(e.Organization); ok {
			if of++; !slices.Contains(g.Offerings, e.ID) || g.Changed.Before(e.Changed) {
				t.Errorf("organization %d does not have its offering %d", g.ID, e.ID)
			}
		}
	}
	if of < 100 {
		t.Errorf("%d offerings have an organization, want most", of)
	}
}
