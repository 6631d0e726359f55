package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/url"
	"os"
	"strconv"
	"strings"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

const webhookHelp = `webhook: who is told of changes by a signed message

Usage:
  oversikt webhook add --name NAME --url https://… [--kommuner 0301,4601] [--types lms,ppt]
  oversikt webhook list
  oversikt webhook test ID
  oversikt webhook remove ID

add prints the secret that messages are signed with once, on stdout alone. test queues a message, which a
running server sends; list says how that went.

Example:
  oversikt webhook add --name "Prøvemottaker" --url https://example.org/mottak
`

// webhookArgs is what a command line of webhook asks for.
type webhookArgs struct {
	add          *store.Webhook
	list         bool
	test, remove int64
}

// readWebhookArgs returns what the arguments ask for. It returns flag.ErrHelp when that is
// help.
func readWebhookArgs(args []string) (webhookArgs, error) {
	if len(args) == 0 {
		return webhookArgs{}, errors.New("want add, list, test or remove")
	}
	switch name, rest := args[0], args[1:]; {
	case name == "--help" || name == "-h":
		return webhookArgs{}, flag.ErrHelp
	case name == "add":
		w, err := readNewWebhook(rest)
		return webhookArgs{add: w}, err
	case name == "list" && len(rest) == 0:
		return webhookArgs{list: true}, nil
	case (name == "test" || name == "remove") && len(rest) == 1:
		id, err := strconv.ParseInt(rest[0], 10, 64)
		if err != nil || id < 1 {
			return webhookArgs{}, fmt.Errorf("%s: %q is no id; `oversikt webhook list` shows them", name, rest[0])
		}
		if name == "test" {
			return webhookArgs{test: id}, nil
		}
		return webhookArgs{remove: id}, nil
	case name == "list" || name == "test" || name == "remove":
		return webhookArgs{}, fmt.Errorf("%s: %d arguments", name, len(rest))
	default:
		return webhookArgs{}, fmt.Errorf("no command %q; want add, list, test or remove", name)
	}
}

func readNewWebhook(args []string) (*store.Webhook, error) {
	var w store.Webhook
	fs := flag.NewFlagSet("webhook add", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.StringVar(&w.Name, "name", "", "")
	fs.StringVar(&w.URL, "url", "", "")
	kommuner := fs.String("kommuner", "", "")
	types := fs.String("types", "", "")
	if err := fs.Parse(args); err != nil {
		return nil, err
	}
	if fs.NArg() > 0 {
		return nil, fmt.Errorf("add: what is %q?", fs.Arg(0))
	}
	split := func(r rune) bool { return r == ',' || r == ' ' }
	for field := range strings.FieldsFuncSeq(*kommuner, split) {
		n, err := region.ParseNumber(field)
		if err != nil {
			return nil, fmt.Errorf("add: --kommuner: %q is no kommunenummer, such as 0301", field)
		}
		w.Kommuner = append(w.Kommuner, n)
	}
	w.Types = strings.FieldsFunc(*types, split)
	return &w, nil
}

// webhook is the subcommand.
func webhooks(ctx context.Context, c config, args []string) error {
	asked, err := readWebhookArgs(args)
	if errors.Is(err, flag.ErrHelp) {
		fmt.Print(webhookHelp)
		return nil
	}
	if err != nil {
		return fmt.Errorf("webhook %w; `oversikt webhook --help` explains", err)
	}
	st, done, err := openDatabase(ctx, c, c.logger())
	if err != nil {
		return err
	}
	defer done()
	switch {
	case asked.add != nil:
		return addWebhook(ctx, st, *asked.add)
	case asked.list:
		return listWebhooks(ctx, st)
	case asked.test != 0:
		if err := st.TestWebhook(ctx, operator(), asked.test); err != nil {
			return unknownWebhook("test", asked.test, err)
		}
		fmt.Println("A running server sends the test now; `oversikt webhook list` says when it was taken.")
		return nil
	}
	if err := st.RemoveWebhook(ctx, operator(), asked.remove); err != nil {
		return unknownWebhook("remove", asked.remove, err)
	}
	fmt.Printf("Webhook %d is removed.\n", asked.remove)
	return nil
}

func unknownWebhook(what string, id int64, err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("webhook %s: there is no webhook %d; `oversikt webhook list` shows them", what, id)
	}
	return err
}

func addWebhook(ctx context.Context, st *store.Store, w store.Webhook) error {
	created, secret, err := st.CreateWebhook(ctx, operator(), w, func(installation string, head store.Cursor) string {
		return search.Position{Installation: installation, Cursor: search.Cursor(head)}.Text()
	})
	var invalid directory.Invalid
	if errors.As(err, &invalid) {
		return fmt.Errorf("webhook add: %w", invalid)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "Webhook %d is told of what changes from now on. Its secret is shown this once:\n", created.ID)
	fmt.Println(secret)
	return nil
}

func listWebhooks(ctx context.Context, st *store.Store) error {
	all, err := st.Webhooks(ctx, operator())
	if err != nil {
		return err
	}
	fmt.Printf("%6s  %-30s  %-30s  %-20s  %s\n", "id", "name", "host", "last taken", "state")
	for _, w := range all {
		host := ""
		if u, err := url.Parse(w.URL); err == nil {
			host = u.Host
		}
		state := "works"
		switch {
		case w.DisabledAt != nil:
			state = "disabled " + dayOr(w.DisabledAt, "") + ": " + w.DisabledWhy
		case w.FailingSince != nil:
			state = "fails since " + dayOr(w.FailingSince, "")
		}
		fmt.Printf("%6d  %-30s  %-30s  %-20s  %s\n", w.ID, w.Name, host, dayOr(w.SentAt, "never"), state)
	}
	return nil
}
