package site

import (
	"math"
	"strconv"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

// Charts are drawn in shares of their width and height, so that they fit every screen while
// lines and letters keep their size. Their numbers are those of the tables.

// svgPercent returns a part as SVG writes it: "12.34%".
func svgPercent(part, whole float64) string {
	if whole == 0 {
		return "0%"
	}
	return strconv.FormatFloat(math.Round(part/whole*10000)/100, 'f', -1, 64) + "%"
}

// segments returns the parts of a bar one after another; those of nothing are left out.
func segments(whole int, parts ...view.StatSegment) []view.StatSegment {
	var list []view.StatSegment
	from := 0
	for _, p := range parts {
		if p.Value > 0 {
			p.From, p.Width = svgPercent(float64(from), float64(whole)), svgPercent(float64(p.Value), float64(whole))
			list = append(list, p)
		}
		from += p.Value
	}
	return list
}

// coverageBars are a bar for each type, of the kommuner by how they have it.
func (s *Site) coverageBars(st *statistics) []view.StatBar {
	return each(st.types, func(typ directory.OfferingType) view.StatBar {
		t := st.tallies[typ.Code]
		return view.StatBar{
			Label: s.lang.Pick(typ.Plural),
			Note:  s.t("%s av innbyggerne", s.percent(t.PeopleCovered, t.People)),
			Segments: segments(t.Kommuner,
				view.StatSegment{Class: "finnes", Value: t.InKommune},
				view.StatSegment{Class: "annen", Value: t.FromElsewhere},
				view.StatSegment{Class: "ikke", Value: t.NotRegistered()}),
		}
	})
}

// ageColumns are what offerings are counted by, the newest first.
var ageColumns = []struct {
	text string
	of   func(directory.Tally) int
}{
	{page.Mark("Siste 6 måneder"), func(t directory.Tally) int { return t.Ages.Half }},
	{page.Mark("6 til 12 måneder siden"), func(t directory.Tally) int { return t.Ages.Year }},
	{page.Mark("12 til 24 måneder siden"), func(t directory.Tally) int { return t.Ages.TwoYears }},
	{page.Mark("Mer enn 24 måneder siden"), func(t directory.Tally) int { return t.Ages.Older }},
	{page.Mark("Ikke bekreftet ennå"), func(t directory.Tally) int { return t.Never() }},
}

func (s *Site) ageBars(t directory.Tally) []view.StatBar {
	var bars []view.StatBar
	for i, c := range ageColumns {
		n := c.of(t)
		class := "finnes"
		if i == len(ageColumns)-1 {
			class = "ikke"
		}
		bars = append(bars, view.StatBar{
			Label:    s.t(c.text),
			Note:     s.t("%s tilbud, %s", s.lang.Number(n), s.percent(n, t.Offerings)),
			Segments: segments(t.Offerings, view.StatSegment{Class: class, Value: n}),
		})
	}
	return bars
}

// used returns the months in which use was counted, the newest first.
func (st *statistics) used() []*directory.Month {
	var list []*directory.Month
	for i := len(st.months) - 1; i >= 0; i-- {
		if len(st.months[i].Use) > 0 {
			list = append(list, st.months[i])
		}
	}
	return list
}

// useOf returns how often pages of the kind were opened in the month.
func useOf(m *directory.Month, kind directory.PageKind) directory.UseOf {
	for _, u := range m.Use {
		if u.Kind == kind {
			return u
		}
	}
	return directory.UseOf{Kind: kind}
}

// useCell is a number as it may be told.
func (s *Site) useCell(u directory.UseOf) view.StatCell {
	if !u.Told() {
		return view.StatCell{Text: s.t("under 5"), Raw: "<5"}
	}
	return s.number(int(u.Count))
}

// kindNames are what the kinds of pages are called.
var kindNames = map[directory.PageKind]string{
	directory.FrontPage:     page.Mark("Forsiden"),
	directory.SearchPage:    page.Mark("Søk"),
	directory.KommunePage:   page.Mark("Kommuner og fylker"),
	directory.OfferingPage:  page.Mark("Sider om tilbud"),
	directory.ArticlePage:   page.Mark("Artikler"),
	directory.ChecklistPage: page.Mark("Sjekklister"),
	directory.CoursePage:    page.Mark("Kurs og grupper"),
	directory.MapPage:       page.Mark("Kart"),
	directory.ReferralPage:  page.Mark("Ark og verktøy for helsepersonell"),
	directory.EmbeddedPage:  page.Mark("Vist på andres nettsteder"),
	directory.APICall:       page.Mark("Svar til andre programmer (API)"),
	directory.OtherPage:     page.Mark("Andre sider"),
}

// useBars are a bar for each kind, beside the most opened. What is too small to be told has
// no length either.
func (s *Site) useBars(m *directory.Month) []view.StatBar {
	most := 0
	for _, u := range m.Use {
		most = max(most, int(u.Count))
	}
	var bars []view.StatBar
	for _, kind := range directory.PageKinds() {
		u := useOf(m, kind)
		bar := view.StatBar{Label: s.t(kindNames[kind]), Note: s.useCell(u).Text}
		if u.Told() {
			bar.Segments = segments(most, view.StatSegment{Class: "finnes", Value: int(u.Count)})
		}
		bars = append(bars, bar)
	}
	return bars
}

// lineOf draws the offerings and how many are confirmed in time, day by day. Through one
// point goes no line: then there is none.
func (s *Site) lineOf(st *statistics) *view.StatLine {
	if len(st.past) < 2 {
		return nil
	}
	first, last := st.past[0].day, st.past[len(st.past)-1].day
	most := 0
	for _, p := range st.past {
		most = max(most, p.tallies[""].Offerings)
	}
	top := niceAbove(most)
	line := &view.StatLine{From: s.lang.Day(first), To: s.lang.Day(last)}
	for _, y := range []int{top, top / 2, 0} {
		line.Grid = append(line.Grid, view.StatGrid{Y: height(y, top), Text: s.lang.Number(y)})
	}
	for _, series := range []struct {
		class, text string
		of          func(directory.Tally) int
	}{
		{"finnes", page.Mark("Antall tilbud"), func(t directory.Tally) int { return t.Offerings }},
		{"annen", page.Mark("Bekreftet i tide"), func(t directory.Tally) int { return t.InTime }},
	} {
		drawn := view.StatSeries{Class: series.class, Text: s.t(series.text)}
		for _, p := range st.past {
			n := series.of(p.tallies[""])
			// Room at the sides for points and the numbers of the grid.
			along := 12 + 84*p.day.Sub(first).Hours()/last.Sub(first).Hours()
			drawn.Points = append(drawn.Points, view.StatPoint{X: svgPercent(along, 100), Y: height(n, top), Value: n})
		}
		line.Series = append(line.Series, drawn)
	}
	return line
}

// height returns where a value stands in a chart with the top value at 8 % and 0 at 92 %.
func height(value, top int) string {
	return svgPercent(92-84*float64(value)/float64(top), 100)
}

// niceAbove returns an even number that is easy to read, n or above it.
func niceAbove(n int) int {
	step := 2
	for {
		for _, m := range []int{1, 2, 5} {
			if step*m >= n {
				return step * m
			}
		}
		step *= 10
	}
}
