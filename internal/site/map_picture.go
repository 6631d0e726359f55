package site

import (
	"bytes"
	"cmp"
	"context"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

func (s *Site) sendMapPicture(c *fiber.Ctx) error {
	v, err := s.current()
	if err != nil {
		return err
	}
	q := s.askMap(c, v)
	if len(q.notices) > 0 {
		return fiber.ErrNotFound
	}
	c.Set(fiber.HeaderContentDisposition, `inline; filename="kart-`+q.typ.Code+`.svg"`)
	return s.plain(c, v, q.query(), "image/svg+xml; charset=utf-8", func(ctx context.Context) ([]byte, error) {
		var b bytes.Buffer
		p, err := s.mapPicture(v, q, s.mapRows(v, q.typ.Code))
		if err != nil {
			return nil, err
		}
		p.Links = false
		from := s.t("Tegnet etter plasseringen av hvert kommunesenter.")
		if len(p.Areas) > 0 {
			from = s.t("Kommunegrenser: © Kartverket (CC BY 4.0), forenklet.")
		}
		err = view.MapFile(view.MapFilePage{
			Picture: p, Title: s.mapTitle(q), Legend: s.legend(v, q), Extra: legendHeight,
			Credit: s.t("Kilde: %s, %s.", strings.TrimPrefix(strings.TrimPrefix(s.deps.BaseURL, "https://"), "http://"), s.lang.Date(s.deps.Now())) + " " + from,
		}).Render(page.WithLanguage(ctx, s.lang), &b)
		return b.Bytes(), err
	})
}

// legendHeight is how much room the picture needs below the map for what it says.
const legendHeight = 150

// Sizes in the picture, in its own units.
const (
	mapWidth  = 620
	mapMargin = 26
	mapLeft   = 92 // the names in the west stand in the sea
)

// mapNames are the kommuner that are named in the map, to find one's way by, and on which
// side of their dot the name stands.
var mapNames = map[region.Number]string{
	"0301": "start", "1103": "end", "4204": "start", "4601": "end", "5001": "end",
	"1804": "end", "5501": "end", "5601": "start", "3405": "start",
}

// mapPicture draws the kommuner: their areas where their borders are known, else a dot each.
func (s *Site) mapPicture(v *search.View, q mapQuestion, rows []mapRow) (view.MapPicture, error) {
	d, err := s.borders.drawing(v.Outlines())
	if err != nil {
		return view.MapPicture{}, err
	}
	f := d.frame
	p := view.MapPicture{Left: mapLeft, Width: int(f.width), Height: int(f.height), Links: true}
	var land []cell
	for _, r := range rows {
		x, y := f.at(r.kommune.Position)
		state := presenceOf(r.covered.Presence)
		shape := view.MapShape{
			X: int(math.Round(x)), Y: int(math.Round(y)), Symbol: state.symbol, Number: string(r.kommune.Number),
			Title: r.kommune.DisplayName() + ": " + lowerInitial(s.t(state.name)), Path: page.KommunePath(r.kommune.Kommune),
		}
		if shape.Area = d.paths[r.kommune.Number]; shape.Area != "" {
			p.Areas = append(p.Areas, shape)
		} else {
			land = append(land, cellOf(x, y))
			p.Dots = append(p.Dots, shape)
		}
		chosen := q.kommune != nil && q.kommune.Number == r.kommune.Number
		if anchor, ok := mapNames[r.kommune.Number]; ok && !chosen {
			p.Names = append(p.Names, mapName(x, y, r.kommune.Name, anchor))
		}
		if chosen {
			p.Chosen = &shape
			p.ChosenName = mapName(x, y-23, r.kommune.DisplayName(), "middle")
		}
	}
	p.Land = landOf(land)
	return p, nil
}

// cell is a square of the picture with sides of cellSide, by its row and place in the row.
type cell struct{ row, place int }

// cellSide is small beside the breadth with which the land is drawn, so that it has the same
// coasts as with every kommune where it is, in less than half of the bytes.
const cellSide = 6

func cellOf(x, y float64) cell {
	return cell{int(math.Round(y / cellSide)), int(math.Round(x / cellSide))}
}

// landOf returns a path along the cells, which drawn broad is the land: row by row, with a line
// over cells that are beside each other and a point for one alone.
func landOf(cells []cell) string {
	slices.SortFunc(cells, func(a, b cell) int { return cmp.Or(a.row-b.row, a.place-b.place) })
	const beside = 3 // further apart, a line would cross a fjord
	var path []byte
	var at cell // where the path is
	for i := 0; i < len(cells); {
		from, to := cells[i], cells[i]
		for i++; i < len(cells) && cells[i].row == to.row && cells[i].place-to.place <= beside; i++ {
			to = cells[i]
		}
		path = append(path, 'm')
		path = strconv.AppendInt(path, int64(from.place-at.place)*cellSide, 10)
		path = append(path, ' ')
		path = strconv.AppendInt(path, int64(from.row-at.row)*cellSide, 10)
		path = append(path, 'h')
		path = strconv.AppendInt(path, int64(to.place-from.place)*cellSide, 10)
		at = to
	}
	return string(path)
}

func mapName(x, y float64, name, anchor string) view.MapName {
	aside := map[string]float64{"start": 11, "end": -11}[anchor]
	return view.MapName{X: coordinate(x + aside), Y: coordinate(y + 5), Name: name, Anchor: anchor}
}

// coordinate is a place in whole units of the picture, of which two are a pixel or one.
func coordinate(v float64) string { return strconv.FormatFloat(v, 'f', 0, 64) }

// legend says what each sign of the map stands for, and how often it is in it.
func (s *Site) legend(v *search.View, q mapQuestion) []view.MapLegend {
	_, country := v.Coverage().Fylker(q.typ.Code)
	counts := map[search.Presence]int{
		search.InKommune: country.InKommune, search.FromElsewhere: country.FromElsewhere, search.NotRegistered: country.NotRegistered(),
	}
	var legend []view.MapLegend
	for i, p := range presences {
		legend = append(legend, view.MapLegend{
			Symbol: p.symbol, Text: s.t(p.name), Count: s.lang.Number(counts[p.is]),
			X: "16", Y: strconv.Itoa(58 + 26*i),
		})
	}
	return legend
}
