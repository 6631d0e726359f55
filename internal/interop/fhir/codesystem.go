package fhir

import (
	"encoding/xml"
	"fmt"
	"hash/fnv"
	"strings"
)

func (c *catalog) vocabularyItem(i int, v vocabulary) *item {
	it := &item{
		kind:      typeCodeSystem,
		id:        v.id,
		order:     int64(i),
		names:     []text{newText(v.name)},
		state:     token{systemPublication, "active"},
		canonical: c.system(v.id),
	}
	it.make = func() resource {
		concepts := v.concepts(c.view)
		s := &codeSystem{
			header:        it.newHeader(""),
			URL:           it.canonical,
			Version:       versionOf(concepts),
			Name:          v.name,
			Title:         v.title,
			Status:        "active",
			Description:   v.description,
			CaseSensitive: true,
			Content:       "complete",
			Count:         len(concepts),
			Concept:       concepts,
		}
		s.Text = narrate(v.title, v.description)
		return s
	}
	return it
}

// versionOf returns a version that is another whenever the concepts are.
func versionOf(concepts []concept) string {
	sum := fnv.New32a()
	fmt.Fprintf(sum, "%v", concepts) // never fails
	return fmt.Sprintf("%08x", sum.Sum32())
}

// narrate returns the narrative of a resource, for programs that show nothing else.
func narrate(title string, lines ...string) *narrative {
	var b strings.Builder
	b.WriteString(`<div xmlns="http://www.w3.org/1999/xhtml" lang="nb" xml:lang="nb"><p><b>`)
	escape(&b, title)
	b.WriteString("</b></p>")
	for _, l := range nonempty(lines...) {
		b.WriteString("<p>")
		escape(&b, l)
		b.WriteString("</p>")
	}
	b.WriteString("</div>")
	return &narrative{"generated", b.String()}
}

func escape(b *strings.Builder, s string) {
	_ = xml.EscapeText(b, []byte(s)) // writing to a strings.Builder never fails
}
