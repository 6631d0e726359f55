package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/nasjonal-oversikt/oversikt/internal/diff"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

const approveHelp = `approve: changes of crisis and national services that wait for a second person

Usage:
  oversikt approve list
  oversikt approve NUMBER
  oversikt approve reject NUMBER REASON

Nobody changes alone what people in need dial. Another manager or national editor approves in the browser; where there
is no other, whoever runs the site looks at the change here. Call the number first.

Example:
  oversikt approve list
  oversikt approve 17
`

// approveArgs is what a command line of approve asks for.
type approveArgs struct {
	list   bool
	id     int64
	reject bool
	reason string
}

// readApproveArgs returns what the arguments ask for, or flag.ErrHelp when that is help.
func readApproveArgs(args []string) (approveArgs, error) {
	if len(args) == 0 {
		return approveArgs{}, errors.New("want list, a number, or reject with a number and a reason")
	}
	var a approveArgs
	switch args[0] {
	case "--help", "-h":
		return a, flag.ErrHelp
	case "list":
		if len(args) > 1 {
			return a, fmt.Errorf("list: %d arguments, want none", len(args)-1)
		}
		return approveArgs{list: true}, nil
	case "reject":
		if len(args) < 3 {
			return a, errors.New("reject: want the number of a change and a reason, for example: reject 17 \"not their number\"")
		}
		a.reject, a.reason, args = true, strings.Join(args[2:], " "), args[1:2]
	}
	if len(args) > 1 {
		return a, fmt.Errorf("%d arguments, want the number of one change", len(args))
	}
	id, err := strconv.ParseInt(args[0], 10, 64)
	if err != nil || id < 1 {
		return a, fmt.Errorf("%q is no number of a change; oversikt approve list has them", args[0])
	}
	a.id = id
	return a, nil
}

// approve is the approve subcommand.
func approve(ctx context.Context, c config, args []string) error {
	a, err := readApproveArgs(args)
	if errors.Is(err, flag.ErrHelp) {
		fmt.Print(approveHelp)
		return nil
	}
	if err != nil {
		return fmt.Errorf("approve: %w", err)
	}
	return runApprove(ctx, c, a, os.Stdout)
}

func runApprove(ctx context.Context, c config, a approveArgs, out io.Writer) error {
	st, done, err := openDatabase(ctx, c, c.logger())
	if err != nil {
		return err
	}
	defer done()
	switch {
	case a.list:
		open, err := st.OpenHeldChanges(ctx)
		if err != nil {
			return err
		}
		for _, h := range open {
			who, err := st.NameOfActor(ctx, h.By.Actor)
			if err != nil {
				return err
			}
			lines, err := st.Namesakes(ctx, h)
			if err != nil {
				return err
			}
			printHeld(out, h, who, lines)
		}
		fmt.Fprintf(out, "%d waiting\n", len(open))
		return nil
	case a.reject:
		if err := st.RejectChange(ctx, operator(), a.id, a.reason); err != nil {
			return err
		}
		fmt.Fprintf(out, "Change %d is rejected.\n", a.id)
		return nil
	}
	o, err := st.ApproveChange(ctx, operator(), a.id)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "Change %d of %q is approved.\n", a.id, o.Name)
	return nil
}

// printHeld prints a change that waits, with the numbers that readers would see beside it: who
// approves that something is shown approves those too. lines are the helplines whose name it bears.
func printHeld(out io.Writer, h store.HeldChange, who string, lines []directory.Namesake) {
	fmt.Fprintf(out, "%d  %s  %s\n    by %s", h.ID, h.At.In(page.Oslo).Format("2006-01-02 15:04"), h.Before.Name, who)
	if h.Why != "" {
		fmt.Fprintf(out, ": %s", h.Why)
	}
	fmt.Fprintln(out)
	for _, f := range diff.Offerings(h.Before, h.After, diff.Names{}) {
		fmt.Fprintf(out, "    %s: %q -> %q\n", f.Label, f.Before, f.After)
	}
	if !slices.Contains(directory.Held(h.Before, h.After), "phones") {
		fmt.Fprintf(out, "    with the telephone %s\n", numbersIn(h.After))
	}
	for _, l := range lines {
		fmt.Fprintf(out, "    has the name of the helpline %q, whose telephone is %s\n", l.Line.Name, numbersIn(l.Line))
	}
}

func numbersIn(o directory.Offering) string {
	if len(o.Phones) == 0 {
		return "none"
	}
	numbers := make([]string, len(o.Phones))
	for i, p := range o.Phones {
		numbers[i] = p.Number.String()
	}
	return strings.Join(numbers, ", ")
}
