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
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

// maxTable is far above any table or list that a person keeps.
const maxTable = 64 << 20

// target is one of our fields that a mapping may fill.
type target struct {
	field directory.FieldName // empty for what is no field of its own
	many  bool                // takes several values
	check func(string) error  // of a code; nil-safe through target.check
	set   func(*tableRow, *directory.Offering, []string) error
}

func one(field directory.FieldName, set func(*directory.Offering, string) error) target {
	return target{field: field, check: func(string) error { return nil }, set: func(_ *tableRow, o *directory.Offering, v []string) error { return set(o, v[0]) }}
}

func text(field directory.FieldName, at func(*directory.Offering) *string) target {
	return one(field, func(o *directory.Offering, v string) error { *at(o) = v; return nil })
}

func list(field directory.FieldName, add func(*directory.Offering, string) error) target {
	return target{field: field, many: true, check: func(string) error { return nil }, set: func(_ *tableRow, o *directory.Offering, values []string) error {
		for _, v := range values {
			if err := add(o, v); err != nil {
				return err
			}
		}
		return nil
	}}
}

func texts(field directory.FieldName, at func(*directory.Offering) *[]string) target {
	return list(field, func(o *directory.Offering, v string) error { *at(o) = append(*at(o), v); return nil })
}

// code is a field that takes one of a closed set.
func code[T ~string](field directory.FieldName, at func(*directory.Offering) *T, allowed ...T) target {
	check := func(v string) error {
		if !slices.Contains(allowed, T(v)) {
			return fmt.Errorf("%q is not known; want one of %v", v, allowed)
		}
		return nil
	}
	t := one(field, func(o *directory.Offering, v string) error { *at(o) = T(v); return check(v) })
	t.check = check
	return t
}

// place is a part of the one location that a row has.
func place(set func(*directory.Location, string) error) target {
	return one(directory.FieldLocations, func(o *directory.Offering, v string) error {
		if o.Locations == nil {
			o.Locations = make([]directory.Location, 1)
		}
		return set(&o.Locations[0], v)
	})
}

// parse returns the setter of what a function of directory reads.
func parse[T any](read func(string) (T, error), set func(*directory.Offering, T)) func(*directory.Offering, string) error {
	return func(o *directory.Offering, v string) error {
		value, err := read(v)
		if err == nil {
			set(o, value)
		}
		return err
	}
}

func email(s string) (string, error) {
	if directory.ValidateEmail(s) != nil {
		return s, fmt.Errorf("%q is no e-mail address", s)
	}
	return s, nil
}

// targets are the fields that a mapping may fill, by the names of data/tilbud.csv.
var targets = map[string]target{
	"noekkel":             one("", func(o *directory.Offering, v string) error { o.Key = v; return nil }),
	"navn":                text(directory.FieldTitle, func(o *directory.Offering) *string { return &o.Name }),
	"type":                text(directory.FieldType, func(o *directory.Offering) *string { return &o.Type }),
	"organisasjon":        text(directory.FieldOrganization, func(o *directory.Offering) *string { return &o.Organization.Name }),
	"organisasjonsnummer": one(directory.FieldOrganization, parse(directory.ParseOrgNumber, func(o *directory.Offering, n directory.OrgNumber) { o.Organization.OrgNumber = n })),
	"ingress":             text(directory.FieldSummary, func(o *directory.Offering) *string { return &o.Summary }),
	"beskrivelse":         text(directory.FieldDescription, func(o *directory.Offering) *string { return &o.Description }),
	"malgruppe":           text(directory.FieldAudience, func(o *directory.Offering) *string { return &o.Audience }),
	"klage":               text(directory.FieldComplaint, func(o *directory.Offering) *string { return &o.Complaint }),
	"apningstider_tekst":  text(directory.FieldOpeningText, func(o *directory.Offering) *string { return &o.OpeningText }),
	"pris":                code(directory.FieldCost, func(o *directory.Offering) *directory.CostKind { return &o.Cost.Kind }, directory.Free, directory.Paid),
	"pris_tekst":          text(directory.FieldCost, func(o *directory.Offering) *string { return &o.Cost.Text }),
	"henvisning":          code(directory.FieldReferral, func(o *directory.Offering) *directory.ReferralKind { return &o.Referral.Kind }, directory.ContactYourself, directory.Apply, directory.BeReferred),
	"henvisning_tekst":    text(directory.FieldReferral, func(o *directory.Offering) *string { return &o.Referral.Text }),
	"telefon": list(directory.FieldPhones, parse(directory.ParsePhone, func(o *directory.Offering, n directory.PhoneNumber) {
		o.Phones = append(o.Phones, directory.Phone{Number: n})
	})),
	"epost":      list(directory.FieldEmails, parse(email, func(o *directory.Offering, e string) { o.Emails = append(o.Emails, e) })),
	"nettside":   list(directory.FieldWebsites, parse(directory.ParseWebsite, func(o *directory.Offering, w string) { o.Websites = append(o.Websites, w) })),
	"malgrupper": texts(directory.FieldTargetGroups, func(o *directory.Offering) *[]string { return &o.TargetGroups }),
	"tema":       texts(directory.FieldTopics, func(o *directory.Offering) *[]string { return &o.Topics }),
	"former":     texts(directory.FieldFormats, func(o *directory.Offering) *[]string { return &o.Formats }),
	"sprak":      texts(directory.FieldLanguages, func(o *directory.Offering) *[]string { return &o.Languages }),
	"sokeord":    texts(directory.FieldKeywords, func(o *directory.Offering) *[]string { return &o.Keywords }),
	"sted":       place(func(l *directory.Location, v string) error { l.Name = v; return nil }),
	"adresse":    place(func(l *directory.Location, v string) error { l.Street = v; return nil }),
	"poststed":   place(func(l *directory.Location, v string) error { l.PostalPlace = v; return nil }),
	"postnummer": place(func(l *directory.Location, v string) (err error) {
		l.PostalCode, err = directory.ParsePostalCode(v)
		return err
	}),
	"bydel": text(directory.FieldCoverage, func(o *directory.Offering) *string { return &o.Coverage.Bydel }),
	"kilde_dato": {check: func(string) error { return nil }, set: func(r *tableRow, o *directory.Offering, v []string) error {
		t, err := time.Parse(dateFormats[r.mapping.Dates], v[0])
		if err != nil {
			return fmt.Errorf("%q is no date of the form %s", v[0], r.mapping.Dates)
		}
		o.Source.Date = directory.PartialDate(t.Format(time.DateOnly))
		return nil
	}},
	"kilde_url": {check: func(string) error { return nil }, set: func(_ *tableRow, o *directory.Offering, v []string) (err error) {
		o.Source.URL, err = directory.ParseWebsite(v[0])
		return err
	}},
	"kommune": {field: directory.FieldLocations, check: func(string) error { return nil }, set: func(r *tableRow, o *directory.Offering, v []string) error {
		n, err := r.kommune(v[0])
		if o.Locations == nil {
			o.Locations = make([]directory.Location, 1)
		}
		o.Locations[0].Kommune = n
		return err
	}},
	"dekning": {field: directory.FieldCoverage, many: true, check: func(string) error { return nil }, set: func(r *tableRow, o *directory.Offering, values []string) error {
		for _, v := range values {
			if err := r.cover(&o.Coverage, v); err != nil {
				return err
			}
		}
		return nil
	}},
}

// tableRow is a row being read.
type tableRow struct {
	mapping  Mapping
	kommuner map[string]region.Number      // by number and by small letters of the name; "" for a name that several have
	fylker   map[string]region.FylkeNumber // likewise
}

func (r *tableRow) kommune(v string) (region.Number, error) {
	n, ok := r.kommuner[strings.ToLower(strings.TrimSuffix(v, " kommune"))]
	switch {
	case !ok:
		return "", fmt.Errorf("no kommune has the name or number %q", v)
	case n == "":
		return "", fmt.Errorf("several kommuner are called %q: use the number", v)
	}
	return n, nil
}

// cover takes in "nasjonal", "fylke:Innlandet", and names and numbers of kommuner.
func (r *tableRow) cover(c *directory.Coverage, v string) error {
	if v == "nasjonal" {
		c.National = true
		return nil
	}
	if name, ok := strings.CutPrefix(v, "fylke:"); ok {
		n, ok := r.fylker[strings.ToLower(strings.TrimSpace(name))]
		if !ok {
			return fmt.Errorf("no fylke has the name or number %q", name)
		}
		c.Fylker = append(c.Fylker, n)
		return nil
	}
	n, err := r.kommune(v)
	if err == nil {
		c.Kommuner = append(c.Kommuner, n)
	}
	return err
}

func newTableRow(ctx context.Context, st *store.Store, m Mapping) (*tableRow, error) {
	r := &tableRow{m, map[string]region.Number{}, map[string]region.FylkeNumber{}}
	kommuner, err := st.Kommuner(ctx)
	if err != nil {
		return nil, err
	}
	for _, k := range kommuner {
		name := strings.ToLower(k.Name)
		if _, twice := r.kommuner[name]; twice {
			r.kommuner[name] = ""
		} else {
			r.kommuner[name] = k.Number
		}
		r.kommuner[string(k.Number)] = k.Number
	}
	fylker, err := st.Fylker(ctx)
	for _, f := range fylker {
		r.fylker[strings.ToLower(f.Name)], r.fylker[string(f.Number)] = f.Number, f.Number
	}
	return r, err
}

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
	reader, err := newTableRow(ctx, o.Store, m)
	if err != nil {
		return im.report, err
	}
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

// offering returns what the row says, which fields the source speaks of, and what is wrong.
// A column that is mapped speaks of its field also where the cell is empty.
func (r *tableRow) offering(row cells) (directory.Offering, []directory.FieldName, []string) {
	o := directory.Offering{Source: r.mapping.source(), Confidence: directory.High, Status: directory.Status(r.mapping.Status)}
	if o.Status == directory.Draft {
		o.Confidence = directory.Low
	}
	var fields []directory.FieldName
	var problems []string
	for _, name := range fieldOrder {
		f, ok := r.mapping.Fields[name]
		if !ok {
			continue
		}
		t := targets[name]
		if t.field != "" && !slices.Contains(fields, t.field) {
			fields = append(fields, t.field)
		}
		values, err := f.values(row, t.many)
		if err == nil && len(values) > 0 {
			err = t.set(r, &o, values)
		}
		if err != nil {
			column := f.Column
			if column == "" {
				column = "felt." + name
			}
			problems = append(problems, column+": "+err.Error())
		}
	}
	if o.Key != "" {
		o.Key = r.mapping.Prefix + "/" + region.Slug(o.Key)
	}
	return o, fields, problems
}

// fieldOrder keeps the order of messages the same.
var fieldOrder = func() []string {
	var names []string
	for name := range targets {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}()

// TableFields returns the names of the fields that a mapping may fill.
func TableFields() []string { return slices.Clone(fieldOrder) }

// values returns what the row has for the field, none for an empty cell.
func (f Field) values(row cells, many bool) ([]string, error) {
	if f.Fixed != "" {
		return []string{f.Fixed}, nil
	}
	cell := row.values[f.Column]
	if cell == "" {
		if f.Must {
			return nil, errors.New("is empty")
		}
		return nil, nil
	}
	parts := []string{cell}
	if many && f.Split != "" {
		parts = strings.Split(cell, f.Split)
	}
	var values []string
	for _, p := range parts {
		p = strings.TrimSpace(p)
		if p == "" {
			continue
		}
		if f.Values != nil {
			to, ok := f.Values[p]
			if !ok {
				return nil, fmt.Errorf("%q is not among verdier", p)
			}
			p = to
		}
		if p != "" { // a word may stand for nothing
			values = append(values, p)
		}
	}
	return values, nil
}
