package search

import (
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/recent"
)

// known keeps offerings as they were read from the index: those for the whole country stand
// on every page. They are found by row, since an edit gives its offering another one.
type known = recent.Cache[*row, *directory.Offering]

// mostKnown is how many each half holds, at two or three kB each.
const mostKnown = 500
