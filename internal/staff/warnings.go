package staff

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
)

// What may be a mistake, or say more of a person than a public page should. None of these
// stops anybody: they are asked about once. Names of people are found by where they stand,
// not by a list of names, so some are missed.
var (
	personalMailbox = regexp.MustCompile(`^[a-zæøå]{2,}\.([a-zæøå]+\.)?[a-zæøå]{2,}@`)
	sharedMailbox   = regexp.MustCompile(`^(post|epost|e-post|postmottak|servicetorg|service|kontakt|info|tildeling|helse|senter|sentralbord)[.@]`)
	privateMailbox  = regexp.MustCompile(`@(gmail|hotmail|outlook|live|icloud|yahoo|online|getmail)\.`)
	personAfter     = regexp.MustCompile(`(?:v/ ?|ved |kontaktperson:? |kontakt:? )\p{Lu}\p{Ll}+ (?:\p{Lu}\p{Ll}+ )?\p{Lu}\p{Ll}+`)
	dwelling        = regexp.MustCompile(`(?i)\b[HKLU]0\d{3}\b|\bleilighet\b`)
)

// warnings returns what may be wrong with what the offering says now, and did not say
// before.
func (s *Staff) warnings(c *fiber.Ctx, e editing, o directory.Offering) ([]string, error) {
	var found []string
	before := e.stored
	for _, p := range o.Phones {
		known := slices.ContainsFunc(before.Phones, func(q directory.Phone) bool { return q.Number == p.Number })
		if n := p.Number.National(); !known && len(n) == 8 && (n[0] == '4' || n[0] == '9') {
			found = append(found, fmt.Sprintf("%s ser ut som et mobilnummer. Er det en vakttelefon og ikke noens egen? Et nummer som følger en person, blir fort feil.", p.Number))
		}
	}
	for _, address := range o.Emails {
		a := strings.ToLower(address)
		switch {
		case slices.Contains(before.Emails, address):
		case privateMailbox.MatchString(a):
			found = append(found, fmt.Sprintf("%s ser ut som en privat adresse. Bruk helst en adresse som hører til tilbudet.", address))
		case personalMailbox.MatchString(a) && !sharedMailbox.MatchString(a):
			found = append(found, fmt.Sprintf("%s ser ut til å tilhøre én person. Bruk helst en felles postkasse, så svarer noen også når den ene er borte.", address))
		}
	}
	for _, text := range []struct{ now, was string }{{o.Name, before.Name}, {o.Summary, before.Summary}, {o.Description, before.Description}, {o.OpeningText, before.OpeningText}, {o.Complaint, before.Complaint}} {
		if name := personAfter.FindString(text.now); name != "" && text.now != text.was {
			found = append(found, fmt.Sprintf("«%s» ser ut som navnet på en person. Er det greit at det står på nettet? Navn blir fort gamle.", name))
		}
	}
	for _, l := range o.Locations {
		known := slices.ContainsFunc(before.Locations, func(was directory.Location) bool { return was.Street == l.Street && !was.Confidential })
		if !l.Confidential && !known && dwelling.MatchString(l.Street) {
			found = append(found, fmt.Sprintf("«%s» ser ut som en bolig. Bor noen der, skal adressen ikke stå her, eller være hemmelig.", l.Street))
		}
	}
	if !e.isNew {
		return found, nil
	}
	others, err := s.deps.Store.OfferingsOf(c.UserContext(), actorOf(c), e.owner)
	if err != nil {
		return nil, err
	}
	for _, other := range others {
		if other.ID != o.ID && other.Status != directory.Archived && sameOffering(o, other) {
			found = append(found, fmt.Sprintf("Dere har «%s» fra før. Er det det samme tilbudet?", other.Name))
		}
	}
	return found, nil
}

// sameOffering reports whether two offerings may be the same: of one type, with the same
// name, number or page.
func sameOffering(a, b directory.Offering) bool {
	if a.Type != b.Type {
		return false
	}
	x, y := strings.ToLower(a.Name), strings.ToLower(b.Name)
	if x == y || len(x) > 5 && strings.Contains(y, x) || len(y) > 5 && strings.Contains(x, y) {
		return true
	}
	return slices.ContainsFunc(a.Phones, func(p directory.Phone) bool {
		return slices.ContainsFunc(b.Phones, func(q directory.Phone) bool { return q.Number == p.Number })
	}) || slices.ContainsFunc(a.Websites, func(w string) bool { return slices.Contains(b.Websites, w) })
}
