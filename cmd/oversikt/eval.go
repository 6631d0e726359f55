package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/nasjonal-oversikt/oversikt/internal/indexer"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

// eval is the subcommand: how well search answers a file of judged questions, over what
// readers may see now. The scores go to standard output, and to standard error each
// question that is not answered in the best order, with what it gives.
func eval(ctx context.Context, c config, args []string) error {
	f, err := os.Open(args[0])
	if err != nil {
		return err
	}
	defer f.Close()
	judged, err := search.ReadJudged(f)
	if err != nil {
		return fmt.Errorf("%s: %w", args[0], err)
	}
	st, done, err := openDatabase(ctx, c, c.logger())
	if err != nil {
		return err
	}
	defer done()
	index, err := indexer.InMemory(ctx, st)
	if err != nil {
		return err
	}
	defer index.Close()
	outcomes, err := index.View().Evaluate(ctx, judged)
	if err != nil {
		return fmt.Errorf("%s: %w", args[0], err)
	}
	printOutcomes(os.Stderr, outcomes)
	return printScores(os.Stdout, outcomes)
}

func printOutcomes(w io.Writer, list []search.Outcome) {
	for _, o := range list {
		if o.NDCG > 0.999 {
			continue
		}
		fmt.Fprintf(w, "%.2f %s %s [%s], line %d\n", o.NDCG, o.Kind, o.Text, o.Kommune, o.Line)
		for _, g := range o.Grades {
			fmt.Fprintf(w, "     want %s=%d\n", g.Part, g.Grade)
		}
		fmt.Fprintf(w, "     got  %s\n", strings.Join(o.Names[:min(6, len(o.Names))], " | "))
	}
}

func printScores(w io.Writer, list []search.Outcome) error {
	kinds := map[string][]search.Outcome{}
	var names []string
	for _, o := range list {
		if kinds[o.Kind] == nil {
			names = append(names, o.Kind)
		}
		kinds[o.Kind] = append(kinds[o.Kind], o)
	}
	slices.Sort(names)
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	row := func(kind string, s search.Scores) {
		fmt.Fprintf(table, "%s\t%d\t%.3f\t%.3f\t%.3f\t%d\n", kind, s.Questions, s.NDCG, s.MRR, s.Success, s.Empty)
	}
	fmt.Fprintln(table, "kind\tquestions\tnDCG@10\tMRR\tsuccess@3\tempty")
	for _, name := range names {
		row(name, search.Sum(kinds[name]))
	}
	row("all", search.Sum(list))
	return table.Flush()
}
