package staff

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
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

// mountConfirm registers the page of the link that is mailed to those who answer for
// offerings. Whoever holds it may say that they are right, and nothing else.
func (s *Staff) mountConfirm(app fiber.Router) {
	app.Get("/bekreft/:secret", privately, s.showConfirmation)
	app.Post("/bekreft/:secret", privately, s.confirmByLink)
}

// contactFields are the fields that change most often.
var contactFields = []string{"cost", "phones", "emails", "websites", "opening_text", "schedules"}

func (s *Staff) showConfirmation(c *fiber.Ctx) error {
	c.Set("Referrer-Policy", "no-referrer")
	asked, err := s.deps.Store.ConfirmationBySecret(c.UserContext(), c.Params("secret"))
	if errors.Is(err, store.ErrNotFound) {
		return s.sendNoConfirmation(c)
	}
	if err != nil {
		return err
	}
	p, err := s.confirmationPage(c, asked)
	if err != nil {
		return err
	}
	return s.send(c, http.StatusOK, view.ConfirmAsked(p))
}

func (s *Staff) sendNoConfirmation(c *fiber.Ctx) error {
	return s.send(c, http.StatusNotFound, view.ConfirmAsked(view.ConfirmAskedPage{Meta: s.signInMeta(c, "Lenken virker ikke"), Gone: true}))
}

func (s *Staff) confirmationPage(c *fiber.Ctx, asked store.Confirmation) (view.ConfirmAskedPage, error) {
	ctx := c.UserContext()
	name, err := s.ownerName(c, asked.Owner)
	if err != nil {
		return view.ConfirmAskedPage{}, err
	}
	p := view.ConfirmAskedPage{Meta: s.signInMeta(c, "Stemmer dette?"), Owner: name, Action: c.Path()}
	var ids []int64
	for _, a := range asked.Asked {
		ids = append(ids, a.Offering)
	}
	offerings, err := s.deps.Store.OfferingsByID(ctx, ids)
	if err != nil {
		return p, err
	}
	names, err := s.diffNames(c)
	if err != nil {
		return p, err
	}
	var urls []string
	for _, o := range offerings {
		urls = append(urls, o.Websites...)
	}
	links, err := s.deps.Store.LinkStates(ctx, urls)
	if err != nil {
		return p, err
	}
	open := 0
	for _, a := range asked.Asked {
		i := slices.IndexFunc(offerings, func(o directory.Offering) bool { return o.ID == a.Offering })
		if i < 0 {
			continue
		}
		o := offerings[i]
		item := view.ConfirmItem{ID: strconv.FormatInt(o.ID, 10), Name: o.Name, Edit: offeringPath(o.ID)}
		if o.Public() {
			item.Public = page.OfferingPath(&o)
		}
		switch {
		case a.ConfirmedAt != nil:
			item.Done = "Bekreftet " + moment(*a.ConfirmedAt, s.deps.Now()) + "."
		case auth.OwnerOf(o) != asked.Owner || !o.Public():
			item.Done = "Dette vises ikke lenger for leserne her. Du trenger ikke gjøre noe."
		case o.Version != a.Version:
			item.Done = "Noen har endret dette etter at e-posten ble sendt. Logg inn for å se over det."
		default:
			item.Open = true
			open++
		}
		if item.Open {
			for _, f := range diff.Fields(o, names) {
				contact := slices.Contains(contactFields, f.Name)
				if f.Text == "" || f.Name == "confidence" || f.Name == "status" || f.Name == "source" || f.Name == "locations" && confidential(o) || !contact && !a.All {
					continue
				}
				fact := view.AskFact{Label: f.Label, Text: f.Text}
				if f.Name == "websites" {
					fact.Text = withStates(o.Websites, links)
				}
				if contact {
					item.Contacts = append(item.Contacts, fact)
				} else {
					item.Rest = append(item.Rest, fact)
				}
			}
		}
		p.Items = append(p.Items, item)
	}
	p.Open = open
	return p, nil
}

// confidential reports whether the offering has a place that must not be shown: the link
// may be in anybody's inbox.
func confidential(o directory.Offering) bool {
	return slices.ContainsFunc(o.Locations, func(l directory.Location) bool { return l.Confidential })
}

// withStates writes the addresses with what we know of each.
func withStates(addresses []string, links map[string]store.LinkState) string {
	var all []string
	for _, address := range addresses {
		l, known := links[address]
		switch {
		case !known || l.CheckedAt == nil:
		case l.MovedTo != "":
			address += "\nSiden er flyttet til " + l.MovedTo
		case l.Broken():
			address += "\nVi får ikke svar fra denne siden."
		case l.OKAt != nil:
			address += "\nSiden svarte " + page.Bokmal.Date(*l.OKAt) + "."
		}
		all = append(all, address)
	}
	return strings.Join(all, "\n")
}

// confirmByLink confirms what the pressed button is about: one offering, or all.
func (s *Staff) confirmByLink(c *fiber.Ctx) error {
	c.Set("Referrer-Policy", "no-referrer")
	var ids []int64
	for _, raw := range c.Request().PostArgs().PeekMulti("tilbud") {
		id, err := strconv.ParseInt(string(raw), 10, 64)
		if err != nil {
			return fiber.ErrBadRequest
		}
		ids = append(ids, id)
	}
	confirmed, err := s.deps.Store.ConfirmByLink(c.UserContext(), c.Params("secret"), ids)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return s.sendNoConfirmation(c)
	case store.Unavailable(err):
		c.Set(fiber.HeaderRetryAfter, "30")
		return s.send(c, http.StatusServiceUnavailable, view.ConfirmAsked(view.ConfirmAskedPage{Meta: s.signInMeta(c, "Prøv igjen om litt"), Away: true, Action: c.Path()}))
	case err != nil:
		return err
	}
	asked, err := s.deps.Store.ConfirmationBySecret(c.UserContext(), c.Params("secret"))
	if err != nil {
		return err
	}
	p, err := s.confirmationPage(c, asked)
	if err != nil {
		return err
	}
	if len(confirmed) > 0 {
		next, err := s.nextAsked(c, confirmed)
		if err != nil {
			return err
		}
		p.Thanks = fmt.Sprintf("Takk! %s er bekreftet. Vi spør igjen omtrent %s.", page.Bokmal.Count(len(confirmed), "1 tilbud", "%s tilbud"), page.Bokmal.Date(next))
	}
	return s.send(c, http.StatusOK, view.ConfirmAsked(p))
}

// nextAsked returns when the first of the offerings will be asked about again.
func (s *Staff) nextAsked(c *fiber.Ctx, ids []int64) (time.Time, error) {
	offerings, err := s.deps.Store.OfferingsByID(c.UserContext(), ids)
	if err != nil {
		return time.Time{}, err
	}
	types, err := s.deps.Store.OfferingTypesByCode(c.UserContext())
	if err != nil {
		return time.Time{}, err
	}
	var first time.Time
	for _, o := range offerings {
		if next := types[o.Type].Due(o).Next(); first.IsZero() || next.Before(first) {
			first = next
		}
	}
	return first.AddDate(0, 0, -30), nil
}
