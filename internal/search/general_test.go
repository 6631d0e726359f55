package search

import (
	"testing"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
)

// Nothing that can be written ends in nothing.
func TestNoTextIsAnsweredByNothing(t *testing.T) {
	v := newTestView(t)
	for _, text := range []string{"hjelp", "og i det", "😀", "xyzzy qwert", "'; DROP TABLE offerings --", ".*[a-z]+(", "AND OR NOT", "+-\"\\", "привет", "\x00"} {
		res, err := v.Search(t.Context(), Query{Text: text})
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if res.Total == 0 || len(res.Hits) == 0 {
			t.Errorf("%q is answered by nothing", text)
		}
	}
	// Who has undone every interpretation is told the truth about the words.
	res, err := v.Search(t.Context(), Query{Text: "xyzzy", Literal: true})
	if err != nil {
		t.Fatal(err)
	}
	if res.Total != 0 {
		t.Errorf("%d hits for a word that nothing has, taken as it stands", res.Total)
	}
}

// Words that nothing for the place has are let go of, and that is told.
func TestDroppedWordsAreTold(t *testing.T) {
	v := newTestView(t)
	for text, want := range map[string]bool{"xyzzy bodø": true, "familievernkontor xyzzy bodø": true, "familievernkontor bodø": false, "bodø": false} {
		res, err := v.Search(t.Context(), Query{Text: text})
		if err != nil {
			t.Fatal(err)
		}
		if res.Total == 0 || res.Dropped != want {
			t.Errorf("%q: %d hits, dropped %v, want %v", text, res.Total, res.Dropped, want)
		}
	}
}

// What has one word in passing of a long question is worth less than what is for everybody.
func TestWordsInPassingAreNoAnswer(t *testing.T) {
	v := newTestView(t)
	for text, general := range map[string]bool{
		"stavanger universitetssjukehus mestringssenteret xyzzy": false,
		"xyzzy qwert zzyxy universitetssjukehus":                 true,
		"samtaler psykisk":                                       false,
	} {
		res, err := v.Search(t.Context(), Query{Text: text})
		if err != nil {
			t.Fatal(err)
		}
		if res.Total == 0 || res.General != general || res.Passing != general {
			t.Errorf("%q: %d hits, for everybody %t, words in passing %t, want %t", text, res.Total, res.General, res.Passing, general)
		}
	}
}

// A type beside the name of an organization only weighs: who writes the name wants the
// organization too.
func TestTypeBesideANameOnlyWeighs(t *testing.T) {
	v := newTestView(t, OfferingDocument(directory.Offering{ID: 90001, Type: "kompetansesenter", Name: "Zebraforeningen",
		Status: directory.Published, Coverage: directory.Coverage{National: true}}))
	for text, soft := range map[string]bool{"zebraforeningen familievernkontor": true, "zebra familievernkontor": false} {
		u, err := v.understand(t.Context(), text, false)
		if err != nil {
			t.Fatal(err)
		}
		if len(u.types) != 1 || u.soft != soft {
			t.Errorf("%q names %d types that only weigh %t, want 1, %t", text, len(u.types), u.soft, soft)
		}
	}
	res, err := v.Search(t.Context(), Query{Text: "zebraforeningen familievernkontor"})
	if err != nil {
		t.Fatal(err)
	}
	if len(res.Hits) == 0 || res.Hits[0].Offering.Name != "Zebraforeningen" {
		t.Errorf("the organization is not first of %d hits", len(res.Hits))
	}
}

// Who writes an abbreviation that is not in everyday words wants what is called so, wherever
// it is.
func TestAbbreviationsAreNotForLaymen(t *testing.T) {
	for kind, laymen := range map[directory.ExpressionKind]bool{directory.AbbreviationExpression: false, directory.DiagnosisExpression: true} {
		u := understood{said: []saidExpression{{Expression: &directory.Expression{Kind: kind}}}}
		if u.forLaymen() != laymen {
			t.Errorf("an expression of kind %s is for laymen %t, want %t", kind, !laymen, laymen)
		}
	}
}
