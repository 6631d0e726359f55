package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/importer"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

const kommunerAbout = `let the directory follow what Statistics Norway says of kommuner: merges, splits, new numbers and names

Usage:
  oversikt import kommuner [flags]

What has happened up to today is carried out. What lies ahead is kept, and carried out by the
running server on its day. Run it with --dry-run first: it shows every offering that moves and
every question that people will get, and writes nothing.
`

const kommunerMore = `Example:
  oversikt import kommuner --dry-run --postnummer Postnummerregister-ansi.txt
`

// importKommuner is the import kommuner subcommand.
func importKommuner(ctx context.Context, conf config, args []string) error {
	c := newImport("kommuner", kommunerAbout, kommunerMore)
	c.fetches(importer.KlassBase, "address of Klass, or a folder with answers that were saved from it (131.json, 104.json, 131-koder.json)")
	c.refuses("go on though the kommuner afterwards are not those that Statistics Norway has")
	first := c.String("fra-dato", "", "first day of changes to ask for (2024-01-01); else that of the last that was carried out")
	last := c.String("til", "", "last day to ask for; else two years from today")
	codes := c.String("postnummer", "", "Posten Bring's file of postnummer as they are after the changes; a kommune that is split needs it")
	if done, err := c.parse(args, 0); done || err != nil {
		return err
	}
	o := importer.KommuneOptions{DryRun: c.dry, Force: c.force, Progress: progress()}
	var err error
	if o.From, err = klassAt(conf, c); err != nil {
		return err
	}
	for _, d := range []struct {
		flag, text string
		to         *time.Time
	}{{"fra-dato", *first, &o.First}, {"til", *last, &o.Last}} {
		if d.text == "" {
			continue
		}
		if *d.to, err = time.Parse(time.DateOnly, d.text); err != nil {
			return fmt.Errorf("import kommuner: --%s %q is no day, want one like 2024-01-01", d.flag, d.text)
		}
	}
	if *codes != "" {
		if o.PostalCodes, err = postalCodesIn(*codes); err != nil {
			return err
		}
	}
	st, done, err := openMigrated(ctx, conf)
	if err != nil {
		return err
	}
	defer done()
	report, err := importer.ImportKommuner(ctx, st, auth.Actor{Kind: auth.Import, Name: "SSB Klass 131"}, o)
	printKommuner(os.Stdout, report, c.dry, err != nil)
	switch {
	case err != nil:
		return fmt.Errorf("import kommuner: %w", err)
	case report.Stopped:
		return errors.New("import kommuner: nothing was written, since the kommuner would not be those that Statistics Norway has; --tving goes on")
	case len(report.Problems) > 0:
		return fmt.Errorf("import kommuner: %d changes were not carried out, for the reasons above", len(report.Problems))
	}
	return nil
}

// klassAt returns where to read Klass: an address, or a folder.
func klassAt(conf config, c *importCommand) (importer.Register, error) {
	if !strings.Contains(c.from, "://") {
		if info, err := os.Stat(c.from); err != nil || !info.IsDir() {
			return nil, fmt.Errorf("import kommuner: --fra %s is neither an address nor a folder", c.from)
		}
		return importer.Fetched(c.from), nil
	}
	client, err := c.client(conf, c.from, c.given("fra"))
	if err != nil {
		return nil, err
	}
	return importer.Live(client), nil
}

// postalCodesIn returns which kommune each postnummer of a file of Posten Bring lies in.
func postalCodesIn(path string) (map[string]region.Number, error) {
	found, err := bringFile(path)
	if err != nil {
		return nil, fmt.Errorf("import kommuner: --postnummer: %w", err)
	}
	codes := make(map[string]region.Number, len(found))
	for _, p := range found {
		codes[p.Code] = p.Kommune
	}
	return codes, nil
}

// printKommuner prints what an import of changes of kommuner did; failed says that an error cut
// it off.
func printKommuner(w io.Writer, r importer.KommuneReport, dry, failed bool) {
	for _, where := range r.Where {
		fmt.Fprintln(w, "Read: "+where)
	}
	verb := "Carried out"
	if dry || r.Stopped {
		verb = "Would be carried out"
	}
	if failed {
		printCutOff(w, !dry && len(r.Carried)+len(r.Fylker) > 0, "carried out")
	}
	if !failed || len(r.Carried)+len(r.Fylker) > 0 {
		fmt.Fprintf(w, "%s: %d. As before: %d. Planned: %d.\n", verb, len(r.Carried), r.AsBefore, len(r.Planned))
	}
	for _, c := range r.Carried {
		fmt.Fprintf(w, "\n%s  %s\n", c.On.Format(time.DateOnly), c.Succession)
		fmt.Fprintf(w, "  %d offerings, %d courses, %d organizations, %d accesses, %d postnummer, %d places, %d tasks\n",
			len(c.Offerings), c.Courses, c.Organizations, c.Grants, c.PostalCodes, c.Places, len(c.Tasks))
		for _, o := range c.Offerings {
			fmt.Fprintf(w, "  %d %s: %v -> %v", o.ID, o.Name, o.Before, o.Into)
			if o.Note != "" {
				fmt.Fprintf(w, ", noted as for %q", o.Note)
			}
			fmt.Fprintln(w)
		}
		for _, note := range c.Notes {
			fmt.Fprintln(w, "  "+note)
		}
	}
	for _, f := range r.Fylker {
		fmt.Fprintf(w, "\n%s  fylke %s %s -> %v, %d offerings\n", f.On.Format(time.DateOnly), f.Old, f.Name, f.Into, f.Offerings)
	}
	for _, p := range r.Planned {
		fmt.Fprintf(w, "Planned %s: %s\n", p.On.Format(time.DateOnly), p)
	}
	for _, d := range r.Differs {
		fmt.Fprintln(os.Stderr, d)
	}
	for _, p := range r.Problems {
		fmt.Fprintln(os.Stderr, p)
	}
}
