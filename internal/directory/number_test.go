package directory

import (
	"errors"
	"testing"
)

func TestParsePhone(t *testing.T) {
	for _, tc := range []struct{ in, want, shown string }{
		{"46615590", "+4746615590", "466 15 590"},
		{"+47 55 25 11 50", "+4755251150", "55 25 11 50"},
		{"0047 55251150", "+4755251150", "55 25 11 50"},
		{"55-25-11-50", "+4755251150", "55 25 11 50"},
		{"80057000", "+4780057000", "800 57 000"},
		{"116123", "116123", "116 123"},
		{"113", "113", "113"},
		{"02800", "02800", "02800"},
		{"+46 8 123 45 67", "+4681234567", "+4681234567"},
	} {
		got, err := ParsePhone(tc.in)
		if err != nil || string(got) != tc.want {
			t.Errorf("ParsePhone(%q) = %q, %v, want %q", tc.in, got, err, tc.want)
		}
		if got.String() != tc.shown {
			t.Errorf("ParsePhone(%q) is shown as %q, want %q", tc.in, got, tc.shown)
		}
	}
	for in, want := range map[string]error{
		"":                  ErrPhone,
		"12345678":          ErrPhone, // no subscriber number begins with 1
		"4661559":           ErrPhone,
		"466155901":         ErrPhone,
		"ring oss":          ErrPhone,
		"22 22 22 22 lok 3": ErrPhone,
		"+4701234567":       ErrPhone,
		"1234":              ErrPhone,
		"82012345":          ErrPremium,
		"+47 829 12 345":    ErrPremium,
	} {
		if got, err := ParsePhone(in); !errors.Is(err, want) {
			t.Errorf("ParsePhone(%q) = %q, %v, want %v", in, got, err, want)
		}
	}
}

func FuzzParsePhone(f *testing.F) {
	for _, s := range []string{"46615590", "+47 55 25 11 50", "116123", "+", "00", "\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, err := ParsePhone(s)
		if err != nil {
			return
		}
		if again, err := ParsePhone(string(n)); err != nil || again != n {
			t.Errorf("ParsePhone(%q) = %q, which parses as %q, %v", s, n, again, err)
		}
		if again, err := ParsePhone(n.String()); err != nil || again != n {
			t.Errorf("%q is shown as %q, which parses as %q, %v", n, n.String(), again, err)
		}
	})
}

func TestParseOrgNumber(t *testing.T) {
	for _, in := range []string{"958935420", "964 965 226"} {
		if _, err := ParseOrgNumber(in); err != nil {
			t.Errorf("ParseOrgNumber(%q) error = %v", in, err)
		}
	}
	for _, in := range []string{"", "958935421", "95893542", "9589354200", "95893542x"} {
		if _, err := ParseOrgNumber(in); !errors.Is(err, ErrOrgNumber) {
			t.Errorf("ParseOrgNumber(%q) error = %v, want ErrOrgNumber", in, err)
		}
	}
}

func TestParsePostalCode(t *testing.T) {
	if got, err := ParsePostalCode("0155"); err != nil || got != "0155" {
		t.Errorf("ParsePostalCode(0155) = %q, %v", got, err)
	}
	for _, in := range []string{"", "155", "01555", "O155"} {
		if _, err := ParsePostalCode(in); !errors.Is(err, ErrPostalCode) {
			t.Errorf("ParsePostalCode(%q) error = %v, want ErrPostalCode", in, err)
		}
	}
}

func FuzzParsePostalCode(f *testing.F) {
	f.Add("0155")
	f.Add("٠١٥٥")
	f.Fuzz(func(t *testing.T, s string) {
		if got, err := ParsePostalCode(s); err == nil && (string(got) != s || len(got) != 4 || !allDigits(s)) {
			t.Errorf("ParsePostalCode(%q) = %q", s, got)
		}
	})
}

func TestParsePartialDate(t *testing.T) {
	for _, in := range []string{"", "2026", "2026-04", "2026-04-07"} {
		if got, err := ParsePartialDate(in); err != nil || string(got) != in {
			t.Errorf("ParsePartialDate(%q) = %q, %v", in, got, err)
		}
	}
	for _, in := range []string{"26", "2026-13", "2026-02-30", "april 2026", "2026-4"} {
		if _, err := ParsePartialDate(in); !errors.Is(err, ErrDate) {
			t.Errorf("ParsePartialDate(%q) error = %v, want ErrDate", in, err)
		}
	}
}

func TestParseWebsite(t *testing.T) {
	for in, want := range map[string]string{
		"www.example.org": "https://www.example.org", "http://example.org/a": "http://example.org/a", "https://example.org/?q=1": "https://example.org/?q=1",
		"": "", "example": "", "example.": "", "ftp://example.org": "", "https://": "", "bare tull.no her": "", "https://user:pw@example.org": "", `https://example.org/"`: "", "javascript:alert(1)": "", "https://example.org/ a": "",
	} {
		got, err := ParseWebsite(in)
		if got != want || (err == nil) != (want != "") || err != nil && !errors.Is(err, ErrWebsite) {
			t.Errorf("ParseWebsite(%q) = %q, %v, want %q", in, got, err, want)
		}
	}
}
