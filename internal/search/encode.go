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

// encode returns the facts as bytes, with a checksum over them and the content.
func (f *facts) encode(content []byte) []byte {
	b := make([]byte, 4, 256)
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
	binary.BigEndian.PutUint32(b, checksum(content, b[4:]))
	return b
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
const fixed = 4 + 2 + 16

// fits reports whether the content is what the facts were written beside, each bit of it.
func fits(b, content []byte) bool {
	return len(b) >= fixed && binary.BigEndian.Uint32(b) == checksum(content, b[4:])
}

// decodeFacts reads what encode wrote for the content.
func decodeFacts(b, content []byte) (facts, error) {
	if !fits(b, content) {
		return facts{}, errFacts
	}
	f := facts{
		National: b[4]&1 != 0, Phone: b[4]&2 != 0, Pro: b[4]&4 != 0, Trust: int8(b[5]),
		Lat: math.Float64frombits(binary.BigEndian.Uint64(b[6:])),
		Lon: math.Float64frombits(binary.BigEndian.Uint64(b[14:])),
	}
	// All strings are parts of one, so that a row costs few allocations.
	r := &stringReader{rest: string(b[fixed:])}
	f.Type, f.Own, f.Name, f.Fold, f.Sort = r.next(), region.Number(r.next()), r.next(), r.next(), r.next()
	f.Fylker = readStrings[region.FylkeNumber](r)
	f.Kommuner = readStrings[region.Number](r)
	for i := range f.Terms {
		f.Terms[i] = readStrings[string](r)
	}
	f.Langs = readStrings[string](r)
	if r.broken || r.rest != "" {
		return facts{}, errFacts
	}
	return f, nil
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
