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
// is not empty, lying there: one request instead of one an organization. It writes nothing
// before the file was read to its end.
func (b Brreg) File(ctx context.Context, file, dir string) (Report, error) {
	im, err := newRun(ctx, b.Options, brregKey, brregTitle)
	if err != nil {
		return Report{}, err
	}
	var state brregState
	if _, err := im.resume(ctx, &state); err != nil {
		return im.report, err
	}
	name := file
	if file == "" {
		var fetched string
		fetched, _, err = b.Client.Download(ctx, upstream.Request{Path: "/enheter/lastned", Accept: fmt.Sprintf(brregGzip, "enhet")}, dir)
		if err != nil {
			return im.report, err
		}
		defer os.Remove(fetched)
		name = fetched
	}
	found, err := b.match(ctx, im, name)
	if err != nil {
		return im.report, err
	}
	const some = 50
	for start := 0; start < len(found); start += some {
		if err := im.saveRegistered(ctx, found[start:min(start+some, len(found))], &state); err != nil {
			return im.report, err
		}
	}
	return im.report, nil
}

// match returns what the file says of the organizations that stand here.
func (b Brreg) match(ctx context.Context, im *run, name string) ([]store.Registered, error) {
	ours, err := im.store.OrganizationsAfter(ctx, 0, 0)
	if err != nil {
		return nil, err
	}
	byNumber, byName := map[string]store.OrganizationToFind{}, map[string]store.OrganizationToFind{}
	for _, o := range ours {
		if o.OrgNumber != "" {
			byNumber[string(o.OrgNumber)] = o
		} else {
			byName[sameName(o.Name)] = o
		}
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	unpacked, err := gzip.NewReader(f)
	if err != nil {
		return nil, upstream.Unexpected(name, "file", "gzip", err.Error())
	}
	found := map[int64][]unit{}
	err = upstream.EachJSON(name, io.LimitReader(unpacked, brregFile), func(raw json.RawMessage) error {
		if im.report.Read++; im.report.Read%10_000 == 0 {
			im.progress("units in the file", im.report.Read, -1)
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		var u unit
		where := fmt.Sprintf("%s (unit %d)", name, im.report.Read)
		if err := json.Unmarshal(raw, &u); err != nil {
			return upstream.Shape(where, err)
		}
		if err := u.check(where); err != nil {
			return err
		}
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
	if errors.Is(err, gzip.ErrChecksum) || errors.Is(err, gzip.ErrHeader) {
		err = upstream.Unexpected(name, "file", "gzip", err.Error())
	}
	if err != nil {
		return nil, err
	}
	var list []store.Registered
	for _, o := range ours {
		units := found[o.ID]
		if len(units) > 1 {
			im.note("%s: %d units of that name, a person has to say which", o.Name, len(units))
		}
		if len(units) == 1 {
			list = append(list, units[0].registered(o.ID, b.Client.Base()+"/enheter/"+units[0].Number))
		}
	}
	return list, nil
}
