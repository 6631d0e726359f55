package api

import (
	"sync"
	"time"
)

// What programs are told of the API's limits. MaxPageSize stands again in the tags of the
// parameters, which a test compares.
const (
	MaxPageSize    = 100
	MaxBody        = maxBody
	CallsPerMinute = perMinute
)

// perMinute is how many calls a token may make in a minute. A program that sends over all
// offerings of the largest kommune in one go is far below. The page for developers says it.
const perMinute = 600

// limiter counts the calls of each token in the present minute. It counts for one node:
// it is there to keep a program that runs wild from taking all, not to count exactly.
type limiter struct {
	mu     sync.Mutex
	minute time.Time
	calls  map[int64]int
}

// wait counts a call and returns 0, or how long to wait when there were too many.
func (l *limiter) wait(token int64, now time.Time, most int) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	if minute := now.Truncate(time.Minute); !minute.Equal(l.minute) {
		l.minute, l.calls = minute, map[int64]int{}
	}
	if l.calls[token]++; l.calls[token] <= most {
		return 0
	}
	return l.minute.Add(time.Minute).Sub(now)
}
