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
	"github.com/nasjonal-oversikt/oversikt/internal/diff"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

const reportsPath = "/redaksjon/meldinger"

var reportsCrumb = page.Crumb{Text: "Meldinger fra lesere", Path: reportsPath}

// mountReports registers what editors do with what readers have reported.
func (s *Staff) mountReports(inside fiber.Router) {
	inside.Get("/meldinger", s.listReports)
	inside.Get("/meldinger/:id", s.showReport)
	inside.Post("/meldinger/:id", s.answerReport)
}

// answerStates are what can be answered, with what the reader is told.
var answerStates = []struct {
	state store.ReportState
	text  string
}{
	{store.ReportFixed, "Vi har rettet det. Takk!"},
	{store.ReportRight, "Vi har sjekket. Det som står, stemmer."},
	{store.ReportDeclined, "Vi kan ikke gjøre noe med dette her."},
}

func (s *Staff) listReports(c *fiber.Ctx) error {
	l := view.StaffList{Meta: s.meta(c, reportsCrumb.Text, reportsCrumb), Heading: reportsCrumb.Text, Intro: "Det leserne har sagt fra om.", Empty: "Ingen har sagt fra om noe."}
	for _, part := range []struct {
		open    bool
		caption string
	}{{true, "Venter på svar"}, {false, "Besvart"}} {
		reports, err := s.deps.Store.Reports(c.UserContext(), actorOf(c), part.open, maxListed)
		if err != nil {
			return err
		}
		names, err := s.reportOwners(c, reports...)
		if err != nil {
			return err
		}
		t := view.StaffTable{Caption: part.caption, Columns: []string{"Hva", "Gjelder", "Når"}}
		for _, r := range reports {
			what := view.Cell{Text: view.ReportChoice(string(r.Choice)), Href: fmt.Sprintf("%s/%d", reportsPath, r.ID)}
			if n := len(r.Entries); n > 1 {
				what.Note = strconv.Itoa(n) + " har meldt det samme"
			}
			t.Rows = append(t.Rows, []view.Cell{what, {Text: reportedThing(r, names)}, {Text: page.Bokmal.Date(r.CreatedAt)}})
		}
		l.Tables = append(l.Tables, t)
	}
	return s.send(c, http.StatusOK, view.List(l))
}

// reportOwners returns the names of the kommuner that the reports are about.
func (s *Staff) reportOwners(c *fiber.Ctx, reports ...store.Report) (map[auth.Owner]string, error) {
	var owners []auth.Owner
	for _, r := range reports {
		if r.Offering == nil {
			owners = append(owners, r.Owner())
		}
	}
	return s.deps.Store.OwnerNames(c.UserContext(), owners)
}

// reportedThing names what the report is about.
func reportedThing(r store.Report, names map[auth.Owner]string) string {
	switch {
	case r.Offering != nil:
		return r.Offering.Name
	case r.Kommune != "":
		return names[r.Owner()]
	}
	return "Hele landet"
}

// reportAt returns the report of the address.
func (s *Staff) reportAt(c *fiber.Ctx) (store.Report, error) {
	id, err := strconv.ParseInt(c.Params("id"), 10, 64)
	if err != nil {
		return store.Report{}, store.ErrNotFound
	}
	return s.deps.Store.ReportByID(c.UserContext(), actorOf(c), id)
}

func (s *Staff) showReport(c *fiber.Ctx) error {
	r, err := s.reportAt(c)
	if err != nil {
		return err
	}
	return s.sendReport(c, http.StatusOK, r, "", "")
}

func (s *Staff) sendReport(c *fiber.Ctx, status int, r store.Report, problem, answer string) error {
	heading := view.ReportChoice(string(r.Choice))
	owners, err := s.reportOwners(c, r)
	if err != nil {
		return err
	}
	p := view.ReportTaskPage{
		Meta: s.meta(c, heading, reportsCrumb, page.Crumb{Text: heading, Path: c.Path()}), Heading: heading, About: reportedThing(r, owners), Problem: problem,
		Open:   r.State == store.ReportOpen,
		State:  view.FormField{Name: "svar", Label: "Hva skal leseren få vite?"},
		Answer: view.FormField{Name: "tekst", Label: "Med dine egne ord", Value: answer, Rows: 3, Max: store.MaxReportAnswer, Help: "Leseren ser det med koden sin. Navnet ditt vises ikke."},
	}
	for _, e := range r.Entries {
		p.Said = append(p.Said, view.ReportSays{When: page.Bokmal.Date(e.At), Text: e.Text, Suggestion: e.Suggestion})
	}
	// None is chosen beforehand: a reader must not be told that it is mended by one who only
	// pressed the button.
	for _, a := range answerStates {
		p.States = append(p.States, view.FormChoice{Value: string(a.state), Text: a.text, Checked: c.FormValue("svar") == string(a.state)})
	}
	if !p.Open {
		p.Answered = view.ReportAnswerText(string(r.State)) + " " + r.Answer
	}
	if o := r.Offering; o != nil {
		p.Edit = offeringPath(o.ID)
		if o.Public() {
			p.Public = page.OfferingPath(o)
		}
		p.Version = strconv.Itoa(o.Version)
		seen := map[string]bool{}
		for _, e := range r.Entries {
			if seen[e.Suggestion] {
				continue
			}
			seen[e.Suggestion] = true
			for place := range places(*o, r.Choice) {
				next, ok := suggested(*o, r.Choice, e.Suggestion, place)
				if !ok {
					continue
				}
				for _, d := range diff.Offerings(*o, next, diff.Names{}) {
					p.Suggestions = append(p.Suggestions, view.ReportSuggestion{Value: strconv.Itoa(place) + " " + e.Suggestion, Change: d})
				}
			}
		}
	}
	return s.send(c, status, view.ReportTask(p))
}

// places returns in how many places what a reader says may belong: an offering has several
// telephone numbers, and the reader does not say which one is wrong.
func places(o directory.Offering, choice store.ReportChoice) int {
	switch choice {
	case store.PhoneWrong:
		return max(1, len(o.Phones))
	case store.WebsiteWrong:
		return max(1, len(o.Websites))
	}
	return 1
}

// suggested returns the offering with what a reader says is right instead in one of its
// places, false where that is nothing that can be taken over as it is.
func suggested(o directory.Offering, choice store.ReportChoice, value string, place int) (directory.Offering, bool) {
	if value == "" || place < 0 || place >= places(o, choice) {
		return o, false
	}
	switch choice {
	case store.PhoneWrong:
		n, err := directory.ParsePhone(value)
		if err != nil {
			return o, false
		}
		if o.Phones = slices.Clone(o.Phones); len(o.Phones) == 0 {
			o.Phones = make([]directory.Phone, 1)
		}
		o.Phones[place].Number = n
	case store.WebsiteWrong:
		address, err := directory.ParseWebsite(value)
		if err != nil {
			return o, false
		}
		if o.Websites = slices.Clone(o.Websites); len(o.Websites) == 0 {
			o.Websites = make([]string, 1)
		}
		o.Websites[place] = address
	case store.HoursWrong:
		o.OpeningText = value
	default:
		return o, false
	}
	return o, o.Validate() == nil
}

// takenOver returns the offering with the suggestion that the form names, "1 22 22 22 22" for
// the second place.
func takenOver(r store.Report, ticked string) (directory.Offering, bool) {
	number, value, _ := strings.Cut(ticked, " ")
	place, err := strconv.Atoi(number)
	if err != nil {
		return *r.Offering, false
	}
	return suggested(*r.Offering, r.Choice, value, place)
}

// answerReport answers the reader, and takes over what is ticked.
func (s *Staff) answerReport(c *fiber.Ctx) error {
	r, err := s.reportAt(c)
	if err != nil {
		return err
	}
	answer := strings.TrimSpace(c.FormValue("tekst"))
	state := store.ReportState(c.FormValue("svar"))
	var update *directory.Offering
	if ticked := c.FormValue("ta_inn"); ticked != "" && r.Offering != nil {
		o, ok := takenOver(r, ticked)
		if !ok {
			return s.sendReport(c, http.StatusUnprocessableEntity, r, "Det leseren foreslo, kan ikke tas inn som det er. Rett tilbudet selv.", answer)
		}
		o.Version = seen(c)
		if !slices.Contains(actorOf(c).Owners(), r.Owner()) {
			o.Source = sourceTyped("Sjekket etter melding fra en leser", s.deps.Now())
		}
		update, state = &o, store.ReportFixed
	}
	saved, err := s.deps.Store.AnswerReport(c.UserContext(), actorOf(c), r.ID, state, answer, update)
	var invalid directory.Invalid
	switch {
	case errors.Is(err, store.ErrConflict):
		if r, err = s.reportAt(c); err != nil {
			return err
		}
		return s.sendReport(c, http.StatusConflict, r, "Noen har svart eller endret tilbudet i mellomtiden. Se over på nytt.", answer)
	case errors.As(err, &invalid):
		wrong := "Velg hva leseren skal få vite."
		if invalid["answer"] != "" {
			wrong = "Svaret er for langt. Det kan ha 1000 tegn."
		}
		return s.sendReport(c, http.StatusUnprocessableEntity, r, wrong, answer)
	case store.Unavailable(err):
		c.Set(fiber.HeaderRetryAfter, "30")
		return s.sendReport(c, http.StatusServiceUnavailable, r, "Vi får ikke lagret akkurat nå. Det du skrev, står her. Prøv igjen om litt.", answer)
	case err != nil:
		return err
	}
	saved.Changed = true // by the answer itself
	return see(c, reportsPath, s.savedNotice(c, saved, "Svaret er lagret. Leseren ser det med koden sin."))
}

// reportLine is taskLine for what a reader has reported.
func reportLine(t store.Task) (text, action, href string) {
	var d store.ReportTask
	if json.Unmarshal(t.Detail, &d) != nil {
		return "", "", ""
	}
	text = view.ReportChoice(string(d.Choice)) + "."
	if d.Count > 1 {
		text = fmt.Sprintf("%s %d har meldt det samme.", text, d.Count)
	}
	return text, "Se meldingen", fmt.Sprintf("%s/%d", reportsPath, d.Report)
}
