// Package webhook tells those who keep a copy that something has changed: a signed message
// to the address that they gave, after Standard Webhooks (standardwebhooks.com).
//
// A message names what has changed since the one before, and not each change by itself; the
// receiver reads the rest from the API. A message is sent until it is taken, so it may come
// twice, and the next waits for it, so they come in order. Messages are made from the
// node's index: what they name can be read there.
//
// Addresses come from editors on behalf of others. Every connection is looked at when it is
// made, with the name resolved, and none goes to a private or otherwise special address, or
// to another port than 443. No redirect is followed and no answer is read.
package webhook

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"time"

	"code.dny.dev/ssrf"

	"github.com/nasjonal-oversikt/oversikt/internal/api"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
	"github.com/nasjonal-oversikt/oversikt/internal/trace"
	"github.com/nasjonal-oversikt/oversikt/internal/work"
)

const (
	// sendTime is how long one job goes on with messages; the rest is for the next.
	sendTime = 45 * time.Second
	// longestWait is how far ahead a receiver may ask us to come back.
	longestWait = store.LongestRetry
)

// control decides about a connection, as net.Dialer.Control.
type control func(network, address string, c syscall.RawConn) error

// guard refuses addresses that are not out in the world, and other ports than that of https.
var guard control = ssrf.New(ssrf.WithPorts(443)).Safe

// Sender sends messages.
type Sender struct {
	store  *store.Store
	feed   *api.API
	client *http.Client
	base   string // the site's address
	agent  string
	now    func() time.Time
	log    *slog.Logger
}

// New returns a sender of what feed gives. baseURL is the site's address, by which
// receivers can see who sends.
func New(st *store.Store, feed *api.API, baseURL string, log *slog.Logger) *Sender {
	return newSender(st, feed, baseURL, log, guard, nil)
}

func newSender(st *store.Store, feed *api.API, baseURL string, log *slog.Logger, allowed control, trust *tls.Config) *Sender {
	return &Sender{
		store: st, feed: feed, now: time.Now, log: log, base: baseURL, agent: "oversikt-webhook (+" + baseURL + "/for-utviklere#meldinger)",
		client: &http.Client{
			Timeout: api.MessageTime,
			Transport: trace.Transport(&http.Transport{
				// No proxy: it would resolve and connect where the guard cannot see.
				DialContext:            (&net.Dialer{Timeout: api.MessageTime, Control: allowed}).DialContext,
				DisableKeepAlives:      true,
				ForceAttemptHTTP2:      true,
				TLSClientConfig:        trust,
				TLSHandshakeTimeout:    api.MessageTime,
				ResponseHeaderTimeout:  api.MessageTime,
				MaxResponseHeaderBytes: 16 << 10,
			}),
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
}

// Queue queues a job for each webhook that there is something to tell. It is run every few
// seconds, so that what changes together is told together.
func (s *Sender) Queue(ctx context.Context) error {
	all, err := s.store.WorkingWebhooks(ctx)
	if err != nil {
		return err
	}
	for _, w := range all {
		found, err := s.feed.ChangesAfter(w.Cursor, 1)
		if errors.Is(err, page.ErrNotReady) {
			return nil // next time
		}
		if err == nil && len(found.Items) == 0 && !found.More {
			continue
		}
		if err := s.store.QueueWebhook(ctx, w.ID); err != nil {
			return err
		}
	}
	return nil
}

// Handle is the handler of store.JobWebhook.
func (s *Sender) Handle(ctx context.Context, j store.Job) error {
	var job store.WebhookJob
	if err := json.Unmarshal(j.Payload, &job); err != nil {
		return work.Permanent(fmt.Errorf("payload: %w", err))
	}
	w, secrets, err := s.store.WebhookToSend(ctx, job.Webhook)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return work.Skipped("the webhook was removed")
	case err != nil:
		return err
	}
	var keys [][]byte
	for _, secret := range secrets {
		key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
		if err != nil {
			return work.Permanent(errors.New("the secret is not base64")) // the error itself would show it
		}
		keys = append(keys, key)
	}
	switch {
	case job.Test:
		return s.once(s.test(ctx, w, keys))
	case job.Again != "":
		_, _, err := s.tell(ctx, w, keys, job.Again, true)
		return s.once(err)
	case w.DisabledAt != nil:
		return work.Skipped("the webhook is disabled")
	}
	for began := s.now(); s.now().Sub(began) < sendTime; {
		next, more, err := s.tell(ctx, w, keys, w.Cursor, false)
		if err != nil || !more {
			return err
		}
		w.Cursor = next
	}
	return nil
}

// once ends a job that an editor asked for: its outcome is on the page, and nobody waits
// for it to be tried again.
func (s *Sender) once(err error) error {
	var failed *failure
	if errors.As(err, &failed) {
		return work.Skipped(failed.problem)
	}
	return err
}

// test sends a message that is about nothing.
func (s *Sender) test(ctx context.Context, w store.Webhook, keys [][]byte) error {
	d := store.Delivery{Webhook: w.ID, Test: true, Message: messageID(w.ID, "test", strconv.FormatInt(s.now().UnixNano(), 10)), Before: w.Cursor, After: w.Cursor}
	return s.deliver(ctx, w, keys, d, api.TestMessage{Type: "test", Timestamp: s.now().UTC()})
}

// tell sends what has changed after the cursor. It returns where the message ends, and
// whether there is more.
func (s *Sender) tell(ctx context.Context, w store.Webhook, keys [][]byte, after string, again bool) (next string, more bool, err error) {
	content := api.News{After: after}
	found, err := s.feed.ChangesAfter(after, api.MessageChanges)
	if errors.Is(err, search.ErrHistory) {
		content.Anew = true
		found, err = s.feed.NoChanges()
	}
	if err != nil {
		return "", false, err
	}
	if err := s.filter(ctx, w, found); err != nil {
		return "", false, err
	}
	content.Changes = *found
	next, more = content.Next, content.More
	if len(content.Items) == 0 && !content.Anew {
		if again || next == after {
			return next, more && !again, nil
		}
		return next, more, s.store.MoveWebhook(ctx, w.ID, after, next)
	}
	d := store.Delivery{Webhook: w.ID, Message: messageID(w.ID, after, next), Changes: len(content.Items), Before: after, After: next, Again: again}
	return next, more, s.deliver(ctx, w, keys, d, api.ChangesMessage{Type: "endringer", Timestamp: s.now().UTC(), Data: content})
}

// filter leaves out the offerings that the webhook does not follow and never did, and, where
// it does not follow everything, what is no offering or course. Courses are told of with any
// offering: of one that is gone nobody knows whose it was.
func (s *Sender) filter(ctx context.Context, w store.Webhook, c *api.Changes) error {
	if w.Everything() {
		return nil
	}
	var refs []string
	for _, item := range c.Items {
		if item.Kind == "tilbud" {
			refs = append(refs, item.ID)
		}
	}
	followed, err := s.store.EverFollowed(ctx, refs, w.Kommuner, w.Types)
	if err != nil {
		return err
	}
	kept := c.Items[:0]
	for _, item := range c.Items {
		if item.Kind == "kurs" || item.Kind == "tilbud" && followed[item.ID] {
			kept = append(kept, item)
		}
	}
	c.Items = kept
	return nil
}

// messageID returns the webhook-id: the same for the same message, so that a receiver knows
// one that comes twice.
func messageID(webhook int64, from, to string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %s %s", webhook, from, to))
	return "msg_" + hex.EncodeToString(sum[:16])
}

// Sign returns the webhook-signature of a message: one for each key, with blanks between, so
// that a receiver that has any of them takes it.
func Sign(keys [][]byte, id string, at time.Time, body []byte) string {
	all := make([]string, len(keys))
	for i, key := range keys {
		mac := hmac.New(sha256.New, key)
		fmt.Fprintf(mac, "%s.%d.", id, at.Unix()) // never fails
		mac.Write(body)
		all[i] = "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	}
	return strings.Join(all, " ")
}

// failure is a message that was not taken. Its text names neither the address nor what was
// sent: the address may hold a secret.
type failure struct {
	problem string
	wait    time.Duration // that the receiver asked for
}

func (f *failure) Error() string { return f.problem }

// deliver sends the message and notes how that went. It returns a *failure where it was not
// taken, in what the runner makes of it.
func (s *Sender) deliver(ctx context.Context, w store.Webhook, keys [][]byte, d store.Delivery, message any) error {
	body, err := json.Marshal(message)
	if err != nil {
		return fmt.Errorf("message: %w", err)
	}
	began := s.now()
	status, wait, err := s.post(ctx, w.URL, keys, d.Message, body)
	if ctx.Err() != nil {
		return ctx.Err() // nothing was learned
	}
	d.Status, d.Took = status, s.now().Sub(began)
	d.Gone = status == http.StatusGone
	switch {
	case err != nil:
		d.Problem = err.Error()
	case status < 200 || status > 299:
		d.Problem = fmt.Sprintf("svarte %d", status)
	}
	disabled, err := s.store.NoteDelivery(ctx, d, func(w store.Webhook) store.Mail { return s.mail(w, d.Problem) })
	switch {
	case err != nil:
		return err
	case d.Problem == "":
		return nil
	case disabled:
		s.log.Warn("webhook is not sent to any more", "webhook", w.ID, "problem", d.Problem)
		return work.Skipped(d.Problem + "; the webhook is disabled")
	}
	return work.After(&failure{d.Problem, wait}, wait)
}

// post sends one request. The error says in words for editors why there was no answer.
func (s *Sender) post(ctx context.Context, address string, keys [][]byte, id string, body []byte) (status int, wait time.Duration, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil || req.URL.Scheme != "https" {
		return 0, 0, errors.New("adressen kan ikke brukes")
	}
	at := s.now()
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", s.agent)
	req.Header.Set("webhook-id", id)
	req.Header.Set("webhook-timestamp", strconv.FormatInt(at.Unix(), 10))
	req.Header.Set("webhook-signature", Sign(keys, id, at, body))
	res, err := s.client.Do(req)
	if err != nil {
		return 0, 0, errors.New(problemOf(err))
	}
	res.Body.Close() // it is not read
	return res.StatusCode, waitAsked(res.Header.Get("Retry-After"), at), nil
}

// problemOf says in words why there was no answer. The error's own text holds the address.
func problemOf(err error) string {
	var dns *net.DNSError
	var verify *tls.CertificateVerificationError
	var timeout net.Error
	switch {
	case errors.Is(err, ssrf.ErrProhibitedIP), errors.Is(err, ssrf.ErrProhibitedPort), errors.Is(err, ssrf.ErrProhibitedNetwork):
		return "adressen leder ikke ut på nettet, eller har en annen port enn 443"
	case errors.As(err, &dns) && dns.IsNotFound:
		return "navnet på serveren finnes ikke"
	case errors.As(err, &verify):
		return "serveren har ikke et gyldig sertifikat"
	case errors.As(err, &timeout) && timeout.Timeout():
		return "ikke noe svar innen 15 sekunder"
	}
	return "ingen forbindelse med serveren"
}

// waitAsked reads a Retry-After header: seconds, or a date. It is 0 for none.
func waitAsked(header string, now time.Time) time.Duration {
	var wait time.Duration
	if seconds, err := strconv.ParseInt(header, 10, 64); err == nil && seconds > 0 {
		wait = time.Duration(min(seconds, int64(longestWait/time.Second))) * time.Second
	} else if at, err := http.ParseTime(header); err == nil {
		wait = at.Sub(now)
	}
	return min(max(wait, 0), longestWait)
}
