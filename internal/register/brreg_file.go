package register

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
	"github.com/nasjonal-oversikt/oversikt/internal/upstream"
)

// File goes through all units of the register in its file, fetched into dir or, when file
// is not empty, lying there: one request instead of one an organization. Numbers that are in
// no unit of a file that was fetched are looked for in that of sub-units. It writes nothing
// before the files were read to their ends.
func (b Brreg) File(ctx context.Context, file, dir string) (Report, error) {
	im, err := newRun(ctx, b.Options, brregKey, brregTitle)
	if err != nil {
		return Report{}, err
	}
	var state brregState
	if _, err := im.resume(ctx, &state); err != nil {
		return im.report, err
	}
	ours, err := im.store.OrganizationsAfter(ctx, 0, 0)
	if err != nil {
		return im.report, err
	}
	found, err := b.match(ctx, im, ours, "enheter", file, dir)
	if err != nil {
		return im.report, err
	}
	if rest := unmatched(ours, found); file == "" && len(rest) > 0 {
		more, err := b.match(ctx, im, rest, "underenheter", "", dir)
		if err != nil {
			return im.report, err
		}
		found = append(found, more...)
	}
	const some = 50
	for start := 0; start < len(found); start += some {
		if err := im.saveRegistered(ctx, found[start:min(start+some, len(found))], &state); err != nil {
			return im.report, err
		}
	}
	return im.report, nil
}

// unmatched returns those of the organizations that have a number and were not found.
func unmatched(ours []store.OrganizationToFind, found []store.Registered) []store.OrganizationToFind {
	return slices.DeleteFunc(slices.Clone(ours), func(o store.OrganizationToFind) bool {
		return o.OrgNumber == "" || slices.ContainsFunc(found, func(r store.Registered) bool { return r.Organization == o.ID })
	})
}

// match returns what the file of the list says of the organizations.
func (b Brreg) match(ctx context.Context, im *run, ours []store.OrganizationToFind, list, file, dir string) ([]store.Registered, error) {
	byNumber, byName := map[string]store.OrganizationToFind{}, map[string]store.OrganizationToFind{}
	for _, o := range ours {
		if o.OrgNumber != "" {
			byNumber[string(o.OrgNumber)] = o
		} else {
			byName[sameName(o.Name)] = o
		}
	}
	found := map[int64][]unit{}
	err := b.eachUnit(ctx, im, list, file, dir, func(u unit) error {
		o, ok := byNumber[u.Number]
		if !ok {
			o, ok = byName[sameName(u.Name)]
			ok = ok && u.Form != nil && u.Form.Code != "ENK" && (u.place().Kommune == string(o.Kommune) || o.Kommune == "" && slices.Contains(o.Kommuner, region.Number(u.place().Kommune)))
		}
		if ok {
			found[o.ID] = append(found[o.ID], u)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var matched []store.Registered
	for _, o := range ours {
		units := found[o.ID]
		if len(units) > 1 {
			im.note("%s: %d units of that name, a person has to say which", o.Name, len(units))
		}
		if len(units) == 1 {
			matched = append(matched, units[0].registered(o.ID, b.Client.Base()+"/"+list+"/"+units[0].Number))
		}
	}
	return matched, nil
}

// eachUnit calls use with each unit of the list's file, which is fetched into dir and deleted
// afterwards unless one is named that lies there.
func (b Brreg) eachUnit(ctx context.Context, im *run, list, file, dir string, use func(unit) error) error {
	if file == "" {
		fetched, _, err := b.Client.Download(ctx, upstream.Request{Path: "/" + list + "/lastned", Accept: fmt.Sprintf(brregGzip, kinds[list])}, dir)
		if err != nil {
			return err
		}
		defer os.Remove(fetched)
		file = fetched
	}
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	unpacked, err := gzip.NewReader(f)
	if err != nil {
		return upstream.Unexpected(file, "file", "gzip", err.Error())
	}
	read := 0
	err = upstream.EachJSON(file, io.LimitReader(unpacked, brregFile), func(raw json.RawMessage) error {
		if read++; read%10_000 == 0 {
			im.progress("units in the file", read, -1)
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		im.report.Read++
		var u unit
		where := fmt.Sprintf("%s (unit %d)", file, read)
		if err := json.Unmarshal(raw, &u); err != nil {
			return upstream.Shape(where, err)
		}
		if err := u.check(where); err != nil {
			return err
		}
		return use(u)
	})
	if errors.Is(err, gzip.ErrChecksum) || errors.Is(err, gzip.ErrHeader) {
		err = upstream.Unexpected(file, "file", "gzip", err.Error())
	}
	return err
}
