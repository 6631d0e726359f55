package staff

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/bulk"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

var replaceNames = map[string]string{"telefon": "Telefonnummer", "epost": "E-postadresse", "nettsted": "Nettadresse (eller begynnelsen av den)", "gateadresse": "Gateadresse"}

func replaceFields(chosen string) []view.FormChoice {
	var all []view.FormChoice
	for _, f := range bulk.Replaceable {
		all = append(all, view.FormChoice{Value: f, Text: replaceNames[f], Checked: f == chosen})
	}
	return all
}

// replacePlan returns what the replacement in the address would do.
func (s *Staff) replacePlan(c *fiber.Ctx, owner auth.Owner) (p bulk.Plan, wrong map[string]string, err error) {
	n, err := s.names(c)
	if err != nil {
		return p, nil, err
	}
	stored, err := s.deps.Store.OfferingsOf(c.UserContext(), actorOf(c), owner)
	if err != nil {
		return p, nil, err
	}
	p, wrong = bulk.Replace(n, stored, c.Query("felt"), c.Query("fra"), c.Query("til"))
	if len(wrong) > 0 {
		return p, wrong, nil
	}
	return p, nil, s.checkPlan(c, owner, stored, &p)
}

// replaceTitle says what a replacement is, for the history.
func replaceTitle(c *fiber.Ctx) string {
	return fmt.Sprintf("Byttet %s fra %s til %s", c.Query("felt"), strings.TrimSpace(c.Query("fra")), strings.TrimSpace(c.Query("til")))
}

func (s *Staff) showReplace(c *fiber.Ctx) error {
	owner, err := s.chosenOwner(c)
	if err != nil {
		return err
	}
	p, wrong, err := s.replacePlan(c, owner)
	if err != nil {
		return err
	}
	if len(wrong) > 0 {
		field := view.FormField{Name: "felt", Label: "Hva skal byttes?", Error: wrong["felt"]}
		return s.send(c, http.StatusUnprocessableEntity, view.Replace(view.ReplacePage{
			Meta: s.meta(c, "Finn og bytt", bulkCrumb), Action: bulkPath + "/erstatt", Hidden: ownerField(owner), Field: field, Fields: replaceFields(c.Query("felt")),
			From: view.FormField{Name: "fra", Label: "Dette står der nå", Value: c.Query("fra"), Error: wrong["fra"], Required: true, Max: 300},
			To:   view.FormField{Name: "til", Label: "Dette skal stå der", Value: c.Query("til"), Error: wrong["til"], Required: true, Max: 300},
		}))
	}
	return s.send(c, http.StatusOK, view.Plan(s.planPage(c, owner, p, "Finn og bytt", "")))
}

func (s *Staff) applyReplace(c *fiber.Ctx) error {
	owner, err := s.chosenOwner(c)
	if err != nil {
		return err
	}
	p, wrong, err := s.replacePlan(c, owner)
	if err != nil {
		return err
	}
	if len(wrong) > 0 {
		return s.showReplace(c)
	}
	return s.apply(c, owner, p, replaceTitle(c))
}
