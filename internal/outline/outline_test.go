package outline

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
)

// Two squares side by side, from 10 to 11 and from 11 to 12 degrees east, in every form.
const (
	squaresGeo = `{"type":"FeatureCollection","features":[
		{"type":"Feature","properties":{"kommunenummer":"9991","kommunenavn":"Vest"},"geometry":{"type":"Polygon","coordinates":[[[10,60],[11,60],[11,61],[10,61],[10,60]]]}},
		{"type":"Feature","id":9992,"properties":{"navn":[{"sprak":"nor","navn":"Øst"}]},"geometry":{"type":"MultiPolygon","coordinates":[[[[11,60,5],[12,60,5],[12,61,5],[11,61,5],[11,60,5]]]]}}]}`
	squaresBelow = `{"Kommunegrense":{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},"geometry":{"type":"LineString","coordinates":[[10,60],[11,60]]}}]},
		"Kommune":` + squaresGeo + `}`
	squaresTopo = `{"type":"Topology","transform":{"scale":[0.5,0.5],"translate":[10,60]},
		"arcs":[[[2,2],[0,-2]],[[2,0],[-2,0],[0,2],[2,0]],[[2,0],[2,0],[0,2],[-2,0]]],
		"objects":{"fylker":{"type":"GeometryCollection","geometries":[{"type":"Polygon","arcs":[[0,1]],"properties":{"fylkesnummer":"99"}}]},
		"kommuner":{"type":"GeometryCollection","geometries":[
			{"type":"Polygon","arcs":[[0,1]],"properties":{"kommunenummer":"9991"}},
			{"type":"MultiPolygon","arcs":[[[-1,-3]]],"id":"9992"}]}}}`
)

func square(x, y, size float64) orb.Polygon {
	return orb.Polygon{{{x, y}, {x + size, y}, {x + size, y + size}, {x, y + size}, {x, y}}}
}

func TestReadForms(t *testing.T) {
	for name, text := range map[string]string{"GeoJSON": squaresGeo, "below a name": "\ufeff" + squaresBelow, "TopoJSON": squaresTopo} {
		areas, problems, err := Read(strings.NewReader(text))
		if err != nil || len(problems) > 0 || len(areas) != 2 {
			t.Fatalf("%s: %d areas, problems %v, %v", name, len(areas), problems, err)
		}
		for i, want := range []orb.Point{{10.5, 60.5}, {11.5, 60.5}} {
			if !planar.MultiPolygonContains(areas[i].Polygons, want) || planar.MultiPolygonContains(areas[1-i].Polygons, want) {
				t.Errorf("%s: %v is not in %s alone", name, want, areas[i].Kommune)
			}
		}
	}
}

func TestReadSaysWhatIsWrong(t *testing.T) {
	with := func(properties, geometry string) string {
		return `{"type":"FeatureCollection","features":[{"type":"Feature","properties":` + properties + `,"geometry":` + geometry + `}]}`
	}
	const good = `{"type":"Polygon","coordinates":[[[10,60],[11,60],[11,61],[10,60]]]}`
	for _, c := range []struct{ text, want string }{
		{with(`{}`, good), `feature 1: has no kommunenummer, want a property like "kommunenummer": "0301"`},
		{with(`{"kommunenummer":"12"}`, good), "want four digits"},
		{with(`{"kommunenummer":"9991"}`, `null`), "feature 1 (kommunenummer 9991): has no geometry"},
		{with(`{"kommunenummer":"9991"}`, `{"type":"Point","coordinates":[10,60]}`), `is a "Point", want a Polygon`},
		{with(`{"kommunenummer":"9991"}`, `{"type":"Polygon","coordinates":[10,60]}`), "coordinates of a Polygon"},
		{with(`{"kommunenummer":"9991"}`, `{"type":"Polygon","coordinates":[]}`), "without an outer ring"},
		{with(`{"kommunenummer":"9991"}`, `{"type":"Polygon","coordinates":[[[10,60],[11,60],[10,60]]]}`), "a ring of 3 points"},
		{with(`{"kommunenummer":"9991"}`, `{"type":"Polygon","coordinates":[[[10,60],[11,60],[11,61],[10,61]]]}`), "want the same point"},
		{with(`{"kommunenummer":"9991"}`, `{"type":"Polygon","coordinates":[[[60,10],[60,11],[61,11],[60,10]]]}`), "latitude first"},
		{with(`{"kommunenummer":"9991"}`, `{"type":"Polygon","coordinates":[[[262000,6650000],[263000,6650000],[263000,6651000],[262000,6650000]]]}`), "in metres"},
		{with(`{"kommunenummer":"9991"}`, `{"type":"Polygon","coordinates":[[[-10,60],[11,60],[11,61],[-10,60]]]}`), "not in Norway"},
		{strings.Replace(squaresTopo, `[[0,1]],"properties":{"kommunenummer"`, `[[0,7]],"properties":{"kommunenummer"`, 1), "kommuner, geometry 1 (kommunenummer 9991): names arc 7, and the file has 3"},
		{strings.Replace(squaresTopo, `[[0,1]],"properties":{"kommunenummer"`, `[[1,2]],"properties":{"kommunenummer"`, 1), "arc 2 does not begin where"},
	} {
		_, problems, err := Read(strings.NewReader(c.text))
		if err != nil || len(problems) != 1 || !strings.Contains(problems[0].Error(), c.want) {
			t.Errorf("%s: problems %v, %v, want %q", c.text, problems, err, c.want)
		}
	}
	for _, c := range []struct{ text, want string }{
		{`{"type":"Feature"}`, `the file is a "Feature"`},
		{`{"a":1}`, "want a GeoJSON FeatureCollection"},
		{`[]`, "not JSON"},
		{`{"type":"Topology","objects":{"land":{"type":"Polygon","arcs":[]}}}`, "none of the objects [land]"},
		{`{"type":"FeatureCollection","crs":{"properties":{"name":"urn:ogc:def:crs:EPSG::25833"}},"features":[]}`, "EPSG::25833, want longitude and latitude"},
	} {
		if _, _, err := Read(strings.NewReader(c.text)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.text, err, c.want)
		} else if c.text != "[]" && !errors.Is(err, ErrFormat) {
			t.Errorf("%s: %v is no ErrFormat", c.text, err)
		}
	}
}

// jagged returns a border from south to north along 11 degrees east, with many small turns.
func jagged() []orb.Point {
	var points []orb.Point
	for i := range 101 {
		points = append(points, orb.Point{11 + 0.002*math.Sin(float64(i*i)), 60 + float64(i)/100})
	}
	return points
}

func TestNeighboursStayTogether(t *testing.T) {
	border := jagged()
	back := slices.Clone(border)
	slices.Reverse(back)
	west := orb.Ring(append(slices.Clone(border), orb.Point{10, 61}, orb.Point{10, 60}, border[0]))
	east := orb.Ring(append(slices.Clone(back), orb.Point{12, 60}, orb.Point{12, 61}, back[0]))
	lake := square(10.4, 60.4, 0.1)
	areas := []Area{
		{"9991", orb.MultiPolygon{{west, lake[0]}, square(9, 60, 0.001)}}, // a neighbour all around another; an islet
		{"9992", orb.MultiPolygon{{east}}},
		{"9993", orb.MultiPolygon{lake}},
		{"9994", orb.MultiPolygon{square(13, 60, 0.001)}}, // nothing but an islet
	}
	before := orb.Clone(areas[0].Polygons)
	out := Simplify(areas, 0.5)
	if diff := cmp.Diff(before, orb.Geometry(areas[0].Polygons)); diff != "" {
		t.Error("the areas given are not as they were")
	}
	points := 0
	for _, r := range out[0].Polygons[0] {
		points += len(r)
	}
	if points > 40 || len(out[0].Polygons) != 1 || len(out[0].Polygons[0]) != 2 {
		t.Errorf("%d points in %d polygons: %v", points, len(out[0].Polygons), out[0].Polygons)
	}
	if len(out[3].Polygons) != 1 {
		t.Error("the only land of a kommune was left out")
	}
	// The sum of two that share a border is what is inside both, whatever the border.
	size := func(a Area) float64 { return planar.Area(a.Polygons) }
	if sum := size(out[0]) + size(out[1]) + size(out[2]); math.Abs(sum-2) > 1e-3 {
		t.Errorf("the areas are %.6f together, want 2 without gaps", sum)
	}
	border2 := func(r orb.Ring) (in []orb.Point) {
		for _, p := range r {
			if math.Abs(p[0]-11) < 0.01 && !slices.Contains(in, p) {
				in = append(in, p)
			}
		}
		slices.SortFunc(in, func(a, b orb.Point) int { return int(math.Copysign(1, a[1]-b[1])) })
		return in
	}
	if diff := cmp.Diff(border2(out[0].Polygons[0][0]), border2(out[1].Polygons[0][0])); diff != "" {
		t.Errorf("the border is not the same from both sides: %s", diff)
	}
	if diff := cmp.Diff(out, Simplify(out, 0.5)); diff != "" {
		t.Errorf("what is simple was made simpler: %s", diff)
	}
}

func TestEncodeThereAndBack(t *testing.T) {
	want := orb.MultiPolygon{square(10, 60, 1), square(5, 62, 0.25)}
	b, err := Encode(want)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Decode(b)
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v, %s", err, diff)
	}
	for _, bad := range [][]byte{nil, []byte("x"), b[:len(b)-3]} {
		if _, err := Decode(bad); err == nil {
			t.Errorf("Decode(%d bytes) did not fail", len(bad))
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, text := range []string{squaresGeo, squaresBelow, squaresTopo, `{"type":"Topology"}`, `{"type":"FeatureCollection","features":[null]}`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		areas, problems, err := Read(strings.NewReader(string(b)))
		if err != nil && (areas != nil || problems != nil) {
			t.Fatal("something was read beside an error")
		}
		for _, a := range Simplify(areas, 0.1) {
			for _, polygon := range a.Polygons {
				if err := check(orb.MultiPolygon{polygon}); err != nil {
					t.Fatalf("%s: %v", a.Kommune, err)
				}
			}
		}
	})
}

func TestWriteThereAndBack(t *testing.T) {
	areas, _, err := Read(strings.NewReader(squaresGeo))
	if err != nil {
		t.Fatal(err)
	}
	places := []Place{{Kommune: "9990", Name: "Uten"}}
	for _, a := range areas {
		places = append(places, Place{Kommune: a.Kommune, Name: "Navn", Polygons: a.Polygons})
	}
	b, err := Write(places)
	if err != nil {
		t.Fatal(err)
	}
	got, problems, err := Read(bytes.NewReader(b))
	if err != nil || len(problems) != 1 || !strings.Contains(problems[0].Error(), "9990") {
		t.Fatalf("%v, problems %v, want one: that nothing is known of 9990", err, problems)
	}
	for i, a := range got {
		if size := planar.Area(a.Polygons); a.Kommune != areas[i].Kommune || math.Abs(size-1) > 1e-9 {
			t.Errorf("%s has the size %f, want 1", a.Kommune, size)
		}
	}
	var file topology
	if err := json.Unmarshal(b, &file); err != nil || len(file.Arcs) != 3 {
		t.Errorf("%d lines, %v, want 3: a border between two squares, and the rest of each", len(file.Arcs), err)
	}
	again, err := Write(places)
	if err != nil || !bytes.Equal(b, again) {
		t.Errorf("the same places give another file: %v", err)
	}
}
