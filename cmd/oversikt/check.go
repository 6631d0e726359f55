package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

// check is the subcommand: what is configured, whether the database answers, and what
// in it an editor should look at. It changes nothing but the schema's absence: a fresh
// database is reported, not filled. With the address of a running site it checks what that
// publishes, and needs no database.
func check(ctx context.Context, c config, args []string) error {
	if len(args) > 0 {
		return checkSite(ctx, args[0])
	}
	fmt.Println("Configuration:", c)
	st, done, err := openDatabase(ctx, c, c.logger())
	if err != nil {
		return err
	}
	defer done()
	if err := st.Ping(ctx); err != nil {
		return fmt.Errorf("database: %w", err)
	}
	counts, err := st.CountOfferings(ctx)
	if err != nil {
		return fmt.Errorf("database: no schema yet, or not this program's; `oversikt migrate` makes it: %w", err)
	}
	fmt.Printf("Offerings: %d published, %d drafts, %d closed for now, %d archived.\n",
		counts[directory.Published], counts[directory.Draft], counts[directory.Closed], counts[directory.Archived])
	problems, err := findProblems(ctx, st)
	if err != nil {
		return err
	}
	for _, p := range problems {
		fmt.Fprintln(os.Stderr, p)
	}
	if len(problems) > 0 {
		return fmt.Errorf("%d problems, listed above", len(problems))
	}
	fmt.Println("Nothing wrong was found.")
	return nil
}

// findProblems returns what is wrong with what readers see, a line each: kommuner without
// a familievernkontor, offerings that do not pass validation any more.
func findProblems(ctx context.Context, st *store.Store) ([]string, error) {
	kommuner, err := st.Kommuner(ctx)
	if err != nil {
		return nil, err
	}
	if len(kommuner) == 0 {
		return []string{"no kommuner: `oversikt import data/` reads them"}, nil
	}
	var problems []string
	var offices []directory.Coverage
	err = st.EachPublicOffering(ctx, func(batch []directory.Offering) error {
		for _, o := range batch {
			var invalid directory.Invalid
			if err := o.Validate(); errors.As(err, &invalid) {
				problems = append(problems, fmt.Sprintf("offering %d %q: %v", o.ID, o.Name, invalid))
			}
			if o.Type == "familievernkontor" {
				offices = append(offices, o.Coverage)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	// The State answers for familievernkontor in the whole country, so a kommune without
	// one is always a mistake in the data.
	for _, k := range kommuner {
		covered := false
		for _, o := range offices {
			covered = covered || o.Reach(k.Number) != directory.NotCovered
		}
		if !covered {
			problems = append(problems, fmt.Sprintf("kommune %s %s: no familievernkontor covers it", k.Number, k.DisplayName()))
		}
	}
	return problems, nil
}
