package staff

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

// successionPath is the page about what kommuner that were merged or split leave to people.
const successionPath = "/redaksjon/kommuneendringer"

func (s *Staff) mountSuccession(inside fiber.Router) {
	inside.Get("/kommuneendringer", s.showSuccession)
	inside.Post("/kommuneendringer/alle", s.answerAll)
	inside.Post("/kommuneendringer/:id", s.answerCoverage)
	inside.Post("/kommuneendringer/:id/navn", s.joinOrganizations)
}

// ofSuccession reports whether the task is answered on the page about kommuner that were
// merged or split.
func ofSuccession(t store.Task) bool { return t.Kind == store.TaskCoverage || t.Kind == store.TaskJoin }

// successionItem gathers an owner's questions after a merge into one thing to look at: a
// kommune has one for each of its offerings.
func successionItem(tasks []store.Task, owner auth.Owner) (view.WorkItem, bool) {
	var last store.Task
	n := 0
	for _, t := range tasks {
		if ofSuccession(t) {
			last = t
			n++
		}
	}
	if n == 0 {
		return view.WorkItem{}, false
	}
	i := view.WorkItem{Kind: "Ny kommune", Action: "Svar", Href: successionPath}
	if owner != (auth.Owner{}) {
		i.Href += "?" + ownerQuery(owner)
	}
	i.Text, _, _ = taskLine(last)
	if n > 1 {
		i.Text = fmt.Sprintf("Kommuner er slått sammen eller delt. %d spørsmål om hvem tilbudene gjelder, venter på svar.", n)
	}
	return i, true
}

// coverageQuestion returns what is asked about an offering, and the words of the answers.
func coverageQuestion(d store.CoverageDetail) (question, yes, no string) {
	parts, now := page.Bokmal.And(d.Parts), page.Bokmal.And(d.Names)
	switch {
	case d.Fylke != "":
		return fmt.Sprintf("Tilbudet var for fylket %s, som er blitt en del av %s. Gjelder det nå hele %s?", parts, now, now), "Ja, hele " + now, "Nei, bare det som var " + parts
	case d.Divided:
		return fmt.Sprintf("Tilbudet var for %s, som er delt. Hvem gjelder det nå?", parts), "", ""
	}
	return fmt.Sprintf("Tilbudet var for %s. Gjelder det nå hele %s?", parts, now), "Ja, hele " + now, "Nei, bare det som var " + parts
}

// showSuccession lists the questions of one owner, of the national editors where the address
// names none.
func (s *Staff) showSuccession(c *fiber.Ctx) error { return s.sendSuccession(c, http.StatusOK, "") }

// successionTasks returns the open questions of the owner that the address names.
func (s *Staff) successionTasks(c *fiber.Ctx) (auth.Owner, []store.Task, error) {
	owner, err := namedOwner(c)
	if err != nil {
		return owner, nil, err
	}
	action := auth.Curate
	if owner != (auth.Owner{}) {
		action = auth.See
	}
	if err := auth.Can(actorOf(c), action, auth.Thing{Owner: owner}); err != nil {
		return owner, nil, err
	}
	tasks, err := s.deps.Store.OpenTasks(c.UserContext(), actorOf(c))
	tasks = slices.DeleteFunc(tasks, func(t store.Task) bool { return t.Owner != owner || !ofSuccession(t) })
	return owner, tasks, err
}

func (s *Staff) sendSuccession(c *fiber.Ctx, status int, wrong string) error {
	owner, tasks, err := s.successionTasks(c)
	if err != nil {
		return err
	}
	p := view.SuccessionPage{
		Heading: "Hvem gjelder tilbudene?", Wrong: wrong,
		Intro: "Kommuner er slått sammen eller delt. Det som er sikkert, har fulgt med av seg selv. Her er det bare dere som vet svaret. Ingen bekreftelser er mistet.",
		Empty: "Alle spørsmålene er besvart.",
	}
	crumb := page.Crumb{Text: p.Heading, Path: successionPath}
	p.Meta = s.meta(c, p.Heading, crumb)
	query := ""
	if owner != (auth.Owner{}) {
		query = "?" + ownerQuery(owner)
	}
	whole := map[string]int{} // questions that "all of it" answers, by what all is
	for _, t := range tasks {
		path := fmt.Sprintf("%s/%d", successionPath, t.ID)
		if t.Kind == store.TaskJoin {
			if n, ok := joinQuestion(t, path+"/navn"+query); ok {
				p.Names = append(p.Names, n)
			}
			continue
		}
		var d store.CoverageDetail
		if json.Unmarshal(t.Detail, &d) != nil {
			continue
		}
		i := view.SuccessionItem{Offering: d.Offering, Href: offeringPath(t.Offering), Action: path + query}
		i.Question, i.Yes, i.No = coverageQuestion(d)
		if d.Note != "" {
			i.Shown = "Nå får leserne vite at det gjelder " + d.Note + "."
		}
		if d.Divided {
			for n, number := range d.Kommuner {
				i.Choices = append(i.Choices, view.SuccessionChoice{Value: string(number), Text: d.Names[n], Chosen: true})
			}
			if d.Note != "" {
				i.Whole = "Det gjelder alle som bor der, ikke bare " + d.Note
			}
		} else {
			whole[page.Bokmal.And(d.Names)]++
		}
		p.Items = append(p.Items, i)
	}
	if len(whole) == 1 {
		for name, n := range whole {
			if n > 1 {
				p.All = append(p.All, view.SuccessionAll{Action: successionPath + "/alle" + query, Text: fmt.Sprintf("Alle %d gjelder hele %s", n, name)})
			}
		}
	}
	return s.send(c, status, view.Succession(p))
}

func joinQuestion(t store.Task, action string) (view.SuccessionNames, bool) {
	var d store.JoinDetail
	if json.Unmarshal(t.Detail, &d) != nil {
		return view.SuccessionNames{}, false
	}
	n := view.SuccessionNames{Action: action}
	fresh := d.Name + " kommune"
	names := []string{}
	n.Choices = []view.SuccessionChoice{{Value: fresh, Text: fresh, Chosen: true}}
	for _, o := range d.Organizations {
		names = append(names, o.Name)
		if o.Name != fresh {
			n.Choices = append(n.Choices, view.SuccessionChoice{Value: o.Name, Text: o.Name})
		}
	}
	n.Question = page.Bokmal.And(names) + " er blitt én kommune. Hvilket navn skal tilbudene stå med?"
	return n, true
}

// answerCoverage takes the answer about one offering.
func (s *Staff) answerCoverage(c *fiber.Ctx) error {
	id, err := strconv.ParseInt(c.Params("id"), 10, 64)
	if err != nil {
		return store.ErrNotFound
	}
	var kommuner []region.Number
	for _, v := range c.Request().PostArgs().PeekMulti("kommune") {
		kommuner = append(kommuner, region.Number(v))
	}
	err = s.deps.Store.AnswerCoverage(c.UserContext(), actorOf(c), id, kommuner, c.FormValue("hele") == "ja")
	var invalid directory.Invalid
	if errors.As(err, &invalid) {
		return s.sendSuccession(c, http.StatusUnprocessableEntity, "Velg minst én kommune som tilbudet gjelder.")
	}
	if errors.Is(err, store.ErrNotFound) {
		return s.seeSuccession(c, "Noen har svart på dette allerede.")
	}
	if err != nil {
		return err
	}
	return s.seeSuccession(c, "Svaret er lagret.")
}

// answerAll says of all offerings of the owner that are asked about that they are for all of
// the new kommune.
func (s *Staff) answerAll(c *fiber.Ctx) error {
	_, tasks, err := s.successionTasks(c)
	if err != nil {
		return err
	}
	n := 0
	for _, t := range tasks {
		var d store.CoverageDetail
		if t.Kind != store.TaskCoverage || json.Unmarshal(t.Detail, &d) != nil || d.Divided {
			continue
		}
		if err := s.deps.Store.AnswerCoverage(c.UserContext(), actorOf(c), t.ID, nil, true); err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		n++
	}
	return s.seeSuccession(c, page.Bokmal.Count(n, "Svaret er lagret for 1 tilbud.", "Svaret er lagret for %s tilbud."))
}

// joinOrganizations gives the offerings of several organizations that have become one its name.
func (s *Staff) joinOrganizations(c *fiber.Ctx) error {
	id, err := strconv.ParseInt(c.Params("id"), 10, 64)
	if err != nil {
		return store.ErrNotFound
	}
	name := strings.TrimSpace(c.FormValue("navn"))
	err = s.deps.Store.JoinOrganizations(c.UserContext(), actorOf(c), id, name)
	var invalid directory.Invalid
	if errors.As(err, &invalid) {
		return s.sendSuccession(c, http.StatusUnprocessableEntity, "Velg et av navnene.")
	}
	if errors.Is(err, store.ErrNotFound) {
		return s.seeSuccession(c, "Noen har svart på dette allerede.")
	}
	if err != nil {
		return err
	}
	return s.seeSuccession(c, "Tilbudene står nå med navnet "+name+".")
}

func (s *Staff) seeSuccession(c *fiber.Ctx, said string) error {
	owner, err := namedOwner(c)
	if err != nil {
		return err
	}
	if owner == (auth.Owner{}) {
		return see(c, successionPath, said)
	}
	return see(c, successionPath+"?"+ownerQuery(owner), said)
}
