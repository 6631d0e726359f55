package mail

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"net"
	netmail "net/mail"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/dbtest"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
	"github.com/nasjonal-oversikt/oversikt/internal/work"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var (
	from   = netmail.Address{Name: "Oversikt", Address: "ikke-svar@test.example.org"}
	letter = store.Mail{To: "kari@test.example.org", Subject: "Prøve på «emne»", Text: "Hei på deg.\n\nhttps://test.example.org/bekreft/" +
		strings.Repeat("x", 80) + "\n.\nHilsen oss\n"}
)

func TestSend(t *testing.T) {
	o := newPostOffice(t)
	h := Handler(o.sender(t), from, time.Now)
	for range 2 { // as after a crash
		if err := h(t.Context(), jobOf(t, 7, letter)); err != nil {
			t.Fatal(err)
		}
	}
	got := o.got()
	if len(got) != 2 || o.from[0] != "ikke-svar@test.example.org" || o.to[0] != "kari@test.example.org" {
		t.Fatalf("%d letters, from %v, to %v", len(got), o.from, o.to)
	}
	first, again := wantLetter(t, got[0]), wantLetter(t, got[1])
	if a, b := first.Header.Get("Message-ID"), again.Header.Get("Message-ID"); a != b {
		t.Errorf("the same job has Message-ID %s and %s", a, b)
	}
}

func TestHeadersCannotBeInjected(t *testing.T) {
	o := newPostOffice(t)
	h := Handler(o.sender(t), from, time.Now)
	for name, m := range map[string]store.Mail{
		"line break in subject":   {To: letter.To, Subject: "Hei\r\nBcc: alle@example.org", Text: "x"},
		"lone feed in subject":    {To: letter.To, Subject: "Hei\nBcc: alle@example.org", Text: "x"},
		"no subject":              {To: letter.To, Text: "x"},
		"line break in recipient": {To: "kari@example.org\r\nBcc: alle@example.org", Subject: "Hei", Text: "x"},
		"several recipients":      {To: "kari@example.org, ola@example.org", Subject: "Hei", Text: "x"},
		"name with the recipient": {To: "Kari <kari@example.org>", Subject: "Hei", Text: "x"},
		"no recipient":            {Subject: "Hei", Text: "x"},
		"command in recipient":    {To: "kari@example.org> SIZE=1", Subject: "Hei", Text: "x"},
	} {
		err := h(t.Context(), jobOf(t, 1, m))
		if err == nil || !isPermanent(err) {
			t.Errorf("%s: got %v, want a permanent error", name, err)
		}
	}
	if n := len(o.got()); n != 0 {
		t.Errorf("%d letters were sent", n)
	}
}

// isPermanent reports whether the error is as work.Permanent makes it.
func isPermanent(err error) bool {
	return fmt.Sprintf("%T", err) == fmt.Sprintf("%T", work.Permanent(errors.New("x")))
}

func TestRefusals(t *testing.T) {
	for _, tc := range []struct {
		name           string
		refuse, accept error
		permanent      bool
	}{
		{"no such mailbox", &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such user"}, nil, true},
		{"no reason given", &smtp.SMTPError{Code: 550, EnhancedCode: smtp.NoEnhancedCode, Message: "no"}, nil, true},
		{"try later", &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 7, 1}, Message: "greylisted"}, nil, false},
		{"may not relay", &smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 7, 1}, Message: "relay access denied"}, nil, false},
		{"no such mailbox, late", nil, &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such user"}, true},
		{"content not liked", nil, &smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 6, 0}, Message: "no"}, false},
		{"full for now", nil, &smtp.SMTPError{Code: 452, EnhancedCode: smtp.EnhancedCode{4, 2, 2}, Message: "full"}, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			o := newPostOffice(t)
			o.refuse = func(string) error { return tc.refuse }
			o.accept = func() (bool, error) { return false, tc.accept }
			err := Handler(o.sender(t), from, time.Now)(t.Context(), jobOf(t, 1, letter))
			if err == nil || isPermanent(err) != tc.permanent || errors.Is(err, ErrRefused) != tc.permanent {
				t.Errorf("got %v, want permanent: %v", err, tc.permanent)
			}
		})
	}
}

func TestExpiredIsSkipped(t *testing.T) {
	o := newPostOffice(t)
	now := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	h := Handler(o.sender(t), from, func() time.Time { return now })
	send := func(expires time.Time) error {
		content, _ := json.Marshal(map[string]any{"to": letter.To, "subject": letter.Subject, "text": letter.Text, "expires": expires})
		return h(t.Context(), store.Job{ID: 1, Kind: store.JobMail, Payload: content, TakenAt: now})
	}
	if err := send(now.Add(-time.Second)); err == nil || isPermanent(err) || err.Error() != "expired before it could be sent" {
		t.Errorf("a second late: %v", err)
	}
	if n := len(o.got()); n != 0 {
		t.Error("what has expired was sent")
	}
	if err := send(now.Add(time.Second)); err != nil || len(o.got()) != 1 {
		t.Errorf("in time: %v", err)
	}
}

// certificates returns a server's TLS and that of a client that trusts it.
func certificates(t *testing.T) (server, client *tls.Config) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(cert)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}},
		&tls.Config{RootCAs: roots, ServerName: "127.0.0.1"}
}

func TestTLS(t *testing.T) {
	serverTLS, trust := certificates(t)
	for _, tc := range []struct {
		name      string
		url       string // %s is the server
		server    *tls.Config
		client    *tls.Config
		fromStart bool
		encrypted bool
		fails     bool
	}{
		{name: "none offered", url: "smtp://%s"},
		{name: "offered", url: "smtp://%s", server: serverTLS, client: trust, encrypted: true},
		{name: "offered with a wrong certificate", url: "smtp://%s", server: serverTLS, fails: true},
		{name: "from the start", url: "smtps://%s", server: serverTLS, client: trust, fromStart: true, encrypted: true},
		{name: "from the start with a wrong certificate", url: "smtps://%s", server: serverTLS, fromStart: true, fails: true},
		{name: "password", url: "smtp://test:hemmelig@%s", server: serverTLS, client: trust, encrypted: true},
		{name: "wrong password", url: "smtp://test:feil@%s", server: serverTLS, client: trust, fails: true},
		{name: "password without TLS", url: "smtp://test:hemmelig@%s", fails: true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			o := &postOffice{}
			o.open(t, "127.0.0.1:0", tc.server, tc.fromStart)
			server, err := ParseServer(fmt.Sprintf(tc.url, o.addr))
			if err != nil {
				t.Fatal(err)
			}
			server.tls = tc.client
			err = Handler(NewSMTP(server, from), from, time.Now)(t.Context(), jobOf(t, 1, letter))
			if tc.fails {
				if err == nil || isPermanent(err) || len(o.got()) != 0 || strings.Contains(err.Error(), "hemmelig") {
					t.Errorf("got %v and %d letters, want an error that is not for good", err, len(o.got()))
				}
				return
			}
			if err != nil || len(o.got()) != 1 || o.encrypted[0] != tc.encrypted {
				t.Errorf("got %v, %d letters, encrypted %v", err, len(o.got()), o.encrypted)
			}
		})
	}
}

func TestParseServer(t *testing.T) {
	for address, want := range map[string]string{
		"smtp://mail.example.org":                   "mail.example.org:587",
		"smtps://mail.example.org":                  "mail.example.org:465",
		"smtp://mail.example.org:25":                "mail.example.org:25",
		"smtp://kari%40example.org:p%2Fw@mail.test": "mail.test:587",
		"mail.example.org:25":                       "",
		"http://mail.example.org":                   "",
		"smtp://":                                   "",
		"smtp://mail.example.org:99999":             "",
		"smtp://kari@mail.example.org":              "",
		"smtp://mail.example.org/path":              "",
	} {
		s, err := ParseServer(address)
		if want == "" {
			if err == nil {
				t.Errorf("%s is taken as %s", address, s)
			}
			continue
		}
		if err != nil || s.String() != want {
			t.Errorf("%s: %s, %v, want %s", address, s, err, want)
		}
	}
	if s, _ := ParseServer("smtp://kari%40example.org:p%2Fw@mail.test"); s.username != "kari@example.org" || s.password != "p/w" {
		t.Errorf("user %q, password %q", s.username, s.password)
	}
}

func TestFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "mail")
	now := time.Date(2026, 3, 4, 5, 6, 7, 8000, time.UTC)
	h := Handler(NewFolder(dir, func() time.Time { now = now.Add(time.Hour); return now }), from, time.Now)
	for id := range int64(3) {
		if err := h(t.Context(), jobOf(t, 12-id, letter)); err != nil {
			t.Fatal(err)
		}
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 3 {
		t.Fatalf("%v, %v", files, err)
	}
	if got := files[0].Name(); got != "20260304T060607.000008Z-job-12.eml" {
		t.Errorf("the first is %s", got)
	}
	for _, f := range files {
		info, err := f.Info()
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: mode %v, %v", f.Name(), info.Mode(), err)
		}
		content, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		wantLetter(t, string(content))
	}
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("folder: %v, %v", info.Mode(), err)
	}
}

func TestFolderThatCannotBeWritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	err := Handler(NewFolder(file, time.Now), from, time.Now)(t.Context(), jobOf(t, 1, letter))
	if err == nil || isPermanent(err) {
		t.Errorf("got %v, want an error that is not for good", err)
	}
}

// program is a database and runners that mail.
type program struct {
	t     *testing.T
	store *store.Store
	db    *pgxpool.Pool
}

func newProgram(t *testing.T) *program {
	t.Helper()
	address := dbtest.URL(t)
	st, err := store.Open(t.Context(), store.Options{URL: address})
	if err != nil {
		t.Fatal(err)
	}
	db, err := pgxpool.New(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close(); st.Close() })
	return &program{t, st, db}
}

func (p *program) run(s Sender) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	r := work.New(p.store, slog.New(slog.DiscardHandler))
	r.Handle(store.JobMail, Handler(s, from, time.Now))
	var done sync.WaitGroup
	done.Go(func() { r.Run(ctx) })
	stop = func() { cancel(); done.Wait() }
	p.t.Cleanup(stop)
	return stop
}

func (p *program) queue(key string, expires time.Time) {
	p.t.Helper()
	if err := p.store.QueueMail(p.t.Context(), key, letter, expires); err != nil {
		p.t.Fatal(err)
	}
}

func (p *program) exec(sql string) {
	p.t.Helper()
	if _, err := p.db.Exec(p.t.Context(), sql); err != nil {
		p.t.Fatal(err)
	}
}

// until waits for the database to say yes.
func (p *program) until(sql string) {
	p.t.Helper()
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		var yes bool
		if err := p.db.QueryRow(p.t.Context(), "SELECT "+sql).Scan(&yes); err != nil {
			p.t.Fatal(err)
		}
		if yes {
			return
		}
		if time.Now().After(deadline) {
			p.t.Fatalf("waited in vain for %s", sql)
		}
	}
}

func TestTwoNodesSendEachMailOnce(t *testing.T) {
	p, o := newProgram(t), newPostOffice(t)
	const n = 100
	for i := range n {
		for range 2 { // queued twice, of the same key
			p.queue(fmt.Sprintf("reminder:%d", i), time.Time{})
		}
	}
	p.run(o.sender(t))
	p.run(o.sender(t))
	p.until("count(*) = 100 FROM jobs WHERE done_at IS NOT NULL AND NOT payload ? 'text'")
	ids := map[string]int{}
	for _, raw := range o.got() {
		ids[wantLetter(t, raw).Header.Get("Message-ID")]++
	}
	if len(o.got()) != n || len(ids) != n {
		t.Errorf("%d letters with %d ids, want %d of each", len(o.got()), len(ids), n)
	}
}

func TestServerDownForADay(t *testing.T) {
	p, o := newProgram(t), newPostOffice(t)
	sender := o.sender(t)
	if err := o.listener.Close(); err != nil {
		t.Fatal(err)
	}
	p.queue("reminder:1", time.Time{})
	p.queue("code:1", time.Now().Add(time.Hour))
	p.run(sender)
	p.until("count(*) = 2 FROM jobs WHERE attempts = 1 AND locked_until IS NULL AND last_error LIKE '%connection refused%'")
	// Some hours.
	for attempts := 2; attempts <= 5; attempts++ {
		p.exec("UPDATE jobs SET run_at = now(); NOTIFY jobs")
		p.until(fmt.Sprintf("count(*) = 2 FROM jobs WHERE attempts = %d AND locked_until IS NULL AND run_at > now()", attempts))
	}
	// A day later it is there again; a code is of no use any more.
	o.open(t, o.addr, nil, false)
	p.exec(`UPDATE jobs SET payload = jsonb_set(payload, '{expires}', '"2026-01-01T00:00:00Z"') WHERE key = 'code:1'`)
	p.exec("UPDATE jobs SET run_at = now(); NOTIFY jobs")
	p.until("count(*) = 2 FROM jobs WHERE done_at IS NOT NULL")
	if got := o.got(); len(got) != 1 {
		t.Errorf("%d letters, want the reminder alone", len(got))
	}
	p.until("last_error LIKE 'expired%' FROM jobs WHERE key = 'code:1'")
}

func TestCrashBetweenSendingAndNoting(t *testing.T) {
	p, o := newProgram(t), newPostOffice(t)
	p.queue("reminder:1", time.Time{})
	held, err := p.store.TakeJobs(t.Context(), []store.JobKind{store.JobMail}, 1)
	if err != nil || len(held) != 1 {
		t.Fatal(held, err)
	}
	// The node sends, and dies before it can note it.
	if err := Handler(o.sender(t), from, time.Now)(t.Context(), held[0]); err != nil {
		t.Fatal(err)
	}
	p.exec("UPDATE jobs SET locked_until = now() - interval '1 second'")
	p.run(o.sender(t))
	p.until("done_at IS NOT NULL AND attempts = 2 FROM jobs")
	got := o.got()
	if len(got) != 2 {
		t.Fatalf("%d letters, want two", len(got))
	}
	if a, b := wantLetter(t, got[0]).Header.Get("Message-ID"), wantLetter(t, got[1]).Header.Get("Message-ID"); a != b {
		t.Errorf("Message-ID %s and %s, want one", a, b)
	}
}

func TestBounceBecomesATask(t *testing.T) {
	p, o := newProgram(t), newPostOffice(t)
	o.refuse = func(string) error {
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such user"}
	}
	p.queue("invitation:1", time.Time{})
	p.queue("code:1", time.Now().Add(time.Hour)) // by somebody who mistyped
	p.queue("confirm:1804:first:2026-01-01", time.Time{})
	p.run(o.sender(t))
	p.until("count(*) = 3 FROM jobs WHERE gave_up_at IS NOT NULL AND attempts = 1")
	p.until("count(*) = 1 FROM tasks WHERE kind = 'job_gave_up' AND detail->>'to' = 'kari@test.example.org' AND kommune_number IS NULL")
	p.until("count(*) = 1 FROM tasks")
	given, err := p.store.GivenUp(t.Context(), "confirm:")
	if err != nil || len(given) != 1 || given[0].Key != "confirm:1804:first:2026-01-01" {
		t.Errorf("GivenUp() = %+v, %v", given, err)
	}
	jobs, err := p.store.Jobs(t.Context(), auth.Actor{Kind: auth.Account, ID: 1, National: true}, 10)
	if err != nil || len(jobs[store.JobGaveUp]) != 3 || !strings.Contains(jobs[store.JobGaveUp][0].Problem, "no such user") {
		t.Errorf("Jobs() = %+v, %v", jobs, err)
	}
	// Who queued it has found another way.
	if err := p.store.SettleJob(t.Context(), given[0].ID, "asked the substitute"); err != nil {
		t.Fatal(err)
	}
	if given, err = p.store.GivenUp(t.Context(), "confirm:"); err != nil || len(given) != 0 {
		t.Errorf("GivenUp() after it is settled = %+v, %v", given, err)
	}
	p.until("done_at IS NOT NULL AND last_error LIKE '%no such user%; asked the substitute' AND NOT payload ? 'text' FROM jobs WHERE key LIKE 'confirm:%'")
}
