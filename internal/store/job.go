package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"gorm.io/gorm"
)

// JobKind says what is to be done.
type JobKind string

// JobMail sends a Mail.
const JobMail JobKind = "mail"

// Job is something to be done later, by whichever node takes it first.
type Job struct {
	ID       int64
	Kind     JobKind
	Key      string // a job of a key is queued once, ever; empty: as often as asked for
	Payload  json.RawMessage
	RunAt    time.Time // not before, and within LongestRetry; the zero value is now
	Attempts int       // begun so far
	TakenAt  time.Time // of one that was taken: when that was, by the database's clock

	lockedUntil *time.Time // of one that was taken: tells whether it is still this node's
}

// Mail is a message in plain text.
type Mail struct {
	To      string `json:"to"`
	Subject string `json:"subject"`
	Text    string `json:"text"`
}

// QueueMail queues a message, to be sent as soon as the mail server takes it. A message
// of a key that was queued before is not queued again. After expires, a message that could
// not be sent is of no use and is dropped; the zero value never expires.
func (s *Store) QueueMail(ctx context.Context, key string, m Mail, expires time.Time) error {
	if err := queueMail(s.db.WithContext(ctx), key, m, expires); err != nil {
		return fmt.Errorf("queue mail: %w", err)
	}
	return nil
}

// mailPayload is what is stored of a message to be sent.
type mailPayload struct {
	Mail
	Expires time.Time `json:"expires,omitzero"`
}

// Mail returns the message of a JobMail, and when it is of no use any more; the zero value
// is never.
func (j Job) Mail() (Mail, time.Time, error) {
	var content mailPayload
	if err := json.Unmarshal(j.Payload, &content); err != nil {
		return Mail{}, time.Time{}, fmt.Errorf("mail of job %d: %w", j.ID, err)
	}
	return content.Mail, content.Expires, nil
}

func queueMail(tx *gorm.DB, key string, m Mail, expires time.Time) error {
	content, err := json.Marshal(mailPayload{m, expires})
	if err != nil {
		return err
	}
	return enqueue(tx, Job{Kind: JobMail, Key: key, Payload: content})
}

// enqueue queues the job in the transaction of what makes it necessary.
func enqueue(tx *gorm.DB, j Job) error {
	if j.Payload == nil {
		j.Payload = json.RawMessage("{}")
	}
	var at *time.Time
	if !j.RunAt.IsZero() {
		at = &j.RunAt
	}
	return tx.Exec(`INSERT INTO jobs (kind, key, payload, run_at) VALUES (?, ?, ?, coalesce(?::timestamptz, now()))
		ON CONFLICT (key) DO NOTHING`, string(j.Kind), optional(j.Key), string(j.Payload), at).Error
}
