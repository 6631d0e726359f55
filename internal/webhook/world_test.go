package webhook

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/nasjonal-oversikt/oversikt/internal/api"
	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/dbtest"
	"github.com/nasjonal-oversikt/oversikt/internal/indexer"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var tester = auth.Actor{Kind: auth.Operator, Name: "test"}

func anywhere(string, string, syscall.RawConn) error { return nil }

// got is a message as a receiver has it.
type got struct {
	header http.Header
	body   []byte
}

// world is a store with an index that follows it, and a receiver.
type world struct {
	*testing.T
	store   *store.Store
	db      *pgxpool.Pool
	indexer *indexer.Indexer
	sender  *Sender
	*httptest.Server

	mu     sync.Mutex
	answer func(w http.ResponseWriter) // of the receiver
	got    []got
}

func newWorld(t *testing.T) *world {
	t.Helper()
	address := dbtest.URL(t)
	st, err := store.Open(t.Context(), store.Options{URL: address, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	db, err := pgxpool.New(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{T: t, store: st, db: db, answer: func(rw http.ResponseWriter) { rw.WriteHeader(http.StatusNoContent) }}
	ctx, cancel := context.WithCancel(context.Background())
	w.indexer = indexer.New(st, t.TempDir(), slog.New(slog.DiscardHandler))
	done := make(chan struct{})
	go func() { defer close(done); w.indexer.Run(ctx) }()
	wait, stop := context.WithTimeout(ctx, time.Minute)
	defer stop()
	if err := w.indexer.WaitReady(wait); err != nil {
		t.Fatal(err)
	}
	w.Server = httptest.NewTLSServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.mu.Lock()
		w.got = append(w.got, got{r.Header, body})
		answer := w.answer
		w.mu.Unlock()
		answer(rw)
	}))
	w.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	roots := x509.NewCertPool()
	roots.AddCert(w.Certificate())
	feed := api.New(api.Deps{View: w.indexer.View, BaseURL: "https://oversikt.test"})
	w.sender = newSender(st, feed, "https://oversikt.test", slog.New(slog.DiscardHandler), anywhere, &tls.Config{RootCAs: roots})
	t.Cleanup(func() { w.Close(); cancel(); <-done; db.Close(); st.Close() })
	return w
}

func (w *world) exec(sql string, args ...any) {
	w.Helper()
	if _, err := w.db.Exec(w.Context(), sql, args...); err != nil {
		w.Fatal(err)
	}
}

func (w *world) count(table string) int {
	w.Helper()
	return dbtest.Count(w.T, w.db.Config().ConnString(), table)
}

// change makes something public change, and waits until the index has it.
func (w *world) change(kind store.Kind, ref string) {
	w.Helper()
	w.exec("INSERT INTO changes (kind, ref) VALUES ($1, $2)", string(kind), ref)
	for began := time.Now(); ; time.Sleep(2 * time.Millisecond) {
		var last int64
		if err := w.db.QueryRow(w.Context(), "SELECT max(id) FROM changes").Scan(&last); err != nil {
			w.Fatal(err)
		}
		if w.indexer.View().Position().Cursor.ID == last {
			return
		}
		if time.Since(began) > time.Minute {
			w.Fatal("the index does not follow")
		}
	}
}

// mails returns what was written to the contact, "subject\ntext" each.
func (w *world) mails(to string) []string {
	w.Helper()
	found, err := dbtest.Mails(w.T, w.db.Config().ConnString(), to)
	if err != nil {
		w.Fatal(err)
	}
	var out []string
	for _, m := range found {
		out = append(out, m[0]+"\n"+m[1])
	}
	return out
}

func (w *world) subscribe(filter store.Webhook) (store.Webhook, string) {
	w.Helper()
	filter.Name, filter.URL = "Prøvemottaker", "https://test.example.org/mottak?nokkel=hemmelig"
	hook, secret, err := w.store.CreateWebhook(w.Context(), tester, filter, func(i string, c store.Cursor) string {
		return search.Position{Installation: i, Cursor: search.Cursor(c)}.Text()
	})
	if err != nil {
		w.Fatal(err)
	}
	w.exec("UPDATE webhooks SET url = $1 WHERE id = $2", w.URL+"/mottak?nokkel=hemmelig", hook.ID)
	return hook, secret
}

// run queues and does what there is to do; the errors are of the jobs.
func (w *world) run() []error {
	w.Helper()
	if err := w.sender.Queue(w.Context()); err != nil {
		w.Fatal(err)
	}
	if err := w.sender.Queue(w.Context()); err != nil { // twice does no harm
		w.Fatal(err)
	}
	w.exec("UPDATE jobs SET run_at = now() - interval '1 second' WHERE done_at IS NULL")
	jobs, err := w.store.TakeJobs(w.Context(), []store.JobKind{store.JobWebhook}, 10)
	if err != nil {
		w.Fatal(err)
	}
	var errs []error
	for _, j := range jobs {
		err := w.sender.Handle(w.Context(), j)
		errs = append(errs, err)
		if err == nil || !errors.As(err, new(*failure)) {
			err = w.store.FinishJob(w.Context(), j, "")
		} else {
			err = w.store.RetryJob(w.Context(), j, 0, err.Error())
		}
		if err != nil {
			w.Fatal(err)
		}
	}
	return errs
}

func (w *world) hook(id int64) store.Webhook {
	w.Helper()
	hook, err := w.store.WebhookByID(w.Context(), tester, id)
	if err != nil {
		w.Fatal(err)
	}
	return hook
}

func (w *world) answers(status int, header ...string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.answer = func(rw http.ResponseWriter) {
		for i := 0; i < len(header); i += 2 {
			rw.Header().Set(header[i], header[i+1])
		}
		rw.WriteHeader(status)
	}
}

// verify is a receiver's half of Standard Webhooks, written from its text: the key is what
// follows whsec_, in base64; what is signed is id, timestamp and body with dots between;
// the header holds signatures with spaces between, each of a version and a comma.
func verify(t *testing.T, secret string, m got) {
	t.Helper()
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil || len(key) < 24 || len(key) > 64 {
		t.Fatalf("key of %d bytes, %v, want 24 to 64", len(key), err)
	}
	seconds, err := strconv.ParseInt(m.header.Get("Webhook-Timestamp"), 10, 64)
	if err != nil || time.Since(time.Unix(seconds, 0)).Abs() > 5*time.Minute {
		t.Errorf("timestamp %q", m.header.Get("Webhook-Timestamp"))
	}
	signed := strings.Join([]string{m.header.Get("Webhook-Id"), m.header.Get("Webhook-Timestamp"), string(m.body)}, ".")
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(signed))
	for signature := range strings.FieldsSeq(m.header.Get("Webhook-Signature")) {
		version, value, _ := strings.Cut(signature, ",")
		sum, err := base64.StdEncoding.DecodeString(value)
		if version == "v1" && err == nil && hmac.Equal(sum, mac.Sum(nil)) {
			return
		}
	}
	t.Errorf("no signature of %q is right", m.header.Get("Webhook-Signature"))
}

// payload is a message as a receiver reads it.
type payload struct {
	Type string
	Data struct {
		Etter, Neste string
		BegynnPaNytt bool `json:"begynn_pa_nytt"`
		Flere        bool
		Endringer    []struct{ Slag, ID, Endring, URL string }
	}
}

func (w *world) message(i int) (p payload) {
	w.Helper()
	if err := json.Unmarshal(w.got[i].body, &p); err != nil {
		w.Fatal(err)
	}
	return p
}
