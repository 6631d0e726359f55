package upstream

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"mime"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	tries = 6
	// firstWait doubles from try to try, up to maxWait. What the host asks for goes before
	// it, up to maxAsked: one that wants more has had enough of us for today.
	firstWait = time.Second
	maxWait   = time.Minute
	maxAsked  = 5 * time.Minute
)

// Request is one thing to ask for.
type Request struct {
	Path  string // below the client's base: "/underenheter"
	Query url.Values
	// Type is the media type that the answer must have. "application/json" takes every
	// "…+json" too. Empty: any but HTML, which is what many hosts say when they are ill.
	Type string
	// Accept is what to ask for when that is not Type: some hosts give a file only to those
	// who name it in their own way.
	Accept string
}

// Answer is what a register says, whole.
type Answer struct {
	URL  string // where it was read, for readers and the history
	Body []byte
	Type string // the Content-Type as sent
}

// StatusError is an answer with a status that is no success, after all tries.
type StatusError struct {
	URL    string
	Status int
	// After is how long the host wants to be left alone, 0 when it does not say.
	After time.Duration
}

// Error returns the address and the status, and when to come back.
func (e *StatusError) Error() string {
	s := fmt.Sprintf("%s answers %d %s", e.URL, e.Status, http.StatusText(e.Status))
	if e.After > 0 {
		s += fmt.Sprintf(" and asks to be left alone for %s", e.After.Round(time.Second))
	}
	return s
}

// IsStatus reports whether the error is an answer of one of these statuses.
func IsStatus(err error, statuses ...int) bool {
	var status *StatusError
	return errors.As(err, &status) && slices.Contains(statuses, status.Status)
}

var (
	// ErrCut is returned for a body that ended before its end, at every try.
	ErrCut = errors.New("only a part came")
	// ErrTooLarge is returned for a body larger than the client takes.
	ErrTooLarge = errors.New("larger than expected")
	// errSlow is why a request was cancelled that took too long.
	errSlow = errors.New("took too long")
)

// lostError is what went wrong between the host and us, and not with what it said.
type lostError struct{ error }

// Unwrap returns what went wrong.
func (e lostError) Unwrap() error { return e.error }

// Get returns the answer to the request. It tries again after what passes: 408, 429 and
// 5xx, silence, a cut connection. It returns a *StatusError for another status or when it
// gives up, a *ShapeError for another media type, ErrCut, ErrTooLarge or ErrElsewhere, and
// the context's error when that ends first.
func (c *Client) Get(ctx context.Context, r Request) (Answer, error) {
	var answer Answer
	err := c.try(ctx, r, c.asked(), func(res *http.Response, body io.Reader) error {
		content, err := io.ReadAll(body)
		answer = c.answer(r, res)
		answer.Body = content
		return err
	})
	return answer, err
}

// Download writes the answer into a new file in dir, and returns its name and, without a
// body, the answer. The file is whole: nothing is left behind beside an error. Files are as
// sent, packed ones packed.
func (c *Client) Download(ctx context.Context, r Request, dir string) (string, Answer, error) {
	var answer Answer
	name := ""
	err := c.try(ctx, r, c.downloaded(), func(res *http.Response, body io.Reader) error {
		answer = c.answer(r, res)
		f, err := os.CreateTemp(dir, "hentet-*")
		if err != nil {
			return err
		}
		_, err = io.Copy(f, body)
		if err = errors.Join(err, f.Close()); err != nil {
			return errors.Join(err, os.Remove(f.Name()))
		}
		name = f.Name()
		return nil
	})
	return name, answer, err
}

// limits are what an answer may take at most.
type limits struct {
	time  time.Duration
	bytes int64
}

func (c *Client) asked() limits {
	return limits{cmp.Or(c.opts.Timeout, requestTime), c.opts.MaxBody}
}

func (c *Client) downloaded() limits {
	return limits{cmp.Or(c.opts.Timeout, fileTime), c.opts.MaxFile}
}

func (c *Client) answer(r Request, res *http.Response) Answer {
	return Answer{URL: c.address(r), Type: res.Header.Get("Content-Type")}
}

// try asks until there is an answer that use can read.
func (c *Client) try(ctx context.Context, r Request, limit limits, use func(*http.Response, io.Reader) error) error {
	wait := firstWait
	for attempt := 1; ; attempt++ {
		err := c.ask(ctx, r, limit, use)
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return fmt.Errorf("%s: %w", c.address(r), ctx.Err())
		}
		if !passes(err) || attempt == c.opts.Tries {
			return err
		}
		pause := wait/2 + rand.N(wait) // apart from others who were cut off at the same time
		var status *StatusError
		if errors.As(err, &status) && status.After > 0 {
			if status.After > maxAsked {
				return err
			}
			pause = status.After
		}
		c.opts.Log.Info("a register is asked again", "after", pause.Round(time.Millisecond).String(), "try", attempt+1, "error", err.Error())
		if err := c.opts.Sleep(ctx, pause); err != nil {
			return fmt.Errorf("%s: %w", c.address(r), err)
		}
		wait = min(2*wait, maxWait)
	}
}

// ask makes one request and hands its body to use.
func (c *Client) ask(ctx context.Context, r Request, limit limits, use func(*http.Response, io.Reader) error) error {
	if err := c.enter(ctx); err != nil {
		return err
	}
	defer c.leave()
	ctx, cancel := context.WithTimeoutCause(ctx, limit.time, errSlow)
	defer cancel()
	at := c.address(r)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at, nil)
	if err != nil {
		return err
	}
	req.Header.Set("User-Agent", c.agent)
	req.Header.Set("Accept", cmp.Or(r.Accept, r.Type, "*/*"))
	res, err := c.http.Do(req)
	if err != nil {
		return reason(ctx, at, lostError{err})
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return &StatusError{at, res.StatusCode, retryAfter(res.Header.Get("Retry-After"), time.Now())}
	}
	if err := checkType(at, r.Type, res.Header.Get("Content-Type")); err != nil {
		return err
	}
	if res.ContentLength > limit.bytes {
		return fmt.Errorf("%s: %d bytes: %w", at, res.ContentLength, ErrTooLarge)
	}
	body := &watched{from: res.Body, left: limit.bytes, timer: time.AfterFunc(silence, cancel)}
	defer body.timer.Stop()
	if err := use(res, body); errors.Is(err, ErrTooLarge) {
		return fmt.Errorf("%s: more than %d bytes: %w", at, limit.bytes, ErrTooLarge)
	} else if err != nil {
		return reason(ctx, at, err)
	}
	return nil
}

// watched is a body that may not grow over its limit, nor fall silent.
type watched struct {
	from  io.Reader
	left  int64
	timer *time.Timer
}

// Read reads on. It returns ErrTooLarge when more comes than was allowed.
func (w *watched) Read(p []byte) (int, error) {
	n, err := w.from.Read(p)
	w.timer.Reset(silence)
	if w.left -= int64(n); w.left < 0 {
		return n, ErrTooLarge
	}
	if err != nil && err != io.EOF {
		err = lostError{err}
	}
	return n, err
}

// reason says in our words why there was no answer, or only a part of one.
func reason(ctx context.Context, at string, err error) error {
	var lost lostError
	switch {
	case !errors.As(err, &lost):
		return err
	case errors.Is(context.Cause(ctx), errSlow):
		err = errSlow
	case ctx.Err() != nil:
		err = fmt.Errorf("silent for %s: %w", silence, errSlow)
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		err = ErrCut
	default:
		var address *url.Error
		if errors.As(err, &address) {
			err = lostError{address.Err} // it names the address again
		}
	}
	return fmt.Errorf("%s: %w", at, err)
}

// passes reports whether the same request may well be answered a little later.
func passes(err error) bool {
	var status *StatusError
	if errors.As(err, &status) {
		return status.Status == http.StatusRequestTimeout || status.Status == http.StatusTooManyRequests || status.Status >= 500 && status.Status != http.StatusNotImplemented
	}
	if errors.Is(err, ErrCut) || errors.Is(err, errSlow) {
		return true
	}
	var lost lostError
	var dns *net.DNSError
	var certificate *tls.CertificateVerificationError
	switch {
	case !errors.As(err, &lost), IsShape(err), errors.Is(err, ErrElsewhere), errors.As(err, &certificate), refused(err):
		return false
	case errors.As(err, &dns):
		return !dns.IsNotFound
	}
	return true
}

// retryAfter reads the header, which is seconds or a date; 0 for neither.
func retryAfter(s string, now time.Time) time.Duration {
	if seconds, err := strconv.Atoi(strings.TrimSpace(s)); err == nil {
		return time.Duration(max(0, min(seconds, 1<<30))) * time.Second
	}
	if at, err := http.ParseTime(s); err == nil {
		return max(0, at.Sub(now))
	}
	return 0
}

// checkType returns a *ShapeError unless the media type is the wanted one.
func checkType(at, want, got string) error {
	kind, _, err := mime.ParseMediaType(got)
	switch {
	case want == "" && kind != "text/html":
		return nil
	case err == nil && kind == want && want != "":
		return nil
	case err == nil && want == JSON && strings.HasSuffix(kind, "+json"):
		return nil
	}
	if want == "" {
		want = "anything but text/html"
	}
	return &ShapeError{Where: at, Field: "Content-Type", Want: want, Got: quoted(got)}
}
