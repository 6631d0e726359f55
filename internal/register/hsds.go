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

// hsdsPage is a page of services.
type hsdsPage struct {
	Items    *int           `json:"total_items"`
	Pages    *int           `json:"total_pages"`
	Number   *int           `json:"page_number"`
	Contents *[]hsdsService `json:"contents"`
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
	called  *placeNames
	seen    map[string]bool
	unknown map[string]int // terms that no type was found by
}

func (h HSDS) start(ctx context.Context) (*hsdsRun, error) {
	im, err := newRun(ctx, h.Options, "hsds/"+h.Mapping.Prefix, h.Mapping.Source.Name)
	if err != nil {
		return &hsdsRun{run: &run{}}, err
	}
	called, err := newPlaceNames(ctx, h.Store)
	return &hsdsRun{im, h.Mapping, called, map[string]bool{}, map[string]int{}}, err
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
// there are. A host that does not give whole services in a list is asked for each: some
// refuse to, and some do not know the parameter and say nothing, as Open Referral UK has it.
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
	single = single || !slices.ContainsFunc(services, hsdsService.whole)
	gone := 0
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
		var one hsdsService
		answer, err := client.GetJSON(ctx, upstream.Request{Path: "/services/" + id}, &one)
		if upstream.IsStatus(err, 404, 410) {
			// Lists are kept longer than what is in them. That all are gone is another fault.
			if gone++; gone < len(services) {
				services[i].gone = true
				continue
			}
		}
		if err == nil {
			err = one.check(answer.URL)
		}
		if err != nil {
			return nil, 0, err
		}
		services[i] = one
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
	if err := upstream.CheckText(file, raw); err != nil {
		return nil, err
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
		if s.gone {
			im.problem("%s (%s): is in the list, and gone when asked for", where, s.Name)
			continue
		}
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
