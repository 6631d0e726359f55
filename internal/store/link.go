package store

import (
	"context"
	"fmt"
	"time"
)

// LinkFailure says why an address gave no good answer; empty when it did.
type LinkFailure string

const (
	LinkStatus  LinkFailure = "status"  // it answers, and says that the page is not there
	LinkNoHost  LinkFailure = "dns"     // the name of the host is not known
	LinkTimeout LinkFailure = "timeout" // no answer in time
	LinkTLS     LinkFailure = "tls"     // its certificate is wrong
	LinkConnect LinkFailure = "connect" // no connection, or one that broke
	LinkRefused LinkFailure = "refused" // an address that we do not visit: private, another port
)

// LinkState is what is known of an address that the directory points to.
type LinkState struct {
	URL         string
	CheckedAt   *time.Time  // last; nil: not yet
	OKAt        *time.Time  // when it last answered as it should
	Status      int         // of the last answer; 0 where there was none
	Failure     LinkFailure // of the last check
	MovedTo     string      // where it says that it has moved for good; mostly empty
	Strikes     int         // days in a row on which it did not answer
	BrokenSince *time.Time  // set: did not answer on two different days, and has not since
}

// Broken reports whether the address has failed on two different days, and not answered since.
func (l LinkState) Broken() bool { return l.BrokenSince != nil }

type linkRow struct {
	URL         string `gorm:"column:url;primaryKey"`
	NextCheck   time.Time
	CheckedAt   *time.Time
	OKAt        *time.Time `gorm:"column:ok_at"`
	Status      *int
	Failure     string
	MovedTo     optional
	Strikes     int
	StruckAt    *time.Time
	BrokenSince *time.Time
}

func (linkRow) TableName() string { return "links" }

func (r linkRow) state() LinkState {
	l := LinkState{URL: r.URL, CheckedAt: inUTC(r.CheckedAt), OKAt: inUTC(r.OKAt), Failure: LinkFailure(r.Failure),
		MovedTo: string(r.MovedTo), Strikes: r.Strikes, BrokenSince: inUTC(r.BrokenSince)}
	if r.Status != nil {
		l.Status = *r.Status
	}
	return l
}

// LinkStates returns what is known of the addresses, by address. One that nothing is
// known of is absent.
func (s *Store) LinkStates(ctx context.Context, urls []string) (map[string]LinkState, error) {
	found, err := list(s.db.WithContext(ctx).Where("url = ANY(?)", textArray(urls)), linkRow.state)
	if err != nil {
		return nil, fmt.Errorf("states of %d links: %w", len(urls), err)
	}
	states := make(map[string]LinkState, len(found))
	for _, l := range found {
		states[l.URL] = l
	}
	return states, nil
}
