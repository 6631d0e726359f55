package search

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
)

// interpretation words what was understood for a reader of the language.
func (v *View) interpretation(ctx context.Context, u *understood, language string) (Interpretation, error) {
	c := v.catalog()
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
	if u.mended {
		in.Mended = written(u.all)
	}
	var err error
	in.Expanded, err = v.expanded(ctx, u, language)
	return in, err
}

// mostExpanded is how many words are named that were searched for too.
const mostExpanded = 3

// expanded names what expressions led to in the language, the most important first.
func (v *View) expanded(ctx context.Context, u *understood, language string) ([]string, error) {
	var names []string
	for _, s := range u.said {
		for _, lead := range s.LeadsTo {
			if len(names) == mostExpanded {
				return names, nil
			}
			name, err := v.leadName(ctx, lead, language)
			if err != nil {
				return nil, err
			}
			if name != "" && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names, nil
}

// leadName returns what a lead is called in the language. A word that a few offerings have in
// their names is called by the shortest of these: "vo" says nothing to a reader, VO-linjen does.
func (v *View) leadName(ctx context.Context, l directory.Lead, language string) (string, error) {
	name := v.catalog().leadName(l).In(language)
	kind, code := l.Split()
	if kind != directory.LeadWord {
		return name, nil
	}
	found, err := v.together(ctx, code, v.inName)
	if err != nil || len(found) > fewNames {
		return name, err
	}
	shortest := ""
	for _, m := range found {
		if r := v.rows.at(m.slot); r != nil {
			if own := r.text(packedName); shortest == "" || len(own) < len(shortest) {
				shortest = own
			}
		}
	}
	return cmp.Or(shortest, name), nil
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
