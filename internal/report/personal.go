package report

import (
	"regexp"

	"golang.org/x/text/unicode/norm"
)

// Eleven digits, in the groups that people write them in, with no digit beside.
var birthNumber = regexp.MustCompile(`(?:^|\D)\d{2}[\s.]?\d{2}[\s.]?\d{2}[\s.-]?\d{3}\s?\d{2}(?:\D|$)`)

// An e-mail address, or a number of the ranges that mobile telephones have.
var (
	emailLike  = regexp.MustCompile(`[^\s@<>()]+@[^\s@<>()]+\.\pL{2,}`)
	mobileLike = regexp.MustCompile(`(?:^|[^\d])(?:\+47|0047)?\s?[49]\d(?:\s?\d){6}(?:\D|$)`)
)

// hasBirthNumber reports whether the text has what looks like a fødselsnummer. Digits of
// other widths and scripts are read as digits.
func hasBirthNumber(text string) bool { return birthNumber.MatchString(norm.NFKC.String(text)) }

// hasAddressOfPerson reports whether the text has an e-mail address or a mobile number,
// which may be the writer's own. They may also be those of an offering, so nobody but the
// writer can tell.
func hasAddressOfPerson(text string) bool {
	text = norm.NFKC.String(text)
	return emailLike.MatchString(text) || mobileLike.MatchString(text)
}
