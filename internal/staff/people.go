package staff

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

const peoplePath = "/redaksjon/personer"

var peopleCrumb = page.Crumb{Text: "Kolleger", Path: peoplePath}

// mountPeople registers the page of who may do what for an owner.
func (s *Staff) mountPeople(inside fiber.Router) {
	inside.Get("/personer", s.showPeople)
	inside.Post("/personer/inviter", s.invite)
	inside.Post("/personer/invitasjoner/:id/trekk-tilbake", s.uninvite)
	inside.Post("/personer/svar/:id", s.answerEntry)
	inside.Post("/personer/:account/rolle", s.changeRole)
	inside.Get("/personer/:account/fjern", s.askToRemove)
	inside.Post("/personer/:account/fjern", s.removePerson)
}

// peopleOwner returns the owner that the address names, or the first that the person
// manages. It returns auth.ErrForbidden for one that is not the person's to manage.
func (s *Staff) peopleOwner(c *fiber.Ctx) (auth.Owner, error) {
	owner, err := namedOwner(c)
	if err != nil {
		return owner, err
	}
	if mine := ownersFor(actorOf(c), auth.Admit); owner == (auth.Owner{}) && len(mine) > 0 {
		owner = mine[0]
	}
	return owner, auth.Can(actorOf(c), auth.Admit, auth.Thing{Owner: owner})
}

func peopleOf(o auth.Owner) string { return peoplePath + "?" + ownerQuery(o) }

func (s *Staff) showPeople(c *fiber.Ctx) error {
	owner, err := s.peopleOwner(c)
	if err != nil {
		return err
	}
	if owner == (auth.Owner{}) {
		return c.Redirect("/redaksjon/brukere", fiber.StatusSeeOther) // a national editor who has not said whose
	}
	return s.sendPeople(c, http.StatusOK, owner, c.Query("epost"), nil)
}

// roleChoices are the roles, with what they may do.
func roleChoices(chosen auth.Role) []view.FormChoice {
	return []view.FormChoice{
		{Value: string(auth.Contributor), Text: "Bidragsyter", Help: "Kan endre og bekrefte tilbud.", Checked: chosen != auth.Manager},
		{Value: string(auth.Manager), Text: "Forvalter", Help: "Kan også arkivere, endre mange på en gang og slippe inn kolleger.", Checked: chosen == auth.Manager},
	}
}

func (s *Staff) sendPeople(c *fiber.Ctx, status int, owner auth.Owner, email string, invalid directory.Invalid) error {
	ctx, actor := c.UserContext(), actorOf(c)
	name, err := s.ownerName(c, owner)
	if err != nil {
		return err
	}
	people, err := s.deps.Store.AccountsOf(ctx, owner)
	if err != nil {
		return err
	}
	invitations, err := s.deps.Store.Invitations(ctx, actor, owner)
	if err != nil {
		return err
	}
	q := "?" + ownerQuery(owner)
	p := view.PeoplePage{
		Meta: s.meta(c, "Kolleger i "+name, peopleCrumb), Owner: name, Invite: peoplePath + "/inviter" + q,
		Email: view.FormField{Name: "epost", Label: "E-postadressen til kollegaen", Value: email, Type: "email", Required: true, Max: 254},
		Role:  view.FormField{Name: "rolle", Label: "Hva skal kollegaen kunne gjøre?"}, Roles: roleChoices(auth.Role(c.FormValue("rolle"))),
	}
	for _, o := range ownersFor(actor, auth.Admit) {
		if o == owner {
			continue
		}
		other, err := s.ownerName(c, o)
		if err != nil {
			return err
		}
		p.Others = append(p.Others, view.Link{Text: other, Href: peopleOf(o)})
	}
	if actor.National && owner.Organization != 0 && noCoverage(coverageToGive(actor, owner, people)) {
		if err := s.askCoverage(c, &p); err != nil {
			return err
		}
	}
	p.Problem = invalid["last"]
	switch invalid["email"] {
	case "":
	case directory.MsgDuplicate:
		p.Email.Error = "Denne kollegaen er med fra før."
	default:
		p.Email.Error = "Skriv hele adressen, slik: navn@kommune.no."
	}
	if invalid["role"] != "" {
		p.Role.Error = "Velg hva kollegaen skal kunne gjøre."
	}
	if invalid["coverage"] != "" {
		p.Coverage.Error = "Velg minst ett fylke, eller hele landet."
	}
	if owner.Kommune != "" {
		entries, err := s.deps.Store.EntriesTo(ctx, actor, owner.Kommune)
		if err != nil {
			return err
		}
		for _, e := range entries {
			p.Waiting = append(p.Waiting, view.WaitingPerson{Name: e.Name, Email: e.Email, Asked: moment(e.AskedAt, s.deps.Now()), Answer: fmt.Sprintf("%s/svar/%d%s", peoplePath, e.ID, q)})
		}
	}
	for _, a := range people {
		g, ok := a.GrantFor(owner)
		if !ok {
			continue
		}
		row := view.Person{Name: a.Called(), Email: a.Email, Manager: g.Role == auth.Manager, Substitute: g.Substitute, Self: a.ID == actor.ID, Seen: "Har ikke logget inn ennå",
			Change: fmt.Sprintf("%s/%d/rolle%s", peoplePath, a.ID, q), Remove: fmt.Sprintf("%s/%d/fjern%s", peoplePath, a.ID, q)}
		if a.SignedInAt != nil {
			row.Seen = "Sist inne " + moment(*a.SignedInAt, s.deps.Now())
		}
		p.People = append(p.People, row)
	}
	for _, i := range invitations {
		p.Invited = append(p.Invited, view.InvitedPerson{Email: i.Email, Until: page.Bokmal.Date(i.ExpiresAt), Manager: i.Grant.Role == auth.Manager,
			Withdraw: fmt.Sprintf("%s/invitasjoner/%d/trekk-tilbake%s", peoplePath, i.ID, q)})
	}
	return s.send(c, status, view.People(p))
}

// coverageToGive returns for whom the offerings of a new colleague may be: as the
// inviter's own, or as those of the people who are there when a national editor invites.
// It is empty for a kommune, and where nobody has said it yet.
func coverageToGive(actor auth.Actor, owner auth.Owner, people []store.Account) directory.Coverage {
	var c directory.Coverage
	if owner.Organization == 0 {
		return c
	}
	for _, a := range people {
		g, ok := a.GrantFor(owner)
		if a.ID == actor.ID && ok {
			return g.Coverage
		}
		c.National = c.National || g.Coverage.National
		c.Fylker = append(c.Fylker, g.Coverage.Fylker...)
		c.Kommuner = append(c.Kommuner, g.Coverage.Kommuner...)
	}
	slices.Sort(c.Fylker)
	slices.Sort(c.Kommuner)
	c.Fylker, c.Kommuner = slices.Compact(c.Fylker), slices.Compact(c.Kommuner)
	return c
}

func noCoverage(c directory.Coverage) bool {
	return !c.National && len(c.Fylker)+len(c.Kommuner) == 0
}

const wholeCountry = "landet"

// coverageTyped returns the coverage that a national editor chose for the first of an
// organization. A fylke that is none is refused by the store.
func coverageTyped(c *fiber.Ctx) directory.Coverage {
	var chosen directory.Coverage
	for _, v := range c.Request().PostArgs().PeekMulti("dekning") {
		if string(v) == wholeCountry {
			return directory.Coverage{National: true}
		}
		if f, err := region.ParseFylkeNumber(string(v)); err == nil {
			chosen.Fylker = append(chosen.Fylker, f)
		}
	}
	return chosen
}

// askCoverage asks for whom the offerings of the organization may be.
func (s *Staff) askCoverage(c *fiber.Ctx, p *view.PeoplePage) error {
	fylker, err := s.deps.Store.Fylker(c.UserContext())
	if err != nil {
		return err
	}
	chosen := coverageTyped(c)
	p.Coverage = view.FormField{Name: "dekning", Label: "Hvem er tilbudene deres for?", Help: "Kollegaen kan bare gi tilbud til dem du velger her."}
	p.CoverageChoices = []view.FormChoice{{Value: wholeCountry, Text: "Hele landet", Checked: chosen.National}}
	for _, f := range fylker {
		p.CoverageChoices = append(p.CoverageChoices, view.FormChoice{Value: string(f.Number), Text: f.Name, Checked: slices.Contains(chosen.Fylker, f.Number)})
	}
	return nil
}

func (s *Staff) invite(c *fiber.Ctx) error {
	owner, err := s.peopleOwner(c)
	if err != nil {
		return err
	}
	name, err := s.ownerName(c, owner)
	if err != nil {
		return err
	}
	people, err := s.deps.Store.AccountsOf(c.UserContext(), owner)
	if err != nil {
		return err
	}
	actor := actorOf(c)
	g := auth.Grant{Owner: owner, Role: auth.Role(c.FormValue("rolle")), Coverage: coverageToGive(actor, owner, people)}
	if actor.National && owner.Organization != 0 && noCoverage(g.Coverage) {
		g.Coverage = coverageTyped(c)
	}
	email := strings.TrimSpace(c.FormValue("epost"))
	by := actor.Name
	in, err := s.deps.Store.Invite(c.UserContext(), actor, email, g, func(in bool) store.Mail {
		how := "Logg inn med denne e-postadressen. Du får en kode på e-post og trenger ikke noe passord. Invitasjonen gjelder i 14 dager."
		if in {
			how = "Du kan begynne med en gang."
		}
		return store.Mail{Subject: "Du kan hjelpe til med tilbudene i " + name, Text: fmt.Sprintf(`Hei!

%s har bedt deg om å være med og holde tilbudene til pårørende i %s riktige.

%s
%s/logg-inn?epost=%s
`, by, name, how, s.deps.BaseURL, url.QueryEscape(email))}
	})
	var invalid directory.Invalid
	switch {
	case errors.Is(err, store.ErrConflict):
		return s.sendPeople(c, http.StatusConflict, owner, email, directory.Invalid{"email": directory.MsgDuplicate})
	case errors.As(err, &invalid):
		return s.sendPeople(c, http.StatusUnprocessableEntity, owner, email, invalid)
	case err != nil:
		return err
	case in:
		return see(c, peopleOf(owner), email+" er med nå.")
	}
	return see(c, peopleOf(owner), "Invitasjonen er sendt til "+email+".")
}

func (s *Staff) uninvite(c *fiber.Ctx) error {
	owner, err := s.peopleOwner(c)
	if err != nil {
		return err
	}
	id, err := strconv.ParseInt(c.Params("id"), 10, 64)
	if err != nil {
		return store.ErrNotFound
	}
	i, err := s.deps.Store.Uninvite(c.UserContext(), actorOf(c), id)
	if errors.Is(err, store.ErrNotFound) {
		return see(c, peopleOf(owner), "Invitasjonen gjelder ikke lenger.")
	}
	if err != nil {
		return err
	}
	return see(c, peopleOf(owner), "Invitasjonen til "+i.Email+" er trukket tilbake.")
}

// answerEntry lets somebody in who has asked, or not.
func (s *Staff) answerEntry(c *fiber.Ctx) error {
	owner, err := s.peopleOwner(c)
	if err != nil {
		return err
	}
	id, err := strconv.ParseInt(c.Params("id"), 10, 64)
	if err != nil {
		return store.ErrNotFound
	}
	role := auth.Role(c.FormValue("rolle")) // empty is no
	if role != "" && role != auth.Contributor && role != auth.Manager {
		return fiber.ErrBadRequest
	}
	name, err := s.ownerName(c, owner)
	if err != nil {
		return err
	}
	e, err := s.deps.Store.AnswerEntry(c.UserContext(), actorOf(c), id, role, func(e store.Entry) store.Mail {
		if !e.Admitted {
			return store.Mail{Subject: "Svar om tilgang til " + name, Text: "Hei!\n\nForvalterne i " + name + " har svart nei til at du kan endre tilbudene. Ta kontakt med dem hvis det er feil.\n"}
		}
		return store.Mail{Subject: "Du kan endre tilbudene i " + name, Text: "Hei!\n\nDu er sluppet inn. Her er tilbudene:\n" + s.deps.BaseURL + "/redaksjon\n"}
	})
	switch {
	case errors.Is(err, store.ErrConflict):
		return see(c, peopleOf(owner), "Noen har svart på dette før deg.")
	case err != nil:
		return err
	case e.Admitted:
		return see(c, peopleOf(owner), e.Name+" er med nå.")
	}
	return see(c, peopleOf(owner), e.Name+" fikk nei.")
}

// colleague returns the account of the address, with its grant for the owner.
func (s *Staff) colleague(c *fiber.Ctx, owner auth.Owner) (store.Account, auth.Grant, error) {
	id, err := strconv.ParseInt(c.Params("account"), 10, 64)
	if err != nil {
		return store.Account{}, auth.Grant{}, store.ErrNotFound
	}
	a, err := s.deps.Store.AccountByID(c.UserContext(), id)
	if err != nil {
		return a, auth.Grant{}, err
	}
	g, ok := a.GrantFor(owner)
	if !ok {
		return a, g, store.ErrNotFound
	}
	return a, g, nil
}

const lastManager = "Det går ikke: da er det ingen igjen som kan slippe inn kolleger. Gjør en annen til forvalter først."

func (s *Staff) changeRole(c *fiber.Ctx) error {
	owner, err := s.peopleOwner(c)
	if err != nil {
		return err
	}
	a, g, err := s.colleague(c, owner)
	if err != nil {
		return err
	}
	switch c.FormValue("handling") {
	case "forvalter":
		g.Role = auth.Manager
	case "bidragsyter":
		g.Role = auth.Contributor
	case "vikar":
		g.Substitute = true
	case "ikke-vikar":
		g.Substitute = false
	default:
		return fiber.ErrBadRequest
	}
	err = s.deps.Store.SetGrant(c.UserContext(), actorOf(c), a.ID, g)
	if errors.Is(err, store.ErrLastManager) {
		return s.sendPeople(c, http.StatusConflict, owner, "", directory.Invalid{"last": lastManager})
	}
	if err != nil {
		return err
	}
	return see(c, peopleOf(owner), "Lagret for "+a.Called()+".")
}

func (s *Staff) askToRemove(c *fiber.Ctx) error {
	owner, err := s.peopleOwner(c)
	if err != nil {
		return err
	}
	a, _, err := s.colleague(c, owner)
	if err != nil {
		return err
	}
	name, err := s.ownerName(c, owner)
	if err != nil {
		return err
	}
	heading := "Fjerne " + a.Called() + "?"
	return s.send(c, http.StatusOK, view.Ask(view.AskPage{
		Meta: s.meta(c, heading, peopleCrumb, page.Crumb{Text: heading, Path: c.OriginalURL()}), Heading: heading,
		Text: []string{a.Called() + " kan da ikke endre tilbudene i " + name + " lenger. Det som er gjort, blir stående."},
		Do:   "Fjern", Danger: true, Back: view.Link{Text: "Avbryt", Href: peopleOf(owner)},
	}))
}

func (s *Staff) removePerson(c *fiber.Ctx) error {
	owner, err := s.peopleOwner(c)
	if err != nil {
		return err
	}
	a, _, err := s.colleague(c, owner)
	if err != nil {
		return err
	}
	err = s.deps.Store.RemoveGrant(c.UserContext(), actorOf(c), a.ID, owner)
	if errors.Is(err, store.ErrLastManager) {
		return s.sendPeople(c, http.StatusConflict, owner, "", directory.Invalid{"last": lastManager})
	}
	if err != nil {
		return err
	}
	return see(c, peopleOf(owner), a.Called()+" er fjernet.")
}
