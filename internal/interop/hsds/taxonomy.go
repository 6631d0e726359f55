package hsds

import (
	"strings"

	"github.com/google/uuid"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/interop"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

// kindType is the link_type of the types of offerings; those of terms are their kinds.
const kindType = "type"

// vocabulary is a taxonomy with its terms in order.
type vocabulary struct {
	kind     string
	taxonomy Taxonomy
	terms    []Term
}

// vocabularies returns all of the View's closed vocabularies. They are flat: the headings that
// the site shows types under are for its pages.
func (a *API) vocabularies(v *search.View) []vocabulary {
	types := a.vocabulary(kindType, "Typer tilbud", "Hva slags tilbud det er. Hvert tilbud har én type.")
	for _, t := range v.Types() {
		term := types.term(interop.TypeID(t.Code), t.Code, t.Name)
		if t.Does.NB != "" {
			term.Description = t.Does.NB
		}
		types.terms = append(types.terms, term)
	}
	all := []vocabulary{types}
	for _, k := range []struct {
		kind              directory.TermKind
		name, description string
	}{
		{directory.TargetGroup, "Målgrupper", "Hvem tilbudet er for."},
		{directory.Topic, "Temaer", "Hva tilbudet handler om."},
		{directory.Format, "Former", "Hvordan hjelpen gis."},
	} {
		terms := a.vocabulary(string(k.kind), k.name, k.description)
		for _, t := range v.Terms(k.kind) {
			terms.terms = append(terms.terms, terms.term(interop.TermID(k.kind, t.Code), t.Code, t.Name))
		}
		all = append(all, terms)
	}
	return all
}

func (a *API) vocabulary(kind, name, description string) vocabulary {
	id := interop.ID("taxonomy", kind)
	return vocabulary{kind: kind, taxonomy: Taxonomy{
		ID: id, Name: name, URI: a.call("/taxonomies/" + id.String()),
		Description: description + " En lukket liste i den nasjonale oversikten over hjelp til pårørende.",
	}}
}

// term returns the entry of the vocabulary. HSDS wants a description of each; where we have
// none it is the names in the other languages.
func (v *vocabulary) term(id uuid.UUID, code string, name directory.Text) Term {
	return Term{
		ID: id, Code: code, Name: name.NB, Description: named(name), Language: "nb",
		Taxonomy: v.taxonomy.Name, TaxonomyDetail: &v.taxonomy, TaxonomyID: v.taxonomy.ID,
		TermURI: los[v.kind+"/"+code],
	}
}

func named(name directory.Text) string {
	parts := []string{name.NB}
	if name.NN != "" && name.NN != name.NB {
		parts = append(parts, "nynorsk: "+name.NN)
	}
	if name.EN != "" {
		parts = append(parts, "engelsk: "+name.EN)
	}
	return strings.Join(parts, "; ")
}

// los is the words of Los, the vocabulary of public services that Digdir keeps, that mean the
// same as a term of ours. Terms that are only near one are left out: who counts by Los would
// else count wrong. The words are those of Los 2020, in use at data.norge.no.
var los = map[string]string{
	"type/brukerombud":  losWords + "ord/pasient-og-brukerombud",
	"type/helsestasjon": losWords + "ord/helsestasjon",
	"type/ppt":          losWords + "ord/pedagogisk-psykologisk-tjeneste",

	"tema/akutt":         losWords + "tema/akutt-hjelp",
	"tema/arbeid":        losWords + "tema/arbeid",
	"tema/psykisk_helse": losWords + "ord/psykisk-helse",
	"tema/rus":           losWords + "tema/rus-og-avhengighet",
	"tema/samliv":        losWords + "tema/samliv",
}

const losWords = "https://psi.norge.no/los/"
