package report

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestHasBirthNumber(t *testing.T) {
	for text, want := range map[string]bool{
		"01019012345": true, "010190 12345": true, "01 01 90 123 45": true, "01.01.90-12345": true, "Født 01019012345.": true,
		"0101901234": false, "010190123456": false, "": false,
		"75 00 00 00 eller 75 00 00 01": false, "75000000 75000001": false, "0047 75 00 00 00": false, "+47 75 00 00 00": false,
		"Org.nr. 974 760 673": false, "8–15, 9–16, 10–17, 11–18": false, "０１０１９０１２３４５": true,
	} {
		if got := hasBirthNumber(text); got != want {
			t.Errorf("hasBirthNumber(%q) = %t, want %t", text, got, want)
		}
	}
}

func TestHasAddressOfPerson(t *testing.T) {
	for text, want := range map[string]bool{
		"kari@example.org": true, "Skriv til <kari@example.org>": true, "900 00 000": true, "+4790000000": true, "+47 400 00 000": true, "ring 41 00 00 00.": true,
		"75 00 00 00": false, "22 22 22 22": false, "116 123": false, "Org.nr. 974 760 673": false, "@example": false, "kl. 9.00": false, "": false,
	} {
		if got := hasAddressOfPerson(text); got != want {
			t.Errorf("hasAddressOfPerson(%q) = %t, want %t", text, got, want)
		}
	}
}

func TestParseCode(t *testing.T) {
	for text, want := range map[string]string{
		"7KQ2-M9XD": "7KQ2M9XD", "7kq2 m9xd": "7KQ2M9XD", "7KQ2M9XD": "7KQ2M9XD", "OIL0-0000": "01100000",
		"": "", "7KQ2-M9X": "", "7KQ2-M9XDA": "", "UUUU-UUUU": "", "ÅÅÅÅ": "",
	} {
		if got := parseCode(text); got != want {
			t.Errorf("parseCode(%q) = %q, want %q", text, got, want)
		}
	}
	for range 100 {
		if code := newCode(); parseCode(grouped(code)) != code {
			t.Fatalf("code %q cannot be written down and read again", code)
		}
	}
}

func TestGivenCodesAreForgotten(t *testing.T) {
	now := time.Date(2026, 11, 26, 12, 59, 59, 0, time.UTC)
	g := &given{now: func() time.Time { return now }}
	g.remember("x", "what", "code")
	if g.earlier("x", "what") != "code" || g.earlier("y", "what") != "" || g.earlier("x", "else") != "" {
		t.Error("each place and thing has a code of its own")
	}
	key := g.key
	if now = now.Add(time.Second); g.earlier("x", "what") != "" || g.key == key {
		t.Error("the hour is over: want no codes, and a new key")
	}
}

// Another language is another page: what the form is about goes along, and where something has
// been typed there is no switch, since it would be lost.
func TestLanguageSwitchKeepsWhatItIsAbout(t *testing.T) {
	s := newTestSite(t)
	a := s.get(s.path() + "&hva=telefon")
	id := strings.TrimPrefix(strings.TrimPrefix(s.path(), "/meld-feil?"), "tilbud=")
	a.want(t, http.StatusOK, `href="/nn/meld-feil?hva=telefon&amp;tilbud=`+id+`"`)
	form := s.opened(s.path(), "hva", "annet") // without a text: 422
	s.later(3 * time.Second)
	if again := s.post("/meld-feil", form); again.StatusCode != http.StatusUnprocessableEntity || strings.Contains(again.body, "o-sprak") {
		t.Errorf("status %d; a form with something in it has the switch: %t", again.StatusCode, strings.Contains(again.body, "o-sprak"))
	}
}
