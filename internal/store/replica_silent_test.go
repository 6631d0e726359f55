package store

import (
	"context"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/dbtest"
)

// silent is a server that takes connections and says nothing.
type silent struct {
	url   string
	asked atomic.Int64
	then  atomic.Pointer[context.CancelFunc] // of the one who asks; nil: nothing
}

func newSilent(t *testing.T) *silent {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &silent{url: "postgres://nobody@" + l.Addr().String() + "/none?sslmode=disable"}
	var served sync.WaitGroup
	served.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			defer c.Close()
			s.asked.Add(1)
			if cancel := s.then.Load(); cancel != nil {
				(*cancel)()
			}
		}
	})
	t.Cleanup(func() { l.Close(); served.Wait() })
	return s
}

// All replicas of a page together may cost it what one may.
func TestSilentReplicas(t *testing.T) {
	first, second := newSilent(t), newSilent(t)
	s := openWith(t, dbtest.URL(t), first.url, second.url)
	ctx := mustReading(t, s)
	for range 2 {
		if _, err := s.OfferingTypes(ctx); err != nil {
			t.Fatal(err)
		}
	}
	if asked := first.asked.Load() + second.asked.Load(); asked != 1 {
		t.Errorf("%d silent replicas were waited for by one page, want 1", asked)
	}
	if left := s.closedReplicas(); left != 1 {
		t.Errorf("%d replicas are left alone, want the one that was asked", left)
	}
}

func (s *Store) closedReplicas() (n int) {
	for _, r := range s.replicas {
		if time.Now().UnixNano() < r.closedUntil.Load() {
			n++
		}
	}
	return n
}

// When a replica has been left alone for its time, one reader waits to see whether it is there
// again, and all others are answered.
func TestOneReaderTriesAgain(t *testing.T) {
	r := newSilent(t)
	s := openWith(t, dbtest.URL(t), r.url)
	s.replicas[0].closedUntil.Store(1)
	var readers sync.WaitGroup
	for range 8 {
		ctx := mustReading(t, s)
		readers.Go(func() {
			if _, err := s.OfferingTypes(ctx); err != nil {
				t.Error(err)
			}
		})
	}
	readers.Wait()
	if asked := r.asked.Load(); asked != 1 {
		t.Errorf("%d readers waited for a replica that was left alone, want 1", asked)
	}
}

// A reader who goes, or had no time, says nothing about the replica.
func TestReaderWhoGoes(t *testing.T) {
	r := newSilent(t)
	s := openWith(t, dbtest.URL(t), r.url)
	for _, closed := range []int64{0, 1} { // as it is, and after it was left alone
		s.replicas[0].closedUntil.Store(closed)
		ctx, cancel := context.WithCancel(mustReading(t, s))
		r.then.Store(&cancel)
		if _, err := s.OfferingTypes(ctx); ctx.Err() == nil || err == nil {
			t.Fatalf("OfferingTypes() = %v for a reader who went", err)
		}
		if got := s.replicas[0].closedUntil.Load(); got != closed {
			t.Errorf("the replica is left alone until %d, want %d as before", got, closed)
		}
	}
	s.replicas[0].closedUntil.Store(0)
	ctx, cancel := context.WithCancel(t.Context())
	r.then.Store(&cancel)
	if stats := s.ReplicaStats(ctx); ctx.Err() == nil || stats[1].LeftAlone {
		t.Errorf("stats = %+v, want nobody left alone for who did not wait for them", stats)
	}
}
