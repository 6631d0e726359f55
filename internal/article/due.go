package article

import "time"

// ConfirmMonths is how long a confirmation holds. Laws come into force at the turn of the
// year and at midsummer, and rates once a year: a year sees each of them once. It is one for
// all articles, since all of them name laws.
const ConfirmMonths = 12

// earlyDays is how long before it runs out an article is asked about: as for offerings.
const earlyDays = 30

// Due returns the day on which the article has to be confirmed again. One that nobody has
// confirmed is counted from the day it was published, the last on which somebody stood for
// all of it. Updated would not do: it moves with every small change, and saving a change
// says nothing about the rest.
func (a Article) Due() time.Time {
	began := a.Published
	if a.ConfirmedAt != nil {
		began = *a.ConfirmedAt
	}
	return began.AddDate(0, ConfirmMonths, 0)
}

// IsDue reports whether it is time to confirm the article: it runs out soon, or has.
func (a Article) IsDue(now time.Time) bool { return !now.Before(a.Due().AddDate(0, 0, -earlyDays)) }
