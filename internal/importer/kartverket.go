package importer

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
	"github.com/nasjonal-oversikt/oversikt/internal/upstream"
)

// KartverketBase is where the mapping authority tells of kommuner.
const KartverketBase = "https://api.kartverket.no/kommuneinfo/v1"

// kartKommune is a kommune in Kartverket's shape. Names and languages that there are not are null.
type kartKommune struct {
	Number    string `json:"kommunenummer"`
	Norwegian string `json:"kommunenavnNorsk"`
	Names     []struct {
		Name     *string `json:"navn"`
		Language *string `json:"sprak"`
		Priority int     `json:"prioritet"`
	} `json:"gyldigeNavn"`
	Point struct {
		Coordinates []float64 `json:"coordinates"` // longitude, latitude
	} `json:"punktIOmrade"`
	Box struct {
		Coordinates [][][]float64 `json:"coordinates"`
	} `json:"avgrensningsboks"`
}

// KartverketOptions says what to take in.
type KartverketOptions struct {
	Client *upstream.Client
	// Folder keeps the outlines that have been fetched, so that a run that was cut off goes
	// on where it was. Empty: outlines are not asked for.
	Folder   string
	DryRun   bool
	Progress Progress
}

// KartverketReport says what Kartverket has that differs from what is stored.
type KartverketReport struct {
	Read int
	// Only are kommuner that one of us has: Statistics Norway says which there are, and an
	// import of its changes brings or ends them.
	Only []string
	// Names are names that differ. They are told and not taken: a kommune is called what
	// Statistics Norway says, which names all official languages.
	Names   []string
	Changed []string // names and points that were, or would be, put right
	Fetched int      // outlines that were fetched now
	Kept    int      // outlines that had been fetched before
	Sum     store.Summary
	Lines   *OutlinesReport // nil: not asked for
}

// ImportKartverket compares kommuner with those of Kartverket, puts right what a new kommune
// was given by guess, and takes in their outlines.
func ImportKartverket(ctx context.Context, st *store.Store, actor auth.Actor, o KartverketOptions) (KartverketReport, error) {
	var report KartverketReport
	theirs, err := readKartverket(ctx, o.Client)
	if err != nil {
		return report, fmt.Errorf("kommuner of Kartverket: %w", err)
	}
	report.Read = len(theirs)
	ours, err := st.Kommuner(ctx)
	if err != nil {
		return report, err
	}
	changed := report.compare(ours, theirs)
	if o.DryRun {
		return report, nil
	}
	if len(changed) > 0 {
		if report.Sum, err = st.SaveRegions(ctx, actor, store.Regions{Kommuner: changed}); err != nil {
			return report, err
		}
	}
	if o.Folder == "" {
		return report, nil
	}
	collection, err := o.outlines(ctx, ours, &report)
	if err != nil {
		return report, err
	}
	lines, err := ImportOutlines(ctx, st, bytes.NewReader(collection), actor)
	report.Lines = &lines
	return report, err
}

// readKartverket returns the kommuner of Kartverket by number. An answer of another shape is
// an error.
func readKartverket(ctx context.Context, c *upstream.Client) (map[region.Number]kartKommune, error) {
	var fylker []struct {
		Kommuner *[]kartKommune `json:"kommuner"`
	}
	answer, err := c.GetJSON(ctx, upstream.Request{Path: "/fylkerkommuner"}, &fylker)
	if err != nil {
		return nil, err
	}
	found := map[region.Number]kartKommune{}
	for _, f := range fylker {
		if f.Kommuner == nil {
			return nil, upstream.Missing(answer.URL, "kommuner", "a list")
		}
		for _, k := range *f.Kommuner {
			n, err := region.ParseNumber(k.Number)
			if err != nil {
				return nil, upstream.Unexpected(answer.URL, "kommuner.kommunenummer", "four digits", k.Number)
			}
			if k.Norwegian == "" {
				return nil, upstream.Missing(answer.URL, "kommuner.kommunenavnNorsk", "a text")
			}
			if len(k.Point.Coordinates) != 2 {
				return nil, upstream.Missing(answer.URL, "kommuner.punktIOmrade.coordinates", "longitude and latitude")
			}
			found[n] = k
		}
	}
	if len(found) == 0 {
		return nil, upstream.Missing(answer.URL, "kommuner", "a list of kommuner")
	}
	return found, nil
}

// compare fills in the report, and returns the kommuner of ours that are to be written.
func (r *KartverketReport) compare(ours []region.Kommune, theirs map[region.Number]kartKommune) []region.Kommune {
	var changed []region.Kommune
	here := map[region.Number]string{}
	there := map[region.Number]string{}
	for n, k := range theirs {
		there[n] = k.Norwegian
	}
	for _, k := range ours {
		here[k.Number] = k.Name
		t, ok := theirs[k.Number]
		if !ok {
			continue
		}
		label := string(k.Number) + " " + k.Name
		was := k
		official := region.NameParts(k.OfficialName)
		if k.Name != t.Norwegian && slices.Contains(official, t.Norwegian) {
			k.Name = t.Norwegian
			k.OtherNames = slices.DeleteFunc(slices.Clone(official), func(p string) bool { return p == k.Name })
			r.Changed = append(r.Changed, label+": is called "+k.Name+" in Norwegian")
		}
		for _, name := range t.names() {
			if !slices.Contains(official, name) {
				r.Names = append(r.Names, label+": Kartverket has the name "+name)
			}
		}
		if !t.holds(k.Position) {
			k.Position = region.Position{Lat: t.Point.Coordinates[1], Lon: t.Point.Coordinates[0]}
			r.Changed = append(r.Changed, fmt.Sprintf("%s: its point lay outside of it, and is %.5f, %.5f now", label, k.Position.Lat, k.Position.Lon))
		}
		if k.Name != was.Name || k.Position != was.Position {
			changed = append(changed, k)
		}
	}
	for _, d := range differ(here, there) {
		r.Only = append(r.Only, strings.ReplaceAll(d, "Statistics Norway", "Kartverket"))
	}
	slices.Sort(r.Names)
	return changed
}

func (k kartKommune) names() []string {
	var names []string
	for _, n := range k.Names {
		if n.Name != nil && *n.Name != "" {
			names = append(names, *n.Name)
		}
	}
	return names
}

// holds reports whether the box around the kommune holds the point, also where no box was given.
func (k kartKommune) holds(p region.Position) bool {
	if len(k.Box.Coordinates) == 0 || len(k.Box.Coordinates[0]) < 4 {
		return true
	}
	var lons, lats []float64
	for _, c := range k.Box.Coordinates[0] {
		if len(c) < 2 {
			return true
		}
		lons, lats = append(lons, c[0]), append(lats, c[1])
	}
	return p.Lon >= slices.Min(lons) && p.Lon <= slices.Max(lons) && p.Lat >= slices.Min(lats) && p.Lat <= slices.Max(lats)
}

// kartArea is the area of a kommune in Kartverket's shape.
type kartArea struct {
	Number string          `json:"kommunenummer"`
	Area   json.RawMessage `json:"omrade"`
}

// outlines fetches the area of each kommune and returns them as one collection, which is read
// as a file of Kartverket is. All have to be there: borders are made simpler together.
func (o KartverketOptions) outlines(ctx context.Context, kommuner []region.Kommune, report *KartverketReport) ([]byte, error) {
	if err := os.MkdirAll(o.Folder, 0o700); err != nil {
		return nil, err
	}
	type feature struct {
		Type       string          `json:"type"`
		Properties map[string]any  `json:"properties"`
		Geometry   json.RawMessage `json:"geometry"`
	}
	var features []feature
	for i, k := range kommuner {
		area, err := o.area(ctx, k.Number, report)
		if err != nil {
			return nil, fmt.Errorf("outline of %s %s (%d of %d are here; run it again to go on): %w", k.Number, k.Name, i, len(kommuner), err)
		}
		features = append(features, feature{"Feature", map[string]any{"kommunenummer": string(k.Number)}, area})
		if o.Progress != nil {
			o.Progress("outlines", i+1, len(kommuner))
		}
	}
	return json.Marshal(map[string]any{"type": "FeatureCollection", "features": features})
}

// area returns the area of a kommune, from the folder where it has been fetched before.
func (o KartverketOptions) area(ctx context.Context, n region.Number, report *KartverketReport) (json.RawMessage, error) {
	file := filepath.Join(o.Folder, string(n)+".json")
	content, err := os.ReadFile(file)
	if err == nil {
		if area, err := areaIn(file, content, n); err == nil {
			report.Kept++
			return area, nil
		}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var got kartArea
	answer, err := o.Client.GetJSON(ctx, upstream.Request{Path: "/kommuner/" + string(n) + "/omrade", Query: url.Values{"utkoordsys": {"4258"}}}, &got)
	if err != nil {
		return nil, err
	}
	area, err := areaIn(answer.URL, answer.Body, n)
	if err != nil {
		return nil, err
	}
	report.Fetched++
	// By another name first: a file that is there is whole.
	if err := os.WriteFile(file+".ny", answer.Body, 0o600); err != nil {
		return nil, err
	}
	return area, os.Rename(file+".ny", file)
}

func areaIn(where string, content []byte, n region.Number) (json.RawMessage, error) {
	var got kartArea
	if err := upstream.Decode(where, content, &got); err != nil {
		return nil, err
	}
	if got.Number != string(n) {
		return nil, upstream.Unexpected(where, "kommunenummer", string(n), got.Number)
	}
	var geometry struct {
		Type        string          `json:"type"`
		Coordinates json.RawMessage `json:"coordinates"`
	}
	if err := upstream.Decode(where, got.Area, &geometry); err != nil || len(got.Area) == 0 {
		return nil, upstream.Missing(where, "omrade", "a GeoJSON geometry")
	}
	if geometry.Type != "Polygon" && geometry.Type != "MultiPolygon" {
		return nil, upstream.Unexpected(where, "omrade.type", "Polygon or MultiPolygon", geometry.Type)
	}
	return got.Area, nil
}
