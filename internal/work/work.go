// Package work does in the background what nobody waits for: jobs that were queued in
// Postgres, and what is to happen by the clock. Every node may run one; they share the
// jobs, and one of them, the leader, watches the clock.
//
// Nothing is lost when a node is killed: what it held is taken by another when its lease
// has run out. So a handler may be called again for what it has done already, and has to
// be written for that.
package work

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"regexp"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/nasjonal-oversikt/oversikt/internal/store"
	"github.com/nasjonal-oversikt/oversikt/internal/trace"
)

const (
	// atOnce is how many jobs a node does at the same time: they wait for other machines.
	atOnce = 4
	// handlerTime is how long a handler may take; its end is noted well within the lease.
	handlerTime = store.JobLease - 30*time.Second
	// pollEvery is how often a node looks for what is due without having been told of it.
	pollEvery = 5 * time.Second
	// grace is how long what is under way may go on when the runner is asked to stop.
	grace = 5 * time.Second
	// renewEvery is how often the leader says that it is there.
	renewEvery = store.LeaderLease / 3
)

// waits are the pauses between attempts; the last stands for all after it. Three days
// after the first attempt, a job is given up.
var waits = []time.Duration{time.Minute, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 6 * time.Hour}

const maxAttempts = 15

// Permanent marks an error that trying again will not mend: the job is given up at once.
func Permanent(err error) error { return permanent{err} }

type permanent struct{ error }

func (p permanent) Unwrap() error { return p.error }

// Skipped is what a handler returns for a job that it did not carry out because there is
// no use in it any more. The job is done, with the reason noted.
func Skipped(reason string) error { return skipped(reason) }

type skipped string

func (s skipped) Error() string { return string(s) }

// After returns err for a job that is to be tried again, and no sooner than after wait: who
// failed has asked for it.
func After(err error, wait time.Duration) error { return after{err, wait} }

type after struct {
	error
	wait time.Duration
}

func (a after) Unwrap() error { return a.error }

// Handler does one job. Its context ends when the time is up, and when the program stops
// and does not wait longer. It returns Permanent or Skipped errors, or others, after which
// it is called again later. It may be called twice for the same job (see the package).
type Handler func(ctx context.Context, j store.Job) error

// Runner does jobs and watches the clock.
type Runner struct {
	store     *store.Store
	log       *slog.Logger
	name      string // of this node, unlike any other
	handlers  map[store.JobKind]Handler
	schedules map[string]schedule

	pollEvery, grace time.Duration // the constants; tests have less time
}

var scheduleName = regexp.MustCompile("^[a-z_]+$")

type schedule struct {
	interval time.Duration
	run      func(ctx context.Context) error
}

// New returns a runner that does nothing yet. Say what to do with Handle and Every, then Run.
func New(st *store.Store, log *slog.Logger) *Runner {
	host, err := os.Hostname()
	if err != nil {
		host = "node"
	}
	return &Runner{
		store: st, log: log, name: host + " " + uuid.NewString()[:8], pollEvery: pollEvery, grace: grace,
		handlers: map[store.JobKind]Handler{}, schedules: map[string]schedule{},
	}
}

// Handle lets h do the jobs of the kind. Jobs of a kind that no node handles wait.
func (r *Runner) Handle(kind store.JobKind, h func(ctx context.Context, j store.Job) error) {
	r.handlers[kind] = h
}

// Every lets the leader run f once in every interval, at first at once. When it was last
// run is kept in the database: a restart neither runs it early nor skips it, and however
// many times it was missed, it is run once. One that failed is run again after five
// minutes, or the interval if that is shorter. The name is of lower-case letters and "_".
//
// A leader that hangs may still be at it when the next one begins, so f has to bear being
// run twice. Its context ends when the node does not lead any more, or stops.
func (r *Runner) Every(name string, interval time.Duration, f func(ctx context.Context) error) {
	if !scheduleName.MatchString(name) {
		panic("work: the table of schedules takes no name like " + name)
	}
	r.schedules[name] = schedule{interval, f}
}

// Run works until ctx ends. Then it waits some seconds for what is under way, gives back
// what has not come to an end, and lets another node lead. A database that is away is
// waited for.
func (r *Runner) Run(ctx context.Context) {
	var both sync.WaitGroup
	both.Go(func() { r.doJobs(ctx) })
	both.Go(func() { r.watchClock(ctx) })
	both.Wait()
}

// doJobs takes jobs and does them until ctx ends.
func (r *Runner) doJobs(ctx context.Context) {
	kinds := make([]store.JobKind, 0, len(r.handlers))
	for kind := range r.handlers {
		kinds = append(kinds, kind)
	}
	if len(kinds) == 0 {
		return
	}
	slices.Sort(kinds)

	// Handlers outlive ctx by the grace.
	working, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(r.grace, stop) })()
	var running sync.WaitGroup
	defer running.Wait()

	slots := make(chan struct{}, atOnce)
	freed := make(chan struct{}, 1) // a slot is free again; one value is enough
	hints := r.store.ListenJobs(ctx)
	complain := &complaint{log: r.log, what: "look for jobs"}
	for ctx.Err() == nil {
		free := atOnce - len(slots)
		var jobs []store.Job
		if free > 0 {
			var err error
			jobs, err = r.store.TakeJobs(ctx, kinds, free)
			complain.note(ctx, err)
		}
		for _, j := range jobs {
			slots <- struct{}{}
			running.Go(func() {
				r.do(working, j)
				<-slots
				select {
				case freed <- struct{}{}:
				default:
				}
			})
		}
		// As many as there was room for: there may be more, which the slot that is free
		// next will take.
		var more <-chan struct{}
		if len(jobs) == free {
			more = freed
		}
		wait(ctx, r.pollEvery, hints, more)
	}
}

// wait returns when one of the channels has a value, after about the time, or when ctx ends.
func wait(ctx context.Context, d time.Duration, hints, more <-chan struct{}) {
	timer := time.NewTimer(jitter(d))
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	case <-more:
	case <-hints:
	}
}

// jitter returns the duration, give or take a fifth: not all nodes, and not all jobs that
// failed together, at the same moment.
func jitter(d time.Duration) time.Duration { return d*4/5 + rand.N(d*2/5+1) }

// do does one job and notes how it ended.
func (r *Runner) do(ctx context.Context, j store.Job) {
	log := r.log.With("job", j.ID, "kind", string(j.Kind), "attempt", j.Attempts)
	within, span := trace.Start(ctx, "job")
	span.Kind(string(j.Kind))
	span.Number("attempt", j.Attempts)
	if id := trace.ID(within); id != "" {
		log = log.With("trace_id", id)
	}
	err := r.attempt(within, j)
	var note func(context.Context) error
	var skip skipped
	if errors.As(err, &skip) {
		span.End(nil)
	} else {
		span.End(err)
	}
	final := errors.As(err, new(permanent))
	switch {
	case err == nil:
		note = func(ctx context.Context) error { return r.store.FinishJob(ctx, j, "") }
	case errors.As(err, &skip):
		log.Info("job is of no use any more", "reason", string(skip))
		note = func(ctx context.Context) error { return r.store.FinishJob(ctx, j, string(skip)) }
	case ctx.Err() != nil && !final: // asked to stop: not the job's fault
		note = func(ctx context.Context) error { return r.store.GiveBackJob(ctx, j) }
	case final || j.Attempts >= maxAttempts:
		log.Error("job given up", "error", err)
		note = func(ctx context.Context) error { return r.store.GiveUpJob(ctx, j, err.Error()) }
	default:
		pause := jitter(waits[min(j.Attempts, len(waits))-1])
		var asked after
		if errors.As(err, &asked) {
			pause = max(pause, asked.wait)
		}
		log.Warn("job failed and is tried again", "error", err, "after", pause.Round(time.Second))
		note = func(ctx context.Context) error { return r.store.RetryJob(ctx, j, pause, err.Error()) }
	}
	if err := untilNoted(ctx, note); err != nil {
		log.Error("the end of the job could not be noted; it will be done again", "error", err)
	}
}

// attempt calls the handler. A panic is an error like others: the next version of the
// program may well do better, and one bad job must not stop the rest.
func (r *Runner) attempt(ctx context.Context, j store.Job) (err error) {
	if j.Attempts > maxAttempts {
		// Only nodes that are killed meanwhile leave an attempt without an end.
		return Permanent(fmt.Errorf("begun %d times and never ended", maxAttempts))
	}
	ctx, cancel := context.WithTimeout(ctx, handlerTime)
	defer cancel()
	defer recovered(&err)
	return r.handlers[j.Kind](ctx, j)
}

func recovered(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
	}
}

// untilNoted calls note until it succeeds, for as long as the lease holds: what was done
// and cannot be noted is done a second time. It tries but shortly when the program stops.
func untilNoted(ctx context.Context, note func(context.Context) error) error {
	stopping := ctx.Err() != nil
	// The note is worth the more when the program stops.
	free, cancel := context.WithTimeout(context.WithoutCancel(ctx), 25*time.Second)
	defer cancel()
	for {
		err := note(free)
		if err == nil || stopping || free.Err() != nil {
			return err
		}
		select {
		case <-free.Done():
		case <-ctx.Done():
			stopping = true
		case <-time.After(time.Second):
		}
	}
}

// complaint logs that something does not work once, and once that it works again.
type complaint struct {
	log  *slog.Logger
	what string
	said bool
}

func (c *complaint) note(ctx context.Context, err error) {
	switch {
	case ctx.Err() != nil:
	case err != nil && !c.said:
		c.said = true
		c.log.Error("background work waits", "doing", c.what, "error", err)
	case err == nil && c.said:
		c.said = false
		c.log.Info("background work goes on", "doing", c.what)
	}
}
