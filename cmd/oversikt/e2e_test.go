package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/client"
	"github.com/nasjonal-oversikt/oversikt/internal/confirm"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/pgembed"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

// startProgram starts the program on an empty data directory, and returns its address and
// that directory. The program is stopped as Ctrl-C stops it when the test ends.
func startProgram(t *testing.T, log io.Writer, env ...string) (base, dir string) {
	t.Helper()
	base, dir, ready := launch(t, log, env...)
	select {
	case ok := <-ready:
		if !ok {
			t.Fatal("the program ended before it was ready")
		}
	case <-time.After(2 * time.Minute):
		t.Fatal("the program is not ready after two minutes")
	}
	return base, dir
}

// launch starts the program as startProgram does, and does not wait: the channel says
// whether it became ready.
func launch(t *testing.T, log io.Writer, env ...string) (base, dir string, became <-chan bool) {
	t.Helper()
	if testing.Short() {
		t.Skip("starts the whole program")
	}
	dir = t.TempDir()
	path, err := program.path()
	if err != nil {
		t.Fatal(err)
	}
	binary := filepath.Join(dir, "oversikt")
	if err := os.Symlink(path, binary); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()
	cmd := exec.Command(binary, "serve")
	cmd.Dir = "../.." // where a Postgres from npm is looked for
	cmd.Env = append(os.Environ(), "OVERSIKT_ADDR="+addr, "OVERSIKT_DATA_DIR="+filepath.Join(dir, "var"), "OVERSIKT_CHECK_LINKS=off")
	cmd.Env = append(cmd.Env, env...)
	cmd.Stderr = log
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
			t.Error(err)
		}
		if err := cmd.Wait(); err != nil {
			t.Errorf("the program does not stop cleanly: %v", err)
		}
	})
	ready := make(chan bool, 1)
	go func() {
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if strings.Contains(lines.Text(), "is ready: ") {
				ready <- true
			}
		}
		ready <- false
	}()
	return "http://" + addr, filepath.Join(dir, "var"), ready
}

func TestProgramInABrowser(t *testing.T) {
	base, dir := startProgram(t, os.Stderr, "OVERSIKT_MAP_TILES="+mapService(t)+"/{z}/{y}/{x}.png", "OVERSIKT_MAP_CREDIT=© Prøvekartet")
	// What readers do changes nothing for others, so that two scripts run at a time: of the one
	// half, two alone take as long as all of the other.
	t.Run("readers", func(t *testing.T) {
		t.Run("look", func(t *testing.T) {
			t.Parallel()
			t.Run("axe", func(t *testing.T) {
				browser(t, "axe.mjs", base, "/", "/sok?q=familievernkontor+bod%C3%B8", "/sok?q=selvmord", "/sok?q=avlastning&kommune=3205&deres=1804&hos=deres", "/kommune/5610-karasjok", "/kommune/1804-bodo?deres=3205",
					"/kommuner", "/fylke/18-nordland", offeringPath(t, base), "/mote-med-helsetjenesten", "/mote-med-helsetjenesten/tips-og-rad",
					"/mote-med-helsetjenesten/tips-og-rad?kommune=1804&deres=0301",
					"/henvis", "/henvis?kommune=1804&parorende=5501&om=selvmord&hvem=etterlatte&haster=1", "/henvis?kode=feil",
					"/hvor?q=Her%C3%B8y", "/hvor?q=9170", "/hvor?q=xyzzy", "/om", "/om/data", "/om/standarder", "/om/tall", "/data", "/personvern",
					"/kart?type=lms&kommune=1804", "/for-kommuner", "/for-kommuner?kommune=1804&farge=ffd400", "/bygg-inn/1804", "/for-helsepersonell", "/for-utviklere", "/tilgjengelighet", "/meld-feil", "/forlat-siden", "/min-liste", "/kurs", "/nodkort", "/sjekklister", "/sjekklister/behov-for-avlastning", "/finnes-ikke", "/api/v1/docs", "/hsds/v3/profile",
					"/nn", "/nn/ta-vare-pa-barna/til-deg-som-er-barn?kommune=1804", "/en", "/en/kommune/0301-oslo", "/en/sok?q=xyzzy&type=ppt", "/en/ta-vare-pa-familien/parforhold", "/en/sjekklister/behov-for-avlastning")
			})
			t.Run("reach", func(t *testing.T) {
				browser(t, "reach.mjs", base, "/", "/sok?q=selvmord", "/kommune/5610-karasjok", "/fylke/18-nordland", offeringPath(t, base),
					"/mote-med-helsetjenesten/tips-og-rad", "/meld-feil", "/tilgjengelighet", "/for-kommuner", "/bygg-inn/1804", "/sjekklister/behov-for-avlastning")
			})
		})
		t.Run("do", func(t *testing.T) {
			t.Parallel()
			for _, script := range []string{"walk", "forlat", "sjekkliste", "henvis", "liste", "kommune", "bygginn", "posisjon", "personvern", "referanse", "width"} {
				t.Run(script, func(t *testing.T) { browser(t, script+".mjs", base) })
			}
			t.Run("metrics", func(t *testing.T) { checkMetrics(t, base) })
		})
	})
	st := openStore(t, dir)
	t.Run("edit is found", func(t *testing.T) { editIsFound(t, base, st) })
	t.Run("redaksjon", func(t *testing.T) { browser(t, "redaksjon.mjs", base, filepath.Join(dir, "mail")) })
	t.Run("bekreft", func(t *testing.T) {
		const to = "leder@bodo.kommune.no"
		o := remind(t, base, st, "koordinerende_enhet/koordinator-og-individuell-plan-i-bodo", to)
		browser(t, "bekreft.mjs", base, filepath.Join(dir, "mail"), to, fmt.Sprint(o.ID), fmt.Sprint(o.Version))
	})
	t.Run("grenser", func(t *testing.T) {
		importSquares(t, dir, st)
		browser(t, "grenser.mjs", base)
	})
}

// mapService is a map service whose every picture is grey.
func mapService(t *testing.T) string {
	t.Helper()
	var grey bytes.Buffer
	if err := png.Encode(&grey, image.NewGray(image.Rect(0, 0, 256, 256))); err != nil {
		t.Fatal(err)
	}
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(grey.Bytes()) }))
	t.Cleanup(service.Close)
	return service.URL
}

func TestSecondFactorInABrowser(t *testing.T) {
	t.Parallel()
	base, dir := startProgram(t, os.Stderr, "OVERSIKT_BASE_URL=https://oversikt.example.org")
	browser(t, "faktor.mjs", base, filepath.Join(dir, "mail"))
}

// importSquares imports made-up borders by the command line: a square around each kommune's centre.
func importSquares(t *testing.T, dir string, st *store.Store) {
	t.Helper()
	kommuner, err := st.Kommuner(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	features := make([]string, len(kommuner))
	for i, k := range kommuner {
		west, south := k.Position.Lon-0.1, k.Position.Lat-0.05
		east, north := k.Position.Lon+0.1, k.Position.Lat+0.05
		features[i] = fmt.Sprintf(`{"type":"Feature","properties":{"kommunenummer":%q},"geometry":{"type":"Polygon","coordinates":[[[%f,%f],[%f,%f],[%f,%f],[%f,%f],[%f,%f]]]}}`,
			k.Number, west, south, east, south, east, north, west, north, west, south)
	}
	file := filepath.Join(t.TempDir(), "ruter.geojson")
	if err := os.WriteFile(file, []byte(`{"type":"FeatureCollection","features":[`+strings.Join(features, ",")+`]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(filepath.Join(filepath.Dir(dir), "oversikt"), "import", "grenser", file)
	cmd.Dir = "../.."
	cmd.Env = append(os.Environ(), "OVERSIKT_DATA_DIR="+dir)
	out, err := cmd.CombinedOutput()
	if want := fmt.Sprintf("Outlines: %d new, 0 changed, 0 as before.", len(kommuner)); err != nil || !strings.Contains(string(out), want) {
		t.Fatalf("import grenser: %v, %s, want %q", err, out, want)
	}
}

func offeringPath(t *testing.T, base string) string {
	t.Helper()
	found := searchFor(t, base, "Bodø familievernkontor")
	if len(found) == 0 {
		t.Fatal("Bodø familievernkontor is not found")
	}
	u, err := url.Parse(found[0].URL)
	if err != nil {
		t.Fatal(err)
	}
	return u.Path
}

// searchFor asks as an integrator does: with the client that is made from the document.
func searchFor(t *testing.T, base, text string) []client.Tilbud {
	t.Helper()
	c, err := client.Open(base + "/api/v1")
	if err != nil {
		t.Fatal(err)
	}
	answer, err := c.TilbudWithResponse(t.Context(), &client.TilbudParams{Q: &text})
	if err != nil || answer.JSON200 == nil {
		t.Fatalf("search for %q: %v", text, err)
	}
	return answer.JSON200.Treff
}

// openStore opens the program's database from a second process of the embedded Postgres.
func openStore(t *testing.T, dir string) *store.Store {
	t.Helper()
	ctx := context.Background()
	server, err := pgembed.Start(ctx, pgembed.Options{Dir: dir, NPMRoot: "../../web/node_modules", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Stop(ctx) })
	st, err := store.Open(ctx, store.Options{URL: server.URL(), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	return st
}

// editIsFound changes an offering through the store, and waits until search has it.
func editIsFound(t *testing.T, base string, st *store.Store) {
	ctx := context.Background()
	o, err := st.OfferingByKey(ctx, "familievernkontor/bodo-familievernkontor")
	if err != nil {
		t.Fatal(err)
	}
	o.Name = "Testnavn Zebrafisk"
	began := time.Now()
	if _, err := st.UpdateOffering(ctx, operator(), "test", o); err != nil {
		t.Fatal(err)
	}
	for {
		if hits := searchFor(t, base, "Zebrafisk"); len(hits) == 1 && hits[0].Navn == o.Name {
			break
		}
		// Far above the second that a reader may expect, since test machines are shared.
		if time.Since(began) > 20*time.Second {
			t.Fatal("the edit is not found")
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Logf("found %v after the edit began", time.Since(began).Round(time.Millisecond))
}

// remind has the program's asker send its mail to a manager of the offering's kommune,
// and returns the offering that it asks about. The source of the offering is made the
// oldest of all, for those are asked about first.
func remind(t *testing.T, base string, st *store.Store, key, to string) directory.Offering {
	t.Helper()
	ctx := context.Background()
	o, err := st.OfferingByKey(ctx, key)
	if err != nil {
		t.Fatal(err)
	}
	o.Source.Date = "1990"
	if o, err = st.UpdateOffering(ctx, operator(), "test", o); err != nil {
		t.Fatal(err)
	}
	a, err := st.CreateAccount(ctx, operator(), to, "")
	if err != nil {
		t.Fatal(err)
	}
	if err := st.SetGrant(ctx, operator(), a.ID, auth.Grant{Owner: auth.OwnerOf(o), Role: auth.Manager}); err != nil {
		t.Fatal(err)
	}
	// At noon on a Wednesday, when mails are sent, and so long after today that what the
	// program itself has asked about does not count.
	then := time.Now().UTC().Truncate(24 * time.Hour).Add(14*24*time.Hour + 10*time.Hour)
	for then.Weekday() != time.Wednesday {
		then = then.AddDate(0, 0, 1)
	}
	asker := &confirm.Asker{Store: st, BaseURL: base, Now: func() time.Time { return then }, Log: slog.New(slog.DiscardHandler)}
	if err := asker.Run(ctx); err != nil {
		t.Fatal(err)
	}
	return o
}
