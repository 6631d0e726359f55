package register

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

// maxTable is far above any table or list that a person keeps.
const maxTable = 64 << 20

// Table imports a table by a mapping. file is its name, for messages. What is wrong with a
// row is a problem, and the other rows go in; a table that cannot be read as the mapping
// says is an error, and nothing goes in.
func Table(ctx context.Context, o Options, m Mapping, file string, r io.Reader) (Report, error) {
	im, err := newRun(ctx, o, "csv/"+m.Prefix, m.Source.Name)
	if err != nil {
		return Report{}, err
	}
	rows, err := readTable(m, file, r)
	if err != nil {
		return im.report, err
	}
	names, err := newPlaceNames(ctx, o.Store)
	if err != nil {
		return im.report, err
	}
	reader := &tableRow{m, names}
	var said []placed
	seen := map[string]int{}
	for _, row := range rows {
		im.report.Read++
		where := fmt.Sprintf("%s:%d", file, row.line)
		offering, fields, problems := reader.offering(row)
		if before := seen[offering.Key]; before > 0 && len(problems) == 0 {
			problems = append(problems, fmt.Sprintf("%s: %s stands in row %d already", m.Fields["noekkel"].Column, offering.Key, before))
		}
		if len(problems) > 0 {
			for _, p := range problems {
				im.problem("%s: %s", where, p)
			}
			continue
		}
		seen[offering.Key] = row.line
		said = append(said, placed{store.Said{Offering: offering, Fields: fields, Create: true}, where})
	}
	for start := 0; start < len(said); start += batch {
		end := min(start+batch, len(said))
		if err := im.say(ctx, said[start:end], nil); err != nil {
			return im.report, err
		}
		im.progress("rows", end, len(said))
	}
	return im.report, nil
}

// cells are one row with the line that it begins in.
type cells struct {
	line   int
	values map[string]string
}

// readFile reads a file whole. Half of one is never taken for all of it.
func readFile(file string, r io.Reader) ([]byte, error) {
	raw, err := io.ReadAll(io.LimitReader(r, maxTable+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if len(raw) > maxTable {
		return nil, fmt.Errorf("%s: larger than %d bytes", file, maxTable)
	}
	return raw, nil
}

// readTable returns the rows. It fails for what is not in the encoding that the mapping
// says, lacks a column that it names, or is no table.
func readTable(m Mapping, file string, r io.Reader) ([]cells, error) {
	raw, err := readFile(file, r)
	if err != nil {
		return nil, err
	}
	bom := []byte("\ufeff")
	switch {
	case bytes.HasPrefix(raw, []byte{0xff, 0xfe}), bytes.HasPrefix(raw, []byte{0xfe, 0xff}):
		return nil, fmt.Errorf("%s: is UTF-16: save it as CSV UTF-8", file)
	case m.Encoding == encodingANSI && bytes.HasPrefix(raw, bom):
		return nil, fmt.Errorf("%s: is UTF-8, and the mapping says koding: %s", file, encodingANSI)
	case m.Encoding == encodingANSI:
		if raw, err = charmap.Windows1252.NewDecoder().Bytes(raw); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
	case !utf8.Valid(raw):
		return nil, fmt.Errorf("%s: is not UTF-8. Save it as CSV UTF-8; if it is from an older Excel, say koding: %s in the mapping", file, encodingANSI)
	}
	reader := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(raw, bom)))
	reader.Comma = []rune(m.Comma)[0]
	header, err := reader.Read()
	if err != nil {
		return nil, fmt.Errorf("%s:1: no header row", file)
	}
	if err := checkHeader(m, file, header); err != nil {
		return nil, err
	}
	var rows []cells
	for {
		record, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		line, _ := reader.FieldPos(0)
		row := cells{line, map[string]string{}}
		for i, c := range header {
			if v := strings.TrimSpace(record[i]); !slices.Contains(m.Empty, v) {
				row.values[strings.TrimSpace(c)] = v
			}
		}
		rows = append(rows, row)
	}
}

// checkHeader wants every column that the mapping names, once.
func checkHeader(m Mapping, file string, header []string) error {
	count := map[string]int{}
	for _, c := range header {
		count[strings.TrimSpace(c)]++
	}
	var wrong []error
	for name, f := range m.Fields {
		switch {
		case f.Column == "" || count[f.Column] == 1:
		case count[f.Column] > 1:
			wrong = append(wrong, fmt.Errorf("%s:1: the column %q stands there %d times", file, f.Column, count[f.Column]))
		case len(header) == 1:
			wrong = append(wrong, fmt.Errorf("%s:1: the column %q (felt.%s) is missing; the whole row is one cell: is skille: %q right?", file, f.Column, name, m.Comma))
		default:
			wrong = append(wrong, fmt.Errorf("%s:1: the column %q (felt.%s) is missing; there are %s", file, f.Column, name, strings.Join(header, ", ")))
		}
	}
	slices.SortFunc(wrong, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return errors.Join(wrong...)
}
