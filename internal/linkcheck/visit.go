package linkcheck

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"

	"code.dny.dev/ssrf"

	"github.com/nasjonal-oversikt/oversikt/internal/store"
	"github.com/nasjonal-oversikt/oversikt/internal/trace"
)

const (
	requestTime  = 15 * time.Second
	maxRedirects = 5
	// readBytes is how much of a page is read: enough to see that it comes.
	readBytes = 4 << 10
)

// control decides about a connection, as net.Dialer.Control.
type control func(network, address string, c syscall.RawConn) error

// guard refuses addresses that are not out in the world, by IANA's registers of special
// addresses, and ports other than 80 and 443.
var guard control = ssrf.New().Safe

// newClient returns a client that connects to what is allowed, keeps nothing, and follows
// no redirects: visit does.
func newClient(allowed control) *http.Client {
	return newClientBy(&net.Dialer{Timeout: requestTime, Control: allowed})
}

func newClientBy(dialer *net.Dialer) *http.Client {
	return &http.Client{
		Timeout: requestTime,
		Transport: trace.Transport(&http.Transport{
			// No proxy: it would resolve and connect where the guard cannot see.
			DialContext:            dialer.DialContext,
			DisableKeepAlives:      true,
			ForceAttemptHTTP2:      true,
			TLSHandshakeTimeout:    requestTime,
			ResponseHeaderTimeout:  requestTime,
			MaxResponseHeaderBytes: 64 << 10,
		}),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// errRefused is returned for an address that is not visited.
var errRefused = errors.New("an address that is not visited")

// visit looks whether the address answers.
func (c *Checker) visit(ctx context.Context, address string) store.LinkCheck {
	check := store.LinkCheck{URL: address}
	at, forGood, moved := address, true, ""
	for range maxRedirects + 1 {
		res, err := c.ask(ctx, at)
		if err != nil {
			check.Status, check.Failure = 0, failureOf(err)
			return check
		}
		check.Status = res.StatusCode
		next, permanent := redirect(res)
		if next == "" {
			check.Failure = failureOfStatus(res.StatusCode)
			if check.Failure == "" && moved != "" && !samePage(address, moved) {
				check.MovedTo = moved
			}
			return check
		}
		// Where it has moved to is known as far as each step was for good.
		if forGood = forGood && permanent; forGood {
			moved = next
		}
		at = next
	}
	check.Failure = store.LinkStatus // round and round
	return check
}

// redirect returns where the answer sends on, "" for one that does not, and whether that
// is for good.
func redirect(res *http.Response) (to string, forGood bool) {
	switch res.StatusCode {
	case http.StatusMovedPermanently, http.StatusPermanentRedirect:
		forGood = true
	case http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect:
	default:
		return "", false
	}
	location, err := res.Location()
	if err != nil {
		return "", false
	}
	return location.String(), forGood
}

// ask sends one request, and a second where the host does not like the first: many answer
// HEAD with an error, and the same page with its text. The body is closed.
func (c *Checker) ask(ctx context.Context, address string) (*http.Response, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil {
		return nil, errRefused
	}
	res, err := c.send(ctx, http.MethodHead, u)
	if err == nil && res.StatusCode < 400 || errors.Is(err, errRefused) || failureOf(err) == store.LinkNoHost || ctx.Err() != nil {
		return res, err
	}
	return c.send(ctx, http.MethodGet, u)
}

func (c *Checker) send(ctx context.Context, method string, u *url.URL) (*http.Response, error) {
	if err := c.waitForHost(ctx, u.Host); err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, method, u.String(), nil)
	if err != nil {
		return nil, errRefused
	}
	req.Header.Set("User-Agent", c.agent)
	req.Header.Set("Accept", "text/html,*/*;q=0.8")
	req.Header.Set("Accept-Language", "nb,no;q=0.9,en;q=0.5")
	res, err := c.client.Do(req)
	if err != nil {
		if errors.Is(err, ssrf.ErrProhibitedIP) || errors.Is(err, ssrf.ErrProhibitedPort) || errors.Is(err, ssrf.ErrProhibitedNetwork) {
			return nil, errRefused
		}
		return nil, err
	}
	defer res.Body.Close()
	_, _ = io.CopyN(io.Discard, res.Body, readBytes)
	c.mu.Lock()
	c.answered = time.Now()
	c.mu.Unlock()
	return res, nil
}

// failureOf says in which way there was no answer; "" for no error.
func failureOf(err error) store.LinkFailure {
	var dns *net.DNSError
	var timeout net.Error
	var unknown x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	var verify *tls.CertificateVerificationError
	switch {
	case err == nil:
		return ""
	case errors.Is(err, errRefused):
		return store.LinkRefused
	case errors.As(err, &dns) && dns.IsNotFound:
		return store.LinkNoHost
	case errors.As(err, &verify), errors.As(err, &unknown), errors.As(err, &name), errors.As(err, &invalid):
		return store.LinkTLS
	case errors.As(err, &timeout) && timeout.Timeout():
		return store.LinkTimeout
	}
	return store.LinkConnect
}

// failureOfStatus says what is wrong with an answer; "" for a good one.
func failureOfStatus(status int) store.LinkFailure {
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests, http.StatusUnavailableForLegalReasons, 999:
		return store.LinkBlocked // often for programs alone, and nobody is to be sent after it
	}
	if status >= 200 && status < 300 {
		return ""
	}
	return store.LinkStatus
}

// samePage reports whether two addresses differ but in what no reader has to know: http
// and https, www, a slash at the end.
func samePage(a, b string) bool {
	plain := func(s string) string {
		_, s, _ = strings.Cut(s, "://")
		s, _, _ = strings.Cut(s, "#")
		return strings.TrimSuffix(strings.TrimPrefix(strings.ToLower(s), "www."), "/")
	}
	return plain(a) == plain(b)
}
