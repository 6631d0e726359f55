package site

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

// cached is a site with one page more, which says how often it has been made.
type cached struct {
	app   *fiber.App
	index *search.Index
	now   time.Time
	made  int
	fail  error // of making the page
	torn  error // of rendering it, after half of it
}

var errTest = errors.New("test")

func newCached(t *testing.T) *cached {
	t.Helper()
	index, err := search.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := index.Close(); err != nil {
			t.Error(err)
		}
	})
	c := &cached{index: index, now: time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)}
	s := New(Deps{View: index.View, BaseURL: "https://oversikt.example", Now: func() time.Time { return c.now }, Log: slog.New(slog.DiscardHandler)})
	c.app = fiber.New(fiber.Config{Immutable: true})
	s.Mount(c.app)
	c.app.Get("/test", func(ctx *fiber.Ctx) error {
		return s.answer(ctx, index.View(), ctx.Query("q"), c.make)
	})
	return c
}

func (c *cached) make(context.Context) (templ.Component, error) {
	if c.fail != nil {
		return nil, c.fail
	}
	c.made++
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		if _, err := io.WriteString(w, "side "+strconv.Itoa(c.made)); err != nil {
			return err
		}
		return c.torn
	}), nil
}

// change publishes another generation.
func (c *cached) change(t *testing.T) {
	t.Helper()
	o := directory.Offering{ID: int64(c.made + 1), Type: "test", Name: "Testtilbud", Status: directory.Published, Coverage: directory.Coverage{National: true}}
	if err := c.index.Apply(search.Batch{Put: []search.Document{search.OfferingDocument(o)}}); err != nil {
		t.Fatal(err)
	}
}

func (c *cached) want(t *testing.T, target, want string) {
	t.Helper()
	resp, body := get(t, c.app, target)
	if resp.StatusCode != http.StatusOK || body != want {
		t.Errorf("%s = %d %q, want %q", target, resp.StatusCode, body, want)
	}
}

func TestAnswersAreMadeOnceAGeneration(t *testing.T) {
	c := newCached(t)
	c.want(t, "/test", "side 1")
	c.want(t, "/test", "side 1")
	c.want(t, "/test?q=a", "side 2") // another question
	c.want(t, "/test", "side 1")
	c.change(t)
	c.want(t, "/test", "side 3")
	c.want(t, "/test", "side 3")
	c.now = c.now.Add(11*time.Hour - time.Second) // before midnight in Norway
	c.want(t, "/test", "side 3")
	c.now = c.now.Add(time.Second) // opening hours are told by the day
	c.want(t, "/test", "side 4")
}

func TestErrorsAreNotKept(t *testing.T) {
	c := newCached(t)
	for _, target := range []string{"/test", "/test?q=a"} {
		c.fail = errTest
		if resp, _ := get(t, c.app, target); resp.StatusCode != http.StatusInternalServerError || resp.Header.Get("ETag") != "" {
			t.Errorf("a page that cannot be made = %d, ETag %q", resp.StatusCode, resp.Header.Get("ETag"))
		}
		c.fail, c.torn = nil, errTest
		if resp, body := get(t, c.app, target); resp.StatusCode != http.StatusInternalServerError || strings.Contains(body, "side") {
			t.Errorf("a page that cannot be rendered = %d %q, want nothing of it", resp.StatusCode, body)
		}
		c.torn = nil
	}
	c.want(t, "/test", "side 3") // the first two were torn
}

// The same question in another order is the same page.
func TestSearchesShareTheirAnswer(t *testing.T) {
	app := newTestApp(t)
	first, body := get(t, app, "/sok?type=ppt&q=barn&sted=Skedsmo")
	for _, target := range []string{"/sok?sted=Skedsmo&q=barn&type=ppt", "/sok?type=ppt&type=ppt&q=+barn+&sted=Skedsmo&ukjent=1&radius="} {
		resp, other := get(t, app, target)
		if other != body || resp.Header.Get("ETag") != first.Header.Get("ETag") {
			t.Errorf("%s is another page than the same question in another order", target)
		}
	}
}

// Readers who come at the same time while there is nothing in the cache get the same page.
func TestConcurrentReaders(t *testing.T) {
	app := newTestApp(t)
	targets := []string{"/", "/kommuner", "/kommune/3205-lillestrom", "/sok?q=ppt", "/tilbud/1-testtilbud-script-alert-1-script", "/om/data", "/sitemap.xml"}
	type answer struct {
		target, etag, body string
		err                error
	}
	ask := func(target string) answer {
		resp, err := app.Test(httptest.NewRequest(http.MethodGet, target, nil), -1)
		if err != nil {
			return answer{target: target, err: err}
		}
		body, err := io.ReadAll(resp.Body)
		return answer{target, resp.Header.Get("ETag"), string(body), errors.Join(err, resp.Body.Close())}
	}
	answers := make(chan answer, 10*len(targets))
	var wg sync.WaitGroup
	for range 10 {
		for _, target := range targets {
			wg.Go(func() { answers <- ask(target) })
		}
	}
	wg.Wait()
	close(answers)
	first := map[string]answer{}
	for a := range answers {
		if _, ok := first[a.target]; !ok {
			first[a.target] = a
		}
		if a != first[a.target] || a.etag == "" || a.err != nil {
			t.Errorf("%s: two readers got different pages (%v)", a.target, a.err)
		}
	}
	if len(first) != len(targets) {
		t.Errorf("%d pages, want %d", len(first), len(targets))
	}
}

func TestUnchangedPagesAreNotSentAgain(t *testing.T) {
	app := newTestApp(t)
	for _, target := range []string{"/", "/kommune/3205-lillestrom", "/sok?q=ppt", "/sitemap.xml", "/kurs?kommune=3205", "/kurs.ics?kommune=3205"} {
		resp, _ := get(t, app, target)
		req, err := http.NewRequest(http.MethodGet, target, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("If-None-Match", resp.Header.Get("ETag"))
		again, err := app.Test(req, -1)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(again.Body)
		if err != nil {
			t.Fatal(err)
		}
		if err := again.Body.Close(); err != nil || again.StatusCode != http.StatusNotModified || len(body) > 0 {
			t.Errorf("%s = %d with %d bytes (%v), want 304", target, again.StatusCode, len(body), err)
		}
	}
}
