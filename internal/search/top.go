package search

import "slices"

// top keeps the best few of many candidates.
type top struct {
	by    Sort
	most  int
	list  []candidate // a heap with the worst at the front, once it is full
	built bool
}

func newTop(most int, by Sort) *top {
	return &top{by: by, most: most, list: make([]candidate, 0, min(most, defaultSize))}
}

func (t *top) add(c candidate) {
	if len(t.list) < t.most {
		t.list = append(t.list, c)
		return
	}
	if !t.built {
		for i := len(t.list)/2 - 1; i >= 0; i-- {
			t.down(i)
		}
		t.built = true
	}
	if c.before(&t.list[0], t.by) {
		t.list[0] = c
		t.down(0)
	}
}

// hopeless reports whether what scores no more than so much comes behind all that are kept.
func (t *top) hopeless(most float32) bool {
	return t.built && t.by != ByName && t.by != ByDistance && most < t.list[0].score
}

// down lets the candidate at i sink below all that are worse.
func (t *top) down(i int) {
	for {
		worst := i
		for _, child := range [...]int{2*i + 1, 2*i + 2} {
			if child < len(t.list) && t.list[worst].before(&t.list[child], t.by) {
				worst = child
			}
		}
		if worst == i {
			return
		}
		t.list[i], t.list[worst] = t.list[worst], t.list[i]
		i = worst
	}
}

// sorted returns those kept, the best first.
func (t *top) sorted() []candidate {
	slices.SortFunc(t.list, func(a, b candidate) int { return a.compare(&b, t.by) })
	return t.list
}
