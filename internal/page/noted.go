package page

import "github.com/gofiber/fiber/v2"

type noted struct{ what, who string }

type notedKey struct{}

func of(c *fiber.Ctx) *noted {
	n, ok := c.Locals(notedKey{}).(*noted)
	if !ok {
		n = new(noted)
		c.Locals(notedKey{}, n)
	}
	return n
}

// Note says for the log what happened in the request that whoever watches over the site
// wants to know of: a sign-in, a wrong code. It is one of a few fixed words and never what
// somebody sent.
func Note(c *fiber.Ctx, what string) { of(c).what = what }

// NoteWho says for the log who makes the request: an auth.Actor as text, which has a number
// and no name.
func NoteWho(c *fiber.Ctx, who string) { of(c).who = who }

// Noted returns what was noted of the request, "" for nothing.
func Noted(c *fiber.Ctx) (what, who string) {
	if n, ok := c.Locals(notedKey{}).(*noted); ok {
		return n.what, n.who
	}
	return "", ""
}
