// Package view holds the templates of all pages, typed by page structs, and the words
// that handlers choose between. Choices and formatting are made before a page struct is
// filled: templates loop, test and print.
package view

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
)

// EmergencyLine is one of the numbers that stand in code.
type EmergencyLine struct {
	Number string
	Href   string
	Text   string
	Short  string // Text in two or three words
}

var emergencyTexts = map[directory.PhoneNumber]struct{ text, short string }{
	directory.Ambulance:        {"Fare for liv – ambulanse", "fare for liv"},
	directory.Police:           {"Politi – ved vold eller fare", "politi"},
	directory.EmergencyDoctor:  {"Legevakt, når det haster", "legevakt"},
	directory.MentalHealthLine: {"Mental Helse – noen å snakke med, hele døgnet", "noen å snakke med"},
	directory.ChildrensAlarm:   {"Alarmtelefonen for barn og unge, hele døgnet", "barn og unge"},
}

// EmergencyNumbers returns the numbers that every page has.
func EmergencyNumbers() []EmergencyLine { return emergencyLines(directory.EmergencyNumbers()) }

// DangerNumbers returns the numbers to show first where someone may be in danger.
func DangerNumbers() []EmergencyLine { return emergencyLines(directory.DangerNumbers()) }

func emergencyLines(numbers []directory.PhoneNumber) []EmergencyLine {
	var lines []EmergencyLine
	for _, n := range numbers {
		words := emergencyTexts[n]
		lines = append(lines, EmergencyLine{Number: n.String(), Href: n.Href(), Text: words.text, Short: words.short})
	}
	return lines
}

// Area is a coverage with the names of what it covers, the reader's or the offering's own
// kommune first.
type Area struct {
	National bool
	Fylker   []string
	Kommuner []string
	Bydel    string
}

// Words says for whom an offering is, in a few words: "For deg som bor i Bodø".
func (a Area) Words(l page.Language) string {
	var out string
	switch {
	case a.National:
		out = "For hele landet"
	case len(a.Fylker) > 0 && len(a.Kommuner) == 0:
		out = "For hele " + l.And(shorten(a.Fylker, "fylke", "fylker"))
	case len(a.Fylker) > 0:
		out = "For hele " + l.And(append(shorten(a.Fylker, "fylke", "fylker"), shorten(a.Kommuner, "kommune", "kommuner")...))
	default:
		out = "For deg som bor i " + l.And(shorten(a.Kommuner, "kommune", "kommuner"))
	}
	return a.withBydel(out)
}

// Full is as Words, with every name.
func (a Area) Full(l page.Language) string {
	switch {
	case a.National:
		return a.withBydel("Hele landet")
	case len(a.Fylker) > 0:
		return a.withBydel("Hele " + l.And(append(append([]string{}, a.Fylker...), a.Kommuner...)))
	}
	return a.withBydel(l.And(a.Kommuner))
}

func (a Area) withBydel(s string) string {
	if a.Bydel == "" {
		return s
	}
	return s + " (" + a.Bydel + ")"
}

// shorten names at most two, and says how many more there are.
func shorten(names []string, one, many string) []string {
	if len(names) <= 3 {
		return names
	}
	rest := len(names) - 1
	return []string{names[0], page.Bokmal.Count(rest, "annen "+one, "andre "+many)}
}

// ReachTag says in a word or two how an offering covers a kommune. Shared is how many
// other kommuner it is for.
func ReachTag(r directory.Reach, shared int) string {
	switch r {
	case directory.ByOwn:
		return "eget tilbud"
	case directory.ByShared:
		return "delt med " + page.Bokmal.Count(shared, "kommune", "kommuner")
	case directory.ByFylke:
		return "hele fylket"
	case directory.ByNational:
		return "hele landet"
	}
	return ""
}

// NearestTag is the tag of an offering that is for another kommune.
func NearestTag(distance string) string {
	if distance == "" {
		return "et annet sted"
	}
	return "nærmeste, " + distance
}

// SourceNote says in a line where a listing is from, whether it is confirmed, and what its
// age means for the reader.
func SourceNote(l page.Language, o *directory.Offering, due directory.Due, now time.Time) Source {
	if o.ConfirmedAt != nil {
		switch date := l.Date(*o.ConfirmedAt); {
		case now.Before(due.All):
			return Source{Confirmed: true, Text: "Bekreftet av tilbudet " + date + "."}
		case now.Before(due.Old):
			return Source{Text: "Sist bekreftet " + date + ". Det er en stund siden, så spør om det fortsatt stemmer."}
		default:
			return Source{Text: "Sist bekreftet " + date + ". Det er for lenge siden til at vi kan si at det stemmer."}
		}
	}
	from := "Kilde: " + sourceName(o.Source) + ", "
	date := l.PartialDate(o.Source.Date)
	switch {
	case date == "":
		return Source{Text: from + "uten dato. Ikke bekreftet av tilbudet ennå."}
	case now.Before(due.Old):
		return Source{Text: from + date + ". Ikke bekreftet av tilbudet ennå."}
	}
	return Source{Text: from + date + ". Det er lenge siden, og tilbudet har ikke bekreftet det."}
}

// siteName finds the first site that a source's title names: "mentalhelse.no/om-oss".
var siteName = regexp.MustCompile(`\b(?:[a-z0-9-]+\.)+(?:no|com|org|net|info|edu)\b`)

// sourceName is a source in few words: the site it was read on, or the start of its title.
func sourceName(s directory.Source) string {
	if host := host(s.URL); host != "" {
		return host
	}
	if named := siteName.FindString(s.Title); named != "" {
		return strings.TrimPrefix(named, "www.")
	}
	const most = 60
	title := []rune(s.Title)
	if len(title) <= most {
		return string(title)
	}
	cut := string(title[:most])
	if i := strings.LastIndexByte(cut, ' '); i > 0 {
		cut = cut[:i]
	}
	return strings.TrimRight(cut, " ,;") + " …"
}

// SourceFull says where a listing is from and what its age means, for its own page.
func SourceFull(l page.Language, o *directory.Offering, due directory.Due, now time.Time) Source {
	if o.ConfirmedAt != nil {
		switch date := l.Date(*o.ConfirmedAt); {
		case now.Before(due.All):
			return Source{Confirmed: true, Text: "Tilbudet har bekreftet opplysningene " + date + "."}
		case now.Before(due.Old):
			return Source{Text: "Tilbudet bekreftet opplysningene " + date + ". Det er en stund siden, så spør om de fortsatt stemmer."}
		default:
			return Source{Text: "Tilbudet bekreftet opplysningene sist " + date + ". Det er for lenge siden til at vi kan si at de stemmer. Ring og spør før du reiser."}
		}
	}
	from := "Opplysningene er hentet fra " + o.Source.Title
	if date := l.PartialDate(o.Source.Date); date != "" {
		from += ", " + date + "."
	} else {
		from += ". Kilden har ingen dato."
	}
	if o.Source.Date != "" && !now.Before(due.Old) {
		return Source{Text: from + " Det er lenge siden, og tilbudet har ikke bekreftet dem. Ring og spør før du reiser."}
	}
	return Source{Text: from + " Tilbudet har ikke selv bekreftet dem ennå."}
}

// host returns the name of the site that an address is on, without "www.".
func host(address string) string {
	_, rest, ok := strings.Cut(address, "://")
	if !ok {
		return ""
	}
	rest, _, _ = strings.Cut(rest, "/")
	return strings.TrimPrefix(rest, "www.")
}

// HostOf returns the text of a link to a site: "bufdir.no".
func HostOf(address string) string {
	if h := host(address); h != "" {
		return h
	}
	return address
}

// NotStated is said where a source does not say.
const NotStated = "Ikke oppgitt. Spør når du tar kontakt."

// ReferralText says how one gets an offering.
func ReferralText(r directory.Referral) string {
	text := map[directory.ReferralKind]string{
		directory.ContactYourself: "Du kan ta kontakt selv. Du trenger ingen henvisning.",
		directory.Apply:           "Du må søke for å få dette tilbudet.",
		directory.BeReferred:      "Noen må henvise dere, for eksempel fastlegen eller skolen.",
	}[r.Kind]
	return orNotStated(text, r.Text)
}

// CostText says what an offering costs.
func CostText(c directory.Cost) string {
	text := map[directory.CostKind]string{
		directory.Free: "Gratis.",
		directory.Paid: "Koster penger.",
	}[c.Kind]
	return orNotStated(text, c.Text)
}

func orNotStated(parts ...string) string {
	var said []string
	for _, p := range parts {
		if p != "" {
			said = append(said, p)
		}
	}
	if len(said) == 0 {
		return NotStated
	}
	return strings.Join(said, " ")
}

// PhoneNote says what a number is for and when it is answered; "" where neither is known.
func PhoneNote(p directory.Phone) string {
	what := map[directory.PhonePurpose]string{
		directory.PurposeSwitchboard: "sentralbord",
		directory.PurposeBooking:     "timebestilling",
		directory.PurposeText:        "tekstmelding",
	}[p.Purpose]
	return strings.Join(nonEmpty(what, p.Hours), ", ")
}

func nonEmpty(values ...string) []string {
	var out []string
	for _, v := range values {
		if v != "" {
			out = append(out, v)
		}
	}
	return out
}

// ClosedNote says that an offering is closed for a time; "" when it is not.
func ClosedNote(l page.Language, o *directory.Offering) string {
	switch {
	case o.Status != directory.Closed:
		return ""
	case o.ClosedUntil != nil:
		return "Midlertidig stengt. Åpner igjen " + l.Date(*o.ClosedUntil) + "."
	default:
		return "Midlertidig stengt."
	}
}

// AccessibilityText names one way in which a place is accessible.
func AccessibilityText(a directory.Accessibility) string {
	return map[directory.Accessibility]string{
		directory.WheelchairAccess: "Tilgjengelig med rullestol",
		directory.HearingLoop:      "Teleslynge",
		directory.SignLanguage:     "Tegnspråk",
		directory.StepFree:         "Trinnfri inngang",
	}[a]
}

var languageNames = map[string]string{
	"nb": "bokmål", "nn": "nynorsk", "no": "norsk", "se": "nordsamisk", "sma": "sørsamisk", "smj": "lulesamisk",
	"fkv": "kvensk", "en": "engelsk", "pl": "polsk", "uk": "ukrainsk", "ar": "arabisk", "so": "somali", "ti": "tigrinja",
	"fa": "persisk", "ur": "urdu", "lt": "litauisk", "ru": "russisk", "nsl": "norsk tegnspråk",
}

// LanguageName returns the name of a language by its ISO 639 code, the code itself where
// it has no name here.
func LanguageName(code string) string {
	if name, ok := languageNames[code]; ok {
		return name
	}
	return code
}

// Hours is one line of opening hours: "mandag 08.30–15.00".
func Hours(l page.Language, s directory.Schedule) string {
	clock := strings.NewReplacer(":", ".")
	return fmt.Sprintf("%s %s–%s", l.Weekday(s.Weekday), clock.Replace(s.Opens), clock.Replace(s.Closes))
}

// ExceptionHours is one date with other opening hours: "17. mai 2027: stengt".
func ExceptionHours(l page.Language, x directory.ScheduleException) string {
	clock := strings.NewReplacer(":", ".")
	text := "stengt"
	if !x.Closed {
		text = clock.Replace(x.Opens) + "–" + clock.Replace(x.Closes)
	}
	if x.Note != "" {
		text += " (" + x.Note + ")"
	}
	return l.Day(x.Date) + ": " + text
}
