package search

import (
	"slices"
	"strings"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
)

// interpretation words what was understood for a reader of the language.
func (u *understood) interpretation(c *catalog, language string) Interpretation {
	in := Interpretation{Place: u.place}
	var texts []string
	for i, w := range u.all {
		if (u.uses[i] == unused || u.soft && u.uses[i] == usedType) && (w.says() || u.literal) {
			texts = append(texts, w.text)
		}
	}
	in.Text = strings.Join(texts, " ")
	for _, k := range u.kommuner {
		in.Kommuner = append(in.Kommuner, c.kommuner[k])
	}
	for _, f := range u.fylker {
		in.Fylker = append(in.Fylker, c.fylker[f])
	}
	if !u.soft {
		for _, t := range u.types {
			in.Types = append(in.Types, *c.types[t])
		}
	}
	in.Expanded = u.expanded(c, language)
	if u.mended {
		in.Mended = written(u.all)
	}
	return in
}

// mostExpanded is how many words are named that were searched for too.
const mostExpanded = 3

// expanded names what expressions led to in the language, the most important first.
func (u *understood) expanded(c *catalog, language string) []string {
	var names []string
	for _, s := range u.said {
		for _, lead := range s.LeadsTo {
			if name := c.leadName(lead).In(language); name != "" && !slices.Contains(names, name) && len(names) < mostExpanded {
				names = append(names, name)
			}
		}
	}
	return names
}

// leadName returns what a lead is called: "tema:rus" is "Rus og avhengighet".
func (c *catalog) leadName(l directory.Lead) directory.Text {
	switch kind, code := l.Split(); kind {
	case directory.LeadWord:
		return same(code) // as it is written in offerings
	case directory.LeadType:
		if i, ok := c.typeIndex[code]; ok {
			return c.types[i].Name
		}
	default:
		if i, ok := c.termIndex[directory.TermKind(kind)][code]; ok {
			return c.terms[directory.TermKind(kind)][i].Name
		}
	}
	return directory.Text{}
}
