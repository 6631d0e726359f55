package search

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// suitedView is some kommuner and made-up offerings, named after what they are.
func suitedView(t *testing.T) *View {
	t.Helper()
	x, err := OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := x.Close(); err != nil {
			t.Error(err)
		}
	})
	term := func(kind directory.TermKind, code, name string) Document {
		return TermDocument(directory.Term{Kind: kind, Code: code, Name: directory.Text{NB: name}})
	}
	docs := []Document{
		FylkeDocument(region.Fylke{Number: "18", Name: "Nordland"}),
		KommuneDocument(region.Kommune{Number: "1804", Name: "Bodø"}, nil),
		KommuneDocument(region.Kommune{Number: "1833", Name: "Rana"}, nil),
		TypeDocument(directory.OfferingType{Code: "hjelpetelefon", Order: 1}),
		TypeDocument(directory.OfferingType{Code: "kreftkoordinator", Order: 2}),
		term(directory.Topic, "kreft", "Kreft"), term(directory.Topic, "rus", "Rus og avhengighet"), term(directory.Topic, "sorg", "Livets slutt og sorg"),
		term(directory.TargetGroup, "barn", "Barn"), term(directory.TargetGroup, "etterlatte", "Etterlatte"), term(directory.TargetGroup, "parorende", "Pårørende"),
		term(directory.TargetGroup, "fagfolk", "Fagfolk"),
	}
	id := int64(0)
	add := func(name string, change func(*directory.Offering)) {
		id++
		o := directory.Offering{ID: id, Name: name, Type: "hjelpetelefon", Status: directory.Published, Confidence: directory.High, TargetGroups: []string{"parorende"},
			Coverage: directory.Coverage{National: true}, Phones: []directory.Phone{{Number: "+4712345678"}}, Source: directory.Source{Date: "2026"}}
		change(&o)
		docs = append(docs, OfferingDocument(o))
	}
	in := func(numbers ...region.Number) directory.Coverage { return directory.Coverage{Kommuner: numbers} }
	add("blodkreft for hele landet", func(o *directory.Offering) { o.Topics = []string{"kreft"} })
	add("kreft for hele landet", func(o *directory.Offering) { o.Topics = []string{"kreft"} })
	add("rus for hele landet", func(o *directory.Offering) { o.Topics = []string{"rus"} })
	add("alt for hele landet", func(o *directory.Offering) {})
	add("kreft for fagfolk", func(o *directory.Offering) { o.Topics, o.TargetGroups = []string{"kreft"}, []string{"fagfolk"} })
	add("kreft, stengt", func(o *directory.Offering) { o.Topics, o.Status = []string{"kreft"}, directory.Closed })
	add("kreft i Rana", func(o *directory.Offering) { o.Topics, o.Coverage = []string{"kreft"}, in("1833") })
	add("alt i Bodø", func(o *directory.Offering) { o.Coverage = in("1804") })
	add("alt for barn i Bodø", func(o *directory.Offering) { o.Coverage, o.TargetGroups = in("1804"), []string{"barn"} })
	add("alt for etterlatte i Bodø", func(o *directory.Offering) { o.Coverage, o.TargetGroups = in("1804"), []string{"etterlatte"} })
	add("koordinator i Bodø", func(o *directory.Offering) { o.Coverage, o.Type = in("1804"), "kreftkoordinator" })
	add("kreft og rus i Nordland", func(o *directory.Offering) {
		o.Topics, o.Coverage = []string{"kreft", "rus"}, directory.Coverage{Fylker: []region.FylkeNumber{"18"}}
	})
	add("kreft, ingen vet hvor", func(o *directory.Offering) { o.Topics, o.Phones = []string{"kreft"}, nil })
	add("nødnummer", func(o *directory.Offering) {
		o.Topics, o.Phones = []string{"kreft"}, []directory.Phone{{Number: "113"}}
	})
	if err := x.Apply(Batch{Put: docs}); err != nil {
		t.Fatal(err)
	}
	return x.View()
}

func namesOfSuited(list []Suited) []string {
	var names []string
	for _, s := range list {
		names = append(names, s.Offering.Name)
	}
	return names
}

func TestSuited(t *testing.T) {
	v := suitedView(t)
	cancer := Need{Topics: []string{"kreft"}, Types: []string{"kreftkoordinator"}, Not: []directory.PhoneNumber{"113"}}
	forChild := cancer
	forChild.Groups = []string{"barn"}
	for name, tc := range map[string]struct {
		kommune region.Number
		need    Need
		want    []string
	}{
		"about something": {"1804", cancer, []string{"kreft og rus i Nordland", "koordinator i Bodø", "alt i Bodø", "alt for barn i Bodø", "alt for etterlatte i Bodø",
			"kreft for hele landet", "blodkreft for hele landet", "alt for hele landet"}},
		"for somebody": {"1804", forChild, []string{"kreft og rus i Nordland", "koordinator i Bodø", "alt for barn i Bodø", "alt i Bodø",
			"kreft for hele landet", "blodkreft for hele landet", "alt for hele landet"}},
		"another kommune": {"1833", cancer, []string{"kreft i Rana", "kreft og rus i Nordland", "kreft for hele landet", "blodkreft for hele landet", "alt for hele landet"}},
		"no kommune":      {"", cancer, []string{"kreft for hele landet", "blodkreft for hele landet", "alt for hele landet"}},
	} {
		got := v.Suited(tc.kommune, tc.need)
		if diff := cmp.Diff(tc.want, namesOfSuited(got)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
	}
}

func TestSuitedSaysWhy(t *testing.T) {
	v := suitedView(t)
	got := v.Suited("1804", Need{Groups: []string{"barn"}, Kin: []string{"parorende"}, Topics: []string{"kreft"}, Near: []string{"rus"}, Types: []string{"kreftkoordinator"}})
	want := map[string]Suited{
		"koordinator i Bodø":      {Groups: []string{"parorende"}, Certain: true, Hit: Hit{Reach: directory.ByOwn}},
		"kreft og rus i Nordland": {Groups: []string{"parorende"}, Topics: []string{"kreft", "rus"}, Certain: true, Hit: Hit{Reach: directory.ByFylke}},
		"alt for barn i Bodø":     {Groups: []string{"barn"}, Hit: Hit{Reach: directory.ByOwn}},
	}
	for _, s := range got {
		w, ok := want[s.Offering.Name]
		if !ok {
			continue
		}
		delete(want, s.Offering.Name)
		if diff := cmp.Diff([]any{w.Groups, w.Topics, w.Certain, w.Reach}, []any{s.Groups, s.Topics, s.Certain, s.Reach}); diff != "" {
			t.Errorf("%s (-want +got)\n%s", s.Offering.Name, diff)
		}
	}
	if len(want) > 0 {
		t.Errorf("not there: %v", want)
	}
}
