package register

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
	"github.com/nasjonal-oversikt/oversikt/internal/upstream"
)

// brregState is how far the organizations were gone through, and the feeds read.
type brregState struct {
	After int64           // id of the organization that was last looked up; 0: none
	Whole bool            // all that stood here were, once
	Feed  map[string]feed // by list: "enheter", "underenheter"
}

// feed is a position in a list of updates.
type feed struct {
	ID   int64  // of the last update that was read; 0: none yet
	From string // then: the time from which to read
}

// lists are the two kinds of units.
var lists = []string{"enheter", "underenheter"}

// kinds is what one of a list is called.
var kinds = map[string]string{"enheter": "enhet", "underenheter": "underenhet"}

// Organizations fills in what the register has of the organizations that stand here. The
// first time it looks each of them up, by number or by its exact name in its kommune; then
// those that are new here, and what has changed in the register since.
func (b Brreg) Organizations(ctx context.Context) (Report, error) {
	im, err := newRun(ctx, b.Options, brregKey, brregTitle)
	if err != nil {
		return Report{}, err
	}
	var state brregState
	if _, err := im.resume(ctx, &state); err != nil {
		return im.report, err
	}
	if !state.Whole {
		return im.report, b.lookUpAll(ctx, im, &state)
	}
	if err := b.lookUpNew(ctx, im, &state, -1); err != nil {
		return im.report, err
	}
	return im.report, b.followFeeds(ctx, im, &state)
}

// Follow is Organizations for a program that nobody watches: what it changed and what people
// should look at goes to the log.
func (b Brreg) Follow(ctx context.Context, log *slog.Logger) error {
	report, err := b.Organizations(ctx)
	for _, c := range report.Changes {
		log.Info("said by Enhetsregisteret", "change", c.String())
	}
	for _, n := range report.Notes {
		log.Info("for a person to look at", "note", n)
	}
	if len(report.Changes) > 0 || err != nil {
		log.Info("followed Enhetsregisteret", "read", report.Read, "changed", report.Updated, "left", report.Kept, "finished", err == nil)
	}
	if err != nil {
		return fmt.Errorf("follow Enhetsregisteret: %w", err)
	}
	return nil
}

// lookUpAll goes through all organizations. Where the feeds stand is noted before, so that
// nothing falls between.
func (b Brreg) lookUpAll(ctx context.Context, im *run, state *brregState) error {
	if state.Feed == nil {
		state.Feed = map[string]feed{}
		for _, list := range lists {
			state.Feed[list] = feed{From: time.Now().UTC().Format("2006-01-02T15:04:05.000Z")}
		}
	} else if state.After > 0 {
		im.report.Resumed = fmt.Sprintf("organization %d", state.After)
	}
	total, err := im.store.CountOrganizations(ctx)
	if err != nil {
		return err
	}
	if err := b.lookUpNew(ctx, im, state, total); err != nil {
		return err
	}
	state.Whole = true
	return im.store.SaveImportProgress(ctx, im.actor, im.importRun(state))
}

// lookUpNew goes through the organizations after the one that was last looked up. total is how
// many there are, -1 when that is not known.
func (b Brreg) lookUpNew(ctx context.Context, im *run, state *brregState, total int) error {
	const some = 20
	for {
		page, err := im.store.OrganizationsAfter(ctx, state.After, some)
		if err != nil {
			return err
		}
		if len(page) == 0 {
			return nil
		}
		var found []store.Registered
		for _, o := range page {
			r, err := b.lookUp(ctx, im, o)
			if err != nil {
				return err
			}
			if r != nil {
				found = append(found, *r)
			}
			im.report.Read++
			im.progress("organizations", im.report.Read, total)
		}
		state.After = page[len(page)-1].ID
		if err := im.saveRegistered(ctx, found, state); err != nil {
			return err
		}
	}
}

// saveRegistered stores what was found, with how far the import has come.
func (im *run) saveRegistered(ctx context.Context, found []store.Registered, state *brregState) error {
	outcomes, err := im.store.SaveRegistered(ctx, im.actor, im.importRun(state), brregTitle, found)
	if err != nil {
		return err
	}
	for _, o := range outcomes {
		switch o.Result {
		case store.Updated:
			im.report.Updated++
		default:
			im.report.Unchanged++
		}
		for _, f := range []struct{ label, before, after string }{
			{"organisasjonsnummer", string(o.Before.OrgNumber), string(o.After.OrgNumber)}, {"slag", string(o.Before.Kind), string(o.After.Kind)}, {"nettsted", o.Before.Website, o.After.Website},
		} {
			if f.before != f.after {
				im.report.Changes = append(im.report.Changes, Change{Thing: o.Before.Name, Label: f.label, Before: f.before, After: f.after})
			}
		}
		if len(o.Asked.Said) > 0 {
			im.report.Kept++
		}
		for _, f := range o.Asked.Said {
			im.report.Changes = append(im.report.Changes, Change{Thing: o.Before.Name, Label: string(f.Field), Before: f.Here, After: f.There, Kept: true})
		}
		if d := o.Asked; d.Deleted != "" || d.Bankrupt || d.Closing {
			im.note("%s is not as it was in the register (deleted: %s, bankrupt: %t, being wound up: %t): a task asks the national editors", d.Name, cmp.Or(d.Deleted, "no"), d.Bankrupt, d.Closing)
		}
		if d := o.Asked; d.NewName != "" {
			im.note("%s has another name in the register: %s, before %s", d.Name, d.NewName, d.OldName)
		}
	}
	return nil
}

// lookUp returns what the register says of the organization, nil when it cannot be told
// which one it is: that is for a person.
func (b Brreg) lookUp(ctx context.Context, im *run, o store.OrganizationToFind) (*store.Registered, error) {
	if o.OrgNumber == "" {
		return b.byName(ctx, im, o)
	}
	r, err := b.byNumber(ctx, o)
	if err == nil && r == nil {
		im.note("%s: no unit has the organisasjonsnummer %s", o.Name, o.OrgNumber)
	}
	return r, err
}

// byNumber looks the number up among both kinds of units.
func (b Brreg) byNumber(ctx context.Context, o store.OrganizationToFind) (*store.Registered, error) {
	for _, list := range lists {
		var u unit
		at, err := b.Client.GetJSON(ctx, upstream.Request{Path: "/" + list + "/" + string(o.OrgNumber)}, &u)
		if upstream.IsStatus(err, 404) {
			continue
		}
		if upstream.IsStatus(err, 410) {
			return &store.Registered{Organization: o.ID, OrgNumber: o.OrgNumber, Removed: true, URL: b.Client.Base() + "/" + list + "/" + string(o.OrgNumber), ReadAt: time.Now().UTC().Truncate(time.Second)}, nil
		}
		if err != nil {
			return nil, err
		}
		if err := u.check(at.URL); err != nil {
			return nil, err
		}
		if u.Number != string(o.OrgNumber) {
			return nil, upstream.Unexpected(at.URL, "organisasjonsnummer", string(o.OrgNumber), u.Number)
		}
		r := u.registered(o.ID, at.URL)
		return &r, nil
	}
	return nil, nil
}

// byName looks for the one unit of exactly that name in a kommune of the organization.
func (b Brreg) byName(ctx context.Context, im *run, o store.OrganizationToFind) (*store.Registered, error) {
	kommuner := o.Kommuner
	if o.Kommune != "" {
		kommuner = []region.Number{o.Kommune}
	}
	if len(kommuner) == 0 {
		im.note("%s: no number, and no kommune to tell it from others of the name by", o.Name)
		return nil, nil
	}
	var found []unit
	for _, list := range lists {
		for _, k := range kommuner {
			units, _, err := b.page(ctx, list, url.Values{"navn": {o.Name}, "kommunenummer": {string(k)}}, 0)
			if err != nil {
				return nil, err
			}
			for _, u := range units {
				person := u.Form != nil && u.Form.Code == "ENK" // named after its owner
				if sameName(u.Name) == sameName(o.Name) && u.place().Kommune == string(k) && !person {
					found = append(found, u)
				}
			}
		}
		if len(found) > 0 {
			break
		}
	}
	switch len(found) {
	case 0:
		im.note("%s: no unit of exactly that name in its kommune", o.Name)
		return nil, nil
	case 1:
		r := found[0].registered(o.ID, b.Client.Base()+"/enheter/"+found[0].Number)
		return &r, nil
	}
	numbers := make([]string, len(found))
	for i, u := range found {
		numbers[i] = u.Number
	}
	im.note("%s: %d units of that name, a person has to say which: %s", o.Name, len(found), strings.Join(numbers, ", "))
	return nil, nil
}
