package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/importer"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/upstream"
)

const kommuneUsage = `import kommuner: let the directory follow what Statistics Norway says of kommuner: merges, splits, new numbers and names

Usage:
  oversikt import kommuner [flags]

What has happened up to today is carried out. What lies ahead is kept, and carried out by the
running server on its day. Run it with --dry-run first: it shows every offering that moves and
every question that people will get, and writes nothing.

Flags:
`

const kommuneExample = `
Example:
  oversikt import kommuner --dry-run --postnummer Postnummerregister-ansi.txt
`

// importKommuner is the import kommuner subcommand.
func importKommuner(ctx context.Context, c config, args []string) error {
	flags := flag.NewFlagSet("import kommuner", flag.ContinueOnError)
	from := flags.String("fra", importer.KlassBase, "address of Klass, or a folder with answers that were saved from it (131.json, 104.json, 131-koder.json)")
	first := flags.String("fra-dato", "", "first day of changes to ask for (2024-01-01); else that of the last that was carried out")
	last := flags.String("til", "", "last day to ask for; else two years from today")
	codes := flags.String("postnummer", "", "Posten Bring's file of postnummer as they are after the changes; a kommune that is split needs it")
	dry := flags.Bool("dry-run", false, "show what would happen, and write nothing")
	force := flags.Bool("tving", false, "go on though the kommuner afterwards are not those that Statistics Norway has")
	flags.Usage = func() {
		fmt.Fprint(flags.Output(), kommuneUsage)
		flags.PrintDefaults()
		fmt.Fprint(flags.Output(), kommuneExample)
	}
	if done, err := parseFlags(flags, args); done || err != nil {
		return err
	}
	o := importer.KommuneOptions{DryRun: *dry, Force: *force, Progress: progress()}
	var err error
	if o.From, err = klassAt(c, *from, flagGiven(flags, "fra")); err != nil {
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
	st, done, err := openDatabase(ctx, c, c.logger())
	if err != nil {
		return err
	}
	defer done()
	if _, err := st.Migrate(ctx); err != nil {
		return err
	}
	report, err := importer.ImportKommuner(ctx, st, auth.Actor{Kind: auth.Import, Name: "SSB Klass 131"}, o)
	printKommuner(report, *dry)
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

// parseFlags reads the flags of a command that takes no other arguments. done is set when
// help was asked for and given.
func parseFlags(flags *flag.FlagSet, args []string) (done bool, err error) {
	if len(args) > 0 && (args[0] == "--help" || args[0] == "-h") {
		flags.SetOutput(os.Stdout)
	}
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return true, nil
	case err != nil:
		return true, errUsage
	}
	if flags.NArg() > 0 {
		fmt.Fprintf(flags.Output(), "oversikt %s: %q is not understood\n", flags.Name(), flags.Arg(0))
		flags.Usage()
		return true, errUsage
	}
	return false, nil
}

func flagGiven(flags *flag.FlagSet, name string) bool {
	given := false
	flags.Visit(func(f *flag.Flag) { given = given || f.Name == name })
	return given
}

// klassAt returns where to read Klass: an address, or a folder.
func klassAt(c config, from string, own bool) (importer.Register, error) {
	if !strings.Contains(from, "://") {
		if info, err := os.Stat(from); err != nil || !info.IsDir() {
			return nil, fmt.Errorf("import kommuner: --fra %s is neither an address nor a folder", from)
		}
		return importer.Fetched(from), nil
	}
	client, err := upstream.New(upstream.Options{Base: from, Own: own, Site: c.BaseURL, Log: c.logger()})
	if err != nil {
		return nil, fmt.Errorf("import kommuner: --fra: %w", err)
	}
	return importer.Live(client), nil
}

// postalCodesIn returns which kommune each postnummer of a file of Posten Bring lies in.
func postalCodesIn(path string) (map[string]region.Number, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("postnummer: %w", err)
	}
	defer file.Close()
	found, err := importer.ReadBring(path, file)
	if err != nil {
		return nil, err
	}
	codes := make(map[string]region.Number, len(found))
	for _, p := range found {
		codes[p.Code] = p.Kommune
	}
	return codes, nil
}

func printKommuner(r importer.KommuneReport, dry bool) {
	for _, where := range r.Where {
		fmt.Println("Read: " + where)
	}
	verb := "Carried out"
	if dry || r.Stopped {
		verb = "Would be carried out"
	}
	fmt.Printf("%s: %d. As before: %d. Planned: %d.\n", verb, len(r.Carried), r.AsBefore, len(r.Planned))
	for _, c := range r.Carried {
		fmt.Printf("\n%s  %s\n", c.On.Format(time.DateOnly), c.Succession)
		fmt.Printf("  %d offerings, %d courses, %d organizations, %d accesses, %d postnummer, %d places, %d tasks\n",
			len(c.Offerings), c.Courses, c.Organizations, c.Grants, c.PostalCodes, c.Places, len(c.Tasks))
		for _, o := range c.Offerings {
			fmt.Printf("  %d %s: %v -> %v", o.ID, o.Name, o.Before, o.Into)
			if o.Note != "" {
				fmt.Printf(", noted as for %q", o.Note)
			}
			fmt.Println()
		}
		for _, note := range c.Notes {
			fmt.Println("  " + note)
		}
	}
	for _, f := range r.Fylker {
		fmt.Printf("\n%s  fylke %s %s -> %v, %d offerings\n", f.On.Format(time.DateOnly), f.Old, f.Name, f.Into, f.Offerings)
	}
	for _, p := range r.Planned {
		fmt.Printf("Planned %s: %s\n", p.On.Format(time.DateOnly), p)
	}
	for _, d := range r.Differs {
		fmt.Fprintln(os.Stderr, d)
	}
	for _, p := range r.Problems {
		fmt.Fprintln(os.Stderr, p)
	}
}
