package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

const userHelp = `user: people who may sign in

Usage:
  oversikt user add EMAIL [--name NAME] [--national] [--kommune NUMBER [--role forvalter|bidragsyter]]
  oversikt user list
  oversikt user login-link EMAIL
  oversikt user sign-out EMAIL
  oversikt user disable EMAIL
  oversikt user enable EMAIL
  oversikt user export EMAIL
  oversikt user erase EMAIL --yes

add also changes somebody who is there. login-link prints an address that signs the person in once, within
10 minutes, without mail and second factor: for when those are lost. Who made one is recorded.
sign-out ends all the person's sessions, for when a browser or a device is in other hands; it takes back no
passkey and no app, and they sign in again as before.
export prints all that is kept about the person, as JSON, for who asks for it. erase removes the account
and all that says whose it was, for good; without --yes it says what would go. Backups that were made before
still have it: erase again after restoring one.

Example:
  oversikt user add kari.nordmann@example.org --name "Kari Nordmann" --national
`

const userCommands = "add, list, login-link, sign-out, disable, enable, export or erase"

// userArgs is what a command line of user asks for.
type userArgs struct {
	command  string
	email    string
	name     string
	national bool
	grant    auth.Grant
	yes      bool // erase for good
}

// readUserArgs returns what the arguments ask for. It returns flag.ErrHelp when that is
// help.
func readUserArgs(args []string) (userArgs, error) {
	if len(args) == 0 {
		return userArgs{}, errors.New("want " + userCommands)
	}
	u := userArgs{command: args[0]}
	rest := args[1:]
	switch u.command {
	case "--help", "-h":
		return u, flag.ErrHelp
	case "list":
		if len(rest) > 0 {
			return u, fmt.Errorf("list: %d arguments, want none", len(rest))
		}
		return u, nil
	case "add", "login-link", "sign-out", "disable", "enable", "export", "erase":
	default:
		return u, fmt.Errorf("no command %q; want %s", u.command, userCommands)
	}
	if len(rest) == 0 || strings.HasPrefix(rest[0], "-") {
		return u, fmt.Errorf("%s: want an e-mail address first", u.command)
	}
	u.email, rest = rest[0], rest[1:]
	if directory.ValidateEmail(u.email) != nil {
		return u, fmt.Errorf("%s: %q is no e-mail address, for example kari.nordmann@example.org", u.command, u.email)
	}
	fs := flag.NewFlagSet("user "+u.command, flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	role := "forvalter"
	if u.command == "add" {
		fs.StringVar(&u.name, "name", "", "")
		fs.BoolVar(&u.national, "national", false, "")
		fs.StringVar((*string)(&u.grant.Owner.Kommune), "kommune", "", "")
		fs.StringVar(&role, "role", role, "")
	}
	if u.command == "erase" {
		fs.BoolVar(&u.yes, "yes", false, "")
	}
	if err := fs.Parse(rest); err != nil {
		return u, fmt.Errorf("%s: %w", u.command, err)
	}
	if fs.NArg() > 0 {
		return u, fmt.Errorf("%s: what is %q?", u.command, fs.Arg(0))
	}
	if u.grant.Role = auth.Role(role); u.grant.Role != auth.Manager && u.grant.Role != auth.Contributor {
		return u, fmt.Errorf("add: --role %s: want forvalter or bidragsyter", role)
	}
	if n := u.grant.Owner.Kommune; n != "" {
		if _, err := region.ParseNumber(string(n)); err != nil {
			return u, fmt.Errorf("add: --kommune %s: want four digits, for example 1804", n)
		}
	}
	return u, nil
}

// users is the subcommand user.
func users(ctx context.Context, c config, args []string) error {
	u, err := readUserArgs(args)
	if errors.Is(err, flag.ErrHelp) {
		fmt.Print(userHelp)
		return nil
	}
	if err != nil {
		return fmt.Errorf("user %w; `oversikt user --help` explains", err)
	}
	st, done, err := openDatabase(ctx, c, c.logger())
	if err != nil {
		return err
	}
	defer done()
	if _, err := st.Migrate(ctx); err != nil {
		return err
	}
	switch u.command {
	case "list":
		return listUsers(ctx, st, os.Stdout)
	case "add":
		return addUser(ctx, st, u, os.Stdout)
	}
	a, err := st.AccountByEmail(ctx, u.email)
	if errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("user %s: nobody has the address %s; `oversikt user list` shows who there is", u.command, u.email)
	}
	if err != nil {
		return err
	}
	switch u.command {
	case "export":
		content, err := st.ExportAccount(ctx, a.ID)
		if err == nil {
			err = st.RecordExport(ctx, operator(), a.ID)
		}
		if err != nil {
			return err
		}
		_, err = os.Stdout.Write(content)
		return err
	case "sign-out":
		return st.EndSessions(ctx, operator(), a.ID)
	case "erase":
		return eraseUser(ctx, st, u, a, os.Stdout)
	case "login-link":
		secret, err := st.CreateLoginLink(ctx, operator(), u.email)
		if errors.Is(err, auth.ErrForbidden) {
			return fmt.Errorf("user login-link: %s is disabled; `oversikt user enable %s` first", u.email, u.email)
		}
		if err != nil {
			return err
		}
		fmt.Printf("%s/logg-inn/lenke/%s\n", c.BaseURL, secret)
		return nil
	}
	err = st.DisableAccount(ctx, operator(), a.ID, u.command == "disable")
	if errors.Is(err, store.ErrLastManager) {
		return fmt.Errorf("user disable: %s is the last national editor; make another first: oversikt user add EMAIL --national", u.email)
	}
	return err
}

// eraseUser erases the account, or says what that would mean. It does not print the address:
// what is printed ends up in logs.
func eraseUser(ctx context.Context, st *store.Store, u userArgs, a store.Account, out io.Writer) error {
	alone, err := st.AloneIn(ctx, a)
	if err != nil {
		return err
	}
	for _, o := range alone {
		of := "kommune " + string(o.Kommune)
		if o.Kommune == "" {
			of = fmt.Sprintf("organization %d", o.Organization)
		}
		fmt.Fprintf(out, "Account %d is the only manager of %s: nobody there could let others in.\n", a.ID, of)
	}
	if !u.yes {
		fmt.Fprintf(out, "Account %d would go, with name, address, ways to sign in, roles, drafts and invitations. The history keeps its number. Add --yes to erase it for good.\n", a.ID)
		return nil
	}
	err = st.EraseAccount(ctx, operator(), a.ID)
	if errors.Is(err, store.ErrLastManager) {
		return fmt.Errorf("user erase: %s is the last national editor; make another first: oversikt user add EMAIL --national", u.email)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "Account %d is erased. Backups made before still have it: erase it again after restoring one.\n", a.ID)
	return nil
}

func addUser(ctx context.Context, st *store.Store, u userArgs, out io.Writer) error {
	a, err := st.AccountByEmail(ctx, u.email)
	if errors.Is(err, store.ErrNotFound) {
		a, err = st.CreateAccount(ctx, operator(), u.email, u.name)
	} else if err == nil && u.name != "" {
		err = st.RenameAccount(ctx, operator(), a.ID, u.name)
	}
	if err != nil {
		return err
	}
	if u.national {
		if err := st.SetNational(ctx, operator(), a.ID, true); err != nil {
			return err
		}
	}
	if n := u.grant.Owner.Kommune; n != "" {
		if _, err := st.KommuneByNumber(ctx, n); errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("user add: there is no kommune %s", n)
		} else if err != nil {
			return err
		}
		if err := st.SetGrant(ctx, operator(), a.ID, u.grant); err != nil {
			return err
		}
	}
	fmt.Fprintf(out, "%s can sign in now. The code comes by mail; without a mail server: oversikt user login-link %s\n", a.Email, a.Email)
	return nil
}

func listUsers(ctx context.Context, st *store.Store, out io.Writer) error {
	all, err := st.AllAccounts(ctx)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "EMAIL\tNAME\tMAY\tLAST IN")
	for _, a := range all {
		var may []string
		if a.DisabledAt != nil {
			may = append(may, "disabled")
		}
		if a.National {
			may = append(may, "national editor")
		}
		for _, g := range a.Grants {
			if g.Owner.Kommune != "" {
				may = append(may, fmt.Sprintf("%s in %s", g.Role, g.Owner.Kommune))
			} else {
				may = append(may, fmt.Sprintf("%s of organization %d", g.Role, g.Owner.Organization))
			}
		}
		last := "never"
		if a.SignedInAt != nil {
			last = a.SignedInAt.Format("2006-01-02")
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", a.Email, a.Name, strings.Join(may, ", "), last)
	}
	return w.Flush()
}

// howToBegin returns how to make the first national editor, or "" when there is one.
func howToBegin(ctx context.Context, st *store.Store) string {
	all, err := st.AllAccounts(ctx)
	if err != nil {
		return ""
	}
	for _, a := range all {
		if a.National && a.DisabledAt == nil {
			return ""
		}
	}
	return "Nobody can edit yet. In another window, with this one running:\n" +
		"  bin/oversikt user add YOUR-EMAIL --national\n  bin/oversikt user login-link YOUR-EMAIL\n"
}
