package site

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

// A crowd that comes while a page is made does not make it again; what fails for one of them
// is tried again by the next.
func TestPageIsMadeOnceForACrowd(t *testing.T) {
	index, err := search.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	defer index.Close()
	s := New(Deps{View: index.View, BaseURL: "http://oversikt.test", Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	app := fiber.New(fiber.Config{Immutable: true})
	var made atomic.Int32
	begun, release := make(chan struct{}, 100), make(chan struct{})
	fail := true
	app.Get("/side", func(c *fiber.Ctx) error {
		return s.send(c, index.View(), c.Query("q"), func(context.Context) (*page.Answer, error) {
			made.Add(1)
			begun <- struct{}{}
			<-release
			if fail {
				return nil, errors.New("not this time")
			}
			return page.NewAnswer("text/plain", []byte("prøve "+c.Query("q"))), nil
		})
	})
	ask := func(q string) (int, string) {
		res, err := app.Test(httptest.NewRequest(http.MethodGet, "/side?q="+q, nil), -1)
		if err != nil {
			t.Error(err)
			return 0, ""
		}
		body, err := io.ReadAll(res.Body)
		if err != nil {
			t.Error(err)
		}
		return res.StatusCode, string(body)
	}
	close(release)
	if status, _ := ask("en"); status != http.StatusInternalServerError {
		t.Fatalf("got status %d of a page that failed", status)
	}
	<-begun
	fail, release = false, make(chan struct{})
	made.Store(0)
	const crowd = 20
	var group sync.WaitGroup
	for range crowd {
		group.Go(func() {
			if status, body := ask("en"); status != http.StatusOK || body != "prøve en" {
				t.Errorf("got %d %q", status, body)
			}
		})
	}
	group.Go(func() {
		if status, body := ask("to"); status != http.StatusOK || body != "prøve to" {
			t.Errorf("of another page: got %d %q", status, body)
		}
	})
	<-begun // one of each
	<-begun
	close(release)
	group.Wait()
	if n := made.Load(); n != 2 {
		t.Errorf("two pages were made %d times for %d readers", n, crowd+1)
	}
}
