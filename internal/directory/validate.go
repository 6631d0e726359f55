package directory

import (
	"fmt"
	"net/mail"
	"net/url"
	"regexp"
	"slices"
	"sort"
	"strings"
	"time"
	"unicode/utf8"
)

// Invalid says what is wrong with a thing: field name to message key, never prose, so
// that each door (form, import, API) words it for its own reader.
type Invalid map[string]string

// Error lists the fields and keys, sorted by field.
func (v Invalid) Error() string {
	parts := make([]string, 0, len(v))
	for field, key := range v {
		parts = append(parts, fmt.Sprintf("%s: %s", field, key))
	}
	sort.Strings(parts)
	return "invalid: " + strings.Join(parts, ", ")
}

// Message keys of Invalid.
const (
	MsgRequired   = "required"
	MsgTooLong    = "too_long"
	MsgFormat     = "format"
	MsgUnknown    = "unknown"
	MsgPeriod     = "period"     // an end before its beginning
	MsgDuplicate  = "duplicate"  // what may stand there once stands there again
	MsgTransition = "transition" // a status that cannot follow the present one
)

// Limits on lengths, in characters. They keep a page readable and an index small; the
// longest texts in data/ are well under half of each.
const (
	MaxName        = 200
	MaxSummary     = 600
	MaxDescription = 10_000
)

// Forms that the database holds too.
var (
	keyForm   = regexp.MustCompile(`^[a-z0-9_/-]+$`)
	emailForm = regexp.MustCompile(`^[^@\s]+@[^@\s]+\.[^@\s.]+$`)
)

// Validate returns nil, or an Invalid that names each wrong field. It checks form, not
// references: whether a type, term or kommune exists is the store's question.
func (o Offering) Validate() error {
	v := Invalid{}
	v.name("name", o.Name)
	v.required("key", o.Key, MaxName)
	if !keyForm.MatchString(o.Key) {
		v.add("key", MsgFormat)
	}
	v.required("type", o.Type, 40)
	v.required("source", o.Source.Title, 1000)
	v.length("summary", o.Summary, MaxSummary)
	v.length("description", o.Description, MaxDescription)
	v.length("audience", o.Audience, MaxSummary)
	v.length("bydel", o.Coverage.Bydel, MaxSummary)
	v.length("opening_text", o.OpeningText, MaxSummary)
	v.length("cost", o.Cost.Text, MaxSummary)
	v.length("referral", o.Referral.Text, MaxSummary)
	v.length("complaint", o.Complaint, MaxDescription)
	v.each("keywords", o.Keywords)
	v.each("languages", o.Languages)

	oneOf(v, "confidence", o.Confidence, High, Medium, Low)
	oneOf(v, "status", o.Status, Statuses()...)
	oneOf(v, "cost_kind", o.Cost.Kind, "", Free, Paid)
	oneOf(v, "referral_kind", o.Referral.Kind, "", ContactYourself, Apply, BeReferred)
	for _, a := range o.Accessibility {
		oneOf(v, "accessibility", a, WheelchairAccess, HearingLoop, SignLanguage, StepFree)
	}
	if o.ClosedUntil != nil && o.Status != Closed {
		v.add("closed_until", MsgFormat)
	}

	if !o.Coverage.National && len(o.Coverage.Fylker) == 0 && len(o.Coverage.Kommuner) == 0 {
		v.add("coverage", MsgRequired)
	}
	v.organization(o.Organization)
	v.contacts(o)
	v.places(o.Locations)
	v.schedules(o)
	if d := o.Source.Date; d != "" && (!validDate(d) || d < "1000" || d >= "3000") {
		v.add("source_date", MsgFormat)
	}
	if o.Source.URL != "" && !webAddress(o.Source.URL) {
		v.add("source_url", MsgFormat)
	}
	return v.orNil()
}

// ValidateEmail returns nil, or an Invalid that names "email".
func ValidateEmail(e string) error {
	if a, err := mail.ParseAddress(e); err != nil || a.Address != e || !emailForm.MatchString(e) || HasUnseen(e) {
		return Invalid{"email": MsgFormat}
	}
	return nil
}

// validDate reports whether d is a year, month or day.
func validDate(d PartialDate) bool {
	_, err := ParsePartialDate(string(d))
	return err == nil
}

func (v Invalid) organization(o Organization) {
	if o == (Organization{}) {
		return
	}
	v.name("organization", o.Name)
	oneOf(v, "organization_kind", o.Kind, "", KindKommune, KindFylkeskommune, KindState, KindHealthTrust, KindFoundation, KindAssociation)
	if n, err := ParseOrgNumber(string(o.OrgNumber)); o.OrgNumber != "" && (err != nil || n != o.OrgNumber) {
		v.add("organization_number", MsgFormat)
	}
	if o.Website != "" && !webAddress(o.Website) {
		v.add("organization_website", MsgFormat)
	}
}

func (v Invalid) contacts(o Offering) {
	for _, p := range o.Phones {
		if n, err := ParsePhone(string(p.Number)); err != nil || n != p.Number {
			v.add("phone", MsgFormat)
		}
		oneOf(v, "phone_purpose", p.Purpose, "", PurposeHelpline, PurposeSwitchboard, PurposeBooking, PurposeText)
		v.length("phone_hours", p.Hours, MaxSummary)
	}
	for _, e := range o.Emails {
		if ValidateEmail(e) != nil {
			v.add("email", MsgFormat)
		}
	}
	for _, w := range o.Websites {
		if !webAddress(w) {
			v.add("website", MsgFormat)
		}
	}
}

func (v Invalid) places(locations []Location) {
	for _, l := range locations {
		v.length("location_name", l.Name, MaxName)
		v.length("street", l.Street, MaxName)
		v.length("postal_place", l.PostalPlace, MaxName)
		if l.PostalCode != "" {
			if _, err := ParsePostalCode(string(l.PostalCode)); err != nil {
				v.add("postal_code", MsgFormat)
			}
		}
		// Norway, Svalbard and Jan Mayen included. Asked so that NaN is outside.
		if p := l.Position; p != nil && !(p.Lat >= 57 && p.Lat <= 81 && p.Lon >= -10 && p.Lon <= 34) {
			v.add("position", MsgFormat)
		}
	}
}

func (v Invalid) schedules(o Offering) {
	for _, s := range o.Schedules {
		v.hours("schedule", s.Opens, s.Closes)
		if s.Weekday < time.Sunday || s.Weekday > time.Saturday {
			v.add("schedule", MsgFormat)
		}
		if s.ValidFrom != nil && s.ValidTo != nil && s.ValidTo.Before(*s.ValidFrom) {
			v.add("schedule", MsgPeriod)
		}
	}
	seen := map[string]bool{}
	for _, e := range o.Exceptions {
		if !e.Closed {
			v.hours("exception", e.Opens, e.Closes)
		} else if e.Opens != "" || e.Closes != "" {
			v.add("exception", MsgFormat)
		}
		v.length("exception", e.Note, MaxSummary)
		day := e.Date.Format(time.DateOnly)
		if seen[day] {
			v.add("exception", MsgDuplicate)
		}
		seen[day] = true
	}
}

// hours wants "HH:MM" twice, the second later. Closing at midnight is written "24:00".
func (v Invalid) hours(field, opens, closes string) {
	if !clock(opens) || !clock(closes) {
		v.add(field, MsgFormat)
		return
	}
	if closes <= opens {
		v.add(field, MsgPeriod)
	}
}

func clock(s string) bool {
	if len(s) != 5 || s[2] != ':' || !allDigits(s[:2]) || !allDigits(s[3:]) {
		return false
	}
	return s == "24:00" || (s[:2] < "24" && s[3:] < "60")
}

// ParseWebsite returns the address of a page that a person wrote, with the beginning that
// people leave out. It returns ErrWebsite for what is none.
func ParseWebsite(s string) (string, error) {
	if !strings.Contains(s, "://") {
		s = "https://" + s
	}
	if !webAddress(s) || strings.ContainsAny(s, " \"<>") || strings.HasSuffix(strings.SplitN(s, "/", 4)[2], ".") {
		return "", fmt.Errorf("web address %q: %w", s, ErrWebsite)
	}
	return s, nil
}

func webAddress(s string) bool {
	u, err := url.Parse(s)
	written := strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://") // not "HTTP://"
	return err == nil && written && utf8.ValidString(s) && !HasUnseen(s) && strings.Contains(u.Host, ".") && u.User == nil
}

// add keeps the first finding for a field.
func (v Invalid) add(field, key string) {
	if _, ok := v[field]; !ok {
		v[field] = key
	}
}

// name wants a text on one line: it stands in headings, and in subjects of mail.
func (v Invalid) name(field, s string) {
	v.required(field, s, MaxName)
	if strings.ContainsAny(s, "\r\n\u2028\u2029") {
		v.add(field, MsgFormat)
	}
}

func (v Invalid) required(field, s string, limit int) {
	if strings.TrimSpace(s) == "" {
		v.add(field, MsgRequired)
	}
	v.length(field, s, limit)
}

func (v Invalid) length(field, s string, limit int) {
	if utf8.RuneCountInString(s) > limit {
		v.add(field, MsgTooLong)
	}
	if !utf8.ValidString(s) || HasUnseen(s) {
		v.add(field, MsgFormat) // Postgres stores neither NUL nor what is no UTF-8
	}
}

// each wants every value of a list to be a word or a short phrase.
func (v Invalid) each(field string, values []string) {
	for _, s := range values {
		v.required(field, s, MaxName)
	}
}

func oneOf[T ~string](v Invalid, field string, got T, allowed ...T) {
	if !slices.Contains(allowed, got) {
		v.add(field, MsgUnknown)
	}
}
