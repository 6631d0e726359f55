package directory

import "testing"

func TestPasted(t *testing.T) {
	for _, tt := range []struct{ pasted, lines, line string }{
		{"Ring oss\vhver dag\fhele\u0085året\u2028og\u2029ellers", "Ring oss\nhver dag\nhele\nåret\nog\nellers", "Ring oss hver dag hele året og ellers"},
		{"\u202a22 22 22 22\u202c", "22 22 22 22", "22 22 22 22"},
		{"\u2066a\u2067b\u2068c\u2069d\u202be\u202df\u202eg", "abcdefg", "abcdefg"},
		{"To\r\nlinjer,\tog en\u00a0til", "To\r\nlinjer,\tog en\u00a0til", "To\r\nlinjer,\tog en\u00a0til"},
		{"lydløs\a og \x00", "lydløs\a og \x00", "lydløs\a og \x00"}, // nobody pastes these
		{"\xff\v", "\xff\v", "\xff\v"},
	} {
		if got := Pasted(tt.pasted); got != tt.lines {
			t.Errorf("Pasted(%q) = %q, want %q", tt.pasted, got, tt.lines)
		}
		if got := PastedLine(tt.pasted); got != tt.line {
			t.Errorf("PastedLine(%q) = %q, want %q", tt.pasted, got, tt.line)
		}
	}
}
