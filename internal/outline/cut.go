package outline

import (
	"math"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/simplify"
)

// line is a part of a border between two places where borders meet, or a whole ring that
// meets no other. Neighbours share it.
type line []point

// net is the borders of several areas, each line once, and what rings are made of.
type net struct {
	lines []line
	rings map[*ring][]int // lines in order; ^i is line i from its end
	from  map[[2]point]int
}

// newNet cuts the rings where borders meet.
func newNet(rings []*ring) *net {
	n := &net{rings: make(map[*ring][]int, len(rings)), from: map[[2]point]int{}}
	meets := meetings(rings)
	for _, r := range rings {
		if len(*r) < 3 {
			continue
		}
		for _, l := range r.cut(meets) {
			n.rings[r] = append(n.rings[r], n.number(l))
		}
	}
	return n
}

// meetings returns the points where borders meet: those with other neighbours in one ring than
// in another, or in the same.
func meetings(rings []*ring) map[point]bool {
	type pair [2]point
	beside := map[point]pair{}
	meets := map[point]bool{}
	for _, r := range rings {
		for i, p := range *r {
			a, b := (*r)[(i+len(*r)-1)%len(*r)], (*r)[(i+1)%len(*r)]
			if after(a, b) {
				a, b = b, a
			}
			was, seen := beside[p]
			if beside[p] = (pair{a, b}); seen && was != beside[p] {
				meets[p] = true
			}
		}
	}
	return meets
}

func after(a, b point) bool { return a[0] > b[0] || a[0] == b[0] && a[1] > b[1] }

// cut returns the ring in lines that begin and end where borders meet.
func (r ring) cut(meets map[point]bool) []line {
	start := -1
	for i, p := range r {
		if meets[p] {
			start = i
			break
		}
	}
	if start < 0 { // the same point for a neighbour that is all around it
		start = 0
		for i, p := range r {
			if after(r[start], p) {
				start = i
			}
		}
	}
	var lines []line
	current := line{r[start]}
	for i := 1; i <= len(r); i++ {
		p := r[(start+i)%len(r)]
		current = append(current, p)
		if meets[p] || i == len(r) {
			lines = append(lines, current)
			current = line{p}
		}
	}
	return lines
}

// number returns which line of the net l is, a new one when it has not been there in either
// direction. Between meetings a line is given by its first two points.
func (n *net) number(l line) int {
	if i, ok := n.from[[2]point{l[0], l[1]}]; ok {
		return i
	}
	i := len(n.lines)
	n.lines = append(n.lines, l)
	n.from[[2]point{l[0], l[1]}] = i
	if last := len(l) - 1; [2]point{l[last], l[last-1]} != [2]point{l[0], l[1]} {
		n.from[[2]point{l[last], l[last-1]}] = ^i
	}
	return i
}

// ring returns the ring as it is made of the net's lines now.
func (n *net) ring(r *ring) ring {
	var out ring
	for _, i := range n.rings[r] {
		l := n.lines[max(i, ^i)]
		for j := range l[1:] {
			if i >= 0 {
				out = append(out, l[j])
			} else {
				out = append(out, l[len(l)-1-j])
			}
		}
	}
	return out
}

// simpler leaves out points that lie nearer than km to the line without them.
func (l line) simpler(km float64) line {
	if len(l) < 3 {
		return l
	}
	// As if the earth were flat there: lines are short.
	east := kmPerDegree * math.Cos(l[0].degrees()[1]*math.Pi/180)
	flat := make(orb.LineString, len(l))
	for i, p := range l {
		flat[i] = orb.Point{p.degrees()[0] * east, p.degrees()[1] * kmPerDegree}
	}
	flat = simplify.DouglasPeucker(km).LineString(flat)
	out := make(line, len(flat))
	for i, p := range flat {
		out[i] = onGrid(orb.Point{p[0] / east, p[1] / kmPerDegree})
	}
	return out
}

// Simplify returns the areas with borders that lie no further than km from where they were.
// Islands, lakes and enclaves smaller than that says anything of are left out, and of what
// belongs to a kommune always the largest is kept. The areas given stay as they are.
func Simplify(areas []Area, km float64) []Area {
	type part struct{ rings []*ring } // the outer, then holes
	parts := make([][]part, len(areas))
	var all []*ring
	for i, a := range areas {
		for _, polygon := range a.Polygons {
			var p part
			for _, r := range polygon {
				r := newRing(r)
				p.rings = append(p.rings, &r)
				all = append(all, &r)
			}
			parts[i] = append(parts[i], p)
		}
	}
	n := newNet(all)
	for i, l := range n.lines {
		n.lines[i] = l.simpler(km)
	}
	out := make([]Area, len(areas))
	for i, a := range areas {
		out[i].Kommune = a.Kommune
		largest := 0.0
		for _, p := range parts[i] {
			largest = max(largest, p.rings[0].squareKM())
		}
		for _, p := range parts[i] {
			size := p.rings[0].squareKM()
			keep := size == largest
			if size == 0 || size < 4*km*km && !keep {
				continue
			}
			if polygon := n.polygon(p.rings, km, keep); polygon != nil {
				out[i].Polygons = append(out[i].Polygons, polygon)
			}
		}
	}
	return out
}

// polygon returns the polygon of the rings, nil when nothing is left of it. One to keep is
// then as it was.
func (n *net) polygon(rings []*ring, km float64, keep bool) orb.Polygon {
	var polygon orb.Polygon
	for i, r := range rings {
		small := n.ring(r)
		if i == 0 && len(small) < 3 && keep {
			small = *r
		}
		switch {
		case i == 0 && len(small) < 3:
			return nil
		case len(small) >= 3 && (i == 0 || r.squareKM() >= 4*km*km):
			polygon = append(polygon, small.orb())
		}
	}
	return polygon
}
