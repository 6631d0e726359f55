package staff

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

var accountsCrumb = page.Crumb{Text: "Brukere", Path: "/redaksjon/brukere"}

// listAccounts lists everybody who may sign in.
func (s *Staff) listAccounts(c *fiber.Ctx) error {
	all, err := s.deps.Store.AllAccounts(c.UserContext())
	if err != nil {
		return err
	}
	q := strings.ToLower(strings.TrimSpace(c.Query("q")))
	l := view.StaffList{
		Meta: s.meta(c, "Brukere", hub, accountsCrumb), Heading: "Brukere",
		Intro:  "Alle som kan logge inn. Hvem som får gjøre noe i en kommune, bestemmer forvalterne der.",
		Search: &view.FormField{Name: "q", Label: "Finn en bruker", Value: q},
		Empty:  "Ingen bruker med «" + q + "».",
	}
	names, err := s.grantNames(c, all...)
	if err != nil {
		return err
	}
	t := view.StaffTable{Caption: "Brukere", Columns: []string{"Navn", "Kan gjøre", "Sist inne"}}
	found := 0
	for _, a := range all {
		if !strings.Contains(strings.ToLower(a.Name+" "+a.Email), q) {
			continue
		}
		if found++; found > maxListed {
			continue
		}
		last := "Aldri"
		if a.SignedInAt != nil {
			last = page.Bokmal.Date(*a.SignedInAt)
		}
		t.Rows = append(t.Rows, []view.Cell{{Text: a.Called(), Href: fmt.Sprintf("/redaksjon/brukere/%d", a.ID), Note: a.Email}, {Text: mayDo(a, names), Warn: a.DisabledAt != nil}, {Text: last}})
	}
	if found > maxListed {
		l.More = fmt.Sprintf("Viser %d av %s. Søk for å finne de andre.", maxListed, page.Bokmal.Number(found))
	}
	l.Tables = []view.StaffTable{t}
	return s.send(c, http.StatusOK, view.List(l))
}

// grantNames returns the names of those whom the accounts may do something for.
func (s *Staff) grantNames(c *fiber.Ctx, all ...store.Account) (map[auth.Owner]string, error) {
	var owners []auth.Owner
	for _, a := range all {
		for _, g := range a.Grants {
			owners = append(owners, g.Owner)
		}
	}
	return s.deps.Store.OwnerNames(c.UserContext(), owners)
}

// mayDo says what an account may do, in a line.
func mayDo(a store.Account, names map[auth.Owner]string) string {
	var parts []string
	if a.DisabledAt != nil {
		parts = append(parts, "Stengt ute")
	}
	if a.National {
		parts = append(parts, "Nasjonal redaktør")
	}
	for _, g := range a.Grants {
		parts = append(parts, string(g.Role)+" i "+names[g.Owner])
	}
	if len(parts) == 0 {
		return "Ingenting ennå"
	}
	return strings.Join(parts, ", ")
}

func (s *Staff) accountOf(c *fiber.Ctx) (store.Account, error) {
	id, err := strconv.ParseInt(c.Params("id"), 10, 64)
	if err != nil {
		return store.Account{}, store.ErrNotFound
	}
	return s.deps.Store.AccountByID(c.UserContext(), id)
}

func (s *Staff) showAccount(c *fiber.Ctx) error {
	a, err := s.accountOf(c)
	if err != nil {
		return err
	}
	names, err := s.grantNames(c, a)
	if err != nil {
		return err
	}
	p := view.AccountPage{
		Meta: s.meta(c, a.Called(), hub, accountsCrumb, page.Crumb{Text: a.Called(), Path: c.Path()}),
		Name: a.Called(), Email: a.Email, May: mayDo(a, names), National: a.National, Disabled: a.DisabledAt != nil,
		Self: a.ID == actorOf(c).ID,
	}
	for _, g := range a.Grants {
		q := url.Values{"organisasjon": {strconv.FormatInt(g.Owner.Organization, 10)}}
		if g.Owner.Kommune != "" {
			q = url.Values{"kommune": {string(g.Owner.Kommune)}}
		}
		p.Places = append(p.Places, view.Link{Text: "Endre rollen", Href: "/redaksjon/personer?" + q.Encode()})
	}
	return s.send(c, http.StatusOK, view.Account(p))
}

// changeAccount makes somebody a national editor or not, or lets somebody in or not.
func (s *Staff) changeAccount(c *fiber.Ctx) error {
	a, err := s.accountOf(c)
	if err != nil {
		return err
	}
	var done string
	switch c.FormValue("handling") {
	case "nasjonal":
		err, done = s.deps.Store.SetNational(c.UserContext(), actorOf(c), a.ID, true), a.Called()+" er nå nasjonal redaktør."
	case "ikke-nasjonal":
		err, done = s.deps.Store.SetNational(c.UserContext(), actorOf(c), a.ID, false), a.Called()+" er ikke lenger nasjonal redaktør."
	case "steng":
		err, done = s.deps.Store.DisableAccount(c.UserContext(), actorOf(c), a.ID, true), a.Called()+" kan ikke lenger logge inn."
	case "apne":
		err, done = s.deps.Store.DisableAccount(c.UserContext(), actorOf(c), a.ID, false), a.Called()+" kan logge inn igjen."
	default:
		return fiber.ErrBadRequest
	}
	if errors.Is(err, store.ErrLastManager) {
		return see(c, c.Path(), "Det går ikke: da er det ingen igjen som kan slippe inn andre. Gi rollen til en annen først.")
	}
	if err != nil {
		return err
	}
	return see(c, c.Path(), done)
}
