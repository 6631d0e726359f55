package register

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
	"github.com/nasjonal-oversikt/oversikt/internal/upstream"
	"github.com/nasjonal-oversikt/oversikt/internal/upstreamtest"
)

// brregCopy is a small copy of the register.
type brregCopy struct {
	units   map[string][]map[string]any
	updates map[string][]map[string]any
	removed string
}

func newBrregCopy(t *testing.T) *brregCopy {
	t.Helper()
	c := &brregCopy{units: map[string][]map[string]any{}, updates: map[string][]map[string]any{}, removed: "100000059"}
	for _, list := range lists {
		var units []map[string]any
		if err := json.Unmarshal(fixture(t, "brreg/"+list+".json"), &units); err != nil {
			t.Fatal(err)
		}
		c.units[list] = units
	}
	return c
}

func (c *brregCopy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	switch {
	case parts[0] == "oppdateringer":
		c.feed(w, r, parts[1])
	case len(parts) == 2 && parts[1] == "lastned":
		c.file(w, r, parts[0])
	case len(parts) == 2:
		c.one(w, parts[0], parts[1])
	default:
		c.search(w, r, parts[0])
	}
}

func (c *brregCopy) one(w http.ResponseWriter, list, number string) {
	if number == c.removed {
		answerJSON(w, http.StatusGone, map[string]any{"organisasjonsnummer": number, "slettedato": "2026-01-01"})
		return
	}
	for _, u := range c.units[list] {
		if u["organisasjonsnummer"] == number {
			answerJSON(w, http.StatusOK, u)
			return
		}
	}
	w.WriteHeader(http.StatusNotFound)
}

func kommuneOf(u map[string]any) string {
	for _, key := range []string{"forretningsadresse", "beliggenhetsadresse"} {
		if a, ok := u[key].(map[string]any); ok {
			return a["kommunenummer"].(string)
		}
	}
	return ""
}

func (c *brregCopy) search(w http.ResponseWriter, r *http.Request, list string) {
	q := r.URL.Query()
	var found []map[string]any
	for _, u := range c.units[list] {
		name := strings.ToLower(u["navn"].(string))
		words := strings.Fields(strings.ToLower(q.Get("navn")))
		hit := len(words) == 0 || slices.ContainsFunc(words, func(w string) bool { return strings.Contains(name, w) }) // as the register: any of the words
		if codes := q.Get("naeringskode"); codes != "" {
			code, _ := u["naeringskode1"].(map[string]any)
			hit = hit && code != nil && slices.Contains(strings.Split(codes, ","), code["kode"].(string))
		}
		if k := q.Get("kommunenummer"); k != "" && kommuneOf(u) != k {
			hit = false
		}
		if hit {
			found = append(found, u)
		}
	}
	size, _ := strconv.Atoi(q.Get("size"))
	page, _ := strconv.Atoi(q.Get("page"))
	from, to := min(page*size, len(found)), min((page+1)*size, len(found))
	answer := map[string]any{"_links": map[string]any{"self": map[string]any{"href": "https://data.brreg.no" + r.RequestURI}},
		"page": map[string]any{"size": size, "totalElements": len(found), "totalPages": (len(found) + size - 1) / size, "number": page}}
	if to > from { // nothing found is no list at all
		answer["_embedded"] = map[string]any{list: found[from:to]}
	}
	answerJSON(w, http.StatusOK, answer)
}

func (c *brregCopy) feed(w http.ResponseWriter, r *http.Request, list string) {
	from, _ := strconv.Atoi(r.URL.Query().Get("oppdateringsid"))
	var found []map[string]any
	for _, u := range c.updates[list] {
		if u["oppdateringsid"].(int) >= from {
			found = append(found, u)
		}
	}
	answer := map[string]any{"page": map[string]any{"size": feedSize, "totalElements": len(found), "totalPages": 1, "number": 0}}
	if len(found) > 0 {
		answer["_embedded"] = map[string]any{"oppdaterte" + strings.ToUpper(list[:1]) + list[1:]: found}
	}
	answerJSON(w, http.StatusOK, answer)
}

func (c *brregCopy) file(w http.ResponseWriter, r *http.Request, list string) {
	if !strings.Contains(r.Header.Get("Accept"), "+gzip") {
		answerJSON(w, http.StatusBadRequest, map[string]any{"feilmelding": "Accept"})
		return
	}
	w.Header().Set("Content-Type", "application/vnd.brreg.enhetsregisteret.enhet.v2+gzip;charset=UTF-8")
	g := gzip.NewWriter(w)
	_ = json.NewEncoder(g).Encode(c.units[list])
	_ = g.Close()
}

func (c *brregCopy) change(id int, number, kind string) {
	c.updates["enheter"] = append(c.updates["enheter"], map[string]any{"oppdateringsid": id, "dato": "2026-11-27T04:05:11.193Z", "organisasjonsnummer": number, "endringstype": kind})
}

// organization puts an organization into the store, by way of an offering with a door there.
func organization(t *testing.T, st *store.Store, name, number string, kommune region.Number) directory.Organization {
	t.Helper()
	key := "annet/" + region.Slug(name)
	o := add(t, st, directory.Offering{Key: key, Type: "annet", Name: "Tilbudet til " + name, Coverage: directory.Coverage{Kommuner: []region.Number{kommune}},
		Organization: directory.Organization{Name: name, OrgNumber: directory.OrgNumber(number)}, Locations: []directory.Location{{Kommune: kommune}}})
	return o.Organization
}

type brregTest struct {
	store *store.Store
	copy  *brregCopy
	at    *upstreamtest.Server
	brreg Brreg
}

func newBrregTest(t *testing.T) *brregTest {
	t.Helper()
	b := &brregTest{store: newStore(t), copy: newBrregCopy(t)}
	b.at = upstreamtest.Serve(t, b.copy)
	b.brreg = Brreg{Options: Options{Store: b.store}, Client: b.at.Client(t, func(o *upstream.Options) { o.Tries = 3 })}
	return b
}

func TestBrregOrganizations(t *testing.T) {
	b := newBrregTest(t)
	byName := organization(t, b.store, "Prøvelaget for pårørende", "", "0301")
	closing := organization(t, b.store, "Prøvestiftelsen", "100000016", "1804")
	organization(t, b.store, "Prøvetvillingen", "", "0301")
	organization(t, b.store, "Prøvelaget for", "", "0301") // the register finds it, and it is another
	gone := organization(t, b.store, "Prøvekontoret", "100000040", "0301")
	removed := organization(t, b.store, "Prøven som er fjernet", "100000059", "0301")
	unit := organization(t, b.store, "Prøve familievernkontor", "111111006", "0301") // a sub-unit

	dry := b.brreg
	dry.Dry = true
	before := wrote(t, b.store)
	report, err := dry.Organizations(t.Context())
	wantCounts(t, "dry run", report, err, [4]int{0, 3, 2, 0})
	if after := wrote(t, b.store); after != before {
		t.Errorf("a dry run wrote %d revisions", after-before)
	}

	report, err = b.brreg.Organizations(t.Context())
	wantCounts(t, "first run", report, err, [4]int{0, 3, 2, 0})
	wantNote(t, report, "Prøvetvillingen: 2 units of that name, a person has to say which: 100000024, 100000032")
	wantNote(t, report, "Prøvelaget for: no unit of exactly that name")
	wantNote(t, report, "Prøvekontoret is not as it was in the register (deleted: 2026-04-07")
	found, err := b.store.OrganizationsAfter(t.Context(), byName.ID-1, 1)
	if err != nil || found[0].OrgNumber != "100000008" || found[0].Kind != directory.KindAssociation || found[0].Website != "https://www.provelaget.example" {
		t.Errorf("by name: got %+v, %v", found, err)
	}
	for id, want := range map[int64]store.Registered{
		closing.ID: {Name: "PRØVESTIFTELSEN", Closing: true, Kommune: "1804"}, gone.ID: {Name: "PRØVEKONTORET SOM ER BORTE", DeletedOn: "2026-04-07"},
		removed.ID: {Removed: true}, unit.ID: {Name: "PRØVE FAMILIEVERNKONTOR", Kommune: "0301"},
	} {
		r, err := b.store.RegisteredOf(t.Context(), id)
		if err != nil || r.Name != want.Name || r.Closing != want.Closing || r.DeletedOn != want.DeletedOn || r.Removed != want.Removed || r.Kommune != want.Kommune {
			t.Errorf("organization %d: got %+v, %v; want %+v", id, r, err, want)
		}
	}
	if got := tasks(t, b.store); len(got) != 3 {
		t.Errorf("tasks %v, want one each for what is closing, deleted and removed", got)
	}

	// From now on the feed is read, and only what stands here is looked up.
	b.at.Asked()
	b.copy.change(4, "100000083", "Ny")
	b.copy.change(7, "100000016", "Endring")
	b.copy.units["enheter"][1]["navn"] = "PRØVESTIFTELSEN MED NYTT NAVN"
	report, err = b.brreg.Organizations(t.Context())
	wantCounts(t, "feed", report, err, [4]int{0, 0, 1, 0})
	wantNote(t, report, "has another name in the register: PRØVESTIFTELSEN MED NYTT NAVN")
	asked := b.at.Asked()
	if len(asked) != 3 || !strings.HasPrefix(asked[0], "/oppdateringer/enheter?dato=") || asked[1] != "/enheter/100000016" || !strings.HasPrefix(asked[2], "/oppdateringer/underenheter?dato=") {
		t.Errorf("asked %q", asked)
	}
	before = wrote(t, b.store)
	report, err = b.brreg.Organizations(t.Context())
	wantCounts(t, "feed without news", report, err, [4]int{0, 0, 0, 0})
	if asked = b.at.Asked(); len(asked) != 2 || asked[0] != "/oppdateringer/enheter?oppdateringsid=8&size=5000" {
		t.Errorf("asked %q, want the feed from where it was read to", asked)
	}
	if after := wrote(t, b.store); after != before {
		t.Errorf("a run without news wrote %d revisions", after-before)
	}

	// One that came here since is looked up, though nothing has changed in the register.
	organization(t, b.store, "Prøvelaget som kom til", "100000024", "0301")
	report, err = b.brreg.Organizations(t.Context())
	wantCounts(t, "one more here", report, err, [4]int{0, 1, 0, 0})
	if asked = b.at.Asked(); len(asked) != 3 || asked[0] != "/enheter/100000024" {
		t.Errorf("asked %q, want the new one and the feeds", asked)
	}
}

// The program itself does what a run by hand does, and the two go on where the other was: what a
// person has written stays, and what they should look at is a task and in the log.
func TestBrregFollow(t *testing.T) {
	b := newBrregTest(t)
	closing := organization(t, b.store, "Prøvestiftelsen", "100000016", "1804")
	var lines strings.Builder
	log := slog.New(slog.NewTextHandler(&lines, nil))
	follow := func(what, want string) {
		t.Helper()
		lines.Reset()
		if err := b.brreg.Follow(t.Context(), log); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if !strings.Contains(lines.String(), want) || want == "" && lines.Len() > 0 {
			t.Errorf("%s: logged %q, want %q", what, lines.String(), want)
		}
	}
	follow("first", "Prøvestiftelsen is not as it was in the register")
	if got := tasks(t, b.store); len(got) != 1 {
		t.Errorf("tasks %v, want one", got)
	}
	before := wrote(t, b.store)
	follow("without news", "")
	if after := wrote(t, b.store); after != before {
		t.Errorf("a day without news wrote %d revisions", after-before)
	}
	b.copy.change(4, "100000016", "Endring")
	b.copy.units["enheter"][1]["navn"] = "PRØVESTIFTELSEN MED NYTT NAVN"
	follow("news", "has another name in the register: PRØVESTIFTELSEN MED NYTT NAVN")
	if now, err := b.store.OrganizationsAfter(t.Context(), closing.ID-1, 1); err != nil || now[0].Name != "Prøvestiftelsen" {
		t.Errorf("it is called %+v, %v; names are for people to change", now, err)
	}
	b.at.Asked()
	if _, err := b.brreg.Organizations(t.Context()); err != nil {
		t.Fatal(err)
	}
	if asked := b.at.Asked(); len(asked) != 2 || !strings.Contains(asked[0], "oppdateringsid=5") {
		t.Errorf("by hand after it: asked %q, want what comes after", asked)
	}

	b.at.Always(upstreamtest.Maintenance)
	lines.Reset()
	if err := b.brreg.Follow(t.Context(), log); err == nil || !strings.Contains(lines.String(), "finished=false") {
		t.Errorf("a register that is away: %v, logged %q", err, lines.String())
	}
}

// A run that is cut off is taken up where it was.
func TestBrregGoesOn(t *testing.T) {
	b := newBrregTest(t)
	for i := range 30 {
		organization(t, b.store, "Prøve "+strconv.Itoa(i), "100000008", "0301")
	}
	n := 0
	for range 25 {
		b.at.Next(nil)
	}
	b.at.Always(upstreamtest.Status(503, ""))
	_, err := b.brreg.Organizations(t.Context())
	if !upstream.IsStatus(err, 503) {
		t.Fatalf("got %v, want 503", err)
	}
	b.at.Asked()
	b.at.Always(nil)
	report, err := b.brreg.Organizations(t.Context())
	if err != nil || report.Resumed == "" {
		t.Fatalf("got %+v, %v; want it resumed", report, err)
	}
	for _, a := range b.at.Asked() {
		if strings.HasPrefix(a, "/enheter/") {
			n++
		}
	}
	if n != 10 {
		t.Errorf("%d organizations were looked up the second time, want the 10 that were left", n)
	}
	b.at.Asked()
	b.brreg.Again = true
	if report, err := b.brreg.Organizations(t.Context()); err != nil || report.Resumed != "" || report.Read != 30 {
		t.Errorf("from the beginning: %+v, %v; want all 30 looked up", report, err)
	}
}

// Whatever is wrong with the register, nothing is written.
func TestBrregMisbehaves(t *testing.T) {
	b := newBrregTest(t)
	organization(t, b.store, "Prøvelaget for pårørende", "100000008", "0301")
	before := wrote(t, b.store)
	for name, c := range map[string]struct {
		fault upstreamtest.Fault
		is    func(error) bool
	}{
		"endless 429":       {upstreamtest.Status(429, "2"), func(err error) bool { return upstream.IsStatus(err, 429) }},
		"endless 500":       {upstreamtest.Status(500, ""), func(err error) bool { return upstream.IsStatus(err, 500) }},
		"cut":               {upstreamtest.Cut, func(err error) bool { return errors.Is(err, upstream.ErrCut) }},
		"half":              {upstreamtest.Half, func(err error) bool { return errors.Is(err, upstream.ErrCut) }},
		"a page for people": {upstreamtest.Maintenance, upstream.IsShape},
		"number as number":  {upstreamtest.Changed(`"100000008"`, `100000008`), upstream.IsShape},
		"another number":    {upstreamtest.Changed(`100000008`, `100000016`), upstream.IsShape},
		"no name":           {upstreamtest.Changed(`"navn"`, `"name"`), upstream.IsShape},
		"form as text":      {upstreamtest.Changed(`{"_links":{"self":{"href":"https://data.brreg.no/enhetsregisteret/api/organisasjonsformer/FLI"}},"beskrivelse":"Forening/lag/innretning","kode":"FLI"}`, `"FLI"`), upstream.IsShape},
		"elsewhere":         {upstreamtest.Redirect("http://192.0.2.1/enheter"), func(err error) bool { return errors.Is(err, upstream.ErrElsewhere) }},
	} {
		t.Run(name, func(t *testing.T) {
			b.at.Always(c.fault)
			_, err := b.brreg.Organizations(t.Context())
			if err == nil || !c.is(err) {
				t.Errorf("got %v", err)
			}
			if after := wrote(t, b.store); after != before {
				t.Errorf("%d revisions were written", after-before)
			}
		})
	}
	// And after a bad day it works.
	b.at.Always(nil)
	b.at.Next(upstreamtest.Status(429, "1"), upstreamtest.Status(500, ""))
	report, err := b.brreg.Organizations(t.Context())
	wantCounts(t, "in the end", report, err, [4]int{0, 1, 0, 0})
}

// A feed that goes back, or says the same again, is not followed round and round.
func TestBrregFeedMisbehaves(t *testing.T) {
	for name, c := range map[string]struct {
		ids   []int
		fault upstreamtest.Fault
	}{
		"round":         {[]int{5, 5}, nil},
		"backwards":     {[]int{9, 3}, nil},
		"no id":         {[]int{5}, upstreamtest.Changed("oppdateringsid", "id")},
		"no page":       {[]int{5}, upstreamtest.Changed(`"page"`, `"side"`)},
		"another list":  {[]int{5}, upstreamtest.Changed("oppdaterteEnheter", "endrede")},
		"another page":  {[]int{5}, upstreamtest.Changed(`"number":0`, `"number":1`)},
		"bad number":    {[]int{5}, upstreamtest.Changed("100000008", "100000009")},
		"total is text": {[]int{5}, upstreamtest.Changed(`"totalElements":1`, `"totalElements":"1"`)},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBrregTest(t)
			if _, err := b.brreg.Organizations(t.Context()); err != nil { // there is none yet
				t.Fatal(err)
			}
			for _, id := range c.ids {
				b.copy.change(id, "100000008", "Endring")
			}
			b.at.Always(c.fault)
			if _, err := b.brreg.Organizations(t.Context()); !upstream.IsShape(err) {
				t.Errorf("got %v, want another shape", err)
			}
		})
	}
}

func TestBrregCandidates(t *testing.T) {
	b := newBrregTest(t)
	add(t, b.store, directory.Offering{Key: "familievernkontor/her", Name: "Prøvekontoret som står her", Locations: []directory.Location{{Kommune: "0301"}}})
	b.brreg.Kommune = "0301"
	report, err := b.brreg.Candidates(t.Context(), "familievernkontor", nil)
	wantCounts(t, "candidates", report, err, [4]int{1, 0, 1, 0})
	o := byKey(t, b.store, "enhetsregisteret/111111006")
	if o.Status != directory.Draft || o.Confidence != directory.Low || o.Public() || o.Phones[0].Number != "+4722222222" || o.Locations[0].Street != "Prøveveien 5, 2. etasje" ||
		o.Source.Title != "Enhetsregisteret" || !strings.HasSuffix(o.Source.URL, "/underenheter/111111006") {
		t.Errorf("got %+v", o)
	}
	sources, err := b.store.FieldSources(t.Context(), operator, o.ID)
	if err != nil || len(sources) == 0 || sources[0].Source.Title != "Enhetsregisteret" || !sources[0].ByImport() {
		t.Errorf("sources %+v, %v", sources, err)
	}
	report, err = b.brreg.Candidates(t.Context(), "familievernkontor", nil)
	wantCounts(t, "again", report, err, [4]int{0, 0, 2, 0})

	b.brreg.Kommune = ""
	report, err = b.brreg.Candidates(t.Context(), "helsestasjon", nil)
	wantCounts(t, "none", report, err, [4]int{0, 0, 0, 0})
	wantNote(t, report, "no sub-unit has the codes 86.903, 86.942")
	if _, err := b.brreg.Candidates(t.Context(), "annet", nil); err == nil || !strings.Contains(err.Error(), "--naeringskode") {
		t.Errorf("a type without codes: %v", err)
	}

	// To begin the candidates anew makes nothing else begin anew.
	if _, err := b.brreg.Organizations(t.Context()); err != nil {
		t.Fatal(err)
	}
	again := b.brreg
	again.Again = true
	if _, err := again.Candidates(t.Context(), "familievernkontor", nil); err != nil {
		t.Fatal(err)
	}
	var state brregState
	if ok, err := b.store.ImportProgress(t.Context(), brregKey, &state); !ok || err != nil || !state.Whole {
		t.Errorf("organizations have come to %+v, %t, %v; want all of them", state, ok, err)
	}

	// A code that now means something else, pages that come again, more than can be shown.
	for name, fault := range map[string]upstreamtest.Fault{
		"another meaning": upstreamtest.Changed("Familieverntjenester", "Seilskuteføring"),
		"same page again": upstreamtest.Changed(`"totalElements":3`, `"totalElements":300`),
		"another page":    upstreamtest.Changed(`"number":0`, `"number":4`),
	} {
		b := newBrregTest(t)
		b.at.Always(fault)
		if _, err := b.brreg.Candidates(t.Context(), "familievernkontor", nil); !upstream.IsShape(err) || strings.Contains(err.Error(), `got ""`) {
			t.Errorf("%s: got %v, want another shape, and what it is", name, err)
		}
	}
	b = newBrregTest(t)
	b.at.Always(upstreamtest.Changed(`"totalElements":3`, `"totalElements":30000`))
	if _, err := b.brreg.Candidates(t.Context(), "familievernkontor", []string{"88.992"}); err == nil || !strings.Contains(err.Error(), "--kommune") {
		t.Errorf("more than can be shown: %v", err)
	}
}
