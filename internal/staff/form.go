package staff

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/bulk"
	"github.com/nasjonal-oversikt/oversikt/internal/diff"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

// mountForm registers the form of an offering.
func (s *Staff) mountForm(inside fiber.Router) {
	inside.Get("/tilbud/ny", s.showForm)
	inside.Post("/tilbud/ny", s.sendForm)
	inside.Post("/tilbud/ny/kladd", s.autosave)
	inside.Post("/tilbud/ny/forkast", s.discardDraft)
	inside.Get("/tilbud/:id", s.showForm)
	inside.Post("/tilbud/:id", s.sendForm)
	inside.Post("/tilbud/:id/kladd", s.autosave)
	inside.Post("/tilbud/:id/forkast", s.discardDraft)
}

// editing is a form with what it is about.
type editing struct {
	owner  auth.Owner
	stored directory.Offering // what stands there now; a blank one for what is new
	isNew  bool
	key    string // of the draft
	path   string // of the form, with its query
	names  *bulk.Names
	widest directory.Coverage // what the actor's grant for the owner allows beyond kommuner
}

// editingAt returns what the form of the address is about. It returns auth.ErrForbidden
// for who may not edit it.
func (s *Staff) editingAt(c *fiber.Ctx) (editing, error) {
	var e editing
	var err error
	if e.names, err = s.names(c); err != nil {
		return e, err
	}
	if id := c.Params("id"); id != "" {
		if e.stored, err = s.ownOffering(c, auth.Edit); err != nil {
			return e, err
		}
		e.owner, e.key, e.path = auth.OwnerOf(e.stored), "tilbud/"+id, "/redaksjon/tilbud/"+id
	} else {
		e.isNew = true
		if e.owner, err = namedOwner(c); err != nil {
			return e, err
		}
		if owners := actorOf(c).Owners(); e.owner == (auth.Owner{}) && len(owners) > 0 {
			e.owner = owners[0]
		}
		if err := auth.Can(actorOf(c), auth.Edit, auth.Thing{Owner: e.owner}); err != nil {
			return e, err
		}
		if e.owner == (auth.Owner{}) {
			return e, store.ErrNotFound // a national editor who has not said whose
		}
		if e.stored, err = s.deps.Store.BlankOffering(c.UserContext(), e.owner, "skjema/"+uuid.NewString()); err != nil {
			return e, err
		}
		e.stored.Type = c.Query("type")
		e.key, e.path = "ny/"+ownerQuery(e.owner), "/redaksjon/tilbud/ny?"+ownerQuery(e.owner)
	}
	for _, g := range actorOf(c).Grants {
		if g.Owner == e.owner {
			e.widest = g.Coverage
		}
	}
	if actorOf(c).National {
		e.widest.National = true
	}
	return e, nil
}

// wide reports whether the form asks about whole fylker and the country.
func (e editing) wide() bool {
	return e.widest.National || len(e.widest.Fylker) > 0 || e.stored.Coverage.National || len(e.stored.Coverage.Fylker) > 0
}

var purposes = []struct {
	code directory.PhonePurpose
	text string
}{{"", "Ikke sagt"}, {directory.PurposeHelpline, "Hjelpetelefon"}, {directory.PurposeSwitchboard, "Sentralbord"}, {directory.PurposeBooking, "Timebestilling"}, {directory.PurposeText, "Tekstmelding"}}

// offeringForm returns the offering as the values of the form.
func offeringForm(o directory.Offering, n *bulk.Names) url.Values {
	v := url.Values{
		"navn": {o.Name}, "type": {o.Type}, "ingress": {o.Summary}, "beskrivelse": {o.Description}, "for_hvem": {o.Audience},
		"pris": {string(o.Cost.Kind)}, "pris_tekst": {o.Cost.Text}, "henvisning": {string(o.Referral.Kind)}, "henvisning_tekst": {o.Referral.Text},
		"epost": {strings.Join(o.Emails, "\n")}, "nettsted": {strings.Join(o.Websites, "\n")}, "apningstider": {o.OpeningText},
		"malgruppe": o.TargetGroups, "tema": o.Topics, "form": o.Formats, "sprak": {strings.Join(o.Languages, ", ")}, "bydel": {o.Coverage.Bydel},
	}
	for _, p := range o.Phones {
		v.Add("tlf", p.Number.String())
		v.Add("tlf_til", string(p.Purpose))
		v.Add("tlf_tid", p.Hours)
	}
	if len(o.Locations) > 0 {
		l := o.Locations[0]
		v.Set("gate", l.Street)
		v.Set("postnummer", string(l.PostalCode))
		v.Set("poststed", l.PostalPlace)
		if l.Confidential {
			v.Set("hemmelig", "ja")
		}
	}
	var kommuner []string
	for _, k := range o.Coverage.Kommuner {
		kommuner = append(kommuner, cmp.Or(n.Kommune(k), string(k)))
	}
	v.Set("kommuner", strings.Join(kommuner, "\n"))
	for _, f := range o.Coverage.Fylker {
		v.Add("omrade", string(f))
	}
	if o.Coverage.National {
		v.Add("omrade", "hele")
	}
	if o.Status == directory.Closed {
		v.Set("stengt", "ja")
		if o.ClosedUntil != nil {
			v.Set("stengt_til", o.ClosedUntil.Format(time.DateOnly))
		}
	}
	return v
}

// read returns the stored offering with what the form says. What the form does not show
// stays as it is. wrong has a sentence for each field that cannot be read.
func (e editing) read(v url.Values) (o directory.Offering, wrong map[string]string) {
	o, wrong = e.stored, map[string]string{}
	text := func(name string) string { return strings.TrimSpace(strings.ReplaceAll(v.Get(name), "\r\n", "\n")) }
	o.Name, o.Type, o.Summary, o.Description, o.Audience = text("navn"), text("type"), text("ingress"), text("beskrivelse"), text("for_hvem")
	o.Cost = directory.Cost{Kind: directory.CostKind(text("pris")), Text: text("pris_tekst")}
	o.Referral = directory.Referral{Kind: directory.ReferralKind(text("henvisning")), Text: text("henvisning_tekst")}
	o.Emails, o.Websites, o.OpeningText = lines(text("epost")), lines(text("nettsted")), text("apningstider")
	for i, w := range o.Websites {
		if !strings.Contains(w, "://") {
			o.Websites[i] = "https://" + w
		}
	}
	o.TargetGroups, o.Topics, o.Formats = v["malgruppe"], v["tema"], v["form"]
	o.Languages = commaList(strings.ToLower(text("sprak")))

	o.Phones = nil
	for i, number := range v["tlf"] {
		if number = strings.TrimSpace(number); number == "" {
			continue
		}
		n, err := directory.ParsePhone(number)
		if err != nil {
			wrong["tlf"] = "«" + number + "» er ikke et telefonnummer vi kan vise. Skriv åtte sifre, eller et kort nummer som 116123."
			n = directory.PhoneNumber(number)
		}
		o.Phones = append(o.Phones, directory.Phone{Number: n, Purpose: directory.PhonePurpose(at(v["tlf_til"], i)), Hours: strings.TrimSpace(at(v["tlf_tid"], i))})
	}

	o.Locations = slices.Clone(o.Locations)
	if len(o.Locations) == 0 {
		o.Locations = []directory.Location{{}}
	}
	l := &o.Locations[0]
	before := *l
	l.Street, l.PostalCode, l.PostalPlace, l.Confidential = text("gate"), directory.PostalCode(text("postnummer")), text("poststed"), text("hemmelig") == "ja"
	if l.Street != before.Street || l.PostalCode != before.PostalCode {
		l.Position = nil // it was the old address's
	}
	if *l == (directory.Location{}) || *l == (directory.Location{Confidential: true}) {
		o.Locations = o.Locations[1:]
	}
	if len(o.Locations) == 0 {
		o.Locations = nil
	}

	o.Coverage.Bydel, o.Coverage.Kommuner = text("bydel"), nil
	for _, line := range lines(strings.ReplaceAll(text("kommuner"), ",", "\n")) {
		n, ok := e.names.KommuneCalled(line)
		if !ok {
			wrong["kommuner"] = "Ingen kommune heter «" + line + "»."
			continue
		}
		o.Coverage.Kommuner = append(o.Coverage.Kommuner, n)
	}
	slices.Sort(o.Coverage.Kommuner)
	o.Coverage.Kommuner = slices.Compact(o.Coverage.Kommuner)
	if e.wide() {
		o.Coverage.National, o.Coverage.Fylker = slices.Contains(v["omrade"], "hele"), nil
		for _, f := range v["omrade"] {
			if f != "hele" {
				o.Coverage.Fylker = append(o.Coverage.Fylker, region.FylkeNumber(f))
			}
		}
		slices.Sort(o.Coverage.Fylker)
	}

	o.ClosedUntil = nil
	switch {
	case text("stengt") == "ja":
		if o.Status != directory.Closed {
			o.Status = directory.Closed
		}
		if day := text("stengt_til"); day != "" {
			t, err := time.Parse(time.DateOnly, day)
			if err != nil {
				wrong["stengt_til"] = "Skriv dagen slik: 2026-12-24."
			} else {
				o.ClosedUntil = &t
			}
		}
	case o.Status == directory.Closed || o.Status == directory.Draft:
		o.Status = directory.Published
	}
	return o, wrong
}

func at(values []string, i int) string {
	if i < len(values) {
		return values[i]
	}
	return ""
}

// formFields leads from the fields of directory.Invalid to those of the form.
var formFields = map[string]string{
	"name": "navn", "summary": "ingress", "description": "beskrivelse", "audience": "for_hvem", "cost": "pris_tekst", "cost_kind": "pris",
	"referral": "henvisning_tekst", "referral_kind": "henvisning", "phone": "tlf", "phone_purpose": "tlf", "phone_hours": "tlf", "email": "epost",
	"website": "nettsted", "opening_text": "apningstider", "street": "gate", "postal_code": "postnummer", "postal_place": "poststed", "coverage": "kommuner",
	"bydel": "bydel", "target_groups": "malgruppe", "topics": "tema", "formats": "form", "languages": "sprak", "closed_until": "stengt_til", "type": "type", "status": "stengt",
}

// wrongText says what is wrong with a field of the form, and what would be right.
func wrongText(field, key string) string {
	switch {
	case field == "navn" && key == directory.MsgRequired:
		return "Gi tilbudet et navn."
	case field == "type":
		return "Velg hva slags tilbud det er."
	case field == "epost":
		return "Skriv hele adressen, slik: navn@kommune.no. Én på hver linje."
	case field == "nettsted":
		return "Skriv hele adressen, slik: https://www.kommune.no/side. Én på hver linje."
	case field == "postnummer" && key == directory.MsgUnknown:
		return "Dette postnummeret finnes ikke."
	case field == "postnummer":
		return "Skriv fire sifre."
	case field == "kommuner" && key == directory.MsgRequired:
		return "Skriv minst én kommune tilbudet er for."
	case field == "stengt":
		return "Tilbudet må publiseres før det kan stenges."
	}
	return fieldProblem(key)
}

// check returns what is wrong with the offering, by field of the form, with what could not
// be read of it.
func (s *Staff) check(c *fiber.Ctx, o directory.Offering, wrong map[string]string) (map[string]string, error) {
	invalid, err := s.deps.Store.CheckOfferings(c.UserContext(), []directory.Offering{o})
	if err != nil {
		return nil, err
	}
	for field, key := range invalid[0] {
		name := cmp.Or(formFields[field], field)
		if wrong[name] == "" {
			wrong[name] = wrongText(name, key)
		}
	}
	return wrong, nil
}

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

func draftPath(e editing, action string) string {
	if e.isNew {
		return "/redaksjon/tilbud/ny/" + action + "?" + ownerQuery(e.owner)
	}
	return e.path + "/" + action
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

func (s *Staff) showForm(c *fiber.Ctx) error {
	e, err := s.editingAt(c)
	if err != nil {
		return err
	}
	v, version, kept := offeringForm(e.stored, e.names), e.stored.Version, ""
	draft, err := s.deps.Store.DraftByKey(c.UserContext(), actorOf(c).ID, e.key)
	switch {
	case err == nil:
		v, version, kept = draft.Form, draft.Version, moment(draft.UpdatedAt, s.deps.Now())
	case !errors.Is(err, store.ErrNotFound):
		return err
	}
	if kept != "" && !e.isNew && version != e.stored.Version {
		return s.stale(c, e, v, version, kept)
	}
	return s.sendFormPage(c, http.StatusOK, e, v, version, nil, func(p *view.OfferingFormPage) { p.Draft = kept })
}

// sendFormPage sends the page of the form, with what change adds to it.
func (s *Staff) sendFormPage(c *fiber.Ctx, status int, e editing, v url.Values, version int, wrong map[string]string, change func(*view.OfferingFormPage)) error {
	p, err := s.formPage(c, e, v, version, wrong)
	if err != nil {
		return err
	}
	o, _ := e.read(v)
	if p.Reach, err = s.reach(c, o.Coverage); err != nil {
		return err
	}
	if change != nil {
		change(&p)
	}
	return s.send(c, status, view.OfferingForm(p))
}

// formSent returns the form as it was typed, without what the page itself puts there.
func formSent(c *fiber.Ctx) url.Values {
	v := url.Values{}
	for key, value := range c.Request().PostArgs().All() {
		if k := string(key); k != "versjon" && k != "handling" {
			v.Add(k, string(value))
		}
	}
	return v
}

// sendForm does what the pressed button says.
func (s *Staff) sendForm(c *fiber.Ctx) error {
	e, err := s.editingAt(c)
	if err != nil {
		return err
	}
	v, version := formSent(c), seen(c)
	switch action := string(c.Request().PostArgs().Peek("handling")); action {
	case "kladd":
		return s.keepDraft(c, e, v, version)
	case "flere":
		v.Add("tlf", "")
		v.Add("tlf_til", "")
		v.Add("tlf_tid", "")
		return s.sendFormPage(c, http.StatusOK, e, v, version, nil, nil)
	case "forhandsvis":
		return s.preview(c, e, v, version)
	default:
		return s.publish(c, e, v, version, action == "likevel")
	}
}

func (s *Staff) keepDraft(c *fiber.Ctx, e editing, v url.Values, version int) error {
	err := s.deps.Store.SaveDraft(c.UserContext(), actorOf(c).ID, store.Draft{Key: e.key, Version: version, Form: v})
	switch {
	case errors.Is(err, store.ErrTooLarge):
		return s.sendFormPage(c, http.StatusRequestEntityTooLarge, e, v, version, nil, func(p *view.OfferingFormPage) { p.Problem = "Teksten er for lang til å lagres." })
	case store.Unavailable(err):
		return s.unavailable(c, e, v, version)
	case err != nil:
		return err
	}
	return see(c, e.path, "Kladden er lagret. Bare du ser den.")
}

// unavailable shows the form again when nothing can be saved just now.
func (s *Staff) unavailable(c *fiber.Ctx, e editing, v url.Values, version int) error {
	c.Set(fiber.HeaderRetryAfter, "30")
	return s.sendFormPage(c, http.StatusServiceUnavailable, e, v, version, nil, func(p *view.OfferingFormPage) {
		p.Problem = "Vi får ikke lagret akkurat nå. Det du skrev, står her. Prøv igjen om litt."
	})
}

// autosave keeps the draft that the script sends.
func (s *Staff) autosave(c *fiber.Ctx) error {
	e, err := s.editingAt(c)
	if err != nil {
		return err
	}
	err = s.deps.Store.SaveDraft(c.UserContext(), actorOf(c).ID, store.Draft{Key: e.key, Version: seen(c), Form: formSent(c)})
	if errors.Is(err, store.ErrTooLarge) {
		return fiber.ErrRequestEntityTooLarge
	}
	if err != nil {
		return err
	}
	return c.SendStatus(http.StatusNoContent)
}

func (s *Staff) discardDraft(c *fiber.Ctx) error {
	e, err := s.editingAt(c)
	if err != nil {
		return err
	}
	if err := s.deps.Store.DeleteDraft(c.UserContext(), actorOf(c).ID, e.key); err != nil {
		return err
	}
	return see(c, e.path, "Kladden er borte. Dette er det leserne ser.")
}

// preview shows the page that the form would give.
func (s *Staff) preview(c *fiber.Ctx, e editing, v url.Values, version int) error {
	o, wrong := e.read(v)
	wrong, err := s.check(c, o, wrong)
	if err != nil {
		return err
	}
	if len(wrong) > 0 {
		return s.sendFormPage(c, http.StatusUnprocessableEntity, e, v, version, wrong, nil)
	}
	o.Locations = slices.DeleteFunc(slices.Clone(o.Locations), func(l directory.Location) bool { return l.Confidential })
	shown, err := s.deps.PreviewOffering(c.UserContext(), &o)
	if err != nil {
		return err
	}
	return s.send(c, http.StatusOK, shown)
}

// publish saves what the form says. warned is set when the person has seen the warnings.
func (s *Staff) publish(c *fiber.Ctx, e editing, v url.Values, version int, warned bool) error {
	if !e.isNew && version != e.stored.Version {
		return s.stale(c, e, v, version, "")
	}
	o, wrong := e.read(v)
	choose(&o, e.stored, v)
	if err := s.keepOwner(c, e.owner, &o); err != nil {
		return err
	}
	wrong, err := s.check(c, o, wrong)
	if store.Unavailable(err) {
		return s.unavailable(c, e, v, version)
	}
	if err != nil {
		return err
	}
	if len(wrong) == 0 && auth.Can(actorOf(c), auth.Edit, auth.Thing{Owner: e.owner, Coverage: &o.Coverage}) != nil && !reflect.DeepEqual(o.Coverage, e.stored.Coverage) {
		wrong["kommuner"] = "Tilbudet må være for din egen kommune. Du kan ta med nabokommuner, men ikke hele fylket eller landet."
		if e.owner.Kommune == "" {
			wrong["kommuner"] = "Tilbudet kan bare være for det området du har ansvar for."
		}
	}
	if len(wrong) > 0 {
		return s.sendFormPage(c, http.StatusUnprocessableEntity, e, v, version, wrong, nil)
	}
	if !warned {
		warnings, err := s.warnings(c, e, o)
		if err != nil {
			return err
		}
		if len(warnings) > 0 {
			return s.sendFormPage(c, http.StatusUnprocessableEntity, e, v, version, nil, func(p *view.OfferingFormPage) { p.Warnings = warnings })
		}
	}
	o.Version = version
	changed := e.isNew || len(diff.Offerings(e.stored, o, diff.Names{})) > 0
	if changed && !actorOf(c).National {
		// Who answers for it has said it: that is the source now.
		name, err := s.ownerName(c, e.owner)
		if err != nil {
			return err
		}
		o.Source = directory.Source{Title: cmp.Or(o.Organization.Name, name), Date: directory.PartialDate(s.deps.Now().In(page.Oslo).Format(time.DateOnly))}
		o.Confidence = directory.High
	}
	why := strings.TrimSpace(v.Get("hvorfor"))
	if e.isNew {
		o, err = s.deps.Store.CreateOffering(c.UserContext(), actorOf(c), why, o)
	} else {
		o, err = s.deps.Store.UpdateOffering(c.UserContext(), actorOf(c), why, o)
	}
	var invalid directory.Invalid
	switch {
	case errors.Is(err, store.ErrConflict) && !e.isNew:
		if e, err = s.editingAt(c); err != nil {
			return err
		}
		return s.stale(c, e, v, version, "")
	case errors.As(err, &invalid):
		for field, key := range invalid {
			name := cmp.Or(formFields[field], field)
			wrong[name] = wrongText(name, key)
		}
		return s.sendFormPage(c, http.StatusUnprocessableEntity, e, v, version, wrong, nil)
	case store.Unavailable(err):
		return s.unavailable(c, e, v, version)
	case err != nil:
		return err
	}
	if err := s.deps.Store.DeleteDraft(c.UserContext(), actorOf(c).ID, e.key); err != nil {
		return err
	}
	notice := "«" + o.Name + "» er lagret."
	switch {
	case !changed:
		notice = "Alt var som før. Ingenting er endret."
	case s.isOut(o):
		notice += " Leserne ser det nå."
	case o.Public():
		notice += " Leserne ser det om et øyeblikk."
	}
	return see(c, offeringPath(o.ID), notice)
}

// keepOwner names the kommune as who gives the offering, where that is what makes it the
// kommune's: one that nobody is named for belongs to the only kommune it is for, and to
// nobody when it is for several.
func (s *Staff) keepOwner(c *fiber.Ctx, owner auth.Owner, o *directory.Offering) error {
	if owner.Kommune == "" || o.Organization.Name != "" || auth.OwnerOf(*o) == owner {
		return nil
	}
	blank, err := s.deps.Store.BlankOffering(c.UserContext(), owner, o.Key)
	if err != nil {
		return err
	}
	o.Organization = blank.Organization
	return nil
}

// isOut waits a moment for the public pages to have the offering as it is stored, and
// reports whether they do.
func (s *Staff) isOut(o directory.Offering) bool {
	if !o.Public() {
		return false
	}
	const tries, pause = 50, 20 * time.Millisecond
	for range tries {
		if v := s.deps.View(); v != nil {
			if shown, ok := v.Offering(o.ID); ok && shown.Version >= o.Version {
				return true
			}
		} else {
			return false
		}
		time.Sleep(pause)
	}
	return false
}

// stale shows a form that was filled from an older version than the one that is stored.
// What only one of the two has changed is taken over; of what both have, both texts are
// shown, and the person chooses.
func (s *Staff) stale(c *fiber.Ctx, e editing, v url.Values, version int, draft string) error {
	base, found, err := s.versionOf(c, e.stored.ID, version)
	if err != nil {
		return err
	}
	names, err := s.diffNames(c)
	if err != nil {
		return err
	}
	// What was typed, over what it was typed over.
	typedOver := e
	if found {
		typedOver.stored = base
	}
	mine, _ := typedOver.read(v)
	merged := mine
	merged.ID, merged.Version, merged.Status = e.stored.ID, e.stored.Version, e.stored.Status
	var conflicts []view.ConflictField
	for _, d := range diff.Offerings(e.stored, mine, names) {
		if found && !differs(d.Name, base, mine, names) {
			copyField(&merged, e.stored, d.Name) // only the other has changed it
			continue
		}
		if !found || differs(d.Name, base, e.stored, names) {
			if choosable(d.Name) {
				conflicts = append(conflicts, view.ConflictField{Change: d, Mine: true})
			}
		}
	}
	note := "Noen andre har lagret dette tilbudet mens du skrev. Ingenting er borte. "
	if len(conflicts) == 0 {
		note += "Dere har endret hvert deres, og begge deler står i skjemaet nå. Se over, og lagre."
	} else {
		note += "Velg hva som skal stå der dere har skrevet ulikt, og lagre."
	}
	merged.ClosedUntil = mine.ClosedUntil
	if mine.Status == directory.Closed {
		merged.Status = directory.Closed
	}
	form := offeringForm(merged, e.names)
	form.Set("hvorfor", v.Get("hvorfor"))
	// Only a press that is meant takes a place out of hiding.
	if len(e.stored.Locations) > 0 && e.stored.Locations[0].Confidential {
		form.Set("hemmelig", "ja")
	}
	return s.sendFormPage(c, http.StatusConflict, e, form, e.stored.Version, nil, func(p *view.OfferingFormPage) {
		p.Problem, p.Conflict, p.Draft = note, conflicts, draft
	})
}

// versionOf returns the offering as it was in a version.
func (s *Staff) versionOf(c *fiber.Ctx, id int64, version int) (directory.Offering, bool, error) {
	revisions, err := s.deps.Store.History(c.UserContext(), actorOf(c), store.KindOffering, strconv.FormatInt(id, 10))
	if err != nil {
		return directory.Offering{}, false, err
	}
	for _, r := range revisions {
		if r.Version == version {
			var o directory.Offering
			err := json.Unmarshal(r.After, &o)
			return o, err == nil, err
		}
	}
	return directory.Offering{}, false, nil
}

func differs(field string, a, b directory.Offering, names diff.Names) bool {
	return slices.ContainsFunc(diff.Offerings(a, b, names), func(d diff.Change) bool { return d.Name == field })
}

// choosable reports whether the form has the field.
func choosable(field string) bool {
	switch field {
	case "status", "closed_until", "organization", "source", "confidence", "schedules", "exceptions", "accessibility", "keywords":
		return false
	}
	return true
}

// copyField gives o what from says in the field, by its name in diff.Fields.
func copyField(o *directory.Offering, from directory.Offering, field string) {
	switch field {
	case "name":
		o.Name = from.Name
	case "type":
		o.Type = from.Type
	case "organization":
		o.Organization = from.Organization
	case "status":
		o.Status = from.Status
	case "closed_until":
		o.ClosedUntil = from.ClosedUntil
	case "summary":
		o.Summary = from.Summary
	case "description":
		o.Description = from.Description
	case "audience":
		o.Audience = from.Audience
	case "cost":
		o.Cost = from.Cost
	case "referral":
		o.Referral = from.Referral
	case "phones":
		o.Phones = from.Phones
	case "emails":
		o.Emails = from.Emails
	case "websites":
		o.Websites = from.Websites
	case "opening_text":
		o.OpeningText = from.OpeningText
	case "schedules":
		o.Schedules = from.Schedules
	case "exceptions":
		o.Exceptions = from.Exceptions
	case "locations":
		o.Locations = from.Locations
	case "coverage":
		o.Coverage = from.Coverage
	case "target_groups":
		o.TargetGroups = from.TargetGroups
	case "topics":
		o.Topics = from.Topics
	case "formats":
		o.Formats = from.Formats
	case "languages":
		o.Languages = from.Languages
	case "accessibility":
		o.Accessibility = from.Accessibility
	case "keywords":
		o.Keywords = from.Keywords
	case "source":
		o.Source = from.Source
	case "confidence":
		o.Confidence = from.Confidence
	}
}

// choose takes over the fields where the person has chosen what stands there already.
func choose(o *directory.Offering, stored directory.Offering, v url.Values) {
	for _, f := range diff.Fields(stored, diff.Names{}) {
		if v.Get("velg-"+f.Name) == "ny" {
			copyField(o, stored, f.Name)
		}
	}
}
