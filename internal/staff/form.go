package staff

import (
	"errors"
	"net/http"
	"net/url"
	"slices"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/bulk"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

// mountForm registers the form of an offering.
func (s *Staff) mountForm(inside fiber.Router) {
	inside.Get("/tilbud/ny", s.showForm)
	inside.Post("/tilbud/ny", s.sendForm)
	inside.Post("/tilbud/ny/kladd", s.autosave)
	inside.Post("/tilbud/ny/forkast", s.discardDraft)
	inside.Post("/tilbud/ny/dekning", s.showCoverage)
	inside.Get("/tilbud/:id", s.showForm)
	inside.Post("/tilbud/:id", s.sendForm)
	inside.Post("/tilbud/:id/kladd", s.autosave)
	inside.Post("/tilbud/:id/forkast", s.discardDraft)
	inside.Post("/tilbud/:id/dekning", s.showCoverage)
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

	goesWith      string // what is said of its courses when it is closed; mostly empty
	asksForSource bool   // the actor does not answer for the offering
}

// editingAt returns what the form of the address is about. It returns auth.ErrForbidden
// for who may not edit it, store.ErrNotFound for who may not see it.
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
	e.asksForSource = !slices.Contains(actorOf(c).Owners(), e.owner)
	return e, nil
}

// wide reports whether the form asks about whole fylker and the country.
func (e editing) wide() bool {
	return e.widest.National || len(e.widest.Fylker) > 0 || e.stored.Coverage.National || len(e.stored.Coverage.Fylker) > 0
}

func draftPath(e editing, action string) string {
	if e.isNew {
		return "/redaksjon/tilbud/ny/" + action + "?" + ownerQuery(e.owner)
	}
	return e.path + "/" + action
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
		addMissing(draft.Form, v)
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
	choose(v, offeringForm(e.stored, e.names), formKeys)
	switch action := string(c.Request().PostArgs().Peek("handling")); action {
	case "kladd":
		return s.keepDraft(c, e, v, version)
	case "flere":
		v.Add("tlf", "")
		v.Add("tlf_til", "")
		v.Add("tlf_tid", "")
		return s.sendFormPage(c, http.StatusOK, e, v, version, nil, nil)
	case "hverdager":
		if wrong := sameAllWeek(v); wrong != nil {
			return s.sendFormPage(c, http.StatusUnprocessableEntity, e, v, version, wrong, nil)
		}
		return s.sendFormPage(c, http.StatusOK, e, v, version, nil, nil)
	case "unntak":
		addExceptionRows(v, 3)
		return s.sendFormPage(c, http.StatusOK, e, v, version, nil, func(p *view.OfferingFormPage) { p.Hours.Open = true })
	case "sted":
		addPlace(v)
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

// dropDraft drops the draft of a form that is stored now. That it is, is not undone where this
// fails, so nobody is told otherwise.
func (s *Staff) dropDraft(c *fiber.Ctx, key string) {
	if err := s.deps.Store.DeleteDraft(c.UserContext(), actorOf(c).ID, key); err != nil {
		s.deps.Log.ErrorContext(c.UserContext(), "draft stays after its form was stored", "err", err)
	}
}

// preview shows the page that the form would give.
func (s *Staff) preview(c *fiber.Ctx, e editing, v url.Values, version int) error {
	o, wrong := e.read(v)
	wrong, err := s.check(c, e, v, o, wrong)
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
