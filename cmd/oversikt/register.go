package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/register"
)

// runRegister opens the database, runs an import of internal/register and prints what it did.
func runRegister(ctx context.Context, conf config, c *importCommand, do func(register.Options) (register.Report, error)) error {
	st, done, err := openMigrated(ctx, conf)
	if err != nil {
		return err
	}
	defer done()
	report, err := do(register.Options{Store: st, Dry: c.dry, Again: c.again, Progress: register.Progress(progress())})
	printRegisterReport(os.Stdout, report, err != nil)
	if err != nil {
		return fmt.Errorf("%s: %w", c.Name(), err)
	}
	if n := len(report.Problems); n > 0 {
		return fmt.Errorf("%s: %d problems, listed above; everything else is in", c.Name(), n)
	}
	return nil
}

// printRegisterReport prints what an import did; failed says that an error cut it off.
func printRegisterReport(w io.Writer, r register.Report, failed bool) {
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
	if failed {
		wrote := r.Created+r.Updated+r.Unchanged+r.Kept+r.Absent > 0
		if printCutOff(w, wrote && !r.Dry, "taken in"); !wrote {
			return
		}
	}
	verb := ""
	if r.Dry {
		verb = "Dry run, nothing is written. "
	}
	fmt.Fprintf(w, "%s%d read: %d new, %d changed, %d as before, %d with fields left alone since people answer for them, %d not taken in.\n",
		verb, r.Read, r.Created, r.Updated, r.Unchanged, r.Kept, r.Absent)
}

const brregAbout = `what Enhetsregisteret has of the organizations that stand here

Usage:
  oversikt import enhetsregisteret [--dry-run] [--lastned | --fil FILE]
  oversikt import enhetsregisteret --kandidater TYPE [--kommune NUMBER] [--naeringskode CODE,CODE] [--dry-run] [--lastned | --fil FILE]

The first time, every organization is looked up by its number, or by its exact name in its kommune; later, what has
changed since is read. Number, kind and website are filled in where they are missing. One that is deleted, bankrupt
or renamed is a task for the national editors. What people have written is not overwritten.
`

const brregMore = `Example:
  oversikt import enhetsregisteret --dry-run
  oversikt import enhetsregisteret --kandidater helsestasjon --kommune 0301 --dry-run
`

func importBrreg(ctx context.Context, conf config, args []string) error {
	c := newImport("enhetsregisteret", brregAbout, brregMore)
	c.fetches(register.BrregBase, "address of the register, or of a copy of it")
	c.resumes()
	file := c.String("fil", "", "read such a `file` that you have instead")
	download := c.Bool("lastned", false, "read the file of all units instead, some hundred megabytes; of all sub-units with --kandidater")
	candidates := c.String("kandidater", "", "take in sub-units that may be offerings of the `type` and do not stand here, as drafts; codes are known for "+strings.Join(register.CandidateTypes(), " and "))
	codes := c.String("naeringskode", "", "industry `codes` of candidates, instead of those that are known")
	kommune := c.String("kommune", "", "candidates of the kommune with this `number`")
	if done, err := c.parse(args, 0); done || err != nil {
		return err
	}
	if *candidates == "" && (*codes != "" || *kommune != "") {
		return fmt.Errorf("%s: --kommune and --naeringskode go with --kandidater", c.Name())
	}
	if n, err := region.ParseNumber(*kommune); *kommune != "" && (err != nil || string(n) != *kommune) {
		return fmt.Errorf("%s: --kommune: %q is no kommunenummer, like 0301", c.Name(), *kommune)
	}
	client, err := c.client(conf, c.from, c.given("fra"))
	if err != nil {
		return err
	}
	return runRegister(ctx, conf, c, func(o register.Options) (register.Report, error) {
		b := register.Brreg{Options: o, Client: client, Kommune: region.Number(*kommune)}
		switch {
		case *candidates != "":
			codes := strings.FieldsFunc(*codes, func(r rune) bool { return r == ',' || r == ' ' })
			if *file != "" || *download {
				return b.CandidatesFile(ctx, *candidates, codes, *file, conf.DataDir)
			}
			return b.Candidates(ctx, *candidates, codes)
		case *file != "" || *download:
			return b.File(ctx, *file, conf.DataDir)
		}
		return b.Organizations(ctx)
	})
}

var csvAbout = `a table of somebody else's, by a mapping

Usage:
  oversikt import csv --mapping MAPPING [--dry-run] FILE

The mapping is a file in YAML or JSON that says which columns are which of our fields. What is new comes in as
drafts unless the mapping says status: publisert. A column that is mapped speaks of its field also where a cell
is empty. Rows that cannot be used are told with file, row and column, and the others go in.

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
`

const csvMore = `Example:
  oversikt import csv --mapping provebygd.yaml --dry-run tjenester.csv
`

func importTable(ctx context.Context, conf config, args []string) error {
	c := newImport("csv", csvAbout, csvMore)
	mappingFile := c.String("mapping", "", "the mapping, a `file`")
	if done, err := c.parse(args, 1); done || err != nil {
		return err
	}
	mapping, err := readMappingFile(c, *mappingFile, register.ReadMapping)
	if err != nil {
		return err
	}
	name := c.Arg(0)
	f, err := os.Open(name)
	if err != nil {
		return fmt.Errorf("%s: %w", c.Name(), err)
	}
	defer f.Close()
	return runRegister(ctx, conf, c, func(o register.Options) (register.Report, error) { return register.Table(ctx, o, mapping, name, f) })
}

func readMappingFile[M any](c *importCommand, name string, read func(io.Reader) (M, error)) (M, error) {
	var m M
	if name == "" {
		return m, fmt.Errorf("%s: --mapping is missing", c.Name())
	}
	f, err := os.Open(name)
	if err != nil {
		return m, fmt.Errorf("%s: %w", c.Name(), err)
	}
	defer f.Close()
	if m, err = read(f); err != nil {
		return m, fmt.Errorf("%s: %s: %w", c.Name(), name, err)
	}
	return m, nil
}

const hsdsAbout = `services of another directory, after Open Referral's HSDS 3.0 or 3.1

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
`

const hsdsMore = `Example:
  oversikt import hsds --mapping katalog.yaml --dry-run https://katalog.example.org/hsds/v3
`

func importHSDS(ctx context.Context, conf config, args []string) error {
	c := newImport("hsds", hsdsAbout, hsdsMore)
	c.fetches("", "")
	c.resumes()
	mappingFile := c.String("mapping", "", "the mapping, a `file`")
	if done, err := c.parse(args, 1); done || err != nil {
		return err
	}
	mapping, err := readMappingFile(c, *mappingFile, register.ReadHSDSMapping)
	if err != nil {
		return err
	}
	name := c.Arg(0)
	if strings.Contains(name, "://") {
		client, err := c.client(conf, name, true)
		if err != nil {
			return err
		}
		return runRegister(ctx, conf, c, func(o register.Options) (register.Report, error) {
			return register.HSDS{Options: o, Mapping: mapping}.Feed(ctx, client)
		})
	}
	f, err := os.Open(name)
	if err != nil {
		return fmt.Errorf("%s: %w", c.Name(), err)
	}
	defer f.Close()
	return runRegister(ctx, conf, c, func(o register.Options) (register.Report, error) {
		return register.HSDS{Options: o, Mapping: mapping}.File(ctx, name, f)
	})
}

const bufdirAbout = `telephone and e-mail of familievernkontor from their pages at Bufdir

Usage:
  oversikt import bufdir [--dry-run]

Reads the pages that familievernkontor here name as their own. A page that does not look as it did stops the import.
`

func importBufdir(ctx context.Context, conf config, args []string) error {
	c := newImport("bufdir", bufdirAbout, "Example:\n  oversikt import bufdir --dry-run\n")
	c.fetches(register.BufdirBase, "address of Bufdir, or of a copy of it")
	c.resumes()
	if done, err := c.parse(args, 0); done || err != nil {
		return err
	}
	client, err := c.client(conf, c.from, c.given("fra"))
	if err != nil {
		return err
	}
	return runRegister(ctx, conf, c, func(o register.Options) (register.Report, error) { return register.Bufdir(ctx, o, client) })
}
