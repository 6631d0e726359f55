package region

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Step is one line of what Statistics Norway says of kommuner: the area of Old, or a part of
// it, has been New's from a day on. Names are as they write them, in all official languages.
// Source: Statistics Norway, Klass 131, changes.
type Step struct {
	Old     Number
	OldName string
	New     Number
	NewName string
	On      time.Time // first day of New, at midnight UTC
}

// FylkeStep is Step for fylker. Source: Statistics Norway, Klass 104, changes.
type FylkeStep struct {
	Old     FylkeNumber
	OldName string
	New     FylkeNumber
	NewName string
	On      time.Time
}

// Succession is what happens on one day to kommuner that hang together: those that a
// kommune came from or went to. It is as little as one kommune that gets another number.
type Succession struct {
	On    time.Time
	Steps []Step // by old and new number; a kommune that others become a part of has one to itself
}

// Successions sorts steps into what hangs together on each day, by day and number. there
// reports whether there is a kommune of the number on the day before: Statistics Norway says
// nothing of one that only grows.
func Successions(steps []Step, there func(Number) bool) []Succession {
	byDay := map[time.Time][]Step{}
	for _, s := range steps {
		byDay[s.On] = append(byDay[s.On], s)
	}
	days := make([]time.Time, 0, len(byDay))
	for day := range byDay {
		days = append(days, day)
	}
	slices.SortFunc(days, time.Time.Compare)
	var all []Succession
	for _, day := range days {
		all = append(all, hangTogether(day, withGrowing(byDay[day], there))...)
	}
	return all
}

// withGrowing adds a step to itself for each kommune that is there before, gets an area from
// others, and is not said to end.
func withGrowing(steps []Step, there func(Number) bool) []Step {
	said := map[Number]bool{}
	for _, s := range steps {
		said[s.Old] = true
	}
	for _, s := range slices.Clone(steps) {
		if !said[s.New] && there(s.New) {
			said[s.New] = true
			steps = append(steps, Step{s.New, s.NewName, s.New, s.NewName, s.On})
		}
	}
	return withoutBorders(steps)
}

// withoutBorders leaves out parts that went from one kommune that stays to another that was
// there and stays: a border has moved, and whoever that concerns nobody can tell by number.
func withoutBorders(steps []Step) []Step {
	stays := map[Number]bool{}
	for _, s := range steps {
		if s.Old == s.New {
			stays[s.Old] = true
		}
	}
	return slices.DeleteFunc(steps, func(s Step) bool { return s.Old != s.New && stays[s.Old] && stays[s.New] })
}

// hangTogether divides the steps of a day into groups with no number in common.
func hangTogether(day time.Time, steps []Step) []Succession {
	leads := map[Number]Number{}
	var first func(Number) Number
	first = func(n Number) Number {
		if to, ok := leads[n]; ok && to != n {
			return first(to)
		}
		return n
	}
	for _, s := range steps {
		if a, b := first(s.Old), first(s.New); a != b {
			leads[max(a, b)] = min(a, b)
		}
	}
	groups := map[Number][]Step{}
	for _, s := range steps {
		groups[first(s.Old)] = append(groups[first(s.Old)], s)
	}
	all := make([]Succession, 0, len(groups))
	for _, g := range groups {
		slices.SortFunc(g, func(a, b Step) int { return cmp.Or(cmp.Compare(a.Old, b.Old), cmp.Compare(a.New, b.New)) })
		g = slices.CompactFunc(g, func(a, b Step) bool { return a.Old == b.Old && a.New == b.New })
		all = append(all, Succession{day, g})
	}
	slices.SortFunc(all, func(a, b Succession) int { return cmp.Compare(a.Steps[0].Old, b.Steps[0].Old) })
	return all
}

// Into returns where the area of a number before the day is from it on, by number.
func (s Succession) Into(old Number) []Number {
	var found []Number
	for _, step := range s.Steps {
		if step.Old == old {
			found = append(found, step.New)
		}
	}
	return found
}

// From returns which numbers the area of a number from the day on had before, by number.
func (s Succession) From(n Number) []Number {
	var found []Number
	for _, step := range s.Steps {
		if step.New == n {
			found = append(found, step.Old)
		}
	}
	return found
}

// Before returns the numbers before the day, Present those from it on.
func (s Succession) Before() []Number {
	return s.numbers(func(step Step) Number { return step.Old })
}

// Present returns the numbers from the day on.
func (s Succession) Present() []Number {
	return s.numbers(func(step Step) Number { return step.New })
}

// Ended returns the numbers that no kommune has from the day on.
func (s Succession) Ended() []Number {
	present := s.Present()
	return slices.DeleteFunc(s.Before(), func(n Number) bool { return slices.Contains(present, n) })
}

func (s Succession) numbers(of func(Step) Number) []Number {
	var found []Number
	for _, step := range s.Steps {
		found = append(found, of(step))
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// Same reports whether the kommune is what it was, but for a border that may have moved.
func (s Succession) Same() bool {
	for _, step := range s.Steps {
		if step.Old != step.New || step.OldName != step.NewName {
			return false
		}
	}
	return true
}

// NameBefore returns what the number was called before the day.
func (s Succession) NameBefore(n Number) string {
	for _, step := range s.Steps {
		if step.Old == n {
			return step.OldName
		}
	}
	return ""
}

// Name returns what the number is called from the day on.
func (s Succession) Name(n Number) string {
	for _, step := range s.Steps {
		if step.New == n {
			return step.NewName
		}
	}
	return ""
}

// Heir returns the one kommune that goes on with what the old one did: the only one that
// its area went to, of several the one that keeps its number, else its name. It is "" where
// there is none: then people have to say who answers for what.
func (s Succession) Heir(old Number) Number {
	into := s.Into(old)
	if len(into) == 1 || slices.Contains(into, old) {
		if len(into) > 1 {
			return old
		}
		return into[0]
	}
	for _, n := range into {
		if SameName(s.Name(n), s.NameBefore(old)) {
			return n
		}
	}
	return ""
}

// KindOf says how the old kommune became the new one.
func (s Succession) KindOf(old, n Number) SuccessionKind {
	switch {
	case len(s.Into(old)) > 1:
		return Split
	case len(s.From(n)) > 1:
		return Merged
	case old == n:
		return NameOnly
	case SameName(s.NameBefore(old), s.Name(n)):
		return Renumbered
	}
	return Renamed
}

// String says it in a sentence, as the history shows it: "Kommunesammenslåing: Prøvebygd og
// Prøvevik ble Prøvestad".
func (s Succession) String() string {
	what := "Nytt kommunenummer"
	for _, step := range s.Steps {
		switch s.KindOf(step.Old, step.New) {
		case Split:
			what = "Kommunedeling"
		case Merged:
			if what != "Kommunedeling" {
				what = "Kommunesammenslåing"
			}
		case NameOnly, Renamed:
			if what == "Nytt kommunenummer" {
				what = "Nytt kommunenavn"
			}
		}
	}
	var before, after []string
	for _, n := range s.Before() {
		before = append(before, string(n)+" "+s.NameBefore(n))
	}
	for _, n := range s.Present() {
		after = append(after, string(n)+" "+s.Name(n))
	}
	return what + ": " + together(before) + " ble " + together(after)
}

// together writes a list as people say it: "A, B og C".
func together(list []string) string {
	if len(list) < 2 {
		return strings.Join(list, "")
	}
	return strings.Join(list[:len(list)-1], ", ") + " og " + list[len(list)-1]
}

// SameName reports whether two official names name the same: languages may have been added.
func SameName(a, b string) bool {
	for _, part := range NameParts(a) {
		if slices.Contains(NameParts(b), part) {
			return true
		}
	}
	return false
}

// NameParts returns the names in an official one: "Oslo - Oslove" is Oslo and Oslove. What
// tells two of the same name apart is left out: "Våler (Østfold)" is Våler.
func NameParts(official string) []string {
	official, _, _ = strings.Cut(official, " (")
	parts := strings.Split(official, " - ")
	for i, p := range parts {
		parts[i] = strings.TrimSpace(p)
	}
	return parts
}

// samiLetters stand in Sámi and Kven names, never in Norwegian ones.
const samiLetters = "áčđŋšŧžïÁČĐŊŠŦŽÏöÖ"

// NorwegianName returns which of an official name's parts is the Norwegian one: that which a
// kommune is called already, else the first that is written as Norwegian is.
func NorwegianName(official string, known ...string) string {
	parts := NameParts(official)
	for _, p := range parts {
		if slices.Contains(known, p) {
			return p
		}
	}
	for _, p := range parts {
		if !strings.ContainsAny(p, samiLetters) {
			return p
		}
	}
	return parts[0]
}
