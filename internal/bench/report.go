package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"
)

// contender is one line of the table before it is measured.
type contender struct {
	what string
	load load
	base string // the line beside which it is shown
}

// warmUp is asked and not measured at the start of each turn.
const warmUp = 200 * time.Millisecond

// inTurns measures the contenders one after the other, some times over, and returns a
// sample for each: what disturbs the machine for a while disturbs them all.
func (r *run) inTurns(ctx context.Context, contenders []contender) []sample {
	out := make([]sample, len(contenders))
	turn := time.Duration(r.seconds / float64(r.turns) * float64(time.Second))
	for range r.turns {
		for i, c := range contenders {
			warm := c.load.run(ctx, warmUp)
			out[i].errors += warm.errors
			out[i].example = cmp.Or(out[i].example, warm.example)
			s := c.load.run(ctx, turn)
			out[i].add(s)
			out[i].duration += s.duration
		}
	}
	return out
}

// report is what was found out about one number of offerings.
type report struct {
	title string
	facts [][2]string
	lines []line
	kinds map[kind]*[2][]float64 // milliseconds of the program and of Postgres, one question at a time
}

type line struct {
	what        string
	connections int
	sample      sample
	base        *line // what it is compared with
}

func (r *report) fact(name, format string, args ...any) {
	r.facts = append(r.facts, [2]string{name, fmt.Sprintf(format, args...)})
	say("%s, %s: %s", r.title, name, fmt.Sprintf(format, args...))
}

// add puts the samples of contenders that were measured together into the table.
func (r *report) add(connections int, contenders []contender, samples []sample) {
	together := make([]line, len(contenders))
	for i, c := range contenders {
		together[i] = line{what: c.what, connections: connections, sample: samples[i]}
	}
	for i, c := range contenders {
		for j := range together {
			if c.base != "" && together[j].what == c.base {
				base := together[j]
				together[i].base = &base
			}
		}
	}
	r.lines = append(r.lines, together...)
	for _, l := range together {
		say("%s, %d connections: %.0f answers/s", l.what, l.connections, l.sample.perSecond())
	}
}

// failure returns an error when an answer was wrong or missing.
func (r *report) failure() error {
	var all []error
	for _, l := range r.lines {
		if l.sample.errors > 0 {
			all = append(all, fmt.Errorf("%s, %d connections: %d errors, the first: %w", l.what, l.connections, l.sample.errors, l.sample.example))
		}
		if len(l.sample.took) == 0 {
			all = append(all, fmt.Errorf("%s, %d connections: no answer", l.what, l.connections))
		}
	}
	return errors.Join(all...)
}

// print writes the facts and the table. Beside stands what a line is compared with, how
// many times as many answers it gave, and its p99 as a share of the other's.
func (r *report) print(w io.Writer) {
	fmt.Fprintf(w, "\n%s\n\n", r.title)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, f := range r.facts {
		fmt.Fprintf(t, "%s\t%s\n", f[0], f[1])
	}
	_ = t.Flush()
	fmt.Fprintln(w)
	t = tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "connections\tanswers/s\tp50 ms\tp95 ms\tp99 ms\tkB\terrors\ttimes\tp99\tof\t  \t")
	for _, l := range r.lines {
		p := l.sample.percentiles(50, 95, 99)
		ratio, tail, base := "", "", ""
		if l.base != nil && l.base.sample.perSecond() > 0 {
			ratio = fmt.Sprintf("%.2f", l.sample.perSecond()/l.base.sample.perSecond())
			tail = fmt.Sprintf("%.3f", float64(p[2])/float64(l.base.sample.percentiles(99)[0]))
			base = l.base.what
		}
		fmt.Fprintf(t, "%d\t%.0f\t%.2f\t%.2f\t%.2f\t%.1f\t%d\t%s\t%s\t%s\t  \t%s\n", l.connections, l.sample.perSecond(),
			milliseconds(p[0]), milliseconds(p[1]), milliseconds(p[2]),
			float64(l.sample.bytes)/1000/float64(max(1, len(l.sample.took))), l.sample.errors, ratio, tail, base, l.what)
	}
	_ = t.Flush()
	r.printKinds(w)
}

// printKinds shows which ways of asking cost most.
func (r *report) printKinds(w io.Writer) {
	fmt.Fprintln(w, "\nOne question at a time, ms:")
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "p50\tp95\tPostgres p50\tp95\tquestions\t  \t")
	for _, s := range shares {
		if took := r.kinds[s.kind]; took != nil {
			fmt.Fprintf(t, "%.1f\t%.1f\t%.1f\t%.1f\t%d\t  \t%s\n", percentile(took[0], 50), percentile(took[0], 95),
				percentile(took[1], 50), percentile(took[1], 95), len(took[0]), s.kind)
		}
	}
	_ = t.Flush()
}

// percentile returns the value within which p of a hundred lie; 0 of none.
func percentile(values []float64, p float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[min(len(sorted)-1, int(p/100*float64(len(sorted))))]
}

func megabytes(n int64) string { return fmt.Sprintf("%.0f MB", float64(n)/1e6) }
