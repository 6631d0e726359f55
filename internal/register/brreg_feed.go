package register

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
	"github.com/nasjonal-oversikt/oversikt/internal/upstream"
)

// update is one entry of a feed.
type update struct {
	ID     *int64 `json:"oppdateringsid"`
	Number string `json:"organisasjonsnummer"`
	Kind   string `json:"endringstype"`
}

// followFeeds reads what has changed since the last time, and looks up those that stand here.
func (b Brreg) followFeeds(ctx context.Context, im *run, state *brregState) error {
	for _, list := range lists {
		for {
			more, err := b.readFeed(ctx, im, state, list)
			if err != nil {
				return err
			}
			if !more {
				break
			}
		}
	}
	return nil
}

// readFeed reads a stretch of a feed, and reports whether there is more.
func (b Brreg) readFeed(ctx context.Context, im *run, state *brregState, list string) (bool, error) {
	at := state.Feed[list]
	query := url.Values{"size": {strconv.Itoa(feedSize)}}
	if at.ID > 0 {
		query.Set("oppdateringsid", strconv.FormatInt(at.ID+1, 10))
	} else {
		query.Set("dato", at.From)
	}
	updates, total, err := b.updates(ctx, list, query, at.ID)
	if err != nil || len(updates) == 0 {
		return false, err
	}
	var numbers []directory.OrgNumber
	for _, u := range updates {
		numbers = append(numbers, directory.OrgNumber(u.Number))
	}
	slices.Sort(numbers)
	ours, err := im.store.OrganizationsByNumber(ctx, slices.Compact(numbers))
	if err != nil {
		return false, err
	}
	var found []store.Registered
	for i, o := range ours {
		r, err := b.lookUp(ctx, im, o)
		if err != nil {
			return false, err
		}
		if r != nil {
			found = append(found, *r)
		}
		im.progress("changed organizations", i+1, len(ours))
	}
	im.report.Read += len(updates)
	state.Feed[list] = feed{ID: *updates[len(updates)-1].ID}
	return total > len(updates), im.saveRegistered(ctx, found, state)
}

// updates returns entries of a feed, each with a higher id than the one before.
func (b Brreg) updates(ctx context.Context, list string, query url.Values, after int64) ([]update, int, error) {
	var answer struct {
		Embedded struct {
			Units    []update `json:"oppdaterteEnheter"`
			SubUnits []update `json:"oppdaterteUnderenheter"`
		} `json:"_embedded"`
		Page *paged `json:"page"`
	}
	at, err := b.Client.GetJSON(ctx, upstream.Request{Path: "/oppdateringer/" + list, Query: query}, &answer)
	if err != nil {
		return nil, 0, err
	}
	if err := checkPage(at.URL, answer.Page, 0); err != nil {
		return nil, 0, err
	}
	updates := append(answer.Embedded.Units, answer.Embedded.SubUnits...)
	if len(updates) == 0 && *answer.Page.Total > 0 {
		return nil, 0, upstream.Missing(at.URL, "_embedded.oppdaterteEnheter", "a list of updates")
	}
	for i, u := range updates {
		where := fmt.Sprintf("%s (update %d)", at.URL, i)
		if u.ID == nil {
			return nil, 0, upstream.Missing(where, "oppdateringsid", "a whole number")
		}
		// Else the feed would go round and round, or we would lose something.
		if *u.ID <= after {
			return nil, 0, upstream.Unexpected(where, "oppdateringsid", fmt.Sprintf("more than %d", after), strconv.FormatInt(*u.ID, 10))
		}
		if _, err := directory.ParseOrgNumber(u.Number); err != nil {
			return nil, 0, upstream.Unexpected(where, "organisasjonsnummer", "an organisasjonsnummer", u.Number)
		}
		after = *u.ID
	}
	return updates, *answer.Page.Total, nil
}
