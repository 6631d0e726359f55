package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// What the sending of messages asks of the store. It is background work, and asks nobody.

// enqueueWish queues what an editor asks for. It returns TooSoon when enough of it waits: a
// receiver that hangs must not hold up the others by being tried again and again.
func enqueueWish(tx *gorm.DB, job WebhookJob) error {
	var waiting int
	err := tx.Raw(`SELECT count(*) FROM jobs WHERE kind = ? AND done_at IS NULL AND (payload->>'webhook')::bigint = ?
		AND (jsonb_exists(payload, 'test') OR jsonb_exists(payload, 'again'))`, string(JobWebhook), job.Webhook).Scan(&waiting).Error
	if err != nil {
		return err
	}
	if waiting >= mostWishes {
		return TooSoon{time.Minute}
	}
	return enqueueWebhook(tx, job)
}

func enqueueWebhook(tx *gorm.DB, job WebhookJob) error {
	payload, err := json.Marshal(job)
	if err != nil {
		return err
	}
	return enqueue(tx, Job{Kind: JobWebhook, Payload: payload})
}

// WorkingWebhooks returns the webhooks that are to be told of changes and that no job is on
// its way to. It is for background work, and asks nobody.
func (s *Store) WorkingWebhooks(ctx context.Context) ([]Webhook, error) {
	found, err := webhooks(s.db.WithContext(ctx), "disabled_at IS NULL AND NOT "+onItsWay, string(JobWebhook))
	if err != nil {
		return nil, fmt.Errorf("list working webhooks: %w", err)
	}
	return found, nil
}

// onItsWay is the condition on webhooks that a job for changes is there.
const onItsWay = `EXISTS (SELECT FROM jobs j WHERE j.kind = ? AND j.done_at IS NULL
	AND (j.payload->>'webhook')::bigint = webhooks.id AND NOT jsonb_exists(j.payload, 'test') AND NOT jsonb_exists(j.payload, 'again'))`

// QueueWebhook queues that the webhook is told of what has changed, unless that is on its
// way: there is one such job at a time, so that messages come in order.
func (s *Store) QueueWebhook(ctx context.Context, id int64) error {
	err := s.write(ctx, func(tx *gorm.DB) error {
		// The lock keeps two leaders from queueing at once.
		if err := tx.Exec("SELECT FROM webhooks WHERE id = ? FOR UPDATE", id).Error; err != nil {
			return err
		}
		free, err := webhooks(tx, "id = ? AND disabled_at IS NULL AND NOT "+onItsWay, id, string(JobWebhook))
		if err != nil || len(free) == 0 {
			return err
		}
		return enqueueWebhook(tx, WebhookJob{Webhook: id})
	})
	if err != nil {
		return fmt.Errorf("queue webhook %d: %w", id, err)
	}
	return nil
}

// WebhookToSend returns the webhook with the secrets to sign with, the newest first. It is
// for who signs, and asks nobody. It returns ErrNotFound where it was removed.
func (s *Store) WebhookToSend(ctx context.Context, id int64) (Webhook, []string, error) {
	var secrets []string
	w, err := one(webhooks(s.db.WithContext(ctx), "id = ?", id))
	if err == nil {
		err = s.db.WithContext(ctx).Raw(`SELECT secret FROM (
			SELECT secret, NULL AS id FROM webhooks WHERE id = ?
			UNION ALL SELECT secret, id FROM webhook_old_secrets WHERE webhook_id = ? AND until > now()) s
			ORDER BY id DESC NULLS FIRST`, id, id).Scan(&secrets).Error
	}
	if err != nil {
		return Webhook{}, nil, fmt.Errorf("webhook %d: %w", id, err)
	}
	return w, secrets, nil
}

// MoveWebhook notes that there was nothing to tell up to the cursor.
func (s *Store) MoveWebhook(ctx context.Context, id int64, before, after string) error {
	err := s.db.WithContext(ctx).Exec("UPDATE webhooks SET cursor = ? WHERE id = ? AND cursor = ?", after, id, before).Error
	if err != nil {
		return fmt.Errorf("move webhook %d: %w", id, err)
	}
	return nil
}

// WebhookMail writes what the contact of a webhook is told: that messages have failed for
// long, or, where it has DisabledAt, that none is sent any more.
type WebhookMail func(Webhook) Mail

// NoteDelivery keeps how an attempt went. What was taken moves the webhook's cursor. Where
// the receiver has failed for a day, the webhook's contact is told. Where it wants no more,
// or has failed for two days, the webhook is disabled, which the contact is told of and the
// national editors are asked to look at; then it returns true. Each is told once. It is for
// background work, and asks nobody.
func (s *Store) NoteDelivery(ctx context.Context, d Delivery, write WebhookMail) (disabled bool, err error) {
	err = s.write(ctx, func(tx *gorm.DB) error {
		disabled = false
		kind := "endringer"
		if d.Test {
			kind = "test"
		}
		err := tx.Exec(`INSERT INTO webhook_deliveries (webhook_id, message, kind, changes, took, status, problem, before, after)
			SELECT id, ?, ?, ?, ?::interval, ?, ?, ?, ? FROM webhooks WHERE id = ?`,
			d.Message, kind, d.Changes, interval(d.Took), nilIfZero(int64(d.Status)), shortened(d.Problem, 300), d.Before, d.After, d.Webhook).Error
		switch {
		case err != nil:
			return err
		case d.Problem == "" && (d.Test || d.Again):
			return tx.Exec("UPDATE webhooks SET sent_at = now() WHERE id = ?", d.Webhook).Error
		case d.Problem == "":
			return tx.Exec("UPDATE webhooks SET sent_at = now(), failing_since = NULL, cursor = CASE WHEN cursor = ? THEN ? ELSE cursor END WHERE id = ?",
				d.Before, d.After, d.Webhook).Error
		case d.Test || d.Again:
			return nil
		}
		if err := tx.Exec("UPDATE webhooks SET failing_since = coalesce(failing_since, now()) WHERE id = ?", d.Webhook).Error; err != nil {
			return err
		}
		if disabled, err = giveUpWebhook(tx, d, write); disabled || err != nil {
			return err
		}
		worrying, err := webhooks(tx, "id = ? AND disabled_at IS NULL AND failing_since < now() - ?::interval", d.Webhook, interval(webhookWorry))
		if err != nil || len(worrying) == 0 {
			return err
		}
		return tellContact(tx, worrying[0], "failing", *worrying[0].FailingSince, write)
	})
	if err != nil {
		return false, fmt.Errorf("note delivery to webhook %d: %w", d.Webhook, err)
	}
	return disabled, nil
}

// giveUpWebhook disables the webhook where d was the last attempt, and tells who is to know.
func giveUpWebhook(tx *gorm.DB, d Delivery, write WebhookMail) (bool, error) {
	why := "Mottakeren har ikke tatt imot noe på to døgn."
	if d.Gone {
		why = "Mottakeren svarte 410: den vil ikke ha flere meldinger."
	}
	result := tx.Exec("UPDATE webhooks SET disabled_at = now(), disabled_why = ? WHERE id = ? AND disabled_at IS NULL AND (? OR failing_since < now() - ?::interval)",
		why, d.Webhook, d.Gone, interval(WebhookPatience))
	if result.Error != nil || result.RowsAffected == 0 {
		return false, result.Error
	}
	lost, err := one(webhooks(tx, "id = ?", d.Webhook))
	if err != nil {
		return false, err
	}
	detail, err := json.Marshal(DisabledWebhook{d.Webhook, lost.Name, why})
	if err != nil {
		return false, err
	}
	if err := openTask(tx, Task{Kind: TaskWebhook, Key: taskKeyOfWebhook(d.Webhook), Detail: detail}); err != nil {
		return false, err
	}
	return true, tellContact(tx, lost, "disabled", *lost.DisabledAt, write)
}

// tellContact queues a mail to the webhook's contact, once about what began at since.
func tellContact(tx *gorm.DB, w Webhook, what string, since time.Time, write WebhookMail) error {
	if w.Email == "" || write == nil {
		return nil
	}
	m := write(w)
	m.To = w.Email
	return queueMail(tx, fmt.Sprintf("webhook:%d/%s/%d", w.ID, what, since.UnixMicro()), m, time.Time{})
}

// PruneDeliveries forgets attempts that are older than what is done is kept.
func (s *Store) PruneDeliveries(ctx context.Context) error {
	if err := s.db.WithContext(ctx).Exec("DELETE FROM webhook_deliveries WHERE at < now() - ?::interval", doneKept).Error; err != nil {
		return fmt.Errorf("prune deliveries: %w", err)
	}
	return nil
}

// EverFollowed returns which of the offerings, by id, are or ever were of the types and for
// one of the kommuner; an empty list asks for nothing. Who follows them has to hear also
// that one is not for them any more.
func (s *Store) EverFollowed(ctx context.Context, refs []string, kommuner []region.Number, types []string) (map[string]bool, error) {
	if len(refs) == 0 {
		return nil, nil
	}
	fylker := make([]string, len(kommuner))
	for i, n := range kommuner {
		fylker[i] = string(n.Fylke())
	}
	var rows []string
	err := s.db.WithContext(ctx).Raw(`SELECT DISTINCT ref FROM revisions r, jsonb_extract_path(r.after, 'Coverage') AS c
		WHERE kind = ? AND ref = ANY(?)
			AND (cardinality(?::text[]) = 0 OR after->>'Type' = ANY(?))
			AND (cardinality(?::text[]) = 0 OR c->>'National' = 'true'
				OR jsonb_exists_any(nullif(c->'Kommuner', 'null'), ?) OR jsonb_exists_any(nullif(c->'Fylker', 'null'), ?))`,
		KindOffering, textArray(refs), textArray(types), textArray(types),
		textArray(texts[string](kommuner)), textArray(texts[string](kommuner)), textArray(fylker)).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("offerings that are followed: %w", err)
	}
	found := map[string]bool{}
	for _, ref := range rows {
		found[ref] = true
	}
	return found, nil
}
