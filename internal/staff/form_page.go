package staff

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

// formPage builds the page around the values of the form.
func (s *Staff) formPage(c *fiber.Ctx, e editing, v url.Values, version int, wrong map[string]string) (view.OfferingFormPage, error) {
	heading := e.stored.Name
	if e.isNew {
		heading = "Nytt tilbud"
	}
	p := view.OfferingFormPage{
		Meta: s.meta(c, heading, page.Crumb{Text: heading, Path: c.Path()}), Heading: heading, Version: strconv.Itoa(version),
		Autosave: draftPath(e, "kladd"), Discard: draftPath(e, "forkast"),
		Phones: view.FormField{Name: "tlf", Label: "Telefon", Error: wrong["tlf"]},
	}
	if !e.isNew {
		row := s.workOffering(e.stored, "", false)
		p.State = row.State
		if row.Public != "" {
			p.Links = append(p.Links, view.Link{Text: "Se siden", Href: row.Public})
		}
		p.Links = append(p.Links, view.Link{Text: "Historikk", Href: row.History})
		if e.stored.Public() {
			p.Links = append(p.Links, view.Link{Text: "Alt stemmer, bekreft", Href: e.path + "/bekreft"})
		}
		p.Notes = append(p.Notes, confirmedText(e.stored)+". Sist endret "+page.Bokmal.Date(e.stored.ChangedAt)+".")
	}
	others, err := s.deps.Store.OthersDrafts(c.UserContext(), actorOf(c).ID, e.key)
	if err != nil {
		return p, err
	}
	if !e.isNew {
		for _, n := range others {
			p.Notes = append(p.Notes, cmp.Or(n.Name, "En kollega")+" begynte å endre dette "+moment(n.UpdatedAt, s.deps.Now())+".")
		}
	}

	f := func(name, label, help string, rows, limit int) view.EditField {
		return view.EditField{FormField: view.FormField{Name: name, Label: label, Value: v.Get(name), Help: help, Rows: rows, Max: limit, Error: wrong[name]}}
	}
	choice := func(name, label string, many bool, choices ...view.FormChoice) view.EditField {
		for i := range choices {
			choices[i].Checked = slices.Contains(v[name], choices[i].Value) || !many && choices[i].Value == v.Get(name)
		}
		return view.EditField{FormField: view.FormField{Name: name, Label: label, Error: wrong[name]}, Choices: choices, Many: many}
	}
	required := func(x view.EditField) view.EditField { x.Required = true; return x }

	types := []view.FormChoice{{Value: "", Text: "Velg"}}
	for _, t := range e.names.Types {
		types = append(types, view.FormChoice{Value: t.Code, Text: t.Name.NB})
	}
	p.What = view.EditGroup{Fields: []view.EditField{
		required(f("navn", "Navn", "Slik det heter hos dere.", 0, directory.MaxName)),
		required(choice("type", "Hva slags tilbud er det?", false, types...)),
		f("ingress", "Kort om tilbudet", "En eller to setninger. Vises i søket.", 2, directory.MaxSummary),
		f("beskrivelse", "Hva får du?", "Vanlige ord. Tom linje gir nytt avsnitt.", 6, directory.MaxDescription),
		f("for_hvem", "Hvem passer det for?", "", 2, directory.MaxSummary),
		choice("pris", "Hva koster det?", false, view.FormChoice{Value: "", Text: "Ikke sagt"}, view.FormChoice{Value: string(directory.Free), Text: "Det er gratis"}, view.FormChoice{Value: string(directory.Paid), Text: "Det koster noe"}),
		f("pris_tekst", "Mer om prisen", "", 0, directory.MaxSummary),
		choice("henvisning", "Slik får du det", false, view.FormChoice{Value: "", Text: "Ikke sagt"}, view.FormChoice{Value: string(directory.ContactYourself), Text: "Ta kontakt selv"},
			view.FormChoice{Value: string(directory.Apply), Text: "Søk om det"}, view.FormChoice{Value: string(directory.BeReferred), Text: "Du må bli henvist"}),
		f("henvisning_tekst", "Mer om hvordan", "", 2, directory.MaxSummary),
	}}
	rows := max(1, len(v["tlf"]))
	for i := range rows {
		row := view.PhoneRow{N: i + 1, Number: at(v["tlf"], i), Hours: at(v["tlf_tid"], i)}
		for _, purpose := range purposes {
			row.Purpose = append(row.Purpose, view.FormChoice{Value: string(purpose.code), Text: purpose.text, Checked: at(v["tlf_til"], i) == string(purpose.code)})
		}
		p.Rows = append(p.Rows, row)
	}
	p.Contact = view.EditGroup{Fields: []view.EditField{
		f("epost", "E-post", "Helst en felles adresse. Én på hver linje.", 1, 1000),
		f("nettsted", "Nettsted", "Én på hver linje.", 1, 2000),
		f("apningstider", "Åpningstider", "For eksempel: hverdager 9–15.", 0, directory.MaxSummary),
		f("gate", "Gateadresse", "", 0, directory.MaxName), f("postnummer", "Postnummer", "", 0, 4), f("poststed", "Poststed", "", 0, directory.MaxName),
		choice("hemmelig", "Skal adressen være hemmelig?", true, view.FormChoice{Value: "ja", Text: "Ja. Da står den verken på siden, i søket, på kartet eller i åpne data."}),
	}}
	if len(e.stored.Locations) > 1 {
		p.Contact.Help = fmt.Sprintf("Tilbudet holder til %d steder. Her endrer du det første.", len(e.stored.Locations))
	}

	where := view.EditGroup{Heading: "Hvem det er for", Fields: []view.EditField{
		f("kommuner", "Kommuner", "Navnet på hver kommune, én på hver linje. Ta med naboer som deler tilbudet.", 3, 8000),
		f("bydel", "Bare en del av kommunen?", "Skriv hvilken, ellers la det stå tomt.", 0, directory.MaxSummary)}}
	if e.wide() {
		area := []view.FormChoice{{Value: "hele", Text: "Hele landet"}}
		fylker, err := s.deps.Store.Fylker(c.UserContext())
		if err != nil {
			return p, err
		}
		for _, fylke := range fylker {
			area = append(area, view.FormChoice{Value: string(fylke.Number), Text: "Hele " + fylke.Name})
		}
		where.Fields = append(where.Fields, choice("omrade", "Større områder", true, area...))
	}
	p.Details = []view.EditGroup{where, {Heading: "I søket"}}
	for _, k := range []struct {
		kind        directory.TermKind
		name, label string
	}{{directory.TargetGroup, "malgruppe", "Målgrupper"}, {directory.Topic, "tema", "Temaer"}, {directory.Format, "form", "Form"}} {
		var choices []view.FormChoice
		for _, t := range e.names.Terms {
			if t.Kind == k.kind {
				choices = append(choices, view.FormChoice{Value: t.Code, Text: t.Name.NB})
			}
		}
		p.Details[1].Fields = append(p.Details[1].Fields, choice(k.name, k.label, true, choices...))
	}
	p.Details[1].Fields = append(p.Details[1].Fields, f("sprak", "Språk", "Koder med komma mellom: nb, se, pl.", 0, 200))
	p.Open = e.isNew || wrong["kommuner"]+wrong["malgruppe"]+wrong["tema"]+wrong["form"]+wrong["sprak"]+wrong["bydel"]+wrong["omrade"] != ""

	closed := view.EditGroup{Heading: "Før du lagrer"}
	if !e.isNew && e.stored.Status != directory.Archived {
		closed.Fields = append(closed.Fields, choice("stengt", "Er det stengt for en tid?", true, view.FormChoice{Value: "ja", Text: "Ja, midlertidig stengt"}),
			view.EditField{FormField: view.FormField{Name: "stengt_til", Label: "Når det åpner igjen", Value: v.Get("stengt_til"), Type: "date", Error: wrong["stengt_til"]}})
	}
	closed.Fields = append(closed.Fields, whyField(v.Get("hvorfor")))
	p.End = closed
	return p, nil
}

// reach says who will see an offering of the coverage.
func (s *Staff) reach(c *fiber.Ctx, coverage directory.Coverage) (string, error) {
	if coverage.National {
		return "Vises for hele landet.", nil
	}
	kommuner, err := s.deps.Store.Kommuner(c.UserContext())
	if err != nil {
		return "", err
	}
	var names []string
	people := 0
	for _, k := range kommuner {
		if coverage.Reach(k.Number) != directory.NotCovered {
			names = append(names, k.DisplayName())
			people += k.Population
		}
	}
	switch {
	case len(names) == 0:
		return "Vises ikke for noen ennå.", nil
	case len(names) <= 4:
		return fmt.Sprintf("Vises for %s: %s innbyggere.", page.Bokmal.And(names), page.Bokmal.Number(people)), nil
	}
	return fmt.Sprintf("Vises for %d kommuner: %s innbyggere.", len(names), page.Bokmal.Number(people)), nil
}
