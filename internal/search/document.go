package search

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/fxamacker/cbor/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/article"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// Kind is what a document is about: the first part of its id.
type Kind string

const (
	KindOffering   Kind = "offering"
	KindCourse     Kind = "course"
	KindKommune    Kind = "kommune"
	KindOutline    Kind = "outline"
	KindFylke      Kind = "fylke"
	KindArticle    Kind = "article"
	KindType       Kind = "type"
	KindGroup      Kind = "group"
	KindTerm       Kind = "term"
	KindExpression Kind = "expression"
	KindPlace      Kind = "place" // places and postnummer
	KindMonth      Kind = "month" // what is told of its use, and how the directory stood
	KindGone       Kind = "gone"  // that a thing is gone
)

// kinds are all kinds, in the order in which they are counted.
var kinds = []Kind{KindOffering, KindCourse, KindKommune, KindOutline, KindFylke, KindArticle, KindType, KindGroup, KindTerm, KindExpression, KindPlace, KindMonth, KindGone}

// Document is one public thing as the index keeps it. Make one with the functions below:
// they choose the id and leave out what readers must not see.
type Document struct {
	ID    string
	value any  // pointer to a Kommune or Gone, or to the type of region, directory or article
	mark  Mark // see Marked
}

// Kind returns the kind that the document's id names.
func (d Document) Kind() Kind {
	kind, _, _ := strings.Cut(d.ID, "/")
	return Kind(kind)
}

// Content is stored as CBOR (RFC 8949): it is read for every hit, and takes a third of the
// time to read that JSON does. Times keep their nanoseconds and their offset.
var (
	contentEncoding = must(cbor.EncOptions{Time: cbor.TimeRFC3339Nano}.EncMode())
	contentDecoding = must(cbor.DecOptions{}.DecMode())
)

// must returns v. Options of a codec are wrong in every build or in none.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// content returns the document's content as the index stores it.
func (d Document) content() ([]byte, error) {
	value := d.value
	if o, ok := value.(*directory.Offering); ok {
		value = (*stored)(o)
	}
	b, err := contentEncoding.Marshal(value)
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", d.ID, err)
	}
	return b, nil
}

// OfferingDocument returns the document of an offering, without its confidential
// locations: an address that must not be known is kept out of the index altogether, so
// that no page can show it by mistake. The offering has to be public.
func OfferingDocument(o directory.Offering) Document {
	var shown []directory.Location
	for _, l := range o.Locations {
		if !l.Confidential {
			shown = append(shown, l)
		}
	}
	o.Locations = shown
	return Document{ID: OfferingID(o.ID), value: &o}
}

// CourseDocument returns the document of a course. Of a confidential place it keeps that
// there is one, and nothing else. The course has to be public.
func CourseDocument(c directory.Course) Document {
	if c.Place != nil && c.Place.Confidential {
		c.Place = &directory.Location{Confidential: true}
	}
	return Document{ID: CourseID(c.ID), value: &c}
}

// KommuneDocument returns the document of a kommune with the former ones that became it.
func KommuneDocument(k region.Kommune, formers []region.Former) Document {
	return Document{ID: KommuneID(k.Number), value: &Kommune{k, formers}}
}

// OutlineDocument returns the document of where the borders of a kommune go. It is one of its
// own, since a kommune is read often and its borders seldom.
func OutlineDocument(o region.Outline) Document { return Document{ID: OutlineID(o.Kommune), value: &o} }

// FylkeDocument returns the document of a fylke.
func FylkeDocument(f region.Fylke) Document { return Document{ID: FylkeID(f.Number), value: &f} }

// ArticleDocument returns the document of a guidance article.
func ArticleDocument(a article.Article) Document {
	return Document{ID: ArticleID(a.Key()), value: &a}
}

// TypeDocument returns the document of a type of offering.
func TypeDocument(t directory.OfferingType) Document { return Document{ID: TypeID(t.Code), value: &t} }

// GroupDocument returns the document of a group of types.
func GroupDocument(g directory.TypeGroup) Document { return Document{ID: GroupID(g.Code), value: &g} }

// TermDocument returns the document of a term of a closed vocabulary.
func TermDocument(t directory.Term) Document { return Document{ID: TermID(t.Kind, t.Code), value: &t} }

// ExpressionDocument returns the document of something that people say.
func ExpressionDocument(e directory.Expression) Document {
	return Document{ID: ExpressionID(e.Text), value: &e}
}

// PlaceDocument returns the document of a place.
func PlaceDocument(p region.Place) Document { return Document{ID: PlaceID(p.ID), value: &p} }

// PostalCodeDocument returns the document of a postnummer.
func PostalCodeDocument(p region.PostalCode) Document {
	return Document{ID: PostalCodeID(p.Code), value: &p}
}

// MonthDocument returns the document of what is told of a month.
func MonthDocument(m directory.Month) Document { return Document{ID: MonthID(m.Month), value: &m} }

// OfferingID returns "offering/42".
func OfferingID(id int64) string { return "offering/" + strconv.FormatInt(id, 10) }

// CourseID returns "course/42".
func CourseID(id int64) string { return "course/" + strconv.FormatInt(id, 10) }

// KommuneID returns "kommune/0301".
func KommuneID(n region.Number) string { return "kommune/" + string(n) }

// OutlineID returns "outline/0301".
func OutlineID(n region.Number) string { return "outline/" + string(n) }

// FylkeID returns "fylke/03".
func FylkeID(n region.FylkeNumber) string { return "fylke/" + string(n) }

// ArticleID returns "article/nb/section/slug"; the section's own text has no slug.
func ArticleID(k article.Key) string {
	return "article/" + k.Language + "/" + k.Section + "/" + k.Slug
}

// TypeID returns "type/ppt".
func TypeID(code string) string { return "type/" + code }

// GroupID returns "group/kommunen".
func GroupID(code string) string { return "group/" + code }

// TermID returns "term/tema/rus".
func TermID(kind directory.TermKind, code string) string { return "term/" + string(kind) + "/" + code }

// ExpressionID returns "expression/mamma husker ikke".
func ExpressionID(text string) string { return "expression/" + text }

// MonthID returns "month/2026-11".
func MonthID(month string) string { return "month/" + month }

// PlaceID returns "place/sted/12".
func PlaceID(id int64) string { return "place/sted/" + strconv.FormatInt(id, 10) }

// PostalCodeID returns "place/postnummer/0155".
func PostalCodeID(code string) string { return "place/postnummer/" + code }

// decode reads what content wrote. It fails for an id of no known kind and for content that
// is not what the id says.
func decode(id string, content []byte) (Document, error) {
	d := Document{ID: id}
	switch kind := d.Kind(); {
	case kind == KindOffering:
		o := new(stored)
		if err := contentDecoding.Unmarshal(content, o); err != nil {
			return d, fmt.Errorf("decode %s: %w", id, err)
		}
		d.value = (*directory.Offering)(o)
		return d, nil
	case kind == KindCourse:
		d.value = new(directory.Course)
	case kind == KindKommune:
		d.value = new(Kommune)
	case kind == KindOutline:
		d.value = new(region.Outline)
	case kind == KindFylke:
		d.value = new(region.Fylke)
	case kind == KindArticle:
		d.value = new(article.Article)
	case kind == KindType:
		d.value = new(directory.OfferingType)
	case kind == KindGroup:
		d.value = new(directory.TypeGroup)
	case kind == KindTerm:
		d.value = new(directory.Term)
	case kind == KindMonth:
		d.value = new(directory.Month)
	case kind == KindGone:
		d.value = new(Gone)
	case kind == KindExpression:
		d.value = new(directory.Expression)
	case strings.HasPrefix(id, "place/sted/"):
		d.value = new(region.Place)
	case strings.HasPrefix(id, "place/postnummer/"):
		d.value = new(region.PostalCode)
	default:
		return d, fmt.Errorf("document %q: no such kind", id)
	}
	if err := contentDecoding.Unmarshal(content, d.value); err != nil {
		return d, fmt.Errorf("decode %s: %w", id, err)
	}
	return d, nil
}
