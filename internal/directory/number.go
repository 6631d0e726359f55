package directory

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Errors of the Parse functions of this package.
var (
	ErrPhone      = errors.New("not a telephone number that can be shown")
	ErrPremium    = errors.New("premium rate number")
	ErrPostalCode = errors.New("not a postnummer")
	ErrOrgNumber  = errors.New("not an organisasjonsnummer")
	ErrDate       = errors.New("not a year, month or day")
	ErrWebsite    = errors.New("not a web address")
)

// PhoneNumber is a telephone number as it is stored: E.164 ("+4755251150"), or a
// Norwegian short number as it is dialled ("113", "116123", "02800").
type PhoneNumber string

// ParsePhone returns the number that a person or a source wrote, blanks and the
// country code in any of its forms allowed. It returns ErrPremium for the premium
// ranges 820 and 829, and ErrPhone for what is no number in Norway's numbering plan
// (Nkom) and no international number either.
func ParsePhone(s string) (PhoneNumber, error) {
	n := strings.NewReplacer(" ", "", "\u00a0", "", "-", "", ".", "", "(", "", ")", "").Replace(s)
	if rest, ok := strings.CutPrefix(n, "00"); ok {
		n = "+" + rest
	}
	if rest, ok := strings.CutPrefix(n, "+"); ok && !strings.HasPrefix(rest, "47") {
		if !allDigits(rest) || len(rest) < 7 || len(rest) > 15 || rest[0] == '0' {
			return "", fmt.Errorf("telephone %q: %w", s, ErrPhone)
		}
		return PhoneNumber("+" + rest), nil
	}
	n = strings.TrimPrefix(n, "+47")
	if !allDigits(n) {
		return "", fmt.Errorf("telephone %q: %w", s, ErrPhone)
	}
	switch {
	case strings.HasPrefix(n, "820"), strings.HasPrefix(n, "829"):
		return "", fmt.Errorf("telephone %q: %w", s, ErrPremium)
	case len(n) == 8 && n[0] >= '2' && n[0] <= '9':
		return PhoneNumber("+47" + n), nil
	case len(n) == 3 && n[0] == '1', // 110, 112, 113
		len(n) == 6 && strings.HasPrefix(n, "116"), // European social numbers
		len(n) == 5 && n[0] == '0':                 // short numbers of firms and agencies
		return PhoneNumber(n), nil
	}
	return "", fmt.Errorf("telephone %q: %w", s, ErrPhone)
}

// Href returns the number for a tel: link.
func (p PhoneNumber) Href() string { return "tel:" + string(p) }

// National returns the number as it is dialled within Norway, without blanks.
func (p PhoneNumber) National() string { return strings.TrimPrefix(string(p), "+47") }

// String returns the number as it is written in Norway, in groups: "55 25 11 50",
// "466 15 590", "800 57 000", "116 123".
func (p PhoneNumber) String() string {
	n := p.National()
	switch {
	case strings.HasPrefix(n, "+"):
		return n
	case len(n) == 6:
		return n[:3] + " " + n[3:]
	case len(n) == 8 && (n[0] == '4' || n[0] == '8' || n[0] == '9'):
		return n[:3] + " " + n[3:5] + " " + n[5:]
	case len(n) == 8:
		return n[:2] + " " + n[2:4] + " " + n[4:6] + " " + n[6:]
	default:
		return n
	}
}

// PostalCode is a postnummer: four digits, leading zero kept.
type PostalCode string

// ParsePostalCode returns s as a postnummer, or ErrPostalCode unless it is four digits.
func ParsePostalCode(s string) (PostalCode, error) {
	if len(s) != 4 || !allDigits(s) {
		return "", fmt.Errorf("postnummer %q: want four digits: %w", s, ErrPostalCode)
	}
	return PostalCode(s), nil
}

// OrgNumber is an organisasjonsnummer: nine digits, the last a check digit.
// Source: Enhetsregisteret, Brønnøysundregistrene.
type OrgNumber string

// ParseOrgNumber returns s as an organisasjonsnummer, blanks between groups allowed.
// It returns ErrOrgNumber unless it has nine digits and the right check digit (modulus 11).
func ParseOrgNumber(s string) (OrgNumber, error) {
	n := strings.ReplaceAll(s, " ", "")
	if len(n) != 9 || !allDigits(n) {
		return "", fmt.Errorf("organisasjonsnummer %q: want nine digits: %w", s, ErrOrgNumber)
	}
	sum := 0
	for i, weight := range [8]int{3, 2, 7, 6, 5, 4, 3, 2} {
		sum += weight * int(n[i]-'0')
	}
	check := (11 - sum%11) % 11 // 10 never equals a digit, so such numbers fail too
	if check != int(n[8]-'0') {
		return "", fmt.Errorf("organisasjonsnummer %q: wrong check digit: %w", s, ErrOrgNumber)
	}
	return OrgNumber(n), nil
}

// PartialDate is the date of a source as exactly as it is known: "2026", "2026-04" or
// "2026-04-07". Empty where the source has none.
type PartialDate string

// ParsePartialDate returns s as a date. It returns ErrDate unless s is empty or a real
// year, month or day in that form, from the year 1000 to 2999 as the database has it.
func ParsePartialDate(s string) (PartialDate, error) {
	if s == "" {
		return "", nil
	}
	for _, layout := range []string{"2006", "2006-01", "2006-01-02"} {
		if t, err := time.Parse(layout, s); err == nil && t.Year() >= 1000 && t.Year() < 3000 {
			return PartialDate(s), nil
		}
	}
	return "", fmt.Errorf("date %q: want 2026, 2026-04 or 2026-04-07: %w", s, ErrDate)
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
