package site

import (
	"net/url"
	"strconv"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

// statisticsTables returns the page's tables. A table without a row is left out.
func (s *Site) statisticsTables(st *statistics) []view.StatTable {
	var list []view.StatTable
	for _, t := range []view.StatTable{s.coverageTable(st), s.ageTable(st), s.timeTable(st), s.changeTable(st), s.useTable(st)} {
		if len(t.Rows) == 0 {
			continue
		}
		query := url.Values{"tabell": {t.ID}}
		if st.fylke.Number != "" {
			query.Set("fylke", string(st.fylke.Number))
		}
		t.CSV = statisticsPath + ".csv?" + query.Encode()
		list = append(list, t)
	}
	return list
}

// text is a cell that stands in a file as on the page.
func text(t string) view.StatCell { return view.StatCell{Text: t, Raw: t} }

func (s *Site) number(n int) view.StatCell {
	return view.StatCell{Text: s.lang.Number(n), Raw: strconv.Itoa(n)}
}

func (s *Site) shareCell(part, whole int) view.StatCell {
	return text(s.percent(part, whole))
}

// headed returns the texts in the site's language.
func (s *Site) headed(texts ...string) []string {
	return each(texts, func(t string) string { return s.t(t) })
}

func (s *Site) coverageTable(st *statistics) view.StatTable {
	t := view.StatTable{
		ID: "dekning", Caption: s.t("Kommuner etter hvordan de har hver type hjelp. %s.", s.areaName(st)),
		Head: s.headed(page.Mark("Type"), page.Mark("Finnes i kommunen"), page.Mark("Dekkes av noen andre"), page.Mark("Ikke registrert"),
			page.Mark("Innbyggere som er dekket"), page.Mark("Andel av innbyggerne")),
	}
	for _, typ := range st.types {
		n := st.tallies[typ.Code]
		t.Rows = append(t.Rows, view.StatRow{Cells: []view.StatCell{
			text(s.lang.Pick(typ.Plural)), s.number(n.InKommune), s.number(n.FromElsewhere), s.number(n.NotRegistered()),
			s.number(n.PeopleCovered), s.shareCell(n.PeopleCovered, n.People),
		}})
	}
	return t
}

func (s *Site) ageTable(st *statistics) view.StatTable {
	t := view.StatTable{
		ID: "alder", Caption: s.t("Tilbud etter når noen sist bekreftet dem. %s.", s.areaName(st)),
		Head: s.headed(page.Mark("Type"), page.Mark("Antall tilbud")),
	}
	for _, c := range ageColumns {
		t.Head = append(t.Head, s.t(c.text))
	}
	t.Head = append(t.Head, s.headed(page.Mark("Bekreftet i tide"), page.Mark("Midterste alder i dager"))...)
	row := func(name, code string) {
		n := st.tallies[code]
		cells := []view.StatCell{text(name), s.number(n.Offerings)}
		for _, c := range ageColumns {
			cells = append(cells, s.number(c.of(n)))
		}
		t.Rows = append(t.Rows, view.StatRow{Total: code == "", Cells: append(cells, s.number(n.InTime), s.median(n))})
	}
	for _, typ := range st.types {
		row(s.lang.Pick(typ.Plural), typ.Code)
	}
	row(s.t("Alle typer"), "")
	return t
}

func (s *Site) median(t directory.Tally) view.StatCell {
	if t.MedianDays == nil {
		return view.StatCell{Text: "–"}
	}
	return s.number(*t.MedianDays)
}

// dayCell is a day in words, and in a file as machines read it.
func (s *Site) dayCell(day time.Time) view.StatCell {
	return view.StatCell{Text: s.lang.Day(day), Raw: day.Format(time.DateOnly)}
}

func (s *Site) timeTable(st *statistics) view.StatTable {
	t := view.StatTable{
		ID: "over-tid", Caption: s.t("Slik sto det den siste dagen vi telte i hver måned. %s.", s.areaName(st)),
		Head: s.headed(page.Mark("Dag"), page.Mark("Antall tilbud"), page.Mark("Bekreftet i tide"), page.Mark("Ikke bekreftet ennå"), page.Mark("Midterste alder i dager"),
			page.Mark("Kommuner med noe eget")),
	}
	for i := len(st.past) - 1; i >= 0; i-- {
		n := st.past[i].tallies[""]
		t.Rows = append(t.Rows, view.StatRow{Cells: []view.StatCell{
			s.dayCell(st.past[i].day), s.number(n.Offerings), s.number(n.InTime), s.number(n.Never()), s.median(n), s.number(n.InKommune),
		}})
	}
	return t
}

// changeTable puts the first day beside the last. It is empty while they are one.
func (s *Site) changeTable(st *statistics) view.StatTable {
	if len(st.past) < 2 {
		return view.StatTable{}
	}
	first, last := st.past[0], st.past[len(st.past)-1]
	from, to := s.lang.Day(first.day), s.lang.Day(last.day)
	t := view.StatTable{
		ID: "endring", Caption: s.t("Fra %s til %s. %s.", from, to, s.areaName(st)),
		Head: []string{s.t("Type"), s.t("Finnes i kommunen %s", from), s.t("Finnes i kommunen %s", to),
			s.t("Andel av innbyggerne som er dekket %s", from), s.t("Andel av innbyggerne som er dekket %s", to)},
	}
	for _, typ := range st.types {
		was, is := first.tallies[typ.Code], last.tallies[typ.Code]
		t.Rows = append(t.Rows, view.StatRow{Cells: []view.StatCell{
			text(s.lang.Pick(typ.Plural)), s.number(was.InKommune), s.number(is.InKommune),
			s.shareCell(was.PeopleCovered, was.People), s.shareCell(is.PeopleCovered, is.People),
		}})
	}
	return t
}

// mostMonths is how many months the table of use has.
const mostMonths = 12

func (s *Site) useTable(st *statistics) view.StatTable {
	used := st.used()
	used = used[:min(len(used), mostMonths)]
	t := view.StatTable{ID: "bruk", Caption: s.t("Ganger hver sort side ble åpnet"), Head: []string{s.t("Sort side")}}
	if len(used) == 0 {
		return t
	}
	for _, m := range used {
		t.Head = append(t.Head, s.lang.PartialDate(directory.PartialDate(m.Month)))
	}
	for _, kind := range directory.PageKinds() {
		cells := []view.StatCell{text(s.t(kindNames[kind]))}
		for _, m := range used {
			cells = append(cells, s.useCell(useOf(m, kind)))
		}
		t.Rows = append(t.Rows, view.StatRow{Cells: cells})
	}
	return t
}

// parsedDay reads a day that the store has written.
func parsedDay(day string) time.Time {
	t, _ := time.Parse(time.DateOnly, day)
	return t
}
