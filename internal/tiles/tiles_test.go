package tiles

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/png"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// picture is a PNG of one colour.
func picture(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 256, 256))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// service is a map service that answers with what answer writes; the paths that were asked for
// come out of asked.
func service(t *testing.T, answer http.HandlerFunc) *Source {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	s, err := New(server.URL+"/{z}/{y}/{x}.png", "https://oversikt.example.no")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestTileIsFetchedOnce(t *testing.T) {
	want := picture(t)
	var asked atomic.Int32
	started, goOn := make(chan bool, 10), make(chan bool)
	s := service(t, func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		if r.URL.Path != "/6/18/33.png" || r.UserAgent() != "oversikt-kart (+https://oversikt.example.no/om)" || r.Header.Get("Referer") != "" {
			t.Errorf("asked for %s as %q", r.URL.Path, r.UserAgent())
		}
		started <- true
		<-goOn
		_, _ = w.Write(want)
	})
	var all sync.WaitGroup
	for range 5 {
		all.Go(func() {
			if got, err := s.Tile(t.Context(), 6, 33, 18); err != nil || !bytes.Equal(got, want) {
				t.Errorf("got %d bytes, %v", len(got), err)
			}
		})
	}
	<-started
	// Who leaves gets their answer, and the others get theirs.
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Tile(gone, 6, 33, 18); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v for a reader who is gone", err)
	}
	close(goOn)
	all.Wait()
	if got, err := s.Tile(t.Context(), 6, 33, 18); err != nil || !bytes.Equal(got, want) {
		t.Errorf("later: got %d bytes, %v", len(got), err)
	}
	if n := asked.Load(); n != 1 {
		t.Errorf("the service was asked %d times, want once", n)
	}
}

func TestOnlyTheCountryIsFetched(t *testing.T) {
	var asked atomic.Int32
	s := service(t, func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		_, _ = w.Write(picture(t))
	})
	for _, in := range [][3]int{
		{4, 8, 4},        // the south
		{10, 542, 297},   // Oslo
		{13, 4803, 1808}, // Vardø, in the far east
	} {
		if _, err := s.Tile(t.Context(), in[0], in[1], in[2]); err != nil {
			t.Errorf("%v: %v", in, err)
		}
	}
	before := asked.Load()
	for _, out := range [][3]int{{3, 4, 2}, {14, 8686, 4766}, {10, 0, 0}, {10, 541, 400}, {10, -1, 297}, {4, 15, 15}} {
		if _, err := s.Tile(t.Context(), out[0], out[1], out[2]); !errors.Is(err, ErrNone) {
			t.Errorf("%v: got %v, want none", out, err)
		}
	}
	if asked.Load() != before {
		t.Error("the service was asked for what is beside the country")
	}
}

func TestServicesThatDoWrong(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"a page": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "image/png")
			_, _ = w.Write([]byte("<html><script>alert(1)</script>"))
		},
		"too much": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write(append(picture(t), make([]byte, maxTile)...))
		},
		"an error": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTooManyRequests) },
		"elsewhere": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://169.254.169.254/", http.StatusFound)
		},
		"half of it": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "9999")
			_, _ = w.Write(picture(t))
		},
	} {
		t.Run(name, func(t *testing.T) {
			var asked atomic.Int32
			s := service(t, func(w http.ResponseWriter, r *http.Request) { asked.Add(1); answer(w, r) })
			for range 2 {
				if got, err := s.Tile(t.Context(), 6, 33, 18); err == nil || errors.Is(err, ErrNone) || got != nil {
					t.Errorf("got %d bytes, %v, want an error", len(got), err)
				}
			}
			if n := asked.Load(); n != 2 {
				t.Errorf("asked %d times, want again after an error", n)
			}
		})
	}
	none := service(t, http.NotFound)
	if _, err := none.Tile(t.Context(), 6, 33, 18); !errors.Is(err, ErrNone) {
		t.Errorf("got %v where the service has none", err)
	}
}

func TestAddresses(t *testing.T) {
	for address, want := range map[string]string{
		"https://kart.example.no/{z}/{y}/{x}.png":     "",
		"http://127.0.0.1:8080/{z}/{y}/{x}.png":       "",
		"http://kart.example.no/{z}/{y}/{x}.png":      "https",
		"https://kart.example.no/{z}/{x}.png":         "{y}",
		"https://kart.example.no/{z}/{y}/{x}/{x}.png": "{x}",
		"https://a:b@kart.example.no/{z}/{y}/{x}":     "https",
		"ftp://kart.example.no/{z}/{y}/{x}":           "https",
		"{z}{y}{x}":                                   "https",
	} {
		_, err := New(address, "")
		switch {
		case want == "" && err != nil, want != "" && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("%s: got %v, want %q", address, err, want)
		}
	}
}
