// Command oversikt is the whole program: it serves the directory, looks after its
// database and index, and imports data. Run `oversikt help` for its subcommands.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
)

// version is set at build time.
var version = "dev"

// command is one subcommand.
type command struct {
	name    string
	args    string // "FILE|FOLDER", for the usage line; with "…" the command reads them itself
	summary string
	example string
	run     func(ctx context.Context, c config, args []string) error
}

func commands() []command {
	return []command{
		{"serve", "", "start the site and everything it needs", "oversikt serve", serve},
		{"migrate", "", "bring the database schema up to date", "oversikt migrate", migrate},
		{"import grenser", "FILE", "read the borders of kommuner from a file of Kartverket (GeoJSON or TopoJSON)", "oversikt import grenser kommuner.geojson", importOutlines},
		{"import enhetsregisteret", "…", "fill in and watch organizations from Enhetsregisteret", "oversikt import enhetsregisteret --help", importBrreg},
		{"import csv", "…", "read a table of somebody else's by a mapping", "oversikt import csv --help", importTable},
		{"import hsds", "…", "read services of another directory, after HSDS 3", "oversikt import hsds --help", importHSDS},
		{"import bufdir", "…", "read the pages of familievernkontor at Bufdir", "oversikt import bufdir --help", importBufdir},
		{"import kommuner", "…", "let the directory follow what Statistics Norway says of kommuner: merges, splits, new numbers", "oversikt import kommuner --dry-run", importKommuner},
		{"import postnummer", "…", "take in Posten Bring's list of all postnummer", "oversikt import postnummer --dry-run", importPostal},
		{"import kartverket", "…", "compare kommuner with Kartverket's, and take in their borders", "oversikt import kartverket --dry-run", importKartverket},
		{"import", "FILE|FOLDER", "read facts and articles from files into the database", "oversikt import data/", importFiles},
		{"reindex", "", "ask every running server to build its index anew", "oversikt reindex", reindex},
		{"eval", "FILE", "measure search with a file of judged questions", "oversikt eval internal/search/testdata/sporringer.tsv", eval},
		{"backup", "FILE", "write all that the database holds into a file", "oversikt backup oversikt-2026-11-27.zip", backup},
		{"restore", "FILE", "fill an empty database from such a file", "OVERSIKT_DATA_DIR=./new oversikt restore oversikt-2026-11-27.zip", restore},
		{"check", "[ADDRESS]", "check configuration and database; with an address, what a running site publishes", "oversikt check https://oversikt.example.no", check},
		{"webhook", "COMMAND …", "who is told of changes", "oversikt webhook --help", webhooks},
		{"token", "COMMAND …", "tokens that programs write with", "oversikt token --help", token},
		{"approve", "COMMAND …", "changes of crisis and national services that wait for a second person", "oversikt approve --help", approve},
		{"user", "COMMAND …", "people who may sign in", "oversikt user --help", users},
		{"version", "", "print the version", "oversikt version", printVersion},
	}
}

// errUsage is returned when the arguments are wrong; the usage text has been printed.
var errUsage = errors.New("usage")

func main() {
	// A file that may not grow is an error of the write, as on a full disk, and not the end.
	signal.Ignore(syscall.SIGXFSZ)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:], os.Environ(), os.Stderr)
	switch {
	case err == nil:
	case errors.Is(err, errUsage):
		os.Exit(2)
	default:
		fmt.Fprintln(os.Stderr, "oversikt:", err)
		os.Exit(1)
	}
}

// run carries out one command line. Messages about the command line itself go to stderr.
func run(ctx context.Context, args, environ []string, stderr io.Writer) error {
	if len(args) == 0 {
		usage(stderr)
		return errUsage
	}
	if args[0] == "help" || args[0] == "--help" || args[0] == "-h" {
		usage(os.Stdout)
		return nil
	}
	for _, cmd := range commands() {
		words := strings.Fields(cmd.name)
		if len(args) < len(words) || !slices.Equal(words, args[:len(words)]) {
			continue
		}
		rest, err := cmd.parse(args[len(words):], stderr)
		if errors.Is(err, flag.ErrHelp) {
			return nil
		}
		if err != nil {
			return errUsage
		}
		c, err := readConfig(environ)
		if err != nil {
			return err
		}
		return traced(ctx, c, func() error { return cmd.run(ctx, c, rest) })
	}
	fmt.Fprintf(stderr, "oversikt: no command %q; `oversikt help` lists them\n", args[0])
	return errUsage
}

// parse returns the arguments after the command's name, none where it takes none. It
// returns flag.ErrHelp after printing help, another error after printing what is wrong.
func (cmd command) parse(args []string, stderr io.Writer) ([]string, error) {
	if strings.HasSuffix(cmd.args, "…") {
		return args, nil
	}
	fs := flag.NewFlagSet(cmd.name, flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.Usage = func() {
		fmt.Fprintf(fs.Output(), "%s: %s\n\nUsage:\n  %s\n\nExample:\n  %s\n",
			cmd.name, cmd.summary, strings.TrimSpace("oversikt "+cmd.name+" "+cmd.args), cmd.example)
		for _, more := range commands() {
			if strings.HasPrefix(more.name, cmd.name+" ") {
				fmt.Fprintf(fs.Output(), "\noversikt %s --help\n  %s\n", more.name, more.summary)
			}
		}
	}
	if len(args) > 0 && (args[0] == "--help" || args[0] == "-h") {
		fs.SetOutput(os.Stdout)
	}
	if err := fs.Parse(args); err != nil {
		return nil, err
	}
	want := 0
	if cmd.args != "" {
		want = 1
	}
	optional := strings.HasPrefix(cmd.args, "[")
	if n := fs.NArg(); n != want && !(n == 0 && optional) {
		fmt.Fprintf(stderr, "oversikt %s: %d arguments, want %d\n", cmd.name, fs.NArg(), want)
		fs.Usage()
		return nil, errUsage
	}
	return fs.Args(), nil
}

func usage(w io.Writer) {
	fmt.Fprintln(w, "oversikt is a directory of help for pårørende in Norway.\n\nUsage:\n  oversikt COMMAND [--help]\n\nCommands:")
	for _, cmd := range commands() {
		fmt.Fprintf(w, "  %-22s %s\n", strings.TrimSpace(cmd.name+" "+cmd.args), cmd.summary)
	}
	fmt.Fprintln(w, "\nConfiguration is read from the environment (OVERSIKT_…); README.md has the table.")
}

func printVersion(context.Context, config, []string) error {
	fmt.Println(version)
	return nil
}
