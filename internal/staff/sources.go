package staff

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/diff"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

// fieldLabels are what people call the fields.
var fieldLabels = func() map[directory.FieldName]string {
	labels := map[directory.FieldName]string{"org_number": "Organisasjonsnummer", "kind": "Slag", "website": "Nettsted"}
	for _, f := range diff.Fields(directory.Offering{}, diff.Names{}) {
		labels[directory.FieldName(f.Name)] = f.Label
	}
	return labels
}()

// sourcesOf returns where the offering's fields come from, and what others say of it.
func (s *Staff) sourcesOf(c *fiber.Ctx, o directory.Offering) (view.SourcesSection, error) {
	var section view.SourcesSection
	actor, ctx := actorOf(c), c.UserContext()
	sources, err := s.deps.Store.FieldSources(ctx, actor, o.ID)
	if err != nil {
		return section, err
	}
	for _, f := range sources {
		row := view.SourceRow{Label: fieldLabels[f.Field], Title: f.Source.Title, Href: f.Source.URL, Date: page.Bokmal.PartialDate(f.Source.Date), Who: "Lest inn"}
		if !f.ByImport() {
			row.Who = "Skrevet her " + page.Bokmal.Date(f.At)
		}
		section.Rows = append(section.Rows, row)
	}
	said, err := s.deps.Store.SaidOf(ctx, actor, o.ID)
	if err != nil || len(said) == 0 && len(sources) == 0 {
		return section, err
	}
	if len(said) > 0 {
		names, err := s.diffNames(c)
		if err != nil {
			return section, err
		}
		for _, d := range said {
			section.Others = append(section.Others, otherSaid(o, d, names))
		}
	}
	if o.Organization.ID == 0 {
		return section, nil
	}
	if auth.Can(actor, auth.Curate, auth.Thing{}) == nil {
		section.History = historyPath(store.KindOrganization, strconv.FormatInt(o.Organization.ID, 10))
	}
	r, err := s.deps.Store.RegisteredOf(ctx, o.Organization.ID)
	if errors.Is(err, store.ErrNotFound) {
		return section, nil
	}
	section.Register = registerLines(r)
	return section, err
}

func otherSaid(o directory.Offering, d store.SaidDetail, names diff.Names) view.OtherSaid {
	other := view.OtherSaid{Source: d.Source, Href: d.URL, Done: fmt.Sprintf("/redaksjon/oppgaver/%d/ferdig", d.Task)}
	for _, change := range diff.Offerings(o, o.With(d.Said, d.Fields...), names) {
		other.Fields = append(other.Fields, view.OtherField{Label: change.Label, Here: cmp.Or(inOneLine(change.Before), "ingenting"), There: cmp.Or(inOneLine(change.After), "ingenting")})
	}
	return other
}

func inOneLine(text string) string { return strings.ReplaceAll(text, "\n", ", ") }

// registerLines says what Enhetsregisteret has of the organization.
func registerLines(r store.Registered) []string {
	lines := []string{fmt.Sprintf("I Enhetsregisteret heter organisasjonen %s, med organisasjonsnummer %s. Lest %s.", r.Name, r.OrgNumber, page.Bokmal.Date(r.ReadAt))}
	if r.Name == "" {
		lines = []string{fmt.Sprintf("Organisasjonsnummer %s er tatt ut av Enhetsregisterets åpne data.", r.OrgNumber)}
	}
	if r.DeletedOn != "" {
		lines = append(lines, "Den er slettet der "+page.Bokmal.PartialDate(directory.PartialDate(r.DeletedOn))+".")
	}
	if r.Bankrupt {
		lines = append(lines, "Den er konkurs.")
	}
	if r.Closing {
		lines = append(lines, "Den er under avvikling.")
	}
	if r.Street != "" || r.PostalPlace != "" {
		lines = append(lines, fmt.Sprintf("Adressen der er %s, %s %s.", r.Street, r.PostalCode, r.PostalPlace))
	}
	return lines
}

// saidLine is taskLine for what a source says of an offering.
func saidLine(t store.Task) (text, action, href string) {
	var d store.SaidDetail
	if json.Unmarshal(t.Detail, &d) != nil {
		return "", "", ""
	}
	fields := make([]string, len(d.Fields))
	for i, f := range d.Fields {
		fields[i] = strings.ToLower(fieldLabels[f])
	}
	return fmt.Sprintf("%s sier noe annet enn vi gjør om «%s»: %s.", d.Source, d.Name, strings.Join(fields, ", ")),
		"Se hva som er riktig", fmt.Sprintf("/redaksjon/tilbud/%d#andre-kilder", t.Offering)
}

// registeredLine is taskLine for what Enhetsregisteret says of an organization.
func registeredLine(t store.Task) (text, action, href string) {
	var d store.RegisteredDetail
	if json.Unmarshal(t.Detail, &d) != nil {
		return "", "", ""
	}
	var parts []string
	switch {
	case d.Deleted == "removed":
		parts = append(parts, "er tatt ut av de åpne dataene")
	case d.Deleted != "":
		parts = append(parts, "ble slettet "+page.Bokmal.PartialDate(directory.PartialDate(d.Deleted)))
	}
	if d.Bankrupt {
		parts = append(parts, "er konkurs")
	}
	if d.Closing {
		parts = append(parts, "er under avvikling")
	}
	if d.NewName != "" {
		parts = append(parts, fmt.Sprintf("har skiftet navn fra %s til %s", d.OldName, d.NewName))
	}
	for _, f := range d.Said {
		says := fmt.Sprintf("står med %s %s", strings.ToLower(fieldLabels[f.Field]), f.There)
		if f.Here != "" {
			says += " og ikke " + f.Here
		}
		parts = append(parts, says)
	}
	return fmt.Sprintf("Ifølge Enhetsregisteret: %s %s. Se om det vi viser, stemmer.", d.Name, strings.Join(parts, ", ")), "", ""
}
