package site

import (
	"bytes"
	"context"
	"net/url"
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

const statisticsPath = "/om/tall"

func (s *Site) mountStatistics(app fiber.Router) {
	app.Get(statisticsPath, s.showStatistics)
	app.Get(statisticsPath+".csv", s.sendStatistics)
}

// statistics is what the page and its files are made from: one area at one generation.
type statistics struct {
	view    *search.View
	fylke   region.Fylke // zero for the country
	day     time.Time    // midnight in Norway
	types   []directory.OfferingType
	tallies map[string]directory.Tally // by type, "" for all of them
	past    []past                     // in order of time
	months  []*directory.Month
}

// past is how the area stood on a day.
type past struct {
	day     time.Time                  // in UTC
	tallies map[string]directory.Tally // by type
}

// statisticsOf returns the numbers for the request's fylke; false when there is no such.
func (s *Site) statisticsOf(c *fiber.Ctx, v *search.View) (*statistics, bool) {
	now := s.deps.Now().In(page.Oslo)
	st := &statistics{
		view: v, types: v.Types(), months: v.Months(),
		day: time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, page.Oslo),
	}
	number := c.Query("fylke")
	for _, f := range v.Fylker() {
		if string(f.Number) == number {
			st.fylke = f
		}
	}
	return st, number == "" || st.fylke.Number != ""
}

// count fills in the numbers, which take some milliseconds.
func (st *statistics) count() {
	st.tallies = st.of(st.view.Tallies(st.day))
	for _, m := range st.months {
		if day, err := time.Parse(time.DateOnly, m.Day); err == nil {
			st.past = append(st.past, past{day, st.of(m.Tallies)})
		}
	}
}

// of returns the area's tallies by type.
func (st *statistics) of(all []directory.Tally) map[string]directory.Tally {
	of := make(map[string]directory.Tally, len(st.types)+1)
	for _, t := range all {
		if t.Fylke == st.fylke.Number {
			of[t.Type] = t
		}
	}
	return of
}

// query returns the area as it stands in addresses.
func (st *statistics) query() string {
	if st.fylke.Number == "" {
		return ""
	}
	return url.Values{"fylke": {string(st.fylke.Number)}}.Encode()
}

func (s *Site) showStatistics(c *fiber.Ctx) error {
	v, err := s.current()
	if err != nil {
		return err
	}
	st, ok := s.statisticsOf(c, v)
	if !ok {
		return fiber.ErrNotFound
	}
	return s.answer(c, v, st.query(), func(context.Context) (templ.Component, error) {
		st.count()
		return view.Statistics(s.statisticsPage(st)), nil
	})
}

// sendStatistics answers with one of the page's tables as a file.
func (s *Site) sendStatistics(c *fiber.Ctx) error {
	v, err := s.current()
	if err != nil {
		return err
	}
	st, ok := s.statisticsOf(c, v)
	if !ok {
		return fiber.ErrNotFound
	}
	id := c.Query("tabell")
	query := url.Values{"tabell": {id}, "fylke": {string(st.fylke.Number)}}.Encode()
	if err := s.plain(c, v, query, "text/csv; charset=utf-8", func(context.Context) ([]byte, error) {
		st.count()
		for _, t := range s.statisticsTables(st) {
			if t.ID == id {
				return csvOf(t)
			}
		}
		return nil, fiber.ErrNotFound
	}); err != nil {
		return err
	}
	name := "tall-" + id
	if st.fylke.Number != "" {
		name += "-" + st.fylke.Slug()
	}
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="`+name+`.csv"`)
	return nil
}

// csvOf returns a table as a file.
func csvOf(t view.StatTable) ([]byte, error) {
	lines := [][]string{t.Head}
	for _, row := range t.Rows {
		lines = append(lines, each(row.Cells, func(c view.StatCell) string { return c.Raw }))
	}
	var b bytes.Buffer
	err := bulk.WriteCSV(&b, lines)
	return b.Bytes(), err
}

func (s *Site) statisticsPage(st *statistics) view.StatisticsPage {
	m := s.meta(s.t("Tall om oversikten"), statisticsPath, page.MenuAbout, s.aboutCrumb())
	m.Description = s.t("Hvor mye hjelp for pårørende som er registrert, hvor fersk den er, hvordan det endrer seg, og hvor mye oversikten blir brukt.")
	m.Style = "statistics.css"
	if st.fylke.Number != "" {
		m.Query, m.NoIndex = "?"+st.query(), true
	}
	all := st.tallies[""]
	p := view.StatisticsPage{
		Meta: m, Area: s.areaName(st), Day: s.lang.Date(st.day), InFylke: st.fylke.Number != "", API: s.deps.BaseURL + "/api/v1",
		Fylker: []view.StatChoice{{Text: s.t("Hele landet"), Selected: st.fylke.Number == ""}},
		Facts: []view.Fact{
			{Number: s.lang.Number(all.Kommuner), What: s.t(pick(all.Kommuner, page.Mark("kommune"), page.Mark("kommuner")))},
			{Number: s.lang.Number(all.Offerings), What: s.t("tilbud")},
			{Number: s.lang.Number(all.InTime), What: s.t("bekreftet i tide")},
		},
		Coverage: s.coverageBars(st),
		Ages:     s.ageBars(all),
		Line:     s.lineOf(st),
		Tables:   map[string]view.StatTable{},
	}
	for _, f := range st.view.Fylker() {
		p.Fylker = append(p.Fylker, view.StatChoice{Value: string(f.Number), Text: f.Name, Selected: f.Number == st.fylke.Number})
	}
	for _, t := range s.statisticsTables(st) {
		p.Tables[t.ID] = t
	}
	if k := st.view.Kommuner(); len(k) > 0 && k[0].PopulationYear > 0 {
		p.PopulationYear = s.lang.Number(k[0].PopulationYear)
	}
	if len(st.past) > 0 {
		p.Since = s.lang.Day(st.past[0].day)
	}
	s.addUse(&p, st)
	return p
}

func (s *Site) areaName(st *statistics) string {
	if st.fylke.Number == "" {
		return s.t("Hele landet")
	}
	return st.fylke.Name
}

// addUse says how much each kind of page was opened in the newest month that is told.
func (s *Site) addUse(p *view.StatisticsPage, st *statistics) {
	used := st.used()
	if len(used) == 0 {
		return
	}
	p.UseSince = s.lang.Day(parsedDay(used[len(used)-1].From))
	m := used[0]
	p.UseFrom = s.lang.Day(parsedDay(m.From))
	if m.To != m.From {
		p.UseTo = s.lang.Day(parsedDay(m.To))
	}
	p.Use = s.useBars(m)
}
