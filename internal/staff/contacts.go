package staff

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

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
