package fold

import (
	"slices"
	"testing"
)

func TestText(t *testing.T) {
	for s, want := range map[string]string{
		"Sør-Varanger kommune": "sor varanger kommune",
		"SOER":                 "sor",
		"Å, Ås og Aas":         "a as og as",
		"Guovdageaidnu Đ":      "guovdageaidnu d",
		"Pårørende\u0301":      "parorende",
		"Straße":               "strasse",
		"– ! \u0301":           "",
		"":                     "",
	} {
		if got := Text(s); got != want {
			t.Errorf("%q: got %q, want %q", s, got, want)
		}
	}
}

// Each byte of what is folded points to where its letter begins in what was written.
func TestWordPointsBack(t *testing.T) {
	const written = "Blåbær"
	f := Word(written)
	if f.Text != "blabar" || len(f.From) != len(f.Text)+1 || f.From[len(f.Text)] != len(written) {
		t.Fatalf("got %+v", f)
	}
	var letters []string
	for i := range f.Text {
		letters = append(letters, written[f.From[i]:f.From[i+1]])
	}
	if want := []string{"B", "l", "å", "b", "æ", "r"}; !slices.Equal(letters, want) {
		t.Errorf("got %q, want %q", letters, want)
	}
}

func TestWords(t *testing.T) {
	const s = "«Å gå» 2 ganger/uke"
	var words []string
	for at, word := range Words(s) {
		if s[at:at+len(word)] != word {
			t.Errorf("%q does not stand at %d", word, at)
		}
		words = append(words, word)
	}
	if want := []string{"Å", "gå", "2", "ganger", "uke"}; !slices.Equal(words, want) {
		t.Errorf("got %q, want %q", words, want)
	}
	for range Words(s) {
		break // who has seen enough is not called again
	}
}
