package directory

import (
	"errors"
	"slices"
	"testing"
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
