// Package linkcheck visits the pages of others that the directory points to, and notes
// whether they answer. It is polite: about once a week each, one request at a time to a
// host with seconds between, and a name by which the host can find out who we are.
//
// Addresses come from editors, and pages can send a visitor anywhere. So every connection
// is looked at when it is made, with the host's name resolved, and none goes to a private
// or otherwise special address: neither a redirect nor a name that resolves differently
// the second time leads inside.
package linkcheck

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

const (
	// batch is how many addresses one run takes at most, and runTime how long it begins
	// new visits: what is left is due the next time.
	batch   = 60
	runTime = 40 * time.Second
	// hostsAtOnce is how many hosts are visited at the same time.
	hostsAtOnce = 4
	// hostPause is how long a host is left alone after a request.
	hostPause = 5 * time.Second
	// syncEvery is how often the list is made anew from what the directory says.
	syncEvery = time.Hour
	// trustFor is how long an answer, from anybody, shows that our own connection works.
	trustFor = time.Hour
)

// Checker checks links.
type Checker struct {
	store  *store.Store
	log    *slog.Logger
	client *http.Client
	agent  string
	pause  time.Duration // hostPause; tests have less time

	synced   time.Time
	mu       sync.Mutex
	answered time.Time            // when somebody last answered
	visited  map[string]time.Time // hosts, lately
}

// New returns a checker. baseURL is the site's address, by which hosts can see who visits.
func New(st *store.Store, baseURL string, log *slog.Logger) *Checker {
	return &Checker{
		store: st, log: log, client: newClient(guard), pause: hostPause,
		agent:   "oversikt-lenkesjekk (+" + baseURL + "/om)",
		visited: map[string]time.Time{},
	}
}

// Run visits what is due, for some tens of seconds. Call it again and again, one call at
// a time.
func (c *Checker) Run(ctx context.Context) error {
	if time.Since(c.synced) > syncEvery {
		if err := c.store.SyncLinks(ctx); err != nil {
			return err
		}
		c.synced = time.Now()
	}
	due, err := c.store.DueLinks(ctx, batch)
	if err != nil || len(due) == 0 {
		return err
	}
	var hosts [][]string // addresses of a host, in the order in which they are due
	at := map[string]int{}
	for _, address := range due {
		host := address
		if u, err := url.Parse(address); err == nil {
			host = u.Host
		}
		i, known := at[host]
		if !known {
			i = len(hosts)
			at[host] = i
			hosts = append(hosts, nil)
		}
		hosts[i] = append(hosts[i], address)
	}

	until := time.Now().Add(runTime)
	var silent []store.LinkCheck // no answer at all
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(hostsAtOnce)
	for _, addresses := range hosts {
		group.Go(func() error {
			for _, address := range addresses {
				if time.Now().After(until) {
					return nil
				}
				check := c.visit(ctx, address)
				if ctx.Err() != nil {
					return ctx.Err() // nothing was learned
				}
				if check.Status == 0 && check.Failure != store.LinkRefused {
					c.mu.Lock()
					silent = append(silent, check)
					c.mu.Unlock()
					continue
				}
				if err := c.store.SaveLinkCheck(ctx, check); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return fmt.Errorf("check links: %w", err)
	}
	return c.saveSilent(context.WithoutCancel(ctx), silent)
}

// saveSilent notes that hosts gave no answer, when somebody else lately did. When nobody
// does it is our own connection that is down, and nothing is wrong with anybody's links.
func (c *Checker) saveSilent(ctx context.Context, silent []store.LinkCheck) error {
	c.mu.Lock()
	works := time.Since(c.answered) < trustFor
	c.mu.Unlock()
	if !works && len(silent) > 0 {
		c.log.Warn("no host answers; links are checked again in an hour", "links", len(silent))
		urls := make([]string, len(silent))
		for i, s := range silent {
			urls[i] = s.URL
		}
		return c.store.PostponeLinks(ctx, urls)
	}
	for _, check := range silent {
		if err := c.store.SaveLinkCheck(ctx, check); err != nil {
			return err
		}
	}
	return nil
}

// waitForHost returns when the host has been left alone long enough, and counts the
// visit. Two goroutines may come to the same host by redirects: the second waits longer.
func (c *Checker) waitForHost(ctx context.Context, host string) error {
	c.mu.Lock()
	now := time.Now()
	if len(c.visited) > 1000 {
		for h, t := range c.visited {
			if now.Sub(t) > c.pause {
				delete(c.visited, h)
			}
		}
	}
	next := c.visited[host].Add(c.pause)
	if next.Before(now) {
		next = now
	}
	c.visited[host] = next
	c.mu.Unlock()
	timer := time.NewTimer(next.Sub(now))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
