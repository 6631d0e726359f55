package staff

import (
	"errors"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/article"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

// articleConfirmed says in a list when the article was last confirmed, and by when it has to
// be again.
func articleConfirmed(a article.Article, now time.Time) view.Cell {
	cell := view.Cell{Text: "Ikke ennå", Note: "Neste gang innen ", Warn: a.IsDue(now)}
	if a.ConfirmedAt != nil {
		cell.Text = page.Bokmal.Date(*a.ConfirmedAt)
	}
	switch {
	case !now.Before(a.Due()):
		cell.Note = "Skulle vært bekreftet innen "
	case cell.Warn || a.ConfirmedAt == nil:
		cell.Note = "Må bekreftes innen "
	}
	cell.Note += page.Bokmal.Date(a.Due())
	return cell
}

// articleConfirming says when the article was last confirmed and by whom, with the button
// that confirms it; nil for one that cannot be read.
func (s *Staff) articleConfirming(c *fiber.Ctx, src store.ArticleSource) (*view.Confirming, error) {
	a, err := articleIn(src)
	if err != nil {
		return nil, nil
	}
	now := s.deps.Now()
	last := "Ingen har bekreftet artikkelen ennå. Vi regner fra da den ble publisert, " + page.Bokmal.Day(a.Published) + "."
	if src.ConfirmedAt != nil {
		who, err := s.deps.Store.NameOfActor(c.UserContext(), src.ConfirmedBy)
		if err != nil {
			return nil, err
		}
		last = "Bekreftet " + moment(*src.ConfirmedAt, now) + " av " + who + "."
	}
	next := "Den må bekreftes innen "
	if !now.Before(a.Due()) {
		next = "Den skulle vært bekreftet innen "
	}
	return &view.Confirming{
		Heading: "Stemmer artikkelen?", State: []string{last, next + page.Bokmal.Date(a.Due()) + "."}, Due: a.IsDue(now),
		Help:   "Se over lovene, tallene og lenkene. Du bekrefter det som er lagret. Har du rettet noe, må du lagre først.",
		Action: articlePath(src.Key) + "/bekreft", Button: "Bekreft at artikkelen stemmer",
	}, nil
}

func (s *Staff) confirmArticle(c *fiber.Ctx) error {
	key := articleAddress(c)
	path := articlePath(key)
	err := s.deps.Store.ConfirmArticle(c.UserContext(), actorOf(c), seen(c), key)
	switch {
	case errors.Is(err, store.ErrConflict):
		return see(c, path, "Noen har endret artikkelen i mellomtiden. Se over den på nytt.")
	case len(article.Problems(err)) > 0:
		return see(c, path, "Noe i teksten må rettes før du kan bekrefte artikkelen.")
	case store.Unavailable(err):
		return see(c, path, "Vi får ikke lagret akkurat nå. Prøv igjen om litt.")
	case err != nil:
		return err
	}
	return see(c, path, "Takk. Artikkelen er bekreftet i dag.")
}
