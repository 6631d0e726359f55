package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/nasjonal-oversikt/oversikt/internal/store"
	"github.com/nasjonal-oversikt/oversikt/internal/upstream"
)

// importCommand is the command line of an import with flags: those that all have, and what
// each adds. The same thing has the same name in all of them.
type importCommand struct {
	*flag.FlagSet
	about string // what it does and how it is used, before the flags
	more  string // examples, after them

	dry   bool
	from  string // fetches: where to ask
	rate  float64
	again bool // resumes: begin at the beginning
	force bool // refuses: go on all the same
}

// newImport returns a command line that knows --dry-run.
func newImport(name, about, more string) *importCommand {
	c := &importCommand{FlagSet: flag.NewFlagSet("import "+name, flag.ContinueOnError), about: about, more: more}
	c.SetOutput(io.Discard) // parse says what is wrong, once
	c.BoolVar(&c.dry, "dry-run", false, "say what would be changed, and write nothing")
	return c
}

// fetches adds the flags of an import that asks a register: where, unless that is an argument,
// and how often.
func (c *importCommand) fetches(from, what string) {
	if from != "" {
		c.StringVar(&c.from, "fra", from, what+"; one that you name may be http and on your own network")
	}
	c.Float64Var(&c.rate, "per-sekund", 2, "requests a second at most")
}

// resumes adds the flag of an import that goes on where an earlier one stopped.
func (c *importCommand) resumes() {
	c.BoolVar(&c.again, "om-igjen", false, "begin at the beginning, not where an earlier import stopped")
}

// refuses adds the flag that takes in what would be refused.
func (c *importCommand) refuses(what string) { c.BoolVar(&c.force, "tving", false, what) }

// parse reads the arguments and wants so many beside the flags. It prints help that was asked
// for, and then reports that it is done; and what is wrong, and then returns errUsage.
func (c *importCommand) parse(args []string, want int) (done bool, err error) {
	err = c.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		c.help(os.Stdout)
		return true, nil
	case err != nil:
	case c.Lookup("per-sekund") != nil && c.rate <= 0:
		err = errors.New("--per-sekund: want more than 0")
	case c.NArg() != want:
		err = fmt.Errorf("%d arguments beside the flags, want %d", c.NArg(), want)
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "oversikt %s: %v\n\n", c.Name(), err)
		c.help(os.Stderr)
		return false, errUsage
	}
	return false, nil
}

func (c *importCommand) help(w io.Writer) {
	fmt.Fprintf(w, "%s: %s\nFlags:\n", c.Name(), c.about)
	c.SetOutput(w)
	c.PrintDefaults()
	c.SetOutput(io.Discard)
	fmt.Fprint(w, "\n"+c.more)
}

func (c *importCommand) given(name string) bool {
	given := false
	c.Visit(func(f *flag.Flag) { given = given || f.Name == name })
	return given
}

// client returns a client for the register at an address. own says that the address was given
// by whoever runs the program.
func (c *importCommand) client(conf config, base string, own bool) (*upstream.Client, error) {
	client, err := upstream.New(upstream.Options{Base: base, Own: own, Site: conf.BaseURL, PerSecond: c.rate, Log: conf.logger()})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.Name(), err)
	}
	return client, nil
}

// printCutOff says of an import that an error cut off what became of it: whether something was
// done, in the words of the import, and how to go on. The error itself is told after it.
func printCutOff(w io.Writer, some bool, done string) {
	if !some {
		fmt.Fprintf(w, "The import was cut off before anything was %s: all is as it was.\n", done)
		return
	}
	fmt.Fprintf(w, "The import was cut off. What was %s before that stays; give the same command again to go on. Until then:\n", done)
}

// openMigrated opens the database and brings its schema up to date.
func openMigrated(ctx context.Context, conf config) (*store.Store, func(), error) {
	st, done, err := openDatabase(ctx, conf, conf.logger())
	if err != nil {
		return nil, nil, err
	}
	if _, err := st.Migrate(ctx); err != nil {
		done()
		return nil, nil, err
	}
	return st, done, nil
}
