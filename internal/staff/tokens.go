package staff

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

const tokensPath = "/redaksjon/tilganger"

var tokensCrumb = page.Crumb{Text: "Tilganger", Path: tokensPath}

// mountTokens registers the pages about what programs write with.
func (s *Staff) mountTokens(inside fiber.Router) {
	inside.Get("/tilganger", s.showTokens)
	inside.Post("/tilganger", s.createToken)
	inside.Get("/tilganger/:id/trekk-tilbake", s.askToRevoke)
	inside.Post("/tilganger/:id/trekk-tilbake", s.revokeToken)
}

// tokenForm is the form for a new token as it was sent.
type tokenForm struct {
	name, life string
	scopes     []store.Scope
}

// lives are how long a new token may work.
var lives = []struct {
	code, text string
	until      func(now time.Time) time.Time
}{
	{"90d", "90 dager", func(t time.Time) time.Time { return t.AddDate(0, 0, 90) }},
	{"1ar", "1 år", func(t time.Time) time.Time { return t.AddDate(1, 0, 0) }},
	{"2ar", "2 år", func(t time.Time) time.Time { return t.AddDate(2, 0, 0) }},
}

const usualLife = "1ar"

// scopeTexts say what a scope lets a program do.
var scopeTexts = map[store.Scope]string{
	store.ScopeWrite:   "melde inn og endre tilbud",
	store.ScopeConfirm: "bekrefte at tilbud stemmer",
	store.ScopeArchive: "ta tilbud ut av oversikten",
}

// showTokens lists the tokens of one owner, or asks whose.
func (s *Staff) showTokens(c *fiber.Ctx) error {
	owner, chosen, err := ownerFor(c, auth.Admit)
	switch {
	case err != nil:
		return err
	case !chosen:
		return s.chooseTokenOwner(c)
	}
	return s.sendTokens(c, http.StatusOK, owner, tokenForm{life: usualLife, scopes: []store.Scope{store.ScopeWrite, store.ScopeConfirm}}, nil)
}

// chooseTokenOwner leads to the owners whose tokens the person may see to; national
// editors to all that have some, and to every kommune.
func (s *Staff) chooseTokenOwner(c *fiber.Ctx) error {
	p := view.TokenOwnersPage{Meta: s.meta(c, "Tilganger", tokensCrumb)}
	owners := ownersFor(actorOf(c), auth.Admit)
	if p.Meta.National {
		all, err := s.deps.Store.AllTokens(c.UserContext())
		if err != nil {
			return err
		}
		for _, t := range all {
			owners = append(owners, t.Owner)
		}
		kommuner, err := s.deps.Store.Kommuner(c.UserContext())
		if err != nil {
			return err
		}
		for _, k := range kommuner {
			p.Kommuner = append(p.Kommuner, view.FormChoice{Value: string(k.Number), Text: k.DisplayName()})
		}
	}
	names, err := s.deps.Store.OwnerNames(c.UserContext(), owners)
	if err != nil {
		return err
	}
	for o, name := range names {
		p.Owners = append(p.Owners, view.Link{Text: name, Href: tokensOf(o)})
	}
	slices.SortFunc(p.Owners, func(a, b view.Link) int { return cmp.Compare(a.Text, b.Text) })
	return s.send(c, http.StatusOK, view.TokenOwners(p))
}

// tokensOf returns the address of an owner's tokens.
func tokensOf(o auth.Owner) string { return tokensPath + "?" + ownerQuery(o) }

func (s *Staff) sendTokens(c *fiber.Ctx, status int, owner auth.Owner, form tokenForm, invalid directory.Invalid) error {
	name, err := s.ownerName(c, owner)
	if err != nil {
		return err
	}
	all, err := s.deps.Store.Tokens(c.UserContext(), owner)
	if err != nil {
		return err
	}
	p := view.TokensPage{
		Meta: s.meta(c, "Tilganger for "+name, tokensCrumb), Owner: name, Action: tokensOf(owner),
		Name: view.FormField{Name: "navn", Label: "Hva den er til", Value: form.name, Required: true, Max: 100,
			Help: "Navnet på programmet eller leverandøren, så dere kjenner den igjen."},
		Scopes: view.FormField{Name: "kan", Label: "Hva den kan gjøre", Help: "Velg så lite som mulig."},
		Life:   view.FormField{Name: "varer", Label: "Hvor lenge den virker"},
	}
	for _, scope := range store.Scopes() {
		p.ScopeChoices = append(p.ScopeChoices, view.FormChoice{Value: string(scope), Text: capital(scopeTexts[scope]), Checked: slices.Contains(form.scopes, scope)})
	}
	for _, l := range lives {
		p.LifeChoices = append(p.LifeChoices, view.FormChoice{Value: l.code, Text: l.text, Checked: l.code == form.life})
	}
	for field, f := range map[string]*view.FormField{"name": &p.Name, "scopes": &p.Scopes, "expires": &p.Life} {
		if key := invalid[field]; key != "" {
			f.Error = fieldProblem(key)
		}
	}
	if invalid["scopes"] == directory.MsgRequired {
		p.Scopes.Error = "Velg minst én ting."
	}
	p.Ended = view.StaffTable{Caption: "Tilganger som ikke virker lenger", Columns: []string{"Navn", "Sist brukt", "Sluttet å virke"}}
	for _, t := range all {
		made, used := "Laget "+page.Bokmal.Date(t.CreatedAt)+" av "+creatorOf(t), "aldri"
		if t.UsedAt != nil {
			used = moment(*t.UsedAt, s.deps.Now())
		}
		if t.Works(s.deps.Now()) {
			p.Working = append(p.Working, view.TokenLine{
				Name: t.Name, Can: scopesText(t), Used: used, Until: dateOr(t.ExpiresAt, "den trekkes tilbake"), Made: made,
				Revoke: fmt.Sprintf("%s/%d/trekk-tilbake", tokensPath, t.ID),
			})
			continue
		}
		why := view.Cell{Text: dateOr(t.ExpiresAt, ""), Note: "Gikk ut"}
		if t.RevokedAt != nil {
			why = view.Cell{Text: dateOr(t.RevokedAt, ""), Note: "Trukket tilbake"}
		}
		p.Ended.Rows = append(p.Ended.Rows, []view.Cell{{Text: t.Name, Note: made}, {Text: capital(used)}, why})
	}
	return s.send(c, status, view.Tokens(p))
}

func dateOr(t *time.Time, otherwise string) string {
	if t == nil {
		return otherwise
	}
	return page.Bokmal.Date(*t)
}

// creatorOf says who made the token.
func creatorOf(t store.Token) string {
	return cmp.Or(t.Creator, "den som drifter nettstedet")
}

// scopesText says what the token may do: "melde inn og endre tilbud, og bekrefte at tilbud stemmer".
func scopesText(t store.Token) string {
	texts := make([]string, len(t.Scopes))
	for i, scope := range t.Scopes {
		texts[i] = scopeTexts[scope]
	}
	if last := len(texts) - 1; last > 0 {
		return strings.Join(texts[:last], ", ") + ", og " + texts[last]
	}
	return strings.Join(texts, "")
}

// createToken makes a token and shows it. It is in the answer to the form and nowhere
// else: not in an address, not in a cookie.
func (s *Staff) createToken(c *fiber.Ctx) error {
	owner, chosen, err := ownerFor(c, auth.Admit)
	if err != nil {
		return err
	}
	if !chosen {
		return fiber.ErrBadRequest
	}
	form := tokenForm{name: c.FormValue("navn"), life: c.FormValue("varer")}
	for _, scope := range c.Request().PostArgs().PeekMulti("kan") {
		form.scopes = append(form.scopes, store.Scope(scope))
	}
	t := store.Token{Owner: owner, Name: form.name, Scopes: form.scopes}
	for _, l := range lives {
		if l.code == form.life {
			until := l.until(s.deps.Now())
			t.ExpiresAt = &until
		}
	}
	if t.ExpiresAt == nil {
		return s.sendTokens(c, http.StatusUnprocessableEntity, owner, form, directory.Invalid{"expires": directory.MsgUnknown})
	}
	name, err := s.ownerName(c, owner)
	if err != nil {
		return err
	}
	t, secret, err := s.deps.Store.CreateToken(c.UserContext(), actorOf(c), t, TokenMail(s.deps.BaseURL, name))
	var invalid directory.Invalid
	switch {
	case errors.As(err, &invalid):
		return s.sendTokens(c, http.StatusUnprocessableEntity, owner, form, invalid)
	case err != nil:
		return err
	}
	return s.send(c, http.StatusOK, view.TokenMade(view.TokenMadePage{
		Meta: s.meta(c, "Ny tilgang", tokensCrumb, page.Crumb{Text: "Ny tilgang", Path: tokensOf(owner)}),
		Name: t.Name, Owner: name, Secret: secret, Can: scopesText(t), Until: dateOr(t.ExpiresAt, ""), Back: tokensOf(owner),
	}))
}

// TokenMail returns what the managers of an owner are told when a token was made.
func TokenMail(baseURL, owner string) func(store.Token) store.Mail {
	return func(t store.Token) store.Mail {
		return store.Mail{
			Subject: "Ny tilgang for " + owner + ": " + t.Name,
			Text: "Hei!\n\nDet er laget en ny tilgang. Med den kan et program skrive til tilbudene fra " + owner + ".\n\n" +
				"Navn: " + t.Name + "\n" +
				"Kan: " + scopesText(t) + "\n" +
				"Laget av: " + creatorOf(t) + "\n" +
				"Virker til: " + dateOr(t.ExpiresAt, "den trekkes tilbake") + "\n\n" +
				"Du får denne e-posten fordi du er forvalter. Vet du ikke hva tilgangen skal brukes til, kan du trekke den tilbake her:\n" +
				baseURL + tokensOf(t.Owner) + "\n",
		}
	}
}

// token returns the one that the address names, for who may take it back.
func (s *Staff) token(c *fiber.Ctx) (store.Token, error) {
	id, err := strconv.ParseInt(c.Params("id"), 10, 64)
	if err != nil {
		return store.Token{}, store.ErrNotFound
	}
	t, err := s.deps.Store.TokenByID(c.UserContext(), id)
	if err != nil {
		return t, err
	}
	return t, store.May(actorOf(c), auth.Admit, auth.Thing{Owner: t.Owner})
}

// askToRevoke asks once: what uses the token stops at once, and it cannot be undone.
func (s *Staff) askToRevoke(c *fiber.Ctx) error {
	t, err := s.token(c)
	if err != nil {
		return err
	}
	if !t.Works(s.deps.Now()) {
		return see(c, tokensOf(t.Owner), "Tilgangen «"+t.Name+"» virker ikke lenger.")
	}
	p := view.RevokeTokenPage{
		Meta: s.meta(c, "Trekk tilbake tilgangen", tokensCrumb, page.Crumb{Text: t.Name, Path: c.Path()}),
		Name: t.Name, Back: tokensOf(t.Owner),
	}
	if t.UsedAt != nil {
		p.Used = moment(*t.UsedAt, s.deps.Now())
	}
	return s.send(c, http.StatusOK, view.RevokeToken(p))
}

func (s *Staff) revokeToken(c *fiber.Ctx) error {
	t, err := s.token(c)
	if err != nil {
		return err
	}
	if err := s.deps.Store.RevokeToken(c.UserContext(), actorOf(c), t.ID); err != nil {
		return err
	}
	return see(c, tokensOf(t.Owner), "Tilgangen «"+t.Name+"» er trukket tilbake og virker ikke lenger.")
}
