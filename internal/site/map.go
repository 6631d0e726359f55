package site

import (
	"bytes"
	"cmp"
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/bulk"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

const mapPath = "/kart"

// mountMap registers the map of what kommuner have, the same as a table, and as a picture.
func (s *Site) mountMap(app fiber.Router) {
	app.Get(mapPath, s.showMap)
	app.Get(mapPath+".csv", s.sendMapTable)
	app.Get(mapPath+".svg", s.sendMapPicture)
}

// mapQuestion is what the address of the map asks for, as it was understood.
type mapQuestion struct {
	typ     directory.OfferingType
	sort    string // a key of mapSorts, after "-" for the other way
	sorted  bool   // as the reader chose: the table is open
	kommune *search.Kommune
	notices []string // what was not understood
	text    string   // what was written as kommune
}

// mapSorts are the columns of the table by which it is sorted, by the value of sorter.
var mapSorts = map[string]func(a, b mapRow) int{
	"navn":       func(a, b mapRow) int { return 0 }, // as they come
	"fylke":      func(a, b mapRow) int { return cmp.Compare(a.fylke, b.fylke) },
	"status":     func(a, b mapRow) int { return cmp.Compare(b.covered.Presence, a.covered.Presence) },
	"tilbud":     func(a, b mapRow) int { return cmp.Compare(b.covered.Offerings, a.covered.Offerings) },
	"dato":       func(a, b mapRow) int { return b.covered.Known.Compare(a.covered.Known) },
	"innbyggere": func(a, b mapRow) int { return cmp.Compare(b.kommune.Population, a.kommune.Population) },
}

// mapRow is one kommune of the map.
type mapRow struct {
	kommune *search.Kommune
	fylke   int // place in the order of fylker
	covered search.Covered
}

// presences is what each presence is called, in the order of a legend.
var presences = []presence{
	{search.InKommune, "finnes", page.Mark("Finnes i kommunen")},
	{search.FromElsewhere, "annen", page.Mark("Dekkes av noen andre")},
	{search.NotRegistered, "ikke", page.Mark("Ikke registrert")},
}

// presence is how a presence is written: its sign in the map, also its code in the file, and
// its name.
type presence struct {
	is     search.Presence
	symbol string
	name   string
}

func presenceOf(p search.Presence) presence {
	return presences[slices.IndexFunc(presences, func(x presence) bool { return x.is == p })]
}

func (s *Site) askMap(c *fiber.Ctx, v *search.View) mapQuestion {
	q := mapQuestion{typ: firstOnMap(v), sort: "navn"}
	if code := strings.TrimSpace(c.Query("type")); code != "" {
		if t, ok := v.Type(code); ok {
			q.typ = t
		} else {
			q.notices = append(q.notices, s.t("Vi kjenner ikke den typen hjelp. Her er %s.", lowerInitial(s.lang.Pick(q.typ.Plural))))
		}
	}
	if sort := strings.TrimSpace(c.Query("sorter")); sort != "" {
		if _, ok := mapSorts[strings.TrimPrefix(sort, "-")]; ok {
			q.sort, q.sorted = sort, true
		} else {
			q.notices = append(q.notices, s.t("Tabellen kan ikke sorteres slik. Den står etter navn."))
		}
	}
	q.text = cut(strings.TrimSpace(c.Query("kommune")), maxPlaceText)
	if q.text == "" {
		return q
	}
	switch found := resolve(v, q.text, kommuneNumber); len(found.matches) {
	case 0:
		q.notices = append(q.notices, s.t("Vi fant ikke «%s». Skriv navnet på kommunen.", q.text))
	case 1:
		q.kommune = found.matches[0].Kommune
	default:
		names := each(found.matches, func(m search.PlaceMatch) string { return m.Kommune.DisplayName() })
		q.notices = append(q.notices, s.t("«%s» kan være flere steder: %s.", q.text, s.lang.Or(names)))
	}
	return q
}

// firstOnMap returns the type that the map opens on: of those that the law demands of every
// kommune the one that most have, for there the kommuner differ. What is for the whole country
// looks the same everywhere.
func firstOnMap(v *search.View) directory.OfferingType {
	var first directory.OfferingType
	most := -1
	for _, t := range v.Types() {
		in := -1
		if t.EveryKommune {
			_, country := v.Coverage().Fylker(t.Code)
			in = country.InKommune
		}
		if in > most || first.Code == "" {
			first, most = t, in
		}
	}
	return first
}

// query returns the question as a query, with other values for some of its parameters.
func (q mapQuestion) query(other ...string) string {
	values := url.Values{"type": {q.typ.Code}}
	if q.kommune != nil {
		values.Set("kommune", string(q.kommune.Number))
	}
	if q.sorted {
		values.Set("sorter", q.sort)
	}
	for i := 0; i+1 < len(other); i += 2 {
		if values.Set(other[i], other[i+1]); other[i+1] == "" {
			values.Del(other[i])
		}
	}
	return values.Encode()
}

func (s *Site) showMap(c *fiber.Ctx) error {
	v, err := s.current()
	if err != nil {
		return err
	}
	q := s.askMap(c, v)
	key := q.query()
	if len(q.notices) > 0 {
		key = url.Values{"type": {c.Query("type")}, "sorter": {c.Query("sorter")}, "kommune": {q.text}}.Encode()
	}
	return s.answer(c, v, key, func(context.Context) (templ.Component, error) {
		p, err := s.mapPage(v, q)
		return view.Map(p), err
	})
}

func (s *Site) sendMapTable(c *fiber.Ctx) error {
	v, err := s.current()
	if err != nil {
		return err
	}
	q := s.askMap(c, v)
	if len(q.notices) > 0 {
		return fiber.ErrNotFound
	}
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="kart-`+q.typ.Code+`.csv"`)
	return s.plain(c, v, q.query(), "text/csv; charset=utf-8", func(context.Context) ([]byte, error) {
		var b bytes.Buffer
		err := bulk.WriteCSV(&b, s.mapTable(v, q))
		return b.Bytes(), err
	})
}

// mapTable returns the rows of the file: names of columns, then a kommune each.
func (s *Site) mapTable(v *search.View, q mapQuestion) [][]string {
	rows := [][]string{{"kommunenummer", "kommune", "fylke", "type", "status", "antall_tilbud", "sist_kjent", "innbyggere"}}
	for _, r := range s.mapRows(v, q.typ.Code) {
		known := ""
		if !r.covered.Known.IsZero() {
			known = r.covered.Known.In(page.Oslo).Format(time.DateOnly)
		}
		rows = append(rows, []string{
			string(r.kommune.Number), r.kommune.Name, r.kommune.FylkeName, q.typ.Code, presenceOf(r.covered.Presence).symbol,
			strconv.Itoa(r.covered.Offerings), known, strconv.Itoa(r.kommune.Population),
		})
	}
	return rows
}

// mapRows returns all kommuner by name, with what they have of the type.
func (s *Site) mapRows(v *search.View, code string) []mapRow {
	coverage := v.Coverage()
	fylker := v.Fylker()
	rows := make([]mapRow, 0, len(v.Kommuner()))
	for _, k := range v.Kommuner() {
		place := slices.IndexFunc(fylker, func(f region.Fylke) bool { return f.Number == k.Number.Fylke() })
		rows = append(rows, mapRow{k, place, coverage.Of(k.Number, code)})
	}
	return rows
}

func (s *Site) mapTitle(q mapQuestion) string {
	return s.t("%s i kommunene", s.lang.Pick(q.typ.Plural))
}

func (s *Site) mapPage(v *search.View, q mapQuestion) (view.MapPage, error) {
	m := s.meta(s.t("Kart over hjelpen i kommunene"), mapPath, page.MenuKommuner)
	m.Description = s.t("Hvilke kommuner har hva for pårørende: på kartet, i tabell og som tall for hvert fylke.")
	m.Style = "map.css"
	m.Query = "?" + q.query()
	rows := s.mapRows(v, q.typ.Code)
	fylker, country := v.Coverage().Fylker(q.typ.Code)
	picture, err := s.mapPicture(v, q, rows)
	if err != nil {
		return view.MapPage{}, err
	}
	p := view.MapPage{
		Meta:    m,
		Notices: q.notices,
		Type:    s.lang.Pick(q.typ.Plural),
		Does:    s.lang.Pick(q.typ.Does),
		Title:   s.mapTitle(q),
		Kommune: q.text,
		Says:    s.mapSays(q, rows, country),
		Picture: picture,
		Legend:  s.legend(v, q),
		Sorted:  q.sorted,
		Here:    mapPath + "?" + q.query("kommune", "", "sorter", "") + "&kommune=",
		Table:   mapPath + "?" + q.query("sorter", q.sort) + "#kommuner",
		CSV:     mapPath + ".csv?" + q.query(),
		SVG:     mapPath + ".svg?" + q.query("sorter", ""),
	}
	if q.kommune != nil {
		p.Kommune = q.kommune.DisplayName()
	}
	if len(picture.Areas) > 0 {
		_, version, err := s.borders.file(v.Outlines())
		if err != nil {
			return view.MapPage{}, err
		}
		p.Borders = bordersPath + version
		if s.deps.Tiles != nil {
			p.Tiles, p.TilesCredit = tilesPath, s.deps.TilesCredit
		}
	}
	for _, t := range v.Types() {
		p.Types = append(p.Types, view.MapType{Code: t.Code, Name: s.lang.Pick(t.Plural), Chosen: t.Code == q.typ.Code})
	}
	for _, f := range append(fylker, country) {
		p.Fylker = append(p.Fylker, s.mapSum(f))
	}
	if !q.sorted { // hundreds of rows, which most readers of the map do not look at
		return p, nil
	}
	p.Columns = s.mapColumns(q)
	slices.SortStableFunc(rows, func(a, b mapRow) int {
		order := mapSorts[strings.TrimPrefix(q.sort, "-")](a, b)
		if strings.HasPrefix(q.sort, "-") {
			return -order
		}
		return order
	})
	if q.sort == "-navn" {
		slices.Reverse(rows)
	}
	for _, r := range rows {
		p.Rows = append(p.Rows, s.mapLine(q, r))
	}
	return p, nil
}

// mapSays returns what the map shows, in sentences: for who does not see it, and for who
// wants the short of it.
func (s *Site) mapSays(q mapQuestion, rows []mapRow, country search.CoverageSum) []string {
	var says []string
	covered := country.InKommune + country.FromElsewhere
	national := covered > 0 && nationalOnly(rows) == covered
	switch {
	case covered == 0:
		says = append(says, s.t("Ingen slike tilbud er registrert i oversikten ennå."))
	case national:
		says = append(says, s.t("Disse tilbudene er for hele landet. Alle kommunene er dekket av de samme."))
	default:
		says = append(says, s.t("Finnes i %s av %s kommuner.", s.lang.Number(country.InKommune), s.lang.Number(country.Kommuner)))
		if country.FromElsewhere > 0 {
			says[0] += " " + s.lang.Count(country.FromElsewhere, "1 kommune er dekket av noen andre.", "%s kommuner er dekket av noen andre.")
		}
		if n := nationalOnly(rows); n > 0 {
			says[0] += " " + s.lang.Count(n, "Den har bare det som er for hele landet.", "%s av dem har bare det som er for hele landet.")
		}
		if n := country.NotRegistered(); n > 0 {
			says[0] += " " + s.lang.Count(n, "For 1 kommune er ingenting registrert.", "For %s kommuner er ingenting registrert.")
		}
		says = append(says, view.UpperInitial(s.t("%s av alle innbyggere bor i en kommune som er dekket.", s.percent(country.PeopleCovered, country.People))))
	}
	if half, ok := middleAge(rows); ok {
		says = append(says, s.t("Av kommunene der vi kjenner datoen, har halvparten opplysninger fra %s eller senere.", s.lang.Day(half)))
	}
	if q.kommune != nil {
		i := slices.IndexFunc(rows, func(r mapRow) bool { return r.kommune.Number == q.kommune.Number })
		state := s.t(presenceOf(rows[i].covered.Presence).name)
		says = append(says, s.t("%s: %s.", q.kommune.DisplayName(), lowerInitial(state)))
	}
	return says
}

// nationalOnly returns how many kommuner are covered by nothing but what is for the country.
func nationalOnly(rows []mapRow) int {
	n := 0
	for _, r := range rows {
		if r.covered.National {
			n++
		}
	}
	return n
}

// middleAge returns the day from which on half of the kommuner with a known day have their
// newest fact. It is false where no day is known.
func middleAge(rows []mapRow) (time.Time, bool) {
	var days []time.Time
	for _, r := range rows {
		if !r.covered.Known.IsZero() {
			days = append(days, r.covered.Known)
		}
	}
	if len(days) == 0 {
		return time.Time{}, false
	}
	slices.SortFunc(days, func(a, b time.Time) int { return b.Compare(a) })
	return days[(len(days)-1)/2], true
}

// percent returns a share in whole percent, "–" of nothing. Only all is 100, and only none is 0.
func (s *Site) percent(part, whole int) string {
	if whole == 0 {
		return "–"
	}
	p := (part*200 + whole) / (whole * 2)
	switch {
	case part > 0 && p == 0:
		return s.t("under %s %%", "1")
	case part < whole && p == 100:
		p = 99
	}
	return s.t("%s %%", strconv.Itoa(p))
}

func (s *Site) mapSum(f search.CoverageSum) view.MapSum {
	sum := view.MapSum{
		Name: f.Name, Kommuner: s.lang.Number(f.Kommuner), InKommune: s.lang.Number(f.InKommune),
		FromElsewhere: s.lang.Number(f.FromElsewhere), NotRegistered: s.lang.Number(f.NotRegistered()),
		People: s.percent(f.PeopleCovered, f.People),
	}
	if f.Fylke == "" {
		sum.Name, sum.Total = s.t("Hele landet"), true
	} else {
		sum.Path = page.FylkePath(region.Fylke{Number: f.Fylke, Name: f.Name})
	}
	return sum
}

// mapColumns returns the heads of the table of kommuner. One that sorts it already sorts it
// the other way.
func (s *Site) mapColumns(q mapQuestion) []view.MapColumn {
	columns := []struct{ key, name string }{
		{"navn", page.Mark("Kommune")}, {"fylke", page.Mark("Fylke")}, {"status", page.Mark("Hva som finnes")},
		{"tilbud", page.Mark("Tilbud")}, {"dato", page.Mark("Opplysninger fra")}, {"innbyggere", page.Mark("Innbyggere")},
	}
	var heads []view.MapColumn
	for _, c := range columns {
		head := view.MapColumn{Name: s.t(c.name), Number: c.key == "tilbud" || c.key == "innbyggere"}
		to := c.key
		switch q.sort {
		case c.key:
			// The first press puts what one looks for on top: the largest, the newest.
			head.Sorted, to = "descending", "-"+c.key
			if c.key == "navn" || c.key == "fylke" {
				head.Sorted = "ascending"
			}
		case "-" + c.key:
			head.Sorted = "ascending"
			if c.key == "navn" || c.key == "fylke" {
				head.Sorted = "descending"
			}
		}
		head.Href = mapPath + "?" + q.query("sorter", to) + "#kommuner"
		heads = append(heads, head)
	}
	return heads
}

func (s *Site) mapLine(q mapQuestion, r mapRow) view.MapLine {
	state := presenceOf(r.covered.Presence)
	line := view.MapLine{
		Name: r.kommune.DisplayName(), Path: page.KommunePath(r.kommune.Kommune), Fylke: r.kommune.FylkeName,
		Symbol: state.symbol, State: s.t(state.name), Offerings: s.lang.Number(r.covered.Offerings), People: s.lang.Number(r.kommune.Population),
		Chosen: q.kommune != nil && q.kommune.Number == r.kommune.Number,
	}
	if !r.covered.Known.IsZero() {
		line.Known = s.lang.Day(r.covered.Known)
	}
	return line
}
