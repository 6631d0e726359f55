package staff

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/bulk"
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
		Action: e.path, Autosave: draftPath(e, "kladd"), Discard: draftPath(e, "forkast"),
		Phones: view.FormField{Name: "tlf", Label: "Telefon", Error: wrong["tlf"]},
	}
	if !e.isNew {
		h, err := s.heldOf(c, e.stored.ID)
		if err != nil {
			return p, err
		}
		if h != nil {
			p.Held = &view.HeldNotice{Text: waitsText(*h), Href: heldPath(h.ID)}
		}
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
		if p.Courses, err = s.courseList(c, []directory.Offering{e.stored}, newCoursePath(e.stored.ID)); err != nil {
			return p, err
		}
		if p.Sources, err = s.sourcesOf(c, e.stored); err != nil {
			return p, err
		}
		if n := p.Courses.Coming; n > 0 {
			e.goesWith = "Tilbudet har " + countCourses(n) + ". De vises fortsatt mens det er stengt. Avlys dem som ikke blir noe av."
		}
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

	note := e.coverageNote(actorOf(c), v)
	if wrong["kommuner"] != "" {
		note.Wrong = "" // the field says it
	}
	in := inputs{v, wrong}
	p.What, p.Rows, p.Contact, p.Complaint, p.Details, p.End = in.what(e.names), in.phones(), in.contact(), in.complaint(), in.details(e, note), in.end(e)
	p.Hours, p.Places = in.hours(e.stored.Schedules), in.places()
	p.Open = e.isNew || slices.ContainsFunc([]string{"kommuner", "malgruppe", "tema", "form", "sprak", "bydel", "omrade"}, func(name string) bool { return wrong[name] != "" })
	return p, nil
}

// inputs makes the fields of the form from what was typed, and from what is wrong with it.
type inputs struct {
	typed url.Values
	wrong map[string]string
}

func (in inputs) field(name, label, help string, rows, limit int) view.EditField {
	return view.EditField{FormField: view.FormField{Name: name, Label: label, Value: in.typed.Get(name), Help: help, Rows: rows, Max: limit, Error: in.wrong[name]}}
}

// choice is one of the choices, or any number of them.
func (in inputs) choice(name, label string, many bool, choices ...view.FormChoice) view.EditField {
	for i := range choices {
		choices[i].Checked = slices.Contains(in.typed[name], choices[i].Value) || !many && choices[i].Value == in.typed.Get(name)
	}
	return view.EditField{FormField: view.FormField{Name: name, Label: label, Error: in.wrong[name]}, Choices: choices, Many: many}
}

func required(f view.EditField) view.EditField {
	f.Required = true
	return f
}

func (in inputs) what(n *bulk.Names) view.EditGroup {
	types := []view.FormChoice{{Value: "", Text: "Velg"}}
	for _, t := range n.Types {
		types = append(types, view.FormChoice{Value: t.Code, Text: t.Name.NB})
	}
	return view.EditGroup{Fields: []view.EditField{
		required(in.field("navn", "Navn", "Slik det heter hos dere.", 0, directory.MaxName)),
		required(in.choice("type", "Hva slags tilbud er det?", false, types...)),
		in.field("ingress", "Kort om tilbudet", "En eller to setninger. Vises i søket.", 2, directory.MaxSummary),
		in.field("beskrivelse", "Hva får du?", "Vanlige ord. Tom linje gir nytt avsnitt.", 6, directory.MaxDescription),
		in.field("for_hvem", "Hvem passer det for?", "", 2, directory.MaxSummary),
		in.choice("pris", "Hva koster det?", false, view.FormChoice{Value: "", Text: "Ikke sagt"}, view.FormChoice{Value: string(directory.Free), Text: "Det er gratis"},
			view.FormChoice{Value: string(directory.Paid), Text: "Det koster noe"}),
		in.field("pris_tekst", "Mer om prisen", "", 0, directory.MaxSummary),
		in.choice("henvisning", "Slik får du det", false, view.FormChoice{Value: "", Text: "Ikke sagt"}, view.FormChoice{Value: string(directory.ContactYourself), Text: "Ta kontakt selv"},
			view.FormChoice{Value: string(directory.Apply), Text: "Søk om det"}, view.FormChoice{Value: string(directory.BeReferred), Text: "Du må bli henvist"}),
		in.field("henvisning_tekst", "Mer om hvordan", "", 2, directory.MaxSummary),
	}}
}

func (in inputs) phones() []view.PhoneRow {
	var rows []view.PhoneRow
	for i := range max(1, len(in.typed["tlf"])) {
		row := view.PhoneRow{N: i + 1, Number: at(in.typed["tlf"], i), Hours: at(in.typed["tlf_tid"], i)}
		for _, purpose := range purposes {
			row.Purpose = append(row.Purpose, view.FormChoice{Value: string(purpose.code), Text: purpose.text, Checked: at(in.typed["tlf_til"], i) == string(purpose.code)})
		}
		rows = append(rows, row)
	}
	return rows
}

// contact has the rest of how to reach the offering.
func (in inputs) contact() view.EditGroup {
	return view.EditGroup{Fields: []view.EditField{
		in.field("epost", "E-post", "Helst en felles adresse. Én på hver linje.", 1, 1000),
		in.field("nettsted", "Nettsted", "Én på hver linje.", 1, 2000),
	}}
}

func (in inputs) complaint() view.EditGroup {
	return view.EditGroup{Heading: "Klage", Fields: []view.EditField{
		in.field("klage", "Hvis du vil klage", "Skriv hva det går an å klage på, hvor klagen skal sendes, fristen, og hvem som kan hjelpe til. Tom linje gir nytt avsnitt.", 4, directory.MaxDescription),
	}}
}

// details say whom it is for, and how it is found.
func (in inputs) details(e editing, note view.CoverageNote) []view.EditGroup {
	kommuner := in.field("kommuner", "Kommuner", "Navnet på hver kommune, én på hver linje. Ta med naboer som deler tilbudet.", 3, 8000)
	kommuner.Note = &note
	for _, k := range e.names.Kommuner {
		kommuner.Names = append(kommuner.Names, k.DisplayName())
	}
	where := view.EditGroup{Heading: "Hvem det er for", Fields: []view.EditField{
		kommuner,
		in.field("bydel", "Bare en del av kommunen?", "Skriv hvilken, ellers la det stå tomt.", 0, directory.MaxSummary)}}
	if e.wide() {
		area := []view.FormChoice{{Value: "hele", Text: "Hele landet"}}
		for _, fylke := range e.names.Fylker {
			area = append(area, view.FormChoice{Value: string(fylke.Number), Text: "Hele " + fylke.Name})
		}
		where.Fields = append(where.Fields, in.choice("omrade", "Større områder", true, area...))
	}
	found := view.EditGroup{Heading: "I søket"}
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
		found.Fields = append(found.Fields, in.choice(k.name, k.label, true, choices...))
	}
	found.Fields = append(found.Fields, in.field("sprak", "Språk", "Koder med komma mellom: nb, se, pl.", 0, 200))
	return []view.EditGroup{where, found}
}

func (in inputs) end(e editing) view.EditGroup {
	g := view.EditGroup{Heading: "Før du lagrer"}
	if !e.isNew && e.stored.Status != directory.Archived {
		until := in.field("stengt_til", "Når det åpner igjen", "", 0, 0)
		until.Type = "date"
		closed := in.choice("stengt", "Er det stengt for en tid?", true, view.FormChoice{Value: "ja", Text: "Ja, midlertidig stengt"})
		closed.Help = e.goesWith
		g.Fields = append(g.Fields, closed, until)
	}
	if e.asksForSource {
		f := in.field("kilde", "Hvor har du det fra?", "Adressen til siden det står på, eller hvem som sa det. Må fylles ut når du endrer noe. Leserne ser det.", 0, directory.MaxSummary)
		f.Sometimes = true
		g.Fields = append(g.Fields, f)
	}
	g.Fields = append(g.Fields, whyField(in.typed.Get("hvorfor")))
	return g
}
