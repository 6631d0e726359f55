package staff

import (
	"encoding/json"
	"net/http"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

const noAddressPath = "/redaksjon/uten-adresse"

// listNoAddress shows who has something to confirm and nobody to be asked, as the open
// task has it.
func (s *Staff) listNoAddress(c *fiber.Ctx) error {
	tasks, err := s.deps.Store.OpenTasks(c.UserContext(), actorOf(c))
	if err != nil {
		return err
	}
	heading := "Ingen å spørre"
	l := view.StaffList{
		Meta: s.meta(c, heading, hub, page.Crumb{Text: heading, Path: noAddressPath}), Heading: heading,
		Intro: "Disse har tilbud som må bekreftes, men ingen forvalter og ingen e-postadresse som er sjekket. Oppgaven blir borte av seg selv når alle har fått en.",
		Empty: "Alle som har noe å bekrefte, har noen vi kan spørre.",
	}
	t := view.StaffTable{Caption: "Uten adresse", Columns: []string{"Hvem", "Hva du kan gjøre", "Tilbudene"}}
	for _, task := range tasks {
		var d store.NoAddressDetail
		if task.Kind != store.TaskNoAddress || json.Unmarshal(task.Detail, &d) != nil {
			continue
		}
		for _, o := range d.Owners {
			owner := auth.Owner{Kommune: o.Kommune, Organization: o.Organization}
			do := view.Cell{Text: "Slipp inn en forvalter hos " + o.Name, Href: "/redaksjon/personer?" + ownerQuery(owner)}
			if o.Kommune != "" {
				do = view.Cell{Text: "Skriv inn e-postadressen til " + o.Name, Href: "/redaksjon/kommuner/" + string(o.Kommune)}
			}
			t.Rows = append(t.Rows, []view.Cell{{Text: o.Name}, do, {Text: "Se tilbudene til " + o.Name, Href: "/redaksjon?" + ownerQuery(owner)}})
		}
	}
	if len(t.Rows) > 0 {
		l.Tables = []view.StaffTable{t}
	}
	return s.send(c, http.StatusOK, view.List(l))
}
