package mail

import (
	"crypto/tls"
	"encoding/json"
	"io"
	"mime"
	"mime/quotedprintable"
	"net"
	netmail "net/mail"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

// postOffice is a mail server that keeps what it is given.
type postOffice struct {
	listener net.Listener
	addr     string

	mu        sync.Mutex
	letters   []string // as they came
	from, to  []string
	encrypted []bool
	// refuse decides about a recipient, accept about a letter; nil takes all. accept may
	// take a letter and still fail, as a connection does that breaks.
	refuse func(to string) error
	accept func() (take bool, err error)
}

type visit struct {
	office   *postOffice
	conn     *smtp.Conn
	from, to string
}

func (v *visit) Reset()                                      {}
func (v *visit) Logout() error                               { return nil }
func (v *visit) Mail(from string, _ *smtp.MailOptions) error { v.from = from; return nil }
func (v *visit) AuthMechanisms() []string                    { return []string{sasl.Plain} }
func (v *visit) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, username, password string) error {
		if username != "test" || password != "hemmelig" {
			return smtp.ErrAuthFailed
		}
		return nil
	}), nil
}

func (v *visit) Rcpt(to string, _ *smtp.RcptOptions) error {
	v.to = to
	v.office.mu.Lock()
	defer v.office.mu.Unlock()
	if v.office.refuse != nil {
		return v.office.refuse(to)
	}
	return nil
}

func (v *visit) Data(r io.Reader) error {
	content, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	o := v.office
	o.mu.Lock()
	defer o.mu.Unlock()
	take := true
	if o.accept != nil {
		take, err = o.accept()
	}
	if take {
		_, encrypted := v.conn.TLSConnectionState()
		o.letters, o.from, o.to = append(o.letters, string(content)), append(o.from, v.from), append(o.to, v.to)
		o.encrypted = append(o.encrypted, encrypted)
	}
	return err
}

func (o *postOffice) got() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.letters)
}

// open starts the server at the address, "127.0.0.1:0" for any.
func (o *postOffice) open(t *testing.T, addr string, config *tls.Config, encrypted bool) {
	t.Helper()
	l, err := net.Listen("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	o.listener, o.addr = l, l.Addr().String()
	server := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) { return &visit{office: o, conn: c}, nil }))
	server.Domain = "test.example.org"
	server.TLSConfig = config
	server.ErrorLog = silent{}
	if encrypted {
		l = tls.NewListener(l, config)
	}
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { _, _ = l.Close(), server.Close() })
}

type silent struct{}

func (silent) Printf(string, ...any) {}
func (silent) Println(...any)        {}

func newPostOffice(t *testing.T) *postOffice {
	t.Helper()
	o := &postOffice{}
	o.open(t, "127.0.0.1:0", nil, false)
	return o
}

func (o *postOffice) sender(t *testing.T) *SMTP {
	t.Helper()
	server, err := ParseServer("smtp://" + o.addr)
	if err != nil {
		t.Fatal(err)
	}
	return NewSMTP(server, from)
}

func jobOf(t *testing.T, id int64, m store.Mail) store.Job {
	t.Helper()
	content, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return store.Job{ID: id, Kind: store.JobMail, Payload: content}
}

// wantLetter fails the test unless the message is letter, and well-formed. It returns it.
func wantLetter(t *testing.T, raw string) *netmail.Message {
	t.Helper()
	m, err := netmail.ReadMessage(strings.NewReader(raw))
	if err != nil {
		t.Fatalf("%v in\n%s", err, raw)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil || subject != letter.Subject {
		t.Errorf("subject %q, %v, want %q", subject, err, letter.Subject)
	}
	body, err := io.ReadAll(quotedprintable.NewReader(m.Body))
	if got := strings.ReplaceAll(string(body), "\r\n", "\n"); err != nil || strings.TrimSpace(got) != strings.TrimSpace(letter.Text) {
		t.Errorf("text %q, %v, want %q", got, err, letter.Text)
	}
	for name, want := range map[string]string{
		"To": "<kari@test.example.org>", "From": `"Oversikt" <ikke-svar@test.example.org>`, "Auto-Submitted": "auto-generated",
		"Content-Type": "text/plain; charset=UTF-8", "Content-Transfer-Encoding": "quoted-printable",
	} {
		if got := m.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if got := m.Header.Get("Message-ID"); !strings.HasPrefix(got, "<job-") || !strings.HasSuffix(got, "@test.example.org>") {
		t.Errorf("Message-ID %q", got)
	}
	if _, err := m.Header.Date(); err != nil {
		t.Errorf("date: %v", err)
	}
	for line := range strings.Lines(raw) {
		if len(line) > 80 {
			t.Errorf("line of %d characters", len(line))
		}
	}
	return m
}
