package directory

import (
	"reflect"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestGuarded(t *testing.T) {
	for _, tc := range []struct {
		name            string
		o               Offering
		crisis, guarded bool
	}{
		{"an ordinary one", Offering{Type: "annet", Phones: []Phone{{Number: "+4722222222"}}}, false, false},
		{"a helpline", Offering{Type: TypeHelpline}, true, true},
		{"a national one", Offering{Type: "annet", Coverage: Coverage{National: true}}, true, true},
		{"a legevakt", Offering{Type: "annet", Phones: []Phone{{Number: EmergencyDoctor}}}, false, true},
		{"one that also names a number of everybody's", Offering{Type: "annet", Phones: []Phone{{Number: "+4722222222"}, {Number: MentalHealthLine}}}, false, false},
	} {
		if got := [2]bool{tc.o.Crisis(), tc.o.Guarded()}; got != [2]bool{tc.crisis, tc.guarded} {
			t.Errorf("%s: crisis and guarded %v, want %v", tc.name, got, [2]bool{tc.crisis, tc.guarded})
		}
	}
}

// What readers dial or follow is found in a text however it is written; hours, dates and
// prices are none of it.
func TestNumbersInTexts(t *testing.T) {
	for text, want := range map[string][]string{
		"Ring 22 22 22 22 eller +47 999 99 999.":                             {"22222222", "99999999"},
		"Ring 22222222":                                                      {"22222222"},
		"Ring 22-22-22-99 eller (22) 22 22 88":                               {"22222299", "22222288"},
		"Ring 99\u2009999\u202f999 eller 88\u200b88\u200b88\u201188":         {"99999999", "88888888"},
		"Ring 116 123, 02800 eller 113":                                      {"116123", "02800", "113"},
		"Åpent 08.00–15.30, 9-15 og kl. 10:00-12:00":                         nil,
		"Fra 1.2.2026 til 24.12.2026, 2026-05-17":                            nil,
		"Koster 12 000 kroner i 2026, for 8 til 12 barn.":                    nil,
		"Se https://www.example.org/side, eller skriv til post@example.org.": {"example.org/side", "post@example.org"},
		"Gå til eksempel.no":                                                 {"eksempel.no"},
		"Vi har f.eks. kurs o.l.":                                            nil,
		"Rom 101 i 2. etasje":                                                {"101"}, // as short as the ambulance's: better looked at once too often
		"Loven § 2-8 og § 7-1 nr. 3":                                         nil,
	} {
		got := namedIn(Offering{Summary: text})
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%q names %q, want %q", text, got, want)
		}
	}
}

// Whatever is held back is shown, released whole, and nothing else is held.
func TestHoldBackAndRelease(t *testing.T) {
	stored := Offering{Type: TypeHelpline, Name: "Prøve", Status: Published, Phones: []Phone{{Number: "116123", Hours: "døgnet"}}, Websites: []string{"https://example.org"}, Source: Source{Title: "Test"}, Confidence: High}
	next := stored
	next.Description, next.Phones, next.Source = "Nytt", []Phone{{Number: "+4799999999"}}, Source{Title: "Oss"}
	now, waits := HoldBack(stored, next)
	if !waits || now.Description != "Nytt" || now.Source.Title != "Oss" {
		t.Errorf("now %+v, waits %v", now, waits)
	}
	if diff := cmp.Diff(stored.Phones, now.Phones); diff != "" {
		t.Errorf("phones (-want +got):\n%s", diff)
	}
	if got := Held(now, next); !slices.Equal(got, []string{"phones"}) {
		t.Errorf("held %v", got)
	}
	released, fits := Release(now, now, next)
	if !fits || !reflect.DeepEqual(released, next) {
		t.Errorf("released %+v, fits %v", released, fits)
	}
	moved := now
	moved.Phones = []Phone{{Number: "+4788888888"}}
	if _, fits := Release(moved, now, next); fits {
		t.Error("fits over other numbers")
	}
	// The source does not change when nothing else does at once.
	next.Description = ""
	if now, _ = HoldBack(stored, next); !reflect.DeepEqual(now, stored) {
		t.Errorf("now %+v, want what was there", now)
	}
	for name, change := range map[string]func(*Offering){
		"hours of a number": func(o *Offering) { o.Phones = []Phone{{Number: "116123", Hours: "9–15"}} },
		"a text":            func(o *Offering) { o.Summary = "Vi svarer." },
		"its own number":    func(o *Offering) { o.Summary = "Ring 116 123." },
		"schedules":         func(o *Offering) { o.Schedules = []Schedule{{Weekday: 1, Opens: "08:00", Closes: "16:00"}} },
		"audience":          func(o *Offering) { o.TargetGroups = []string{"barn"} },
	} {
		next := stored
		change(&next)
		if _, waits := HoldBack(stored, next); waits {
			t.Errorf("%s waits: %v", name, Held(stored, next))
		}
	}
}

// Whoever corrects a word has to say where they read it. Only another host waits.
func TestSourcesOfAGuardedOffering(t *testing.T) {
	stored := Offering{Type: TypeHelpline, Status: Published, Phones: []Phone{{Number: "116123"}}, Websites: []string{"https://www.example.org/hjelp"},
		Source: Source{Title: "Test – example.net/side; mer"}}
	for source, waits := range map[Source]bool{
		{Title: "example.org", URL: "https://example.org/annen/side"}:     false,
		{Title: "example.net", URL: "https://www.example.net/"}:           false,
		{Title: "Prøveorganisasjonen"}:                                    false,
		{Title: "example.com", URL: "https://example.com/"}:               true,
		{Title: "Test", URL: "https://example.org@example.com/"}:          true,
		{Title: "Ring heller 99 99 99 99"}:                                true,
		{Title: "Ring 99 99 99 99", URL: "https://www.example.org/hjelp"}: true,
		{Title: "example.com"}:                                            true,
	} {
		next := stored
		next.Summary, next.Source = "Vi svarer.", source
		now, got := HoldBack(stored, next)
		if got != waits || now.Summary != next.Summary {
			t.Errorf("%v: waits %v, want %v; summary %q", source, got, waits, now.Summary)
		}
	}
}

// Nobody holds back what a draft says, so a draft that says something else is not what a
// second person looked at.
func TestTextsOfADraftThatWaitsArePinned(t *testing.T) {
	draft := Offering{Type: TypeHelpline, Status: Draft, Phones: []Phone{{Number: "116123"}}}
	public := draft
	public.Status = Published
	if _, fits := Release(draft, draft, public); !fits {
		t.Error("does not fit over what it was")
	}
	for name, change := range map[string]func(*Offering){
		"a text":   func(o *Offering) { o.Summary = "Ring 99 99 99 99" },
		"a source": func(o *Offering) { o.Source = Source{Title: "example.com", URL: "https://example.com/"} },
	} {
		since := draft
		change(&since)
		if _, fits := Release(since, draft, public); fits {
			t.Errorf("%s: fits", name)
		}
	}
}

func TestCourseLeadsElsewhere(t *testing.T) {
	line := Offering{Type: TypeHelpline, Name: "Prøve", Status: Published, Phones: []Phone{{Number: "116123"}}, Emails: []string{"post@example.org"}, Websites: []string{"https://example.org"}}
	draft, ordinary := line, line
	draft.Status, ordinary.Type, ordinary.Phones = Draft, "kurs", []Phone{{Number: "+4722222222"}}
	course := func(change func(*Course)) Course {
		c := Course{Title: "Kurs", Status: CourseOpen, Dates: []CourseDate{{Starts: "18:00"}}, SignUp: SignUp{URL: "https://example.org/kurs/1", Email: "post@example.org", Phone: "116123"}}
		change(&c)
		return c
	}
	same := course(func(*Course) {})
	theirs := course(func(c *Course) { c.SignUp.Phone = "+4799999999" })
	for _, tc := range []struct {
		name          string
		of            Offering
		before, after Course
		want          bool
	}{
		{"the offering's own", line, Course{}, same, false},
		{"another telephone", line, same, theirs, true},
		{"another telephone, from the first", line, Course{}, theirs, true},
		{"one that it had", line, theirs, theirs, false},
		{"one that it had while nobody saw it", line, course(func(c *Course) { *c = theirs; c.Status = CourseDraft }), theirs, true},
		{"another host", line, same, course(func(c *Course) { c.SignUp.URL = "https://example.com/kurs" }), true},
		{"another address", line, same, course(func(c *Course) { c.SignUp.Email = "post@example.com" }), true},
		{"a number in a text", line, same, course(func(c *Course) { c.SignUp.Text = "Ring 999 99 999" }), true},
		{"a number at a date", line, same, course(func(c *Course) { c.Dates = []CourseDate{{Note: "Ring 999 99 999"}} }), true},
		{"a number at the place", line, same, course(func(c *Course) { c.Place = &Location{Name: "Ring 999 99 999"} }), true},
		{"none at all", line, same, course(func(c *Course) { c.SignUp = SignUp{Text: "Kom kl. 18.00, 1. mai 2027"} }), false},
		{"a draft", line, same, course(func(c *Course) { *c = theirs; c.Status = CourseDraft }), false},
		{"of one that nobody sees", draft, same, theirs, false},
		{"of an ordinary one", ordinary, same, theirs, false},
	} {
		if got := tc.after.LeadsElsewhere(tc.before, tc.of); got != tc.want {
			t.Errorf("%s: %v, want %v", tc.name, got, tc.want)
		}
	}
}
