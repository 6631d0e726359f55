package search

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"math"

	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// errFacts: stored facts that cannot be read, or do not belong to the content beside them.
var errFacts = errors.New("facts of an offering do not fit its content")

// packed are facts in one piece: there are as many as offerings, and the garbage collector
// does not look into it.
type packed string

// stored returns the facts as the index keeps them, with a checksum over them and the content.
func (p packed) stored(content []byte) []byte {
	b := binary.BigEndian.AppendUint32(make([]byte, 0, 4+len(p)), checksum(content, []byte(p)))
	return append(b, p...)
}

func (f *facts) pack() packed {
	b := make([]byte, 0, 256)
	flags := byte(0)
	for i, set := range [...]bool{f.National, f.Phone, f.Pro} {
		if set {
			flags |= 1 << i
		}
	}
	b = append(b, flags, byte(f.Trust))
	b = binary.BigEndian.AppendUint64(b, math.Float64bits(f.Lat))
	b = binary.BigEndian.AppendUint64(b, math.Float64bits(f.Lon))
	for _, s := range [...]string{f.Type, string(f.Own), f.Name, f.Fold, f.Sort} {
		b = appendString(b, s)
	}
	b = appendStrings(b, f.Fylker)
	b = appendStrings(b, f.Kommuner)
	for _, codes := range f.Terms {
		b = appendStrings(b, codes)
	}
	b = appendStrings(b, f.Langs)
	return packed(b)
}

func checksum(content, facts []byte) uint32 {
	return crc32.Update(crc32.ChecksumIEEE(content), crc32.IEEETable, facts)
}

func appendString(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func appendStrings[S ~string](b []byte, list []S) []byte {
	b = binary.AppendUvarint(b, uint64(len(list)))
	for _, s := range list {
		b = appendString(b, string(s))
	}
	return b
}

// fixed is how many bytes of facts come before their strings.
const fixed = 2 + 16

// fits reports whether the content is what the stored facts were written beside, each bit of it.
func fits(b, content []byte) bool {
	return len(b) >= 4+fixed && binary.BigEndian.Uint32(b) == checksum(content, b[4:])
}

// readFacts reads what stored gave for the content.
func readFacts(b, content []byte) (packed, error) {
	if !fits(b, content) {
		return "", errFacts
	}
	p := packed(b[4:])
	r := p.strings()
	for range oneEach {
		r.next()
	}
	for range severalEach {
		for range r.length() {
			r.next()
		}
	}
	if r.broken || r.rest != "" {
		return "", errFacts
	}
	return p, nil
}

// The strings of facts: first these, then lists of them.
const (
	packedType = iota
	packedOwn
	packedName
	packedFold
	packedSort
	oneEach

	severalEach = 2 + len(termKinds) + 1 // fylker, kommuner, terms, languages
)

func (p packed) strings() *stringReader { return &stringReader{rest: string(p[fixed:])} }

// text returns the nth string.
func (p packed) text(n int) string {
	r := stringReader{rest: string(p[fixed:])}
	for range n {
		r.next()
	}
	return r.next()
}

// facts returns them unpacked; their strings are parts of the packed one.
func (p packed) facts() facts {
	number := func(from int) float64 {
		bits := uint64(0)
		for i := range 8 {
			bits = bits<<8 | uint64(p[from+i])
		}
		return math.Float64frombits(bits)
	}
	f := facts{National: p[0]&1 != 0, Phone: p[0]&2 != 0, Pro: p[0]&4 != 0, Trust: int8(p[1]), Lat: number(2), Lon: number(10)}
	r := p.strings()
	f.Type, f.Own, f.Name, f.Fold, f.Sort = r.next(), region.Number(r.next()), r.next(), r.next(), r.next()
	f.Fylker = readStrings[region.FylkeNumber](r)
	f.Kommuner = readStrings[region.Number](r)
	for i := range f.Terms {
		f.Terms[i] = readStrings[string](r)
	}
	f.Langs = readStrings[string](r)
	return f
}

// stringReader reads lengths and strings from the front of rest.
type stringReader struct {
	rest   string
	broken bool
}

func (r *stringReader) length() int {
	for i, shift := 0, 0; i < len(r.rest) && shift < 28; i, shift = i+1, shift+7 {
		if r.rest[i] < 0x80 {
			n := 0
			for j := i; j >= 0; j-- {
				n = n<<7 | int(r.rest[j]&0x7f)
			}
			r.rest = r.rest[i+1:]
			if n <= len(r.rest) {
				return n
			}
			break
		}
	}
	r.broken, r.rest = true, ""
	return 0
}

func (r *stringReader) next() string {
	n := r.length()
	s := r.rest[:n]
	r.rest = r.rest[n:]
	return s
}

func readStrings[S ~string](r *stringReader) []S {
	n := r.length()
	if n == 0 {
		return nil
	}
	list := make([]S, 0, n)
	for range n {
		list = append(list, S(r.next()))
	}
	return list
}
