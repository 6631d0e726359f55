package fhir

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

// condition says whether a resource is among those asked for.
type condition func(*item) bool

// or returns the condition that one of the list holds.
func or(list []condition) condition {
	return func(it *item) bool {
		return slices.ContainsFunc(list, func(c condition) bool { return c(it) })
	}
}

// letters that decomposition does not bring to ASCII.
var letters = strings.NewReplacer("æ", "ae", "ø", "o", "đ", "d", "ŋ", "n", "ŧ", "t")

// fold returns the text as it is compared where case and accents do not count.
func fold(s string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(strings.ToLower(strings.Join(strings.Fields(s), " "))) {
		if !unicode.Is(unicode.Mn, r) {
			b.WriteRune(r)
		}
	}
	return letters.Replace(b.String())
}

// lastLetters brings the last letters of the alphabet behind z, in their order.
var lastLetters = strings.NewReplacer("æ", "{", "ä", "{", "ø", "|", "ö", "|", "å", "}")

// nameKey returns what names are sorted by.
func nameKey(s string) string {
	return fold(lastLetters.Replace(norm.NFC.String(strings.ToLower(s))))
}

// match returns the condition that one value of a parameter makes. It fails with the
// *outcome that says what is wrong with modifier or value.
func (c *catalog) match(p *parameter, modifier, value string) (condition, error) {
	if modifier == "missing" {
		return missing(p, value)
	}
	switch p.kind {
	case "token":
		return matchToken(p, modifier, value)
	case "string", "uri":
		return matchText(p, modifier, value)
	case "date":
		return matchDate(p, modifier, value)
	case "special":
		if modifier != "" {
			return nil, badModifier(p, modifier)
		}
		n, err := newNear(value)
		if err != nil {
			return nil, err
		}
		return n.holds, nil
	}
	return c.matchReference(p, modifier, value)
}

// missing returns the condition that there is no value, or with "false" that there is one.
func missing(p *parameter, value string) (condition, error) {
	want, err := strconv.ParseBool(value)
	if err != nil || value != "true" && value != "false" {
		return nil, invalid(p.name+":missing", "må være true eller false")
	}
	return func(it *item) bool { return p.empty(it) == want }, nil
}

func (p *parameter) empty(it *item) bool {
	switch {
	case p.tokens != nil:
		return len(p.tokens(it)) == 0
	case p.texts != nil:
		return len(p.texts(it)) == 0
	case p.ids != nil:
		return len(p.ids(it)) == 0
	case p.kind == "date":
		return it.changed.IsZero()
	}
	return it.at == nil
}

// matchToken compares codes: "code" in any system, "system|code", "|code" without a system,
// "system|" any code of it.
func matchToken(p *parameter, modifier, value string) (condition, error) {
	if modifier != "" && modifier != "not" {
		return nil, badModifier(p, modifier)
	}
	parts := split(value, '|')
	if len(parts) > 2 {
		return nil, invalid(p.name, "må være kode eller system|kode")
	}
	same := func(t token) bool { return t.code == parts[0] }
	if len(parts) == 2 {
		same = func(t token) bool { return t.system == parts[0] && (parts[1] == "" || t.code == parts[1]) }
	}
	return func(it *item) bool { return slices.ContainsFunc(p.tokens(it), same) != (modifier == "not") }, nil
}

func matchText(p *parameter, modifier, value string) (condition, error) {
	asked := newText(unescape(value))
	var same func(t text) bool
	switch {
	case p.kind == "uri" && modifier == "", p.kind == "string" && modifier == "exact":
		same = func(t text) bool { return t.written == asked.written }
	case p.kind == "string" && modifier == "":
		same = func(t text) bool { return strings.HasPrefix(t.folded, asked.folded) }
	case p.kind == "string" && modifier == "contains":
		same = func(t text) bool { return strings.Contains(t.folded, asked.folded) }
	default:
		return nil, badModifier(p, modifier)
	}
	return func(it *item) bool { return slices.ContainsFunc(p.texts(it), same) }, nil
}

// matchReference compares what is referred to: "id", "Type/id" or the whole address here.
func (c *catalog) matchReference(p *parameter, modifier, value string) (condition, error) {
	value = unescape(value)
	if modifier == "identifier" {
		of, err := matchToken(parameterOf(p.target, "identifier"), "", value)
		if err != nil {
			return nil, err
		}
		return c.refersTo(p, of), nil
	}
	id := value
	if kind, rest, ok := strings.Cut(strings.TrimPrefix(value, c.base+"/"), "/"); ok {
		if id = rest; kind != p.target {
			return none, nil // also what stands at another server
		}
	}
	switch modifier {
	case "", p.target:
		return func(it *item) bool { return slices.Contains(p.ids(it), id) }, nil
	case "above":
		if p.target == typeLocation {
			around := c.around(id)
			return func(it *item) bool {
				return slices.ContainsFunc(p.ids(it), func(s string) bool { return slices.Contains(around, s) })
			}, nil
		}
	case "below":
		if p.target == typeLocation {
			return func(it *item) bool {
				return slices.ContainsFunc(p.ids(it), func(s string) bool { return slices.Contains(c.around(s), id) })
			}, nil
		}
	}
	return nil, badModifier(p, modifier)
}

func none(*item) bool { return false }

// around returns the area and those around it, the closest first.
func (c *catalog) around(id string) []string {
	var list []string
	for id != "" {
		list = append(list, id)
		it := c.byReference[typeLocation+"/"+id]
		if it == nil {
			break
		}
		id = it.partOf
	}
	return list
}

// refersTo returns the condition that the parameter refers to something that meets another.
func (c *catalog) refersTo(p *parameter, of condition) condition {
	met := map[string]bool{}
	for _, it := range c.items[p.target] {
		if of(it) {
			met[it.id] = true
		}
	}
	return func(it *item) bool {
		return slices.ContainsFunc(p.ids(it), func(id string) bool { return met[id] })
	}
}

// dateLayouts are the forms of a date in a search, with how long a time each names.
var dateLayouts = []struct {
	layout string
	end    func(time.Time) time.Time
}{
	{"2006", func(t time.Time) time.Time { return t.AddDate(1, 0, 0) }},
	{"2006-01", func(t time.Time) time.Time { return t.AddDate(0, 1, 0) }},
	{time.DateOnly, func(t time.Time) time.Time { return t.AddDate(0, 0, 1) }},
	{"2006-01-02T15:04", func(t time.Time) time.Time { return t.Add(time.Minute) }},
	{"2006-01-02T15:04Z07:00", func(t time.Time) time.Time { return t.Add(time.Minute) }},
	{"2006-01-02T15:04:05", func(t time.Time) time.Time { return t.Add(time.Second) }},
	{"2006-01-02T15:04:05Z07:00", func(t time.Time) time.Time { return t.Add(time.Second) }},
}

// span returns the time that a date names: from its beginning to before the end.
func span(s string) (from, to time.Time, ok bool) {
	s = strings.ReplaceAll(s, " ", "+") // a plus that was not escaped in an address
	for _, l := range dateLayouts {
		t, err := time.ParseInLocation(l.layout, s, page.Oslo)
		if err != nil {
			continue
		}
		if strings.Contains(s, ".") {
			t = t.Truncate(time.Millisecond)
			return t, t.Add(time.Millisecond), true
		}
		return t, l.end(t), true
	}
	return time.Time{}, time.Time{}, false
}

func matchDate(p *parameter, modifier, value string) (condition, error) {
	if modifier != "" {
		return nil, badModifier(p, modifier)
	}
	prefix := "eq"
	if len(value) > 2 && unicode.IsLetter(rune(value[0])) {
		prefix, value = value[:2], value[2:]
	}
	from, to, ok := span(value)
	if !ok {
		return nil, invalid(p.name, "må være en dato: 2026, 2026-04, 2026-04-07 eller 2026-04-07T12:30:00Z, med eller uten prefiks")
	}
	var holds func(time.Time) bool
	switch prefix {
	case "eq":
		holds = func(t time.Time) bool { return !t.Before(from) && t.Before(to) }
	case "ne":
		holds = func(t time.Time) bool { return t.Before(from) || !t.Before(to) }
	case "gt", "sa":
		holds = func(t time.Time) bool { return !t.Before(to) }
	case "lt", "eb":
		holds = func(t time.Time) bool { return t.Before(from) }
	case "ge":
		holds = func(t time.Time) bool { return !t.Before(from) }
	case "le":
		holds = func(t time.Time) bool { return t.Before(to) }
	default:
		return nil, invalid(p.name, "prefikset må være eq, ne, gt, lt, ge, le, sa eller eb")
	}
	// What is shown has milliseconds, so that is what is compared.
	return func(it *item) bool { return !it.changed.IsZero() && holds(it.changed.Truncate(time.Millisecond)) }, nil
}

// near is a circle around a point.
type near struct {
	at     region.Position
	meters float64
}

// nearby is how far is near where nobody says.
const nearby = 50_000

// units are the lengths that a distance can be given in, by their UCUM codes.
var units = map[string]float64{"": 1000, "km": 1000, "m": 1}

// newNear reads "latitude|longitude|distance|unit".
func newNear(value string) (*near, error) {
	wrong := invalid("near", "må være bredde|lengde|avstand|enhet, for eksempel 59.91|10.75|10|km")
	parts := split(value, '|')
	if len(parts) < 2 || len(parts) > 4 {
		return nil, wrong
	}
	n := &near{meters: nearby}
	lat, err1 := strconv.ParseFloat(parts[0], 64)
	lon, err2 := strconv.ParseFloat(parts[1], 64)
	if err1 != nil || err2 != nil || !(math.Abs(lat) <= 90 && math.Abs(lon) <= 180) {
		return nil, wrong
	}
	n.at = region.Position{Lat: lat, Lon: lon}
	if len(parts) < 3 || parts[2] == "" {
		return n, nil
	}
	unit := ""
	if len(parts) == 4 {
		unit = parts[3]
	}
	length, known := units[unit]
	distance, err := strconv.ParseFloat(parts[2], 64)
	if err != nil || !known || !(distance >= 0 && distance <= 1e9) {
		return nil, wrong
	}
	n.meters = distance * length
	return n, nil
}

func (n *near) holds(it *item) bool { return it.at != nil && n.distance(it) <= n.meters }

// distance returns how many meters the item is away.
func (n *near) distance(it *item) float64 { return 1000 * search.DistanceKM(n.at, *it.at) }

// split divides at a sign that has no backslash before it. Parts keep their backslashes for
// what else is divided within them, except where the sign is the last: '|'.
func split(s string, at byte) []string {
	var parts []string
	begin := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case at:
			parts, begin = append(parts, s[begin:i]), i+1
		}
	}
	parts = append(parts, s[begin:])
	if at == '|' {
		for i := range parts {
			parts[i] = unescape(parts[i])
		}
	}
	return parts
}

var escapes = strings.NewReplacer(`\\`, `\`, `\,`, ",", `\|`, "|", `\$`, "$")

func unescape(s string) string { return escapes.Replace(s) }

func badModifier(p *parameter, modifier string) *outcome {
	return fail(400, "not-supported", fmt.Sprintf("%s kan ikke ha tillegget :%s.", p.name, modifier)).at(p.name)
}

// invalid says what is wrong with the value of a parameter.
func invalid(name, message string) *outcome {
	return fail(400, "value", name+" "+message+".").at(name)
}
