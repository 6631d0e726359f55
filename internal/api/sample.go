package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"github.com/nasjonal-oversikt/oversikt/internal/search"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

// reader answers reads as the API does, without a network: the examples in the reference are
// what the calls give. All are read from one View.
type reader struct {
	view   atomic.Pointer[search.View]
	handle fasthttp.RequestHandler
}

func newReader(a *API) *reader {
	r := &reader{}
	app := fiber.New(fiber.Config{Immutable: true})
	inner := New(Deps{View: r.view.Load, BaseURL: a.baseURL})
	inner.now = a.now
	inner.mountCalls(app)
	r.handle = app.Handler()
	return r
}

// call returns the answer to a call without a body and without a token.
func (r *reader) call(method, target string) (status int, body []byte) {
	var req fasthttp.Request
	req.Header.SetMethod(method)
	req.SetRequestURI(target)
	var ctx fasthttp.RequestCtx
	ctx.Init(&req, nil, nil)
	r.handle(&ctx)
	return ctx.Response.StatusCode(), bytes.Clone(ctx.Response.Body())
}

// examples returns what the call gives, for a read, and what it gives when something is wrong.
func (r *reference) examples(e example) ([]view.ReferenceExample, error) {
	var out []view.ReferenceExample
	targets := []string{e.Target()}
	if e.Method == http.MethodGet {
		targets = append(targets, wrongly(e)...)
	}
	for _, target := range targets {
		status, body := r.reader.call(e.Method, target)
		text, cut, err := shorten(body)
		if err != nil {
			return nil, fmt.Errorf("example of %s: %w", target, err)
		}
		out = append(out, view.ReferenceExample{
			Request: e.Method + " " + target, Status: status, Title: titleOf(status), Text: text, Cut: cut,
		})
	}
	return out, nil
}

// wrongly returns the example with something wrong in it, in ways that are often met.
func wrongly(e example) []string {
	switch path := e.Path; {
	case path == "/tilbud":
		return []string{Root + path + "?sorter=pris&sted=her", Root + path + "?kommune=Lilestr%C3%B8m"}
	case path == "/sted":
		return []string{Root + path + "?postnummer=123", Root + path + "?postnummer=0000"}
	case path == coursesCall:
		return []string{Root + path + "?fra=i+dag"}
	case strings.HasPrefix(path, "/kommuner/"):
		return []string{Root + strings.Replace(path, exampleKommune, "9999", 1)}
	case strings.HasPrefix(path, "/artikler/"):
		return []string{Root + "/artikler/mote-med-helsetjenesten/finnes-ikke"}
	case strings.HasPrefix(path, "/tilbud/"), strings.HasPrefix(path, coursesCall+"/"):
		return []string{Root + path[:strings.LastIndex(path, "/")] + "/999999999"}
	}
	return nil
}

// How much of an answer is shown. What is left out is said.
const (
	shownItems  = 1   // of a list of objects
	shownValues = 6   // of a list of texts or numbers
	shownText   = 240 // signs of a text
)

// shorten writes JSON with indents, its lists and texts cut, and reports whether anything was.
func shorten(body []byte) (string, bool, error) {
	s := shortener{}
	if err := s.value(body, 0); err != nil {
		return "", false, fmt.Errorf("shorten an answer: %w", err)
	}
	return s.out.String(), s.cut, nil
}

type shortener struct {
	out strings.Builder
	cut bool
}

func (s *shortener) line(depth int) { s.out.WriteString("\n" + strings.Repeat("  ", depth)) }

func (s *shortener) value(raw json.RawMessage, depth int) error {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 {
		return fmt.Errorf("no value")
	}
	switch raw[0] {
	case '{':
		return s.object(raw, depth)
	case '[':
		return s.list(raw, depth)
	case '"':
		return s.text(raw)
	}
	s.out.Write(raw)
	return nil
}

func (s *shortener) object(raw json.RawMessage, depth int) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	if _, err := d.Token(); err != nil {
		return err
	}
	s.out.WriteByte('{')
	for n := 0; d.More(); n++ {
		if n > 0 {
			s.out.WriteByte(',')
		}
		key, err := d.Token()
		if err != nil {
			return err
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return err
		}
		s.line(depth + 1)
		fmt.Fprintf(&s.out, "%q: ", key)
		if err := s.value(value, depth+1); err != nil {
			return err
		}
	}
	s.line(depth)
	s.out.WriteByte('}')
	return nil
}

func (s *shortener) list(raw json.RawMessage, depth int) error {
	var items []json.RawMessage
	if err := json.Unmarshal(raw, &items); err != nil {
		return err
	}
	if len(items) == 0 {
		s.out.WriteString("[]")
		return nil
	}
	most := shownValues
	if items[0][0] == '{' {
		most = shownItems
	}
	s.out.WriteByte('[')
	for i, item := range items[:min(most, len(items))] {
		if i > 0 {
			s.out.WriteByte(',')
		}
		s.line(depth + 1)
		if err := s.value(item, depth+1); err != nil {
			return err
		}
	}
	if left := len(items) - most; left > 0 {
		s.cut = true
		s.line(depth + 1)
		fmt.Fprintf(&s.out, "… og %d til", left)
	}
	s.line(depth)
	s.out.WriteByte(']')
	return nil
}

func (s *shortener) text(raw json.RawMessage) error {
	var text string
	if err := json.Unmarshal(raw, &text); err != nil {
		return err
	}
	if n := utf8.RuneCountInString(text); n > shownText {
		s.cut = true
		text = fmt.Sprintf("%s … og %d tegn til", string([]rune(text)[:shownText]), n-shownText)
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // it is read by people
	if err := e.Encode(text); err != nil {
		return err
	}
	s.out.Write(bytes.TrimSpace(b.Bytes()))
	return nil
}
