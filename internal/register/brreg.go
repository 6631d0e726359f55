package register

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
	"github.com/nasjonal-oversikt/oversikt/internal/upstream"
)

// Enhetsregisteret of Brønnøysundregistrene, open data under NLOD. Documentation:
// https://data.brreg.no/enhetsregisteret/api/dokumentasjon/no/index.html
const (
	BrregBase  = "https://data.brreg.no/enhetsregisteret/api"
	brregTitle = "Enhetsregisteret"
	brregKey   = "enhetsregisteret"
	// brregDepth is how many hits a search shows: (page+1) * size may not be more.
	brregDepth    = 10_000
	brregPageSize = 100
	// feedSize is how many updates are read at a time; a day has some thousands.
	feedSize = 5_000
	// brregGzip is what the file of all units is asked for as; JSON is not given there.
	brregGzip = "application/vnd.brreg.enhetsregisteret.%s.v2+gzip"
	// brregFile is how much the file of all units may hold unpacked: it was 197 MB packed in 2026.
	brregFile = 16 << 30
)

// unit is an enhet or a underenhet, as far as it is used here. What is deleted has a
// number, a name and a date; what was taken out for reasons of law answers 410.
type unit struct {
	Number  string   `json:"organisasjonsnummer"`
	Name    string   `json:"navn"`
	Form    *coded   `json:"organisasjonsform"`
	Website string   `json:"hjemmeside"`
	Email   string   `json:"epostadresse"`
	Phone   string   `json:"telefon"`
	Mobile  string   `json:"mobil"`
	Parent  string   `json:"overordnetEnhet"`
	Office  *address `json:"forretningsadresse"`
	Door    *address `json:"beliggenhetsadresse"`
	Code1   *coded   `json:"naeringskode1"`
	Code2   *coded   `json:"naeringskode2"`
	Code3   *coded   `json:"naeringskode3"`

	Deleted  string `json:"slettedato"`
	Ended    string `json:"nedleggelsesdato"`
	Bankrupt bool   `json:"konkurs"`
	Closing  bool   `json:"underAvvikling"`
	Forced   bool   `json:"underTvangsavviklingEllerTvangsopplosning"`
}

type coded struct {
	Code string `json:"kode"`
	Text string `json:"beskrivelse"`
}

type address struct {
	Lines       []string `json:"adresse"`
	PostalCode  string   `json:"postnummer"`
	PostalPlace string   `json:"poststed"`
	Kommune     string   `json:"kommunenummer"`
	Country     string   `json:"landkode"`
}

// paged is how lists tell of their pages.
type paged struct {
	Size   *int `json:"size"`
	Number *int `json:"number"`
	Total  *int `json:"totalElements"`
	Pages  *int `json:"totalPages"`
}

// check returns an error for a unit that lacks what each of them has.
func (u unit) check(where string) error {
	if n, err := directory.ParseOrgNumber(u.Number); err != nil || string(n) != u.Number {
		return upstream.Unexpected(where, "organisasjonsnummer", "an organisasjonsnummer", u.Number)
	}
	if u.Name == "" {
		return upstream.Missing(where, "navn", "a name")
	}
	for field, date := range map[string]string{"slettedato": u.Deleted, "nedleggelsesdato": u.Ended} {
		if _, err := time.Parse(time.DateOnly, date); date != "" && err != nil {
			return upstream.Unexpected(where, field, "a date", date)
		}
	}
	if u.gone() == "" && (u.Form == nil || u.Form.Code == "") {
		return upstream.Missing(where, "organisasjonsform.kode", "a code")
	}
	return nil
}

// gone returns the day on which the unit ended, empty for one that has not.
func (u unit) gone() string { return cmp.Or(u.Deleted, u.Ended) }

// place returns the address with a door that the unit has.
func (u unit) place() address {
	for _, a := range []*address{u.Door, u.Office} {
		if a != nil && (a.Country == "" || a.Country == "NO") {
			return *a
		}
	}
	return address{}
}

// forms are the organisasjonsformer that say what sort of body an organization is. The
// rest, ORGL among them, is of several sorts.
var forms = map[string]directory.OrganizationKind{
	"KOMM": directory.KindKommune, "FYLK": directory.KindFylkeskommune, "STAT": directory.KindState, "STI": directory.KindFoundation, "FLI": directory.KindAssociation,
}

// registered returns the unit as the store keeps it.
func (u unit) registered(id int64, url string) store.Registered {
	a := u.place()
	r := store.Registered{Organization: id, OrgNumber: directory.OrgNumber(u.Number), Name: u.Name, DeletedOn: u.gone(), Bankrupt: u.Bankrupt, Closing: u.Closing || u.Forced,
		Street: strings.Join(a.Lines, ", "), PostalCode: a.PostalCode, PostalPlace: a.PostalPlace, Kommune: a.Kommune, URL: url, ReadAt: time.Now().UTC().Truncate(time.Second)}
	if u.Form != nil {
		r.Form = u.Form.Code
	}
	if u.gone() != "" {
		return r // what it was is nothing to fill in
	}
	r.Kind = forms[r.Form]
	if w, err := directory.ParseWebsite(u.Website); err == nil && u.Website != "" {
		r.Website = w
	}
	return r
}

// Brreg imports from Enhetsregisteret.
type Brreg struct {
	Options
	Client *upstream.Client
	// Kommune narrows candidates; empty: all of the country.
	Kommune region.Number
}

// page returns one page of a search, and what it says of all of them.
func (b Brreg) page(ctx context.Context, list string, query url.Values, number int) ([]unit, paged, error) {
	var answer struct {
		Embedded map[string][]unit `json:"_embedded"`
		Page     *paged            `json:"page"`
	}
	query.Set("size", strconv.Itoa(brregPageSize))
	query.Set("page", strconv.Itoa(number))
	at, err := b.Client.GetJSON(ctx, upstream.Request{Path: "/" + list, Query: query}, &answer)
	if err != nil {
		return nil, paged{}, err
	}
	if err := checkPage(at.URL, answer.Page, number); err != nil {
		return nil, paged{}, err
	}
	units, ok := answer.Embedded[list]
	if !ok && *answer.Page.Total > number*brregPageSize {
		return nil, paged{}, upstream.Missing(at.URL, "_embedded."+list, "a list of units")
	}
	for i, u := range units {
		if err := u.check(fmt.Sprintf("%s (_embedded.%s[%d])", at.URL, list, i)); err != nil {
			return nil, paged{}, err
		}
	}
	return units, *answer.Page, nil
}

func checkPage(where string, p *paged, number int) error {
	switch {
	case p == nil:
		return upstream.Missing(where, "page", "an object")
	case p.Total == nil:
		return upstream.Missing(where, "page.totalElements", "a whole number")
	case p.Number == nil:
		return upstream.Missing(where, "page.number", "a whole number")
	case *p.Number != number:
		return upstream.Unexpected(where, "page.number", strconv.Itoa(number), strconv.Itoa(*p.Number))
	}
	return nil
}
