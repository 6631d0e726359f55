package page

import (
	"mime"
	"strconv"
	"strings"
)

// PreferredMedia returns the one of the media types on offer that an Accept header likes best,
// "" when it takes none of them. Of those it likes as much, one that it names goes before one
// that it takes as part of a group, and then the first on offer: that is also what an empty or
// unreadable header gets. A media type's own parameters, such as a profile, do not count:
// what is on offer has none. (RFC 9110, 12.5.1)
func PreferredMedia(accept string, offers ...string) string {
	ranges := mediaRanges(accept)
	if len(ranges) == 0 {
		return offers[0]
	}
	best, weight, closeness := "", 0.0, 0
	for _, offer := range offers {
		w, c := weigh(ranges, offer)
		if w > weight || w > 0 && w == weight && c > closeness {
			best, weight, closeness = offer, w, c
		}
	}
	return best
}

type mediaRange struct {
	media  string
	weight float64
}

// mediaRanges reads an Accept header, without what in it cannot be read.
func mediaRanges(accept string) []mediaRange {
	var list []mediaRange
	for _, part := range commas(accept) {
		media, parameters, err := mime.ParseMediaType(part)
		if err != nil || !strings.Contains(media, "/") {
			continue
		}
		r := mediaRange{media, 1}
		if q, given := parameters["q"]; given {
			if r.weight, err = strconv.ParseFloat(q, 64); err != nil || !(r.weight >= 0 && r.weight <= 1) {
				continue
			}
		}
		list = append(list, r)
	}
	return list
}

// commas divides at commas outside of quotation marks.
func commas(s string) []string {
	quoted := false
	return strings.FieldsFunc(s, func(r rune) bool {
		if r == '"' {
			quoted = !quoted
		}
		return r == ',' && !quoted
	})
}

// weigh returns how much the ranges like a media type, and how closely the one that says so
// names it: 3 by name, 2 by its first half, 1 with all others, 0 not at all.
func weigh(ranges []mediaRange, media string) (weight float64, closeness int) {
	group, _, _ := strings.Cut(media, "/")
	for _, r := range ranges {
		c := 0
		switch r.media {
		case media:
			c = 3
		case group + "/*":
			c = 2
		case "*/*":
			c = 1
		}
		if c > closeness || c > 0 && c == closeness && r.weight > weight {
			weight, closeness = r.weight, c
		}
	}
	return weight, closeness
}
