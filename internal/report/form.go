package report

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/place"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

// form is a report as it is typed, with what it is about.
type form struct {
	lang     page.Language
	offering *directory.Offering // nil: not about one
	kommune  *search.Kommune     // where something is missing; nil: not known
	place    string              // as typed, where the address did not say which kommune
	choice   store.ReportChoice
	words
	stamp   string
	trapped bool // the field that people do not see was filled in

	choiceError, placeError string
}

// words are what a reader writes.
type words struct {
	text       string
	suggestion string
	whose      bool // the reader says that an address in the text is the offering's

	textError, suggestionError, whoseError string
}

func (w *words) read(c *fiber.Ctx) {
	w.text, w.suggestion = clean(c.FormValue("tekst"), false), clean(c.FormValue("riktig"), true)
	w.whose = c.FormValue("horer") == "ja"
}

// clean leaves out what cannot be stored or seen. Browsers send line breaks as two
// characters, and count them as one.
func clean(text string, oneLine bool) string {
	text = strings.ReplaceAll(directory.Pasted(strings.ToValidUTF8(text, "")), "\r\n", "\n")
	text = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' && !oneLine:
			return r
		case r < ' ':
			return ' '
		}
		return r
	}, text)
	return strings.TrimSpace(text)
}

// read returns the form that a request asks for or sends, with what it is about found in
// the index. It returns fiber.ErrNotFound for an offering or kommune that is not there.
func (r *Reports) read(c *fiber.Ctx, v *search.View) (*form, error) {
	value := c.FormValue
	if c.Method() == fiber.MethodGet {
		value = func(key string, _ ...string) string { return c.Query(key) }
	}
	f := &form{lang: r.lang, choice: store.ReportChoice(value("hva")), stamp: value("skjema"), trapped: value("hjemmeside") != ""}
	if id := value("tilbud"); id != "" {
		n, err := strconv.ParseInt(id, 10, 64)
		if err != nil {
			return nil, fiber.ErrNotFound
		}
		o, ok := v.Offering(n)
		if !ok {
			return nil, fiber.ErrNotFound
		}
		f.offering = o
		return f, nil
	}
	if n := value("kommune"); n != "" {
		k, ok := v.Kommune(region.Number(n))
		if !ok {
			return nil, fiber.ErrNotFound
		}
		f.kommune = k
		return f, nil
	}
	f.place = clean(value("sted"), true)
	return f, nil
}

// choices are what can be chosen of what the form is about.
func (f *form) choices() []store.ReportChoice {
	if f.offering == nil {
		return []store.ReportChoice{store.Missing, store.OtherWrong}
	}
	var all []store.ReportChoice
	for _, c := range view.QuickReportOf(f.offering, "").Choices {
		all = append(all, store.ReportChoice(c.Sub))
	}
	return append(all, store.OtherWrong)
}

// check says what is wrong with what was typed, and reports whether all is right.
func (f *form) check(v *search.View) bool {
	ok := false
	for _, c := range []store.ReportChoice{store.PhoneWrong, store.HoursWrong, store.WebsiteWrong, store.Gone} {
		ok = ok || f.offering != nil && f.choice == c
	}
	ok = ok || f.choice == store.OtherWrong || f.choice == store.Missing && f.offering == nil
	if !ok {
		f.choiceError = f.lang.T("Velg det som passer best.")
	}
	if f.offering == nil && f.kommune == nil && f.place != "" {
		f.findKommune(v)
	}
	f.words.check(f.lang, f.choice)
	switch {
	case f.choice == store.Missing && f.text == "" && f.suggestion == "":
		f.suggestionError = f.lang.T("Skriv hva tilbudet heter, eller fortell om det nedenfor.")
	case f.choice == store.OtherWrong && f.text == "" && f.suggestion == "":
		f.textError = f.lang.T("Skriv hva som ikke stemmer.")
	}
	return f.choiceError == "" && f.placeError == "" && f.words.right()
}

// findKommune finds which kommune the place is in.
func (f *form) findKommune(v *search.View) {
	if p, ok := v.PostalCode(f.place); ok {
		if k, ok := v.Kommune(p.Kommune); ok {
			f.kommune = k
			return
		}
	}
	found := map[region.Number]*search.Kommune{}
	var names []string
	for _, m := range v.ResolvePlace(f.place) {
		if found[m.Kommune.Number] == nil {
			found[m.Kommune.Number] = m.Kommune
			names = append(names, m.Kommune.DisplayName())
		}
		if k := m.Kommune; m.Exact && strings.EqualFold(k.DisplayName(), f.place) {
			f.kommune = k
			return
		}
	}
	switch {
	case len(names) == 1:
		f.kommune = found[v.ResolvePlace(f.place)[0].Kommune.Number]
	case len(names) == 0:
		f.placeError = f.lang.T("Vi fant ikke stedet. Skriv kommunen eller postnummeret, eller la feltet stå tomt.")
	default:
		f.placeError = f.lang.T("Det kan være %s. Skriv hvilken kommune det er.", f.lang.Or(names[:min(4, len(names))]))
	}
}

func (w *words) right() bool {
	return w.textError == "" && w.suggestionError == "" && w.whoseError == ""
}

// check says what is wrong with the words.
func (w *words) check(l page.Language, choice store.ReportChoice) {
	birth := l.T("Her står det elleve siffer, som et fødselsnummer. Vi tar ikke imot opplysninger om personer. Ta det bort, så kan du sende.")
	if utf8.RuneCountInString(w.text) > store.MaxReportText {
		w.textError = l.T("Teksten er litt lang. Den kan ha 1000 tegn.")
	} else if hasBirthNumber(w.text) {
		w.textError = birth
	}
	switch {
	case utf8.RuneCountInString(w.suggestion) > store.MaxReportSuggestion:
		w.suggestionError = l.T("Skriv det litt kortere. Her er det plass til 200 tegn.")
	case hasBirthNumber(w.suggestion):
		w.suggestionError = birth
	case choice == store.PhoneWrong && w.suggestion != "":
		if _, err := directory.ParsePhone(w.suggestion); err != nil {
			w.suggestionError = l.T("Dette ser ikke ut som et telefonnummer. Skriv bare sifrene, for eksempel 22 22 22 22.")
		}
	case choice == store.WebsiteWrong && w.suggestion != "":
		if _, err := directory.ParseWebsite(w.suggestion); err != nil {
			w.suggestionError = l.T("Dette ser ikke ut som en nettadresse. Den kan se slik ut: www.example.org.")
		}
	}
	if w.textError == "" && !w.whose && hasAddressOfPerson(w.text) {
		w.whoseError = l.T("Er det ditt eget, så ta det bort. Vi svarer ikke på e-post eller telefon, du ser svaret med en kode.")
	}
}

// showForm is the form, empty but for what the address says.
func (r *Reports) showForm(c *fiber.Ctx) error {
	v, err := r.current()
	if err != nil {
		return err
	}
	f, err := r.read(c, v)
	if err != nil {
		return err
	}
	return r.show(c, v, f, http.StatusOK, "")
}

// send takes a report.
func (r *Reports) send(c *fiber.Ctx) error {
	v, err := r.current()
	if err != nil {
		return err
	}
	f, err := r.read(c, v)
	if err != nil {
		return err
	}
	f.words.read(c)
	ctx := c.UserContext()
	key, err := r.signer.ready(ctx)
	if err != nil {
		return r.failed(c, v, f, err)
	}
	age, nonce := r.signer.check(key, f.stamp)
	// A choice with nothing beside it, sent from the offering's own page. It has nothing that
	// others would have to read, and the same is counted once for each place.
	quick := age == ofDay && f.offering != nil && !f.choice.InWords() && f.words == (words{})
	if !f.check(v) {
		return r.show(c, v, f, http.StatusUnprocessableEntity, "")
	}
	switch {
	case f.trapped, !quick && age != fresh:
		// Nobody is told to be a program: people whose form was old press once more.
		return r.show(c, v, f, statusRetry, r.t(pressText))
	}
	from, what := place.Of(c), f.about()
	var code string
	if quick {
		if code = r.given.earlier(from.Network().String(), what); code != "" {
			return r.thank(c, code)
		}
		code = newCode()
	} else {
		code = codeFor(key, nonce, what, f.text, f.suggestion)
	}
	if _, err := r.deps.Store.Spend(ctx, store.ReportSends, 1, from.Circles()...); err != nil {
		return r.failed(c, v, f, err)
	}
	if err := r.deps.Store.AddReport(ctx, f.report(code)); err != nil {
		return r.failed(c, v, f, err)
	}
	if quick {
		r.given.remember(from.Network().String(), what, code)
	}
	return r.thank(c, code)
}

func (r *Reports) thank(c *fiber.Ctx, code string) error {
	return r.see(c, "/meld-feil/takk?kode="+grouped(code))
}

// about tells what is reported from other things that are.
func (f *form) about() string {
	what := string(f.choice) + "/" + f.place
	if f.offering != nil {
		what += "/" + strconv.FormatInt(f.offering.ID, 10)
	}
	if f.kommune != nil {
		what += "/" + string(f.kommune.Number)
	}
	return what
}

func (f *form) report(code string) store.NewReport {
	n := store.NewReport{Choice: f.choice, Text: f.text, Suggestion: f.suggestion, Code: code}
	if f.offering != nil {
		n.Offering = f.offering.ID
	} else if f.kommune != nil {
		n.Kommune = f.kommune.Number
	}
	return n
}

// failed shows the form again with why it was not sent and another way, where that is all
// there is to say.
func (r *Reports) failed(c *fiber.Ctx, v *search.View, f *form, err error) error {
	var soon store.TooSoon
	switch {
	case errors.As(err, &soon):
		retryAfter(c, soon.Wait)
		return r.show(c, v, f, http.StatusTooManyRequests, r.t(fromHereText, r.lang.ClockAfter(r.deps.Now(), soon.Wait)))
	case errors.Is(err, store.ErrTooMany):
		retryAfter(c, time.Hour)
		return r.show(c, v, f, http.StatusTooManyRequests, r.t(tooManyText))
	case away(err):
		retryAfter(c, time.Minute)
		return r.show(c, v, f, http.StatusServiceUnavailable, r.t(awayText))
	}
	return err
}

// show renders the form as it is filled in, signed anew. Nothing is fetched for it but the
// signature's key.
func (r *Reports) show(c *fiber.Ctx, v *search.View, f *form, status int, problem string) error {
	// What was sent too fast keeps its signature: the next press is late enough.
	stamp := f.stamp
	if key, err := r.signer.ready(c.UserContext()); err != nil {
		stamp = ""
	} else if age, _ := r.signer.check(key, stamp); age != fresh && age != early {
		stamp = r.signer.stamp(c.UserContext())
	}
	p := f.page(stamp)
	p.Meta = r.meta(p.Heading, p.Meta.Crumbs...)
	if c.Method() == fiber.MethodGet { // else what was typed would be lost on the way to another language
		p.Meta.Path, p.Meta.Query = "/meld-feil", f.query()
	}
	if p.Problem = problem; problem != "" && status != statusRetry {
		p.Ask = f.ask(v)
	}
	return r.render(c, status, view.Report(p))
}

// query returns what an address of the form says beside the path, "?" and all; "" for a form
// about nothing yet.
func (f *form) query() string {
	q := url.Values{}
	set := func(name, value string) {
		if value != "" {
			q.Set(name, value)
		}
	}
	set("hva", string(f.choice))
	set("sted", f.place)
	if f.offering != nil {
		set("tilbud", strconv.FormatInt(f.offering.ID, 10))
	} else if f.kommune != nil {
		set("kommune", string(f.kommune.Number))
	}
	if len(q) == 0 {
		return ""
	}
	return "?" + q.Encode()
}

// ask returns the kommune to ask instead, or nil.
func (f *form) ask(v *search.View) *view.AskKommune {
	k := f.kommune
	if o := f.offering; o != nil && !o.Coverage.National {
		n := o.Organization.Kommune
		if n == "" {
			n = o.Kommune()
		}
		if n == "" && len(o.Coverage.Kommuner) > 0 {
			n = o.Coverage.Kommuner[0]
		}
		k, _ = v.Kommune(n)
	}
	if k == nil {
		return nil
	}
	a := view.AskKommuneOf(f.lang, k)
	return &a
}

// page returns the form as it is shown.
func (f *form) page(stamp string) view.ReportPage {
	t := f.lang.T
	p := view.ReportPage{
		Heading: t("Meld fra om feil eller noe som mangler"),
		Hidden:  []view.Hidden{{Name: "skjema", Value: stamp}},
		Choice:  view.FormField{Name: "hva", Label: t("Hva gjelder det?"), Error: f.choiceError},
		// Which of the two has to be filled in depends on the choice, and without a script the
		// page does not follow it: Help says when.
		Suggestion: view.FormField{Name: "riktig", Label: t("Hva heter tilbudet?"), Value: f.suggestion, Max: store.MaxReportSuggestion, Error: f.suggestionError,
			Sometimes: true, Help: t("Mangler et tilbud, må du skrive hva det heter, eller fortelle om det i feltet «%s».", t("Fortell hva det gjelder"))},
		Text: view.FormField{Name: "tekst", Label: t("Fortell hva det gjelder"), Value: f.text, Rows: 4, Max: store.MaxReportText, Error: f.textError,
			Sometimes: true},
	}
	choice, need := view.ReportChoiceHere, t("Velger du «%s», må du skrive hva som er feil, og på hvilken side.", t(view.ReportChoiceHere(string(store.OtherWrong))))
	var between []page.Crumb
	switch {
	case f.offering != nil:
		p.Heading = t("Hva er det som ikke stemmer?")
		p.About = aboutLink(f.offering)
		p.Hidden = append(p.Hidden, view.Hidden{Name: "tilbud", Value: strconv.FormatInt(f.offering.ID, 10)})
		p.Choice.Label = t("Velg det som er feil")
		p.Suggestion = f.words.suggestionField(f.lang, store.OtherWrong)
		p.Text.Label, choice = t("Vil du si noe mer?"), view.ReportChoice
		need = t("Velger du «%s», må du skrive her eller i feltet over.", t(view.ReportChoice(string(store.OtherWrong))))
		between = append(between, page.Crumb{Text: f.offering.Name, Path: page.OfferingPath(f.offering)})
	case f.kommune != nil && f.place == "":
		p.Heading = t("Hva mangler eller er feil i %s?", f.kommune.DisplayName())
		p.Hidden = append(p.Hidden, view.Hidden{Name: "kommune", Value: string(f.kommune.Number)})
		between = append(between, page.Crumb{Text: f.kommune.DisplayName(), Path: page.KommunePath(f.kommune.Kommune)})
	default:
		p.Lead = t("Gjelder det et tilbud som står i oversikten, kan du også melde fra på siden til tilbudet.")
		p.Place = view.FormField{Name: "sted", Label: t("Hvor er det?"), Value: f.place, Max: 100, Error: f.placeError, Help: t("Kommune, sted eller postnummer.")}
	}
	p.Text.Help = need + " " + t("Ikke skriv om deg selv eller den som er syk.")
	for _, c := range f.choices() {
		p.Choices = append(p.Choices, view.FormChoice{Value: string(c), Text: t(choice(string(c))), Help: f.now(c), Checked: c == f.choice})
	}
	p.Whose = f.words.whoseField(f.lang)
	p.Meta.Crumbs = between // the frame of the page is put around them
	return p
}

func aboutLink(o *directory.Offering) *view.Link {
	l := &view.Link{Text: o.Name, Href: page.OfferingPath(o)}
	if o.Organization.Name != o.Name {
		l.Sub = o.Organization.Name
	}
	return l
}

// suggestionField asks what is right instead.
func (w words) suggestionField(l page.Language, choice store.ReportChoice) view.FormField {
	f := view.FormField{Name: "riktig", Label: l.T("Vet du hva som er riktig?"), Value: w.suggestion, Max: store.MaxReportSuggestion, Error: w.suggestionError,
		Help: l.T("For eksempel det nye telefonnummeret, åpningstiden eller nettadressen.")}
	switch choice {
	case store.PhoneWrong:
		f.Label, f.Help, f.Type = l.T("Vet du det riktige nummeret?"), "", "tel"
	case store.HoursWrong:
		f.Label, f.Help = l.T("Vet du når det er åpent?"), l.T("For eksempel: hverdager 9–15.")
	case store.WebsiteWrong:
		f.Label, f.Help = l.T("Vet du den riktige nettadressen?"), ""
	}
	return f
}

// whoseField asks whose an address in the text is, where there is one.
func (w words) whoseField(l page.Language) view.FormField {
	if w.whoseError == "" {
		return view.FormField{}
	}
	return view.FormField{Name: "horer", Label: l.T("E-postadressen eller mobilnummeret i teksten"), Error: w.whoseError}
}

// now returns what the directory says of what the choice is about.
func (f *form) now(choice store.ReportChoice) string {
	if f.offering == nil {
		return ""
	}
	var values []string
	switch choice {
	case store.PhoneWrong:
		for _, p := range f.offering.Phones {
			values = append(values, p.Number.String())
		}
	case store.WebsiteWrong:
		for _, w := range f.offering.Websites {
			values = append(values, view.HostOf(w))
		}
	case store.HoursWrong:
		if f.offering.OpeningText != "" {
			values = append(values, f.offering.OpeningText)
		}
	}
	return strings.Join(values, ", ")
}
