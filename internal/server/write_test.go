package server

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/dbtest"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// What was read and sent back unchanged changes nothing, whatever the index leaves out.
func TestReadAndSentBackChangesNothing(t *testing.T) {
	s := newWriteSite(t)
	o := s.offering("Testtilbud", "1804")
	_, secret := s.token(bodo, store.ScopeWrite)
	read := s.call(http.MethodGet, pathOf(o.ID), "", "", "")
	read.want(t, http.StatusOK)
	put := s.call(http.MethodPut, pathOf(o.ID), secret, read.Header.Get("ETag"), read.body)
	put.want(t, http.StatusOK)
	if diff := cmp.Diff(read.fields(t), put.fields(t)); diff != "" {
		t.Errorf("the answer (-read +written):\n%s", diff)
	}
	again, err := s.store.OfferingByID(t.Context(), o.ID)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(o, again); diff != "" {
		t.Errorf("the offering (-before +after):\n%s", diff)
	}
	if history, err := s.store.Revisions(t.Context(), store.KindOffering, fmt.Sprint(o.ID)); err != nil || len(history) != 1 {
		t.Errorf("%d revisions, %v, want the first alone", len(history), err)
	}
	// The answer to a write can be sent back too.
	s.call(http.MethodPut, pathOf(o.ID), secret, put.Header.Get("ETag"), put.body).want(t, http.StatusOK)
}

func TestWriteAndRead(t *testing.T) {
	s := newWriteSite(t)
	token, secret := s.token(bodo, store.Scopes()...)
	created := s.call(http.MethodPost, "/tilbud", secret, "", `{"navn":"Nytt testtilbud","type":{"kode":"annet"},"dekning":{"kommuner":[{"kommunenummer":"1804"}]},
		"telefon":[{"nummer":"22 22 22 22"}],"begrunnelse":"Nytt i år."}`)
	created.want(t, http.StatusCreated)
	f := created.fields(t)
	id := int64(f["id"].(float64))
	if got, want := created.Header.Get("Location"), "http://oversikt.test/api/v1"+pathOf(id); got != want {
		t.Errorf("Location %q, want %q", got, want)
	}
	if created.Header.Get("ETag") != `W/"1"` || f["status"] != "publisert" || f["versjon"] != 1.0 {
		t.Errorf("ETag %s, body %s", created.Header.Get("ETag"), created.body)
	}
	if k := f["kilde"].(map[string]any); k["navn"] != "Bodø kommune" || k["dato"] != time.Now().Format(time.DateOnly) {
		t.Errorf("source %v, want the kommune, today", k)
	}
	stored, err := s.store.OfferingByID(t.Context(), id)
	if err != nil || auth.OwnerOf(stored) != bodo || stored.Phones[0].Number != "+4722222222" {
		t.Fatalf("stored %+v, %v", stored, err)
	}
	if o := stored.Organization; o.Name != "Bodø kommune" || o.Kommune != "1804" || o.Kind != directory.KindKommune {
		t.Errorf("organization %+v, want the kommune", o)
	}
	history, err := s.store.Revisions(t.Context(), store.KindOffering, fmt.Sprint(id))
	if err != nil || len(history) != 1 || history[0].Actor != fmt.Sprintf("token: %d", token.ID) || history[0].Why != "Nytt i år." {
		t.Errorf("history %+v, %v", history, err)
	}
	s.eventually("readers see it", func() bool {
		_, body := do(t, s.app, http.MethodGet, "/api/v1/tilbud?kommune=1804&q=testtilbud")
		return strings.Contains(body, "Nytt testtilbud")
	})

	f["navn"], f["telefon"], f["ingress"] = "Nyere testtilbud", []any{}, "Endret."
	changed := s.call(http.MethodPut, pathOf(id), secret, created.Header.Get("ETag"), encode(t, f))
	changed.want(t, http.StatusOK)
	if changed.Header.Get("ETag") != `W/"2"` || changed.fields(t)["navn"] != "Nyere testtilbud" {
		t.Errorf("ETag %s, body %s", changed.Header.Get("ETag"), changed.body)
	}
	confirmed := s.call(http.MethodPost, pathOf(id)+"/bekreft", secret, changed.Header.Get("ETag"), "")
	confirmed.want(t, http.StatusOK)
	if at, _ := confirmed.fields(t)["sist_bekreftet"].(string); at == "" {
		t.Errorf("confirmed: %s", confirmed.body)
	}
	// A read's tag is as good as a write's.
	s.eventually("readers see the third version", func() bool { o, ok := s.view().Offering(id); return ok && o.Version == 3 })
	read := s.call(http.MethodGet, pathOf(id), "", "", "")
	if !strings.HasPrefix(read.Header.Get("ETag"), `W/"3.`) {
		t.Errorf("ETag of the read %s, want version 3 first", read.Header.Get("ETag"))
	}
	gone := s.call(http.MethodDelete, pathOf(id), secret, read.Header.Get("ETag"), "")
	gone.want(t, http.StatusNoContent)
	if gone.body != "" {
		t.Errorf("a 204 with %q", gone.body)
	}
	s.eventually("readers do not see it", func() bool { _, ok := s.view().Offering(id); return !ok })
	if stored, err := s.store.OfferingByID(t.Context(), id); err != nil || stored.Status != directory.Archived {
		t.Errorf("stored %v, %v, want archived", stored.Status, err)
	}
	if at, err := s.store.TokenByID(t.Context(), token.ID); err != nil || at.UsedAt == nil {
		t.Errorf("last use %v, %v", at.UsedAt, err)
	}
	if strings.Contains(s.log.String(), secret) || strings.Contains(s.log.String(), strings.TrimPrefix(secret, store.TokenPrefix)) {
		t.Error("the log has the secret")
	}
}

func TestWritesNeedTheVersion(t *testing.T) {
	s := newWriteSite(t)
	o := s.offering("Testtilbud", "1804")
	_, secret := s.token(bodo, store.Scopes()...)
	f := s.call(http.MethodGet, pathOf(o.ID), "", "", "").fields(t)
	for _, c := range []struct{ method, path, body string }{
		{http.MethodPut, pathOf(o.ID), encode(t, f)}, {http.MethodPut, pathOf(o.ID), "no json"},
		{http.MethodPost, pathOf(o.ID) + "/bekreft", ""}, {http.MethodDelete, pathOf(o.ID), ""},
	} {
		for _, absent := range []string{"", "*"} {
			s.call(c.method, c.path, secret, absent, c.body).want(t, http.StatusPreconditionRequired)
		}
		if c.body == "no json" {
			continue
		}
		for _, stale := range []string{`"0"`, `"2"`, `W/"2.x"`, `1`, `"1x"`, `"`, `"1", "2"`, `"9999999999999999999999"`, `W/"-1"`} {
			s.call(c.method, c.path, secret, stale, c.body).want(t, http.StatusPreconditionFailed)
		}
	}

	// Of many changes to the same version, one is made.
	const many = 6
	statuses := make([]int, many)
	var wait sync.WaitGroup
	for i := range many {
		g := maps.Clone(f)
		g["ingress"] = fmt.Sprintf("Endring %d.", i)
		body := encode(t, g)
		wait.Go(func() {
			r, err := http.NewRequest(http.MethodPut, "http://oversikt.test/api/v1"+pathOf(o.ID), strings.NewReader(body))
			if err != nil {
				t.Error(err)
				return
			}
			r.Header.Set("Authorization", "Bearer "+secret)
			r.Header.Set("If-Match", `W/"1"`)
			res, err := s.app.Test(r, -1)
			if err != nil {
				t.Error(err)
				return
			}
			res.Body.Close()
			statuses[i] = res.StatusCode
		})
	}
	wait.Wait()
	slices.Sort(statuses)
	if want := []int{200, 412, 412, 412, 412, 412}; !slices.Equal(statuses, want) {
		t.Errorf("statuses %v, want %v", statuses, want)
	}
}

func TestWrongBodies(t *testing.T) {
	s := newWriteSite(t)
	o := s.offering("Testtilbud", "1804")
	_, secret := s.token(bodo, store.Scopes()...)
	good := s.call(http.MethodGet, pathOf(o.ID), "", "", "")
	for name, c := range map[string]struct {
		change string // merged into a good body
		places []string
	}{
		"empty name":     {`{"navn":" "}`, []string{"body.navn"}},
		"long name":      {`{"navn":"` + strings.Repeat("å", 201) + `"}`, []string{"body.navn"}},
		"type":           {`{"type":{"kode":"finnes-ikke"}}`, []string{"body.type.kode"}},
		"no code":        {`{"type":{}}`, []string{"body.type.kode"}},
		"unknown field":  {`{"ukjent":1}`, []string{"body.ukjent"}},
		"unknown inside": {`{"telefon":[{"nummer":"116123","hemmelig":true}]}`, []string{"body.telefon[0].hemmelig"}},
		"phones": {`{"telefon":[{"nummer":"116123"},{"nummer":"12"},{"nummer":"82000000"},{"nummer":"116123","formal":"faks"}]}`,
			[]string{"body.telefon[1].nummer", "body.telefon[2].nummer"}},
		"purpose": {`{"telefon":[{"nummer":"116123","formal":"faks"}]}`, []string{"body.telefon"}},
		"several": {`{"epost":["a@example.org","b"],"nettsted":["example.org"],"pris":{"slag":"dyrt"}}`, []string{"body.epost[1]", "body.nettsted", "body.pris.slag"}},
		"all at once": {`{"navn":"","type":{"kode":"x"},"telefon":[{"nummer":"1"}],"epost":["b"],"dekning":{"kommuner":[{"kommunenummer":"9999"}]}}`,
			[]string{"body.dekning", "body.epost[0]", "body.navn", "body.telefon[0].nummer", "body.type.kode"}},
		"of every kind at once": {`{"navn":1,"ukjent":true,"type":{"kode":"x"},"telefon":[{"nummer":"1"}],"ingress":"` + strings.Repeat("a", 601) + `","stengt_til":"i morgen"}`,
			[]string{"body.ingress", "body.navn", "body.stengt_til", "body.telefon[0].nummer", "body.type.kode", "body.ukjent"}},
		"no coverage":     {`{"dekning":{"kommuner":[]}}`, []string{"body.dekning"}},
		"unknown kommune": {`{"dekning":{"kommuner":[{"kommunenummer":"1804"},{"kommunenummer":"9999"}]}}`, []string{"body.dekning"}},
		"level":           {`{"dekning":{"niva":"fylke","kommuner":[{"kommunenummer":"1804"}]}}`, []string{"body.dekning.niva"}},
		"another level":   {`{"dekning":{"niva":"verden"}}`, []string{"body.dekning.niva"}},
		"terms":           {`{"malgruppe":[{"kode":"x"}],"tema":[{"kode":"x"}],"form":[{"kode":"x"}]}`, []string{"body.form", "body.malgruppe", "body.tema"}},
		"postal code":     {`{"adresse":{"postnummer":"0000"}}`, []string{"body.adresse.postnummer"}},
		"position":        {`{"posisjon":{"lat":0,"lon":0}}`, []string{"body.posisjon.lat"}},
		"kommune":         {`{"kommune":{"kommunenummer":"1"}}`, []string{"body.kommune.kommunenummer"}},
		"hours":           {`{"apningstider":{"uke":[{"dag":"mandag","apner":"15:00","stenger":"09:00"}]}}`, []string{"body.apningstider.uke"}},
		"date":            {`{"apningstider":{"unntak":[{"dato":"2026-02-30","stengt":true}]}}`, []string{"body.apningstider.unntak[0].dato"}},
		"day":             {`{"apningstider":{"uke":[{"dag":"helg","apner":"10:00","stenger":"11:00"}]}}`, []string{"body.apningstider.uke[0].dag"}},
		"status":          {`{"status":"borte"}`, []string{"body.status"}},
		"closed until":    {`{"stengt_til":"2027-01-01"}`, []string{"body.stengt_til"}},
		"source":          {`{"kilde":{"navn":"","dato":"i fjor","url":"x"}}`, []string{"body.kilde.dato", "body.kilde.navn", "body.kilde.url"}},
		"kinds":           {`{"navn":1,"telefon":{},"stikkord":["a",2],"pris":"gratis"}`, []string{"body.navn", "body.pris", "body.stikkord[1]", "body.telefon"}},
		"NUL":             {`{"ingress":"a\u0000","begrunnelse":"\u0000"}`, []string{"body.begrunnelse", "body.ingress"}},
		"access":          {`{"tilgjengelighet":["heis"]}`, []string{"body.tilgjengelighet[0]"}},
	} {
		t.Run(name, func(t *testing.T) {
			f := good.fields(t)
			if err := json.Unmarshal([]byte(c.change), &f); err != nil {
				t.Fatal(err)
			}
			for _, r := range []reply{
				s.call(http.MethodPut, pathOf(o.ID), secret, good.Header.Get("ETag"), encode(t, f)),
				s.call(http.MethodPost, "/tilbud", secret, "", encode(t, f)),
			} {
				r.want(t, http.StatusUnprocessableEntity, c.places...)
				if strings.Contains(r.body, "expected") || strings.Contains(r.body, "invalid") {
					t.Errorf("not in Norwegian: %s", r.body)
				}
			}
		})
	}
	s.call(http.MethodPost, "/tilbud", secret, "", "{}").want(t, http.StatusUnprocessableEntity, "body.dekning", "body.navn", "body.type")
	for _, bad := range []string{"", "{", "no json", `{"navn":"a"} x`, "{\"navn\":\"\xff\"}"} {
		s.call(http.MethodPost, "/tilbud", secret, "", bad).want(t, http.StatusBadRequest)
	}
	for _, bad := range []string{"[]", "null", `"a"`, "1"} {
		s.call(http.MethodPost, "/tilbud", secret, "", bad).want(t, http.StatusUnprocessableEntity)
	}
	s.call(http.MethodPost, "/tilbud", secret, "", good.body, "Content-Type", "text/plain").want(t, http.StatusUnsupportedMediaType)
	s.call(http.MethodPost, "/tilbud", secret, "", `{"navn":"`+strings.Repeat("a", 300<<10)+`"}`).want(t, http.StatusRequestEntityTooLarge)
	s.call(http.MethodPost, "/tilbud?ukjent=1", secret, "", good.body).want(t, http.StatusUnprocessableEntity, "query.ukjent")
	s.call(http.MethodPut, "/tilbud/0", secret, `"1"`, good.body).want(t, http.StatusUnprocessableEntity, "path.id")
	if counts, err := s.store.CountOfferings(t.Context()); err != nil || counts[directory.Published] != 1 {
		t.Errorf("%v offerings, %v, want the first alone", counts, err)
	}
	for _, line := range strings.Split(s.log.String(), "\n") {
		if strings.Contains(line, `"status":5`) {
			t.Errorf("a server error: %s", line)
		}
	}
}

// Confidential places are in no answer, and nothing that is sent touches them.
func TestConfidentialPlacesAreLeftAlone(t *testing.T) {
	s := newWriteSite(t)
	o := s.offering("Testtilbud", "1804")
	_, secret := s.token(bodo, store.Scopes()...)
	f := s.call(http.MethodGet, pathOf(o.ID), "", "", "").fields(t)
	f["adresse"] = map[string]any{"gate": "Ny vei 3"}
	put := s.call(http.MethodPut, pathOf(o.ID), secret, `"1"`, encode(t, f))
	put.want(t, http.StatusOK)
	stored, err := s.store.OfferingByID(t.Context(), o.ID)
	want := slices.Clone(o.Locations)
	want[1] = directory.Location{Street: "Ny vei 3", Position: o.Locations[1].Position}
	if diff := cmp.Diff(want, stored.Locations); err != nil || diff != "" {
		t.Errorf("a new street, %v (-want +got):\n%s", err, diff)
	}
	f["adresse"], f["posisjon"], f["kommune"] = nil, nil, nil
	s.call(http.MethodPut, pathOf(o.ID), secret, `"2"`, encode(t, f)).want(t, http.StatusOK)
	s.call(http.MethodPut, pathOf(o.ID), secret, `"3"`, encode(t, f)).want(t, http.StatusOK)
	stored, err = s.store.OfferingByID(t.Context(), o.ID)
	if diff := cmp.Diff(o.Locations[:1], stored.Locations); err != nil || diff != "" {
		t.Errorf("no door, %v (-want +got):\n%s", err, diff)
	}
	confirmed := s.call(http.MethodPost, pathOf(o.ID)+"/bekreft", secret, `"4"`, "")
	confirmed.want(t, http.StatusOK)
	for _, r := range []reply{put, confirmed} {
		if strings.Contains(r.body, "Hemmelig") || strings.Contains(r.body, "Krisesenteret") {
			t.Errorf("the answer has the confidential place: %s", r.body)
		}
	}
	if confirmed.fields(t)["kommune"] != nil {
		t.Errorf("the answer has the kommune of the confidential place: %s", confirmed.body)
	}
}

// Two nodes share the count of a token's calls, and let through what the limit says.
func TestTooManyWrites(t *testing.T) {
	s := newWriteSite(t)
	token, secret := s.token(bodo, store.ScopeConfirm)
	_, other := s.token(bodo, store.ScopeConfirm)
	second := s.otherNode()
	call := func(n *writeSite, secret string) reply {
		return n.call(http.MethodPost, pathOf(1)+"/bekreft", secret, `"1"`, "")
	}
	if _, err := s.store.Spend(t.Context(), store.APICalls, store.APICalls.Most-60, strconv.FormatInt(token.ID, 10)); err != nil {
		t.Fatal(err)
	}
	through := 0
	var last reply
	for i := range 80 {
		if last = call([]*writeSite{s, second}[i%2], secret); last.StatusCode == http.StatusNotFound {
			through++
		}
	}
	if through != 60 {
		t.Errorf("%d calls of 60 are let through", through)
	}
	last.want(t, http.StatusTooManyRequests)
	if wait, err := strconv.Atoi(last.Header.Get("Retry-After")); err != nil || wait < 1 || wait > 60 {
		t.Errorf("Retry-After %q", last.Header.Get("Retry-After"))
	}
	call(s, other).want(t, http.StatusNotFound)
	if _, metrics := do(t, second.app, http.MethodGet, "/metrics", "Authorization", "Bearer test"); !regexp.MustCompile(`oversikt_limited_total{kind="api_call"} [1-9]`).MatchString(metrics) {
		t.Error("the metrics do not say that calls were refused")
	}
}

// Tokens that are nobody's are refused after a while, also on another node, and keep out
// neither who is right nor who is elsewhere.
func TestTooManyTokens(t *testing.T) {
	s := newWriteSite(t)
	_, secret := s.token(bodo, store.ScopeConfirm)
	second := s.otherNode()
	call := func(n *writeSite, secret string) reply {
		return n.call(http.MethodPost, pathOf(1)+"/bekreft", secret, `"1"`, "")
	}
	for i := range store.APITokens.Most {
		call([]*writeSite{s, second}[i%2], store.TokenPrefix+"GUESSED").want(t, http.StatusUnauthorized)
	}
	for _, n := range []*writeSite{s, second} {
		r := call(n, store.TokenPrefix+"GUESSED")
		r.want(t, http.StatusTooManyRequests)
		if wait, err := strconv.Atoi(r.Header.Get("Retry-After")); err != nil || wait < 1 || wait > 900 {
			t.Errorf("Retry-After %q", r.Header.Get("Retry-After"))
		}
	}
	for _, n := range []*writeSite{s, second} { // which neither has seen before
		call(n, secret).want(t, http.StatusNotFound)
	}
	s.call(http.MethodGet, "/tilbud", "", "", "").want(t, http.StatusOK)
}

func TestWritesWithoutADatabase(t *testing.T) {
	s := newWriteSite(t)
	o := s.offering("Testtilbud", "1804")
	_, secret := s.token(bodo, store.Scopes()...)
	read := s.call(http.MethodGet, pathOf(o.ID), "", "", "")
	away, err := store.Open(t.Context(), store.Options{URL: "postgres://test@127.0.0.1:1/test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { away.Close() })
	d, _ := testDeps(t)
	d.Store, d.View = away, s.view
	s.app = New(d)
	r := s.call(http.MethodPut, pathOf(o.ID), secret, read.Header.Get("ETag"), read.body)
	r.want(t, http.StatusServiceUnavailable)
	if r.Header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	s.call(http.MethodGet, pathOf(o.ID), "", "", "").want(t, http.StatusOK)
}

// Pages of other sites read, and do not write.
func TestWritesAreNotForPages(t *testing.T) {
	s := newWriteSite(t)
	o := s.offering("Testtilbud", "1804")
	_, secret := s.token(bodo, store.Scopes()...)
	s.call(http.MethodDelete, pathOf(o.ID), secret, `"1"`, "", "Origin", "https://example.org").want(t, http.StatusForbidden)
	r := s.call(http.MethodPost, pathOf(o.ID)+"/bekreft", secret, `"1"`, "")
	r.want(t, http.StatusOK)
	if got := r.Header.Get("Access-Control-Allow-Origin"); got != "" {
		t.Errorf("Access-Control-Allow-Origin %q on a write", got)
	}
	preflight, _ := do(t, s.app, http.MethodOptions, "/api/v1"+pathOf(o.ID), "Origin", "https://example.org", "Access-Control-Request-Method", "DELETE")
	if got := preflight.Header.Get("Access-Control-Allow-Methods"); strings.Contains(got, "DELETE") || strings.Contains(preflight.Header.Get("Access-Control-Allow-Headers"), "Authorization") {
		t.Errorf("the preflight allows %q", got)
	}
}

// A program changes no crisis number alone, and is told so: 202, and the rest is stored.
func TestProgramsChangeNoCrisisNumberAlone(t *testing.T) {
	s := newWriteSite(t)
	_, secret := s.token(bodo, store.Scopes()...)
	o := s.offering("Legevakten", "1804")
	o.Phones = []directory.Phone{{Number: directory.EmergencyDoctor}}
	o, err := s.store.UpdateOffering(t.Context(), tester, "", o)
	if err != nil {
		t.Fatal(err)
	}
	read := s.call(http.MethodGet, pathOf(o.ID), secret, "", "")
	s.eventually("the number is out", func() bool {
		read = s.call(http.MethodGet, pathOf(o.ID), "", "", "")
		return strings.Contains(read.body, "116117") || strings.Contains(read.body, "116 117")
	})
	f := read.fields(t)
	f["telefon"], f["ingress"] = []map[string]string{{"nummer": "99999999"}}, "Nytt."
	body, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	put := s.call(http.MethodPut, pathOf(o.ID), secret, read.Header.Get("ETag"), string(body))
	put.want(t, http.StatusAccepted)
	got, err := s.store.OfferingByID(t.Context(), o.ID)
	if err != nil {
		t.Fatal(err)
	}
	if got.Phones[0].Number != directory.EmergencyDoctor || got.Summary != "Nytt." {
		t.Errorf("stored %v, %q", got.Phones, got.Summary)
	}
	if strings.Contains(put.body, "99999999") {
		t.Errorf("the answer says what is not stored: %s", put.body)
	}
	// What waits already is not said of the next change.
	f = put.fields(t)
	f["ingress"] = "Nyere."
	if body, err = json.Marshal(f); err != nil {
		t.Fatal(err)
	}
	next := s.call(http.MethodPut, pathOf(o.ID), secret, put.Header.Get("ETag"), string(body))
	next.want(t, http.StatusOK)
	// What was rejected is not asked again the next night, and the program is told.
	reject := func() store.HeldChange {
		t.Helper()
		h, err := s.store.HeldChangeOf(t.Context(), o.ID)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.store.RejectChange(t.Context(), tester, h.ID, "Det er ikke deres nummer"); err != nil {
			t.Fatal(err)
		}
		return h
	}
	h := reject()
	f = next.fields(t)
	f["telefon"], f["ingress"] = []map[string]string{{"nummer": "99999999"}}, "Enda nyere."
	if body, err = json.Marshal(f); err != nil {
		t.Fatal(err)
	}
	next = s.call(http.MethodPut, pathOf(o.ID), secret, next.Header.Get("ETag"), string(body))
	next.want(t, http.StatusOK)
	f = next.fields(t)
	said, _ := f["avvist"].(map[string]any)
	if said["begrunnelse"] != "Det er ikke deres nummer" || said["url"] != fmt.Sprintf("http://oversikt.test/redaksjon/endringer/%d", h.ID) || f["ingress"] != "Enda nyere." {
		t.Errorf("the answer to what was rejected: %s", next.body)
	}
	// Sent back as it is, the answer changes nothing.
	s.call(http.MethodPut, pathOf(o.ID), secret, next.Header.Get("ETag"), next.body).want(t, http.StatusOK)
	archive := func() reply {
		return s.call(http.MethodDelete, pathOf(o.ID), secret, next.Header.Get("ETag"), "")
	}
	archive().want(t, http.StatusAccepted)
	reject()
	archive().want(t, http.StatusForbidden)
	if got, err = s.store.OfferingByID(t.Context(), o.ID); err != nil || got.Status != directory.Published {
		t.Errorf("status %s, %v", got.Status, err)
	}
	created := s.call(http.MethodPost, "/tilbud", secret, "", `{"navn":"Ny hjelpetelefon","type":{"kode":"hjelpetelefon"},"dekning":{"kommuner":[{"kommunenummer":"1804"}]},"telefon":[{"nummer":"22 22 22 22"}]}`)
	if created.StatusCode != http.StatusAccepted && created.StatusCode != http.StatusUnprocessableEntity { // the type may not be in the test's vocabulary
		t.Errorf("a new helpline: status %d", created.StatusCode)
	}
	if strings.Contains(created.body, `"publisert"`) {
		t.Errorf("a new helpline is published: %s", created.body)
	}
}
