package directory

import (
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// Nobody changes alone what a reader in a crisis dials or follows: a changed telephone
// number there is the worst that can happen to this directory, whether by a slip or by
// somebody who means it. What is held back until a second person has looked at it is
// decided here and nowhere else.

// Crisis reports whether the offering is one that people all over the country may turn to
// at once: a helpline by its type, or for the whole country. One who makes such a thing
// public, or makes something into one, is not believed alone.
func (o Offering) Crisis() bool { return o.Type == TypeHelpline || o.Coverage.National }

// TypeHelpline is the type of lines that answer those who need somebody now.
const TypeHelpline = "hjelpetelefon"

// Guarded reports whether readers rely on the offering's contacts so much that two people
// change them: a Crisis, or one whose first number is among those that stand in code as
// every page's, such as the legevakt. An offering that names one further down, beside its
// own, is an ordinary one; and one that begins to name such a number does no harm, so that
// alone holds nothing back. But whoever takes it away may be putting another in its place.
func (o Offering) Guarded() bool {
	return o.Crisis() || len(o.Phones) > 0 && coded(o.Phones[0].Number)
}

func coded(n PhoneNumber) bool {
	return n == FireBrigade || slices.Contains(EmergencyNumbers(), n) || slices.Contains(DangerNumbers(), n)
}

// guardedField is a part of an offering that may be held back, whole.
type guardedField struct {
	name string // as in Invalid: "phones"
	same func(a, b *Offering) bool
	copy func(to, from *Offering)
}

func partOf[T any](name string, part func(*Offering) *T) guardedField {
	return guardedField{name,
		func(a, b *Offering) bool { return reflect.DeepEqual(*part(a), *part(b)) },
		func(to, from *Offering) { *part(to) = *part(from) }}
}

// contactFields are held back whenever they differ. Of telephones it is the numbers and their
// order that count: what stands beside them is a text.
var contactFields = []guardedField{
	{"phones", func(a, b *Offering) bool { return slices.EqualFunc(a.Phones, b.Phones, sameNumber) },
		func(to, from *Offering) { to.Phones = from.Phones }},
	partOf("emails", func(o *Offering) *[]string { return &o.Emails }),
	partOf("websites", func(o *Offering) *[]string { return &o.Websites }),
}

func sameNumber(a, b Phone) bool { return a.Number == b.Number }

var (
	typeField     = partOf("type", func(o *Offering) *string { return &o.Type })
	coverageField = partOf("coverage", func(o *Offering) *Coverage { return &o.Coverage })
	ownerField    = guardedField{"organization",
		func(a, b *Offering) bool { return a.Organization.ID == b.Organization.ID },
		func(to, from *Offering) { to.Organization = from.Organization }}
	statusField = guardedField{"status",
		func(a, b *Offering) bool {
			return a.Status == b.Status && reflect.DeepEqual(a.ClosedUntil, b.ClosedUntil)
		},
		func(to, from *Offering) { to.Status, to.ClosedUntil = from.Status, from.ClosedUntil }}
	nameField     = partOf("name", func(o *Offering) *string { return &o.Name })
	keywordsField = partOf("keywords", func(o *Offering) *[]string { return &o.Keywords })
	sourceField   = partOf("source", func(o *Offering) *Source { return &o.Source })
)

// proseFields are texts that readers see. They are held back when they come to name a
// telephone number or an address that the offering did not have: readers dial those too.
var proseFields = []guardedField{
	nameField,
	partOf("summary", func(o *Offering) *string { return &o.Summary }),
	partOf("description", func(o *Offering) *string { return &o.Description }),
	partOf("audience", func(o *Offering) *string { return &o.Audience }),
	partOf("opening_text", func(o *Offering) *string { return &o.OpeningText }),
	partOf("cost", func(o *Offering) *Cost { return &o.Cost }),
	partOf("referral", func(o *Offering) *Referral { return &o.Referral }),
	partOf("complaint", func(o *Offering) *string { return &o.Complaint }),
	partOf("bydel", func(o *Offering) *string { return &o.Coverage.Bydel }),
	keywordsField,
	ownerField, // its name is seen with the offering's
	partOf("locations", func(o *Offering) *[]Location { return &o.Locations }),
	partOf("exceptions", func(o *Offering) *[]ScheduleException { return &o.Exceptions }),
	{"phones", func(a, b *Offering) bool { return slices.Equal(a.Phones, b.Phones) },
		func(to, from *Offering) { to.Phones = from.Phones }},
}

// heldFields are all of them, for what has been held back already.
var heldFields = slices.Concat(contactFields, []guardedField{typeField, coverageField, ownerField, statusField, sourceField,
	partOf("confidence", func(o *Offering) *Confidence { return &o.Confidence })}, proseFields)

// pinnedFields are the fields of an offering that have to be what they were when a change was
// proposed, for the change to be what the second person looked at.
var pinnedFields = slices.Concat(contactFields, []guardedField{typeField, coverageField, ownerField, statusField})

// Namesake is a helpline of somebody else's whose name an offering is to bear.
type Namesake struct {
	Line Offering
	In   []string // the fields that bear it, as in Invalid; see NamingFields
	New  []string // those of them in which readers do not find it yet
}

// NamingFields returns what readers find the offering by, field by field as in Invalid: its own
// name, that of its organization, and its keywords.
func (o Offering) NamingFields() map[string][]string {
	return map[string][]string{nameField.name: {o.Name}, ownerField.name: {o.Organization.Name}, keywordsField.name: o.Keywords}
}

// Borrows reports whether next bears the name of a helpline with a number that neither the
// helpline has, nor the offering had under that name.
func Borrows(stored, next Offering, names ...Namesake) bool {
	return len(names) > 0 && next.Public() && !subset(numbersOf(next), ownNumbers(stored, names))
}

// ownNumbers are those that an offering may have under the names.
func ownNumbers(stored Offering, names []Namesake) []string {
	var own []string
	for _, n := range names {
		own = append(own, numbersOf(n.Line)...)
	}
	if !taken(names) {
		own = append(own, numbersOf(stored)...)
	}
	return own
}

// taken reports whether one of the names is new to the offering.
func taken(names []Namesake) bool {
	return slices.ContainsFunc(names, func(n Namesake) bool { return len(n.New) > 0 })
}

// numbersOf returns the telephone numbers that the offering has, in texts or not, with those
// that stand in code.
func numbersOf(o Offering) []string {
	return slices.DeleteFunc(namedContacts(o), func(s string) bool { return digits(s) != s })
}

// HoldBack returns what of next may be written over stored at once, and whether something
// has to wait for a second person. A new offering is held against itself as a draft. names
// are those of others' helplines that next bears.
func HoldBack(stored, next Offering, names ...Namesake) (now Offering, waits bool) {
	now = next
	hold := func(fields ...guardedField) {
		for _, f := range fields {
			if !f.same(&stored, &next) {
				f.copy(&now, &stored)
				waits = true
			}
		}
	}
	becomes := next.Crisis() != stored.Crisis()
	switch {
	case stored.Public() && stored.Guarded():
		hold(contactFields...)
		if next.Status != Published { // taken away, or closed: opening again harms nobody
			hold(statusField)
		}
		if leadsElsewhere(stored.Source, next.Source, stored) {
			hold(sourceField)
		}
		had := namedContacts(stored)
		for _, f := range proseFields {
			var is Offering
			f.copy(&is, &next)
			if !f.same(&stored, &next) && !subset(namedIn(is), had) {
				hold(f)
			}
		}
		if becomes {
			hold(typeField, coverageField)
		}
		if stored.Crisis() { // who owns it decides who is the second person
			hold(ownerField)
		}
	case next.Public() && next.Crisis() && stored.Public():
		hold(typeField, coverageField)
	case next.Public() && next.Crisis():
		hold(statusField)
	}
	if Borrows(stored, next, names...) {
		if !stored.Public() {
			hold(statusField)
		}
		for _, f := range []guardedField{nameField, ownerField, keywordsField} {
			if stored.Public() && slices.ContainsFunc(names, func(n Namesake) bool { return slices.Contains(n.New, f.name) }) {
				hold(f)
			}
		}
		own := ownNumbers(stored, names)
		for _, f := range proseFields {
			var is Offering
			f.copy(&is, &next)
			if stored.Public() && !subset(numbersOf(is), own) {
				hold(f)
			}
		}
	}
	if waits && sameButSource(now, stored) {
		// Who changes nothing at once is not the source of anything yet.
		now.Source, now.Confidence = stored.Source, stored.Confidence
	}
	return now, waits
}

// leadsElsewhere reports whether a source leads readers to where neither the offering nor its
// source did: to another host, or to a number in its title. Another page of a host that is
// named already does no harm, and whoever corrects a word has to say where they read it.
func leadsElsewhere(was, is Source, o Offering) bool {
	return !subset(hosts(namedInSource(is)), hosts(append(namedContacts(o), namedInSource(was)...)))
}

func namedInSource(s Source) []string {
	found := namedInTexts(s.Title)
	if s.URL != "" {
		found = append(found, plainAddress(s.URL))
	}
	return found
}

// hosts returns addresses without what stands behind their host; numbers stay as they are.
func hosts(named []string) []string {
	only := make([]string, len(named))
	for i, n := range named {
		only[i], _, _ = strings.Cut(n, "/")
	}
	return only
}

// sameButSource reports whether two offerings differ in their source at most.
func sameButSource(a, b Offering) bool {
	a.Source, a.Confidence, a.Organization, a.ChangedAt, a.Version = b.Source, b.Confidence, b.Organization, b.ChangedAt, b.Version
	return reflect.DeepEqual(a, b)
}

// Held returns the names of the fields in which a held change differs from what was there.
func Held(before, after Offering) []string {
	var names []string
	for _, f := range heldFields {
		if !f.same(&before, &after) && !slices.Contains(names, f.name) {
			names = append(names, f.name)
		}
	}
	return names
}

// SameHeld reports whether two held changes would change the same to the same.
func SameHeld(beforeA, afterA, beforeB, afterB Offering) bool {
	return !slices.ContainsFunc(heldFields, func(f guardedField) bool {
		if f.name == "source" || f.name == "confidence" { // dated the day on which it was proposed
			return false
		}
		differs := !f.same(&beforeA, &afterA)
		return differs == f.same(&beforeB, &afterB) || differs && !f.same(&afterA, &afterB)
	})
}

// SamePinned reports whether the offering is still what it was when a change was proposed, in
// all that a second person approves with it: contacts, type, coverage, owner, status. Of one
// that is not guarded yet also the texts and the source, since nobody holds those back while
// it waits to become one.
func SamePinned(before, now Offering) bool {
	differs := func(f guardedField) bool { return !f.same(&before, &now) }
	if slices.ContainsFunc(pinnedFields, differs) {
		return false
	}
	return before.Public() && before.Guarded() || !slices.ContainsFunc(proseFields, differs) && !leadsElsewhere(before.Source, now.Source, before)
}

// Release returns the stored offering with what a change held back put in, and whether it
// still fits: the parts that it changes are as they were before it.
func Release(stored, before, after Offering) (Offering, bool) {
	next, fits := stored, SamePinned(before, stored)
	for _, f := range heldFields {
		if f.same(&before, &after) {
			continue
		}
		if f.name != "source" && f.name != "confidence" && !f.same(&stored, &before) {
			fits = false
		}
		f.copy(&next, &after)
	}
	return next, fits
}

// Hours and dates are taken out first, then what is left is looked through for what people
// may dial or follow. Prices and years are too short for a number. Blanks of all kinds, also
// those that nobody sees, may stand within one.
var (
	timesInText   = regexp.MustCompile(`\b[0-2]?\d[.:][0-5]\d\b|\b[0-3]?\d\.\s?[01]?\d\.\s?(?:20)?\d\d\b|\b20\d\d-\d\d-\d\d\b`)
	numberInText  = regexp.MustCompile(`\+?\d(?:[\s\p{Zs}\p{Cf}.\-\x{2010}\x{2011}()/]{0,2}\d){2,14}`)
	addressInText = regexp.MustCompile(`(?i)https?://\S+|\bwww\.\S+|[^\s@<>()]+@[^\s@<>()]+|\b[a-z0-9æøå-]+\.(?:no|com|org|net|info|io|eu|app|online|site|xyz|dev|me|se|dk)\b\S*`)
)

// dialled reports whether the digits are as many as those of a number that can be dialled.
func dialled(d string) bool {
	return len(d) >= 8 || len(d) == 6 && strings.HasPrefix(d, "116") || len(d) == 5 && d[0] == '0' || len(d) == 3 && d[0] == '1'
}

// namedIn returns the telephone numbers and addresses in all texts of the offering.
func namedIn(o Offering) []string {
	texts := slices.Concat([]string{o.Name, o.Organization.Name, o.Summary, o.Description, o.Audience, o.OpeningText, o.Cost.Text, o.Referral.Text, o.Complaint, o.Coverage.Bydel}, o.Keywords)
	for _, p := range o.Phones {
		texts = append(texts, p.Hours)
	}
	for _, l := range o.Locations {
		texts = append(texts, l.Name, l.Street, l.PostalPlace)
	}
	for _, e := range o.Exceptions {
		texts = append(texts, e.Note)
	}
	return namedInTexts(texts...)
}

func namedInTexts(texts ...string) []string {
	var found []string
	for _, text := range texts {
		for _, n := range numberInText.FindAllString(timesInText.ReplaceAllString(text, "|"), -1) {
			if d := digits(n); dialled(d) {
				found = append(found, d)
			}
		}
		for _, a := range addressInText.FindAllString(text, -1) {
			found = append(found, plainAddress(a))
		}
	}
	return found
}

// LeadsElsewhere reports whether readers of the course are led from an offering that is guarded
// to where neither the offering nor the course did when they saw it last: to another host, or to
// another number or mail address. before is the zero value for a new one.
func (c Course) LeadsElsewhere(before Course, of Offering) bool {
	if !of.Public() || !of.Guarded() || !c.Public() {
		return false
	}
	known := namedContacts(of)
	if before.Public() {
		known = append(known, namedInCourse(before)...)
	}
	return !subset(hosts(namedInCourse(c)), hosts(known))
}

// namedInCourse returns the telephone numbers and addresses that the course has, in texts or not.
func namedInCourse(c Course) []string {
	texts := []string{c.Title, c.Description, c.Audience, c.Cost.Text, c.SignUp.Text}
	if c.Place != nil {
		texts = append(texts, c.Place.Name, c.Place.Street, c.Place.PostalPlace)
	}
	for _, d := range c.Dates {
		texts = append(texts, d.Note)
	}
	found := namedInTexts(texts...)
	if c.SignUp.Phone != "" {
		found = append(found, digits(c.SignUp.Phone.National()))
	}
	for _, a := range []string{c.SignUp.Email, c.SignUp.URL} {
		if a != "" {
			found = append(found, plainAddress(a))
		}
	}
	return found
}

// namedContacts returns all numbers and addresses that the offering has, in texts or not.
func namedContacts(o Offering) []string {
	found := namedIn(o)
	for _, p := range o.Phones {
		found = append(found, digits(p.Number.National()))
	}
	for _, a := range slices.Concat(o.Emails, o.Websites) {
		found = append(found, plainAddress(a))
	}
	for _, n := range slices.Concat(EmergencyNumbers(), DangerNumbers()) {
		found = append(found, digits(string(n)))
	}
	return append(found, digits(string(FireBrigade)))
}

func subset(some, all []string) bool {
	return !slices.ContainsFunc(some, func(s string) bool { return !slices.Contains(all, s) })
}

// digits returns the digits of a number in a text, without Norway's country code.
func digits(s string) string {
	d := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
	d = strings.TrimPrefix(d, "00")
	if rest, ok := strings.CutPrefix(d, "47"); ok && len(rest) == 8 {
		return rest
	}
	return d
}

func plainAddress(a string) string {
	a = strings.ToLower(strings.TrimRight(a, ".,;:!?)»\"/"))
	a = strings.TrimPrefix(strings.TrimPrefix(a, "https://"), "http://")
	return strings.TrimPrefix(a, "www.")
}
