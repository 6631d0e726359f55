package staff

import (
	"errors"
	"net/http"
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

// ownOffering returns the offering of the address, if the actor may do the action with it.
// Somebody else's is store.ErrNotFound; see store.May.
func (s *Staff) ownOffering(c *fiber.Ctx, action auth.Action) (directory.Offering, error) {
	id, err := strconv.ParseInt(c.Params("id"), 10, 64)
	if err != nil {
		return directory.Offering{}, store.ErrNotFound
	}
	o, err := s.deps.Store.OfferingByID(c.UserContext(), id)
	if err != nil {
		return o, err
	}
	return o, store.May(actorOf(c), action, auth.Thing{Owner: auth.OwnerOf(o)})
}

// workplaceOf returns the address of the workplace that the offering stands in.
func workplaceOf(o directory.Offering) string {
	if owner := auth.OwnerOf(o); owner != (auth.Owner{}) {
		return "/redaksjon?" + ownerQuery(owner)
	}
	return "/redaksjon"
}

// facts are what the offering says, without what is empty.
func (s *Staff) facts(c *fiber.Ctx, o directory.Offering) ([]view.AskFact, error) {
	names, err := s.diffNames(c)
	if err != nil {
		return nil, err
	}
	var all []view.AskFact
	for _, f := range diff.Fields(o, names) {
		if f.Text != "" && f.Name != "confidence" {
			all = append(all, view.AskFact{Label: f.Label, Text: f.Text})
		}
	}
	return all, nil
}

func (s *Staff) askToConfirm(c *fiber.Ctx) error {
	o, err := s.ownOffering(c, auth.Confirm)
	if err != nil {
		return err
	}
	facts, err := s.facts(c, o)
	if err != nil {
		return err
	}
	heading := "Stemmer dette?"
	return s.send(c, http.StatusOK, view.Ask(view.AskPage{
		Meta: s.meta(c, heading, page.Crumb{Text: o.Name, Path: offeringPath(o.ID)}, page.Crumb{Text: heading, Path: c.Path()}), Heading: heading,
		Text: []string{"Dette står om «" + o.Name + "». " + confirmedText(o) + "."}, Facts: facts, Version: strconv.Itoa(o.Version),
		Do: "Alt stemmer", Back: view.Link{Text: "Noe må rettes", Href: offeringPath(o.ID)},
	}))
}

func (s *Staff) confirmOffering(c *fiber.Ctx) error {
	o, err := s.ownOffering(c, auth.Confirm)
	if err != nil {
		return err
	}
	_, err = s.deps.Store.ConfirmOffering(c.UserContext(), actorOf(c), o.ID, seen(c))
	switch {
	case errors.Is(err, store.ErrConflict):
		return see(c, offeringPath(o.ID)+"/bekreft", "Noen har endret tilbudet i mellomtiden. Se over det på nytt.")
	case store.Unavailable(err):
		return see(c, offeringPath(o.ID)+"/bekreft", "Vi får ikke lagret akkurat nå. Prøv igjen om litt.")
	case err != nil:
		return err
	}
	return see(c, workplaceOf(o), "Takk. «"+o.Name+"» er bekreftet i dag.")
}

func (s *Staff) askToArchive(c *fiber.Ctx) error {
	o, err := s.ownOffering(c, auth.Archive)
	if err != nil {
		return err
	}
	n, err := s.comingCourses(c, o.ID)
	if err != nil {
		return err
	}
	text := []string{"Leserne ser det ikke lenger. Historikken blir liggende, og du kan hente det fram igjen."}
	if n > 0 {
		text = append(text, "Tilbudet har "+countCourses(n)+". Leserne ser ikke lenger dem heller.")
	}
	heading := "Arkivere «" + o.Name + "»?"
	return s.send(c, http.StatusOK, view.Ask(view.AskPage{
		Meta: s.meta(c, heading, page.Crumb{Text: o.Name, Path: offeringPath(o.ID)}, page.Crumb{Text: "Arkiver", Path: c.Path()}), Heading: heading,
		Text: text, Version: strconv.Itoa(o.Version),
		Why: &view.FormField{Name: "hvorfor", Label: "Hvorfor?", Help: "Står i historikken. Leserne ser det ikke.", Max: 500},
		Do:  "Arkiver", Danger: true, Back: view.Link{Text: "Avbryt", Href: workplaceOf(o)},
	}))
}

func (s *Staff) archiveOffering(c *fiber.Ctx) error {
	o, err := s.ownOffering(c, auth.Archive)
	if err != nil {
		return err
	}
	saved, err := s.deps.Store.ArchiveOffering(c.UserContext(), actorOf(c), strings.TrimSpace(c.FormValue("hvorfor")), o.ID, seen(c))
	if errors.Is(err, store.ErrConflict) {
		return see(c, offeringPath(o.ID)+"/arkiver", "Noen har endret tilbudet i mellomtiden. Se om det fortsatt skal arkiveres.")
	}
	if err != nil {
		return err
	}
	if saved.Held != nil { // nobody takes a crisis service away alone
		return see(c, workplaceOf(o), "«"+o.Name+"» er ikke arkivert. "+s.heldText(c, *saved.Held))
	}
	return see(c, workplaceOf(o), "«"+o.Name+"» er arkivert. Angrer du, ligger det under «Arkivert».")
}

func (s *Staff) askToBringBack(c *fiber.Ctx) error {
	o, err := s.ownOffering(c, auth.Archive)
	if err != nil {
		return err
	}
	if o.Status != directory.Archived {
		return c.Redirect(offeringPath(o.ID), fiber.StatusSeeOther)
	}
	heading := "Hente fram «" + o.Name + "»?"
	return s.send(c, http.StatusOK, view.Ask(view.AskPage{
		Meta: s.meta(c, heading, page.Crumb{Text: o.Name, Path: offeringPath(o.ID)}, page.Crumb{Text: "Hent fram", Path: c.Path()}), Heading: heading,
		Text: []string{"Det blir et utkast. Leserne ser det først når du publiserer det."}, Version: strconv.Itoa(o.Version),
		Do: "Hent fram", Back: view.Link{Text: "Avbryt", Href: workplaceOf(o)},
	}))
}

func (s *Staff) bringBackOffering(c *fiber.Ctx) error {
	o, err := s.ownOffering(c, auth.Archive)
	if err != nil {
		return err
	}
	if o.Status != directory.Archived {
		return see(c, offeringPath(o.ID), "Tilbudet er hentet fram fra før.")
	}
	o.Status, o.Version = directory.Draft, seen(c)
	_, err = s.deps.Store.UpdateOffering(c.UserContext(), actorOf(c), "Hentet fram", o)
	if errors.Is(err, store.ErrConflict) {
		return see(c, offeringPath(o.ID)+"/tilbake", "Noen har endret tilbudet i mellomtiden. Se om det fortsatt skal hentes fram.")
	}
	if err != nil {
		return err
	}
	return see(c, offeringPath(o.ID), "«"+o.Name+"» er et utkast nå.")
}
