package search

import (
	"strings"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/analysis/analyzer/keyword"
	"github.com/blevesearch/bleve/v2/mapping"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/fold"
)

// mappingVersion changes with everything that makes an index on disk unusable: a field,
// an analyzer, a word list of the analysis, the content of a document. An index of another
// version is built anew.
const mappingVersion = 14

// Fields of an offering's document. Bleve is asked which offerings match and how well,
// so only words are here; what filters and sorts is in rows.
const (
	fieldName    = "navn"      // the offering's own name
	fieldAbout   = "om"        // who gives it, where, for whom, in few words
	fieldText    = "tekst"     // everything else that is written about it
	fieldExact   = "navn_helt" // the whole name as one folded term
	fieldContent = "innhold"   // the document itself: stored, not indexed
	fieldFacts   = "fakta"     // an offering's facts for its column: stored, not indexed
	fieldMark    = "endret"    // the last change of it: stored, not indexed
)

// textFields are the fields that readers' words are looked for in.
var textFields = [...]string{fieldName, fieldAbout, fieldText}

// newMapping returns the static mapping: a field not named in it is not indexed.
func newMapping() mapping.IndexMapping {
	text := func(analyzer string) *mapping.FieldMapping {
		f := bleve.NewTextFieldMapping()
		f.Analyzer = analyzer
		f.Store, f.IncludeInAll, f.IncludeTermVectors, f.DocValues = false, false, false, false
		return f
	}
	content := bleve.NewTextFieldMapping()
	content.Index, content.Store, content.IncludeInAll, content.DocValues = false, true, false, false

	doc := bleve.NewDocumentStaticMapping()
	for _, field := range textFields {
		doc.AddFieldMappingsAt(field, text(analyzerName))
	}
	doc.AddFieldMappingsAt(fieldExact, text(keyword.Name))
	doc.AddFieldMappingsAt(fieldContent, content)
	doc.AddFieldMappingsAt(fieldFacts, content)
	doc.AddFieldMappingsAt(fieldMark, content)

	m := bleve.NewIndexMapping()
	m.DefaultMapping = doc
	m.DefaultAnalyzer = analyzerName
	return m
}

// fields returns what Bleve is given for the document.
func (d Document) fields() (map[string]any, error) {
	content, err := d.content()
	if err != nil {
		return nil, err
	}
	f := map[string]any{fieldContent: string(content)}
	if d.mark.Cursor != (Cursor{}) {
		f[fieldMark] = string(d.mark.encode())
	}
	if o, ok := d.value.(*directory.Offering); ok {
		known := factsOf(o)
		f[fieldFacts] = string(known.pack().stored(content))
		f[fieldName] = o.Name
		f[fieldAbout] = aboutText(o)
		f[fieldText] = strings.Join([]string{o.Description, o.OpeningText, o.Cost.Text, o.Referral.Text, o.Complaint}, "\n")
		f[fieldExact] = fold.Text(o.Name)
	}
	return f, nil
}

func aboutText(o *directory.Offering) string {
	parts := []string{o.Organization.Name, o.Summary, o.Audience, o.Coverage.Bydel}
	parts = append(parts, o.Keywords...)
	for _, l := range o.Locations {
		parts = append(parts, l.Name, l.PostalPlace)
	}
	return strings.Join(parts, "\n")
}
