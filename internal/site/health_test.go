package site

import (
	"net/http"
	"strings"
	"testing"

	"github.com/nasjonal-oversikt/oversikt/internal/checklist"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/htmlcheck"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

// reached is a type with offerings that are reached in the ways.
func reached(code string, order int, ways ...directory.ReferralKind) []search.Document {
	docs := []search.Document{search.TypeDocument(directory.OfferingType{Code: code, Group: "snakk", Order: order,
		Name: directory.Text{NB: code}, Plural: directory.Text{NB: code}, Does: directory.Text{NB: "Prøvetekst."}})}
	for i, w := range ways {
		docs = append(docs, search.OfferingDocument(directory.Offering{ID: int64(order*100 + i), Type: code, Name: code, Status: directory.Published,
			Coverage: directory.Coverage{National: true}, Referral: directory.Referral{Kind: w}, Source: directory.Source{Title: "Testkilde", Date: "2026-04-07"}}))
	}
	return docs
}

func healthPage(t *testing.T, address string, docs ...[]search.Document) htmlcheck.Page {
	t.Helper()
	var all []search.Document
	for _, d := range docs {
		all = append(all, d...)
	}
	resp, body := get(t, newTestApp(t, all...), address)
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("%s = %d", address, resp.StatusCode)
	}
	return htmlcheck.Parse(body)
}

func TestHealthPersonnelSeeHowEachTypeIsReached(t *testing.T) {
	doc := healthPage(t, "/for-helsepersonell",
		reached("familievernkontor", 10, directory.ContactYourself, directory.ContactYourself),
		reached("helsestasjon", 11, directory.ContactYourself, directory.ContactYourself, directory.BeReferred, directory.Apply, ""),
		reached("lms", 12, directory.BeReferred),
		reached("motested", 13, "", ""),
		reached("brukerombud", 14, ""),
		reached("annet", 15))
	said := map[string]string{}
	terms, texts := doc.All("dl dt"), doc.All("dl dd")
	if len(terms) != len(texts) {
		t.Fatalf("%d types, %d texts", len(terms), len(texts))
	}
	for i, term := range terms {
		said[term.Text()] = texts[i].Text()
	}
	for code, want := range map[string]string{
		"familievernkontor": "Alle 2 tilbudene her kan familien kontakte selv. Familien kan ta kontakt direkte. Leger, psykologer, institusjoner og offentlige myndigheter kan også henvise. (familievernkontorloven § 1)",
		"helsestasjon":      "Av 5 tilbud: 2 kan familien kontakte selv, 1 må familien søke om, 1 krever henvisning, 1 sier ikke noe om det.",
		"lms":               "Det ene tilbudet her krever henvisning.",
		"brukerombud":       "Enhver kan ta kontakt, og kan være anonym. (pasient- og brukerrettighetsloven § 8-3)",
	} {
		if got := said[code]; got != want {
			t.Errorf("%s: %q, want %q", code, got, want)
		}
	}
	for _, code := range []string{"motested", "annet", "hjelpetelefon"} {
		if got, ok := said[code]; ok {
			t.Errorf("%s says nothing, and is said to be reached so: %q", code, got)
		}
	}
	if !doc.Has(`article li a[href="/sok?type=motested"]`) || doc.Has(`a[href="/sok?type=annet"]`) {
		t.Error("the types that say nothing are those with offerings")
	}
}

func TestHealthPersonnelComeToTheSheetFirst(t *testing.T) {
	doc := healthPage(t, "/for-helsepersonell")
	if first, ok := doc.First("article a"); !ok || first.Attr("href") != "/henvis" {
		t.Errorf("the first link is %q", first.Attr("href"))
	}
}

// Every duty has its paragraph, what to do, and somewhere to go on; every checklist is there.
func TestHealthPersonnelSeeTheirDuties(t *testing.T) {
	for _, l := range page.Languages() {
		doc := healthPage(t, l.Prefix()+"/for-helsepersonell")
		for _, d := range duties {
			if len(d.rules) == 0 || len(d.does) == 0 || len(d.lists)+len(d.articles) == 0 {
				t.Errorf("%s lacks something", d.id)
			}
			if !doc.Has("h3#"+d.id) || !doc.Has(`nav a[href="#`+d.id+`"]`) {
				t.Errorf("%s: no heading or link to %s", l, d.id)
			}
			for _, r := range d.rules {
				if !strings.HasPrefix(r.href, "https://lovdata.no/lov/") || !doc.Has(`a[href="`+r.href+`"]`) {
					t.Errorf("%s: no link to %s, %q", l, r.law, r.href)
				}
			}
		}
		for _, list := range checklist.All(string(l)) {
			if !doc.Has(`a[href="` + l.Prefix() + list.Path() + `#helsepersonell"]`) {
				t.Errorf("%s: no link to %s", l, list.Path())
			}
		}
	}
}

func TestSearchForAChecklistFindsThem(t *testing.T) {
	for target, want := range map[string]int{"/sok?q=sjekkliste": 6, "/nn/sok?q=sjekklister": 6, "/en/sok?q=checklist": 6, "/sok?q=sjekkliste+avlastning": 1, "/sok?q=ppt": 0} {
		doc := healthPage(t, target)
		if got := len(doc.All(`main .o-box a[href*="/sjekklister/"]`)); got != want {
			t.Errorf("%s has %d checklists, want %d", target, got, want)
		}
	}
}
