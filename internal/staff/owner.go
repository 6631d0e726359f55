package staff

import (
	"net/url"
	"slices"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

// ownerQuery returns the owner as the query of an address: "kommune=1804".
func ownerQuery(o auth.Owner) string {
	if o.Kommune != "" {
		return url.Values{"kommune": {string(o.Kommune)}}.Encode()
	}
	return url.Values{"organisasjon": {strconv.FormatInt(o.Organization, 10)}}.Encode()
}

// namedOwner returns the owner that the address names, the zero value when it names none.
// It returns store.ErrNotFound for what is no organization's number.
func namedOwner(c *fiber.Ctx) (auth.Owner, error) {
	if n := c.Query("kommune"); n != "" {
		return auth.Owner{Kommune: region.Number(n)}, nil
	}
	id := c.Query("organisasjon")
	if id == "" {
		return auth.Owner{}, nil
	}
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return auth.Owner{}, store.ErrNotFound
	}
	return auth.Owner{Organization: n}, nil
}

// ownersFor returns those of the actor's owners that it may do the action for.
func ownersFor(actor auth.Actor, action auth.Action) []auth.Owner {
	return slices.DeleteFunc(actor.Owners(), func(o auth.Owner) bool {
		return auth.Can(actor, action, auth.Thing{Owner: o}) != nil
	})
}

// ownerFor returns the owner that the address names, or the only one that the person may
// do the action for; false when there are several to choose from. It returns
// auth.ErrForbidden for one that is not the person's, and for who has none.
func ownerFor(c *fiber.Ctx, action auth.Action) (auth.Owner, bool, error) {
	actor := actorOf(c)
	owner, err := namedOwner(c)
	if err != nil {
		return owner, false, err
	}
	if owner != (auth.Owner{}) {
		return owner, true, auth.Can(actor, action, auth.Thing{Owner: owner})
	}
	mine := ownersFor(actor, action)
	switch {
	case actor.National || len(mine) > 1:
		return owner, false, nil
	case len(mine) == 0:
		return owner, false, auth.ErrForbidden
	}
	return mine[0], true, nil
}

// ownerName returns what the kommune or the organization is called, or store.ErrNotFound.
func (s *Staff) ownerName(c *fiber.Ctx, o auth.Owner) (string, error) {
	return s.deps.Store.OwnerName(c.UserContext(), o)
}
