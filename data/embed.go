// Package data holds the facts that the directory starts from: kommuner and fylker,
// postnummer, places, offerings, the closed vocabularies, the guidance articles and the
// checklists.
// Beside each file stands a note with its source, date and licence (kommuner.md for
// kommuner.csv); KILDER.md has the credits that the product must show.
package data

import "embed"

// FS holds the files of this folder under their own names: "tilbud.csv", "typer.yaml",
// "artikler/<section>/<slug>.md", "sjekklister/<slug>.yaml". CSV is UTF-8 with LF line ends,
// comma as separator, a header row, and "|" between several values in one cell. An empty
// cell means not known.
//
//go:embed *.csv *.yaml *.md all:artikler sjekklister
var FS embed.FS
