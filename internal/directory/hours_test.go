package directory

import (
	"errors"
	"slices"
	"testing"
	"time"
)

func TestParseHours(t *testing.T) {
	for _, c := range []struct {
		text string
		want []Span
		err  error
	}{
		{"", nil, nil}, {"  stengt ", nil, nil}, {"–", nil, nil},
		{"08.30–15.00", []Span{{"08:30", "15:00"}}, nil},
		{"8:30-15", []Span{{"08:30", "15:00"}}, nil},
		{"Kl. 0830 - 1500", []Span{{"08:30", "15:00"}}, nil},
		{"09.00 15.00", []Span{{"09:00", "15:00"}}, nil},
		{"9 til 15", []Span{{"09:00", "15:00"}}, nil},
		{"10–12 og 13–15", []Span{{"10:00", "12:00"}, {"13:00", "15:00"}}, nil},
		{"13–15, 10–12", []Span{{"10:00", "12:00"}, {"13:00", "15:00"}}, nil},
		{"10–12, 12–15", []Span{{"10:00", "12:00"}, {"12:00", "15:00"}}, nil},
		{"Hele døgnet", []Span{{"00:00", "24:00"}}, nil},
		{"18–24", []Span{{"18:00", "24:00"}}, nil},
		{"18–00", []Span{{"18:00", "24:00"}}, nil},
		{"15–9", nil, ErrHoursOrder}, {"9–9", nil, ErrHoursOrder}, {"22–06", nil, ErrHoursOrder},
		{"10–13 og 12–15", nil, ErrHoursOverlap},
		{"9", nil, ErrHours}, {"hverdager", nil, ErrHours}, {"9–15–17", nil, ErrHours}, {"25–26", nil, ErrHours},
		{"9.75–10", nil, ErrHours}, {"9–15 og", nil, ErrHours}, {"24.30–25", nil, ErrHours}, {"9–15 etter avtale", nil, ErrHours},
	} {
		got, err := ParseHours(c.text)
		if !slices.Equal(got, c.want) || !errors.Is(err, c.err) {
			t.Errorf("ParseHours(%q) = %v, %v; want %v, %v", c.text, got, err, c.want, c.err)
		}
	}
}

func TestDayAndNight(t *testing.T) {
	number := []Phone{{Number: "116123"}}
	var week []Schedule
	for day := range 7 {
		week = append(week, Schedule{Weekday: time.Weekday(day), Opens: "00:00", Closes: "24:00"})
	}
	for _, c := range []struct {
		name string
		of   Offering
		want bool
	}{
		{"nothing known", Offering{Phones: number}, false},
		{"no telephone", Offering{Keywords: []string{"døgnåpen"}}, false},
		{"keyword", Offering{Phones: number, Keywords: []string{"gratis", "døgnåpen"}}, true},
		{"words", Offering{Phones: number, OpeningText: "Døgnåpen hjelpelinje, chat hverdager"}, true},
		{"nynorsk", Offering{Phones: number, OpeningText: "heile døgnet"}, true},
		{"only the chat", Offering{Phones: number, OpeningText: "døgnåpen chat"}, false},
		{"a part of it", Offering{Phones: number, OpeningText: "telefon deler av døgnet"}, false},
		{"words over keyword", Offering{Phones: number, OpeningText: "hverdager 9–15", Keywords: []string{"døgnåpen"}}, false},
		{"the week", Offering{Phones: number, Schedules: week}, true},
		{"six days", Offering{Phones: number, Schedules: week[1:], OpeningText: "døgnåpen"}, false},
		{"the number's own", Offering{Phones: []Phone{{Number: "116123", Hours: "hele døgnet"}}}, true},
		{"the number's own over all", Offering{Phones: []Phone{{Number: "116123", Hours: "9–15"}}, Schedules: week}, false},
	} {
		if got := c.of.DayAndNight(); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func FuzzParseHours(f *testing.F) {
	f.Add("08.30–15.00 og 16-17")
	f.Fuzz(func(t *testing.T, text string) {
		spans, err := ParseHours(text)
		if err != nil {
			return
		}
		for _, s := range spans {
			v := Invalid{}
			if v.hours("schedule", s.Opens, s.Closes); len(v) > 0 {
				t.Errorf("ParseHours(%q) gave %v, which may not be stored: %v", text, s, v)
			}
		}
	})
}

func TestParseDay(t *testing.T) {
	for text, want := range map[string]string{"2027-05-17": "2027-05-17", "17.5.2027": "2027-05-17", " 17. 05. 2027": "2027-05-17", "": "", "17. mai": "", "2027-02-30": "", "17.5.27": ""} {
		got := ""
		if d, ok := ParseDay(text); ok {
			got = d.Format("2006-01-02")
		}
		if got != want {
			t.Errorf("ParseDay(%q) = %q, want %q", text, got, want)
		}
	}
}
