package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/importer"
)

const kartverketAbout = `compare kommuner with Kartverket's, and take in their borders

Usage:
  oversikt import kartverket [flags]

It renames nothing that Statistics Norway has not renamed. The borders are some hundred answers
at a polite pace, about three minutes; a run that is cut off goes on where it was.
`

// importKartverket is the import kartverket subcommand.
func importKartverket(ctx context.Context, conf config, args []string) error {
	c := newImport("kartverket", kartverketAbout, "Example:\n  oversikt import kartverket --dry-run\n")
	c.fetches(importer.KartverketBase, "address of Kommuneinfo")
	folder := c.String("mappe", filepath.Join(conf.DataDir, "kartverket"), "folder for the borders that have been fetched")
	names := c.Bool("uten-grenser", false, "leave the borders out")
	if done, err := c.parse(args, 0); done || err != nil {
		return err
	}
	client, err := c.client(conf, c.from, c.given("fra"))
	if err != nil {
		return err
	}
	st, done, err := openMigrated(ctx, conf)
	if err != nil {
		return err
	}
	defer done()
	o := importer.KartverketOptions{Client: client, Folder: *folder, DryRun: c.dry, Progress: progress()}
	if *names {
		o.Folder = ""
	}
	r, err := importer.ImportKartverket(ctx, st, auth.Actor{Kind: auth.Import, Name: "Kartverket Kommuneinfo"}, o)
	if err != nil {
		some := r.Fetched > 0 || r.Sum.Created+r.Sum.Updated > 0
		if printCutOff(os.Stdout, some, "fetched or put right"); !some {
			return fmt.Errorf("import kartverket: %w", err)
		}
	}
	fmt.Printf("Read: %d kommuner. Put right: %d. Other names: %d. Borders fetched: %d, had been fetched: %d.\n", r.Read, len(r.Changed), len(r.Names), r.Fetched, r.Kept)
	printEach("put right", r.Changed)
	printEach("another name, not taken", r.Names)
	printEach("only one has it", r.Only)
	if r.Lines != nil {
		fmt.Printf("Outlines: %s.\n", r.Lines.Saved)
		for _, p := range r.Lines.Problems {
			fmt.Fprintln(os.Stderr, p.Error())
		}
	}
	if err != nil {
		return fmt.Errorf("import kartverket: %w", err)
	}
	if len(r.Only) > 0 {
		return fmt.Errorf("import kartverket: %d kommuner are not the same; run import kommuner first", len(r.Only))
	}
	return nil
}
