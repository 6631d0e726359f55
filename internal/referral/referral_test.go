package referral

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

var sample = List{
	Made:      time.Date(2026, 11, 26, 21, 40, 0, 0, time.UTC),
	Kommune:   "1804",
	Whom:      []Whom{Child, Bereft},
	About:     []About{Suicide},
	Offerings: []int64{3, 81, 312, 200, 17},
}

func codeOf(t testing.TB, l List) string {
	t.Helper()
	code, err := l.Code()
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// The code of a list must never change: it is on paper.
func TestCodeIsAsItWas(t *testing.T) {
	if got, want := codeOf(t, sample), "4C81-077Y-T1RC-032H-9R68-0HEK"; got != want {
		t.Errorf("code %s, want %s", got, want)
	}
}

func TestLengthOfCodes(t *testing.T) {
	many := sample
	many.Relatives, many.Offerings = "0301", []int64{1, 2, 3, 4, 5, 6, 7, 900}
	for name, tc := range map[string]struct {
		list List
		want int
	}{"five offerings": {sample, 24}, "eight, and two kommuner": {many, 33}} {
		if got := len(strings.ReplaceAll(codeOf(t, tc.list), "-", "")); got != tc.want {
			t.Errorf("%s: %d characters, want %d", name, got, tc.want)
		}
	}
}

func TestDecodeReadsWhatPeopleWrite(t *testing.T) {
	code := codeOf(t, sample)
	bare := strings.ReplaceAll(code, "-", "")
	for name, written := range map[string]string{
		"as it is":       code,
		"small":          strings.ToLower(code),
		"blanks":         " " + strings.ReplaceAll(code, "-", " ") + " ",
		"dashes":         strings.ReplaceAll(code, "-", "–"),
		"without groups": bare,
		"l for 1":        strings.ReplaceAll(code, "1", "l"),
		"I for 1":        strings.ReplaceAll(code, "1", "I"),
		"o for 0":        strings.ReplaceAll(code, "0", "o"),
		"one by one":     strings.Join(strings.Split(bare, ""), " "),
	} {
		got, err := Decode(written)
		if err != nil {
			t.Errorf("%s: %q: %v", name, written, err)
			continue
		}
		if diff := cmp.Diff(sample, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestDecodeSaysWhatIsWrong(t *testing.T) {
	code := codeOf(t, sample)
	var newer bits
	newer.put(version+1, versionBits)
	newer.put(0, 70)
	for name, tc := range map[string]struct {
		code string
		want error
	}{
		"nothing":         {"", ErrShort},
		"hyphens":         {" -- ", ErrShort},
		"a group":         {code[:4], ErrShort},
		"without the end": {code[:len(code)-5], ErrChecksum},
		"a zero too many": {code + "0", ErrChecksum},
		"a zero before":   {"0" + code, ErrChecksum},
		"very long":       {strings.Repeat("2", mostChars+1), ErrLong},
		"newer":           {group(withChecksum(newer.chars)), ErrVersion},
		"newer, mistyped": {"9" + code[1:], ErrChecksum},
		"zeros":           {strings.Repeat("0", 24), ErrChecksum},
	} {
		if _, err := Decode(tc.code); !errors.Is(err, tc.want) {
			t.Errorf("%s: %q: %v, want %v", name, tc.code, err, tc.want)
		}
	}
	var character *CharacterError
	if _, err := Decode(code[:9] + "å" + code[9:]); !errors.As(err, &character) || character.Character != 'Å' {
		t.Errorf("å: %v, want an error that names it", err)
	}
	if _, err := Decode(strings.Replace(code, "4", "U", 1)); !errors.As(err, &character) {
		t.Errorf("u: %v, want an error that names it", err)
	}
}

// samples are lists of all shapes.
func samples() []List {
	made := sample.Made
	return []List{
		sample,
		{Made: epoch, Offerings: []int64{1}},
		{Made: made, Kommune: "0301", Offerings: []int64{31, 30, 29, 28, 27, 26, 25, 24}},
		{Made: made, Kommune: "5601", Relatives: "0301", Whom: AllWhom(), About: AllAbout(), Offerings: []int64{1, 2, 3, 4, 5, 6, 7, 1023}},
		{Made: epoch.Add((1<<minuteBits - 1) * time.Minute), Kommune: "9999", Relatives: "1804", Offerings: []int64{maxID, 1}},
	}
}

// Every character that may be wrong, and every pair of neighbours that may have changed
// places, in codes of all shapes.
func TestChecksumCatchesWhatPeopleMistype(t *testing.T) {
	for _, l := range samples() {
		chars, err := l.chars()
		if err != nil {
			t.Fatal(err)
		}
		chars = withChecksum(chars)
		for i := range chars {
			for wrong := range byte(len(alphabet)) {
				bad := append([]byte{}, chars...)
				if bad[i] = wrong; wrong != chars[i] && checked(bad) {
					t.Fatalf("%s passes with character %d wrong: %s", group(chars), i, group(bad))
				}
			}
			if i > 0 && chars[i] != chars[i-1] {
				bad := append([]byte{}, chars...)
				if bad[i], bad[i-1] = bad[i-1], bad[i]; checked(bad) {
					t.Fatalf("%s passes with %d and %d exchanged: %s", group(chars), i-1, i, group(bad))
				}
			}
		}
	}
}

// Two wrong characters, which is what a badly heard pair gives.
func TestChecksumCatchesTwo(t *testing.T) {
	chars, err := sample.chars()
	if err != nil {
		t.Fatal(err)
	}
	chars = withChecksum(chars)
	for i := range chars {
		for j := range i {
			for a := byte(1); a < 32; a++ {
				for b := byte(1); b < 32; b++ {
					bad := append([]byte{}, chars...)
					if bad[i], bad[j] = bad[i]^a, bad[j]^b; checked(bad) {
						t.Fatalf("%s passes with %d and %d wrong: %s", group(chars), j, i, group(bad))
					}
				}
			}
		}
	}
}

func TestListsThatHaveNoCode(t *testing.T) {
	change := func(f func(*List)) List {
		l := sample
		l.Offerings = append([]int64{}, sample.Offerings...)
		f(&l)
		return l
	}
	for name, tc := range map[string]struct {
		list List
		want error
	}{
		"none":             {change(func(l *List) { l.Offerings = nil }), ErrCount},
		"nine":             {change(func(l *List) { l.Offerings = []int64{1, 2, 3, 4, 5, 6, 7, 8, 9} }), ErrCount},
		"twice":            {change(func(l *List) { l.Offerings[1] = l.Offerings[0] }), ErrOffering},
		"zero":             {change(func(l *List) { l.Offerings[1] = 0 }), ErrOffering},
		"too large":        {change(func(l *List) { l.Offerings[1] = maxID + 1 }), ErrOffering},
		"before the epoch": {change(func(l *List) { l.Made = epoch.Add(-time.Minute) }), ErrTime},
		"far off":          {change(func(l *List) { l.Made = epoch.Add(1 << minuteBits * time.Minute) }), ErrTime},
		"no kommune":       {change(func(l *List) { l.Kommune = "Bodø" }), ErrKommune},
		"the same kommune": {change(func(l *List) { l.Relatives = l.Kommune }), ErrKommune},
	} {
		if code, err := tc.list.Code(); !errors.Is(err, tc.want) {
			t.Errorf("%s: %q, %v, want %v", name, code, err, tc.want)
		}
	}
}

func drawList(t *rapid.T) List {
	kommune := rapid.Custom(func(t *rapid.T) region.Number {
		return kommuneOf(rapid.Uint64Range(1, 9999).Draw(t, "number"))
	})
	l := List{
		Made:      epoch.Add(time.Duration(rapid.Int64Range(0, 1<<minuteBits-1).Draw(t, "minutes")) * time.Minute),
		Whom:      chosenOf(rapid.Uint64Range(0, 1<<len(AllWhom())-1).Draw(t, "whom"), AllWhom()),
		About:     chosenOf(rapid.Uint64Range(0, 1<<len(AllAbout())-1).Draw(t, "about"), AllAbout()),
		Offerings: rapid.SliceOfNDistinct(rapid.Int64Range(1, maxID), 1, Most, rapid.ID[int64]).Draw(t, "offerings"),
	}
	if rapid.Bool().Draw(t, "known") {
		l.Kommune = kommune.Draw(t, "kommune")
	}
	if rapid.Bool().Draw(t, "two") {
		l.Relatives = kommune.Filter(func(n region.Number) bool { return n != l.Kommune }).Draw(t, "relatives")
	}
	return l
}

func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := drawList(t)
		code, err := l.Code()
		if err != nil {
			t.Fatal(err)
		}
		got, err := Decode(code)
		if err != nil {
			t.Fatalf("%s: %v", code, err)
		}
		if diff := cmp.Diff(l, got); diff != "" {
			t.Fatalf("%s: %s", code, diff)
		}
	})
}

// What Decode takes has one code and one only, and nothing makes it fail otherwise.
func FuzzDecode(f *testing.F) {
	for _, l := range samples() {
		f.Add(codeOf(f, l))
	}
	f.Add("")
	f.Add("4r1c 0000\u00a0—ilo")
	f.Fuzz(func(t *testing.T, written string) {
		l, err := Decode(written)
		if err != nil {
			return
		}
		code, err := l.Code()
		if err != nil {
			t.Fatalf("%q: a list without a code: %v", written, err)
		}
		again, err := Decode(code)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(l, again); diff != "" {
			t.Fatalf("%q: %s", written, diff)
		}
		chars, err := parse(written)
		if err != nil || group(chars) != code {
			t.Fatalf("%q is read as %s, which is another code", written, code)
		}
	})
}
