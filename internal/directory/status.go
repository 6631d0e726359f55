package directory

// Status is where an offering is in its life.
type Status string

const (
	Draft     Status = "utkast"
	Published Status = "publisert"
	Closed    Status = "stengt" // temporarily, still shown
	Archived  Status = "arkivert"
)

// transitions is the one table of allowed changes of status. The database holds the same
// rows in status_transitions and refuses others; a test compares the two.
var transitions = map[Status][]Status{
	Draft:     {Published, Archived},
	Published: {Closed, Draft, Archived},
	Closed:    {Published, Archived},
	Archived:  {Draft},
}

// Statuses returns every status, in the order of an offering's life.
func Statuses() []Status { return []Status{Draft, Published, Closed, Archived} }

// CanBecome reports whether an offering may go from s to next. Staying is always allowed.
func (s Status) CanBecome(next Status) bool {
	if s == next {
		return true
	}
	for _, t := range transitions[s] {
		if t == next {
			return true
		}
	}
	return false
}
