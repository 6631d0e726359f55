package staff

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/diff"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

// publish saves what the form says. warned is set when the person has seen the warnings.
func (s *Staff) publish(c *fiber.Ctx, e editing, v url.Values, version int, warned bool) error {
	if !e.isNew && version != e.stored.Version {
		return s.stale(c, e, v, version, "")
	}
	o, wrong := e.read(v)
	if err := s.keepOwner(c, e.owner, &o); err != nil {
		return err
	}
	if err := s.placeKommuner(c, e.stored, o.Locations); err != nil && !store.Unavailable(err) {
		return err
	}
	wrong, err := s.check(c, e, v, o, wrong)
	if store.Unavailable(err) {
		return s.unavailable(c, e, v, version)
	}
	if err != nil {
		return err
	}
	if outside := e.outside(actorOf(c), o.Coverage); len(wrong) == 0 && outside != "" {
		wrong["kommuner"] = outside
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
	if changed && e.asksForSource {
		// An editor does not answer for the offering: readers are told where it stands.
		if o.Source = sourceTyped(v.Get("kilde"), s.deps.Now()); o.Source.Title == "" {
			wrong["kilde"] = "Skriv hvor du har det fra, for eksempel adressen til siden. Leserne ser det."
			return s.sendFormPage(c, http.StatusUnprocessableEntity, e, v, version, wrong, nil)
		}
	}
	why := strings.TrimSpace(v.Get("hvorfor"))
	saved, err := s.deps.Store.SaveOffering(c.UserContext(), actorOf(c), why, o)
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
	s.dropDraft(c, e.key)
	notice := s.publishedNotice(c, saved)
	// A former name stands as today's when the page comes back.
	_, _, renamed := e.readCoverage(v)
	return see(c, offeringPath(saved.Offering.ID), strings.Join(append([]string{notice}, renamed...), " "))
}

// publishedNotice says what became of a form. It does not say that readers see what waits.
func (s *Staff) publishedNotice(c *fiber.Ctx, saved store.Saved) string {
	o := saved.Offering
	name := "«" + o.Name + "»"
	switch {
	case saved.Held != nil && o.Public():
		return s.savedNotice(c, saved, "Det andre i "+name+" er lagret.")
	case saved.Held != nil:
		return s.savedNotice(c, saved, name+" er lagret som utkast.")
	case !saved.Changed:
		return "Alt var som før. Ingenting er endret."
	case s.isOut(o):
		return name + " er lagret. Leserne ser det nå."
	case o.Public():
		return name + " er lagret. Leserne ser det om et øyeblikk."
	}
	return name + " er lagret."
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

// sourceTyped returns the source that somebody names today: the address of a page, or words.
func sourceTyped(text string, now time.Time) directory.Source {
	text = strings.TrimSpace(text)
	src := directory.Source{Title: text, Date: directory.PartialDate(now.In(page.Oslo).Format(time.DateOnly))}
	if address, err := directory.ParseWebsite(text); err == nil {
		src.Title, src.URL = view.HostOf(address), address
	}
	return src
}

// isOut waits a moment for the public pages to have the offering as it is stored, and
// reports whether they do.
func (s *Staff) isOut(o directory.Offering) bool {
	return o.Public() && s.shows(func() bool {
		shown, ok := s.deps.View().Offering(o.ID)
		return ok && shown.Version >= o.Version
	})
}

// shows waits a moment until the public pages have something, and reports whether they do.
func (s *Staff) shows(has func() bool) bool {
	const tries, pause = 50, 20 * time.Millisecond
	for range tries {
		if s.deps.View() == nil {
			return false
		}
		if has() {
			return true
		}
		time.Sleep(pause)
	}
	return false
}
