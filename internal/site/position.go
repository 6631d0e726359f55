package site

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"sync"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/outline"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

// bordersPath is where the kommuner and their borders are, before the version.
const bordersPath = "/kart/kommuner/"

// mountPosition registers what a browser needs to find the kommune where it is. It compares
// on the device, so that no address here has a position in it.
func (s *Site) mountPosition(app fiber.Router) {
	app.Get("/kart/posisjon.json", s.sendPositionTexts)
	app.Get(bordersPath+":version", s.sendBorders)
}

// borders is what is made of the borders of kommuner, once for each state of them: a file, and
// a drawing of the country.
type borders struct {
	mu      sync.Mutex
	of      *search.Outlines
	answer  *page.Answer
	version string
	drawnOf *search.Outlines
	drawn   *drawing
}

func (b *borders) file(o *search.Outlines) (answer *page.Answer, version string, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.of == o {
		return b.answer, b.version, nil
	}
	content, err := bordersFile(o)
	if err != nil {
		return nil, "", err
	}
	sum := sha256.Sum256(content)
	b.of, b.version = o, hex.EncodeToString(sum[:8])+".json"
	b.answer = page.NewAnswer("application/json; charset=utf-8", content)
	return b.answer, b.version, nil
}

func bordersFile(o *search.Outlines) ([]byte, error) {
	polygons := map[region.Number]outline.Polygons{}
	for _, outlined := range o.List() {
		area, err := outline.Decode(outlined.Area)
		if err != nil {
			return nil, fmt.Errorf("kommune %s: %w", outlined.Kommune, err)
		}
		polygons[outlined.Kommune] = area
	}
	return outline.Write(each(o.Kommuner(), func(k *search.Kommune) outline.Place {
		return outline.Place{Kommune: k.Number, Name: k.DisplayName(), Centre: k.Position, Polygons: polygons[k.Number]}
	}))
}

// sendBorders sends the file. Under its version it never changes; under another, which a node
// with other content has given, it is what there is here.
func (s *Site) sendBorders(c *fiber.Ctx) error {
	v, err := s.current()
	if err != nil {
		return err
	}
	file, version, err := s.borders.file(v.Outlines())
	if err != nil {
		return err
	}
	err = page.Send(c, file)
	if c.Params("version") == version {
		c.Set(fiber.HeaderCacheControl, "public, max-age=31536000, immutable")
	}
	return err
}

// positionTexts is what js/posisjon.js says, and where it finds the kommuner. "{a}" is a name
// of a kommune, or several.
type positionTexts struct {
	Kommuner string `json:"kommuner"`
	Waiting  string `json:"venter"`
	Is       string `json:"er"`
	Show     string `json:"vis"`
	Ask      string `json:"spor"`
	Other    string `json:"annen"`
	Refused  string `json:"avslatt"`
	Unknown  string `json:"ukjent"`
	Late     string `json:"sent"`
	Outside  string `json:"utenfor"`
	Failed   string `json:"feil"`
}

func (s *Site) sendPositionTexts(c *fiber.Ctx) error {
	v, err := s.current()
	if err != nil {
		return err
	}
	return s.plain(c, v, "", "application/json; charset=utf-8", func(context.Context) ([]byte, error) {
		_, version, err := s.borders.file(v.Outlines())
		if err != nil {
			return nil, err
		}
		return json.Marshal(positionTexts{
			Kommuner: bordersPath + version,
			Waiting:  s.t("Finner ut hvor du er …"),
			Is:       s.t("Det ser ut til at du er i %s.", "{a}"),
			Show:     s.t("Velg %s", "{a}"),
			Ask:      s.t("Er du i %s eller en annen kommune?", "{a}"),
			Other:    s.t("Er det en annen kommune, kan du skrive den i feltet."),
			Refused:  s.t("Vi fikk ikke bruke posisjonen. Skriv kommunen eller postnummeret i feltet i stedet. Vil du prøve igjen, kan du gi lov i innstillingene til nettleseren."),
			Unknown:  s.t("Enheten vet ikke hvor den er. Skriv kommunen eller postnummeret i feltet i stedet."),
			Late:     s.t("Det tok for lang tid å finne posisjonen. Prøv igjen, eller skriv kommunen eller postnummeret i feltet."),
			Outside:  s.t("Posisjonen ligger ikke i noen kommune i Norge. Skriv kommunen det gjelder, i feltet."),
			Failed:   s.t("Vi fikk ikke hentet listen over kommuner. Prøv igjen, eller skriv kommunen eller postnummeret i feltet."),
		})
	})
}
