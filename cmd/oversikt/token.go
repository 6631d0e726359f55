package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/staff"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

const tokenHelp = `token: tokens that programs of a kommune or an organization write with

Usage:
  oversikt token create --kommune NUMBER | --organization ID  --name NAME [--scopes skriv,bekreft,slett] [--days 365]
  oversikt token list
  oversikt token revoke ID

create prints the token once, on stdout alone, and mails the owner's managers. --days 0 makes one that does
not run out.

Example:
  oversikt token create --kommune 1804 --name "Nettstedet" --scopes skriv,bekreft
`

// tokenArgs is what a command line of token asks for.
type tokenArgs struct {
	create *store.Token
	list   bool
	revoke int64
}

// readTokenArgs returns what the arguments ask for. It returns flag.ErrHelp when that is
// help.
func readTokenArgs(args []string, now time.Time) (tokenArgs, error) {
	if len(args) == 0 {
		return tokenArgs{}, errors.New("want create, list or revoke")
	}
	switch name, rest := args[0], args[1:]; {
	case name == "--help" || name == "-h":
		return tokenArgs{}, flag.ErrHelp
	case name == "create":
		t, err := readNewToken(rest, now)
		return tokenArgs{create: t}, err
	case name == "list" && len(rest) == 0:
		return tokenArgs{list: true}, nil
	case name == "revoke" && len(rest) == 1:
		id, err := strconv.ParseInt(rest[0], 10, 64)
		if err != nil || id < 1 {
			return tokenArgs{}, fmt.Errorf("revoke: %q is no id; `oversikt token list` shows them", rest[0])
		}
		return tokenArgs{revoke: id}, nil
	case name == "list" || name == "revoke":
		return tokenArgs{}, fmt.Errorf("%s: %d arguments", name, len(rest))
	default:
		return tokenArgs{}, fmt.Errorf("no command %q; want create, list or revoke", name)
	}
}

func readNewToken(args []string, now time.Time) (*store.Token, error) {
	var t store.Token
	fs := flag.NewFlagSet("token create", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.StringVar((*string)(&t.Owner.Kommune), "kommune", "", "")
	fs.Int64Var(&t.Owner.Organization, "organization", 0, "")
	fs.StringVar(&t.Name, "name", "", "")
	scopes := fs.String("scopes", "skriv,bekreft", "")
	days := fs.Int("days", 365, "")
	if err := fs.Parse(args); err != nil {
		return nil, err
	}
	for _, scope := range strings.Split(*scopes, ",") {
		t.Scopes = append(t.Scopes, store.Scope(strings.TrimSpace(scope)))
	}
	if *days != 0 {
		until := now.AddDate(0, 0, *days)
		t.ExpiresAt = &until
	}
	switch {
	case fs.NArg() > 0:
		return nil, fmt.Errorf("create: what is %q?", fs.Arg(0))
	case (t.Owner.Kommune == "") == (t.Owner.Organization == 0):
		return nil, errors.New("create: want one of --kommune and --organization")
	}
	return &t, nil
}

// token is the subcommand.
func token(ctx context.Context, c config, args []string) error {
	asked, err := readTokenArgs(args, time.Now())
	if errors.Is(err, flag.ErrHelp) {
		fmt.Print(tokenHelp)
		return nil
	}
	if err != nil {
		return fmt.Errorf("token %w; `oversikt token --help` explains", err)
	}
	st, done, err := openDatabase(ctx, c, c.logger())
	if err != nil {
		return err
	}
	defer done()
	switch {
	case asked.create != nil:
		return createToken(ctx, c, st, *asked.create)
	case asked.list:
		return listTokens(ctx, st)
	}
	if err := st.RevokeToken(ctx, operator(), asked.revoke); errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("token revoke: there is no token %d; `oversikt token list` shows them", asked.revoke)
	} else if err != nil {
		return err
	}
	fmt.Printf("Token %d is revoked.\n", asked.revoke)
	return nil
}

func createToken(ctx context.Context, c config, st *store.Store, t store.Token) error {
	name, err := ownerName(ctx, st, t.Owner)
	if err != nil {
		return err
	}
	created, secret, err := st.CreateToken(ctx, operator(), t, staff.TokenMail(c.BaseURL, name))
	var invalid directory.Invalid
	if errors.As(err, &invalid) {
		return fmt.Errorf("token create: %w", invalid)
	}
	if err != nil {
		return err
	}
	until := "until it is revoked"
	if created.ExpiresAt != nil {
		until = "until " + created.ExpiresAt.Format(time.DateOnly)
	}
	fmt.Fprintf(os.Stderr, "Token %d of %s works %s. It is shown this once:\n", created.ID, name, until)
	fmt.Println(secret)
	return nil
}

func listTokens(ctx context.Context, st *store.Store) error {
	all, err := st.AllTokens(ctx)
	if err != nil {
		return err
	}
	fmt.Printf("%6s  %-30s  %-30s  %-20s  %-10s  %s\n", "id", "owner", "name", "scopes", "last used", "state")
	for _, t := range all {
		owner, err := ownerName(ctx, st, t.Owner)
		if err != nil {
			return err
		}
		scopes := make([]string, len(t.Scopes))
		for i, scope := range t.Scopes {
			scopes[i] = string(scope)
		}
		fmt.Printf("%6d  %-30s  %-30s  %-20s  %-10s  %s\n", t.ID, owner, t.Name, strings.Join(scopes, ","), dayOr(t.UsedAt, "never"), stateOf(t, time.Now()))
	}
	return nil
}

func stateOf(t store.Token, now time.Time) string {
	switch {
	case t.RevokedAt != nil:
		return "revoked " + dayOr(t.RevokedAt, "")
	case !t.Works(now):
		return "ran out " + dayOr(t.ExpiresAt, "")
	}
	return "works until " + dayOr(t.ExpiresAt, "revoked")
}

func dayOr(t *time.Time, otherwise string) string {
	if t == nil {
		return otherwise
	}
	return t.Format(time.DateOnly)
}

// ownerName returns what a kommune or an organization is called. For one that there is
// not, the error says so.
func ownerName(ctx context.Context, st *store.Store, o auth.Owner) (string, error) {
	name, err := st.OwnerName(ctx, o)
	if errors.Is(err, store.ErrNotFound) {
		return "", fmt.Errorf("there is no such owner: kommune %q, organization %d", o.Kommune, o.Organization)
	}
	return name, err
}
