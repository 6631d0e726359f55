// Package view holds the templates of all pages, typed by page structs, and the words
// that handlers choose between. Choices and formatting are made before a page struct is
// filled: templates loop, test and print.
package view

import (
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

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
	directory.Ambulance:        {page.Mark("Fare for liv – ambulanse"), page.Mark("fare for liv")},
	directory.Police:           {page.Mark("Politi – ved vold eller fare"), page.Mark("politi")},
	directory.EmergencyDoctor:  {page.Mark("Legevakt, når det haster"), page.Mark("legevakt")},
	directory.MentalHealthLine: {page.Mark("Mental Helse – noen å snakke med, hele døgnet"), page.Mark("noen å snakke med")},
	directory.ChildrensAlarm:   {page.Mark("Alarmtelefonen for barn og unge, hele døgnet"), page.Mark("barn og unge")},
}

// EmergencyNumbers returns the numbers that every page has.
func EmergencyNumbers(l page.Language) []EmergencyLine {
	return emergencyLines(l, directory.EmergencyNumbers())
}

// DangerNumbers returns the numbers to show first where someone may be in danger.
func DangerNumbers(l page.Language) []EmergencyLine {
	return emergencyLines(l, directory.DangerNumbers())
}

func emergencyLines(l page.Language, numbers []directory.PhoneNumber) []EmergencyLine {
	var lines []EmergencyLine
	for _, n := range numbers {
		words := emergencyTexts[n]
		lines = append(lines, EmergencyLine{Number: n.String(), Href: n.Href(), Text: l.T(words.text), Short: l.T(words.short)})
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
		out = l.T("For hele landet")
	case len(a.Fylker) > 0 && len(a.Kommuner) == 0:
		out = l.T("For hele %s", l.And(shortenFylker(l, a.Fylker)))
	case len(a.Fylker) > 0:
		out = l.T("For hele %s", l.And(append(shortenFylker(l, a.Fylker), shortenKommuner(l, a.Kommuner)...)))
	default:
		out = l.T("For deg som bor i %s", l.And(shortenKommuner(l, a.Kommuner)))
	}
	return a.withBydel(out)
}

func (a Area) withBydel(s string) string {
	if a.Bydel == "" {
		return s
	}
	return s + " (" + a.Bydel + ")"
}

// shortenFylker names the first, and says how many more there are, where they are many.
func shortenFylker(l page.Language, names []string) []string {
	if len(names) <= manyNames {
		return names
	}
	return []string{names[0], l.Count(len(names)-1, "1 annet fylke", "%s andre fylker")}
}

// shortenKommuner is shortenFylker for kommuner.
func shortenKommuner(l page.Language, names []string) []string {
	if len(names) <= manyNames {
		return names
	}
	return []string{names[0], l.Count(len(names)-1, "1 annen kommune", "%s andre kommuner")}
}

// manyNames is how many names are still read.
const manyNames = 3

// ReachTag says in a word or two how an offering covers a kommune. Shared is how many
// other kommuner it is for.
func ReachTag(l page.Language, r directory.Reach, shared int) string {
	switch r {
	case directory.ByOwn:
		return l.T("eget tilbud")
	case directory.ByShared:
		return l.Count(shared, "delt med 1 kommune", "delt med %s kommuner")
	case directory.ByFylke:
		return l.T("hele fylket")
	case directory.ByNational:
		return l.T("hele landet")
	}
	return ""
}

// NearestTag is the tag of an offering that is for another kommune.
func NearestTag(l page.Language, distance string) string {
	if distance == "" {
		return l.T("et annet sted")
	}
	return l.T("nærmeste, %s", distance)
}

// SourceNote says in a line where a listing is from, whether it is confirmed, and what its
// age means for the reader.
func SourceNote(l page.Language, o *directory.Offering, due directory.Due, now time.Time) Source {
	if o.ConfirmedAt != nil {
		switch date := l.Date(*o.ConfirmedAt); {
		case now.Before(due.All):
			return Source{Confirmed: true, Text: l.T("Bekreftet av tilbudet %s.", date)}
		case now.Before(due.Old):
			return Source{Text: l.T("Sist bekreftet %s. Det er en stund siden, så spør om det fortsatt stemmer.", date)}
		default:
			return Source{Text: l.T("Sist bekreftet %s. Det er for lenge siden til at vi kan si at det stemmer.", date)}
		}
	}
	from := sourceName(l, o.Source)
	date := l.PartialDate(o.Source.Date)
	switch {
	case date == "":
		return Source{Text: l.T("Kilde: %s, uten dato. Ikke bekreftet av tilbudet ennå.", from)}
	case now.Before(due.Old):
		return Source{Text: l.T("Kilde: %s, %s. Ikke bekreftet av tilbudet ennå.", from, date)}
	}
	return Source{Text: l.T("Kilde: %s, %s. Det er lenge siden, og tilbudet har ikke bekreftet det.", from, date)}
}

// siteName finds the first site that a source's title names: "mentalhelse.no/om-oss".
var siteName = regexp.MustCompile(`\b(?:[a-z0-9-]+\.)+(?:no|com|org|net|info|edu)\b`)

// sourceName is a source in few words: the site it was read on, or the start of its title.
func sourceName(l page.Language, s directory.Source) string {
	if host := host(s.URL); host != "" {
		return host
	}
	if named := siteName.FindString(s.Title); named != "" {
		return strings.TrimPrefix(named, "www.")
	}
	const most = 60
	title := []rune(sourceTitle(l, s))
	if len(title) <= most {
		return string(title)
	}
	cut := string(title[:most])
	if i := strings.LastIndexByte(cut, ' '); i > 0 {
		cut = cut[:i]
	}
	// "… organisasjoner mot …" says less than "… organisasjoner …".
	for _, word := range []string{"mot", "av", "og", "for", "fra", "i", "på", "til", "om", "med", "ved"} {
		cut = strings.TrimSuffix(cut, " "+word)
	}
	return strings.TrimRight(cut, " ,;") + " …"
}

// SourceFull says where a listing is from and what its age means, for its own page.
func SourceFull(l page.Language, o *directory.Offering, due directory.Due, now time.Time) Source {
	if o.ConfirmedAt != nil {
		switch date := l.Date(*o.ConfirmedAt); {
		case now.Before(due.All):
			return Source{Confirmed: true, Text: l.T("Tilbudet har bekreftet opplysningene %s.", date)}
		case now.Before(due.Old):
			return Source{Text: l.T("Tilbudet bekreftet opplysningene %s. Det er en stund siden, så spør om de fortsatt stemmer.", date)}
		default:
			return Source{Text: l.T("Tilbudet bekreftet opplysningene sist %s. Det er for lenge siden til at vi kan si at de stemmer. Ring og spør før du reiser.", date)}
		}
	}
	// After a colon, a title of any form reads well: "PPT", "a.no/om; b.no", "gjennomgang av …".
	from := l.T("Kilde: %s. Kilden har ingen dato.", sourceTitle(l, o.Source))
	if date := l.PartialDate(o.Source.Date); date != "" {
		from = l.T("Kilde: %s, %s.", sourceTitle(l, o.Source), date)
	}
	if o.Source.Date != "" && !now.Before(due.Old) {
		return Source{Text: from + " " + l.T("Det er lenge siden, og tilbudet har ikke bekreftet opplysningene. Ring og spør før du reiser.")}
	}
	return Source{Text: from + " " + l.T("Tilbudet har ikke selv bekreftet opplysningene ennå.")}
}

// dateNote finds the date that a source's title has in brackets: " (lest 2026-08-30)", " (2021-11)".
var dateNote = regexp.MustCompile(` \((lest )?(\d{4}(?:-\d\d){0,2})\)`)

// sourceTitle is a source's title with its dates as people write them, but for the one that the
// source itself has, which stands after it.
func sourceTitle(l page.Language, s directory.Source) string {
	return dateNote.ReplaceAllStringFunc(s.Title, func(note string) string {
		m := dateNote.FindStringSubmatch(note)
		switch date := directory.PartialDate(m[2]); {
		case date == s.Date:
			return ""
		case m[1] != "":
			return l.T(" (lest %s)", l.PartialDate(date))
		default:
			return " (" + l.PartialDate(date) + ")"
		}
	})
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
var NotStated = page.Mark("Ikke oppgitt. Spør når du tar kontakt.")

// ReferralText says how one gets an offering.
func ReferralText(l page.Language, r directory.Referral) string {
	text := map[directory.ReferralKind]string{
		directory.ContactYourself: l.T("Du kan ta kontakt selv. Du trenger ingen henvisning."),
		directory.Apply:           l.T("Du må søke for å få dette tilbudet."),
		directory.BeReferred:      l.T("Noen må henvise dere, for eksempel fastlegen eller skolen."),
	}[r.Kind]
	return orNotStated(l, text, r.Text)
}

// CostText says what an offering costs.
func CostText(l page.Language, c directory.Cost) string {
	text := map[directory.CostKind]string{
		directory.Free: l.T("Gratis."),
		directory.Paid: l.T("Koster penger."),
	}[c.Kind]
	return orNotStated(l, text, c.Text)
}

func orNotStated(l page.Language, parts ...string) string {
	var said []string
	for _, p := range parts {
		if p != "" {
			said = append(said, p)
		}
	}
	if len(said) == 0 {
		return l.T(NotStated)
	}
	return strings.Join(said, " ")
}

// PhoneNote says what a number is for and when it is answered; "" where neither is known.
func PhoneNote(l page.Language, p directory.Phone) string {
	what := map[directory.PhonePurpose]string{
		directory.PurposeSwitchboard: l.T("sentralbord"),
		directory.PurposeBooking:     l.T("timebestilling"),
		directory.PurposeText:        l.T("tekstmelding"),
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
		return l.T("Midlertidig stengt. Åpner igjen %s.", l.Date(*o.ClosedUntil))
	default:
		return l.T("Midlertidig stengt.")
	}
}

// AccessibilityText names one way in which a place is accessible.
func AccessibilityText(l page.Language, a directory.Accessibility) string {
	return map[directory.Accessibility]string{
		directory.WheelchairAccess: l.T("Tilgjengelig med rullestol"),
		directory.HearingLoop:      l.T("Teleslynge"),
		directory.SignLanguage:     l.T("Tegnspråk"),
		directory.StepFree:         l.T("Trinnfri inngang"),
	}[a]
}

var languageNames = map[string]string{
	"nb": page.Mark("bokmål"), "nn": page.Mark("nynorsk"), "no": page.Mark("norsk"), "se": page.Mark("nordsamisk"), "sma": page.Mark("sørsamisk"), "smj": page.Mark("lulesamisk"),
	"fkv": page.Mark("kvensk"), "en": page.Mark("engelsk"), "pl": page.Mark("polsk"), "uk": page.Mark("ukrainsk"), "ar": page.Mark("arabisk"), "so": page.Mark("somali"), "ti": page.Mark("tigrinja"),
	"fa": page.Mark("persisk"), "ur": page.Mark("urdu"), "lt": page.Mark("litauisk"), "ru": page.Mark("russisk"), "nsl": page.Mark("norsk tegnspråk"),
}

// LanguageName returns the name of a language by its ISO 639 code, the code itself where
// it has no name here.
func LanguageName(l page.Language, code string) string {
	if name, ok := languageNames[code]; ok {
		return l.T(name)
	}
	return code
}

// UpperInitial returns the text as it begins a sentence or stands alone on a line.
func UpperInitial(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return s
	}
	return string(unicode.ToUpper(first)) + s[size:]
}

// Hours is one line of opening hours: "mandag 08.30–15.00".
func Hours(l page.Language, s directory.Schedule) string {
	return fmt.Sprintf("%s %s–%s", l.Weekday(s.Weekday), l.Clock(s.Opens), l.Clock(s.Closes))
}

// ExceptionHours is one date with other opening hours: "17. mai 2027: stengt".
func ExceptionHours(l page.Language, x directory.ScheduleException) string {
	text := l.T("stengt")
	if !x.Closed {
		text = l.Clock(x.Opens) + "–" + l.Clock(x.Closes)
	}
	if x.Note != "" {
		text += " (" + x.Note + ")"
	}
	return l.Day(x.Date) + ": " + text
}
