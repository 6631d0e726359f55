package site_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/realdata"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

// TestMergePlayedThrough lets three kommuner of today become one that there is not, on all of
// the checked-in data, and looks at what readers and staff see afterwards.
func TestMergePlayedThrough(t *testing.T) {
	ctx := t.Context()
	st := realdata.Open(t)
	operator := auth.Actor{Kind: auth.Operator, Name: "test"}
	day := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	const first, second, third, whole = region.Number("3101"), region.Number("3103"), region.Number("3105"), region.Number("3199")
	names := map[region.Number]string{first: "Halden", second: "Moss", third: "Sarpsborg"}
	made := func(key string, owner region.Number, numbers ...region.Number) directory.Offering {
		o, err := st.CreateOffering(ctx, operator, "", directory.Offering{Key: key, Type: "ppt", Name: "Prøvetilbud " + key,
			Organization: directory.Organization{Name: names[owner] + " kommune", Kind: directory.KindKommune, Kommune: owner},
			Coverage:     directory.Coverage{Kommuner: numbers}, Phones: []directory.Phone{{Number: "+4769000000"}},
			Source: directory.Source{Title: "Test"}, Confidence: directory.High, Status: directory.Published})
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
	all, part := made("prove/alle", first, first, second, third), made("prove/del", second, second)
	colleague, err := st.CreateAccount(ctx, operator, "kollega@example.org", "Test")
	if err != nil {
		t.Fatal(err)
	}
	if err := st.SetGrant(ctx, operator, colleague.ID, auth.Grant{Owner: auth.Owner{Kommune: third}, Role: auth.Manager}); err != nil {
		t.Fatal(err)
	}
	// The index has been there all the time, as on a running node.
	index := realdata.Index(t, st)
	var steps []region.Step
	for n, name := range names {
		steps = append(steps, region.Step{Old: n, OldName: name, New: whole, NewName: "Prøvestad", On: day})
	}
	report, err := st.Succeed(ctx, operator, store.SuccessionOptions{Steps: steps})
	if err != nil || len(report.Problems) > 0 || len(report.Carried) != 1 {
		t.Fatalf("%v, problems %v, carried %d", err, report.Problems, len(report.Carried))
	}
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		_, begun := index.View().Kommune(whole)
		if _, left := index.View().Kommune(first); begun && !left {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the index does not follow")
		}
	}
	view := index.View()
	app := newApp(st, func() *search.View { return view })

	// Every old address leads to the new page, by number and by name.
	k, _ := view.Kommune(whole)
	want := page.KommunePath(k.Kommune)
	for _, old := range []string{"/kommune/3101", "/kommune/3101-halden", "/kommune/3103-moss", "/kommune/3105-sarpsborg", "/kommune/0104-moss", "/kommune/halden", "/kommune/0101"} {
		resp, _ := get(t, app, old)
		if got := resp.Header.Get("Location"); resp.StatusCode != http.StatusMovedPermanently || got != want {
			t.Errorf("%s: %d to %q, want to %s", old, resp.StatusCode, got, want)
		}
	}
	resp, body := get(t, app, want)
	if resp.StatusCode != http.StatusOK || !strings.Contains(body, "Prøvestad") || !strings.Contains(body, "Halden (til 2025)") {
		t.Errorf("%s: %d; want the name, and that Halden is a part of it", want, resp.StatusCode)
	}
	for _, o := range []directory.Offering{all, part} {
		if !strings.Contains(body, o.Name) {
			t.Errorf("%s does not have %q", want, o.Name)
		}
		resp, text := get(t, app, page.OfferingPath(&o))
		if resp.StatusCode != http.StatusOK || strings.Contains(text, "tidligere Moss kommune") != (o.ID == part.ID) {
			t.Errorf("%s: %d; that it is for a part is told wrongly", o.Name, resp.StatusCode)
		}
	}
	// Former names are found, and so are postnummer.
	for _, q := range []string{"Halden", "Moss", "Sarpsborg", "Rygge", "1776"} {
		resp, text := get(t, app, "/sok?q="+q+"+ppt")
		if resp.StatusCode != http.StatusOK || !strings.Contains(text, "Prøvestad") {
			t.Errorf("a search for %s: %d, and nothing of Prøvestad", q, resp.StatusCode)
		}
	}
	for _, target := range []string{"/kart", "/kart?sorter=innbyggere", "/fylke/31-ostfold", "/api/v1/kommuner/3199/tilbud"} {
		resp, text := get(t, app, target)
		if resp.StatusCode != http.StatusOK || !strings.Contains(text, "Prøvestad") && !strings.Contains(text, "3199") || strings.Contains(text, "/kommune/3101") {
			t.Errorf("%s: %d, want Prøvestad and not what was", target, resp.StatusCode)
		}
	}
	// People of a part work for the whole.
	a, err := st.AccountByID(ctx, colleague.ID)
	if err != nil || !slices.Equal(a.Actor().Owners(), []auth.Owner{{Kommune: whole}}) {
		t.Errorf("the colleague works for %v, %v", a.Actor().Owners(), err)
	}
	offerings, err := st.OfferingsOf(ctx, a.Actor(), auth.Owner{Kommune: whole})
	if err != nil || !slices.ContainsFunc(offerings, func(o directory.Offering) bool { return o.ID == all.ID }) {
		t.Errorf("the colleague has %d offerings, %v; want what was for all among them", len(offerings), err)
	}
}
