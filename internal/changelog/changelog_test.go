package changelog

import (
	"strings"
	"testing"
)

func TestEntries(t *testing.T) {
	entries, err := parse(source)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		for _, c := range e.Changes {
			for language, text := range c.Text {
				if language != "nb" && language != "nn" && language != "en" {
					t.Errorf("%s: language %q", e.Date.Format("2006-01-02"), language)
				}
				if !strings.HasSuffix(text, ".") {
					t.Errorf("%q is no sentence", text)
				}
			}
		}
	}
	if got, lang := (Change{Text: map[string]string{"nb": "Nytt."}}).In("en"); got != "Nytt." || lang != "nb" {
		t.Errorf("what is not translated: %q in %s, want bokmål", got, lang)
	}
}

func TestWrongEntries(t *testing.T) {
	const good = "- dato: 2026-11-27\n  endringer: [{slag: nytt, tekst: {nb: Noe.}}]\n"
	if _, err := parse([]byte(good)); err != nil {
		t.Fatal(err)
	}
	for src, want := range map[string]string{
		"[]": "no entries",
		strings.Replace(good, "2026-11-27", "i dag", 1):       "not a date",
		good + strings.Replace(good, "-27", "-28", 1):         "newest first",
		strings.Replace(good, "slag: nytt", "slag: borte", 1): "slag",
		strings.Replace(good, "nb:", "en:", 1):                "in nb",
		"- dato: 2026-11-27\n":                                "no changes",
		strings.Replace(good, "dato", "date", 1):              "not found",
	} {
		if _, err := parse([]byte(src)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", src, err, want)
		}
	}
}
