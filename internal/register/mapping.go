package register

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
)

// Mapping says how a table of somebody else's is read: which of its columns are which of
// our fields, and which of its words are which of our codes. It is a file in YAML; JSON is
// YAML too. Example:
//
//	kilde: {navn: "Prøvebygd kommune, tjenesteliste", url: "https://provebygd.example/liste.csv", dato: 2026-11-01}
//	skille: ";"                     # between cells; a comma unless it says otherwise
//	koding: windows-1252            # UTF-8 unless it says otherwise
//	datoformat: dd.mm.åååå
//	tomt: ["-", "ikke oppgitt"]     # what stands for nothing
//	prefiks: provebygd              # keys are provebygd/<noekkel>
//	felt:
//	  noekkel:   {kolonne: Id}
//	  navn:      {kolonne: Tjeneste}
//	  type:      {kolonne: Kategori, verdier: {Helsestasjon: helsestasjon, "PP-tjenesten": ppt}}
//	  telefon:   {kolonne: Tlf, deles_paa: "/"}
//	  dekning:   {fast: "3401"}
type Mapping struct {
	Source struct {
		Name string `yaml:"navn"`
		URL  string `yaml:"url"`
		Date string `yaml:"dato"`
	} `yaml:"kilde"`
	Comma    string           `yaml:"skille"`
	Encoding string           `yaml:"koding"`
	Dates    string           `yaml:"datoformat"`
	Empty    []string         `yaml:"tomt"`
	Prefix   string           `yaml:"prefiks"`
	Status   string           `yaml:"status"`
	Fields   map[string]Field `yaml:"felt"`
}

// Field says where one of our fields is found.
type Field struct {
	Column string            `yaml:"kolonne"`
	Fixed  string            `yaml:"fast"`
	Values map[string]string `yaml:"verdier"` // their word: our code. A word that is not there is a problem.
	Split  string            `yaml:"deles_paa"`
	Must   bool              `yaml:"maa"` // an empty cell is a problem
}

// Encodings of a mapping.
const (
	encodingUTF8 = "utf-8"
	encodingANSI = "windows-1252"
)

// dateFormats are the ways of writing a date that a mapping may name.
var dateFormats = map[string]string{"åååå-mm-dd": "2006-01-02", "dd.mm.åååå": "02.01.2006", "d.m.åååå": "2.1.2006", "dd/mm/åååå": "02/01/2006", "dd.mm.åå": "02.01.06"}

// ReadMapping reads and checks a mapping. The error names all that is wrong with it.
func ReadMapping(r io.Reader) (Mapping, error) {
	var m Mapping
	if err := readYAML(r, &m); err != nil {
		return m, err
	}
	if m.Encoding == "" {
		m.Encoding = encodingUTF8
	}
	m.Encoding = strings.ToLower(m.Encoding)
	if m.Comma == "" {
		m.Comma = ","
	}
	if m.Comma == `\t` || m.Comma == "tab" {
		m.Comma = "\t"
	}
	if m.Dates == "" {
		m.Dates = "åååå-mm-dd"
	}
	if m.Status == "" {
		m.Status = string(directory.Draft)
	}
	return m, m.check()
}

// readYAML reads a mapping into a pointer. A field that mappings do not have is an error.
func readYAML(r io.Reader, into any) error {
	const most = 1 << 20
	raw, err := io.ReadAll(io.LimitReader(r, most+1))
	if err != nil {
		return err
	}
	if len(raw) > most {
		return fmt.Errorf("a mapping of more than %d bytes", most)
	}
	d := yaml.NewDecoder(bytes.NewReader(raw))
	d.KnownFields(true)
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("not a mapping: %w", err)
	}
	return nil
}

// checkOrigin returns what is wrong with what every mapping says of its source.
func checkOrigin(name, address, prefix string) (wrong []error) {
	if name == "" {
		wrong = append(wrong, errors.New("kilde.navn: is empty; say what the source is called, for readers"))
	}
	if _, err := directory.ParseWebsite(address); address != "" && (err != nil || !strings.Contains(address, "://")) {
		wrong = append(wrong, fmt.Errorf("kilde.url: %q is no address", address))
	}
	if prefix == "" || strings.Trim(prefix, "abcdefghijklmnopqrstuvwxyz0123456789_-") != "" {
		wrong = append(wrong, fmt.Errorf("prefiks: %q: want a word of a–z, 0–9, - and _, which the keys of this source begin with", prefix))
	}
	return wrong
}

func (m Mapping) check() error {
	wrong := checkOrigin(m.Source.Name, m.Source.URL, m.Prefix)
	add := func(format string, args ...any) { wrong = append(wrong, fmt.Errorf(format, args...)) }
	if _, err := directory.ParsePartialDate(m.Source.Date); err != nil {
		add("kilde.dato: %v", err)
	}
	if m.Encoding != encodingUTF8 && m.Encoding != encodingANSI {
		add("koding: %q is not known; want %s or %s", m.Encoding, encodingUTF8, encodingANSI)
	}
	if len([]rune(m.Comma)) != 1 || strings.ContainsAny(m.Comma, "\"\r\n") {
		add("skille: %q: want one sign, like \";\"", m.Comma)
	}
	if _, ok := dateFormats[m.Dates]; !ok {
		add("datoformat: %q is not known; want one of %v", m.Dates, slices.Sorted(maps.Keys(dateFormats)))
	}
	if m.Status != string(directory.Draft) && m.Status != string(directory.Published) {
		add("status: %q: want %s or %s", m.Status, directory.Draft, directory.Published)
	}
	for _, name := range slices.Sorted(maps.Keys(m.Fields)) {
		f := m.Fields[name]
		target, known := targets[name]
		switch {
		case !known:
			add("felt.%s: no such field; there are %s", name, strings.Join(slices.Sorted(maps.Keys(targets)), ", "))
			continue
		case f.Column == "" && f.Fixed == "":
			add("felt.%s: want kolonne or fast", name)
		case f.Column != "" && f.Fixed != "":
			add("felt.%s: has both kolonne and fast", name)
		case f.Split != "" && !target.many:
			add("felt.%s: deles_paa is for fields that take several", name)
		}
		for _, to := range f.Values {
			if target.check == nil {
				break
			}
			if err := target.check(to); err != nil {
				add("felt.%s.verdier: %v", name, err)
			}
		}
	}
	for _, name := range []string{"noekkel", "navn", "type", "dekning"} {
		if _, ok := m.Fields[name]; !ok {
			add("felt.%s: is missing", name)
		}
	}
	return errors.Join(wrong...)
}

// source returns the source of what the table says.
func (m Mapping) source() directory.Source {
	date := directory.PartialDate(m.Source.Date)
	if date == "" {
		date = today()
	}
	return directory.Source{Title: m.Source.Name, URL: m.Source.URL, Date: date}
}
