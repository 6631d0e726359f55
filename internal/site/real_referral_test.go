package site_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/referral"
)

// What the choices stand for is in the vocabularies.
func testReferralCodes(t *testing.T, r *real) {
	c := referral.CodesOf(referral.AllWhom(), referral.AllAbout())
	for kind, codes := range map[directory.TermKind][]string{directory.TargetGroup: slices.Concat(c.Groups, c.Kin), directory.Topic: slices.Concat(c.Topics, c.Near)} {
		for _, code := range codes {
			if _, ok := r.view.Term(kind, code); !ok {
				t.Errorf("%s %q is not in the vocabulary", kind, code)
			}
		}
	}
	for _, code := range slices.Concat(c.Types, c.Usual) {
		if _, ok := r.view.Type(code); !ok {
			t.Errorf("type %q is not in the vocabulary", code)
		}
	}
}

// situations are families that health personnel meet.
var situations = []string{
	"om=rus&hvem=voksen", "om=demens&hvem=voksen", "hvem=barn", "om=kreft&hvem=barn&hvem=voksen", "om=selvmord&hvem=etterlatte", "om=sjelden&hvem=voksen",
	"om=psykisk&hvem=ungdom", "om=funksjon&hvem=sosken", "om=vold&haster=1", "om=sorg&hvem=etterlatte", "om=kropp", "",
}

// In every kommune and for every family there is something to give, with a number to call
// among what is ticked, and all of it is for those who live there.
func testReferrals(t *testing.T, r *real) {
	for i, row := range r.kommuner {
		n := row["kommunenummer"]
		// Every situation in every twelfth kommune, and one in each.
		all := situations
		if i%len(situations) != 0 {
			all = situations[i%len(situations):][:1]
		}
		for _, situation := range all {
			target := "/henvis?kommune=" + n + "&" + situation
			p := r.page(t, target)
			for _, fault := range p.Faults() {
				t.Errorf("%s: %s", target, fault)
			}
			ticked := url.Values{"kommune": {n}, "lag": {"1"}}
			callable := false
			for _, row := range p.All(".o-henvis__rad") {
				box, _ := row.First(`input[name="valgt"]`)
				why, _ := row.First(".o-henvis__om p")
				if len(strings.Fields(why.Text())) < 3 {
					t.Errorf("%s: %s does not say why", target, row.Text())
				}
				if row.Has("input[checked]") {
					ticked.Add("valgt", box.Attr("value"))
					callable = callable || row.Has(`a[href^="tel:"]`)
				}
			}
			if !callable || len(ticked["valgt"]) > referral.Most {
				t.Errorf("%s: %d ticked, one that can be called: %t", target, len(ticked["valgt"]), callable)
			}
			if p.Has(".o-missing") && !p.Has(`.o-missing a[href^="http"]`) {
				t.Errorf("%s: nothing there, and no way on", target)
			}
			if i%len(situations) == 0 {
				testSheetOf(t, r, "/henvis?"+ticked.Encode())
			}
		}
	}
}

func testSheetOf(t *testing.T, r *real, target string) {
	t.Helper()
	resp, _ := get(t, r.app, target)
	sheet := resp.Header.Get("Location")
	if resp.StatusCode != http.StatusSeeOther || !strings.HasPrefix(sheet, "/henvisning/") {
		t.Errorf("%s: %d to %q", target, resp.StatusCode, sheet)
		return
	}
	for _, address := range []string{sheet, sheet + "?stor=1", "/nn" + sheet, "/en" + sheet} {
		p := r.page(t, address)
		for _, fault := range p.Faults() {
			t.Errorf("%s: %s", address, fault)
		}
		if p.Has(".o-ark__merke") && strings.Contains(p.Text(), "Endret etter") {
			t.Errorf("%s: says that it has changed", address)
		}
		if !p.Has(`.o-ark__nod a[href="tel:112"]`) {
			t.Errorf("%s: no number to the police", address)
		}
		for _, item := range p.All(".o-ark__tilbud") {
			if !item.Has(`a[href^="tel:"], a[href^="http"], a[href^="mailto:"]`) {
				t.Errorf("%s: no way to reach %s", address, item.Text())
			}
		}
	}
}
