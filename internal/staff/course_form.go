package staff

import (
	"cmp"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

// courseForm returns the course as the values of the form.
func courseForm(c directory.Course) url.Values {
	v := url.Values{
		"tilbud": {strconv.FormatInt(c.Offering, 10)}, "navn": {c.Title}, "beskrivelse": {c.Description}, "for_hvem": {c.Audience},
		"malgruppe": c.TargetGroups, "tema": c.Topics, "sprak": {strings.Join(c.Languages, ", ")}, "hvor": {string(c.Format)},
		"pris": {string(c.Cost.Kind)}, "pris_tekst": {c.Cost.Text}, "pamelding": {string(c.SignUp.Kind)}, "lenke": {c.SignUp.URL},
		"epost": {c.SignUp.Email}, "tlf": {c.SignUp.Phone.String()}, "frist": {""}, "pamelding_tekst": {c.SignUp.Text}, "status": {string(c.Status)},
	}
	if d := c.SignUp.Deadline; d != nil {
		v.Set("frist", d.Format(time.DateOnly))
	}
	if p := c.Place; p != nil {
		v.Set("sted", p.Name)
		v.Set("gate", p.Street)
		v.Set("postnummer", string(p.PostalCode))
		if p.Confidential {
			v.Set("hemmelig", "ja")
		}
	}
	putDates(v, c.Dates)
	return v
}

// read returns the stored course with what the form says. What the form does not show stays
// as it is. wrong has a sentence for each field that cannot be read.
func (e courseEditing) read(v url.Values) (c directory.Course, wrong map[string]string) {
	c, wrong = e.stored, map[string]string{}
	text := func(name string) string { return strings.TrimSpace(strings.ReplaceAll(v.Get(name), "\r\n", "\n")) }
	if e.isNew {
		c.Offering = 0
		for _, o := range e.offerings {
			if id := strconv.FormatInt(o.ID, 10); id == text("tilbud") || len(e.offerings) == 1 {
				c.Offering = o.ID
			}
		}
		if c.Offering == 0 {
			wrong["tilbud"] = "Velg hvilket av tilbudene som holder kurset."
		}
	}
	c.Title, c.Description, c.Audience = text("navn"), text("beskrivelse"), text("for_hvem")
	c.TargetGroups, c.Topics, c.Languages = v["malgruppe"], v["tema"], commaList(strings.ToLower(text("sprak")))
	c.Format, c.Status = directory.CourseFormat(text("hvor")), directory.CourseStatus(text("status"))
	c.Place = e.readPlace(text, c.Format)
	c.Dates = readDates(v, wrong)
	c.Cost = directory.Cost{Kind: directory.CostKind(text("pris")), Text: text("pris_tekst")}
	c.SignUp = readSignUp(text, wrong)
	return c, wrong
}

// readPlace returns where those who take part are; nil for what is digital alone.
func (e courseEditing) readPlace(text func(string) string, format directory.CourseFormat) *directory.Location {
	var l directory.Location
	if e.stored.Place != nil {
		l = *e.stored.Place
	}
	if street, code := text("gate"), directory.PostalCode(text("postnummer")); street != l.Street || code != l.PostalCode {
		l.Position = nil // it was the old address's
		if code != l.PostalCode {
			l.Kommune, l.PostalPlace = "", "" // the store knows those of the new one
		}
		l.Street, l.PostalCode = street, code
	}
	l.Name, l.Confidential = text("sted"), text("hemmelig") == "ja"
	if format == directory.Online || l.Name+l.Street+string(l.PostalCode) == "" {
		return nil
	}
	return &l
}

func readSignUp(text func(string) string, wrong map[string]string) directory.SignUp {
	up := directory.SignUp{Kind: directory.SignUpKind(text("pamelding")), URL: text("lenke"), Email: text("epost"), Text: text("pamelding_tekst")}
	if address, err := directory.ParseWebsite(up.URL); err == nil {
		up.URL = address // else it stays as typed, to be told of
	}
	if number := text("tlf"); number != "" {
		n, err := directory.ParsePhone(number)
		if err != nil {
			wrong["tlf"] = "«" + number + "» er ikke et telefonnummer vi kan vise. Skriv åtte sifre."
		}
		up.Phone = n
	}
	if typed := text("frist"); typed != "" {
		d, ok := directory.ParseDay(typed)
		if !ok {
			wrong["frist"] = "Skriv dagen slik: 2.3.2027."
		} else {
			up.Deadline = &d
		}
	}
	return up
}

// courseFields leads from the fields of directory.Invalid to those of the form.
var courseFields = map[string]string{
	"title": "navn", "description": "beskrivelse", "audience": "for_hvem", "languages": "sprak", "format": "hvor", "status": "status", "cost_kind": "pris", "cost": "pris_tekst",
	"dates": "dag_1", "sign_up": "pamelding", "sign_up_url": "lenke", "sign_up_email": "epost", "sign_up_phone": "tlf", "sign_up_deadline": "frist",
	"location_name": "sted", "street": "gate", "postal_code": "postnummer", "postal_place": "postnummer", "target_groups": "malgruppe", "topics": "tema",
}

// courseWrong says what is wrong with a field of the form, and what would be right.
func courseWrong(field, key string) string {
	switch {
	case field == "navn" && key == directory.MsgRequired:
		return "Gi kurset et navn."
	case field == "dag_1" && key == directory.MsgRequired:
		return "Skriv når dere møtes. Er ingen dato bestemt ennå, velger du «Utkast» nederst."
	case field == "dag_1" && key == directory.MsgTooLong:
		return "Et kurs kan ha høyst " + strconv.Itoa(directory.MaxCourseDates) + " datoer."
	case field == "hvor":
		return "Velg hvor dere møtes."
	case field == "status":
		return "Velg hva leserne skal se."
	case field == "pamelding" && key == directory.MsgRequired:
		return "Skriv også hvordan man melder seg på: lenke, e-post, telefon, eller forklar."
	case field == "pamelding" && key == directory.MsgTooLong:
		return "Forklaringen er for lang."
	case field == "lenke":
		return "Skriv hele adressen, slik: https://www.kommune.no/side."
	case field == "epost":
		return "Skriv hele adressen, slik: navn@kommune.no."
	case field == "frist":
		return "Fristen er etter den siste datoen."
	case field == "postnummer":
		return wrongText(field, key)
	}
	return fieldProblem(key)
}

// checkCourse returns what is wrong with the course, by field of the form, with what could
// not be read of it.
func (s *Staff) checkCourse(c *fiber.Ctx, course directory.Course, wrong map[string]string) (map[string]string, error) {
	err := s.deps.Store.CheckCourse(c.UserContext(), course)
	var invalid directory.Invalid
	if err != nil && !errors.As(err, &invalid) {
		return nil, err
	}
	markCourse(wrong, invalid)
	return wrong, nil
}

func markCourse(wrong map[string]string, invalid directory.Invalid) {
	rowWrong := false
	for name := range wrong {
		rowWrong = rowWrong || rowNumber.MatchString(name)
	}
	for field, key := range invalid {
		if field == "dates" && rowWrong {
			continue // the row says it
		}
		if name := cmp.Or(courseFields[field], field); wrong[name] == "" {
			wrong[name] = courseWrong(name, key)
		}
	}
}

// courseStates are what a course can be, as the form says it.
var courseStates = []view.FormChoice{
	{Value: string(directory.CourseOpen), Text: "Åpent. Leserne ser det."}, {Value: string(directory.CourseFull), Text: "Fullt. Leserne ser at det ikke er plass."},
	{Value: string(directory.CourseCancelled), Text: "Avlyst. Leserne ser at det er avlyst."}, {Value: string(directory.CourseDraft), Text: "Utkast. Leserne ser det ikke."},
}

// coursePage builds the page around the values of the form.
func (s *Staff) coursePage(c *fiber.Ctx, e courseEditing, v url.Values, version int, wrong map[string]string) (view.CourseFormPage, error) {
	heading := cmp.Or(e.stored.Title, "Nytt kurs")
	in := inputs{v, wrong}
	p := view.CourseFormPage{
		Heading: heading, Version: strconv.Itoa(version), Action: e.path, Autosave: e.action("kladd"), Discard: e.action("forkast"),
		What: in.course(e), Dates: in.dates(), Where: in.courseWhere(), SignUp: in.signUp(), Found: in.courseFound(e), End: in.courseEnd(e),
	}
	crumbs := []page.Crumb{{Text: heading, Path: c.OriginalURL()}}
	if len(e.offerings) == 1 {
		o := e.offerings[0]
		crumbs = append([]page.Crumb{{Text: o.Name, Path: offeringPath(o.ID)}}, crumbs...)
		p.Of = view.Link{Text: o.Name, Href: offeringPath(o.ID)}
		if !o.Public() {
			p.Notes = append(p.Notes, "Leserne ser ikke «"+o.Name+"», og derfor heller ikke kurset.")
		}
	}
	p.Meta = s.meta(c, heading, crumbs...)
	if !e.isNew {
		p.State = courseState(e.stored)
		row := s.courseRow(e.stored, e.offerings[0])
		if row.Public != "" {
			p.Links = append(p.Links, view.Link{Text: "Se siden", Href: row.Public})
		}
		p.Links = append(p.Links, view.Link{Text: "Historikk", Href: row.History})
		p.Notes = append(p.Notes, "Sist endret "+page.Bokmal.Date(e.stored.ChangedAt)+".")
		p.Do = s.courseActions(e.stored)
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
	p.Open = slices.ContainsFunc([]string{"malgruppe", "tema", "sprak"}, func(name string) bool { return wrong[name] != "" })
	return p, nil
}

func (in inputs) course(e courseEditing) view.EditGroup {
	var g view.EditGroup
	if e.isNew && len(e.offerings) > 1 {
		choices := []view.FormChoice{{Value: "0", Text: "Velg"}}
		for _, o := range e.offerings {
			choices = append(choices, view.FormChoice{Value: strconv.FormatInt(o.ID, 10), Text: o.Name})
		}
		f := in.choice("tilbud", "Hvilket tilbud holder kurset?", false, choices...)
		f.Select = true
		g.Fields = append(g.Fields, f)
	}
	g.Fields = append(g.Fields,
		required(in.field("navn", "Navn", "For eksempel hva slags gruppe det er, og hvem den er for.", 0, directory.MaxName)),
		in.field("beskrivelse", "Om kurset", "Hva dere gjør, med vanlige ord. Tom linje gir nytt avsnitt.", 5, directory.MaxDescription),
		in.field("for_hvem", "Hvem passer det for?", "", 2, directory.MaxSummary))
	return g
}

func (in inputs) courseWhere() view.EditGroup {
	return view.EditGroup{Heading: "Hvor dere møtes", Fields: []view.EditField{
		in.choice("hvor", "Sted eller digitalt?", false, view.FormChoice{Value: string(directory.AtPlace), Text: "På et sted"}, view.FormChoice{Value: string(directory.Online), Text: "Digitalt"},
			view.FormChoice{Value: string(directory.Hybrid), Text: "Begge deler. Hver velger selv."}),
		in.field("sted", "Navn på stedet", "Adressen trengs ikke når det bare er digitalt.", 0, directory.MaxName), in.field("gate", "Gateadresse", "", 0, directory.MaxName), in.field("postnummer", "Postnummer", "", 0, 4),
		in.choice("hemmelig", "Skal adressen være hemmelig?", true, view.FormChoice{Value: "ja", Text: "Ja. Da står den verken på siden, i søket, på kartet eller i åpne data."}),
	}}
}

func (in inputs) signUp() view.EditGroup {
	deadline := in.field("frist", "Siste dag for påmelding", "", 0, 40)
	deadline.Type = dateType(deadline.Value)
	phone := in.field("tlf", "Telefon", "", 0, 40)
	phone.Type = "tel"
	return view.EditGroup{Heading: "Påmelding og pris", Fields: []view.EditField{
		in.choice("pamelding", "Må man melde seg på?", false, view.FormChoice{Value: string(directory.JustCome), Text: "Nei, det er bare å komme"}, view.FormChoice{Value: string(directory.SignUpNeeded), Text: "Ja"},
			view.FormChoice{Value: "", Text: "Ikke sagt"}),
		in.field("lenke", "Lenke", "Siden der man melder seg på eller leser mer.", 0, 1000), in.field("epost", "E-post", "Helst en felles adresse.", 0, 200), phone, deadline,
		in.field("pamelding_tekst", "Forklaring", "Hvis noe er annerledes enn vanlig.", 2, directory.MaxSummary),
		in.choice("pris", "Hva koster det?", false, view.FormChoice{Value: string(directory.Free), Text: "Det er gratis"}, view.FormChoice{Value: string(directory.Paid), Text: "Det koster noe"}, view.FormChoice{Value: "", Text: "Ikke sagt"}),
		in.field("pris_tekst", "Mer om prisen", "", 0, directory.MaxSummary),
	}}
}

// courseFound says whom the course is for in codes, and how it is found.
func (in inputs) courseFound(e courseEditing) view.EditGroup {
	g := view.EditGroup{Help: "Velger du ingenting, gjelder det som står på tilbudet."}
	for _, k := range []struct {
		kind        directory.TermKind
		name, label string
	}{{directory.TargetGroup, "malgruppe", "Målgrupper"}, {directory.Topic, "tema", "Temaer"}} {
		var choices []view.FormChoice
		for _, t := range e.names.Terms {
			if t.Kind == k.kind {
				choices = append(choices, view.FormChoice{Value: t.Code, Text: t.Name.NB})
			}
		}
		g.Fields = append(g.Fields, in.choice(k.name, k.label, true, choices...))
	}
	g.Fields = append(g.Fields, in.field("sprak", "Språk", "Koder med komma mellom: nb, se, pl.", 0, 200))
	return g
}

func (in inputs) courseEnd(e courseEditing) view.EditGroup {
	choices := slices.Clone(courseStates)
	if e.stored.Status == directory.CourseDeleted {
		choices = append(choices, view.FormChoice{Value: string(directory.CourseDeleted), Text: "Slettet. Leserne ser det ikke."})
	}
	g := view.EditGroup{Heading: "Før du lagrer", Fields: []view.EditField{in.choice("status", "Hva skal leserne se?", false, choices...)}}
	if !e.isNew {
		g.Fields = append(g.Fields, whyField(in.typed.Get("hvorfor")))
	}
	return g
}

// asOffering returns what the course says as an offering would, for what is asked of both.
func asOffering(c directory.Course) directory.Offering {
	o := directory.Offering{Name: c.Title, Description: c.Description, Summary: c.SignUp.Text}
	if c.SignUp.Phone != "" {
		o.Phones = []directory.Phone{{Number: c.SignUp.Phone}}
	}
	if c.SignUp.Email != "" {
		o.Emails = []string{c.SignUp.Email}
	}
	if c.Place != nil {
		o.Locations = []directory.Location{*c.Place}
	}
	return o
}

// courseKeys are the fields of the form by the name in diff.CourseFields, as formKeys.
var courseKeys = map[string][]string{
	"title": {"navn"}, "status": {"status"}, "description": {"beskrivelse"}, "audience": {"for_hvem"}, "dates": {"dag_", "fra_", "til_", "merknad_", "avlyst_"},
	"format": {"hvor"}, "place": {"sted", "gate", "postnummer", "hemmelig"}, "cost": {"pris", "pris_tekst"}, "sign_up": {"pamelding", "pamelding_tekst"}, "sign_up_url": {"lenke"},
	"sign_up_email": {"epost"}, "sign_up_phone": {"tlf"}, "sign_up_deadline": {"frist"}, "target_groups": {"malgruppe"}, "topics": {"tema"}, "languages": {"sprak"},
}

// historyOfCourse returns where the history of the course is shown.
func historyOfCourse(id int64) string {
	return historyPath(store.KindCourse, strconv.FormatInt(id, 10))
}
