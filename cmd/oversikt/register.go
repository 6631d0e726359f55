package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/register"
	"github.com/nasjonal-oversikt/oversikt/internal/upstream"
)

// registerCommand is the part of a command line that all imports from registers share.
type registerCommand struct {
	name  string
	help  string
	dry   bool
	again bool
	base  string
	rate  float64
	flags *flag.FlagSet
}

const sharedFlags = `  --dry-run          say what would be changed, and write nothing
  --om-igjen         begin at the beginning, not where an earlier import stopped
`

const fetchFlags = `  --base URL         ask a mirror or a copy instead; it may be http and on your own network
  --per-sekund N     requests a second at most (2)
`

func newRegisterCommand(name, help string, fetches bool) *registerCommand {
	c := &registerCommand{name: name, help: help, flags: flag.NewFlagSet(name, flag.ContinueOnError)}
	c.flags.SetOutput(io.Discard)
	c.flags.BoolVar(&c.dry, "dry-run", false, "")
	c.flags.BoolVar(&c.again, "om-igjen", false, "")
	if fetches {
		c.flags.StringVar(&c.base, "base", "", "")
		c.flags.Float64Var(&c.rate, "per-sekund", 0, "")
	}
	return c
}

// parse reads the arguments and wants so many beside the flags. It prints help that was
// asked for, and what is wrong.
func (c *registerCommand) parse(args []string, want int) (asked bool, err error) {
	err = c.flags.Parse(args)
	if errors.Is(err, flag.ErrHelp) {
		fmt.Print(c.help)
		return true, nil
	}
	if err == nil && c.rate < 0 {
		err = errors.New("--per-sekund: want more than 0")
	}
	if err == nil && c.flags.NArg() != want {
		err = fmt.Errorf("%d arguments beside the flags, want %d", c.flags.NArg(), want)
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "oversikt %s: %v\n\n%s", c.name, err, c.help)
		return false, errUsage
	}
	return false, nil
}

// client returns a client for the register, at the address that was given instead if any.
func (c *registerCommand) client(conf config, base string, own bool) (*upstream.Client, error) {
	o := upstream.Options{Base: base, Own: own, Site: conf.BaseURL, PerSecond: c.rate, Log: conf.logger()}
	if c.base != "" {
		o.Base, o.Own = c.base, true
	}
	client, err := upstream.New(o)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.name, err)
	}
	return client, nil
}

// run opens the database, runs the import and prints what it did.
func (c *registerCommand) run(ctx context.Context, conf config, source string, do func(register.Options) (register.Report, error)) error {
	st, done, err := openDatabase(ctx, conf, conf.logger())
	if err != nil {
		return err
	}
	defer done()
	if _, err := st.Migrate(ctx); err != nil {
		return err
	}
	if c.again && source != "" && !c.dry {
		if err := st.ForgetImportProgress(ctx, auth.Actor{Kind: auth.Import, Name: source}, source); err != nil {
			return err
		}
	}
	report, err := do(register.Options{Store: st, Dry: c.dry, Progress: register.Progress(progress())})
	printRegisterReport(os.Stdout, report)
	if err != nil {
		return fmt.Errorf("%s: %w", c.name, err)
	}
	if n := len(report.Problems); n > 0 {
		return fmt.Errorf("%s: %d problems, listed above; everything else is in", c.name, n)
	}
	return nil
}

func printRegisterReport(w io.Writer, r register.Report) {
	if r.Resumed != "" {
		fmt.Fprintf(w, "Goes on where an earlier import stopped: %s.\n", r.Resumed)
	}
	for _, c := range r.Changes {
		fmt.Fprintln(w, c)
	}
	for _, n := range r.Notes {
		fmt.Fprintln(w, "! "+n)
	}
	for _, p := range r.Problems {
		fmt.Fprintln(os.Stderr, p)
	}
	verb := ""
	if r.Dry {
		verb = "Dry run, nothing is written. "
	}
	fmt.Fprintf(w, "%s%d read: %d new, %d changed, %d as before, %d with fields left alone since people answer for them, %d not taken in.\n",
		verb, r.Read, r.Created, r.Updated, r.Unchanged, r.Kept, r.Absent)
}

var brregHelp = `import enhetsregisteret: what Enhetsregisteret has of the organizations that stand here

Usage:
  oversikt import enhetsregisteret [--dry-run] [--lastned | --fil FILE]
  oversikt import enhetsregisteret --kandidater TYPE [--kommune NUMBER] [--naeringskode CODE,CODE] [--dry-run]

The first time, every organization is looked up by its number, or by its exact name in its kommune; later, what has
changed since is read. Number, kind and website are filled in where they are missing. One that is deleted, bankrupt
or renamed is a task for the national editors. What people have written is not overwritten.

  --lastned          read the file of all units instead, some hundred megabytes; --fil FILE reads one that you have
  --kandidater TYPE  take in sub-units that may be offerings of the type and do not stand here, as drafts;
                     codes are known for ` + strings.Join(register.CandidateTypes(), " and ") + `
  --naeringskode     industry codes to look for, instead of those that are known
  --kommune NUMBER   candidates of one kommune
` + sharedFlags + fetchFlags + `
Example:
  oversikt import enhetsregisteret --dry-run
  oversikt import enhetsregisteret --kandidater helsestasjon --kommune 0301 --dry-run
`

func importBrreg(ctx context.Context, conf config, args []string) error {
	c := newRegisterCommand("import enhetsregisteret", brregHelp, true)
	file := c.flags.String("fil", "", "")
	download := c.flags.Bool("lastned", false, "")
	candidates := c.flags.String("kandidater", "", "")
	codes := c.flags.String("naeringskode", "", "")
	kommune := c.flags.String("kommune", "", "")
	if asked, err := c.parse(args, 0); asked || err != nil {
		return err
	}
	if *candidates == "" && (*codes != "" || *kommune != "") {
		return fmt.Errorf("%s: --kommune and --naeringskode go with --kandidater", c.name)
	}
	if n, err := region.ParseNumber(*kommune); *kommune != "" && (err != nil || string(n) != *kommune) {
		return fmt.Errorf("%s: --kommune: %q is no kommunenummer, like 0301", c.name, *kommune)
	}
	client, err := c.client(conf, register.BrregBase, false)
	if err != nil {
		return err
	}
	return c.run(ctx, conf, "enhetsregisteret", func(o register.Options) (register.Report, error) {
		b := register.Brreg{Options: o, Client: client, Kommune: region.Number(*kommune)}
		switch {
		case *candidates != "":
			return b.Candidates(ctx, *candidates, strings.FieldsFunc(*codes, func(r rune) bool { return r == ',' || r == ' ' }))
		case *file != "" || *download:
			return b.File(ctx, *file, conf.DataDir)
		}
		return b.Organizations(ctx)
	})
}

var csvHelp = `import csv: a table of somebody else's, by a mapping

Usage:
  oversikt import csv --mapping MAPPING [--dry-run] FILE

The mapping is a file in YAML or JSON that says which columns are which of our fields. What is new comes in as
drafts unless the mapping says status: publisert. A column that is mapped speaks of its field also where a cell
is empty. Rows that cannot be used are told with file, row and column, and the others go in.

  --dry-run          say what would be changed, and write nothing

A mapping:
  kilde: {navn: "Prøvebygd kommune, tjenesteliste", url: "https://provebygd.example/liste.csv", dato: 2026-11-01}
  skille: ";"                  # between cells; a comma unless it says otherwise
  koding: windows-1252         # UTF-8 unless it says otherwise
  datoformat: dd.mm.åååå       # of kilde_dato; åååå-mm-dd unless it says otherwise
  tomt: ["-", "ikke oppgitt"]  # what stands for nothing
  prefiks: provebygd           # keys here are provebygd/<noekkel>
  felt:
    noekkel: {kolonne: Id, maa: true}
    navn:    {kolonne: Tjeneste}
    type:    {kolonne: Kategori, verdier: {"Helse for barn": helsestasjon, "PP-tjenesten": ppt}}
    telefon: {kolonne: Tlf, deles_paa: "/"}
    kommune: {kolonne: Kommune}
    dekning: {fast: "3401"}    # numbers and names of kommuner, fylke:Innlandet, nasjonal

Fields: ` + strings.Join(register.TableFields(), ", ") + `

Example:
  oversikt import csv --mapping provebygd.yaml --dry-run tjenester.csv
`

func importTable(ctx context.Context, conf config, args []string) error {
	c := newRegisterCommand("import csv", csvHelp, false)
	mappingFile := c.flags.String("mapping", "", "")
	if asked, err := c.parse(args, 1); asked || err != nil {
		return err
	}
	mapping, err := readMappingFile(c, *mappingFile, register.ReadMapping)
	if err != nil {
		return err
	}
	name := c.flags.Arg(0)
	f, err := os.Open(name)
	if err != nil {
		return fmt.Errorf("%s: %w", c.name, err)
	}
	defer f.Close()
	return c.run(ctx, conf, "", func(o register.Options) (register.Report, error) { return register.Table(ctx, o, mapping, name, f) })
}

func readMappingFile[M any](c *registerCommand, name string, read func(io.Reader) (M, error)) (M, error) {
	var m M
	if name == "" {
		return m, fmt.Errorf("%s: --mapping is missing", c.name)
	}
	f, err := os.Open(name)
	if err != nil {
		return m, fmt.Errorf("%s: %w", c.name, err)
	}
	defer f.Close()
	if m, err = read(f); err != nil {
		return m, fmt.Errorf("%s: %s: %w", c.name, name, err)
	}
	return m, nil
}

var hsdsHelp = `import hsds: services of another directory, after Open Referral's HSDS 3.0 or 3.1

Usage:
  oversikt import hsds --mapping MAPPING [--dry-run] URL|FILE

URL is the address below which /services lies. FILE is a list, a page of a list, or a service a line. The mapping
says which of the feed's terms is which of our types. What is new comes in as drafts; what is ours and comes back
is passed over.

A mapping:
  kilde: {navn: "Prøvefylket, tjenestekatalog", url: "https://katalog.example.org"}
  prefiks: provefylket
  typer: {"Family counselling": familievernkontor}  # by the term's code, name, id or uri; malgrupper, tema, former likewise
  dekning: {"Greater Prøve": "fylke:Innlandet"}     # by the area's name, extent or uri

` + sharedFlags + fetchFlags + `
Example:
  oversikt import hsds --mapping katalog.yaml --dry-run https://katalog.example.org/hsds/v3
`

func importHSDS(ctx context.Context, conf config, args []string) error {
	c := newRegisterCommand("import hsds", hsdsHelp, true)
	mappingFile := c.flags.String("mapping", "", "")
	if asked, err := c.parse(args, 1); asked || err != nil {
		return err
	}
	mapping, err := readMappingFile(c, *mappingFile, register.ReadHSDSMapping)
	if err != nil {
		return err
	}
	name := c.flags.Arg(0)
	if strings.Contains(name, "://") {
		client, err := c.client(conf, name, true)
		if err != nil {
			return err
		}
		return c.run(ctx, conf, "hsds/"+mapping.Prefix, func(o register.Options) (register.Report, error) {
			return register.HSDS{Options: o, Mapping: mapping}.Feed(ctx, client)
		})
	}
	f, err := os.Open(name)
	if err != nil {
		return fmt.Errorf("%s: %w", c.name, err)
	}
	defer f.Close()
	return c.run(ctx, conf, "", func(o register.Options) (register.Report, error) {
		return register.HSDS{Options: o, Mapping: mapping}.File(ctx, name, f)
	})
}

var bufdirHelp = `import bufdir: telephone and e-mail of familievernkontor from their pages at Bufdir

Usage:
  oversikt import bufdir [--dry-run]

Reads the pages that familievernkontor here name as their own. A page that does not look as it did stops the import.

` + sharedFlags + fetchFlags + `
Example:
  oversikt import bufdir --dry-run
`

func importBufdir(ctx context.Context, conf config, args []string) error {
	c := newRegisterCommand("import bufdir", bufdirHelp, true)
	if asked, err := c.parse(args, 0); asked || err != nil {
		return err
	}
	client, err := c.client(conf, register.BufdirBase, false)
	if err != nil {
		return err
	}
	return c.run(ctx, conf, "bufdir", func(o register.Options) (register.Report, error) { return register.Bufdir(ctx, o, client) })
}
