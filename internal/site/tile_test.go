package site

import (
	"bytes"
	"image"
	"image/png"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/tiles"
)

func TestTilesOfTheBackgroundMap(t *testing.T) {
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 256, 256))); err != nil {
		t.Fatal(err)
	}
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/10/298/542" {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		_, _ = w.Write(picture.Bytes())
	}))
	defer service.Close()
	source, err := tiles.New(service.URL+"/{z}/{y}/{x}", "")
	if err != nil {
		t.Fatal(err)
	}
	app := fiber.New()
	var logged bytes.Buffer
	New(Deps{Tiles: source, Log: slog.New(slog.NewTextHandler(&logged, nil))}).Mount(app)
	for path, want := range map[string]int{
		"/kart/bakgrunn/10/542/297":                  http.StatusOK,
		"/kart/bakgrunn/10/542/298":                  http.StatusBadGateway,
		"/kart/bakgrunn/10/0/0":                      http.StatusNotFound,
		"/kart/bakgrunn/10/542/x":                    http.StatusNotFound,
		"/kart/bakgrunn/10/542/99999999999999999999": http.StatusNotFound,
	} {
		resp, body := get(t, app, path)
		if resp.StatusCode != want {
			t.Errorf("%s: got %d, want %d", path, resp.StatusCode, want)
		}
		if want == http.StatusOK && (body != picture.String() || resp.Header.Get("Content-Type") != "image/png" || resp.Header.Get("Cache-Control") != "public, max-age=604800") {
			t.Errorf("%s: got %d bytes, %v", path, len(body), resp.Header)
		}
	}
	// A service that is away does not fill the log: every map is of some dozen tiles.
	for range 3 {
		get(t, app, "/kart/bakgrunn/10/542/298")
	}
	if n := strings.Count(logged.String(), "a tile of the background map"); n != 1 {
		t.Errorf("a service that is away is logged %d times, want once:\n%s", n, &logged)
	}
	if resp, _ := get(t, newTestApp(t), "/kart/bakgrunn/10/542/297"); resp.StatusCode != http.StatusNotFound {
		t.Errorf("without a map service: got %d", resp.StatusCode)
	}
}
