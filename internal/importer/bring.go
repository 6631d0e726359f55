package importer

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
	"github.com/nasjonal-oversikt/oversikt/internal/upstream"
)

// BringBase and BringPath are where Posten Bring keeps the list of all postnummer.
const (
	BringBase = "https://www.bring.no"
	BringPath = "/postnummerregister-ansi.txt"
)

const (
	// maxBring is far above the list, which has about five thousand lines.
	maxBring = 8 << 20
	// leastBring is the share of the postnummer of the list before which a whole list has at
	// least: some hundred a year change, and half a file is to be refused.
	leastBring = 0.95
)

// ReadBring reads Posten Bring's list of postnummer: a line for each, with postnummer,
// poststed, kommunenummer, kommune and category between tabs. It is in Windows' letters, or
// in UTF-8, and both are told apart. A list in which a line is otherwise has changed shape,
// and nothing of it is to be used.
func ReadBring(where string, r io.Reader) ([]region.PostalCode, error) {
	content, err := io.ReadAll(io.LimitReader(r, maxBring+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", where, err)
	}
	if len(content) > maxBring {
		return nil, fmt.Errorf("%s: %w", where, upstream.ErrTooLarge)
	}
	content = bytes.TrimPrefix(content, []byte("\ufeff"))
	if !utf8.Valid(content) {
		if content, err = charmap.Windows1252.NewDecoder().Bytes(content); err != nil {
			return nil, fmt.Errorf("%s: %w", where, err)
		}
	}
	var found []region.PostalCode
	seen := map[string]bool{}
	for i, line := range strings.Split(string(content), "\n") {
		line = strings.TrimRight(line, "\r")
		if strings.TrimSpace(line) == "" {
			continue
		}
		p, wrong := bringLine(line)
		if wrong == "" && seen[p.Code] {
			wrong = "each postnummer once"
		}
		if wrong != "" {
			return nil, upstream.Unexpected(where, fmt.Sprintf("line %d", i+1), wrong, line)
		}
		seen[p.Code] = true
		found = append(found, p)
	}
	if len(found) == 0 {
		return nil, upstream.Missing(where, "lines", "a line for each postnummer")
	}
	return found, nil
}

// bringLine reads one line, or returns what it should have been.
func bringLine(line string) (p region.PostalCode, wrong string) {
	cells := strings.Split(line, "\t")
	if len(cells) != 5 {
		return p, "postnummer, poststed, kommunenummer, kommune and category between tabs"
	}
	for i := range cells {
		cells[i] = strings.TrimSpace(cells[i])
	}
	code, err := directory.ParsePostalCode(cells[0])
	if err != nil || string(code) != cells[0] {
		return p, "a postnummer of four digits first"
	}
	if cells[1] == "" {
		return p, "a poststed after the postnummer"
	}
	n, err := region.ParseNumber(cells[2])
	if err != nil {
		return p, "a kommunenummer of four digits after the poststed"
	}
	if !slices.Contains([]string{"B", "F", "G", "P", "S"}, cells[4]) {
		return p, "a category last: B, F, G, P or S"
	}
	if slices.Contains(notKommuner, string(n[:2])) {
		n = "" // Svalbard and Jan Mayen
	}
	return region.PostalCode{Code: string(code), Place: cells[1], Kommune: n, Category: cells[4]}, ""
}

// PostalReport says what a list of postnummer changed.
type PostalReport struct {
	Read    int
	New     []string // "0155 OSLO"
	Changed []string // "0155: OSLO, 0301, G -> OSLO, 0301, B"
	Gone    []string // in the list before, and not in this one; kept, and marked
	Unknown []string // in a kommune that we do not have, left as they are
	// Half is set where so much is missing that the list cannot be whole. Nothing was written.
	Half bool
	Sum  store.Summary
}

// PostalOptions says how to take in a list of postnummer.
type PostalOptions struct {
	DryRun bool
	Force  bool // also where the list is much shorter than what is stored
}

// ImportPostalCodes takes in a list of postnummer. None is deleted: addresses go on naming
// one that has ended, and it is found for as long as people write it.
func ImportPostalCodes(ctx context.Context, st *store.Store, actor auth.Actor, list []region.PostalCode, o PostalOptions) (PostalReport, error) {
	report := PostalReport{Read: len(list)}
	stored, err := st.PostalCodes(ctx)
	if err != nil {
		return report, err
	}
	gone, err := st.GonePostalCodes(ctx)
	if err != nil {
		return report, err
	}
	kommuner, err := st.Kommuner(ctx)
	if err != nil {
		return report, err
	}
	known := map[region.Number]bool{"": true}
	for _, k := range kommuner {
		known[k.Number] = true
	}
	before := map[string]region.PostalCode{}
	for _, p := range stored {
		before[p.Code] = p
	}
	var use []region.PostalCode
	given := make([]string, 0, len(list))
	for _, p := range list {
		given = append(given, p.Code)
		was, there := before[p.Code]
		switch {
		case !known[p.Kommune]:
			report.Unknown = append(report.Unknown, p.Code+" "+p.Place+" in "+string(p.Kommune))
			continue
		case !there:
			report.New = append(report.New, p.Code+" "+p.Place)
		case was != p:
			report.Changed = append(report.Changed, fmt.Sprintf("%s: %s -> %s", p.Code, postalFacts(was), postalFacts(p)))
		}
		use = append(use, p)
	}
	inList := map[string]bool{}
	for _, code := range given {
		inList[code] = true
	}
	standing := 0
	for _, p := range stored {
		if gone[p.Code] {
			continue // was told when it went
		}
		standing++
		if !inList[p.Code] {
			report.Gone = append(report.Gone, p.Code+" "+p.Place)
		}
	}
	if float64(standing-len(report.Gone)) < leastBring*float64(standing) && !o.Force {
		report.Half = true
		return report, nil
	}
	if o.DryRun || len(use) == 0 {
		return report, nil
	}
	if report.Sum, err = st.SaveRegions(ctx, actor, store.Regions{PostalCodes: use}); err != nil {
		return report, fmt.Errorf("import postnummer: %w", err)
	}
	if err := st.MarkPostalCodes(ctx, actor, given); err != nil {
		return report, fmt.Errorf("import postnummer: %w", err)
	}
	return report, nil
}

func postalFacts(p region.PostalCode) string {
	n := string(p.Kommune)
	if n == "" {
		n = "no kommune"
	}
	return p.Place + ", " + n + ", " + p.Category
}

// FetchBring fetches the list of all postnummer.
func FetchBring(ctx context.Context, c *upstream.Client, path string) ([]region.PostalCode, error) {
	answer, err := c.Get(ctx, upstream.Request{Path: path})
	if err != nil {
		return nil, err
	}
	return ReadBring(answer.URL, bytes.NewReader(answer.Body))
}
