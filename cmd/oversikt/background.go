package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	netmail "net/mail"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/api"
	"github.com/nasjonal-oversikt/oversikt/internal/confirm"
	"github.com/nasjonal-oversikt/oversikt/internal/indexer"
	"github.com/nasjonal-oversikt/oversikt/internal/linkcheck"
	"github.com/nasjonal-oversikt/oversikt/internal/mail"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/register"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
	"github.com/nasjonal-oversikt/oversikt/internal/upstream"
	"github.com/nasjonal-oversikt/oversikt/internal/webhook"
	"github.com/nasjonal-oversikt/oversikt/internal/work"
)

// outboxKept is how long mails stay that were written into a folder.
const outboxKept = 7 * 24 * time.Hour

// background returns what a running server does besides answering: jobs, and what is to
// happen by the clock.
func background(c config, st *store.Store, index *indexer.Indexer, log *slog.Logger) (*work.Runner, error) {
	r := work.New(st, log)
	from, err := netmail.ParseAddress(c.MailFrom)
	if err != nil {
		return nil, fmt.Errorf("OVERSIKT_MAIL_FROM: %w", err)
	}
	outbox := mail.NewFolder(c.mailFolder(), time.Now)
	var sender mail.Sender = outbox
	if c.SMTPURL != "" {
		server, err := mail.ParseServer(c.SMTPURL)
		if err != nil {
			return nil, fmt.Errorf("OVERSIKT_SMTP_URL: %w", err)
		}
		sender = mail.NewSMTP(server, *from)
	}
	log.Info("mail goes " + c.mailTo())
	r.Handle(store.JobMail, mail.Handler(sender, *from, time.Now))
	r.Every("housekeeping", time.Hour, func(ctx context.Context) error {
		return errors.Join(
			st.DeleteExpired(ctx),
			st.PruneJobs(ctx),
			st.PruneDeliveries(ctx),
			st.ForgetReportTexts(ctx),
			outbox.Prune(outboxKept), // also where a server has been named since
		)
	})
	// A feed alone: it neither listens nor writes.
	hooks := webhook.New(st, api.New(api.Deps{View: index.View, BaseURL: c.BaseURL}), c.BaseURL, log)
	r.Handle(store.JobWebhook, hooks.Handle)
	r.Every("webhooks", 10*time.Second, hooks.Queue)
	asker := &confirm.Asker{Store: st, BaseURL: c.BaseURL, Now: time.Now, Log: log}
	r.Every("reminders", time.Hour, asker.Run)
	r.Handle(store.JobHeld, asker.TellOfHeld)
	r.Handle(store.JobCourse, asker.TellOfCourse)
	// A week back, so that nothing is missed by a program that stood still; twice does no harm.
	r.Every("ageing", 24*time.Hour, func(ctx context.Context) error { return asker.Age(ctx, 7*24*time.Hour) })
	r.Every("statistics", time.Hour, func(ctx context.Context) error { return tally(ctx, st, index, time.Now()) })
	// Hourly, so that a program that stood still over New Year follows when it is back.
	r.Every("kommuner", time.Hour, func(ctx context.Context) error {
		report, err := st.SucceedToday(ctx)
		for _, done := range report.Carried {
			log.Info("kommuner have changed", "what", done.String(), "offerings", len(done.Offerings), "tasks", len(done.Tasks))
		}
		return err
	})
	if c.CheckLinks == "on" {
		r.Every("links", time.Minute, linkcheck.New(st, c.BaseURL, log).Run)
	}
	if c.FollowBrreg == "on" {
		client, err := upstream.New(upstream.Options{Base: register.BrregBase, Site: c.BaseURL, PerSecond: 2, Log: log})
		if err != nil {
			return nil, err
		}
		brreg := register.Brreg{Options: register.Options{Store: st}, Client: client}
		r.Every("enhetsregisteret", 24*time.Hour, func(ctx context.Context) error { return brreg.Follow(ctx, log) })
	}
	return r, nil
}

// tally keeps, once a day, how the directory stands. It is counted from this node's index and
// not by SQL: then there is one decision of what a kommune has, and the numbers are those that
// readers saw.
func tally(ctx context.Context, st *store.Store, index *indexer.Indexer, now time.Time) error {
	now = now.In(page.Oslo)
	day := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, page.Oslo)
	// Not in the first hour: the nodes' last counts of the day before come some minutes late.
	if now.Sub(day) < time.Hour {
		return nil
	}
	if has, err := st.HasTallies(ctx, day); has || err != nil {
		return err
	}
	// An index that was just opened may be of an earlier day.
	for wait := 0; !index.Status().DatabaseUp; wait++ {
		if wait == 60 {
			return errors.New("the index does not follow the database")
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Second):
		}
	}
	return st.SaveTallies(ctx, day, index.View().Tallies(day))
}
