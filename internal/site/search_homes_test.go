package site

import (
	"net/url"
	"strings"
	"testing"

	"github.com/nasjonal-oversikt/oversikt/internal/htmlcheck"
)

// attr returns an attribute of the first element that the selector finds, empty without one.
func attr(p htmlcheck.Page, selector, name string) string {
	if found, ok := p.First(selector); ok {
		return found.Attr(name)
	}
	return ""
}

// A search is for one of two kommuner at a time, and leads to the same one for the other.
func TestSearchOfTwo(t *testing.T) {
	app := newLiveApp(t)
	both := "/sok?deres=1508&kommune=3205"
	for _, test := range []struct{ target, own, theirs, place, theirPlace string }{
		{"/sok?kommune=3205", "", "", "Lillestrøm", ""},
		{both, "[Der du bor: Lillestrøm", "Der den syke bor: Ålesund", "Lillestrøm", "Ålesund"},
		{both + "&hos=deres", "Der du bor: Lillestrøm", "[Der den syke bor: Ålesund", "Lillestrøm", "Ålesund"},
		// As typed; a former name is the kommune of today.
		{"/sok?sted=Skedsmo&deres_sted=" + url.QueryEscape("Ålesund"), "[Der du bor: Lillestrøm", "Der den syke bor: Ålesund", "Lillestrøm", "Ålesund"},
		// One alone, or both in one.
		{"/sok?deres=1508", "", "", "", "Ålesund"},
		{"/sok?kommune=1508&deres=1508", "", "", "Ålesund", ""},
		{"/sok?kommune=3205&kommune=1580&deres=1508", "", "", "", ""},
	} {
		p := livePage(t, app, test.target)
		sides := strings.Split(currentSide(p), "; ")
		if test.own == "" {
			if p.Has(".o-hjem a") {
				t.Errorf("%s names sides %q, want none", test.target, sides)
			}
		} else if len(sides) != 2 || !strings.HasPrefix(sides[0], test.own+" (") || !strings.HasPrefix(sides[1], test.theirs+" (") {
			t.Errorf("%s: sides %q, want %s and %s", test.target, sides, test.own, test.theirs)
		}
		for id, want := range map[string]string{"sted": test.place, "deres_sted": test.theirPlace} {
			if got := attr(p, "#"+id, "value"); got != want {
				t.Errorf("%s: the field %s has %q, want %q", test.target, id, got, want)
			}
		}
	}
}

// What a side says it has is what following it shows, and the rest of the search stays.
func TestSearchSidesAreCounted(t *testing.T) {
	app := newLiveApp(t)
	p := livePage(t, app, "/sok?deres=1508&kommune=3205&type=lms&q=samtale")
	for _, a := range p.All(".o-hjem a") {
		there := livePage(t, app, a.Attr("href"))
		total := strings.Fields(element(t, there, "#treff"))[0]
		if total == "Ingen" {
			total = "0"
		}
		if got := strings.TrimSpace(a.Text()); !strings.HasSuffix(got, "("+total+")") {
			t.Errorf("the side says %q, its page %q", got, element(t, there, "#treff"))
		}
		if attr(there, "#q", "value") != "samtale" || !there.Has("input[name=type][value=lms]") {
			t.Errorf("%s has lost words or choices", a.Attr("href"))
		}
	}
	q, err := url.Parse(attr(p, ".o-hjem a:not([aria-current])", "href"))
	if err != nil || q.Query().Get("hos") != "deres" {
		t.Errorf("the other side is at %v, %v", q, err)
	}
	if theirs := livePage(t, app, "/sok?deres=1508&hos=deres&kommune=3205"); !strings.Contains(attr(theirs, "a[href^='"+alesund+"']", "href"), "?kommune=3205") {
		t.Error("the page of their kommune does not know of the reader's")
	}
}

// What is not understood of where the other one lives is told, and nothing typed is lost.
func TestSearchWithAnUnknownOther(t *testing.T) {
	p := livePage(t, newLiveApp(t), "/sok?kommune=3205&deres_sted=Ingensteds")
	if got := element(t, p, ".ds-alert"); !strings.Contains(got, "Vi fant ikke stedet «Ingensteds»") {
		t.Errorf("the page says %q", got)
	}
	if attr(p, "#deres_sted", "value") != "Ingensteds" || !p.Has("details[open] #deres_sted") {
		t.Error("what was typed is not there to be mended")
	}
}
