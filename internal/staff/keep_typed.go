package staff

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/store"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

// keptForms are the forms in which people type much, or what they will not want to say
// twice: those of an offering and of a course, and why an offering is archived.
var keptForms = regexp.MustCompile(`^/redaksjon/(tilbud/(ny|\d+|\d+/arkiver)|kurs/(nytt|\d+))$`)

// keepTyped gives a form back to who sent it when the database is away altogether, so that
// not even the session can be read. It stands before the session: nothing on the page is
// ours, all of it is what the browser sent.
func (s *Staff) keepTyped(c *fiber.Ctx) error {
	err := c.Next()
	if err == nil || c.Method() != fiber.MethodPost || !keptForms.MatchString(c.Path()) || c.Cookies(sessionCookie) == "" {
		return err
	}
	if !store.Unavailable(err) && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	s.deps.Log.Warn("a form was given back", "route", c.Route().Path, "error", err)
	c.Response().ResetBody()
	c.SetUserContext(context.WithoutCancel(c.UserContext())) // its time may be over
	c.Set(fiber.HeaderRetryAfter, "30")
	return s.send(c, http.StatusServiceUnavailable, view.Resend(s.resendPage(c)))
}

// typedFields are the fields that show what was typed, in the order of the forms.
var typedFields = []struct {
	name, label string
	rows        int
}{
	{"navn", "Navn", 0}, {"ingress", "Kort om tilbudet", 2}, {"beskrivelse", "Hva får du?", 6}, {"for_hvem", "Hvem passer det for?", 2}, {"pris_tekst", "Mer om prisen", 0},
	{"henvisning_tekst", "Mer om hvordan", 2}, {"tlf", "Telefon", 0}, {"tlf_tid", "Når telefonen er åpen", 0}, {"epost", "E-post", 2}, {"nettsted", "Nettsted", 2},
	{"apningstider", "Åpningstider med ord", 0}, {"tid_mandag", "Mandag", 0}, {"tid_tirsdag", "Tirsdag", 0}, {"tid_onsdag", "Onsdag", 0}, {"tid_torsdag", "Torsdag", 0},
	{"tid_fredag", "Fredag", 0}, {"tid_lordag", "Lørdag", 0}, {"tid_sondag", "Søndag", 0}, {"unntak_fra", "Andre tider fra", 0}, {"unntak_til", "Til og med", 0},
	{"unntak_tid", "Når det er åpent da", 0}, {"unntak_hva", "Hvorfor", 0},
	{"dag", "Dag", 0}, {"fra", "Fra kl.", 0}, {"til", "Til kl.", 0}, {"merknad", "Merknad", 0}, {"lenke", "Lenke til påmelding", 0}, {"frist", "Siste dag for påmelding", 0}, {"pamelding_tekst", "Mer om påmelding", 2},
	{"sted", "Navn på stedet", 0}, {"gate", "Gateadresse", 0}, {"postnummer", "Postnummer", 0}, {"poststed", "Poststed", 0},
	{"klage", "Hvis du vil klage", 4}, {"kommuner", "Kommuner", 3}, {"bydel", "Bare en del av kommunen?", 0}, {"sprak", "Språk", 0}, {"kilde", "Hvor har du det fra?", 0}, {"hvorfor", "Hvorfor?", 0},
}

var rowNumber = regexp.MustCompile(`_(\d{1,4})$`)

// resendPage shows the form that the request carries, to be sent again. What was chosen and
// not typed goes along unseen.
func (s *Staff) resendPage(c *fiber.Ctx) view.ResendPage {
	heading := "Vi får ikke lagret akkurat nå"
	p := view.ResendPage{Meta: s.meta(c, heading), Heading: heading, Action: c.OriginalURL(), Do: string(c.Request().PostArgs().Peek("handling"))}
	type placed struct {
		place, row int
		view.ResendField
	}
	var fields []placed
	n := 0
	for key, value := range c.Request().PostArgs().All() {
		name := string(key)
		if name == "handling" {
			continue
		}
		n++
		f := placed{ResendField: view.ResendField{ID: "felt-" + strconv.Itoa(n), Name: name, Value: string(value)}, place: len(typedFields)}
		base := name
		if m := rowNumber.FindStringSubmatch(name); m != nil {
			base = strings.TrimSuffix(name, m[0])
			f.row, _ = strconv.Atoi(m[1]) // four digits
		}
		for i, t := range typedFields {
			if t.name != base {
				continue
			}
			f.place = i
			if strings.TrimSpace(f.Value) == "" {
				continue // in its place, unseen
			}
			f.Label, f.Rows = t.label, t.rows
			if f.row > 0 {
				f.Label += " " + strconv.Itoa(f.row)
			}
		}
		fields = append(fields, f)
	}
	// Those of one name stay in their order: the numbers and what each is for go together.
	slices.SortStableFunc(fields, func(a, b placed) int { return cmp.Or(a.place-b.place, a.row-b.row) })
	for _, f := range fields {
		p.Fields = append(p.Fields, f.ResendField)
	}
	return p
}
