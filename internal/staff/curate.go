package staff

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
	"github.com/nasjonal-oversikt/oversikt/web"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

// hub is where the national editors' pages hang together.
var hub = page.Crumb{Text: "For hele landet", Path: "/redaksjon/nasjonalt"}

// mountCurate registers what national editors keep.
func (s *Staff) mountCurate(inside fiber.Router) {
	only := func(c *fiber.Ctx) error {
		if err := auth.Can(actorOf(c), auth.Curate, auth.Thing{}); err != nil {
			return err
		}
		return c.Next()
	}
	inside.Get("/nasjonalt", only, s.showHub)
	inside.Get("/typer", only, s.listTypes)
	inside.Get("/typer/:code", only, s.showType)
	inside.Post("/typer/:code", only, s.saveType)
	inside.Get("/begreper", only, s.listTerms)
	inside.Get("/begreper/:kind/:code", only, s.showTerm)
	inside.Post("/begreper/:kind/:code", only, s.saveTerm)
	inside.Get("/hverdagsord", only, s.listExpressions)
	inside.Get("/hverdagsord/ord", only, s.showExpression)
	inside.Post("/hverdagsord/ord", only, s.saveExpression)
	inside.Post("/hverdagsord/fjern", only, s.deleteExpression)
	inside.Get("/kommuner", only, s.listContacts)
	inside.Get("/kommuner/:number", only, s.showContact)
	inside.Post("/kommuner/:number", only, s.saveContact)
	inside.Get("/artikler", only, s.listArticles)
	inside.Get("/artikler/ny", only, s.showNewArticle)
	inside.Post("/artikler/ny", only, s.saveNewArticle)
	inside.Get("/artikler/:section/:slug", only, s.showArticle)
	inside.Post("/artikler/:section/:slug", only, s.saveArticle)
	inside.Post("/artikler/:section/:slug/forhandsvis", only, s.previewArticle)
	inside.Get("/brukere", only, s.listAccounts)
	inside.Get("/brukere/:id", only, s.showAccount)
	inside.Post("/brukere/:id", only, s.changeAccount)
	inside.Get("/hendelser", only, s.listEvents)
	inside.Get("/kvalitet", s.showQuality)
}

func (s *Staff) showHub(c *fiber.Ctx) error {
	card := func(icon, title, text, path string) view.Card {
		return view.Card{Icon: web.Icon(icon), Title: title, Text: text, Path: path}
	}
	return s.send(c, http.StatusOK, view.Hub(view.HubPage{Meta: s.meta(c, hub.Text, hub), Cards: []view.Card{
		card("info", "Kvalitet", "Hvor det mangler noe, og hvor det er gammelt.", "/redaksjon/kvalitet"),
		card("book", "Artikler", "Råd og veiledning.", "/redaksjon/artikler"),
		card("search", "Hverdagsord", "Det folk skriver når de leter, og hvor det fører.", "/redaksjon/hverdagsord"),
		card("filter", "Typer", "Hva et tilbud kan være, og hva hver type gjør.", "/redaksjon/typer"),
		card("language", "Begreper", "Målgrupper, temaer og former.", "/redaksjon/begreper"),
		card("phone", "Kommuner", "Telefon og e-post til hver kommune.", "/redaksjon/kommuner"),
		card("clock", "Hendelser", "Hvem som har logget inn, sluppet inn andre og laget tilganger.", "/redaksjon/hendelser"),
		card("persons", "Brukere", "Alle som kan logge inn, og hva de kan gjøre.", "/redaksjon/brukere"),
		card("clock", "Bakgrunnsjobber", "E-poster og annet som går av seg selv.", jobsPath),
	}}))
}

// fieldProblem says what is wrong with a field, for a message key of directory.Invalid.
func fieldProblem(key string) string {
	switch key {
	case directory.MsgRequired:
		return "Her må det stå noe."
	case directory.MsgTooLong:
		return "Teksten er for lang."
	case directory.MsgUnknown:
		return "Dette finnes ikke i listen."
	case directory.MsgDuplicate:
		return "Dette står der fra før."
	default:
		return "Dette er ikke skrevet slik det skal være. Se hjelpeteksten."
	}
}

// mark puts what is wrong beside the fields of a page, which are called as the directory's.
func mark(p *view.EditPage, invalid directory.Invalid) {
	left := directory.Invalid{}
	for field, key := range invalid {
		left[field] = key
	}
	for i := range p.Groups {
		for j := range p.Groups[i].Fields {
			f := &p.Groups[i].Fields[j]
			if key, wrong := left[f.Name]; wrong {
				f.Error = fieldProblem(key)
				delete(left, f.Name)
			}
		}
	}
	for field, key := range left { // no field of that name: say it all the same
		p.Problem = strings.TrimSpace(p.Problem + " " + field + ": " + fieldProblem(key))
	}
}

// moved is said when somebody else has saved the same thing in between.
const moved = "Noen andre har lagret dette mens du skrev. Det du skrev, står fortsatt her. Se hva som står der nå, og lagre på nytt hvis ditt skal gjelde."

// answerEdit shows the form again with what was wrong, or goes on to the list. now is the
// version that is stored, and theirs what it says, for a form that has become stale.
func (s *Staff) answerEdit(c *fiber.Ctx, p view.EditPage, err error, now func() (int, string, error), next, notice string) error {
	var invalid directory.Invalid
	switch {
	case err == nil:
		return see(c, next, notice)
	case errors.As(err, &invalid):
		mark(&p, invalid)
		return s.send(c, http.StatusUnprocessableEntity, view.Edit(p))
	case errors.Is(err, store.ErrConflict):
		version, theirs, err := now()
		if err != nil {
			return err
		}
		p.Problem, p.Theirs, p.Version = moved, theirs, strconv.Itoa(version)
		return s.send(c, http.StatusConflict, view.Edit(p))
	case store.Unavailable(err):
		p.Problem = "Vi får ikke lagret akkurat nå. Det du skrev, står her. Prøv igjen om litt."
		c.Set(fiber.HeaderRetryAfter, "30")
		return s.send(c, http.StatusServiceUnavailable, view.Edit(p))
	}
	return err
}

// seen returns the version that a form was filled from. It is the form's alone: FormValue
// would take what the address says first.
func seen(c *fiber.Ctx) int {
	v, err := strconv.Atoi(string(c.Request().PostArgs().Peek("versjon")))
	if err != nil {
		return -1 // never right, so that the save is refused as stale
	}
	return v
}

// lines returns the lines of a text that have something in them.
func lines(text string) []string {
	var found []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			found = append(found, line)
		}
	}
	return found
}

// whyField asks for the reason of a change.
func whyField(value string) view.EditField {
	return view.EditField{FormField: view.FormField{Name: "hvorfor", Label: "Hvorfor endrer du dette?", Value: value, Max: 500, Help: "Står i historikken. Leserne ser det ikke."}}
}

func text(name, label, value, help string, required bool) view.EditField {
	return view.EditField{FormField: view.FormField{Name: name, Label: label, Value: value, Help: help, Max: directory.MaxSummary, Required: required}}
}

func long(name, label, value, help string, rows int) view.EditField {
	return view.EditField{FormField: view.FormField{Name: name, Label: label, Value: value, Help: help, Rows: rows}}
}

// historyPath returns where the history of a thing is shown.
func historyPath(kind store.Kind, ref string) string {
	return "/redaksjon/historikk?" + url.Values{"slag": {string(kind)}, "ref": {ref}}.Encode()
}

// newCode stands in the address of a type or term that is being made.
const newCode = "ny"

func (s *Staff) listTypes(c *fiber.Ctx) error {
	types, err := s.deps.Store.OfferingTypes(c.UserContext())
	if err != nil {
		return err
	}
	groups, err := s.deps.Store.TypeGroups(c.UserContext())
	if err != nil {
		return err
	}
	l := view.StaffList{
		Meta: s.meta(c, "Typer", hub, page.Crumb{Text: "Typer", Path: "/redaksjon/typer"}), Heading: "Typer",
		Intro: "Hva et tilbud kan være. Navnet og forklaringen vises på hver kommunes side.",
		Add:   view.Link{Text: "Legg til en type", Href: "/redaksjon/typer/" + newCode},
	}
	for _, g := range groups {
		t := view.StaffTable{Caption: g.Name.NB, Columns: []string{"Type", "Hva den gjør", "Loven krever den"}}
		for _, typ := range types {
			if typ.Group == g.Code {
				required := "Nei"
				if typ.EveryKommune {
					required = "I alle kommuner"
				}
				t.Rows = append(t.Rows, []view.Cell{{Text: typ.Name.NB, Href: "/redaksjon/typer/" + typ.Code, Note: typ.Code}, {Text: typ.Does.NB}, {Text: required}})
			}
		}
		l.Tables = append(l.Tables, t)
	}
	return s.send(c, http.StatusOK, view.List(l))
}

func (s *Staff) showType(c *fiber.Ctx) error {
	code := c.Params("code")
	var t directory.OfferingType
	version := 0
	if code != newCode {
		var err error
		if t, err = s.deps.Store.OfferingTypeByCode(c.UserContext(), code); err != nil {
			return err
		}
		if version, err = s.deps.Store.Version(c.UserContext(), store.KindType, code); err != nil {
			return err
		}
	}
	p, err := s.typePage(c, t, version, "")
	if err != nil {
		return err
	}
	return s.send(c, http.StatusOK, view.Edit(p))
}

func (s *Staff) typePage(c *fiber.Ctx, t directory.OfferingType, version int, why string) (view.EditPage, error) {
	groups, err := s.deps.Store.TypeGroups(c.UserContext())
	if err != nil {
		return view.EditPage{}, err
	}
	group := view.EditField{FormField: view.FormField{Name: "group", Label: "Overskrift den står under"}}
	for _, g := range groups {
		group.Choices = append(group.Choices, view.FormChoice{Value: g.Code, Text: g.Name.NB, Checked: g.Code == t.Group})
	}
	var laws []string
	for _, l := range t.Laws {
		laws = append(laws, l.Text+" | "+l.Paragraph+" | "+l.URL)
	}
	heading := t.Name.NB
	p := view.EditPage{Version: strconv.Itoa(version)}
	first := view.EditGroup{Fields: []view.EditField{group}}
	if c.Params("code") == newCode {
		heading = "Ny type"
		first.Fields = append([]view.EditField{text("code", "Kode", t.Code, "Små bokstaver a–z og understrek. Kan ikke endres etterpå.", true)}, first.Fields...)
	} else {
		p.Links = []view.Link{{Text: "Se tilbudene", Href: "/sok?type=" + t.Code}, {Text: "Historikk", Href: historyPath(store.KindType, t.Code)}}
	}
	p.Meta = s.meta(c, heading, hub, page.Crumb{Text: "Typer", Path: "/redaksjon/typer"}, page.Crumb{Text: heading, Path: c.Path()})
	p.Heading = heading
	p.Groups = []view.EditGroup{
		first,
		{Heading: "På bokmål", Fields: []view.EditField{
			text("name", "Navn, ett tilbud", t.Name.NB, "", true), text("plural", "Navn, flere tilbud", t.Plural.NB, "", true),
			{FormField: view.FormField{Name: "does", Label: "Hva den gjør for pårørende", Value: t.Does.NB, Help: "To korte setninger.", Rows: 3, Required: true}},
			text("responsible", "Hvem som har ansvaret", t.Responsible, "For eksempel: kommunen", false),
			text("ask_for", "Hva man spør etter når man ringer", t.AskFor, "", false)}},
		{Heading: "På nynorsk", Fields: []view.EditField{
			text("name_nn", "Navn, eitt tilbod", t.Name.NN, "", false), text("plural_nn", "Navn, fleire tilbod", t.Plural.NN, "", false), long("does_nn", "Kva den gjer", t.Does.NN, "", 3)}},
		{Heading: "På engelsk", Fields: []view.EditField{
			text("name_en", "Navn, ett tilbud", t.Name.EN, "", false), text("plural_en", "Navn, flere tilbud", t.Plural.EN, "", false), long("does_en", "Hva den gjør", t.Does.EN, "", 3)}},
		{Heading: "Loven", Fields: []view.EditField{
			{FormField: view.FormField{Name: "every_kommune", Label: "Må alle kommuner ha den?"}, Many: true, Choices: []view.FormChoice{{Value: "ja", Text: "Ja, loven krever det", Checked: t.EveryKommune}}},
			long("laws", "Lovene den bygger på", strings.Join(laws, "\n"), "En lov per linje: hva den sier | lov og paragraf | adresse som begynner med https://lovdata.no/", 3)}},
		{Heading: "I søket", Fields: []view.EditField{
			long("words", "Andre ord for den", strings.Join(t.Words, "\n"), "Ett per linje. Den som skriver et av dem, får denne typen.", 5),
			long("related_words", "Ord som kanskje betyr den", strings.Join(t.RelatedWords, "\n"), "Ett per linje.", 3),
			text("alternatives", "Typer å vise når denne mangler", strings.Join(t.Alternatives, ", "), "Koder med komma mellom, den beste først.", false),
			{FormField: view.FormField{Name: "order", Label: "Plass i listen", Value: strconv.Itoa(t.Order), Required: true, Help: "Et helt tall. Den med lavest tall står først."}}}},
		{Heading: "Hvor lenge en bekreftelse holder", Fields: []view.EditField{
			text("confirm_months", "Måneder for hele tilbudet", strconv.Itoa(cmp.Or(t.ConfirmMonths, directory.DefaultConfirmMonths)), "1 til 36.", true),
			text("contacts_months", "Måneder for telefon, e-post, lenker, tider og pris", strconv.Itoa(cmp.Or(t.ContactsMonths, directory.DefaultContactsMonths)), "1 til 36.", true)}},
		{Fields: []view.EditField{whyField(why)}},
	}
	return p, nil
}

// commaList returns what stands between commas.
func commaList(s string) []string {
	var found []string
	for part := range strings.SplitSeq(s, ",") {
		if part = strings.TrimSpace(part); part != "" {
			found = append(found, part)
		}
	}
	return found
}

func (s *Staff) saveType(c *fiber.Ctx) error {
	v := func(name string) string { return strings.TrimSpace(c.FormValue(name)) }
	code := c.Params("code")
	isNew := code == newCode
	var t directory.OfferingType
	if isNew {
		t.Code = v("code")
	} else {
		// What the form does not show stays as it is.
		var err error
		if t, err = s.deps.Store.OfferingTypeByCode(c.UserContext(), code); err != nil {
			return err
		}
	}
	t.Group, t.EveryKommune, t.Responsible, t.AskFor = v("group"), v("every_kommune") == "ja", v("responsible"), v("ask_for")
	t.Name = directory.Text{NB: v("name"), NN: v("name_nn"), EN: v("name_en")}
	t.Plural = directory.Text{NB: v("plural"), NN: v("plural_nn"), EN: v("plural_en")}
	t.Does = directory.Text{NB: v("does"), NN: v("does_nn"), EN: v("does_en")}
	t.Words, t.RelatedWords, t.Alternatives, t.Laws = lines(v("words")), lines(v("related_words")), commaList(v("alternatives")), nil
	order, orderErr := strconv.Atoi(v("order"))
	t.Order = order
	t.ConfirmMonths, _ = strconv.Atoi(v("confirm_months")) // 0 for what is no number
	t.ContactsMonths, _ = strconv.Atoi(v("contacts_months"))
	for _, line := range lines(v("laws")) {
		parts := strings.SplitN(line, "|", 3)
		for len(parts) < 3 {
			parts = append(parts, "")
		}
		t.Laws = append(t.Laws, directory.Law{Text: strings.TrimSpace(parts[0]), Paragraph: strings.TrimSpace(parts[1]), URL: strings.TrimSpace(parts[2])})
	}
	var err error
	switch {
	case orderErr != nil:
		err = directory.Invalid{"order": directory.MsgFormat}
	case t.ConfirmMonths < 1:
		err = directory.Invalid{"confirm_months": directory.MsgFormat}
	case t.ContactsMonths < 1:
		err = directory.Invalid{"contacts_months": directory.MsgFormat}
	case isNew && t.Code == newCode:
		err = directory.Invalid{"code": directory.MsgDuplicate}
	default:
		err = s.deps.Store.SaveType(c.UserContext(), actorOf(c), v("hvorfor"), seen(c), t)
	}
	p, pageErr := s.typePage(c, t, seen(c), v("hvorfor"))
	if pageErr != nil {
		return cmp.Or(err, pageErr)
	}
	return s.answerEdit(c, p, err, func() (int, string, error) {
		version, err := s.deps.Store.Version(c.UserContext(), store.KindType, t.Code)
		if err != nil {
			return 0, "", err
		}
		now, err := s.deps.Store.OfferingTypeByCode(c.UserContext(), t.Code)
		return version, now.Name.NB + "\n" + now.Does.NB + "\n" + now.AskFor, err
	}, "/redaksjon/typer", "Typen er lagret: "+t.Name.NB)
}

// kindNames are what the closed vocabularies are called.
var kindNames = []struct {
	kind directory.TermKind
	name string
}{{directory.TargetGroup, "Målgrupper"}, {directory.Topic, "Temaer"}, {directory.Format, "Former"}}

func (s *Staff) listTerms(c *fiber.Ctx) error {
	terms, err := s.deps.Store.Terms(c.UserContext())
	if err != nil {
		return err
	}
	l := view.StaffList{
		Meta: s.meta(c, "Begreper", hub, page.Crumb{Text: "Begreper", Path: "/redaksjon/begreper"}), Heading: "Begreper",
		Intro: "Det tilbudene kan merkes med. Leserne snevrer inn søket med dem.",
	}
	for _, k := range kindNames {
		t := view.StaffTable{Caption: k.name, Columns: []string{"Navn", "Kode", "Nynorsk", "Engelsk"}}
		for _, term := range terms {
			if term.Kind == k.kind {
				t.Rows = append(t.Rows, []view.Cell{{Text: term.Name.NB, Href: "/redaksjon/begreper/" + string(k.kind) + "/" + term.Code}, {Text: term.Code}, {Text: term.Name.NN}, {Text: term.Name.EN}})
			}
		}
		t.Rows = append(t.Rows, []view.Cell{{Text: "Legg til", Href: "/redaksjon/begreper/" + string(k.kind) + "/" + newCode}, {}, {}, {}})
		l.Tables = append(l.Tables, t)
	}
	return s.send(c, http.StatusOK, view.List(l))
}

// termAt returns the stored term of the address, and its version; an empty one for a new.
func (s *Staff) termAt(c *fiber.Ctx) (directory.Term, int, error) {
	kind, code := directory.TermKind(c.Params("kind")), c.Params("code")
	if !slices.Contains([]directory.TermKind{directory.TargetGroup, directory.Topic, directory.Format}, kind) {
		return directory.Term{}, 0, store.ErrNotFound
	}
	if code == newCode {
		return directory.Term{Kind: kind}, 0, nil
	}
	terms, err := s.deps.Store.Terms(c.UserContext())
	if err != nil {
		return directory.Term{}, 0, err
	}
	i := slices.IndexFunc(terms, func(t directory.Term) bool { return t.Kind == kind && t.Code == code })
	if i < 0 {
		return directory.Term{}, 0, store.ErrNotFound
	}
	version, err := s.deps.Store.Version(c.UserContext(), store.KindTerm, string(kind)+"/"+code)
	return terms[i], version, err
}

func (s *Staff) showTerm(c *fiber.Ctx) error {
	t, version, err := s.termAt(c)
	if err != nil {
		return err
	}
	return s.send(c, http.StatusOK, view.Edit(s.termPage(c, t, version, "")))
}

func (s *Staff) termPage(c *fiber.Ctx, t directory.Term, version int, why string) view.EditPage {
	heading := t.Name.NB
	var fields []view.EditField
	p := view.EditPage{Version: strconv.Itoa(version)}
	if c.Params("code") == newCode {
		heading = "Nytt begrep"
		fields = append(fields, text("code", "Kode", t.Code, "Små bokstaver a–z og understrek. Kan ikke endres etterpå.", true))
	} else {
		p.Links = []view.Link{{Text: "Se tilbudene", Href: "/sok?" + string(t.Kind) + "=" + t.Code}, {Text: "Historikk", Href: historyPath(store.KindTerm, string(t.Kind)+"/"+t.Code)}}
	}
	p.Meta = s.meta(c, heading, hub, page.Crumb{Text: "Begreper", Path: "/redaksjon/begreper"}, page.Crumb{Text: heading, Path: c.Path()})
	p.Heading = heading
	p.Groups = []view.EditGroup{{Fields: append(fields,
		text("name", "Navn på bokmål", t.Name.NB, "", true), text("name_nn", "Navn på nynorsk", t.Name.NN, "", false), text("name_en", "Navn på engelsk", t.Name.EN, "", false),
		view.EditField{FormField: view.FormField{Name: "order", Label: "Plass i listen", Value: strconv.Itoa(t.Order), Required: true, Help: "Et helt tall. Den med lavest tall står først."}},
		whyField(why))}}
	return p
}

func (s *Staff) saveTerm(c *fiber.Ctx) error {
	stored, _, err := s.termAt(c)
	if err != nil {
		return err
	}
	v := func(name string) string { return strings.TrimSpace(c.FormValue(name)) }
	t := directory.Term{Kind: stored.Kind, Code: stored.Code, Name: directory.Text{NB: v("name"), NN: v("name_nn"), EN: v("name_en")}}
	if c.Params("code") == newCode {
		t.Code = v("code")
	}
	if t.Order, err = strconv.Atoi(v("order")); err != nil {
		err = directory.Invalid{"order": directory.MsgFormat}
	} else {
		err = s.deps.Store.SaveTerm(c.UserContext(), actorOf(c), v("hvorfor"), seen(c), t)
	}
	return s.answerEdit(c, s.termPage(c, t, seen(c), v("hvorfor")), err, func() (int, string, error) {
		now, version, err := s.termAt(c)
		return version, now.Name.NB, err
	}, "/redaksjon/begreper", "Begrepet er lagret: "+t.Name.NB)
}

// expressionKinds are what the kinds of expressions are called.
var expressionKinds = []struct {
	kind directory.ExpressionKind
	name string
}{
	{directory.EverydayExpression, "Dagligtale"}, {directory.SituationExpression, "Livssituasjon"}, {directory.DiagnosisExpression, "Diagnose"},
	{directory.AbbreviationExpression, "Forkortelse"}, {directory.NynorskExpression, "Nynorsk"}, {directory.EnglishExpression, "Engelsk"},
	{directory.CrisisExpression, "Krise: nødnumrene vises først"},
}

// maxListed is how many rows a list shows before it asks for a search.
const maxListed = 100

func expressionPath(text string) string {
	return "/redaksjon/hverdagsord/ord?" + url.Values{"ord": {text}}.Encode()
}

func (s *Staff) listExpressions(c *fiber.Ctx) error {
	all, err := s.deps.Store.Expressions(c.UserContext())
	if err != nil {
		return err
	}
	q := strings.ToLower(strings.TrimSpace(c.Query("q")))
	l := view.StaffList{
		Meta: s.meta(c, "Hverdagsord", hub, page.Crumb{Text: "Hverdagsord", Path: "/redaksjon/hverdagsord"}), Heading: "Hverdagsord",
		Intro:  "Det folk skriver når de leter, og hvor det fører dem.",
		Search: &view.FormField{Name: "q", Label: "Finn et ord", Value: q},
		Add:    view.Link{Text: "Legg til et ord", Href: expressionPath(q)},
		Empty:  "Ingen ord med «" + q + "». Du kan legge det til.",
	}
	t := view.StaffTable{Caption: "Ord", Columns: []string{"Folk skriver", "Det fører til", "Slag"}}
	found := 0
	for _, e := range all {
		if !strings.Contains(e.Text, q) && !slices.ContainsFunc(e.LeadsTo, func(l directory.Lead) bool { return strings.Contains(string(l), q) }) {
			continue
		}
		if found++; found <= maxListed {
			var leads []string
			for _, lead := range e.LeadsTo {
				leads = append(leads, string(lead))
			}
			t.Rows = append(t.Rows, []view.Cell{{Text: e.Text, Href: expressionPath(e.Text)}, {Text: strings.Join(leads, ", ")}, {Text: string(e.Kind)}})
		}
	}
	if found > maxListed {
		l.More = fmt.Sprintf("Viser %d av %s. Søk for å finne de andre.", maxListed, page.Bokmal.Number(found))
	}
	l.Tables = []view.StaffTable{t}
	return s.send(c, http.StatusOK, view.List(l))
}

// expressionAt returns the expression of the address with its version. One that is not
// there has only the text, and whether it once was is in the version.
func (s *Staff) expressionAt(c *fiber.Ctx) (e directory.Expression, version int, known bool, err error) {
	word := strings.ToLower(strings.TrimSpace(c.Query("ord")))
	e, err = s.deps.Store.ExpressionByText(c.UserContext(), word)
	known = err == nil
	if errors.Is(err, store.ErrNotFound) {
		e, err = directory.Expression{Text: word}, nil
	}
	if err == nil {
		version, err = s.deps.Store.Version(c.UserContext(), store.KindExpression, word)
	}
	return e, version, known, err
}

func (s *Staff) showExpression(c *fiber.Ctx) error {
	e, version, known, err := s.expressionAt(c)
	if err != nil {
		return err
	}
	p, err := s.expressionPage(c, e, version, known, leadLines(e), "")
	if err != nil {
		return err
	}
	return s.send(c, http.StatusOK, view.Edit(p))
}

func leadLines(e directory.Expression) string {
	var b strings.Builder
	for _, l := range e.LeadsTo {
		b.WriteString(string(l) + "\n")
	}
	return b.String()
}

func (s *Staff) expressionPage(c *fiber.Ctx, e directory.Expression, version int, known bool, leads, why string) (view.EditPage, error) {
	types, err := s.deps.Store.OfferingTypes(c.UserContext())
	if err != nil {
		return view.EditPage{}, err
	}
	terms, err := s.deps.Store.Terms(c.UserContext())
	if err != nil {
		return view.EditPage{}, err
	}
	var codes []string
	for _, t := range terms {
		if t.Kind != directory.Format {
			codes = append(codes, string(t.Kind)+":"+t.Code)
		}
	}
	for _, t := range types {
		codes = append(codes, directory.LeadType+":"+t.Code)
	}
	heading := "Nytt hverdagsord"
	p := view.EditPage{Version: strconv.Itoa(version)}
	word := view.EditField{FormField: view.FormField{Name: "text", Label: "Folk skriver", Value: e.Text, Help: "Små bokstaver.", Max: 100, Required: true}}
	if known {
		heading = "«" + e.Text + "»"
		p.Links = []view.Link{{Text: "Prøv i søket", Href: "/sok?" + url.Values{"q": {e.Text}}.Encode()}, {Text: "Historikk", Href: historyPath(store.KindExpression, e.Text)}}
		p.Remove, p.Removal = "/redaksjon/hverdagsord/fjern?"+url.Values{"ord": {e.Text}}.Encode(), "Fjern ordet fra søket"
	}
	kind := view.EditField{FormField: view.FormField{Name: "kind", Label: "Slag"}}
	for _, k := range expressionKinds {
		kind.Choices = append(kind.Choices, view.FormChoice{Value: string(k.kind), Text: k.name, Checked: k.kind == e.Kind})
	}
	p.Meta = s.meta(c, heading, hub, page.Crumb{Text: "Hverdagsord", Path: "/redaksjon/hverdagsord"}, page.Crumb{Text: heading, Path: c.OriginalURL()})
	p.Heading = heading
	fields := []view.EditField{word}
	if known {
		fields = nil // another text is another word
	}
	lead := long("leads_to", "Det fører til", leads, "Ett per linje, det viktigste først. Disse finnes: "+strings.Join(codes, ", ")+". Med «ord:» foran leter vi også etter et annet ord: ord:afasi", 5)
	lead.Required = true
	p.Groups = []view.EditGroup{{Fields: append(fields, lead, kind, whyField(why))}}
	return p, nil
}

func (s *Staff) saveExpression(c *fiber.Ctx) error {
	stored, _, known, err := s.expressionAt(c)
	if err != nil {
		return err
	}
	v := func(name string) string { return strings.TrimSpace(c.FormValue(name)) }
	e := directory.Expression{Text: stored.Text, Kind: directory.ExpressionKind(v("kind"))}
	if !known {
		e.Text = strings.ToLower(v("text"))
	}
	for _, l := range lines(v("leads_to")) {
		e.LeadsTo = append(e.LeadsTo, directory.Lead(l))
	}
	version := seen(c)
	if !known && e.Text != stored.Text {
		// Another word than the address named: what counts is that one's history.
		if _, err := s.deps.Store.ExpressionByText(c.UserContext(), e.Text); err == nil {
			version = -1
		} else if version, err = s.deps.Store.Version(c.UserContext(), store.KindExpression, e.Text); err != nil {
			return err
		}
	}
	p, err := s.expressionPage(c, e, version, known, c.FormValue("leads_to"), v("hvorfor"))
	if err != nil {
		return err
	}
	err = s.deps.Store.SaveExpression(c.UserContext(), actorOf(c), v("hvorfor"), version, e)
	return s.answerEdit(c, p, err, func() (int, string, error) {
		now, err := s.deps.Store.ExpressionByText(c.UserContext(), e.Text)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return 0, "", err
		}
		version, err := s.deps.Store.Version(c.UserContext(), store.KindExpression, e.Text)
		return version, leadLines(now), err
	}, "/redaksjon/hverdagsord?"+url.Values{"q": {e.Text}}.Encode(), "Ordet er lagret: "+e.Text)
}

func (s *Staff) deleteExpression(c *fiber.Ctx) error {
	word := c.Query("ord")
	err := s.deps.Store.DeleteExpression(c.UserContext(), actorOf(c), "", seen(c), word)
	if errors.Is(err, store.ErrConflict) {
		return see(c, expressionPath(word), "Noen andre har endret ordet i mellomtiden. Se om det fortsatt skal fjernes.")
	}
	if err != nil {
		return err
	}
	return see(c, expressionPath(word), "Ordet er fjernet fra søket. Angrer du, fyller du ut skjemaet og lagrer. Det som sto der, er i historikken.")
}

func (s *Staff) listContacts(c *fiber.Ctx) error {
	kommuner, err := s.deps.Store.Kommuner(c.UserContext())
	if err != nil {
		return err
	}
	q := strings.ToLower(strings.TrimSpace(c.Query("q")))
	l := view.StaffList{
		Meta: s.meta(c, "Kommuner", hub, page.Crumb{Text: "Kommuner", Path: "/redaksjon/kommuner"}), Heading: "Kommuner",
		Intro:  "Telefon og e-post til kommunen selv. Det er dem leserne får når kommunen ikke har meldt inn et tilbud.",
		Search: &view.FormField{Name: "q", Label: "Finn en kommune", Value: q},
		Empty:  "Ingen kommune heter noe med «" + q + "».",
	}
	t := view.StaffTable{Caption: "Kommuner", Columns: []string{"Kommune", "Telefon", "E-post", "Kilden er fra"}}
	for _, k := range kommuner {
		if !strings.Contains(strings.ToLower(k.DisplayName()+" "+string(k.Number)+" "+strings.Join(k.OtherNames, " ")), q) {
			continue
		}
		phone := view.Cell{Text: directory.PhoneNumber(k.Contact.Phone).String()}
		switch {
		case k.Contact.Phone == "":
			phone = view.Cell{Text: "Mangler", Warn: true}
		case !k.Contact.Confirmed:
			phone.Note, phone.Warn = "Vises ikke før noen har sjekket det", true
		}
		t.Rows = append(t.Rows, []view.Cell{{Text: k.DisplayName(), Href: "/redaksjon/kommuner/" + string(k.Number), Note: string(k.Number) + ", " + k.FylkeName},
			phone, {Text: k.Contact.Email}, {Text: k.Contact.SourceDate}})
	}
	l.Tables = []view.StaffTable{t}
	return s.send(c, http.StatusOK, view.List(l))
}

func (s *Staff) showContact(c *fiber.Ctx) error {
	number := region.Number(c.Params("number"))
	k, err := s.deps.Store.KommuneByNumber(c.UserContext(), number)
	if err != nil {
		return err
	}
	version, err := s.deps.Store.Version(c.UserContext(), store.KindKommune, string(number))
	if err != nil {
		return err
	}
	return s.send(c, http.StatusOK, view.Edit(s.contactPage(c, k, k.Contact, directory.PhoneNumber(k.Contact.Phone).String(), version, "")))
}

func (s *Staff) contactPage(c *fiber.Ctx, k region.Kommune, contact region.Contact, phone string, version int, why string) view.EditPage {
	heading := k.DisplayName()
	return view.EditPage{
		Meta:    s.meta(c, heading, hub, page.Crumb{Text: "Kommuner", Path: "/redaksjon/kommuner"}, page.Crumb{Text: heading, Path: c.Path()}),
		Heading: heading, Version: strconv.Itoa(version),
		Links: []view.Link{{Text: "Se kommunens side", Href: page.KommunePath(k)}, {Text: "Historikk", Href: historyPath(store.KindKommune, string(k.Number))},
			{Text: "Kommunens folk", Href: "/redaksjon/personer?kommune=" + string(k.Number)}},
		Groups: []view.EditGroup{{Fields: []view.EditField{
			{FormField: view.FormField{Name: "phone", Label: "Telefon", Value: phone, Type: "tel", Max: 30, Help: "Sentralbordet: åtte sifre, eller fem når det begynner med 0."}},
			{FormField: view.FormField{Name: "email", Label: "E-post", Value: contact.Email, Type: "email", Max: 200, Help: "Postmottaket."}},
			text("source", "Hvor du har det fra", contact.Source, "Adressen til siden det står på.", true),
			{FormField: view.FormField{Name: "source_date", Label: "Når det sto der", Value: contact.SourceDate, Max: 10, Required: true, Help: "År, måned eller dag: 2026, 2026-11 eller 2026-11-25."}},
			{FormField: view.FormField{Name: "sjekket", Label: "Har du sjekket det?"}, Many: true, Choices: []view.FormChoice{{Value: "ja", Text: "Ja, vis det til leserne", Checked: contact.Confirmed}}},
			whyField(why),
		}}},
	}
}

func (s *Staff) saveContact(c *fiber.Ctx) error {
	number := region.Number(c.Params("number"))
	k, err := s.deps.Store.KommuneByNumber(c.UserContext(), number)
	if err != nil {
		return err
	}
	v := func(name string) string { return strings.TrimSpace(c.FormValue(name)) }
	contact := region.Contact{Phone: v("phone"), Email: v("email"), Source: v("source"), SourceDate: v("source_date"), Confirmed: v("sjekket") == "ja"}
	if n, err := directory.ParsePhone(contact.Phone); err == nil {
		contact.Phone = string(n)
	}
	err = s.deps.Store.SaveContact(c.UserContext(), actorOf(c), v("hvorfor"), seen(c), number, contact)
	return s.answerEdit(c, s.contactPage(c, k, contact, v("phone"), seen(c), v("hvorfor")), err, func() (int, string, error) {
		version, err := s.deps.Store.Version(c.UserContext(), store.KindKommune, string(number))
		return version, k.Contact.Phone + "\n" + k.Contact.Email + "\n" + k.Contact.Source, err
	}, "/redaksjon/kommuner?"+url.Values{"q": {k.Name}}.Encode(), "Kontakten til "+k.DisplayName()+" er lagret.")
}
