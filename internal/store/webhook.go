package store

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode"

	"gorm.io/gorm"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// JobWebhook sends what a WebhookJob says.
const JobWebhook JobKind = "webhook"

// TaskWebhook asks the national editors to look at a webhook that is not sent to any more.
const TaskWebhook TaskKind = "webhook_disabled"

const (
	// WebhookPatience is how long a webhook may fail before it is disabled. Jobs are tried
	// for longer, so that it is never a job that gives up first.
	WebhookPatience = 48 * time.Hour
	// webhookWorry is how long a webhook may fail before its contact is told: a night or a
	// short stop at the receiver's is over by then, and a whole day is left to mend what is not.
	webhookWorry = WebhookPatience / 2
	// SecretOverlap is how long messages are signed with an old secret too: whoever looks
	// after the receiver has a working week to change it.
	SecretOverlap = 7 * 24 * time.Hour
	// mostOldSecrets is how many old secrets messages are signed with besides. A new one may be
	// lost before it is given to the receiver, which has one of those before still.
	mostOldSecrets = 4
	// mostWebhooks is how many there may be: each is looked at every few seconds, and those
	// that are slow share the few jobs that are done at a time.
	mostWebhooks = 200
	// mostWishes is how many messages wait that editors have asked for, of one webhook.
	mostWishes = 10
	// mostFollowed is how many kommuner, or types, a webhook may name.
	mostFollowed = 400
)

// Webhook is where somebody who keeps a copy is told that something has changed.
type Webhook struct {
	ID           int64
	Name         string
	URL          string
	Email        string          // of who looks after the receiver; empty: nobody is told
	Kommuner     []region.Number // with Types, which offerings it follows; both empty: everything
	Types        []string
	Cursor       string // of the API: what was sent and taken last
	CreatedBy    string // auth.Actor as text
	CreatedAt    time.Time
	SentAt       *time.Time // when a message was last taken
	FailingSince *time.Time
	DisabledAt   *time.Time
	DisabledWhy  string // in words for editors
	// OldSecretUntil is until when messages are signed with an old secret too; nil: they are not.
	OldSecretUntil *time.Time
}

// Everything reports whether it follows all there is.
func (w Webhook) Everything() bool { return len(w.Kommuner)+len(w.Types) == 0 }

// WebhookJob is the payload of a JobWebhook.
type WebhookJob struct {
	Webhook int64  `json:"webhook"`
	Test    bool   `json:"test,omitempty"`
	Again   string `json:"again,omitempty"` // cursor to send from once more
}

// Delivery is one attempt to send a message.
type Delivery struct {
	ID            int64
	Webhook       int64
	Message       string // webhook-id
	Test          bool
	Changes       int
	At            time.Time
	Took          time.Duration
	Status        int    // of the answer; 0: there was none
	Problem       string // empty: it was taken
	Before, After string // cursors
	Gone          bool   // the receiver wants no more
	Again         bool   // of what was sent before: it moves no cursor
}

type webhookRow struct {
	ID           int64
	Name, URL    string
	Email        string
	Kommuner     textArray
	Types        textArray
	Cursor       string
	CreatedBy    string
	CreatedAt    time.Time
	SentAt       *time.Time
	FailingSince *time.Time
	DisabledAt   *time.Time
	DisabledWhy  string

	OldSecretUntil *time.Time
}

func (r webhookRow) webhook() Webhook {
	return Webhook{
		ID: r.ID, Name: r.Name, URL: r.URL, Email: r.Email, Kommuner: texts[region.Number](r.Kommuner), Types: []string(r.Types), Cursor: r.Cursor,
		CreatedBy: r.CreatedBy, CreatedAt: r.CreatedAt.UTC(), SentAt: inUTC(r.SentAt), FailingSince: inUTC(r.FailingSince),
		DisabledAt: inUTC(r.DisabledAt), DisabledWhy: r.DisabledWhy, OldSecretUntil: inUTC(r.OldSecretUntil),
	}
}

// webhooks returns the webhooks that the condition finds, by name, without their secrets.
func webhooks(tx *gorm.DB, where string, args ...any) ([]Webhook, error) {
	return scan(tx.Raw(`SELECT id, name, url, email, kommuner, types, cursor, created_by, created_at, sent_at, failing_since, disabled_at, disabled_why,
			(SELECT max(until) FROM webhook_old_secrets o WHERE o.webhook_id = webhooks.id AND until > now()) AS old_secret_until
		FROM webhooks WHERE `+where+` ORDER BY name, id`, args...), webhookRow.webhook)
}

// CreateWebhook stores a new webhook with the name, addresses and filter of w, and returns it
// with its secret, which cannot be had again. It is told of what changes from now on; cursor
// writes where that is, in the feed of an installation. The actor has to be allowed
// auth.Curate. It returns a directory.Invalid for what may not be stored, which names
// "webhooks" when there are as many as may be.
func (s *Store) CreateWebhook(ctx context.Context, actor auth.Actor, w Webhook, cursor func(installation string, head Cursor) string) (Webhook, string, error) {
	secret := newWebhookSecret()
	installation, err := s.Installation(ctx)
	if err != nil {
		return Webhook{}, "", fmt.Errorf("create webhook: %w", err)
	}
	head, err := s.Head(ctx)
	if err != nil {
		return Webhook{}, "", fmt.Errorf("create webhook: %w", err)
	}
	w.Cursor = cursor(installation, head)
	var created Webhook
	err = s.write(ctx, func(tx *gorm.DB) error {
		if err := auth.Can(actor, auth.Curate, auth.Thing{}); err != nil {
			return err
		}
		w.Name, w.URL, w.Email = strings.TrimSpace(w.Name), strings.TrimSpace(w.URL), strings.ToLower(strings.TrimSpace(w.Email))
		if err := checkWebhook(tx, w); err != nil {
			return err
		}
		var id int64
		err := tx.Raw(`INSERT INTO webhooks (name, url, email, secret, kommuner, types, cursor, created_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`,
			w.Name, w.URL, w.Email, secret, textArray(texts[string](w.Kommuner)), textArray(w.Types), w.Cursor, actor.String()).Scan(&id).Error
		if err != nil {
			return err
		}
		if created, err = one(webhooks(tx, "id = ?", id)); err != nil {
			return err
		}
		return record(tx, actor, "webhook_created", map[string]any{"webhook": id, "name": w.Name, "host": hostIn(w.URL)})
	})
	if err != nil {
		return Webhook{}, "", fmt.Errorf("create webhook: %w", err)
	}
	return created, secret, nil
}

// newWebhookSecret returns what to sign messages with, as Standard Webhooks writes it.
func newWebhookSecret() string {
	key := make([]byte, 32)
	rand.Read(key) // never fails
	return "whsec_" + base64.StdEncoding.EncodeToString(key)
}

// cleanContact returns the address as it is stored, or a directory.Invalid. It may be empty.
func cleanContact(email string) (string, error) {
	if strings.TrimSpace(email) == "" {
		return "", nil
	}
	return cleanEmail(email)
}

// hostIn returns the host of an address: what follows it may be secret.
func hostIn(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}

func checkWebhook(tx *gorm.DB, w Webhook) error {
	v := directory.Invalid{}
	switch {
	case w.Name == "":
		v["name"] = directory.MsgRequired
	case len([]rune(w.Name)) > 100:
		v["name"] = directory.MsgTooLong
	case directory.HasUnseen(w.Name), strings.ContainsAny(w.Name, "\t\r\n\uFFFD"):
		v["name"] = directory.MsgFormat
	}
	u, err := url.Parse(w.URL)
	switch {
	case w.URL == "":
		v["url"] = directory.MsgRequired
	case len(w.URL) > 2000:
		v["url"] = directory.MsgTooLong
	case err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.Fragment != "" || strings.ContainsFunc(w.URL, unicode.IsSpace) || directory.HasUnseen(w.URL):
		v["url"] = directory.MsgFormat
	}
	if _, err := cleanContact(w.Email); err != nil {
		v["email"] = directory.MsgFormat
	}
	var there int
	if err := tx.Raw("SELECT count(*) FROM webhooks").Scan(&there).Error; err != nil {
		return err
	}
	if there >= mostWebhooks {
		v["webhooks"] = directory.MsgTooLong
	}
	for _, list := range []struct {
		field, sql string
		codes      []string
	}{
		{"kommuner", "SELECT count(*) FROM kommuner WHERE number = ANY(?) AND ended_on IS NULL", texts[string](w.Kommuner)},
		{"types", "SELECT count(*) FROM offering_types WHERE code = ANY(?)", w.Types},
	} {
		codes := set(list.codes)
		var known int
		if len(codes) > mostFollowed {
			v[list.field] = directory.MsgTooLong
			continue
		}
		if err := tx.Raw(list.sql, textArray(codes)).Scan(&known).Error; err != nil {
			return err
		}
		if known != len(codes) {
			v[list.field] = directory.MsgUnknown
		}
	}
	if len(v) > 0 {
		return v
	}
	return nil
}

// Webhooks returns all webhooks by name. The actor has to be allowed auth.Curate.
func (s *Store) Webhooks(ctx context.Context, actor auth.Actor) ([]Webhook, error) {
	if err := auth.Can(actor, auth.Curate, auth.Thing{}); err != nil {
		return nil, fmt.Errorf("list webhooks: %w", err)
	}
	found, err := webhooks(s.db.WithContext(ctx), "true")
	if err != nil {
		return nil, fmt.Errorf("list webhooks: %w", err)
	}
	return found, nil
}

// WebhookByID returns the webhook, or ErrNotFound. The actor has to be allowed auth.Curate.
func (s *Store) WebhookByID(ctx context.Context, actor auth.Actor, id int64) (Webhook, error) {
	err := auth.Can(actor, auth.Curate, auth.Thing{})
	var w Webhook
	if err == nil {
		w, err = one(webhooks(s.db.WithContext(ctx), "id = ?", id))
	}
	if err != nil {
		return Webhook{}, fmt.Errorf("webhook %d: %w", id, err)
	}
	return w, nil
}

// Deliveries returns the last attempts to send to the webhook, the newest first. The actor
// has to be allowed auth.Curate.
func (s *Store) Deliveries(ctx context.Context, actor auth.Actor, id int64, limit int) ([]Delivery, error) {
	if err := auth.Can(actor, auth.Curate, auth.Thing{}); err != nil {
		return nil, fmt.Errorf("deliveries of webhook %d: %w", id, err)
	}
	var rows []struct {
		ID            int64
		Message, Kind string
		Changes       int
		At            time.Time
		Took          float64
		Status        *int
		Problem       string
		Before, After string
	}
	err := s.db.WithContext(ctx).Raw(`SELECT id, message, kind, changes, at, extract(epoch FROM took)::float8 AS took, status, problem, before, after
		FROM webhook_deliveries WHERE webhook_id = ? ORDER BY id DESC LIMIT ?`, id, limit).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("deliveries of webhook %d: %w", id, err)
	}
	found := make([]Delivery, len(rows))
	for i, r := range rows {
		found[i] = Delivery{ID: r.ID, Webhook: id, Message: r.Message, Test: r.Kind == "test", Changes: r.Changes, At: r.At.UTC(),
			Took: time.Duration(r.Took * float64(time.Second)), Problem: r.Problem, Before: r.Before, After: r.After}
		if r.Status != nil {
			found[i].Status = *r.Status
		}
	}
	return found, nil
}

// RemoveWebhook forgets the webhook with all that was sent to it. The actor has to be
// allowed auth.Curate. It returns ErrNotFound where there is none.
func (s *Store) RemoveWebhook(ctx context.Context, actor auth.Actor, id int64) error {
	return s.changeWebhook(ctx, actor, id, "webhook_removed", func(tx *gorm.DB, _ Webhook) error {
		err := tx.Exec("UPDATE jobs SET done_at = now() WHERE kind = ? AND done_at IS NULL AND (payload->>'webhook')::bigint = ?", string(JobWebhook), id).Error
		if err != nil {
			return err
		}
		if err := finishTasks(tx, actor, TaskWebhook, taskKeyOfWebhook(id)); err != nil {
			return err
		}
		return tx.Exec("DELETE FROM webhooks WHERE id = ?", id).Error
	})
}

// EnableWebhook lets what has changed be sent to the webhook again, from where it stopped,
// and a job that waits be done at once. Actor and errors are as for RemoveWebhook.
func (s *Store) EnableWebhook(ctx context.Context, actor auth.Actor, id int64) error {
	return s.changeWebhook(ctx, actor, id, "webhook_enabled", func(tx *gorm.DB, _ Webhook) error {
		err := tx.Exec("UPDATE webhooks SET disabled_at = NULL, disabled_why = '', failing_since = NULL WHERE id = ?", id).Error
		if err != nil {
			return err
		}
		err = tx.Exec(`UPDATE jobs SET run_at = now(), attempts = 0, gave_up_at = NULL
			WHERE kind = ? AND done_at IS NULL AND (locked_until IS NULL OR locked_until < now()) AND (payload->>'webhook')::bigint = ?`, string(JobWebhook), id).Error
		if err != nil {
			return err
		}
		if err := finishTasks(tx, actor, TaskWebhook, taskKeyOfWebhook(id)); err != nil {
			return err
		}
		return tx.Exec("NOTIFY jobs").Error
	})
}

// RotateWebhookSecret gives the webhook a new secret, which it returns and which cannot be
// had again. For SecretOverlap messages are signed with those before too. Actor and errors
// are as for RemoveWebhook.
func (s *Store) RotateWebhookSecret(ctx context.Context, actor auth.Actor, id int64) (string, error) {
	secret := newWebhookSecret()
	err := s.changeWebhook(ctx, actor, id, "webhook_rotated", func(tx *gorm.DB, _ Webhook) error {
		// The lock, so that two at once do not keep the same old one and lose the first's new one.
		err := tx.Exec(`INSERT INTO webhook_old_secrets (webhook_id, secret, until)
			SELECT id, secret, now() + ?::interval FROM webhooks WHERE id = ? FOR UPDATE`, interval(SecretOverlap), id).Error
		if err != nil {
			return err
		}
		err = tx.Exec(`DELETE FROM webhook_old_secrets WHERE webhook_id = ? AND id NOT IN
			(SELECT id FROM webhook_old_secrets WHERE webhook_id = ? ORDER BY id DESC LIMIT ?)`, id, id, mostOldSecrets).Error
		if err != nil {
			return err
		}
		return tx.Exec("UPDATE webhooks SET secret = ? WHERE id = ?", secret, id).Error
	})
	if err != nil {
		return "", err
	}
	return secret, nil
}

// SetWebhookContact lets whoever has the address be told when messages do not come through;
// nobody where it is empty. Actor and errors are as for RemoveWebhook; it returns a
// directory.Invalid for what is no address.
func (s *Store) SetWebhookContact(ctx context.Context, actor auth.Actor, id int64, email string) error {
	return s.changeWebhook(ctx, actor, id, "webhook_contact", func(tx *gorm.DB, _ Webhook) error {
		email, err := cleanContact(email)
		if err != nil {
			return err
		}
		return tx.Exec("UPDATE webhooks SET email = ? WHERE id = ?", email, id).Error
	})
}

// TestWebhook queues a message that says that it is a test. Actor and errors are as for
// RemoveWebhook; it returns TooSoon when enough of what editors have asked for waits.
func (s *Store) TestWebhook(ctx context.Context, actor auth.Actor, id int64) error {
	return s.changeWebhook(ctx, actor, id, "webhook_tested", func(tx *gorm.DB, _ Webhook) error {
		return enqueueWish(tx, WebhookJob{Webhook: id, Test: true})
	})
}

// SendAgain queues what the delivery was about once more. Actor and errors are as for
// RemoveWebhook; it returns ErrNotFound also for a delivery of another webhook, and
// TooSoon as TestWebhook does.
func (s *Store) SendAgain(ctx context.Context, actor auth.Actor, id, delivery int64) error {
	return s.changeWebhook(ctx, actor, id, "webhook_sent_again", func(tx *gorm.DB, _ Webhook) error {
		var found []struct{ Kind, Before string }
		err := tx.Raw("SELECT kind, before FROM webhook_deliveries WHERE id = ? AND webhook_id = ?", delivery, id).Scan(&found).Error
		if err != nil {
			return err
		}
		if len(found) == 0 {
			return ErrNotFound
		}
		if found[0].Kind == "test" {
			return enqueueWish(tx, WebhookJob{Webhook: id, Test: true})
		}
		return enqueueWish(tx, WebhookJob{Webhook: id, Again: found[0].Before})
	})
}

func (s *Store) changeWebhook(ctx context.Context, actor auth.Actor, id int64, what string, change func(*gorm.DB, Webhook) error) error {
	err := s.write(ctx, func(tx *gorm.DB) error {
		if err := auth.Can(actor, auth.Curate, auth.Thing{}); err != nil {
			return err
		}
		w, err := one(webhooks(tx, "id = ?", id))
		if err != nil {
			return err
		}
		if err := change(tx, w); err != nil {
			return err
		}
		return record(tx, actor, what, map[string]any{"webhook": id, "name": w.Name})
	})
	if err != nil {
		return fmt.Errorf("%s %d: %w", strings.ReplaceAll(what, "_", " "), id, err)
	}
	return nil
}

func taskKeyOfWebhook(id int64) string { return fmt.Sprintf("webhook:%d", id) }

// DisabledWebhook is the detail of a TaskWebhook.
type DisabledWebhook struct {
	Webhook int64  `json:"webhook"`
	Name    string `json:"name"`
	Why     string `json:"why"`
}
