package fhir

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	usualCount = 20
	mostCount  = 200
)

// query is one search, as it was understood.
type query struct {
	kind       string
	conditions []condition
	near       []*near
	sort       []sortKey
	count      int
	summary    string
	elements   []string
	include    []include
	revinclude []include
	from       *cursor
	strict     bool

	used     []pair  // parameters in the order they came, those left out that were ignored
	warnings []issue // what was ignored
}

type pair struct{ name, value string }

// sortKey is one thing to sort by.
type sortKey struct {
	name string
	down bool
}

// include asks for what is referred to by a parameter, or with _revinclude for what refers.
type include struct {
	parameter *parameter
	source    string // type that has the parameter
	iterate   bool
}

// parse reads a search. It fails with the *outcome that names what is wrong.
func (c *catalog) parse(kind string, pairs []pair, strict bool) (*query, error) {
	q := &query{kind: kind, count: usualCount, strict: strict}
	for _, p := range pairs {
		if p.value == "" {
			continue // "name=" asks for nothing
		}
		if !utf8.ValidString(p.value) || strings.ContainsFunc(p.value, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			return nil, invalid(p.name, "er ikke lesbar tekst (UTF-8)")
		}
		read := c.criterion
		if slices.Contains(controls, base(p.name)) {
			read = (*query).control
		}
		used, err := read(q, p)
		if err != nil {
			return nil, err
		}
		if used {
			q.used = append(q.used, p)
		}
	}
	return q, nil
}

// ignore notes that something was not understood; where the client wants to be strict, that
// is an error.
func (q *query) ignore(code, message, parameter string) error {
	if q.strict {
		return fail(http.StatusBadRequest, code, message).at(parameter)
	}
	q.warnings = append(q.warnings, warning(code, message, parameter))
	return nil
}

// controls are the parameters that say what the answer should look like.
var controls = []string{"_count", "_elements", "_format", "_include", "_page", "_pretty", "_revinclude", "_sort", "_summary", "_total"}

// base returns the name of a parameter without modifier and chain.
func base(name string) string {
	name, _, _ = strings.Cut(name, ".")
	name, _, _ = strings.Cut(name, ":")
	return name
}

// control reads one of the controls. It returns false for what was ignored.
func (q *query) control(p pair) (bool, error) {
	name, modifier, _ := strings.Cut(p.name, ":")
	switch name {
	case "_total":
		if p.value != "none" && p.value != "estimate" && p.value != "accurate" {
			return false, invalid(name, "må være none, estimate eller accurate")
		}
	case "_count":
		n, err := strconv.Atoi(p.value)
		if err != nil || n < 0 {
			return false, invalid(name, "må være et tall fra 0")
		}
		q.count = min(n, mostCount)
	case "_summary":
		if !slices.Contains([]string{"true", "text", "data", "count", "false"}, p.value) {
			return false, invalid(name, "må være true, text, data, count eller false")
		}
		q.summary = p.value
	case "_elements":
		for e := range strings.SplitSeq(p.value, ",") {
			e = strings.TrimSpace(strings.TrimPrefix(e, q.kind+"."))
			e, _, _ = strings.Cut(e, ".")
			q.elements = append(q.elements, e)
		}
	case "_sort":
		return q.sortBy(p.value)
	case "_include", "_revinclude":
		return q.includeBy(name, modifier, p.value)
	case "_page":
		from, err := readCursor(p.value)
		if err != nil {
			return false, invalid(name, "må være hentet fra en lenke i et svar")
		}
		q.from = from
	}
	return true, nil // _format and _pretty are for newRequest
}

func (q *query) sortBy(value string) (bool, error) {
	for s := range strings.SplitSeq(value, ",") {
		name, down := strings.CutPrefix(strings.TrimSpace(s), "-")
		switch {
		case name == "name", name == "_lastUpdated", name == "_id", name == "near" && q.kind == typeLocation:
			q.sort = append(q.sort, sortKey{name, down})
		default:
			if err := q.ignore("not-supported", "_sort kan være name, _lastUpdated, _id og, for Location, near.", "_sort"); err != nil {
				return false, err
			}
		}
	}
	return len(q.sort) > 0, nil
}

// includeBy reads "HealthcareService:organization", "HealthcareService:location:Location",
// "HealthcareService:*" and "*".
func (q *query) includeBy(name, modifier, value string) (bool, error) {
	if modifier != "" && modifier != "iterate" && modifier != "recurse" {
		return false, fail(http.StatusBadRequest, "not-supported", name+" kan bare ha tillegget :iterate.").at(name)
	}
	parts := strings.Split(value, ":")
	var found []include
	for _, kind := range kinds {
		if parts[0] != "*" && parts[0] != kind || len(parts) > 3 {
			continue
		}
		for _, p := range references(kind) {
			all := parts[0] == "*" || len(parts) > 1 && parts[1] == "*"
			if (all || len(parts) > 1 && parts[1] == p.name) && (len(parts) < 3 || parts[2] == p.target) {
				found = append(found, include{p, kind, modifier != ""})
			}
		}
	}
	if len(found) == 0 {
		return false, q.ignore("not-supported", name+"="+value+" finnes ikke. Hva som kan tas med, står i "+Root+"/metadata.", name)
	}
	if name == "_include" {
		q.include = append(q.include, found...)
	} else {
		q.revinclude = append(q.revinclude, found...)
	}
	return true, nil
}

// criterion reads a parameter that says which resources are asked for. Values divided by
// commas are alternatives. It returns false for one that was ignored.
func (c *catalog) criterion(q *query, p pair) (bool, error) {
	of, param, err := c.condition(q.kind, p.name, p.value)
	if err != nil {
		return false, err
	}
	if of == nil {
		return false, q.ignore("not-supported", q.kind+" kan ikke søkes i med "+p.name+". Hva som kan det, står i "+Root+"/metadata.", base(p.name))
	}
	if param.kind == "special" && !strings.Contains(p.name, ":") {
		for _, v := range split(p.value, ',') {
			n, err := newNear(v)
			if err != nil {
				return false, err
			}
			q.near = append(q.near, n)
		}
	}
	q.conditions = append(q.conditions, of)
	return true, nil
}

// condition returns the condition that a parameter makes for a type, chained or not; nil
// where the type has no such parameter.
func (c *catalog) condition(kind, name, value string) (condition, *parameter, error) {
	first, rest, chained := strings.Cut(name, ".")
	first, modifier, _ := strings.Cut(first, ":")
	p := parameterOf(kind, first)
	if p == nil {
		return nil, nil, nil
	}
	if chained {
		if p.kind != "reference" || modifier != "" && modifier != p.target {
			return nil, nil, nil
		}
		of, last, err := c.condition(p.target, rest, value)
		if err != nil || of == nil {
			return nil, nil, err
		}
		if last.kind == "special" {
			last = p // only what is asked for itself is sorted by distance
		}
		return c.refersTo(p, of), last, nil
	}
	var list []condition
	for _, v := range split(value, ',') {
		of, err := c.match(p, modifier, v)
		if err != nil {
			return nil, nil, err
		}
		list = append(list, of)
	}
	if modifier == "not" { // none of the values
		return func(it *item) bool {
			return !slices.ContainsFunc(list, func(of condition) bool { return !of(it) })
		}, p, nil
	}
	return or(list), p, nil
}

// cursor is where a page begins: the values that its first resource is sorted by. A page
// stays where it is when resources before it come or go, and when its first is gone.
type cursor struct {
	Name     string  `json:"n,omitempty"`
	Changed  int64   `json:"t,omitempty"` // in milliseconds
	Distance float64 `json:"d,omitempty"`
	ID       string  `json:"i,omitempty"`
	Order    int64   `json:"o"`
}

func (r *cursor) String() string {
	b, _ := json.Marshal(r) // numbers and texts: never fails
	return base64.RawURLEncoding.EncodeToString(b)
}

func readCursor(s string) (*cursor, error) {
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		return nil, err
	}
	var r cursor
	return &r, json.Unmarshal(b, &r)
}

// address returns the address of the search with another first resource; nil for its
// beginning.
func (q *query) address(root string, from *cursor) string {
	var b strings.Builder
	b.WriteString(root + "/" + q.kind)
	separator := "?"
	add := func(name, value string) {
		b.WriteString(separator + url.QueryEscape(name) + "=" + url.QueryEscape(value))
		separator = "&"
	}
	for _, p := range q.used {
		switch p.name {
		case "_page":
		case "_count":
			add(p.name, strconv.Itoa(q.count))
		default:
			add(p.name, p.value)
		}
	}
	if from != nil {
		add("_page", from.String())
	}
	return b.String()
}

// maxPairs is how many parameters a query or a form may have. All that are known, several
// times over, are some dozens; each is answered with in the links of what is found.
const maxPairs = 500

// pairsOf reads a query or a form, in order.
func pairsOf(raw string) ([]pair, error) {
	var list []pair
	for part := range strings.SplitSeq(raw, "&") {
		if part == "" {
			continue
		}
		if len(list) == maxPairs {
			return nil, fail(http.StatusBadRequest, "too-long", fmt.Sprintf("Et søk kan ha høyst %d parametere.", maxPairs))
		}
		name, value, _ := strings.Cut(part, "=")
		n, err1 := url.QueryUnescape(name)
		v, err2 := url.QueryUnescape(value)
		if err1 != nil || err2 != nil {
			return nil, fail(http.StatusBadRequest, "invalid", "Adressen har en prosentkode som ikke kan leses.")
		}
		list = append(list, pair{n, v})
	}
	return list, nil
}
