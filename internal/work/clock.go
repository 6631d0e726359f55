package work

import (
	"context"
	"sync"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/store"
	"github.com/nasjonal-oversikt/oversikt/internal/trace"
)

// retrySchedule is when a run that failed is tried again.
const retrySchedule = 5 * time.Minute

// watchClock leads whenever no other node does, and as the leader runs what is due.
func (r *Runner) watchClock(ctx context.Context) {
	if len(r.schedules) == 0 {
		return
	}
	complain := &complaint{log: r.log, what: "watch the clock"}
	for ctx.Err() == nil {
		leads, err := r.store.Lead(ctx, r.name)
		complain.note(ctx, err)
		if leads {
			r.lead(ctx, complain)
		}
		wait(ctx, r.pollEvery, nil, nil)
	}
}

// lead runs what is due until ctx ends or the lead is lost. It returns when all that it
// began has come to an end.
func (r *Runner) lead(ctx context.Context, complain *complaint) {
	r.log.Debug("leads", "node", r.name)
	leading, lose := context.WithCancel(ctx)
	var running sync.WaitGroup
	defer func() {
		lose()
		running.Wait()
		after, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		if err := r.store.StopLeading(after, r.name); err != nil {
			r.log.Debug("the lead runs out by itself", "error", err)
		}
	}()
	every := map[string]time.Duration{}
	for name, s := range r.schedules {
		every[name] = s.interval
	}

	var mu sync.Mutex
	busy := map[string]bool{}
	begin := func(name string) {
		mu.Lock()
		defer mu.Unlock()
		if busy[name] {
			return
		}
		busy[name] = true
		running.Go(func() {
			r.runSchedule(leading, name)
			mu.Lock()
			defer mu.Unlock()
			delete(busy, name)
		})
	}

	renewed := time.Now()
	for {
		due, err := r.store.DueSchedules(leading, every)
		complain.note(ctx, err)
		for _, name := range due {
			begin(name)
		}
		wait(ctx, r.pollEvery, nil, nil)
		if ctx.Err() != nil {
			return
		}
		if time.Since(renewed) < renewEvery {
			continue
		}
		asked := time.Now() // before the database sets the lease's end, so that ours is the earlier
		leads, err := r.store.Lead(leading, r.name)
		complain.note(ctx, err)
		switch {
		case leads:
			renewed = asked
		case err == nil || time.Since(renewed) > store.LeaderLease-renewEvery/2:
			r.log.Warn("another node leads now, or the database is away")
			return
		}
	}
}

// runSchedule runs the schedule once. A run that is cut off, by the end of the program or
// of the lead, stays due.
func (r *Runner) runSchedule(ctx context.Context, name string) {
	log := r.log.With("schedule", name)
	if err := r.store.BeginSchedule(ctx, r.name, name); err != nil {
		return // the leader's loop meets, and reports, what is wrong
	}
	s := r.schedules[name]
	err := func() (err error) {
		ctx, span := trace.Start(ctx, "schedule")
		span.Kind(name)
		defer func() { span.End(err) }()
		defer recovered(&err)
		return s.run(ctx)
	}()
	pause, problem := s.interval, ""
	if err != nil {
		if ctx.Err() != nil {
			return
		}
		log.Error("schedule failed and is run again", "error", err)
		pause, problem = min(retrySchedule, s.interval), err.Error()
	}
	if err := untilNoted(ctx, func(ctx context.Context) error { return r.store.EndSchedule(ctx, name, pause, problem) }); err != nil {
		log.Error("the end of the run could not be noted; it will be run again", "error", err)
	}
}
