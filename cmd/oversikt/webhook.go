package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

const webhookHelp = `webhook: who is told of changes by a signed message

Usage:
  oversikt webhook add --name NAME --url https://… [--email ADDRESS] [--kommuner 0301,4601] [--types lms,ppt]
  oversikt webhook list
  oversikt webhook contact ID [ADDRESS]
  oversikt webhook test ID
  oversikt webhook enable ID
  oversikt webhook rotate ID
  oversikt webhook remove ID

add and rotate print the secret that messages are signed with once, on stdout alone. For seven days after
rotate, messages are signed with the old one too, so that the receiver can change without losing any. test
queues a message, which a running server sends; list says how that went.

Whoever has the address of --email, or of contact, is mailed when messages have not come through for a day,
and when none is sent any more, after two days or when the receiver answered 410. contact without an address
takes it away. enable sends again, from where it stopped.

Example:
  oversikt webhook add --name "Prøvemottaker" --url https://example.org/mottak --email drift@example.org
`

// webhookArgs is what a command line of webhook asks for.
type webhookArgs struct {
	what string         // the command
	add  *store.Webhook // of "add"
	id   int64          // of the others, but "list"
	mail string         // of "contact"
}

const webhookCommands = "add, list, contact, test, enable, rotate or remove"

// readWebhookArgs returns what the arguments ask for. It returns flag.ErrHelp when that is
// help.
func readWebhookArgs(args []string) (webhookArgs, error) {
	if len(args) == 0 {
		return webhookArgs{}, errors.New("want " + webhookCommands)
	}
	name, rest := args[0], args[1:]
	asked := webhookArgs{what: name}
	switch name {
	case "--help", "-h":
		return webhookArgs{}, flag.ErrHelp
	case "add":
		w, err := readNewWebhook(rest)
		asked.add = w
		return asked, err
	case "list":
		if len(rest) > 0 {
			return webhookArgs{}, fmt.Errorf("list: what is %q?", rest[0])
		}
		return asked, nil
	case "contact", "test", "enable", "rotate", "remove":
	default:
		return webhookArgs{}, fmt.Errorf("no command %q; want %s", name, webhookCommands)
	}
	if name == "contact" && len(rest) == 2 {
		asked.mail, rest = rest[1], rest[:1]
	}
	if len(rest) != 1 {
		return webhookArgs{}, fmt.Errorf("%s: %d arguments", name, len(rest))
	}
	id, err := strconv.ParseInt(rest[0], 10, 64)
	if err != nil || id < 1 {
		return webhookArgs{}, fmt.Errorf("%s: %q is no id; `oversikt webhook list` shows them", name, rest[0])
	}
	asked.id = id
	return asked, nil
}

func readNewWebhook(args []string) (*store.Webhook, error) {
	var w store.Webhook
	fs := flag.NewFlagSet("webhook add", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.StringVar(&w.Name, "name", "", "")
	fs.StringVar(&w.URL, "url", "", "")
	fs.StringVar(&w.Email, "email", "", "")
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
	switch asked.what {
	case "add":
		return addWebhook(ctx, st, *asked.add)
	case "list":
		return listWebhooks(ctx, st)
	}
	said, err := changeWebhook(ctx, st, asked)
	var invalid directory.Invalid
	switch {
	case errors.Is(err, store.ErrNotFound):
		return fmt.Errorf("webhook %s: there is no webhook %d; `oversikt webhook list` shows them", asked.what, asked.id)
	case errors.As(err, &invalid):
		return fmt.Errorf("webhook %s: %w", asked.what, invalid)
	case err != nil:
		return err
	}
	fmt.Println(said)
	return nil
}

// changeWebhook does what is asked to one webhook, and returns what to say of it.
func changeWebhook(ctx context.Context, st *store.Store, asked webhookArgs) (string, error) {
	switch asked.what {
	case "contact":
		if asked.mail == "" {
			return fmt.Sprintf("Nobody is told when webhook %d fails.", asked.id), st.SetWebhookContact(ctx, operator(), asked.id, "")
		}
		return fmt.Sprintf("%s is told when webhook %d fails.", asked.mail, asked.id), st.SetWebhookContact(ctx, operator(), asked.id, asked.mail)
	case "test":
		return "A running server sends the test now; `oversikt webhook list` says when it was taken.", st.TestWebhook(ctx, operator(), asked.id)
	case "enable":
		return fmt.Sprintf("Webhook %d is sent to again, from where it stopped.", asked.id), st.EnableWebhook(ctx, operator(), asked.id)
	case "rotate":
		secret, err := st.RotateWebhookSecret(ctx, operator(), asked.id)
		if err == nil {
			fmt.Fprintf(os.Stderr, "Messages are signed with the old secret too until %s. The new one is shown this once:\n", time.Now().Add(store.SecretOverlap).Format(time.DateOnly))
		}
		return secret, err
	default:
		return fmt.Sprintf("Webhook %d is removed.", asked.id), st.RemoveWebhook(ctx, operator(), asked.id)
	}
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
	if created.Email == "" {
		fmt.Fprintf(os.Stderr, "Nobody is told when it fails; `oversikt webhook contact %d ADDRESS` says whom to tell.\n", created.ID)
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
	fmt.Printf("%6s  %-30s  %-30s  %-30s  %-20s  %s\n", "id", "name", "host", "contact", "last taken", "state")
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
		if w.OldSecretUntil != nil {
			state += "; signed with an old secret too until " + dayOr(w.OldSecretUntil, "")
		}
		fmt.Printf("%6d  %-30s  %-30s  %-30s  %-20s  %s\n", w.ID, w.Name, host, cmp.Or(w.Email, "none"), dayOr(w.SentAt, "never"), state)
	}
	return nil
}
