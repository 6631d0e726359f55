package staff

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"slices"
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

// Changes of crisis and national services that wait for a second person. The store holds
// them back, whatever way they came; here they are shown and decided on.

func (s *Staff) mountHeld(inside fiber.Router) {
	inside.Get("/endringer/:id", s.showHeld)
	inside.Post("/endringer/:id/godkjenn", s.approveHeld)
	inside.Post("/endringer/:id/avvis", s.rejectHeld)
}

func heldPath(id int64) string { return fmt.Sprintf("/redaksjon/endringer/%d", id) }

// heldLabels are the fields of which a change may wait, as a sentence has them, and in
// which order they are named.
var heldLabels = []struct{ name, label string }{
	{"phones", "telefonnummer"}, {"websites", "nettsted"}, {"emails", "e-postadresse"}, {"status", "om tilbudet er åpent"},
	{"name", "navnet"}, {"keywords", "søkeordene"}, {"organization", "hvem som gir tilbudet"}, {"coverage", "hvem tilbudet er for"}, {"type", "typen"},
}

// heldFields returns what the change is about: "telefonnummer og nettsted".
func heldFields(h store.HeldChange) string {
	var names []string
	held := directory.Held(h.Before, h.After)
	for _, l := range heldLabels {
		if slices.Contains(held, l.name) {
			names = append(names, l.label)
		}
	}
	switch n := len(names); n {
	case 0:
		if !slices.ContainsFunc(held, func(name string) bool { return name != "source" && name != "confidence" }) {
			return "lenken til kilden"
		}
		return "kontaktopplysninger i teksten" // that names a number
	case 1:
		return names[0]
	default:
		return strings.Join(names[:n-1], ", ") + " og " + names[n-1]
	}
}

// waitsText says that the change waits, in one sentence.
func waitsText(h store.HeldChange) string {
	switch before, after := h.Before.Public(), h.After.Public(); {
	case after && !before:
		return "Tilbudet vises for leserne når en til har sett på det."
	case before && !after:
		return "Leserne ser tilbudet som før, til en til har sett på endringen."
	}
	return "Endringen av " + heldFields(h) + " venter på at en til ser på den. Leserne ser det som sto der, så lenge."
}

// heldOf returns the change of the offering that waits; nil when none does.
func (s *Staff) heldOf(c *fiber.Ctx, offering int64) (*store.HeldChange, error) {
	h, err := s.deps.Store.HeldChangeOf(c.UserContext(), offering)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	return &h, err
}

// savedNotice returns what to say after something was saved: done for what was stored, which
// may be nothing, and after it what was held back for a second person.
func (s *Staff) savedNotice(c *fiber.Ctx, saved store.Saved, done string) string {
	switch {
	case saved.Held == nil:
		return done
	case !saved.Changed:
		return s.heldText(c, *saved.Held)
	}
	return done + " " + s.heldText(c, *saved.Held)
}

// heldText says of a change that was sent now that it waits, or who said no to the same before.
func (s *Staff) heldText(c *fiber.Ctx, h store.HeldChange) string {
	if h.Waits() {
		return waitsText(h)
	}
	by, err := s.deps.Store.NameOfActor(c.UserContext(), h.DecidedBy)
	if err != nil { // the rest is stored, and nobody must be told otherwise
		s.deps.Log.ErrorContext(c.UserContext(), "name of who decided", "err", err)
		by = "noen andre"
	}
	return "Den samme endringen ble avvist " + moment(*h.DecidedAt, s.deps.Now()) + " av " + by +
		". Derfor er den ikke sendt videre, og leserne ser den ikke. Vil du foreslå den igjen, skriv en ny grunn under «Hvorfor?»."
}

// heldAt returns the change of the address with its offering as it is stored, for those who
// may see the offering.
func (s *Staff) heldAt(c *fiber.Ctx) (store.HeldChange, directory.Offering, error) {
	id, err := strconv.ParseInt(c.Params("id"), 10, 64)
	if err != nil {
		return store.HeldChange{}, directory.Offering{}, store.ErrNotFound
	}
	h, err := s.deps.Store.HeldChangeByID(c.UserContext(), id)
	if err != nil {
		return h, directory.Offering{}, err
	}
	o, err := s.deps.Store.OfferingByID(c.UserContext(), h.Offering)
	if err != nil {
		return h, o, err
	}
	return h, o, store.May(actorOf(c), auth.See, auth.Thing{Owner: auth.OwnerOf(o)})
}

func (s *Staff) showHeld(c *fiber.Ctx) error {
	h, o, err := s.heldAt(c)
	if err != nil {
		return err
	}
	return s.sendHeld(c, http.StatusOK, h, o, "", "", "")
}

// sendHeld sends the page of a change. problem is why a decision was not carried out, wrong
// what is wrong with the reason that was typed.
func (s *Staff) sendHeld(c *fiber.Ctx, status int, h store.HeldChange, o directory.Offering, problem, why, wrong string) error {
	names, err := s.diffNames(c)
	if err != nil {
		return err
	}
	heading := "En endring av «" + o.Name + "»"
	p := view.HeldPage{
		Meta:    s.meta(c, heading, page.Crumb{Text: o.Name, Path: offeringPath(o.ID)}, page.Crumb{Text: "Endring", Path: heldPath(h.ID)}),
		Heading: heading, Problem: problem, Back: view.Link{Text: "Til tilbudet", Href: offeringPath(o.ID)},
	}
	for _, change := range diff.Offerings(h.Before, h.After, names) {
		if change.Name != "confidence" {
			p.Changes = append(p.Changes, view.HeldField{Label: change.Label, Before: change.Before, After: change.After})
		}
	}
	p.Was, p.Contact = heldWas(h), heldContacts(h, names)
	if p.Facts, err = s.heldFacts(c, h); err != nil {
		return err
	}
	lines, err := s.deps.Store.Namesakes(c.UserContext(), h)
	if err != nil {
		return err
	}
	p.Facts = append(lineFacts(lines), p.Facts...)
	own := h.By.Account != 0 && h.By.Account == actorOf(c).ID
	switch may := s.deps.Store.MayDecide(c.UserContext(), actorOf(c), h); {
	case h.Decision != "":
		p.Lead = []string{"Denne endringen venter ikke lenger."}
	case own:
		p.Lead = []string{waitsText(h), "Mange stoler på dette tilbudet når det haster. Derfor er det alltid to som endrer det. Du får e-post når noen har svart."}
		if len(lines) > 0 {
			p.Lead[1] = namesakeText(lines) + " Derfor ser en nasjonal redaktør på endringen først. Du får e-post når noen har svart."
		}
		p.Reject, p.Own = heldPath(h.ID)+"/avvis", true
	case errors.Is(may, auth.ErrForbidden) && len(lines) > 0 && !actorOf(c).National:
		p.Lead = []string{waitsText(h), namesakeText(lines) + " Derfor må en nasjonal redaktør se på endringen."}
	case errors.Is(may, auth.ErrForbidden) && auth.CanApprove(actorOf(c), auth.Thing{Owner: auth.OwnerOf(o)}, h.By) == nil:
		p.Lead = []string{waitsText(h), "Du og den som foreslo endringen, regnes ikke som to her: En av dere har nylig sluppet inn den andre, eller den samme har sluppet inn dere begge. Noen andre må se på den."}
	case errors.Is(may, auth.ErrForbidden):
		p.Lead = []string{waitsText(h), "En annen forvalter eller en nasjonal redaktør må se på den."}
	case may != nil:
		return may
	default:
		p.Lead = []string{"Mange stoler på dette tilbudet når det haster. Sjekk at det nye stemmer, for eksempel ved å ringe nummeret, før du godkjenner."}
		if len(lines) > 0 {
			p.Lead = []string{namesakeText(lines) + " De som leter etter den, kan ringe dette tilbudet i stedet. Godkjenn bare hvis det ikke kan tas for å være den samme."}
		}
		p.Approve, p.Reject = heldPath(h.ID)+"/godkjenn", heldPath(h.ID)+"/avvis"
		p.Why = &view.FormField{Name: "hvorfor", Label: "Hvorfor ikke?", Help: "Den som foreslo det, får lese dette.", Value: why, Error: wrong, Max: 500, Required: true}
	}
	return s.send(c, status, view.Held(p))
}

// namesakeText says whose name an offering has, or would have, and where.
func namesakeText(lines []directory.Namesake) string {
	names := make([]string, len(lines))
	what := ""
	for i, l := range lines {
		names[i] = "«" + l.Line.Name + "»"
		what = cmp.Or(what, bearerText(l))
	}
	return what + " ligner på navnet til en hjelpetelefon som andre svarer for, og nummeret er et annet: " + strings.Join(names, ", ") + "."
}

// lineFacts are the numbers of the helplines whose name an offering bears: what is to be told
// apart stands side by side.
func lineFacts(lines []directory.Namesake) []view.AskFact {
	var facts []view.AskFact
	for _, l := range lines {
		var numbers []string
		for _, p := range l.Line.Phones {
			numbers = append(numbers, p.Number.String())
		}
		if len(numbers) > 0 {
			facts = append(facts, view.AskFact{Label: "Nummeret til «" + l.Line.Name + "»", Text: strings.Join(numbers, ", ")})
		}
	}
	return facts
}

// bearerText says which part of the offering bears the helpline's name.
func bearerText(l directory.Namesake) string {
	switch {
	case slices.Contains(l.In, "name"):
		return "Navnet"
	case slices.Contains(l.In, "organization"):
		return "Navnet på organisasjonen"
	}
	return "Et søkeord"
}

// heldWas is what the page calls that which stands there.
func heldWas(h store.HeldChange) string {
	switch {
	case h.Decision != "":
		return "Før"
	case h.Before.Public():
		return "Leserne ser nå"
	}
	return "Nå"
}

// heldContacts returns how readers get in touch, for a change that is about something else: a
// second person who approves that an offering is shown approves its numbers as well.
func heldContacts(h store.HeldChange, names diff.Names) []view.AskFact {
	contact := []string{"phones", "emails", "websites"}
	if slices.ContainsFunc(directory.Held(h.Before, h.After), func(name string) bool { return slices.Contains(contact, name) }) {
		return nil
	}
	var facts []view.AskFact
	for _, f := range diff.Fields(h.After, names) {
		if slices.Contains(contact, f.Name) && f.Text != "" {
			facts = append(facts, view.AskFact{Label: f.Label, Text: f.Text})
		}
	}
	return facts
}

// heldFacts says who proposed the change, when, by what way and why, and what became of it.
func (s *Staff) heldFacts(c *fiber.Ctx, h store.HeldChange) ([]view.AskFact, error) {
	who, err := s.deps.Store.NameOfActor(c.UserContext(), h.By.Actor)
	if err != nil {
		return nil, err
	}
	facts := []view.AskFact{
		{Label: "Foreslått av", Text: who},
		{Label: "Når", Text: capital(moment(h.At, s.deps.Now()))},
		{Label: "Hvordan", Text: heldWay(h)},
	}
	if h.Why != "" {
		facts = append(facts, view.AskFact{Label: "Hvorfor", Text: h.Why})
	}
	if h.Decision == "" {
		return facts, nil
	}
	by, err := s.deps.Store.NameOfActor(c.UserContext(), h.DecidedBy)
	if err != nil {
		return nil, err
	}
	facts = append(facts, view.AskFact{Label: decisionWords[h.Decision], Text: by + ", " + moment(*h.DecidedAt, s.deps.Now())})
	if h.Reason != "" {
		facts = append(facts, view.AskFact{Label: "Begrunnelse", Text: h.Reason})
	}
	return facts, nil
}

var decisionWords = map[store.Decision]string{
	store.Approved: "Godkjent av", store.Rejected: "Avvist av", store.Withdrawn: "Trukket av", store.Replaced: "Erstattet av en nyere endring, av",
}

// heldWay says by what way the change came.
func heldWay(h store.HeldChange) string {
	kind, _, _ := strings.Cut(h.By.Actor, ":")
	switch auth.Kind(kind) {
	case auth.Account:
		return "I redaksjonen, av en som var logget inn"
	case auth.Token:
		return "Av et program som kommunen eller organisasjonen har gitt tilgang"
	case auth.Import:
		return "Fra en fil eller et register"
	}
	return "På en annen måte"
}

func (s *Staff) approveHeld(c *fiber.Ctx) error {
	h, o, err := s.heldAt(c)
	if err != nil {
		return err
	}
	published, err := s.deps.Store.ApproveChange(c.UserContext(), actorOf(c), h.ID)
	if err != nil {
		return s.notDecided(c, h, o, err, "")
	}
	notice := "Endringen av «" + published.Name + "» er godkjent."
	if s.isOut(published) {
		notice += " Leserne ser den nå."
	}
	return see(c, heldPath(h.ID), notice)
}

func (s *Staff) rejectHeld(c *fiber.Ctx) error {
	h, o, err := s.heldAt(c)
	if err != nil {
		return err
	}
	why := strings.TrimSpace(c.FormValue("hvorfor"))
	if err := s.deps.Store.RejectChange(c.UserContext(), actorOf(c), h.ID, why); err != nil {
		return s.notDecided(c, h, o, err, why)
	}
	if h.By.Account != 0 && h.By.Account == actorOf(c).ID {
		return seePlain(c, heldPath(h.ID), "Forslaget er trukket. Det som sto der, står.")
	}
	return seePlain(c, heldPath(h.ID), "Endringen er avvist. Det som sto der, står, og den som foreslo det, får e-post.")
}

// notDecided shows the change again, with why the decision was not carried out.
func (s *Staff) notDecided(c *fiber.Ctx, h store.HeldChange, o directory.Offering, err error, why string) error {
	var invalid directory.Invalid
	switch {
	case errors.Is(err, store.ErrStands):
		h, o, err := s.heldAt(c)
		if err != nil {
			return err
		}
		return s.sendHeld(c, http.StatusConflict, h, o, "Noen har svart eller endret tilbudet i mellomtiden. Ingenting er gjort.", why, "")
	case errors.As(err, &invalid) && invalid["reason"] != "":
		return s.sendHeld(c, http.StatusUnprocessableEntity, h, o, "", why, "Skriv hvorfor, så den som foreslo det, vet hva som må rettes.")
	case errors.As(err, &invalid):
		return s.sendHeld(c, http.StatusUnprocessableEntity, h, o, notAsItWas(invalid), why, "")
	case store.Unavailable(err):
		c.Set(fiber.HeaderRetryAfter, "30")
		return s.sendHeld(c, http.StatusServiceUnavailable, h, o, "Vi får ikke lagret akkurat nå. Prøv igjen om litt.", why, "")
	}
	return err
}
