package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/importer"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/upstream"
)

const postalUsage = `import postnummer: take in Posten Bring's list of all postnummer

Usage:
  oversikt import postnummer [flags]

Postnummer that are no longer in the list are kept, and marked. A list that is much shorter than
what is stored is refused: half a file looks like a whole one.

Flags:
`

// importPostal is the import postnummer subcommand.
func importPostal(ctx context.Context, c config, args []string) error {
	flags := flag.NewFlagSet("import postnummer", flag.ContinueOnError)
	from := flags.String("fra", importer.BringBase+importer.BringPath, "address of the list, or a file with it")
	dry := flags.Bool("dry-run", false, "show what differs, and write nothing")
	force := flags.Bool("tving", false, "take a list that is much shorter than what is stored")
	flags.Usage = func() {
		fmt.Fprint(flags.Output(), postalUsage)
		flags.PrintDefaults()
		fmt.Fprint(flags.Output(), "\nExample:\n  oversikt import postnummer --dry-run\n")
	}
	if done, err := parseFlags(flags, args); done || err != nil {
		return err
	}
	list, err := bringList(ctx, c, *from, flagGiven(flags, "fra"))
	if err != nil {
		return fmt.Errorf("import postnummer: %w", err)
	}
	st, done, err := openDatabase(ctx, c, c.logger())
	if err != nil {
		return err
	}
	defer done()
	if _, err := st.Migrate(ctx); err != nil {
		return err
	}
	r, err := importer.ImportPostalCodes(ctx, st, auth.Actor{Kind: auth.Import, Name: "Posten Bring"}, list, importer.PostalOptions{DryRun: *dry, Force: *force})
	if err != nil {
		return err
	}
	fmt.Printf("Read: %d postnummer. New: %d. Changed: %d. No longer there: %d.\n", r.Read, len(r.New), len(r.Changed), len(r.Gone))
	printEach("new", r.New)
	printEach("changed", r.Changed)
	printEach("no longer there, kept and marked", r.Gone)
	printEach("in a kommune that is not known, left as they are", r.Unknown)
	switch {
	case r.Half:
		return errors.New("import postnummer: so much is missing that the list cannot be whole; nothing was written, --tving goes on")
	case len(r.Unknown) > 0:
		return fmt.Errorf("import postnummer: %d lie in kommuner that are not known; run import kommuner first", len(r.Unknown))
	}
	return nil
}

func printEach(what string, list []string) {
	for _, line := range list {
		fmt.Printf("  %s: %s\n", what, line)
	}
}

// bringList reads Posten Bring's list from a file, or from an address.
func bringList(ctx context.Context, c config, from string, own bool) ([]region.PostalCode, error) {
	if !strings.Contains(from, "://") {
		content, err := os.ReadFile(from)
		if err != nil {
			return nil, err
		}
		return importer.ReadBring(from, bytes.NewReader(content))
	}
	u, err := url.Parse(from)
	if err != nil {
		return nil, err
	}
	path := u.Path
	u.Path = ""
	client, err := upstream.New(upstream.Options{Base: u.String(), Own: own, Site: c.BaseURL, Log: c.logger()})
	if err != nil {
		return nil, err
	}
	return importer.FetchBring(ctx, client, path)
}

const kartverketUsage = `import kartverket: compare kommuner with Kartverket's, and take in their borders

Usage:
  oversikt import kartverket [flags]

It renames nothing that Statistics Norway has not renamed. The borders are some hundred answers
at a polite pace, about three minutes; a run that is cut off goes on where it was.

Flags:
`

// importKartverket is the import kartverket subcommand.
func importKartverket(ctx context.Context, c config, args []string) error {
	flags := flag.NewFlagSet("import kartverket", flag.ContinueOnError)
	from := flags.String("fra", importer.KartverketBase, "address of Kommuneinfo")
	folder := flags.String("mappe", filepath.Join(c.DataDir, "kartverket"), "folder for the borders that have been fetched")
	names := flags.Bool("uten-grenser", false, "leave the borders out")
	dry := flags.Bool("dry-run", false, "show what differs, and write nothing")
	flags.Usage = func() {
		fmt.Fprint(flags.Output(), kartverketUsage)
		flags.PrintDefaults()
		fmt.Fprint(flags.Output(), "\nExample:\n  oversikt import kartverket --dry-run\n")
	}
	if done, err := parseFlags(flags, args); done || err != nil {
		return err
	}
	client, err := upstream.New(upstream.Options{Base: *from, Own: flagGiven(flags, "fra"), Site: c.BaseURL, Log: c.logger()})
	if err != nil {
		return fmt.Errorf("import kartverket: %w", err)
	}
	st, done, err := openDatabase(ctx, c, c.logger())
	if err != nil {
		return err
	}
	defer done()
	if _, err := st.Migrate(ctx); err != nil {
		return err
	}
	o := importer.KartverketOptions{Client: client, Folder: *folder, DryRun: *dry, Progress: progress()}
	if *names {
		o.Folder = ""
	}
	r, err := importer.ImportKartverket(ctx, st, auth.Actor{Kind: auth.Import, Name: "Kartverket Kommuneinfo"}, o)
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
