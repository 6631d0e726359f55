package search

import (
	"cmp"
	"context"
	"slices"
)

// commonFrom is from how many offerings on a word is asked for before any reader does.
const commonFrom = 50

// warm asks for the commonest words, so that the first readers after a start do not wait
// for them. Words that few offerings have cost nothing to ask for.
func (x *Index) warm(ctx context.Context) {
	v := x.View()
	forms, err := v.commonForms()
	if err != nil {
		x.opts.log().Warn("read the words of the index", "error", err)
		return
	}
	room := v.matches.Most / 2
	for _, f := range forms {
		if room -= f.count; room < 0 || ctx.Err() != nil {
			return
		}
		if _, err := v.form(ctx, f.text); err != nil && ctx.Err() == nil {
			x.opts.log().Warn("ask for a common word", "error", err)
			return
		}
	}
}

// commonForm is a normal form with how many offerings have it, a field at a time.
type commonForm struct {
	text  string
	count int
}

// commonForms returns the forms that many offerings have, the commonest first.
func (v *View) commonForms() ([]commonForm, error) {
	counts := map[string]int{}
	for _, field := range textFields {
		err := v.snap.guard(func() error {
			words, err := v.snap.reader.FieldDict(field)
			if err != nil {
				return err
			}
			defer words.Close()
			for {
				w, err := words.Next()
				if err != nil || w == nil {
					return err
				}
				if w.Count >= commonFrom {
					counts[w.Term] += int(w.Count)
				}
			}
		})
		if err != nil {
			return nil, err
		}
	}
	var forms []commonForm
	for text, count := range counts {
		forms = append(forms, commonForm{text, count})
	}
	slices.SortFunc(forms, func(a, b commonForm) int {
		return cmp.Or(cmp.Compare(b.count, a.count), cmp.Compare(a.text, b.text))
	})
	return forms, nil
}
