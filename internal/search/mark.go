package search

import "github.com/nasjonal-oversikt/oversikt/internal/directory"

// Part is a stretch of a text, marked when it is what was searched for.
type Part struct {
	Text   string
	Marked bool
}

// marked are the forms of words that a question looked for.
type marked map[string]bool

// markedOf returns the forms of the question's own words, and of further words that its
// expressions lead to. Stop words and places are not among them.
func (u *understood) markedOf() marked {
	m := marked{}
	add := func(text string) {
		for _, t := range terms(text)[:1] {
			m[t.text] = true
		}
	}
	for i, w := range u.all {
		if !u.uses[i].aside() && (w.says() || u.literal) {
			add(w.text)
		}
	}
	for _, s := range u.said {
		for _, l := range s.LeadsTo {
			if kind, code := l.Split(); kind == directory.LeadWord {
				for _, w := range splitWords(code) {
					add(w.text)
				}
			}
		}
	}
	return m
}

// Mark divides a text of a hit where it has what was searched for, in the letters it is
// written with: whole words, and the part of a compound that was meant. A text without any
// is one part.
func (r *Result) Mark(text string) []Part {
	var parts []Part
	done := 0
	for _, w := range splitWords(text) {
		from, to, ok := r.marked.in(w.text)
		if !ok {
			continue
		}
		if from += w.at; from > done {
			parts = append(parts, Part{text[done:from], false})
		}
		done = w.at + to
		parts = append(parts, Part{text[from:done], true})
	}
	if done < len(text) || len(parts) == 0 {
		parts = append(parts, Part{text[done:], false})
	}
	return parts
}

// in returns the bytes of the word that are marked.
func (m marked) in(text string) (from, to int, ok bool) {
	for _, t := range terms(text) {
		if m[t.text] {
			return t.start, t.end, true
		}
	}
	return 0, 0, false
}
