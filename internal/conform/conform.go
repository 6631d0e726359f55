// Package conform walks all that a site publishes in others' standards, and holds each
// answer against the standard: every page of every list, and everything by itself. Nothing
// is sampled. The rules are the ones of the packages that know the standard; the official
// schemas are held against the same answers in those packages' own tests.
package conform

import (
	"context"
	"fmt"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/interop/catalog"
)

// Fetch returns the answer to a GET of a path below the site's address. A status other than
// 200 is no error.
type Fetch func(ctx context.Context, path, accept string) (status int, body []byte, err error)

// Problem is one thing that is wrong with one answer.
type Problem struct {
	Path    string // of the answer
	Message string
}

func (p Problem) String() string { return p.Path + ": " + p.Message }

// Result is what came of one standard.
type Result struct {
	Standard string // "HSDS 3.1"
	Root     string // where it is published
	Checked  int    // answers, or for lists of pages: pages
	Invalid  int
	Problems []Problem // the first ones
}

// Report is what came of a walk.
type Report struct {
	Results  []Result
	At       time.Time
	Duration time.Duration
}

// Checked and Invalid are the sums.
func (r Report) Checked() (n int) {
	for _, s := range r.Results {
		n += s.Checked
	}
	return n
}

func (r Report) Invalid() (n int) {
	for _, s := range r.Results {
		n += s.Invalid
	}
	return n
}

// maxProblems is how many problems of a standard are told: one mistake is often in all answers.
const maxProblems = 20

// Run walks a site. Pause is called after each answer: it keeps a walk from taking what
// readers need, and ends it by an error. The error is for a site that could not be walked;
// what is wrong with an answer is in the report.
func Run(ctx context.Context, fetch Fetch, pause func(context.Context) error) (Report, error) {
	r := Report{At: time.Now()}
	for _, s := range []struct {
		name, root string
		walk       func(*walk) error
	}{
		{"HSDS 3.1", "/hsds/v3", walkHSDS},
		{"FHIR R4", "/fhir/R4", walkFHIR},
		{"CPSV-AP-NO", catalog.Path, walkCatalog},
		{"schema.org", "/tilbud", walkPages},
	} {
		var result Result
		// What came or went while it was walked looks like a fault. One that is there is there again.
		for range 2 {
			w := &walk{ctx: ctx, fetch: fetch, pause: pause, result: Result{Standard: s.name, Root: s.root}}
			if err := s.walk(w); err != nil {
				return r, fmt.Errorf("check %s: %w", s.name, err)
			}
			if result = w.result; result.Invalid == 0 {
				break
			}
		}
		r.Results = append(r.Results, result)
	}
	r.Duration = time.Since(r.At)
	return r, nil
}

// walk is one standard's walk.
type walk struct {
	ctx    context.Context
	fetch  Fetch
	pause  func(context.Context) error
	result Result
}

// get asks for an answer and counts it. Another status than 200 is a problem, and no body.
func (w *walk) get(path, accept string) ([]byte, error) {
	if err := w.pause(w.ctx); err != nil {
		return nil, err
	}
	status, body, err := w.fetch(w.ctx, path, accept)
	if err != nil {
		return nil, fmt.Errorf("GET %s: %w", path, err)
	}
	w.result.Checked++
	if status != 200 {
		w.wrong(path, fmt.Sprintf("status %d", status))
		return nil, nil
	}
	return body, nil
}

// wrong notes what is wrong with one answer, if anything is.
func (w *walk) wrong(path string, messages ...string) {
	if len(messages) == 0 {
		return
	}
	w.result.Invalid++
	for _, m := range messages {
		if len(w.result.Problems) < maxProblems {
			w.result.Problems = append(w.result.Problems, Problem{path, m})
		}
	}
}
