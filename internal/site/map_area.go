package site

import (
	"fmt"
	"math"
	"strconv"

	"github.com/nasjonal-oversikt/oversikt/internal/outline"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

// drawing is the country as it is drawn: which part of the plane, and the borders of the
// kommuner that have some.
type drawing struct {
	frame frame
	paths map[region.Number]string
}

// drawing returns the country as it is drawn, made once for each state of it.
func (b *borders) drawing(o *search.Outlines) (*drawing, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.drawn == nil || b.drawnOf != o {
		d, err := newDrawing(o)
		if err != nil {
			return nil, err
		}
		b.drawn, b.drawnOf = d, o
	}
	return b.drawn, nil
}

func newDrawing(o *search.Outlines) (*drawing, error) {
	points := each(o.Kommuner(), func(k *search.Kommune) region.Position { return k.Position })
	areas := map[region.Number]outline.Polygons{}
	for _, outlined := range o.List() {
		area, err := outline.Decode(outlined.Drawing)
		if err != nil {
			return nil, fmt.Errorf("kommune %s: %w", outlined.Kommune, err)
		}
		areas[outlined.Kommune] = area
		for _, polygon := range area {
			for _, p := range polygon[0] {
				points = append(points, region.Position{Lat: p[1], Lon: p[0]})
			}
		}
	}
	d := &drawing{frameOf(points, mapWidth, mapMargin), make(map[region.Number]string, len(areas))}
	for number, area := range areas {
		d.paths[number] = d.frame.path(area)
	}
	return d, nil
}

// path returns the polygons as a path of an SVG, in whole numbers of 1/view.MapSteps units of the picture,
// each from the one before: half as long as with decimals.
func (f frame) path(area outline.Polygons) string {
	var path []byte
	for _, polygon := range area {
		for _, ring := range polygon {
			var x, y int
			for i, p := range ring[:len(ring)-1] {
				px, py := f.at(region.Position{Lat: p[1], Lon: p[0]})
				toX, toY := int(math.Round(px*view.MapSteps)), int(math.Round(py*view.MapSteps))
				switch {
				case i == 0:
					path = append(path, 'M')
					path = strconv.AppendInt(path, int64(toX), 10)
					path = append(path, ' ')
					path = strconv.AppendInt(path, int64(toY), 10)
					path = append(path, 'l')
				case toX == x && toY == y:
					continue
				default:
					path = appendStep(path, toX-x)
					path = appendStep(path, toY-y)
				}
				x, y = toX, toY
			}
			if path[len(path)-1] == 'l' { // smaller than a step
				path = append(path, "0 0"...)
			}
			path = append(path, 'z')
		}
	}
	return string(path)
}

// appendStep divides a number from the one before, where its sign does not.
func appendStep(path []byte, n int) []byte {
	if n >= 0 && path[len(path)-1] != 'l' {
		path = append(path, ' ')
	}
	return strconv.AppendInt(path, int64(n), 10)
}
