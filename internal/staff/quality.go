package staff

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

var qualityCrumb = page.Crumb{Text: "Kvalitet", Path: "/redaksjon/kvalitet"}

// peers is how many kommuner of its size stand beside one.
const peers = 10

// quality is a kommune with how well it is described.
type quality struct {
	region.Kommune
	store.Quality
}

// showQuality shows how well kommuner are described. National editors see the fylker, and
// with ?fylke= the kommuner of one; with ?kommune=, and for all others, a kommune stands
// beside kommuner with about as many people.
func (s *Staff) showQuality(c *fiber.Ctx) error {
	kommuner, err := s.deps.Store.Kommuner(c.UserContext())
	if err != nil {
		return err
	}
	stored, err := s.deps.Store.Qualities(c.UserContext())
	if err != nil {
		return err
	}
	types, err := s.deps.Store.OfferingTypes(c.UserContext())
	if err != nil {
		return err
	}
	required := 0
	for _, t := range types {
		if t.EveryKommune {
			required++
		}
	}
	of := map[region.Number]store.Quality{}
	for _, q := range stored {
		of[q.Kommune] = q
	}
	all := make([]quality, len(kommuner))
	for i, k := range kommuner {
		all[i] = quality{k, of[k.Number]}
	}

	l := view.StaffList{
		Meta: s.meta(c, qualityCrumb.Text, qualityCrumb), Heading: "Kvalitet",
		Intro: fmt.Sprintf("Hva som er meldt inn, og hvor lenge siden noen sa at det stemmer. Loven krever %d typer tilbud i alle kommuner.", required),
		Empty: "Her er ingen kommuner.",
	}
	national := auth.Can(actorOf(c), auth.Curate, auth.Thing{}) == nil
	chosen := region.Number(c.Query("kommune"))
	if chosen == "" && !national {
		for _, o := range actorOf(c).Owners() {
			chosen = cmp.Or(chosen, o.Kommune)
		}
	}
	switch fylke := region.FylkeNumber(c.Query("fylke")); {
	case fylke != "":
		all = slices.DeleteFunc(all, func(q quality) bool { return q.Number.Fylke() != fylke })
		if len(all) == 0 {
			return store.ErrNotFound
		}
		l.Tables = []view.StaffTable{kommuneTable(all[0].FylkeName, all, required, "")}
	case chosen != "":
		near, ok := ofItsSize(all, chosen)
		if !ok {
			return store.ErrNotFound
		}
		l.Tables = []view.StaffTable{kommuneTable("Kommuner på samme størrelse", near, required, chosen)}
	case national:
		l.Tables = []view.StaffTable{fylkeTable(all, required)}
	default: // an organization's people
		return store.ErrNotFound
	}
	return s.send(c, http.StatusOK, view.List(l))
}

// ofItsSize returns the kommune among those nearest to it in population, largest first.
func ofItsSize(all []quality, n region.Number) ([]quality, bool) {
	bySize := slices.SortedStableFunc(slices.Values(all), func(a, b quality) int { return cmp.Compare(b.Population, a.Population) })
	at := slices.IndexFunc(bySize, func(q quality) bool { return q.Number == n })
	if at < 0 {
		return nil, false
	}
	from := max(0, min(at-peers/2, len(bySize)-peers-1))
	return bySize[from:min(from+peers+1, len(bySize))], true
}

func kommuneTable(caption string, rows []quality, required int, own region.Number) view.StaffTable {
	t := view.StaffTable{Caption: caption, Columns: []string{"Kommune", "Innbyggere", "Tilbud", "Av typene loven krever", "Bekreftet siste år", "Eldste bekreftelse", "Meldinger", "Har forvalter"}}
	for _, q := range rows {
		name := view.Cell{Text: q.DisplayName(), Href: page.KommunePath(q.Kommune)}
		if q.Number == own {
			name.Note = "Din kommune"
		}
		t.Rows = append(t.Rows, []view.Cell{name, {Text: page.Bokmal.Number(q.Population)},
			{Text: strconv.Itoa(q.Offerings), Warn: q.Offerings == 0}, {Text: fmt.Sprintf("%d av %d", q.Required, required)},
			confirmedCell(q.Quality), oldestCell(q.Quality), {Text: strconv.Itoa(q.Reports), Warn: q.Reports > 0}, yesNo(q.HasManager)})
	}
	return t
}

func confirmedCell(q store.Quality) view.Cell {
	if q.Offerings == 0 {
		return view.Cell{Text: "–"}
	}
	return view.Cell{Text: fmt.Sprintf("%d av %d", q.Confirmed, q.Offerings)}
}

func oldestCell(q store.Quality) view.Cell {
	switch {
	case q.Offerings == 0:
		return view.Cell{Text: "–"}
	case q.Never > 0:
		return view.Cell{Text: fmt.Sprintf("%d aldri", q.Never)}
	case q.Oldest == nil:
		return view.Cell{Text: "–"}
	}
	return view.Cell{Text: page.Bokmal.Date(*q.Oldest)}
}

func yesNo(yes bool) view.Cell {
	if yes {
		return view.Cell{Text: "Ja"}
	}
	return view.Cell{Text: "Nei"}
}

func fylkeTable(all []quality, required int) view.StaffTable {
	t := view.StaffTable{Caption: "Fylker", Columns: []string{"Fylke", "Kommuner", "Tilbud", "Av typene loven krever", "Bekreftet siste år", "Meldinger", "Kommuner med forvalter"}}
	for from := 0; from < len(all); { // by number, so each fylke's stand together
		to := from
		var sum store.Quality
		managed := 0
		for ; to < len(all) && all[to].Number.Fylke() == all[from].Number.Fylke(); to++ {
			q := all[to].Quality
			sum.Offerings += q.Offerings
			sum.Confirmed += q.Confirmed
			sum.Required += q.Required
			sum.Reports += q.Reports
			if q.HasManager {
				managed++
			}
		}
		n := to - from
		t.Rows = append(t.Rows, []view.Cell{{Text: all[from].FylkeName, Href: "/redaksjon/kvalitet?fylke=" + string(all[from].Number.Fylke())},
			{Text: strconv.Itoa(n)}, {Text: page.Bokmal.Number(sum.Offerings)},
			{Text: strconv.Itoa(100*sum.Required/max(1, n*required)) + " %"}, confirmedCell(sum), {Text: strconv.Itoa(sum.Reports), Warn: sum.Reports > 0},
			{Text: fmt.Sprintf("%d av %d", managed, n)}})
		from = to
	}
	return t
}
