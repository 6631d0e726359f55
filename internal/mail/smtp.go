package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	netmail "net/mail"
	"net/url"
	"strconv"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// dialogTime is how long a mail server may take over one message.
const dialogTime = 20 * time.Second

// Server is a mail server that takes messages for all the world.
type Server struct {
	host               string
	port               int
	username, password string
	encrypted          bool // from the first byte, without STARTTLS

	tls *tls.Config // nil but in tests
}

// ParseServer reads the address of a mail server: smtp://host:port, or smtps:// for one
// that speaks TLS from the start, with user:password@ before the host where the server
// wants to know who sends. Without a port it is 587, with smtps 465. The error does not
// show the address, which may hold a password.
func ParseServer(address string) (Server, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "smtp" && u.Scheme != "smtps" || u.Hostname() == "" || u.Path != "" && u.Path != "/" || u.RawQuery != "" {
		return Server{}, errors.New("not the address of a mail server")
	}
	s := Server{host: u.Hostname(), port: 587, encrypted: u.Scheme == "smtps", username: u.User.Username()}
	s.password, _ = u.User.Password()
	if s.encrypted {
		s.port = 465
	}
	if p := u.Port(); p != "" {
		if s.port, err = strconv.Atoi(p); err != nil || s.port < 1 || s.port > 65535 {
			return Server{}, errors.New("not a port of a mail server")
		}
	}
	if (s.username == "") != (s.password == "") {
		return Server{}, errors.New("a user name and a password belong together")
	}
	return s, nil
}

// String returns the server without its password, for people.
func (s Server) String() string { return fmt.Sprintf("%s:%d", s.host, s.port) }

// SMTP sends to the server. A password is only ever given to a server over TLS; without
// one, TLS is used where the server offers it, and its certificate has to be right then.
type SMTP struct {
	server Server
	helo   string
}

// NewSMTP returns the sender. from is whose host it says it is.
func NewSMTP(server Server, from netmail.Address) *SMTP {
	_, host, _ := strings.Cut(from.Address, "@")
	return &SMTP{server, host}
}

// Send implements Sender. It returns an ErrRefused when the server says that it will
// never take the message for this recipient, another error when it may work later.
func (s *SMTP) Send(ctx context.Context, m *gomail.Msg) error {
	client, err := gomail.NewClient(s.server.host, s.options()...)
	if err != nil {
		return fmt.Errorf("mail server %s: %w", s.server, err)
	}
	// Each message has a connection of its own: they are few, and one that is kept would
	// have to be watched.
	conn, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return fmt.Errorf("mail server %s: %w", s.server, err)
	}
	defer func() { _ = client.CloseWithSMTPClient(conn) }() // the message is sent or not, whatever the goodbye says
	err = client.SendWithSMTPClient(conn, m)
	if m.IsDelivered() {
		return nil // also when what followed failed
	}
	if refused(err) {
		return fmt.Errorf("%w: %w", ErrRefused, err)
	}
	if err != nil {
		return fmt.Errorf("mail server %s: %w", s.server, err)
	}
	return nil
}

func (s *SMTP) options() []gomail.Option {
	options := []gomail.Option{
		gomail.WithPort(s.server.port), gomail.WithTimeout(dialogTime), gomail.WithHELO(s.helo), gomail.WithTLSPolicy(gomail.TLSOpportunistic),
	}
	if s.server.encrypted {
		options = append(options, gomail.WithSSL())
	}
	if s.server.username != "" {
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory), gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover),
			gomail.WithUsername(s.server.username), gomail.WithPassword(s.server.password))
	}
	if s.server.tls != nil {
		options = append(options, gomail.WithTLSConfig(s.server.tls))
	}
	return options
}

// refused reports whether the error is about this recipient, and for good. Refusals by
// policy (5.7.x: may not relay, has to sign in, is on a list) are about us: an operator
// mends them, and until then every message would be lost.
func refused(err error) bool {
	var failed *gomail.SendError
	if !errors.As(err, &failed) || failed.ErrorCode() < 500 {
		return false
	}
	status := failed.EnhancedStatusCode()
	switch failed.Reason {
	case gomail.ErrSMTPRcptTo:
		return !strings.HasPrefix(status, "5.7.")
	case gomail.ErrSMTPDataClose: // some look at the mailbox only now
		return strings.HasPrefix(status, "5.1.") || strings.HasPrefix(status, "5.2.")
	}
	return false
}
