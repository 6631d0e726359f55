package register

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/upstream"
	"github.com/nasjonal-oversikt/oversikt/internal/upstreamtest"
)

const testHSDSMapping = `
kilde: {navn: "Prøvefylket, tjenestekatalog", url: "https://katalog.example"}
prefiks: provefylket
typer: {FC-1: familievernkontor}
malgrupper: {Children: barn}
dekning: {"Store Prøve": "fylke:Nordland"}
`

// hsdsCopy is a small feed.
type hsdsCopy struct {
	services []map[string]any
	size     int  // of a page
	noFull   bool // refuses parameters beyond the standard's smallest set
	passes   bool // passes over them
}

func newHSDSCopy(t *testing.T) *hsdsCopy {
	t.Helper()
	c := &hsdsCopy{size: 2}
	if err := json.Unmarshal(fixture(t, "hsds/services.json"), &c.services); err != nil {
		t.Fatal(err)
	}
	return c
}

func (c *hsdsCopy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if id, single := strings.CutPrefix(r.URL.Path, "/hsds/services/"); single {
		for _, s := range c.services {
			if s["id"] == id {
				answerJSON(w, http.StatusOK, s)
				return
			}
		}
		w.WriteHeader(http.StatusNotFound)
		return
	}
	full := r.URL.Query().Get("full") == "true"
	if full && c.noFull {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	page, _ := strconv.Atoi(r.URL.Query().Get("page"))
	from, to := min((page-1)*c.size, len(c.services)), min(page*c.size, len(c.services))
	contents := []map[string]any{}
	for _, s := range c.services[from:to] {
		if !full || c.passes {
			s = map[string]any{"id": s["id"], "name": s["name"], "status": s["status"]}
		}
		contents = append(contents, s)
	}
	answerJSON(w, http.StatusOK, map[string]any{"total_items": len(c.services), "total_pages": (len(c.services) + c.size - 1) / c.size, "page_number": page, "size": len(contents),
		"first_page": page == 1, "last_page": to == len(c.services), "empty": len(contents) == 0, "contents": contents})
}

func newHSDSTest(t *testing.T) (HSDS, *hsdsCopy, *upstreamtest.Server, *upstream.Client) {
	t.Helper()
	m, err := ReadHSDSMapping(strings.NewReader(testHSDSMapping))
	if err != nil {
		t.Fatal(err)
	}
	c := newHSDSCopy(t)
	s := upstreamtest.Serve(t, c)
	return HSDS{Options{Store: newStore(t)}, m}, c, s, s.Client(t, func(o *upstream.Options) { o.Base, o.Tries = o.Base+"/hsds", 3 })
}

func TestHSDSFeed(t *testing.T) {
	h, c, s, client := newHSDSTest(t)
	report, err := h.Feed(t.Context(), client)
	wantCounts(t, "first", report, err, [4]int{2, 0, 0, 0})
	wantNote(t, report, "services without a type by the mapping: 1; their terms: POOL")
	o := byKey(t, h.Store, "provefylket/7d1c0f6e-0000-4000-8000-000000000001")
	if o.Status != directory.Draft || o.Type != "familievernkontor" || o.Phones[0] != (directory.Phone{Number: "+4722222222", Hours: "9–15"}) || o.Cost != (directory.Cost{Kind: directory.Free, Text: "Det er gratis."}) ||
		len(o.Locations) != 1 || o.Locations[0].Kommune != "0301" || o.Locations[0].PostalCode != "0155" || o.Organization.Name != "Prøvelaget" || o.TargetGroups[0] != "barn" || o.Coverage.Kommuner[0] != "0301" ||
		o.Source.Title != h.Mapping.Source.Name || !strings.HasSuffix(o.Source.URL, "/services/7d1c0f6e-0000-4000-8000-000000000001") {
		t.Errorf("got %+v", o)
	}
	if second := byKey(t, h.Store, "provefylket/7d1c0f6e-0000-4000-8000-000000000002"); second.Coverage.Fylker[0] != "18" {
		t.Errorf("got %+v", second)
	}
	before := wrote(t, h.Store)
	report, err = h.Feed(t.Context(), client)
	wantCounts(t, "again", report, err, [4]int{0, 0, 2, 0})
	c.noFull = true
	s.Asked()
	report, err = h.Feed(t.Context(), client)
	wantCounts(t, "from a host that gives them one by one", report, err, [4]int{0, 0, 2, 0})
	if asked := len(s.Asked()); asked != 2+2+3 {
		t.Errorf("asked %d times, want twice for two pages and once for three services", asked)
	}
	c.noFull, c.passes = false, true
	s.Asked()
	report, err = h.Feed(t.Context(), client)
	wantCounts(t, "from a host that does not know what full is", report, err, [4]int{0, 0, 2, 0})
	if asked := len(s.Asked()); asked != 2+3 {
		t.Errorf("asked %d times, want once for two pages and for three services", asked)
	}
	if after := wrote(t, h.Store); after != before {
		t.Errorf("later runs wrote %d revisions", after-before)
	}
}

// A service that is gone since the list was made keeps none of the others out.
func TestHSDSListIsOld(t *testing.T) {
	h, c, s, client := newHSDSTest(t)
	c.noFull = true
	s.Next(nil, nil, upstreamtest.Status(404, "")) // the list twice, then the first of it
	report, err := h.Feed(t.Context(), client)
	if err != nil || report.Created != 1 || len(report.Problems) != 1 || !strings.Contains(report.Problems[0], "gone") {
		t.Errorf("got %+v, %v; want the other one, and to be told", report, err)
	}
	s.Next(nil, nil, upstreamtest.Status(404, ""), upstreamtest.Status(410, ""))
	if _, err := h.Feed(t.Context(), client); !upstream.IsStatus(err, 410) {
		t.Errorf("got %v, want an error where all of a page are gone", err)
	}
}

// Some feeds have the number with whom to ask. A service's own goes before it.
func TestHSDSNumbersOfContacts(t *testing.T) {
	h, c, _, client := newHSDSTest(t)
	phones := func(numbers ...string) (list []any) {
		for _, n := range numbers {
			list = append(list, map[string]any{"number": n})
		}
		return list
	}
	c.services[0]["contacts"] = []any{map[string]any{"id": "1", "phones": phones("33 33 33 33")}}
	c.services[1]["contacts"] = []any{map[string]any{"id": "1", "phones": phones("44 44 44 44")}, map[string]any{"id": "2"}}
	c.services[1]["service_at_locations"] = []any{map[string]any{"id": "1", "phones": phones("44444444", "55 55 55 55"), "location": map[string]any{"id": "2", "phones": phones("66 66 66 66")}}}
	report, err := h.Feed(t.Context(), client)
	wantCounts(t, "first", report, err, [4]int{2, 0, 0, 0})
	for key, want := range map[string][]directory.PhoneNumber{"1": {"+4722222222"}, "2": {"+4744444444", "+4755555555"}} {
		var got []directory.PhoneNumber
		for _, p := range byKey(t, h.Store, "provefylket/7d1c0f6e-0000-4000-8000-00000000000"+key).Phones {
			got = append(got, p.Number)
		}
		if !slices.Equal(got, want) {
			t.Errorf("service %s has %q, want %q", key, got, want)
		}
	}
}

// What is ours and comes back by way of others is passed over.
func TestHSDSOwnComeBack(t *testing.T) {
	h, c, _, client := newHSDSTest(t)
	own := add(t, h.Store, directory.Offering{Key: "familievernkontor/eget", Name: "Vårt eget prøvekontor"})
	c.services = c.services[:1]
	c.services[0]["id"] = own.UUID.String()
	report, err := h.Feed(t.Context(), client)
	wantCounts(t, "our own", report, err, [4]int{0, 0, 1, 0})
	if after := byKey(t, h.Store, own.Key); after.Version != own.Version || len(all(t, h.Store)) != 1 {
		t.Errorf("it was changed or stands here twice")
	}
}

func TestHSDSMisbehaves(t *testing.T) {
	for name, c := range map[string]struct {
		fault upstreamtest.Fault
		is    func(error) bool
	}{
		"endless 503":      {upstreamtest.Status(503, "1"), func(err error) bool { return upstream.IsStatus(err, 503) }},
		"half":             {upstreamtest.Half, func(err error) bool { return errors.Is(err, upstream.ErrCut) }},
		"a page":           {upstreamtest.Maintenance, upstream.IsShape},
		"no contents":      {upstreamtest.Changed(`"contents"`, `"items"`), upstream.IsShape},
		"no pages":         {upstreamtest.Changed(`"total_pages"`, `"pages"`), upstream.IsShape},
		"another page":     {upstreamtest.Changed(`"page_number":1`, `"page_number":2`), upstream.IsShape},
		"a status":         {upstreamtest.Changed(`"active"`, `"open"`), upstream.IsShape},
		"phones as text":   {upstreamtest.Changed(`"phones":[`, `"phones":"22222222","was":[`), upstream.IsShape},
		"names in objects": {upstreamtest.Changed(`"name":"Prøvekontoret"`, `"name":{"nb":"Prøvekontoret"}`), upstream.IsShape},
		"pages as text":    {upstreamtest.Changed(`"total_pages":2`, `"total_pages":"2"`), upstream.IsShape},
	} {
		t.Run(name, func(t *testing.T) {
			h, _, s, client := newHSDSTest(t)
			s.Always(c.fault)
			if _, err := h.Feed(t.Context(), client); err == nil || !c.is(err) {
				t.Errorf("got %v", err)
			}
			if found := all(t, h.Store); len(found) != 0 {
				t.Errorf("%d offerings were written", len(found))
			}
		})
	}
}

// A host that gives the same page for ever is not followed, and one that breaks off is
// taken up where it did.
func TestHSDSPages(t *testing.T) {
	h, c, s, client := newHSDSTest(t)
	s.Next(nil, upstreamtest.Status(404, ""))
	if _, err := h.Feed(t.Context(), client); !upstream.IsStatus(err, 404) {
		t.Fatalf("got %v, want 404", err)
	}
	s.Asked()
	report, err := h.Feed(t.Context(), client)
	if err != nil || report.Resumed != "page 2" || !strings.Contains(s.Asked()[0], "page=2") {
		t.Errorf("got %+v, %v; want it to go on at page 2", report, err)
	}
	c.size = 3
	s.Always(func(w http.ResponseWriter, r *http.Request, _ *httptest.ResponseRecorder) {
		page := r.URL.Query().Get("page")
		answerJSON(w, http.StatusOK, map[string]any{"total_pages": 1000, "page_number": json.Number(page), "contents": c.services})
	})
	if _, err := h.Feed(t.Context(), client); !upstream.IsShape(err) {
		t.Errorf("got %v, want another shape", err)
	}
}

func TestHSDSFile(t *testing.T) {
	list := string(fixture(t, "hsds/services.json"))
	var services []json.RawMessage
	if err := json.Unmarshal([]byte(list), &services); err != nil {
		t.Fatal(err)
	}
	lines := ""
	for _, s := range services {
		var line strings.Builder
		enc := json.NewEncoder(&line)
		var v any
		if err := json.Unmarshal(s, &v); err != nil {
			t.Fatal(err)
		}
		if err := enc.Encode(v); err != nil {
			t.Fatal(err)
		}
		lines += line.String()
	}
	for name, text := range map[string]string{"list": list, "lines": lines, "page": `{"contents":` + list + `}`} {
		h, _, _, _ := newHSDSTest(t)
		report, err := h.File(t.Context(), "tjenester.json", strings.NewReader(text))
		wantCounts(t, name, report, err, [4]int{2, 0, 0, 0})
	}
	h, _, _, _ := newHSDSTest(t)
	if _, err := h.File(t.Context(), "tjenester.json", strings.NewReader(lines+strings.Repeat("\n", maxTable)+lines)); err == nil || len(all(t, h.Store)) != 0 {
		t.Errorf("a file that is too large: %v, %d offerings", err, len(all(t, h.Store)))
	}
	for name, text := range map[string]string{"half a list": list[:len(list)/2], "half a line": lines[:len(lines)-30], "nothing": "", "no service": `{"a":1}`, "not UTF-8": strings.ReplaceAll(lines, "ø", "\xf8")} {
		h, _, _, _ := newHSDSTest(t)
		if _, err := h.File(t.Context(), "tjenester.json", strings.NewReader(text)); !upstream.IsShape(err) && !errors.Is(err, upstream.ErrCut) {
			t.Errorf("%s: got %v", name, err)
		}
		if found := all(t, h.Store); len(found) != 0 {
			t.Errorf("%s: %d offerings were written", name, len(found))
		}
	}
}

// Services that cannot be taken in are told, each with why.
func TestHSDSProblems(t *testing.T) {
	for name, c := range map[string]struct{ was, is, want string }{
		"telephone": {"+47 22 22 22 22", "820 22 222", "premium rate number"},
		"no area":   {`"service_areas": [{"id": "2", "name": "Oslo", "extent": "0301 Oslo", "extent_type": "text", "kommunenummer": "0301"}],`, "", "nobody can tell whom it is for"},
		"an area":   {`"name": "Store Prøve"`, `"name": "Lille Prøve"`, `say in dekning what "Lille Prøve" is`},
		"e-mail":    {"post@prove.example", "post", "no e-mail address"},
	} {
		h, _, _, _ := newHSDSTest(t)
		report, err := h.File(t.Context(), "tjenester.json", strings.NewReader(strings.Replace(string(fixture(t, "hsds/services.json")), c.was, c.is, 1)))
		if err != nil {
			t.Fatal(err)
		}
		if len(report.Problems) != 1 || !strings.Contains(report.Problems[0], c.want) || report.Created != 1 {
			t.Errorf("%s: got %q and %d new, want %q and the other one", name, report.Problems, report.Created, c.want)
		}
	}
	const good = "kilde: {navn: a}\nprefiks: a\ntyper: {a: b}\n"
	if _, err := ReadHSDSMapping(strings.NewReader(good)); err != nil {
		t.Fatal(err)
	}
	padding := strings.Repeat("#\n", 1<<20)
	for _, wrong := range []string{good + padding + "ukjent: 1", strings.Replace(good, "navn: a", "navn: a, url: nei", 1), "kilde: {}", "ukjent: 1", "kilde: {navn: a}\nprefiks: a", "kilde: {navn: a}\nprefiks: Å\ntyper: {a: b}"} {
		if _, err := ReadHSDSMapping(strings.NewReader(wrong)); err == nil {
			t.Errorf("%.100q was taken as a mapping", wrong)
		}
	}
}

const officePage = `<!doctype html><html lang="nb"><head><title>Prøve</title></head><body><header><a href="tel:11111111">Ikke dette</a></header><main>
<div class="bd-family-services-office-page"><h1>Prøve familievernkontor</h1><p class="bl-size-3">Telefon: <a href="tel:%s">nummer</a></p>
<p>E-post: <a href="mailto:prove@example.org">prove@example.org</a></p></div></main></body></html>`

func TestBufdir(t *testing.T) {
	st := newStore(t)
	page := BufdirBase + bufdirOffice + "prove/"
	office := add(t, st, directory.Offering{Key: "familievernkontor/prove", Name: "Prøve familievernkontor", Websites: []string{page},
		Phones: []directory.Phone{{Number: "+4722222222"}}, Coverage: directory.Coverage{Kommuner: []region.Number{"0301"}}})
	add(t, st, directory.Offering{Key: "familievernkontor/annet", Name: "Et som ikke er hos Bufdir", Websites: []string{"https://prove.example"}})
	number := "33%203333%2033"
	s := upstreamtest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, officePage, number)
	}))
	client := s.Client(t, func(o *upstream.Options) { o.Tries = 2 })
	before := wrote(t, st)
	for name, fault := range map[string]upstreamtest.Fault{
		"another class": upstreamtest.Changed("bd-family-services-office-page", "office"),
		"two headings":  upstreamtest.Changed("</h1>", "</h1><h1>En til</h1>"),
		"no heading":    upstreamtest.Changed("h1>", "h2>"),
		"no telephone":  upstreamtest.Changed("tel:", "sms:"),
		"half":          upstreamtest.Half,
		"no end":        upstreamtest.Changed("</body></html>", ""),
		"JSON": func(w http.ResponseWriter, _ *http.Request, _ *httptest.ResponseRecorder) {
			answerJSON(w, 200, map[string]any{})
		},
		"bad number": upstreamtest.Changed("33%203333%2033", "nummeret"),
	} {
		s.Always(fault)
		if _, err := Bufdir(t.Context(), Options{Store: st}, client); !upstream.IsShape(err) {
			t.Errorf("%s: got %v, want another shape", name, err)
		}
	}
	if after := wrote(t, st); after != before {
		t.Errorf("%d revisions were written", after-before)
	}
	s.Always(nil)
	s.Asked()
	report, err := Bufdir(t.Context(), Options{Store: st}, client)
	wantCounts(t, "page", report, err, [4]int{0, 1, 0, 0})
	if asked := s.Asked(); len(asked) != 1 || asked[0] != bufdirOffice+"prove/" {
		t.Errorf("asked %q", asked)
	}
	got := byKey(t, st, office.Key)
	if got.Phones[0].Number != "+4733333333" || got.Emails[0] != "prove@example.org" || got.Source.Title != "Prøvefilen" {
		t.Errorf("got %+v", got)
	}
	report, err = Bufdir(t.Context(), Options{Store: st}, client)
	wantCounts(t, "again", report, err, [4]int{0, 0, 1, 0})

	// Two offices of one page: no guess which number is whose.
	add(t, st, directory.Offering{Key: "familievernkontor/prove-2", Name: "Prøve familievernkontor, avdeling", Websites: []string{page}, Phones: []directory.Phone{{Number: "+4744444444"}}})
	report, err = Bufdir(t.Context(), Options{Store: st}, client)
	wantCounts(t, "shared", report, err, [4]int{0, 0, 2, 0})
	wantNote(t, report, "avdeling: 444 44 444 is not on")
	s.Always(upstreamtest.Status(404, ""))
	report, err = Bufdir(t.Context(), Options{Store: st}, client)
	wantCounts(t, "gone", report, err, [4]int{0, 0, 0, 0})
	wantNote(t, report, "is not there any more")
}
