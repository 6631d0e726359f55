package view

import "github.com/nasjonal-oversikt/oversikt/internal/page"

// StatisticsPage is the numbers for those who decide.
type StatisticsPage struct {
	Meta           page.Meta
	Fylker         []StatChoice
	Area           string // "Hele landet", or a fylke
	InFylke        bool
	Day            string // of what is counted now
	PopulationYear string // of the population; empty where it is not known
	Facts          []Fact
	Coverage       []StatBar
	Ages           []StatBar
	Line           *StatLine // nil while there is one point
	Since          string    // the first day that was kept; empty while there is none
	Use            []StatBar // of UseFrom to UseTo; none while nothing is told
	UseFrom, UseTo string    // UseTo is empty for a day alone
	UseSince       string
	Tables         map[string]StatTable // by id; those without a row are left out
	API            string               // address of the API
}

// StatChoice is one area to choose.
type StatChoice struct {
	Value, Text string
	Selected    bool
}

// StatBar is one bar of a chart, with what it is about and its numbers in words.
type StatBar struct {
	Label    string
	Note     string
	Segments []StatSegment
}

// StatSegment is a part of a bar.
type StatSegment struct {
	Class       string // how it looks: finnes, annen, ikke
	Value       int
	From, Width string // "12.5%"
}

// StatLine is a chart over time.
type StatLine struct {
	From, To string
	Grid     []StatGrid
	Series   []StatSeries
}

// StatGrid is a line across the chart.
type StatGrid struct{ Y, Text string }

// StatSeries is one line.
type StatSeries struct {
	Class  string // finnes or annen
	Text   string
	Points []StatPoint
}

// StatPoint is a number where it stands in the chart.
type StatPoint struct {
	X, Y  string // "12.5%"
	Value int
}

// StatTable is a table of the page, and a file of the same.
type StatTable struct {
	ID      string
	Caption string
	Head    []string
	Rows    []StatRow
	CSV     string // its address
}

// StatRow is a line of a table. The first cell says what it is about.
type StatRow struct {
	Total bool
	Cells []StatCell
}

// StatCell is a cell as readers see it, and as it stands in the file.
type StatCell struct{ Text, Raw string }

// coverageLegend are the parts of a bar of kommuner.
var coverageLegend = []StatSegment{{Class: "finnes"}, {Class: "annen"}, {Class: "ikke"}}

var coverageWords = map[string]string{
	"finnes": page.Mark("Finnes i kommunen"),
	"annen":  page.Mark("Dekkes av noen andre"),
	"ikke":   page.Mark("Ikke registrert"),
}
