package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/importer"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

const postalAbout = `take in Posten Bring's list of all postnummer

Usage:
  oversikt import postnummer [flags]

Postnummer that are no longer in the list are kept, and marked. A list that is much shorter than
what is stored is refused: half a file looks like a whole one.
`

// importPostal is the import postnummer subcommand.
func importPostal(ctx context.Context, conf config, args []string) error {
	c := newImport("postnummer", postalAbout, "Example:\n  oversikt import postnummer --dry-run\n")
	c.fetches(importer.BringBase+importer.BringPath, "address of the list, or a file with it")
	c.refuses("take a list that is much shorter than what is stored")
	if done, err := c.parse(args, 0); done || err != nil {
		return err
	}
	list, err := bringList(ctx, conf, c)
	if err != nil {
		return fmt.Errorf("import postnummer: %w", err)
	}
	st, done, err := openMigrated(ctx, conf)
	if err != nil {
		return err
	}
	defer done()
	r, err := importer.ImportPostalCodes(ctx, st, auth.Actor{Kind: auth.Import, Name: "Posten Bring"}, list, importer.PostalOptions{DryRun: c.dry, Force: c.force})
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
func bringList(ctx context.Context, conf config, c *importCommand) ([]region.PostalCode, error) {
	if !strings.Contains(c.from, "://") {
		return bringFile(c.from)
	}
	u, err := url.Parse(c.from)
	if err != nil {
		return nil, err
	}
	path := u.Path
	u.Path = ""
	client, err := c.client(conf, u.String(), c.given("fra"))
	if err != nil {
		return nil, err
	}
	return importer.FetchBring(ctx, client, path)
}

func bringFile(path string) ([]region.PostalCode, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return importer.ReadBring(path, file)
}
