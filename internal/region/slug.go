package region

import "strings"

// ascii gives the letters of Norwegian, Sámi and Kven names, and a few that names borrow,
// their ASCII form in addresses: å as a, ø as o, æ as ae.
var ascii = strings.NewReplacer(
	"æ", "ae", "ä", "a", "å", "a", "á", "a", "à", "a", "â", "a", "ã", "a",
	"ø", "o", "ö", "o", "ó", "o", "ô", "o", "ò", "o", "õ", "o",
	"é", "e", "è", "e", "ê", "e", "ë", "e", "í", "i", "ï", "i", "î", "i",
	"ú", "u", "ü", "u", "û", "u", "ý", "y",
	"č", "c", "ç", "c", "đ", "d", "ð", "d", "ŋ", "n", "ñ", "n", "š", "s", "ŧ", "t", "ž", "z", "ß", "ss",
)

// maxSlug keeps addresses short enough to be read aloud and pasted into a mail.
const maxSlug = 80

// Slug returns the ASCII, hyphenated form of a name for use in an address:
// "Møre og Romsdal" is "more-og-romsdal", "Kárášjohka" is "karasjohka". It is empty
// when s has no letter or digit.
func Slug(s string) string {
	var b strings.Builder
	gap := false
	for _, r := range ascii.Replace(strings.ToLower(s)) {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') {
			gap = true
			continue
		}
		if b.Len() >= maxSlug-1 {
			break // a hyphen and a letter must both fit
		}
		if gap && b.Len() > 0 {
			b.WriteByte('-')
		}
		gap = false
		b.WriteRune(r)
	}
	return b.String()
}
