package staff

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

const jobsPath = "/redaksjon/jobber"

// jobsShown is how many jobs of each state the page lists.
const jobsShown = 50

func (s *Staff) mountJobs(inside fiber.Router) {
	inside.Get("/jobber", s.showJobs)
	inside.Post("/jobber/:id/igjen", s.tryJobAgain)
	inside.Post("/jobber/:id/dropp", s.dropJob)
}

// showJobs is what goes on by itself, for national editors: it names recipients of mail.
func (s *Staff) showJobs(c *fiber.Ctx) error {
	ctx, actor := c.UserContext(), actorOf(c)
	jobs, err := s.deps.Store.Jobs(ctx, actor, jobsShown)
	if err != nil {
		return err
	}
	counts, err := s.deps.Store.CountJobs(ctx, actor)
	if err != nil {
		return err
	}
	schedules, leader, err := s.deps.Store.Schedules(ctx, actor)
	if err != nil {
		return err
	}
	now := s.deps.Now()
	p := view.JobsPage{
		Meta:     s.meta(c, "Bakgrunnsjobber", hub, page.Crumb{Text: "Bakgrunnsjobber", Path: jobsPath}),
		GaveUp:   jobLines(jobs[store.JobGaveUp], now),
		Failing:  jobLines(jobs[store.JobFailing], now),
		Waiting:  jobLines(jobs[store.JobWaiting], now),
		Done:     jobLines(jobs[store.JobDone], now),
		AllWell:  counts[store.JobGaveUp]+counts[store.JobFailing] == 0,
		NGaveUp:  counts[store.JobGaveUp],
		NFailing: counts[store.JobFailing],
		NWaiting: counts[store.JobWaiting],
	}
	for _, sc := range schedules {
		p.Schedules = append(p.Schedules, scheduleLine(sc, now))
		p.AllWell = p.AllWell && (sc.Problem == "" || stopped(sc, now))
	}
	if leader != nil {
		p.Leader = fmt.Sprintf("%s, siden %s", leader.Holder, moment(leader.Since, now))
	}
	return s.send(c, http.StatusOK, view.Jobs(p))
}

func jobLines(jobs []store.JobInfo, now time.Time) []view.JobLine {
	lines := make([]view.JobLine, len(jobs))
	for i, j := range jobs {
		l := view.JobLine{ID: j.ID, What: cmp.Or(j.Subject, string(j.Kind)), To: j.To, Problem: firstLine(j.Problem), Running: j.Running}
		if j.Kind == store.JobMail && j.Subject == "" {
			l.What = "E-post" // its content is forgotten
		}
		if j.Kind == store.JobWebhook {
			l.What = "Melding om endringer"
		}
		tries := page.Bokmal.Count(j.Attempts, "1 forsøk", "%s forsøk")
		switch j.State {
		case store.JobGaveUp:
			l.When = fmt.Sprintf("%s. Gitt opp %s.", tries, moment(j.EndedAt, now))
		case store.JobFailing:
			l.When = fmt.Sprintf("%s. Neste forsøk %s.", tries, moment(j.RunAt, now))
		case store.JobWaiting:
			l.When = "Så snart som mulig."
			if j.RunAt.After(now) {
				l.When = capital(moment(j.RunAt, now)) + "."
			}
		case store.JobDone:
			l.When = capital(moment(j.EndedAt, now)) + "."
			if j.Problem != "" { // dropped, or of no use any more
				l.When = "Ikke gjort. " + l.When
			}
		}
		if j.Running {
			l.When = "I gang nå."
		}
		lines[i] = l
	}
	return lines
}

// scheduleNames are what the program does by the clock, in words.
var scheduleNames = map[string]string{
	"housekeeping":     "Rydde bort utløpte innlogginger og gamle jobber",
	"webhooks":         "Si fra til dem som abonnerer på endringer",
	"links":            "Sjekke om lenkene svarer",
	"enhetsregisteret": "Følge Enhetsregisteret",
	"reminders":        "Be om at tilbud blir bekreftet",
	"ageing":           "Flytte ned i søket det som er blitt gammelt",
	"statistics":       "Telle hva kommunene har, én gang om dagen",
	"kommuner":         "Følge kommuner som slås sammen eller deles",
}

func scheduleLine(sc store.Schedule, now time.Time) view.ScheduleLine {
	l := view.ScheduleLine{Name: cmp.Or(scheduleNames[sc.Name], sc.Name), Last: "Ikke ennå", Next: moment(sc.NextRun, now), Problem: firstLine(sc.Problem)}
	if sc.FinishedAt != nil {
		l.Last = capital(moment(*sc.FinishedAt, now))
	}
	switch {
	case stopped(sc, now):
		l.Next, l.Problem = "kjører ikke", ""
	case !sc.NextRun.After(now):
		l.Next = "nå"
	}
	l.Next = capital(l.Next)
	return l
}

// stopped reports whether nobody runs the schedule: it was switched off, or belongs to a
// version of the program that is gone, or no server watches the clock.
func stopped(sc store.Schedule, now time.Time) bool {
	begun := sc.StartedAt != nil && now.Sub(*sc.StartedAt) < time.Hour
	return now.Sub(sc.NextRun) > time.Hour && !begun
}

// firstLine leaves out what follows it: the stack of a panic is for the log.
func firstLine(text string) string {
	first, _, _ := strings.Cut(text, "\n")
	return first
}

func capital(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	if size == 0 {
		return text
	}
	return string(unicode.ToUpper(first)) + text[size:]
}

// moment returns day and clock in Norway: "i dag kl. 8.05", "3. mars 2026 kl. 14.30".
func moment(t, now time.Time) string {
	t, now = t.In(page.Oslo), now.In(page.Oslo)
	day := page.Bokmal.Date(t)
	for offset, name := range map[int]string{-1: "i går", 0: "i dag", 1: "i morgen"} {
		if y, m, d := now.AddDate(0, 0, offset).Date(); t.Year() == y && t.Month() == m && t.Day() == d {
			day = name
		}
	}
	return fmt.Sprintf("%s kl. %d.%02d", day, t.Hour(), t.Minute())
}

func (s *Staff) tryJobAgain(c *fiber.Ctx) error {
	id, err := jobID(c)
	if err != nil {
		return err
	}
	return jobDecided(c, s.deps.Store.TryJobAgain(c.UserContext(), actorOf(c), id), "Jobben blir prøvd igjen nå.")
}

func (s *Staff) dropJob(c *fiber.Ctx) error {
	id, err := jobID(c)
	if err != nil {
		return err
	}
	return jobDecided(c, s.deps.Store.DropJob(c.UserContext(), actorOf(c), id), "Jobben blir ikke gjort.")
}

func jobID(c *fiber.Ctx) (int64, error) {
	id, err := c.ParamsInt("id")
	if err != nil || id < 1 {
		return 0, store.ErrNotFound
	}
	return int64(id), nil
}

// jobDecided goes back to the list. A job that went on meanwhile needs no decision.
func jobDecided(c *fiber.Ctx, err error, notice string) error {
	switch {
	case errors.Is(err, store.ErrConflict):
		return see(c, jobsPath, "Jobben er i gang eller ferdig allerede.")
	case err != nil:
		return err
	}
	return see(c, jobsPath, notice)
}
