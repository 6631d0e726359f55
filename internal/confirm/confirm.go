// Package confirm asks those who answer for offerings whether they are still right, before
// anything runs out, and the national editors the same of articles. It writes mails and
// decides when and to whom; pages and links are others'.
package confirm

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

const (
	early = 30 * 24 * time.Hour // before it runs out, the first mail is sent
	week  = 7 * 24 * time.Hour  // between mails to one owner, at least
	// perRun is how many owners are asked about in a run. A directory full of old data is worked
	// off over days, oldest first.
	perRun = 20
	// Mails are sent when somebody is at work.
	opens, closes = 8, 15
)

// Asker asks owners to confirm.
type Asker struct {
	Store   *store.Store
	BaseURL string
	Now     func() time.Time
	Log     *slog.Logger
}

// due is what an owner has to be asked about.
type due struct {
	owner     auth.Owner
	offerings []directory.Offering
	asked     []store.Asked
	round     time.Time // the day on which the first of it runs out
}

// Run asks every owner whose turn it is, and the national editors about articles. It may be
// run again at any time: what was asked is not asked twice.
func (a *Asker) Run(ctx context.Context) error {
	if err := a.Store.AskAboutArticles(ctx); err != nil { // no mail: at any hour
		return err
	}
	if err := a.Store.CheckArticles(ctx); err != nil {
		return err
	}
	if err := a.bounced(ctx); err != nil {
		return err
	}
	now := a.Now().In(page.Oslo)
	if d := now.Weekday(); d == time.Saturday || d == time.Sunday || now.Hour() < opens || now.Hour() >= closes {
		return nil
	}
	all, err := a.due(ctx, now)
	if err != nil {
		return err
	}
	mails := 0
	var nobody []auth.Owner
	for _, d := range all {
		boxes, err := a.mailboxes(ctx, d)
		if err != nil {
			return err
		}
		if len(boxes.Managers) == 0 && boxes.Postmottak == "" {
			if !d.round.After(now) {
				nobody = append(nobody, d.owner)
			}
			continue
		}
		if mails == perRun {
			continue // there may be more of those that cannot be asked
		}
		asked, err := a.ask(ctx, d, boxes, now)
		if err != nil {
			return err
		}
		if asked {
			mails++
		}
	}
	return a.askForAddresses(ctx, nobody)
}

// askForAddresses gives the owners that cannot be asked to the national editors, all at
// once: in a new directory they are many.
func (a *Asker) askForAddresses(ctx context.Context, owners []auth.Owner) error {
	names, err := a.Store.OwnerNames(ctx, owners)
	if err != nil {
		return err
	}
	var all []store.UnconfirmedDetail
	for _, o := range owners {
		all = append(all, store.UnconfirmedDetail{Kommune: o.Kommune, Organization: o.Organization, Name: names[o]})
	}
	slices.SortFunc(all, func(x, y store.UnconfirmedDetail) int {
		return cmp.Or(cmp.Compare(x.Organization, y.Organization), cmp.Compare(x.Kommune, y.Kommune))
	})
	return a.Store.AskForAddresses(ctx, all)
}

// mailboxes returns where the owner is asked.
func (a *Asker) mailboxes(ctx context.Context, d due) (store.Mailboxes, error) {
	boxes, err := a.Store.MailboxesOf(ctx, d.owner)
	if err != nil || d.owner.Organization == 0 || boxes.Postmottak != "" {
		return boxes, err
	}
	for _, o := range d.offerings { // what an organization shows to readers, it reads itself
		if len(o.Emails) > 0 {
			boxes.Postmottak = o.Emails[0]
			break
		}
	}
	return boxes, nil
}

// due returns what runs out within 30 days or has run out, by owner, the oldest first.
func (a *Asker) due(ctx context.Context, now time.Time) ([]due, error) {
	types, err := a.Store.OfferingTypesByCode(ctx)
	if err != nil {
		return nil, err
	}
	of := map[auth.Owner]*due{}
	err = a.Store.EachPublicOffering(ctx, func(batch []directory.Offering) error {
		for _, o := range batch {
			owner := auth.OwnerOf(o)
			runsOut := types[o.Type].Due(o)
			if owner == (auth.Owner{}) || runsOut.Next().After(now.Add(early)) {
				continue
			}
			d := of[owner]
			if d == nil {
				d = &due{owner: owner, round: runsOut.Next()}
				of[owner] = d
			}
			if runsOut.Next().Before(d.round) {
				d.round = runsOut.Next()
			}
			d.offerings = append(d.offerings, o)
			d.asked = append(d.asked, store.Asked{Offering: o.ID, Version: o.Version, All: !runsOut.All.After(now.Add(early))})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var all []due
	for _, d := range of {
		d.round = d.round.UTC().Truncate(24 * time.Hour)
		all = append(all, *d)
	}
	slices.SortFunc(all, func(x, y due) int {
		return cmp.Or(x.round.Compare(y.round), strings.Compare(fmt.Sprint(x.owner), fmt.Sprint(y.owner)))
	})
	return all, nil
}

// ask sends the mail whose turn it is, or gives the owner to the national editors. It
// reports whether anybody was asked.
func (a *Asker) ask(ctx context.Context, d due, boxes store.Mailboxes, now time.Time) (bool, error) {
	before, err := a.Store.ConfirmationsOf(ctx, d.owner, now.AddDate(-1, 0, 0))
	if err != nil {
		return false, err
	}
	if len(before) > 0 && now.Sub(before[0].CreatedAt) < week {
		return false, nil
	}
	stage, to := next(d, boxes, before, now)
	switch {
	case stage == "":
		return false, nil
	}
	name, err := a.Store.OwnerName(ctx, d.owner)
	if err != nil {
		return false, err
	}
	if len(to) == 0 {
		return a.Store.AskEditors(ctx, d.owner, name, d.round)
	}
	return a.Store.AskToConfirm(ctx, d.owner, stage, d.round, to, d.asked, func(secret string) store.Mail {
		return a.mail(name, d, stage, now, secret)
	})
}

const editors store.Stage = "redaktør"

// next returns whose turn it is, "" for nobody's yet. Without addresses it is the national
// editors'.
func next(d due, boxes store.Mailboxes, before []store.Confirmation, now time.Time) (store.Stage, []string) {
	done := map[store.Stage]bool{}
	for _, c := range before {
		if c.Round.Equal(d.round) {
			done[c.Stage] = true
		}
	}
	left := d.round.Sub(now)
	var steps []store.Stage
	switch {
	case left > 14*24*time.Hour:
		steps = []store.Stage{store.Stage30}
	case left > 3*24*time.Hour:
		steps = []store.Stage{store.Stage14}
	case left > 0:
		steps = []store.Stage{store.Stage3}
	default:
		// Managers who were never asked in this round come first: the data may be older than
		// they are.
		if !done[store.Stage30] && !done[store.Stage14] && !done[store.Stage3] {
			steps = append(steps, store.Stage3)
		}
		steps = append(steps, store.StageSubstitute, store.StagePostmottak, editors)
	}
	if len(boxes.Managers) == 0 {
		steps = []store.Stage{store.StagePostmottak}
		if left <= 0 {
			steps = append(steps, editors)
		}
	}
	for _, stage := range steps {
		if done[stage] {
			continue
		}
		switch stage {
		case store.StageSubstitute:
			if len(boxes.Substitutes) > 0 {
				return stage, boxes.Substitutes
			}
		case store.StagePostmottak:
			if boxes.Postmottak != "" {
				return stage, []string{boxes.Postmottak}
			}
		case editors:
			return stage, nil
		default:
			return stage, boxes.Managers
		}
	}
	return "", nil
}

// bounced gives owners whose mail did not arrive to the national editors.
func (a *Asker) bounced(ctx context.Context) error {
	jobs, err := a.Store.GivenUp(ctx, "confirm:")
	if err != nil {
		return err
	}
	for _, j := range jobs {
		number, _, _ := strings.Cut(strings.TrimPrefix(j.Key, "confirm:"), "/")
		id, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			continue
		}
		c, err := a.Store.ConfirmationByID(ctx, id)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		if err == nil {
			name, err := a.Store.OwnerName(ctx, c.Owner)
			if err != nil {
				return err
			}
			if _, err := a.Store.AskEditors(ctx, c.Owner, name, c.CreatedAt); err != nil {
				return err
			}
		}
		if err := a.Store.SettleJob(ctx, j.ID, "given to the national editors"); err != nil {
			return err
		}
	}
	return nil
}

// mostNamed is how many offerings a mail names.
const mostNamed = 10

func (a *Asker) mail(name string, d due, stage store.Stage, now time.Time, secret string) store.Mail {
	var b strings.Builder
	b.WriteString("Hei!\n\n")
	switch stage {
	case store.StageSubstitute:
		b.WriteString("Forvalteren har ikke svart på dette, så nå spør vi deg som er vikar.\n\n")
	case store.StagePostmottak:
		fmt.Fprintf(&b, "Vi finner ingen som svarer for tilbudene i %s. Kan dere sende denne videre til den som vet?\n\n", name)
	}
	subject := "Stemmer det som står om tilbudene i " + name + "?"
	if d.round.After(now) {
		fmt.Fprintf(&b, "Pårørende leser om tilbudene i %s på %s. Stemmer det som står der, fortsatt? Vi trenger svar innen %s.\n\n", name, a.BaseURL, page.Bokmal.Date(d.round))
	} else {
		fmt.Fprintf(&b, "Pårørende leser om tilbudene i %s på %s. Det er lenge siden noen sa at det som står der, stemmer.\n\n", name, a.BaseURL)
	}
	for i, o := range d.offerings {
		if i == mostNamed {
			fmt.Fprintf(&b, "– og %d til\n", len(d.offerings)-mostNamed)
			break
		}
		b.WriteString("– " + o.Name + "\n")
	}
	fmt.Fprintf(&b, "\nSe over her. Du trenger ikke logge inn, og det tar et par minutter:\n%s/bekreft/%s\n", a.BaseURL, secret)
	b.WriteString("\nSvarer ingen, sier siden til leserne at opplysningene er gamle, og tilbudene flyttes ned i søket.\n")
	fmt.Fprintf(&b, "\nEr det en annen som skal ha denne e-posten? Logg inn og inviter en kollega: %s/logg-inn\n", a.BaseURL)
	return store.Mail{Subject: subject, Text: b.String()}
}

// Age puts the offerings that became too old to be relied on, since so long ago, into the
// index anew: their place among the hits is decided there, on the day. The words about
// their age need nothing, for pages are made anew each day.
func (a *Asker) Age(ctx context.Context, since time.Duration) error {
	now := a.Now()
	var ids []int64
	err := a.Store.EachPublicOffering(ctx, func(batch []directory.Offering) error {
		for _, o := range batch {
			if o.TooOld(now) && !o.TooOld(now.Add(-since)) {
				ids = append(ids, o.ID)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return a.Store.AnnounceOfferings(ctx, ids)
}
