package diff

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// Field is one thing that an offering says, as people read it.
type Field struct {
	Name  string // of the field in directory.Offering, for programs: "phones"
	Label string // "Telefon"
	Text  string // empty where nothing is said
}

// Names leads from codes to what people call things. The zero value leaves them codes.
type Names struct {
	Type    func(code string) string
	Term    func(kind directory.TermKind, code string) string
	Kommune func(region.Number) string
	Fylke   func(region.FylkeNumber) string
}

func named[K ~string](name func(K) string, key K) string {
	if name != nil {
		if s := name(key); s != "" {
			return s
		}
	}
	return string(key)
}

func (n Names) terms(kind directory.TermKind, codes []string) string {
	return listed(codes, func(code string) string {
		if n.Term != nil {
			if s := n.Term(kind, code); s != "" {
				return s
			}
		}
		return code
	})
}

func listed[T any](values []T, text func(T) string) string {
	parts := make([]string, len(values))
	for i, v := range values {
		parts[i] = text(v)
	}
	return strings.Join(parts, "\n")
}

// words are statuses, kinds of cost, ways to get an offering and how sure it is, in words.
var words = map[string]string{
	string(directory.Draft): "Utkast", string(directory.Published): "Publisert", string(directory.Closed): "Midlertidig stengt", string(directory.Archived): "Arkivert",
	string(directory.Free): "Gratis", string(directory.Paid): "Koster noe",
	string(directory.ContactYourself): "Ta kontakt selv", string(directory.Apply): "Søk om det", string(directory.BeReferred): "Du må bli henvist",
	string(directory.High): "Høy", string(directory.Medium): "Middels", string(directory.Low): "Lav",
}

func inWords[T ~string](v T) string {
	if s := words[string(v)]; s != "" {
		return s
	}
	return string(v)
}

var weekdays = [...]string{"Søndag", "Mandag", "Tirsdag", "Onsdag", "Torsdag", "Fredag", "Lørdag"}

// Fields returns all that the offering says, in the order of the form, also what is
// empty, so that two offerings have the same fields. Confidential places are in it: it is
// for those who may see the history.
func Fields(o directory.Offering, n Names) []Field {
	closed := ""
	if o.ClosedUntil != nil {
		closed = o.ClosedUntil.Format("2006-01-02")
	}
	return []Field{
		{"name", "Navn", o.Name},
		{"type", "Type", named(n.Type, o.Type)},
		{"organization", "Hvem som gir det", o.Organization.Name},
		{"status", "Status", inWords(o.Status)},
		{"closed_until", "Stengt til", closed},
		{"summary", "Kort om tilbudet", o.Summary},
		{"description", "Hva får du?", o.Description},
		{"audience", "Hvem passer det for?", o.Audience},
		{"cost", "Hva koster det?", joined("\n", inWords(o.Cost.Kind), o.Cost.Text)},
		{"referral", "Slik får du det", joined("\n", inWords(o.Referral.Kind), o.Referral.Text)},
		{"phones", "Telefon", listed(o.Phones, func(p directory.Phone) string {
			return joined(", ", p.Number.String(), string(p.Purpose), p.Hours)
		})},
		{"emails", "E-post", strings.Join(o.Emails, "\n")},
		{"websites", "Nettsted", strings.Join(o.Websites, "\n")},
		{"opening_text", "Åpningstider", o.OpeningText},
		{"schedules", "Faste tider", listed(o.Schedules, func(s directory.Schedule) string {
			text := weekdays[s.Weekday] + " " + s.Opens + "–" + s.Closes
			if s.ValidFrom != nil {
				text += fmt.Sprintf(" fra %s", s.ValidFrom.Format("2006-01-02"))
			}
			if s.ValidTo != nil {
				text += fmt.Sprintf(" til %s", s.ValidTo.Format("2006-01-02"))
			}
			return text
		})},
		{"exceptions", "Unntak fra åpningstidene", listed(o.Exceptions, func(e directory.ScheduleException) string {
			hours := e.Opens + "–" + e.Closes
			if e.Closed {
				hours = "stengt"
			}
			return joined(" ", e.Date.Format("2006-01-02"), hours, e.Note)
		})},
		{"locations", "Adresse", listed(o.Locations, func(l directory.Location) string { return located(l, n) })},
		{"complaint", "Klage", o.Complaint},
		{"coverage", "Hvem det er for", coverage(o.Coverage, n)},
		{"target_groups", "Målgrupper", n.terms(directory.TargetGroup, o.TargetGroups)},
		{"topics", "Temaer", n.terms(directory.Topic, o.Topics)},
		{"formats", "Form", n.terms(directory.Format, o.Formats)},
		{"languages", "Språk", strings.Join(o.Languages, "\n")},
		{"accessibility", "Tilgjengelighet", listed(o.Accessibility, func(a directory.Accessibility) string { return string(a) })},
		{"keywords", "Søkeord", strings.Join(o.Keywords, "\n")},
		{"source", "Kilde", joined("\n", o.Source.Title, o.Source.URL, string(o.Source.Date))},
		{"confidence", "Hvor sikkert det er", inWords(o.Confidence)},
	}
}

func located(l directory.Location, n Names) string {
	text := joined(", ", l.Name, l.Street, joined(" ", string(l.PostalCode), l.PostalPlace), named(n.Kommune, l.Kommune))
	if p := l.Position; p != nil {
		text += fmt.Sprintf(" (%.5f, %.5f)", p.Lat, p.Lon)
	}
	if l.Confidential {
		text += " – hemmelig adresse"
	}
	return text
}

func coverage(c directory.Coverage, n Names) string {
	var parts []string
	if c.National {
		parts = append(parts, "Hele landet")
	}
	for _, f := range c.Fylker {
		parts = append(parts, "Hele "+named(n.Fylke, f))
	}
	for _, k := range c.Kommuner {
		parts = append(parts, named(n.Kommune, k))
	}
	return joined("\n", strings.Join(parts, "\n"), c.Bydel)
}

// joined returns those of the parts that are not empty, with sep between.
func joined(sep string, parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), sep)
}

// Change is a field that two versions differ in.
type Change struct {
	Name, Label   string
	Before, After string
	Pieces        []Piece // Words of the two
}

// Offerings returns the fields that the two differ in. Who confirmed what, and when, is
// not among them.
func Offerings(before, after directory.Offering, n Names) []Change {
	return changed(Fields(before, n), Fields(after, n))
}

func changed(was, now []Field) []Change {
	var changes []Change
	for i, now := range now {
		if was[i].Text != now.Text {
			changes = append(changes, Change{now.Name, now.Label, was[i].Text, now.Text, Words(was[i].Text, now.Text)})
		}
	}
	return changes
}

// JSON returns what two JSON objects differ in, member by member, by name: for things that
// have no labels of their own. It returns an error for what is no object.
func JSON(before, after []byte) ([]Change, error) {
	read := func(raw []byte) (map[string]string, error) {
		members := map[string]json.RawMessage{}
		if len(raw) > 0 {
			if err := json.Unmarshal(raw, &members); err != nil {
				return nil, err
			}
		}
		texts := map[string]string{}
		for name, value := range members {
			text, err := flat(value)
			if err != nil {
				return nil, err
			}
			texts[name] = text
		}
		return texts, nil
	}
	was, err := read(before)
	if err != nil {
		return nil, err
	}
	now, err := read(after)
	if err != nil {
		return nil, err
	}
	names := map[string]bool{}
	for name := range was {
		names[name] = true
	}
	for name := range now {
		names[name] = true
	}
	var changes []Change
	for _, name := range sorted(names) {
		if was[name] != now[name] {
			changes = append(changes, Change{name, name, was[name], now[name], Words(was[name], now[name])})
		}
	}
	return changes, nil
}

func sorted(names map[string]bool) []string {
	all := make([]string, 0, len(names))
	for name := range names {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}

// flat writes a JSON value for people: texts as they are, lists line by line.
func flat(raw json.RawMessage) (string, error) {
	var value any
	if err := json.Unmarshal(raw, &value); err != nil {
		return "", err
	}
	return flatten(value), nil
}

func flatten(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return v
	case bool:
		if v {
			return "ja"
		}
		return "nei"
	case []any:
		return listed(v, flatten)
	case map[string]any:
		names := map[string]bool{}
		for name := range v {
			names[name] = true
		}
		var parts []string
		for _, name := range sorted(names) {
			if text := flatten(v[name]); text != "" {
				parts = append(parts, name+": "+text)
			}
		}
		return strings.Join(parts, ", ")
	default:
		return fmt.Sprint(v)
	}
}
