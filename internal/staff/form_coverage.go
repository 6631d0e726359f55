package staff

import (
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/bulk"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

// readCoverage returns the coverage that the form says, and what is wrong with the names in
// it; empty when all are known. renamed says of each that a kommune had before and no more
// which kommune that is now.
func (e editing) readCoverage(v url.Values) (c directory.Coverage, wrong string, renamed []string) {
	c = e.stored.Coverage
	c.Bydel, c.Kommuner = strings.TrimSpace(v.Get("bydel")), nil
	var unknown, asked []string
	for _, line := range lines(strings.ReplaceAll(v.Get("kommuner"), ",", "\n")) {
		if n, ok := e.names.KommuneCalled(line); ok {
			c.Kommuner = append(c.Kommuner, n)
			continue
		}
		switch was := e.names.FormerlyCalled(line); len(was) {
		case 0:
			unknown = append(unknown, "«"+line+"»")
		case 1:
			c.Kommuner = append(c.Kommuner, was[0].Present)
			renamed = append(renamed, becameText(was[0], e.names))
		default:
			asked = append(asked, askWhich(line, was, e.names))
		}
	}
	slices.Sort(c.Kommuner)
	c.Kommuner = slices.Compact(c.Kommuner)
	if e.wide() {
		c.National, c.Fylker = slices.Contains(v["omrade"], "hele"), nil
		for _, f := range v["omrade"] {
			if f != "hele" {
				c.Fylker = append(c.Fylker, region.FylkeNumber(f))
			}
		}
		slices.Sort(c.Fylker)
	}
	if len(unknown) > 0 {
		asked = append([]string{"Ingen kommune heter " + page.Bokmal.Or(unknown) + "."}, asked...)
	}
	return c, strings.Join(asked, " "), renamed
}

// becameText says which kommune a former one is now.
func becameText(f region.Former, n *bulk.Names) string {
	if f.Kind == region.Merged || f.Kind == region.Split {
		return fmt.Sprintf("%s er nå en del av %s.", f.Name, n.Kommune(f.Present))
	}
	return fmt.Sprintf("%s heter nå %s.", f.Name, n.Kommune(f.Present))
}

// askWhich asks which of today's kommuner somebody means by the name of one that was split,
// or by a name that several have had.
func askWhich(typed string, was []region.Former, n *bulk.Names) string {
	var now []string
	split := true
	for _, f := range was {
		now = append(now, n.Kommune(f.Present))
		split = split && f.Kind == region.Split && f.Number == was[0].Number
	}
	if split {
		return fmt.Sprintf("«%s» er delt mellom %s. Skriv hvilken av dem det gjelder, eller alle.", typed, page.Bokmal.And(now))
	}
	return fmt.Sprintf("«%s» er nå en del av %s. Skriv hvilken det gjelder.", typed, page.Bokmal.Or(now))
}

// outside says what is wrong when the actor may not give the offering this coverage; empty
// when nothing is. What somebody else has set may stay.
func (e editing) outside(actor auth.Actor, coverage directory.Coverage) string {
	if reflect.DeepEqual(coverage, e.stored.Coverage) || auth.Can(actor, auth.Edit, auth.Thing{Owner: e.owner, Coverage: &coverage}) == nil {
		return ""
	}
	if e.owner.Kommune == "" {
		return "Tilbudet kan bare være for det området du har ansvar for."
	}
	return "Tilbudet må være for din egen kommune. Du kan ta med nabokommuner, men ikke hele fylket eller landet."
}

// coverageNote returns who will see what the form says, and what could not be understood.
func (e editing) coverageNote(actor auth.Actor, v url.Values) view.CoverageNote {
	c, unknown, renamed := e.readCoverage(v)
	note := view.CoverageNote{Ask: draftPath(e, "dekning"), Reach: reach(e.names, c), Renamed: renamed, Wrong: unknown}
	// One who has not typed all of it yet is not told that the rest is missing.
	if unknown == "" && (len(c.Kommuner) > 0 || c.Level() != directory.LevelKommune) {
		note.Wrong = e.outside(actor, c)
	}
	return note
}

// showCoverage tells the script who would see the offering, as the form is typed now.
func (s *Staff) showCoverage(c *fiber.Ctx) error {
	e, err := s.editingAt(c)
	if err != nil {
		return err
	}
	return s.send(c, http.StatusOK, view.Coverage(e.coverageNote(actorOf(c), formSent(c))))
}

// reach says who will see an offering of the coverage.
func reach(n *bulk.Names, c directory.Coverage) string {
	if c.National {
		return "Vises for hele landet."
	}
	var areas []string
	for _, f := range n.Fylker {
		if slices.Contains(c.Fylker, f.Number) {
			areas = append(areas, "hele "+f.Name)
		}
	}
	kommuner, people := 0, 0
	for _, k := range n.Kommuner {
		r := c.Reach(k.Number)
		if r == directory.NotCovered {
			continue
		}
		kommuner++
		people += k.Population
		if !slices.Contains(c.Fylker, k.Number.Fylke()) {
			areas = append(areas, k.DisplayName())
		}
	}
	const most = 4 // names that one takes in at a glance
	where := page.Bokmal.And(areas)
	if len(areas) > most {
		where = fmt.Sprintf("%d kommuner", kommuner)
	}
	switch {
	case kommuner == 0:
		return "Vises ikke for noen ennå."
	case c.Bydel != "":
		return fmt.Sprintf("Vises i %s. Leserne får vite at det bare gjelder «%s».", where, c.Bydel)
	case people == 0:
		return fmt.Sprintf("Vises for alle i %s.", where)
	}
	return fmt.Sprintf("Vises for alle i %s, om lag %s innbyggere.", where, page.Bokmal.Number(about(people)))
}

// about rounds a number of people to what is worth reading: it was counted a year ago.
func about(people int) int {
	switch {
	case people < 1000:
		return (people + 5) / 10 * 10
	case people < 20_000:
		return (people + 50) / 100 * 100
	}
	return (people + 500) / 1000 * 1000
}
