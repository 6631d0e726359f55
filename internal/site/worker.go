package site

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/web"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

// offlineAssets are what pages need that are there without a network.
var offlineAssets = []string{"main.css", "main.js", "card.css", "list.js", "kommune.js", "favicon.svg", "inter-latin-wght-normal.woff2", "inter-latin-ext-wght-normal.woff2"}

const (
	cardPath  = "/nodkort"
	savedPath = "/min-liste"
)

// showCard needs no View: the numbers stand in code.
func (s *Site) showCard(c *fiber.Ctx) error {
	return s.answer(c, s.deps.View(), "", done(s.card()))
}

func (s *Site) card() templ.Component {
	m := s.meta(s.t("Nødkort"), cardPath, page.NoMenu)
	m.Description = s.t("Numrene du kan ringe når det haster. Virker uten nett, og kan skrives ut til lommeboken.")
	return view.CrisisCard(view.CrisisCardPage{Meta: m})
}

// showSaved is the same for every reader: what is on the list, only the browser knows.
func (s *Site) showSaved(c *fiber.Ctx) error {
	return s.answer(c, s.deps.View(), "", done(s.saved()))
}

func (s *Site) saved() templ.Component {
	m := s.meta(s.t("Min liste"), savedPath, page.NoMenu)
	m.Description = s.t("Her er tilbudene du selv har lagt i listen. Siden virker også uten nett.")
	m.NoIndex = true
	m.Day = "" // it is not from today when it comes without a network
	return view.Saved(view.SavedPage{Meta: m})
}

// showWorker sends the service worker. Browsers ask for it again with every page, past
// their own cache, and take another into use when a byte of it has changed.
func (s *Site) showWorker(c *fiber.Ctx) error {
	a, err := s.worker()
	if err != nil {
		return err
	}
	return page.Send(c, a)
}

// workerBuild is what the worker is told of this build; js/worker.js says how it is used.
type workerBuild struct {
	Version string   `json:"version"`
	Files   []string `json:"files"`
	Pages   []string `json:"pages"`
	Cards   []string `json:"cards"`
}

// makeWorker puts the build before the script. Its version follows from the files and from
// what the pages say, so that a build that changes either is another.
func (s *Site) makeWorker() (*page.Answer, error) {
	script, err := fs.ReadFile(web.Files(), path.Base(web.Asset("worker.js")))
	if err != nil {
		return nil, fmt.Errorf("service worker: %w", err)
	}
	var b workerBuild
	sum := sha256.New()
	for _, name := range offlineAssets {
		b.Files = append(b.Files, web.Asset(name))
		sum.Write([]byte(web.Asset(name)))
	}
	for _, l := range page.Languages() {
		b.Cards = append(b.Cards, l.Prefix()+cardPath)
		b.Pages = append(b.Pages, l.Prefix()+cardPath, l.Prefix()+savedPath)
		in := s.In(l)
		for _, c := range []templ.Component{in.card(), in.saved()} {
			if err := c.Render(page.WithLanguage(context.Background(), l), sum); err != nil {
				return nil, fmt.Errorf("service worker: %w", err)
			}
		}
	}
	b.Version = base64.RawURLEncoding.EncodeToString(sum.Sum(nil)[:9])
	build, err := json.Marshal(b)
	if err != nil {
		return nil, fmt.Errorf("service worker: %w", err)
	}
	body := bytes.Join([][]byte{[]byte("const BUILD="), build, []byte(";\n"), script}, nil)
	return page.NewAnswer("text/javascript; charset=utf-8", body), nil
}
