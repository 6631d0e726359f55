package htmlcheck

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// rules are what must hold for every page. Each returns what is wrong, a line for each.
var rules = []func(Page) []string{languages, titles, headings, names, spoken, fields, ids, images, times, inlineCode}

// Faults returns what is wrong with a page whatever is on it: language, title, headings,
// names of links and fields, ids, and code that the content security policy refuses.
func (p Page) Faults() []string {
	var faults []string
	for _, rule := range rules {
		faults = append(faults, rule(p)...)
	}
	return faults
}

func languages(p Page) []string {
	var faults []string
	if root, ok := p.First("html"); !ok || root.Attr("lang") == "" {
		faults = append(faults, "html has no lang")
	}
	for _, e := range p.All("[lang]") {
		if l := e.Attr("lang"); l == "" || strings.ContainsAny(l, " _") {
			faults = append(faults, fmt.Sprintf("lang %q is no language tag", l))
		}
	}
	return faults
}

// times are machine-readable, or say a time in a form that machines read.
func times(p Page) []string {
	var faults []string
	for _, e := range p.All("time:not([datetime])") {
		if e.Text() == "" {
			faults = append(faults, "a time says nothing")
		}
	}
	return faults
}

func titles(p Page) []string {
	var faults []string
	if all := p.All("head > title"); len(all) != 1 || all[0].Text() == "" {
		faults = append(faults, fmt.Sprintf("%d titles, want one with text", len(all)))
	}
	if n := len(p.All("h1")); n != 1 {
		faults = append(faults, fmt.Sprintf("%d h1, want 1", n))
	}
	if n := len(p.All("main")); n != 1 {
		faults = append(faults, fmt.Sprintf("%d main, want 1", n))
	}
	return faults
}

// headings holds that none is empty, and that each is at most one level below the one
// before it: a screen reader's list of them is then an outline.
func headings(p Page) []string {
	var faults []string
	level := 0
	for _, h := range p.All("h1, h2, h3, h4, h5, h6") {
		next := int(h.Name()[1] - '0')
		if next > level+1 {
			faults = append(faults, fmt.Sprintf("%s %q comes after an h%d", h.Name(), h.Text(), level))
		}
		if h.Text() == "" {
			faults = append(faults, h.Name()+" without text")
		}
		level = next
	}
	return faults
}

// names holds that links and buttons say what they do, and that links lead somewhere.
func names(p Page) []string {
	var faults []string
	for _, e := range p.All("a, button, summary") {
		if p.nameOf(e) == "" {
			faults = append(faults, "no text: "+e.String())
		}
		if href, ok := e.attr("href"); e.Name() == "a" && (!ok || strings.TrimSpace(href) == "" || href == "about:invalid#TemplFailedSanitizationURL") {
			faults = append(faults, "leads nowhere: "+e.String())
		}
	}
	return faults
}

// nameOf returns what a screen reader calls the element.
func (p Page) nameOf(e Page) string {
	if label := strings.TrimSpace(e.Attr("aria-label")); label != "" {
		return label
	}
	var parts []string
	for _, id := range strings.Fields(e.Attr("aria-labelledby")) {
		if l, ok := p.First(`[id="` + id + `"]`); ok {
			parts = append(parts, l.Text())
		}
	}
	if len(parts) > 0 {
		return strings.Join(parts, " ")
	}
	text := e.Text()
	for _, alt := range e.Attrs("img", "alt") {
		text += alt
	}
	return text
}

// spoken holds that what is read out alone does not run together with the word before it: that
// is one word to a screen reader, which no one knows.
func spoken(p Page) []string {
	var faults []string
	for _, e := range p.All(".ds-sr-only") {
		before := e.root.PrevSibling
		if before == nil || before.Type != html.TextNode {
			continue
		}
		last, _ := utf8.DecodeLastRuneInString(before.Data)
		first, _ := utf8.DecodeRuneInString(e.Data())
		if unicode.IsLetter(last) && unicode.IsLetter(first) {
			faults = append(faults, "read out as one word: "+before.Data+e.Text())
		}
	}
	return faults
}

// fields holds that every form field has a label that is seen or read out.
func fields(p Page) []string {
	var faults []string
	labels := map[string]string{}
	for _, l := range p.All("label") {
		if l.Text() == "" {
			faults = append(faults, "label without text: "+l.String())
		}
		labels[l.Attr("for")] = l.Text()
	}
	for _, f := range p.All("input:not([type=hidden]), select, textarea") {
		label := p.nameOf(f)
		if id := f.Attr("id"); label == "" && id != "" {
			label = labels[id]
		}
		for n := f.root.Parent; label == "" && n != nil; n = n.Parent {
			if n.Data == "label" {
				label = Page{n}.Text()
			}
		}
		if label == "" {
			faults = append(faults, "no label: "+f.String())
		}
	}
	return faults
}

// ids holds that each is there once, and that what names an id names one that is there.
func ids(p Page) []string {
	var faults []string
	seen := map[string]bool{}
	for _, id := range p.Attrs("[id]", "id") {
		if seen[id] {
			faults = append(faults, fmt.Sprintf("id %q is there twice", id))
		}
		seen[id] = true
	}
	for _, name := range []string{"for", "aria-labelledby", "aria-describedby", "aria-controls"} {
		for _, value := range p.Attrs("["+name+"]", name) {
			for id := range strings.FieldsSeq(value) {
				if !seen[id] {
					faults = append(faults, fmt.Sprintf("%s names %q, which is not there", name, id))
				}
			}
		}
	}
	for _, href := range p.Attrs(`a[href^="#"]`, "href") {
		if !seen[href[1:]] {
			faults = append(faults, fmt.Sprintf("link to %q, which is not there", href))
		}
	}
	for _, href := range p.Attrs(`use[href^="#"]`, "href") {
		if !seen[href[1:]] {
			faults = append(faults, fmt.Sprintf("icon %q, which is not there", href))
		}
	}
	return faults
}

func images(p Page) []string {
	var faults []string
	for _, e := range p.All("img") {
		if _, ok := e.attr("alt"); !ok {
			faults = append(faults, "no alt: "+e.String())
		}
	}
	return faults
}

// inlineCode holds that scripts and styles come from files. JSON-LD is data.
func inlineCode(p Page) []string {
	var faults []string
	for _, e := range p.All(`script:not([src]):not([type="application/ld+json"]), style, [style], a[href^="javascript:"], base`) {
		faults = append(faults, "inline code: "+e.String())
	}
	for _, e := range p.All("body *") {
		for _, a := range e.root.Attr {
			if strings.HasPrefix(a.Key, "on") {
				faults = append(faults, fmt.Sprintf("inline code: %s on %s", a.Key, e.Name()))
			}
		}
	}
	return faults
}
