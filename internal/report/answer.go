package report

import (
	"errors"
	"net/http"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/place"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

// lookup returns the report of the code. It returns store.ErrNotFound for one that is not
// there, and store.TooSoon where too many of those were tried.
func (r *Reports) lookup(c *fiber.Ctx, code string) (store.Report, error) {
	if code == "" { // none that could be one
		return store.Report{}, errors.Join(store.ErrNotFound, r.deps.Store.Refused(store.ReportCodes, place.Of(c).Circles()...))
	}
	var found store.Report
	err := r.deps.Store.Guess(c.UserContext(), store.ReportCodes, place.Of(c).Circles(), func() (right bool, err error) {
		found, err = r.deps.Store.ReportByCode(c.UserContext(), code)
		return !errors.Is(err, store.ErrNotFound), err
	})
	return found, err
}

// showThanks is where one comes after sending.
func (r *Reports) showThanks(c *fiber.Ctx) error {
	code := parseCode(c.Query("kode"))
	if code == "" {
		return r.see(c, "/meld-feil/svar")
	}
	report, err := r.lookup(c, code)
	switch {
	case away(err):
		// It was stored: the code is all that matters now.
		return r.render(c, http.StatusOK, view.ReportThanks(view.ReportThanksPage{Meta: r.meta(r.t("Takk for at du sa fra")), Code: grouped(code)}))
	case err != nil:
		return r.see(c, "/meld-feil/svar?kode="+grouped(code))
	}
	p := r.thanks(code, report, words{})
	if c.Query("lagt") == "til" {
		p.Notice = r.t("Det du skrev, er lagt til.")
	}
	return r.render(c, http.StatusOK, view.ReportThanks(p))
}

// thanks returns the page, which asks for more where nothing was written yet.
func (r *Reports) thanks(code string, report store.Report, w words) view.ReportThanksPage {
	p := view.ReportThanksPage{Meta: r.meta(r.t("Takk for at du sa fra")), Code: grouped(code)}
	if report.Offering != nil {
		p.Said, p.About = r.t(view.ReportSaid(string(report.Choice), true)), aboutLink(report.Offering)
	}
	if report.State != store.ReportOpen || report.Entries[0].Text+report.Entries[0].Suggestion != "" {
		return p
	}
	p.Text = view.FormField{Name: "tekst", Label: r.t("Hva er det som ikke stemmer?"), Value: w.text, Rows: 4, Max: store.MaxReportText, Error: w.textError,
		Help: r.t("Ikke skriv om deg selv eller den som er syk.")}
	if report.Choice != store.Gone {
		p.Suggestion = w.suggestionField(r.lang, report.Choice)
	}
	p.Whose = w.whoseField(r.lang)
	return p
}

// addMore adds what one writes after sending.
func (r *Reports) addMore(c *fiber.Ctx) error {
	code := parseCode(c.FormValue("kode"))
	report, err := r.lookup(c, code)
	var w words
	w.read(c)
	if err == nil {
		w.check(r.lang, report.Choice)
		if !w.right() {
			return r.render(c, http.StatusUnprocessableEntity, view.ReportThanks(r.thanks(code, report, w)))
		}
		if c.FormValue("hjemmeside") != "" || w.text+w.suggestion == "" {
			return r.thank(c, code)
		}
		err = r.deps.Store.AddToReport(c.UserContext(), code, w.text, w.suggestion)
	}
	switch {
	case err == nil:
		return r.see(c, "/meld-feil/takk?kode="+grouped(code)+"&lagt=til")
	case errors.Is(err, store.ErrConflict):
		return r.thank(c, code) // added, answered or too late meanwhile
	case away(err) && code != "":
		retryAfter(c, time.Minute)
		// Which fields it had is in the database. Both are shown, so that nothing is lost.
		p := r.thanks(code, store.Report{State: store.ReportOpen, Choice: store.OtherWrong, Entries: make([]store.ReportEntry, 1)}, w)
		p.Problem = r.t("Vi får ikke lagret det akkurat nå. Det du skrev, står her. Prøv igjen om et lite minutt.")
		return r.render(c, http.StatusServiceUnavailable, view.ReportThanks(p))
	}
	return r.answerFailed(c, c.FormValue("kode"), err)
}

// showAnswer is where one sees what became of it.
func (r *Reports) showAnswer(c *fiber.Ctx) error {
	typed := clean(c.Query("kode"), true)
	if typed == "" {
		return r.render(c, http.StatusOK, view.ReportAnswer(r.answerPage("", "")))
	}
	report, err := r.lookup(c, parseCode(typed))
	if err != nil {
		return r.answerFailed(c, typed, err)
	}
	p := r.answerPage(typed, "")
	p.Found = true
	p.State, p.Own, p.Good = r.t(view.ReportAnswerText(string(report.State))), report.Answer, report.State == store.ReportFixed
	p.When = r.t("Sendt %s.", r.lang.Date(report.CreatedAt))
	if e := report.Entries[0]; !e.At.IsZero() {
		p.When = r.t("Sendt %s.", r.lang.Date(e.At))
	}
	if report.AnsweredAt != nil {
		p.When += " " + r.t("Besvart %s.", r.lang.Date(*report.AnsweredAt))
	} else {
		p.Own = r.t("Den som svarer for opplysningene, har fått meldingen. Kom gjerne tilbake om noen dager.")
	}
	p.Said = r.t(view.ReportSaid(string(report.Choice), report.Offering != nil))
	if o := report.Offering; o != nil {
		p.About = aboutLink(o)
		if !o.Public() {
			p.About.Href = "" // it has no page any more
		}
	}
	return r.render(c, http.StatusOK, view.ReportAnswer(p))
}

func (r *Reports) answerPage(typed, problem string) view.ReportAnswerPage {
	return view.ReportAnswerPage{
		Meta: r.meta(r.t("Svar på meldingen din"), page.Crumb{Text: r.t("Meld fra"), Path: "/meld-feil"}),
		Field: view.FormField{Name: "kode", Label: r.t("Koden du fikk"), Value: shortened(typed, 40), Error: problem, Max: 40, Required: true,
			Help: r.t("Åtte tegn, for eksempel 7KQ2-M9XD.")},
	}
}

// answerFailed says why there is no answer to show.
func (r *Reports) answerFailed(c *fiber.Ctx, typed string, err error) error {
	var soon store.TooSoon
	switch {
	case errors.As(err, &soon):
		retryAfter(c, soon.Wait)
		return r.render(c, http.StatusTooManyRequests, view.ReportAnswer(r.answerPage(typed, r.t("Det er prøvd mange koder herfra. Prøv igjen etter kl. %s.", r.lang.ClockAfter(r.deps.Now(), soon.Wait)))))
	case errors.Is(err, store.ErrNotFound):
		return r.render(c, http.StatusNotFound, view.ReportAnswer(r.answerPage(typed, r.t("Vi fant ingen melding med den koden. Se om tegnene er riktige."))))
	case away(err):
		retryAfter(c, time.Minute)
		return r.render(c, http.StatusServiceUnavailable, view.ReportAnswer(r.answerPage(typed, r.t("Vi får ikke hentet svaret akkurat nå. Prøv igjen om et lite minutt."))))
	}
	return err
}

// shortened returns at most n characters of s, and only whole ones.
func shortened(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}
