package staff

import (
	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

// challengeCookie is one cookie for each kind, so that two tabs that do different things
// do not take each other's.
func challengeCookie(kind store.ChallengeKind) string { return "__Host-sporsmal-" + string(kind) }

// ask keeps the payload until this browser answers.
func (s *Staff) ask(c *fiber.Ctx, kind store.ChallengeKind, payload any) error {
	secret, err := s.deps.Store.StartChallenge(c.UserContext(), kind, payload)
	if err != nil {
		return err
	}
	setCookie(c, challengeCookie(kind), secret)
	return nil
}

// answered reads what was kept for this browser into the payload, once. It returns
// store.ErrNotFound when this browser was not asked, or has answered.
func (s *Staff) answered(c *fiber.Ctx, kind store.ChallengeKind, payload any) error {
	secret := c.Cookies(challengeCookie(kind))
	if secret == "" {
		return store.ErrNotFound
	}
	dropCookie(c, challengeCookie(kind))
	return s.deps.Store.TakeChallenge(c.UserContext(), kind, secret, payload)
}
