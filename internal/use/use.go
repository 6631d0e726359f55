// Package use counts how often each kind of page is opened on each day in Norway. It is
// told a kind and nothing else, so that it has nothing about readers to keep: no address,
// no words, no place, no hour.
//
// A node counts in memory and now and then adds what it has to the database, where the
// nodes' counts become one. While the database is away the counts wait. A node that is
// killed loses what it had counted since; one whose commit succeeds without its knowing
// adds it twice. Both are rare, and these are numbers for seeing a direction.
package use

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
)

const (
	// flushEvery is how much a node that is killed may lose.
	flushEvery = 5 * time.Minute
	// flushTime is how long adding to the database may take. The program does not stop before.
	flushTime = 3 * time.Second
	// late is how long a day that is over may still get counts from requests under way.
	late = time.Minute
)

// kinds are all kinds; a kind's place among them is its place in a day's counts.
var kinds = directory.PageKinds()

// day holds the counts of one day that are not in the database yet.
type day struct {
	begin, end time.Time
	counts     []atomic.Int64
}

func newDay(now time.Time) *day {
	y, m, d := now.In(page.Oslo).Date()
	// Not 24 hours: days on which the clock is set have 23 and 25.
	return &day{time.Date(y, m, d, 0, 0, 0, 0, page.Oslo), time.Date(y, m, d+1, 0, 0, 0, 0, page.Oslo), make([]atomic.Int64, len(kinds))}
}

func (d *day) has(t time.Time) bool { return !t.Before(d.begin) && t.Before(d.end) }

func (d *day) empty() bool {
	for i := range d.counts {
		if d.counts[i].Load() > 0 {
			return false
		}
	}
	return true
}

// Counter counts for one node. Its methods may be called at the same time.
type Counter struct {
	now     func() time.Time
	current atomic.Pointer[day]

	mu   sync.Mutex // of what follows
	days []*day     // the current one last

	flushing sync.Mutex
}

// New returns a counter that has counted nothing. now is its clock.
func New(now func() time.Time) *Counter { return &Counter{now: now} }

// Count counts that a page of the kind was opened now.
func (c *Counter) Count(kind directory.PageKind) {
	i := slices.Index(kinds, kind)
	if i < 0 {
		return
	}
	now := c.now()
	d := c.current.Load()
	if d == nil || !d.has(now) {
		d = c.turn(now)
	}
	d.counts[i].Add(1)
}

// turn returns the counts of the day, beginning it when it is new.
func (c *Counter) turn(now time.Time) *day {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, d := range c.days {
		if d.has(now) {
			c.current.Store(d) // a clock that was set back comes here
			return d
		}
	}
	d := newDay(now)
	c.days = append(c.days, d)
	c.current.Store(d)
	return d
}

// Flush hands what was counted to add, which adds it all or nothing. What could not be
// added is kept for the next time.
func (c *Counter) Flush(ctx context.Context, add func(context.Context, []directory.UseDay) error) error {
	c.flushing.Lock()
	defer c.flushing.Unlock()
	type taken struct {
		from *atomic.Int64
		n    int64
	}
	var list []directory.UseDay
	var took []taken
	for _, d := range c.unfinished() {
		for i, kind := range kinds {
			if n := d.counts[i].Swap(0); n > 0 {
				took = append(took, taken{&d.counts[i], n})
				list = append(list, directory.UseDay{Day: d.begin.Format(time.DateOnly), Kind: kind, Count: n})
			}
		}
	}
	if len(list) == 0 {
		return nil
	}
	if err := add(ctx, list); err != nil {
		for _, t := range took {
			t.from.Add(t.n)
		}
		return err
	}
	return nil
}

// unfinished returns the days that may have counts, and forgets those that are over and empty.
func (c *Counter) unfinished() []*day {
	c.mu.Lock()
	defer c.mu.Unlock()
	over := c.now().Add(-late)
	c.days = slices.DeleteFunc(c.days, func(d *day) bool {
		return d.empty() && d != c.current.Load() && !over.Before(d.end)
	})
	return slices.Clone(c.days)
}

// Run flushes every few minutes until ctx ends. What is counted after that is for Finish.
func (c *Counter) Run(ctx context.Context, add func(context.Context, []directory.UseDay) error, log *slog.Logger) {
	failed := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(flushEvery/2 + rand.N(flushEvery/2)): // not all nodes at once
		}
		err := c.finish(ctx, add)
		switch {
		case err != nil && !failed && ctx.Err() == nil:
			log.Warn("counts of use wait for the database", "error", err)
		case err == nil && failed:
			log.Info("counts of use are in the database again")
		}
		failed = err != nil
	}
}

// Finish flushes a last time, when nothing is answered any more.
func (c *Counter) Finish(ctx context.Context, add func(context.Context, []directory.UseDay) error, log *slog.Logger) {
	if err := c.finish(context.WithoutCancel(ctx), add); err != nil {
		log.Warn("the last counts of use are lost", "error", err)
	}
}

func (c *Counter) finish(ctx context.Context, add func(context.Context, []directory.UseDay) error) error {
	ctx, cancel := context.WithTimeout(ctx, flushTime)
	defer cancel()
	return c.Flush(ctx, add)
}
