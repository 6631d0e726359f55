package staff

import (
	"cmp"
	"net/http"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

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
