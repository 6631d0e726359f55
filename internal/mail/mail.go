// Package mail sends what the store has queued to be mailed: to a mail server, or, where
// none is named, into a folder, one file a message, which is how one tries the program out.
//
// A message whose job has a key is queued once, ever. It is sent once, too, but for this:
// a node that dies, or loses the database for long, after the server took the message and
// before that is noted, sends it a second time. Both then have the same Message-ID, so that
// readers' programs can show one.
package mail

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	netmail "net/mail"
	"strings"
	"time"
	"unicode"

	gomail "github.com/wneessen/go-mail"

	"github.com/nasjonal-oversikt/oversikt/internal/store"
	"github.com/nasjonal-oversikt/oversikt/internal/trace"
	"github.com/nasjonal-oversikt/oversikt/internal/work"
)

// Sender takes a finished message and returns when somebody else answers for it.
type Sender interface {
	Send(ctx context.Context, m *gomail.Msg) error
}

// ErrRefused is returned for a message that the recipient's server will not have, now or
// later: there is no such mailbox, say.
var ErrRefused = errors.New("refused by the recipient's server")

// Handler returns what does a store.JobMail. from is whom messages are from, an address
// with or without a name before it. A message that has expired is skipped; one that cannot
// be right or is refused for good gives a work.Permanent error.
func Handler(s Sender, from netmail.Address, now func() time.Time) work.Handler {
	return func(ctx context.Context, j store.Job) error {
		m, expires, err := j.Mail()
		if err != nil {
			return work.Permanent(err)
		}
		// By the database's clock, as it was written: a node whose own is ahead would drop every
		// code to sign in with.
		if !expires.IsZero() && j.TakenAt.After(expires) {
			return work.Skipped("expired before it could be sent")
		}
		message, err := compose(from, m, messageID(j, from), now())
		if err != nil {
			return work.Permanent(err)
		}
		ctx, span := trace.Start(ctx, "mail")
		err = s.Send(ctx, message)
		span.End(err)
		if errors.Is(err, ErrRefused) {
			return work.Permanent(err)
		}
		return err
	}
}

// messageID is the same for every attempt at the job. Numbers of jobs may be given again
// after a backup was restored; the content tells those apart.
func messageID(j store.Job, from netmail.Address) string {
	sum := sha256.Sum256(j.Payload)
	_, host, _ := strings.Cut(from.Address, "@")
	return fmt.Sprintf("job-%d.%s@%s", j.ID, hex.EncodeToString(sum[:8]), host)
}

// compose returns the message as it is sent. It fails for what would not be one message
// to one recipient: a line break or other control character in address or subject.
func compose(from netmail.Address, m store.Mail, id string, at time.Time) (*gomail.Msg, error) {
	to, err := netmail.ParseAddress(m.To)
	if err != nil || to.Address != m.To || strings.ContainsFunc(m.To, unicode.IsControl) {
		return nil, errors.New("the recipient's address is none")
	}
	if m.Subject == "" || strings.ContainsFunc(m.Subject, unicode.IsControl) {
		return nil, errors.New("the subject is empty, or has a control character in it")
	}
	message := gomail.NewMsg(gomail.WithCharset(gomail.CharsetUTF8), gomail.WithEncoding(gomail.EncodingQP), gomail.WithNoDefaultUserAgent())
	message.FromMailAddress(&from)
	message.ToMailAddress(to)
	message.Subject(m.Subject)
	message.SetDateWithValue(at)
	message.SetMessageIDWithValue(id)
	// RFC 3834: out-of-office answers to a machine help nobody.
	message.SetGenHeader("Auto-Submitted", "auto-generated")
	message.SetGenHeader("X-Auto-Response-Suppress", "All")
	message.SetBodyString(gomail.TypeTextPlain, m.Text)
	return message, nil
}
