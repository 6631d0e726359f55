package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
)

// checked returns how many questions are compared before anything is measured: fewer of
// many offerings, where Postgres takes seconds for some.
func (r *run) checked() int {
	if r.n > 300_000 {
		return 100
	}
	return 400
}

// Limits on wrong answers. Words are understood differently by the two; filters are not,
// and must agree to the last one.
const (
	maxEmpty   = 0.05 // questions that the program answers with nothing
	minByName  = 0.80 // names that lead to an offering of that name on the first page
	mostWrongs = 5    // that are told
)

// answer is what both servers answer, so far as it is compared.
type answer struct {
	total int
	names []string
	took  float64 // in milliseconds
	types map[string]int
	areas map[string]int // kommuner
}

// check asks both servers the same questions and compares.
func (r *run) check(ctx context.Context) error {
	say("%d offerings: checking answers", r.n)
	var wrong []error
	checked := r.checked()
	asked, found, empty, emptyBase := 0, 0, 0, 0
	r.report.kinds = map[kind]*[2][]float64{}
	for range checked {
		q := r.appMix.next()
		r.databaseMix.next()
		if r.report.kinds[q.kind] == nil {
			r.report.kinds[q.kind] = new([2][]float64)
		}
		got, err := r.askApp(q)
		if err != nil {
			return err
		}
		took := r.report.kinds[q.kind]
		took[0] = append(took[0], got.took)
		if q.kind != byFilters && got.total == 0 {
			empty++
			say("no answer to %s", q.values.Encode())
		}
		if q.kind == byName {
			asked++
			if slices.Contains(got.names, q.name) {
				found++
			}
		}
		if r.database == nil {
			continue
		}
		want, err := r.askDatabase(q)
		if err != nil {
			return err
		}
		took[1] = append(took[1], want.took)
		if q.kind != byFilters && want.total == 0 {
			emptyBase++
		}
		if err := differ(got, want); q.kind == byFilters && err != nil {
			wrong = append(wrong, fmt.Errorf("GET %s: %w", q.path(), err))
		}
	}
	r.report.fact("answers checked", "%d questions; by name %d of %d on the first page; without an answer %d, Postgres %d",
		checked, found, asked, empty, emptyBase)
	if float64(empty) > maxEmpty*float64(checked) {
		wrong = append(wrong, fmt.Errorf("%d of %d questions get no answer", empty, checked))
	}
	if float64(found) < minByName*float64(asked) {
		wrong = append(wrong, fmt.Errorf("of %d names only %d lead to their offering", asked, found))
	}
	if len(wrong) > mostWrongs {
		wrong = append(wrong[:mostWrongs], fmt.Errorf("and %d more", len(wrong)-mostWrongs))
	}
	return errors.Join(append(wrong, ctx.Err())...)
}

// differ returns what two answers to the same filters do not agree on.
func differ(got, want answer) error {
	if got.total != want.total {
		return fmt.Errorf("%d offerings, Postgres has %d", got.total, want.total)
	}
	if !maps.Equal(got.types, want.types) {
		return fmt.Errorf("types %v, Postgres has %v", got.types, want.types)
	}
	if err := differInAreas(got.areas, want.areas); err != nil {
		return err
	}
	if len(got.names) != min(20, want.total) {
		return fmt.Errorf("a first page of %d offerings, of %d", len(got.names), want.total)
	}
	return nil
}

// mostAreas is how many kommuner the program names.
const mostAreas = 50

// differInAreas returns what is wrong with the kommuner of got, which are the chosen ones
// and those with most offerings of want.
func differInAreas(got, want map[string]int) error {
	if least := min(mostAreas, len(want)); len(got) > least || len(got) < least-mostChosen {
		return fmt.Errorf("%d kommuner of %d that have offerings", len(got), len(want))
	}
	for code, n := range got {
		if want[code] != n {
			return fmt.Errorf("kommune %s has %d offerings, in Postgres %d", code, n, want[code])
		}
	}
	left, fewer := slices.Max(append(slices.Collect(maps.Values(without(want, got))), 0)), 0
	for _, n := range got {
		if n < left {
			fewer++
		}
	}
	if fewer > mostChosen {
		return fmt.Errorf("%d kommuner are named that have fewer offerings than one left out", fewer)
	}
	return nil
}

// mostChosen is how many kommuner a question of the mix chooses: those are named whatever
// they have, nothing too.
const mostChosen = 1

func without(all, some map[string]int) map[string]int {
	rest := maps.Clone(all)
	maps.DeleteFunc(rest, func(code string, _ int) bool { _, ok := some[code]; return ok })
	return rest
}

// askApp returns the program's answer. Counts of nothing are left out.
func (r *run) askApp(q question) (answer, error) {
	var body struct {
		Total int `json:"antall"`
		Items []struct {
			Name string `json:"navn"`
		} `json:"treff"`
		Facets map[string][]struct {
			Code  string `json:"kode"`
			Count int    `json:"antall"`
		} `json:"fasetter"`
	}
	took, err := ask(r.appAddr, q, &body)
	if err != nil {
		return answer{}, err
	}
	a := answer{total: body.Total, took: took, types: map[string]int{}, areas: map[string]int{}}
	for _, item := range body.Items {
		a.names = append(a.names, item.Name)
	}
	for facet, counts := range map[string]map[string]int{"type": a.types, "kommune": a.areas} {
		for _, v := range body.Facets[facet] {
			if v.Count > 0 {
				counts[v.Code] = v.Count
			}
		}
	}
	return a, nil
}

// askDatabase returns the answer of Postgres, in the program's terms: what is for the
// whole country counts in every kommune.
func (r *run) askDatabase(q question) (answer, error) {
	var body struct {
		Total  int                       `json:"antall"`
		Items  []struct{ Name string }   `json:"treff"`
		Facets map[string]map[string]int `json:"fasetter"`
	}
	took, err := ask(r.databaseAddr, q, &body)
	if err != nil {
		return answer{}, err
	}
	a := answer{total: body.Total, took: took, types: body.Facets["type"], areas: map[string]int{}}
	for _, item := range body.Items {
		a.names = append(a.names, item.Name)
	}
	for _, k := range r.ref.kommuner {
		if n := body.Facets["kommune"][string(k.Number)] + body.Facets["kommune"][everywhere]; n > 0 {
			a.areas[string(k.Number)] = n
		}
	}
	return a, nil
}

// ask reads the answer into into, and returns how many milliseconds it took to come.
func ask(addr string, q question, into any) (float64, error) {
	started := time.Now()
	body, _, err := fetch(addr, q.path(), "")
	if err != nil {
		return 0, err
	}
	took := milliseconds(time.Since(started))
	if err := json.Unmarshal(body, into); err != nil {
		return took, fmt.Errorf("GET %s: %w", q.path(), err)
	}
	return took, nil
}
