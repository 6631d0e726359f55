package api

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"io"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/recent"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

// Encoding the answer of a search by reflection costs more than the search does: it holds
// twenty offerings and several hundred counts. Offerings are therefore encoded once and kept,
// and counts are written by hand. Everything else goes through encoding/json.

// appender is an answer that writes its own JSON.
type appender interface {
	appendJSON(b []byte) []byte
}

// jsonFormat is how huma writes answers.
var jsonFormat = huma.Format{
	Marshal: func(w io.Writer, v any) error {
		a, ok := v.(appender)
		if !ok {
			return huma.DefaultJSONFormat.Marshal(w, v)
		}
		buf := buffers.Get().(*[]byte)
		defer buffers.Put(buf)
		*buf = append(a.appendJSON((*buf)[:0]), '\n')
		_, err := w.Write(*buf)
		return err
	},
	Unmarshal: huma.DefaultJSONFormat.Unmarshal,
}

var buffers = sync.Pool{New: func() any { return new([]byte) }}

// encoded is an offering as JSON, divided where what a question makes of it stands.
type encoded struct {
	head, middle, tail []byte
}

// divisions is how many bytes before an encoded offering say where it is divided.
const divisions = 8

// divided returns the parts of what encodeOffering wrote.
func divided(b []byte) encoded {
	head, middle := binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint32(b[4:])
	b = b[divisions:]
	return encoded{b[:head], b[head:middle], b[middle:]}
}

// marshal is json.Marshal without escaping for HTML, as huma does it.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// encodings keeps encoded offerings for as long as neither they nor the reference change.
type encodings = recent.File[encodedFrom]

// encodedFrom is what an offering was encoded from.
type encodedFrom struct {
	reference search.Reference
	revision  search.Revision
}

// encodingBytes is room for more than fifty thousand offerings in each half.
const encodingBytes = 128 << 20

// found is a hit with its offering encoded.
type found struct {
	encoded
	hit search.Hit
}

// appendHits appends the hits of a bare query, with commas between them. One whose offering
// cannot be read is left out.
func (a *API) appendHits(b []byte, v *search.View, hits []search.Hit) []byte {
	room := buffers.Get().(*[]byte)
	defer buffers.Put(room)
	from := encodedFrom{reference: v.Reference()}
	first := len(b)
	for _, h := range hits {
		from.revision = v.Revision(h.ID)
		one, ok := a.encodings.Append((*room)[:0], from)
		if !ok {
			o, ok := v.OfferingOnce(h.ID)
			if !ok {
				continue
			}
			one = a.encodeOffering(one, v, o)
			a.encodings.Put(from, one)
		}
		*room = one
		if len(b) > first {
			b = append(b, ',')
		}
		b = found{divided(one), h}.append(b)
	}
	return b
}

func (f found) append(b []byte) []byte {
	b = append(b, f.head...)
	b = append(b, `"dekker_kommunen":`...)
	if word := reaches[f.hit.Reach]; word != "" {
		b = appendQuoted(b, word)
	} else {
		b = append(b, "null"...)
	}
	b = append(b, ',')
	b = append(b, f.middle...)
	b = append(b, `"avstand_km":`...)
	if km := f.hit.DistanceKM; km != nil {
		b = strconv.AppendFloat(b, *rounded(*km), 'f', -1, 64)
	} else {
		b = append(b, "null"...)
	}
	return append(append(b, ','), f.tail...)
}

// appendJSON implements appender, with the fields in the order of the type.
func (r *results) appendJSON(b []byte) []byte {
	b = append(b, `{"antall":`...)
	b = strconv.AppendInt(b, int64(r.Total), 10)
	b = append(b, `,"side":`...)
	b = strconv.AppendInt(b, int64(r.Page), 10)
	b = append(b, `,"sider":`...)
	b = strconv.AppendInt(b, int64(r.Pages), 10)
	b = append(b, `,"treff":[`...)
	b = r.hits(b)
	b = r.Interpreted.append(append(b, `],"tolket":`...))
	b = append(b, `,"forslag":`...)
	if r.DidYouMean != nil {
		b = appendQuoted(b, *r.DidYouMean)
	} else {
		b = append(b, "null"...)
	}
	b = append(b, `,"fasetter":`...)
	b = appendFacets(b, r.facets, r.heads)
	b = append(b, `,"krise":`...)
	b = strconv.AppendBool(b, r.Crisis)
	b = append(b, `,"ikke_meldt_inn":`...)
	b = strconv.AppendBool(b, r.NotThere)
	b = append(b, `,"uten_ordene":`...)
	b = strconv.AppendBool(b, r.Dropped)
	b = append(b, `,"generelt":`...)
	b = strconv.AppendBool(b, r.General)
	return append(b, '}')
}

func (in *interpretation) append(b []byte) []byte {
	w := &object{b}
	w.open("{")
	w.text("tekst", in.Text)
	w.key("kommune")
	if k := in.Kommune.value; k != nil {
		w.kommune(*k)
	} else {
		w.open("null")
	}
	list(w, "kommuner", in.Kommuner, w.kommune)
	list(w, "fylker", in.Fylker, w.fylke)
	w.pointer("sted", in.Place)
	list(w, "type", in.Types, w.coded)
	list(w, "utvidet", in.Expanded, w.quoted)
	w.pointer("rettet", in.Mended)
	w.open("}")
	return w.b
}

// heads are the values of facets as JSON up to their counts, by the number of their choice:
// they are the same in all answers of one reference.
type heads struct {
	reference search.Reference
	of        [][]byte
}

// headsOf returns those of the View.
func (a *API) headsOf(v *search.View) *heads {
	if h := a.heads.Load(); h != nil && h.reference == v.Reference() {
		return h
	}
	h := newHeads(v.Reference(), v.Choices())
	a.heads.Store(h)
	return h
}

func newHeads(reference search.Reference, choices []*search.Choice) *heads {
	h := &heads{reference: reference}
	var b []byte
	for _, c := range choices {
		b = appendQuoted(append(b[:0], `{"kode":`...), c.Code)
		b = appendQuoted(append(b, `,"navn":`...), c.Name.NB)
		h.of = append(h.of, bytes.Clone(append(b, `,"antall":`...)))
	}
	return h
}

// appendFacets leaves out what gives no hits.
func appendFacets(b []byte, f search.Facets, h *heads) []byte {
	for _, facet := range [...]struct {
		key    string
		values []search.FacetValue
	}{
		{`{"type":[`, f.Types}, {`],"fylke":[`, f.Fylker}, {`],"kommune":[`, f.Kommuner},
		{`],"malgruppe":[`, f.TargetGroups}, {`],"tema":[`, f.Topics}, {`],"form":[`, f.Formats},
	} {
		b = append(b, facet.key...)
		first := len(b)
		for _, v := range facet.values {
			if v.Count == 0 && !v.Selected {
				continue
			}
			if len(b) > first {
				b = append(b, ',')
			}
			b = strconv.AppendInt(append(b, h.of[v.Number]...), int64(v.Count), 10)
			if v.Selected {
				b = append(b, `,"valgt":true`...)
			}
			b = append(b, '}')
		}
	}
	return append(b, "]}"...)
}

// appendQuoted appends s as a JSON string. What may have to be escaped is left to
// encoding/json.
func appendQuoted(b []byte, s string) []byte {
	if !plain(s) {
		quoted, err := marshal(s)
		if err != nil {
			panic("api: a string cannot be encoded: " + err.Error()) // json encodes every string
		}
		return append(b, quoted...)
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}

// Kinds of bytes in a string, as bits.
const (
	mustEscape = 1 << iota // is written otherwise in JSON
	rare                   // may begin U+2028, U+2029 or U+FFFD, which are
	notASCII               // part of a letter that must be whole
)

var byteKinds = func() (kinds [256]uint8) {
	for ch := range kinds {
		switch {
		case ch < ' ' || ch == '"' || ch == '\\':
			kinds[ch] = mustEscape
		case ch == 0xe2 || ch == 0xef:
			kinds[ch] = rare | notASCII
		case ch >= utf8.RuneSelf:
			kinds[ch] = notASCII
		}
	}
	return kinds
}()

// plain reports whether s stands in JSON as it is.
func plain(s string) bool {
	found := uint8(0)
	for i := range len(s) {
		found |= byteKinds[s[i]]
	}
	return found&mustEscape == 0 &&
		(found&notASCII == 0 || utf8.ValidString(s)) &&
		(found&rare == 0 || !strings.ContainsAny(s, "\u2028\u2029\ufffd"))
}
