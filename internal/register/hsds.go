package register

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
	"github.com/nasjonal-oversikt/oversikt/internal/upstream"
)

// hsdsPageSize is how many services are asked for at a time; a host may give fewer.
const hsdsPageSize = 50

// HSDSMapping says how a feed after Open Referral's HSDS, 3.0 or 3.1, is read: which of its
// terms are which of our codes. It is a file in YAML. Example:
//
//	kilde: {navn: "Prøvefylket, tjenestekatalog", url: "https://katalog.example.org"}
//	prefiks: provefylket
//	typer: {"Family counselling": familievernkontor}   # by the term's code, name, id or uri
//	malgrupper: {"children": barn}
//	dekning: {"Greater Prøve": "fylke:Innlandet"}      # by the area's name, extent or uri
type HSDSMapping struct {
	Source struct {
		Name string `yaml:"navn"`
		URL  string `yaml:"url"`
	} `yaml:"kilde"`
	Prefix       string            `yaml:"prefiks"`
	Types        map[string]string `yaml:"typer"`
	TargetGroups map[string]string `yaml:"malgrupper"`
	Topics       map[string]string `yaml:"tema"`
	Formats      map[string]string `yaml:"former"`
	Areas        map[string]string `yaml:"dekning"`
}

// ReadHSDSMapping reads and checks a mapping. The error names all that is wrong with it.
func ReadHSDSMapping(r io.Reader) (HSDSMapping, error) {
	var m HSDSMapping
	if err := readYAML(r, &m); err != nil {
		return m, err
	}
	wrong := checkOrigin(m.Source.Name, m.Source.URL, m.Prefix)
	if len(m.Types) == 0 {
		wrong = append(wrong, errors.New("typer: is empty; say which of the feed's terms is which of our types"))
	}
	return m, errors.Join(wrong...)
}

// hsdsService is a service with what belongs to it, as far as it is used here.
type hsdsService struct {
	ID           string `json:"id"`
	Name         string `json:"name"`
	Status       string `json:"status"`
	Description  string `json:"description"`
	URL          string `json:"url"`
	Email        string `json:"email"`
	Application  string `json:"application_process"`
	Fees         string `json:"fees_description"`
	Eligibility  string `json:"eligibility_description"`
	LastModified string `json:"last_modified"`
	Organization *struct {
		Name string `json:"name"`
	} `json:"organization"`
	Phones []struct {
		Number      string `json:"number"`
		Description string `json:"description"`
	} `json:"phones"`
	Areas []struct {
		Name    string `json:"name"`
		Extent  string `json:"extent"`
		URI     string `json:"uri"`
		Kommune string `json:"kommunenummer"`
		Fylke   string `json:"fylkesnummer"`
	} `json:"service_areas"`
	Locations []struct {
		Location *hsdsLocation `json:"location"`
	} `json:"service_at_locations"`
	Languages []struct {
		Code string `json:"code"`
	} `json:"languages"`
	Costs []struct {
		Amount *float64 `json:"amount"`
	} `json:"cost_options"`
	Attributes []struct {
		LinkType string   `json:"link_type"`
		Term     hsdsTerm `json:"taxonomy_term"`
	} `json:"attributes"`
}

type hsdsLocation struct {
	Name      string   `json:"name"`
	Latitude  *float64 `json:"latitude"`
	Longitude *float64 `json:"longitude"`
	Addresses []struct {
		Street     string `json:"address_1"`
		City       string `json:"city"`
		Region     string `json:"region"`
		PostalCode string `json:"postal_code"`
		Country    string `json:"country"`
		Type       string `json:"address_type"`
	} `json:"addresses"`
}

type hsdsTerm struct {
	ID   string `json:"id"`
	Code string `json:"code"`
	Name string `json:"name"`
	URI  string `json:"term_uri"`
}

// hsdsPage is a page of services.
type hsdsPage struct {
	Items    *int           `json:"total_items"`
	Pages    *int           `json:"total_pages"`
	Number   *int           `json:"page_number"`
	Contents *[]hsdsService `json:"contents"`
}

// check returns an error for a service that lacks what each of them has.
func (s hsdsService) check(where string) error {
	switch {
	case s.ID == "":
		return upstream.Missing(where, "id", "an id")
	case s.Name == "":
		return upstream.Missing(where, "name", "a name")
	case !slices.Contains([]string{"active", "inactive", "defunct", "temporarily closed"}, s.Status):
		return upstream.Unexpected(where, "status", "active, inactive, defunct or temporarily closed", s.Status)
	}
	return nil
}

// HSDS imports a feed.
type HSDS struct {
	Options
	Mapping HSDSMapping
}

// hsdsRun is an import of a feed under way.
type hsdsRun struct {
	*run
	mapping HSDSMapping
	names   *tableRow
	seen    map[string]bool
	unknown map[string]int // terms that no type was found by
}

func (h HSDS) start(ctx context.Context) (*hsdsRun, error) {
	im, err := newRun(ctx, h.Options, "hsds/"+h.Mapping.Prefix, h.Mapping.Source.Name)
	if err != nil {
		return &hsdsRun{run: &run{}}, err
	}
	names, err := newTableRow(ctx, h.Store, Mapping{})
	return &hsdsRun{im, h.Mapping, names, map[string]bool{}, map[string]int{}}, err
}

// Feed reads the feed that the client is for, page by page.
func (h HSDS) Feed(ctx context.Context, client *upstream.Client) (Report, error) {
	im, err := h.start(ctx)
	if err != nil {
		return im.report, err
	}
	state := struct{ Page int }{1}
	if resumed, err := im.resume(ctx, &state); err != nil {
		return im.report, err
	} else if resumed {
		im.report.Resumed = fmt.Sprintf("page %d", state.Page)
	}
	for {
		services, pages, err := hsdsServices(ctx, client, state.Page)
		if err != nil {
			return im.report, err
		}
		if err := im.take(ctx, services, struct{ Page int }{state.Page + 1}, client.Base()+"/services/"); err != nil {
			return im.report, err
		}
		im.progress("pages", state.Page, pages)
		if state.Page++; state.Page > pages {
			break
		}
	}
	im.noteUnknown()
	return im.report, im.end(ctx)
}

// hsdsServices returns a page of services with what belongs to them, and how many pages
// there are. A host that does not give whole services in a list is asked for each.
func hsdsServices(ctx context.Context, client *upstream.Client, number int) ([]hsdsService, int, error) {
	query := url.Values{"page": {strconv.Itoa(number)}, "per_page": {strconv.Itoa(hsdsPageSize)}, "full": {"true"}}
	var page hsdsPage
	at, err := client.GetJSON(ctx, upstream.Request{Path: "/services", Query: query}, &page)
	single := upstream.IsStatus(err, 400, 422)
	if single {
		query.Del("full")
		at, err = client.GetJSON(ctx, upstream.Request{Path: "/services", Query: query}, &page)
	}
	if err != nil {
		return nil, 0, err
	}
	switch {
	case page.Contents == nil:
		return nil, 0, upstream.Missing(at.URL, "contents", "a list of services")
	case page.Pages == nil:
		return nil, 0, upstream.Missing(at.URL, "total_pages", "a whole number")
	case page.Number == nil:
		return nil, 0, upstream.Missing(at.URL, "page_number", "a whole number")
	case *page.Number != number:
		return nil, 0, upstream.Unexpected(at.URL, "page_number", strconv.Itoa(number), strconv.Itoa(*page.Number))
	}
	services := *page.Contents
	for i := range services {
		where := fmt.Sprintf("%s (contents[%d])", at.URL, i)
		if err := services[i].check(where); err != nil {
			return nil, 0, err
		}
		if !single {
			continue
		}
		id := services[i].ID
		if strings.ContainsAny(id, "/?#") {
			return nil, 0, upstream.Unexpected(where, "id", "an id", id)
		}
		one, err := client.GetJSON(ctx, upstream.Request{Path: "/services/" + id}, &services[i])
		if err == nil {
			err = services[i].check(one.URL)
		}
		if err != nil {
			return nil, 0, err
		}
	}
	return services, *page.Pages, nil
}

// File reads services from a file: a list, a page of a list, or one a line. Nothing is
// written before the file was read to its end.
func (h HSDS) File(ctx context.Context, file string, r io.Reader) (Report, error) {
	im, err := h.start(ctx)
	if err != nil {
		return im.report, err
	}
	services, err := readServices(file, r)
	if err != nil {
		return im.report, err
	}
	err = im.take(ctx, services, nil, "")
	im.noteUnknown()
	return im.report, err
}

func readServices(file string, r io.Reader) ([]hsdsService, error) {
	raw, err := readFile(file, r)
	if err != nil {
		return nil, err
	}
	var services []hsdsService
	use := func(raw json.RawMessage) error {
		var s hsdsService
		where := fmt.Sprintf("%s (service %d)", file, len(services)+1)
		if err := json.Unmarshal(raw, &s); err != nil {
			return upstream.Shape(where, err)
		}
		services = append(services, s)
		return s.check(where)
	}
	raw = bytes.TrimPrefix(bytes.TrimSpace(raw), []byte("\ufeff"))
	if bytes.HasPrefix(raw, []byte("[")) {
		return services, upstream.EachJSON(file, bytes.NewReader(raw), use)
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	for {
		var value json.RawMessage
		if err := d.Decode(&value); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			if errors.Is(err, io.ErrUnexpectedEOF) {
				return nil, fmt.Errorf("%s: %w", file, upstream.ErrCut)
			}
			return nil, upstream.Shape(file, err)
		}
		var page struct {
			Contents []json.RawMessage `json:"contents"`
		}
		if json.Unmarshal(value, &page) == nil && page.Contents != nil {
			for _, one := range page.Contents {
				if err := use(one); err != nil {
					return nil, err
				}
			}
		} else if err := use(value); err != nil {
			return nil, err
		}
	}
	if len(services) == 0 {
		return nil, upstream.Missing(file, "contents", "services")
	}
	return services, nil
}

// take hands over services. Those that are ours, come back by way of others, are passed over.
func (im *hsdsRun) take(ctx context.Context, services []hsdsService, state any, base string) error {
	var ids []uuid.UUID
	for _, s := range services {
		if id, err := uuid.Parse(s.ID); err == nil {
			ids = append(ids, id)
		}
	}
	own, err := im.store.StandingByUUID(ctx, ids)
	if err != nil {
		return err
	}
	var said []placed
	fresh := 0
	for _, s := range services {
		if im.seen[s.ID] {
			continue
		}
		im.seen[s.ID] = true
		fresh++
		im.report.Read++
		if id, err := uuid.Parse(s.ID); err == nil && own[id] {
			im.report.Unchanged++
			continue
		}
		where := cmp.Or(base, "service ") + s.ID
		o, fields, err := im.offering(s, where)
		if err != nil {
			im.problem("%s (%s): %v", where, s.Name, err)
			continue
		}
		if o.Type == "" {
			im.report.Absent++
			continue
		}
		said = append(said, placed{store.Said{Offering: o, Fields: fields, Create: s.Status == "active" || s.Status == "temporarily closed"}, where})
		if s.Status == "inactive" || s.Status == "defunct" {
			im.note("%s (%s) is %s there", s.Name, where, s.Status)
		}
	}
	if len(services) > 0 && fresh == 0 {
		return upstream.Unexpected(cmp.Or(base, "the file"), "page", "other services than on the page before", services[0].ID)
	}
	return im.say(ctx, said, state)
}

// noteUnknown notes which terms found no type.
func (im *hsdsRun) noteUnknown() {
	var terms []string
	for term := range im.unknown {
		terms = append(terms, term)
	}
	slices.Sort(terms)
	if len(terms) > 0 {
		im.note("services without a type by the mapping: %d; their terms: %s", im.report.Absent, strings.Join(terms, ", "))
	}
}

// find returns what the mapping has for a term of a service, by any of its names. A name
// that terms of several sorts have is told apart by how it is linked: "type:ppt".
func (t hsdsTerm) find(linkType string, mapping map[string]string) string {
	for _, name := range []string{t.Code, t.URI, t.Name, t.ID} {
		if name == "" {
			continue
		}
		if to, ok := mapping[linkType+":"+name]; ok && linkType != "" {
			return to
		}
		if to, ok := mapping[name]; ok {
			return to
		}
	}
	return ""
}

// offering returns the service as an offering, and the fields that the feed speaks of. One
// without a type by the mapping has none.
func (im *hsdsRun) offering(s hsdsService, where string) (directory.Offering, []directory.FieldName, error) {
	m := im.mapping
	o := directory.Offering{
		Key: m.Prefix + "/" + region.Slug(s.ID), Name: strings.TrimSpace(s.Name), Description: strings.TrimSpace(s.Description), Audience: strings.TrimSpace(s.Eligibility),
		Cost: directory.Cost{Text: s.Fees}, Referral: directory.Referral{Text: s.Application},
		Source: directory.Source{Title: m.Source.Name, URL: m.Source.URL, Date: today()}, Status: directory.Draft, Confidence: directory.Low,
	}
	if strings.HasPrefix(where, "http") {
		o.Source.URL = where
	}
	if s.Organization != nil {
		o.Organization.Name = s.Organization.Name
	}
	if err := im.terms(&o, s); err != nil || o.Type == "" {
		return o, nil, err
	}
	for _, c := range s.Costs {
		if c.Amount != nil && *c.Amount == 0 && len(s.Costs) == 1 {
			o.Cost.Kind = directory.Free
		}
	}
	for _, l := range s.Languages {
		if l.Code != "" {
			o.Languages = append(o.Languages, l.Code)
		}
	}
	if err := errors.Join(im.contacts(&o, s), im.places(&o, s), im.areas(&o, s)); err != nil {
		return o, nil, err
	}
	return o, o.Said(), nil
}

func (im *hsdsRun) terms(o *directory.Offering, s hsdsService) error {
	var names []string
	for _, a := range s.Attributes {
		t := a.Term
		names = append(names, cmp.Or(t.Code, t.Name, t.URI, t.ID))
		if to := t.find(a.LinkType, im.mapping.Types); to != "" && o.Type != "" && to != o.Type {
			return fmt.Errorf("its terms are of two types, %s and %s", o.Type, to)
		} else if to != "" {
			o.Type = to
		}
		for _, kind := range []struct {
			mapping map[string]string
			at      *[]string
		}{{im.mapping.TargetGroups, &o.TargetGroups}, {im.mapping.Topics, &o.Topics}, {im.mapping.Formats, &o.Formats}} {
			if to := t.find(a.LinkType, kind.mapping); to != "" {
				*kind.at = append(*kind.at, to)
			}
		}
	}
	if o.Type == "" {
		for _, n := range names {
			im.unknown[n]++
		}
	}
	return nil
}

func (im *hsdsRun) contacts(o *directory.Offering, s hsdsService) error {
	var wrong []error
	for _, p := range s.Phones {
		n, err := directory.ParsePhone(p.Number)
		if err != nil {
			wrong = append(wrong, err)
			continue
		}
		o.Phones = append(o.Phones, directory.Phone{Number: n, Hours: p.Description})
	}
	if s.Email != "" {
		e, err := email(s.Email)
		wrong = append(wrong, err)
		o.Emails = []string{e}
	}
	if s.URL != "" {
		w, err := directory.ParseWebsite(s.URL)
		wrong = append(wrong, err)
		o.Websites = []string{w}
	}
	return errors.Join(wrong...)
}

func (im *hsdsRun) places(o *directory.Offering, s hsdsService) error {
	for _, at := range s.Locations {
		if at.Location == nil {
			continue
		}
		for _, a := range at.Location.Addresses {
			if a.Type == "postal" {
				continue
			}
			l := directory.Location{Name: at.Location.Name, Street: a.Street, PostalPlace: a.City}
			if a.PostalCode != "" {
				p, err := directory.ParsePostalCode(a.PostalCode)
				if err != nil {
					return err
				}
				l.PostalCode = p
			}
			if n, err := im.names.kommune(a.Region); err == nil {
				l.Kommune = n
			}
			if lat, lon := at.Location.Latitude, at.Location.Longitude; lat != nil && lon != nil {
				l.Position = &region.Position{Lat: *lat, Lon: *lon}
			}
			o.Locations = append(o.Locations, l)
		}
	}
	return nil
}

// areas reads for whom the service is: by kommunenummer, as our own profile of HSDS has it,
// by the mapping, or by the name of a kommune that only one has.
func (im *hsdsRun) areas(o *directory.Offering, s hsdsService) error {
	for _, a := range s.Areas {
		to := ""
		for _, name := range []string{a.URI, a.Extent, a.Name} {
			if to = im.mapping.Areas[name]; to != "" && name != "" {
				break
			}
		}
		switch {
		case to != "":
		case a.Kommune != "":
			to = a.Kommune
		case a.Fylke != "":
			to = "fylke:" + a.Fylke
		case a.Extent == "NO":
			to = "nasjonal"
		default:
			to = cmp.Or(a.Name, a.Extent)
		}
		if err := im.names.cover(&o.Coverage, to); err != nil {
			return fmt.Errorf("service_areas: %w; say in dekning what %q is", err, cmp.Or(a.Name, a.Extent, a.URI))
		}
	}
	if len(s.Areas) == 0 {
		return errors.New("service_areas: is empty, so nobody can tell whom it is for")
	}
	return nil
}
