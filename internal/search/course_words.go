package search

import (
	"strings"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
)

// courseForms are normal forms of the words that a course says of itself.
type courseForms map[string]bool

// anyCourse are normal forms of words that mean a course or a group of any kind; saysNothing
// those that all of them may have.
var (
	anyCourse   = normalSet(`kurs kursene kurset gruppe grupper course courses group groups`)
	saysNothing = normalSet(`pårørende pårørande`)
)

func normalSet(words string) map[string]bool {
	m := map[string]bool{}
	for w := range set(words) {
		m[normal(w)] = true
	}
	return m
}

func newCourseWords(c *catalog) map[int64]courseForms {
	all := make(map[int64]courseForms, len(c.courses))
	for id, course := range c.courses {
		forms := courseForms{}
		add := func(texts ...string) {
			for _, w := range splitWords(strings.Join(texts, " ")) {
				if !w.says() {
					continue
				}
				for _, t := range terms(w.text) {
					forms[t.text] = true
				}
			}
		}
		add(course.Title, course.Audience, course.Description)
		for _, code := range course.Topics {
			if i, ok := c.termIndex[directory.Topic][code]; ok {
				name := c.terms[directory.Topic][i].Name
				add(name.NB, name.NN, name.EN)
			}
		}
		all[id] = forms
	}
	return all
}

// findCourses returns the courses that have at least half of the question's words, places
// left out; all of them for a question that says no more than that it is for a course. Few
// have any: nil is the usual answer.
func (c *catalog) findCourses(u *understood) map[int64]bool {
	if len(c.courses) == 0 {
		return nil
	}
	var words []word
	named := false
	for i, w := range u.all {
		switch {
		case u.uses[i].aside() || !w.says() || saysNothing[normal(w.fold)]:
		case anyCourse[normal(w.fold)]:
			named = true
		default:
			words = append(words, w)
		}
	}
	if len(words) == 0 && !named {
		return nil
	}
	found := map[int64]bool{}
	for id, forms := range c.courseWords {
		has := 0
		for _, w := range words {
			if forms[normal(w.fold)] {
				has++
			}
		}
		if has*2 >= len(words) {
			found[id] = true
		}
	}
	return found
}
