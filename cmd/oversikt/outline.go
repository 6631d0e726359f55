package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/importer"
)

// importOutlines is the import grenser subcommand.
func importOutlines(ctx context.Context, c config, args []string) error {
	file, err := os.Open(args[0])
	if err != nil {
		return fmt.Errorf("import grenser: %w", err)
	}
	defer file.Close()
	st, done, err := openMigrated(ctx, c)
	if err != nil {
		return err
	}
	defer done()
	report, err := importer.ImportOutlines(ctx, st, file, auth.Actor{Kind: auth.Import, Name: args[0]})
	if err != nil {
		return fmt.Errorf("import grenser %s: %w", args[0], err)
	}
	for _, p := range report.Problems {
		fmt.Fprintln(os.Stderr, p.Error())
	}
	fmt.Printf("Outlines: %s.\n", report.Saved)
	for _, n := range report.Unknown {
		fmt.Fprintf(os.Stderr, "kommunenummer %s is no kommune of today, and was passed over\n", n)
	}
	if len(report.Missing) > 0 {
		fmt.Printf("Kommuner without an outline in the file, left as they are (%d): %s.\n", len(report.Missing), strings.Join(report.Missing, ", "))
	}
	if n := len(report.Problems) + len(report.Unknown); n > 0 {
		return fmt.Errorf("import grenser %s: %d problems, listed above; everything else is in", args[0], n)
	}
	return nil
}
