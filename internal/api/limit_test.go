package api

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestAllowanceIsTakenInPortions(t *testing.T) {
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	full := errors.New("full")
	var spent int
	spend := func(_ context.Context, n int) (time.Duration, error) {
		if spent += n; spent > 100 {
			return 0, full
		}
		return time.Minute, nil
	}
	var a allowance
	for i := range 100 {
		if err := a.use(t.Context(), "token", clock, spend); err != nil {
			t.Fatalf("call %d: %v", i+1, err)
		}
		if want := (i/portion + 1) * portion; spent != want {
			t.Fatalf("after %d calls %d are taken out, want %d", i+1, spent, want)
		}
	}
	if err := a.use(t.Context(), "token", clock, spend); !errors.Is(err, full) {
		t.Errorf("the call that is too many: %v", err)
	}
	spent = 0
	if err := a.use(t.Context(), "token", clock, spend); err != nil {
		t.Error(err)
	}
	// What is left of the minute is not for the next.
	now = now.Add(time.Minute)
	if err := a.use(t.Context(), "token", clock, spend); err != nil || spent != 2*portion {
		t.Errorf("the next minute: %v, %d taken out, want %d", err, spent, 2*portion)
	}
	for i := range 3 * maxTaken {
		now = now.Add(time.Minute)
		spent = 0
		if err := a.use(t.Context(), string(rune(i)), clock, spend); err != nil {
			t.Fatal(err)
		}
	}
	if len(a.taken) > maxTaken {
		t.Errorf("%d tokens are kept", len(a.taken))
	}
}

// Two nodes, and calls at once, get no more than there is.
func TestAllowanceIsNotExceeded(t *testing.T) {
	var mu sync.Mutex
	spent := 0
	spend := func(_ context.Context, n int) (time.Duration, error) {
		mu.Lock()
		defer mu.Unlock()
		if spent += n; spent > 200 {
			return 0, errors.New("full")
		}
		return time.Minute, nil
	}
	nodes := []*allowance{{}, {}}
	var through atomic.Int64
	var all sync.WaitGroup
	for i := range 1000 {
		all.Go(func() {
			if nodes[i%2].use(t.Context(), "token", time.Now, spend) == nil {
				through.Add(1)
			}
		})
	}
	all.Wait()
	if n := through.Load(); n > 200 || n < 200-2*(portion-1) {
		t.Errorf("%d of 200 are let through", n)
	}
}
