package confirm

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/diff"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

// TellOfCourse is the handler of store.JobCourse. Readers see such a course at once, so that
// somebody else than who wrote it sees it too is all that stands between them and a stranger's
// number: national editors and the owner's other managers get the mail.
func (a *Asker) TellOfCourse(ctx context.Context, j store.Job) error {
	news, err := j.CourseNews()
	if err != nil {
		return err
	}
	history, err := a.Store.Revisions(ctx, store.KindCourse, strconv.FormatInt(news.Course, 10))
	if err != nil {
		return err
	}
	i := slices.IndexFunc(history, func(r store.Revision) bool { return r.Version == news.Version })
	if i < 0 {
		return fmt.Errorf("version %d of course %d: %w", news.Version, news.Course, store.ErrNotFound)
	}
	var before, after directory.Course
	if err := json.Unmarshal(history[i].After, &after); err != nil {
		return fmt.Errorf("version %d of course %d: %w", news.Version, news.Course, err)
	}
	if history[i].Before != nil {
		if err := json.Unmarshal(history[i].Before, &before); err != nil {
			return fmt.Errorf("version %d of course %d: %w", news.Version, news.Course, err)
		}
	}
	o, err := a.Store.OfferingByID(ctx, after.Offering)
	if err != nil {
		return err
	}
	people, err := a.Store.AccountsOf(ctx, auth.Owner{})
	if err != nil {
		return err
	}
	owner := auth.OwnerOf(o)
	if owner != (auth.Owner{}) {
		colleagues, err := a.Store.AccountsOf(ctx, owner)
		if err != nil {
			return err
		}
		people = append(people, colleagues...)
	}
	who, err := a.Store.NameOfActor(ctx, history[i].Actor)
	if err != nil {
		return err
	}
	m := a.courseMail(o, before, after, history[i], who)
	for _, p := range people {
		if p.Actor().String() == history[i].Actor || !p.National && auth.Can(p.Actor(), auth.Admit, auth.Thing{Owner: owner}) != nil {
			continue
		}
		m.To = p.Email
		if err := a.Store.QueueMail(ctx, fmt.Sprintf("course:%d/%d/%d", news.Course, news.Version, p.ID), m, time.Time{}); err != nil {
			return err
		}
	}
	return nil
}

// courseMail says what readers of the course see now and did before, who wrote it, and when.
func (a *Asker) courseMail(o directory.Offering, before, after directory.Course, r store.Revision, who string) store.Mail {
	var b strings.Builder
	at := r.At.In(page.Oslo)
	fmt.Fprintf(&b, "Hei!\n\nKurset «%s» hører til «%s», som mange stoler på når det haster. Nå står det et nytt telefonnummer, en ny e-postadresse eller et nytt nettsted der. Leserne ser det allerede.\n",
		oneLine(after.Title), oneLine(o.Name))
	fmt.Fprintf(&b, "\nHvem: %s\nNår: %s kl. %d.%02d\n", who, page.Bokmal.Date(at), at.Hour(), at.Minute())
	if r.Why != "" {
		fmt.Fprintf(&b, "Hvorfor: %s\n", oneLine(r.Why))
	}
	if !before.Public() {
		before = directory.Course{}
	}
	for _, c := range diff.Courses(before, after, diff.Names{}) {
		if slices.Contains(courseFieldsInMail, c.Name) {
			fmt.Fprintf(&b, "\n%s\n  Før: %s\n  Nå: %s\n", c.Label, oneLine(c.Before), oneLine(c.After))
		}
	}
	fmt.Fprintf(&b, "\nSjekk at det stemmer. Gjør det ikke det, rett kurset, eller hent tilbake det som sto der:\n%s/redaksjon/historikk?slag=course&ref=%d\n", a.BaseURL, after.ID)
	return store.Mail{Subject: "Se på dette: nye kontaktopplysninger på et kurs hos «" + shortName(o) + "»", Text: b.String()}
}

// courseFieldsInMail are those in which a number or an address can stand, but for the place, which
// may be confidential.
var courseFieldsInMail = []string{"title", "description", "audience", "dates", "cost", "sign_up", "sign_up_url", "sign_up_email", "sign_up_phone"}
