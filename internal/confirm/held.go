package confirm

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/diff"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

// TellOfHeld is the handler of store.JobHeld. A change that waits is told at once, at any
// hour, to the national editors and to those who could be its second person: if somebody
// is putting their own number where people in need call, they are to be seen. Who proposed
// it is told of the decision.
func (a *Asker) TellOfHeld(ctx context.Context, j store.Job) error {
	news, err := j.HeldNews()
	if err != nil {
		return err
	}
	h, err := a.Store.HeldChangeByID(ctx, news.Change)
	if err != nil {
		return err
	}
	if h.Decision != "" {
		return a.tellProposer(ctx, h)
	}
	o, err := a.Store.OfferingByID(ctx, h.Offering)
	if err != nil {
		return err
	}
	people, err := a.Store.AccountsOf(ctx, auth.Owner{})
	if err != nil {
		return err
	}
	if owner := auth.OwnerOf(o); owner != (auth.Owner{}) {
		colleagues, err := a.Store.AccountsOf(ctx, owner)
		if err != nil {
			return err
		}
		people = append(people, colleagues...)
	}
	who, err := a.Store.NameOfActor(ctx, h.By.Actor)
	if err != nil {
		return err
	}
	lines, err := a.Store.Namesakes(ctx, h)
	if err != nil {
		return err
	}
	m := a.heldMail(h, who, lines)
	for _, p := range people {
		// National editors are all to see it, whether they may approve or not.
		if p.ID == h.By.Account || !p.National && a.Store.MayDecide(ctx, p.Actor(), h) != nil {
			continue
		}
		m.To = p.Email
		if err := a.Store.QueueMail(ctx, fmt.Sprintf("held:%d/%d", h.ID, p.ID), m, time.Time{}); err != nil {
			return err
		}
	}
	return nil
}

// heldMail says what is proposed: old and new, who, when and how. lines are the helplines whose
// name it borrows.
func (a *Asker) heldMail(h store.HeldChange, who string, lines []directory.Namesake) store.Mail {
	var b strings.Builder
	at := h.At.In(page.Oslo)
	if len(lines) == 0 {
		do := map[bool]string{true: "endre", false: "vise"}[h.Before.Public()]
		fmt.Fprintf(&b, "Hei!\n\nNoen vil %s «%s», som mange stoler på når det haster. Leserne ser ikke endringen før en til har sett på den.\n", do, h.Before.Name)
	} else {
		fmt.Fprintf(&b, "Hei!\n\nNoen vil vise et tilbud med et navn eller søkeord som ligner på «%s», og et annet nummer. De som leter etter den, kan komme til å ringe feil. Leserne ser ikke endringen før en nasjonal redaktør har sett på den.\n", lines[0].Line.Name)
		fmt.Fprintf(&b, "\nNavn: %s\n", oneLine(h.After.Name))
		for _, p := range h.After.Phones {
			fmt.Fprintf(&b, "Nummer: %s\n", p.Number)
		}
	}
	fmt.Fprintf(&b, "\nHvem: %s\nNår: %s kl. %d.%02d\n", who, page.Bokmal.Date(at), at.Hour(), at.Minute())
	if h.Why != "" {
		fmt.Fprintf(&b, "Hvorfor: %s\n", oneLine(h.Why))
	}
	for _, c := range diff.Offerings(h.Before, h.After, diff.Names{}) {
		if c.Name == "confidence" {
			continue
		}
		fmt.Fprintf(&b, "\n%s\n  Nå: %s\n  Foreslått: %s\n", c.Label, oneLine(c.Before), oneLine(c.After))
	}
	fmt.Fprintf(&b, "\nSe på endringen, og godkjenn eller avvis den:\n%s/redaksjon/endringer/%d\n", a.BaseURL, h.ID)
	return store.Mail{Subject: "Se på dette: endring av «" + shortName(h.Before) + "»", Text: b.String()}
}

// shortName is the offering's name as a subject can have it.
func shortName(o directory.Offering) string {
	name := []rune(oneLine(o.Name))
	if len(name) > 80 {
		return string(name[:80]) + "…"
	}
	return string(name)
}

// oneLine keeps what somebody wrote from looking like lines of the mail's own.
func oneLine(text string) string {
	if text = strings.Join(strings.Fields(text), " "); text == "" {
		return "ingenting"
	}
	return text
}

func (a *Asker) tellProposer(ctx context.Context, h store.HeldChange) error {
	if h.By.Account == 0 {
		return nil
	}
	p, err := a.Store.AccountByID(ctx, h.By.Account)
	if errors.Is(err, store.ErrNotFound) || err == nil && p.DisabledAt != nil {
		return nil
	}
	if err != nil {
		return err
	}
	if h.Decision == store.Replaced {
		own, err := a.Store.ReplacedByOwn(ctx, h)
		if own || err != nil {
			return err
		}
	}
	var what string
	switch h.Decision {
	case store.Approved:
		what = "Endringen er godkjent, og leserne ser den nå."
	case store.Rejected:
		what = "Endringen er avvist, og leserne ser den ikke.\n\nBegrunnelse: " + oneLine(h.Reason)
	case store.Replaced:
		what = "En nyere endring er kommet, så denne venter ikke lenger. Se om det du ville endre, er med i den."
	default:
		return nil // withdrawn: by the one who would be told
	}
	m := store.Mail{To: p.Email, Subject: "Endringen av «" + shortName(h.Before) + "»",
		Text: fmt.Sprintf("Hei!\n\n%s\n\n%s/redaksjon/endringer/%d\n", what, a.BaseURL, h.ID)}
	return a.Store.QueueMail(ctx, fmt.Sprintf("held:%d/decided/%d", h.ID, p.ID), m, time.Time{})
}
