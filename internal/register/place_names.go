package register

import (
	"context"
	"fmt"
	"strings"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

// placeNames finds kommuner and fylker by what others write.
type placeNames struct {
	kommuner map[string]region.Number      // by number and by small letters of the name; "" for a name that several have
	fylker   map[string]region.FylkeNumber // likewise
}

func (r *placeNames) kommune(v string) (region.Number, error) {
	n, ok := r.kommuner[strings.ToLower(strings.TrimSuffix(v, " kommune"))]
	switch {
	case !ok:
		return "", fmt.Errorf("no kommune has the name or number %q", v)
	case n == "":
		return "", fmt.Errorf("several kommuner are called %q: use the number", v)
	}
	return n, nil
}

// cover takes in "nasjonal", "fylke:Innlandet", and names and numbers of kommuner.
func (r *placeNames) cover(c *directory.Coverage, v string) error {
	if v == "nasjonal" {
		c.National = true
		return nil
	}
	if name, ok := strings.CutPrefix(v, "fylke:"); ok {
		n, ok := r.fylker[strings.ToLower(strings.TrimSpace(name))]
		if !ok {
			return fmt.Errorf("no fylke has the name or number %q", name)
		}
		c.Fylker = append(c.Fylker, n)
		return nil
	}
	n, err := r.kommune(v)
	if err == nil {
		c.Kommuner = append(c.Kommuner, n)
	}
	return err
}

func newPlaceNames(ctx context.Context, st *store.Store) (*placeNames, error) {
	r := &placeNames{map[string]region.Number{}, map[string]region.FylkeNumber{}}
	kommuner, err := st.Kommuner(ctx)
	if err != nil {
		return nil, err
	}
	for _, k := range kommuner {
		name := strings.ToLower(k.Name)
		if _, twice := r.kommuner[name]; twice {
			r.kommuner[name] = ""
		} else {
			r.kommuner[name] = k.Number
		}
		r.kommuner[string(k.Number)] = k.Number
	}
	fylker, err := st.Fylker(ctx)
	for _, f := range fylker {
		r.fylker[strings.ToLower(f.Name)], r.fylker[string(f.Number)] = f.Number, f.Number
	}
	return r, err
}
