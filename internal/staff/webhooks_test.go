package staff

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
)

func TestMakeTestAndRemoveAWebhook(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	p := s.national("per@test.example.org")
	form := url.Values{"navn": {"Prøve <mottaker>"}, "adresse": {"https://test.example.org/mottak?nokkel=hemmelig"}, "kommuner": {"1804"}, "type": {"ppt"}, "epost": {"Drift@test.example.org"}}
	made := p.post("/redaksjon/abonnement", form)
	made.wantStatus(t, http.StatusOK)
	secret := regexp.MustCompile(`whsec_[A-Za-z0-9+/]{43}=`).FindString(strings.ReplaceAll(made.body, "&#43;", "+"))
	if secret == "" || made.Header.Get("Cache-Control") != "no-store" {
		t.Fatalf("no secret in the answer, or it may be kept: %v", made.Header)
	}
	all, err := s.store.Webhooks(t.Context(), auth.Actor{Kind: auth.Operator, Name: "test"})
	if err != nil || len(all) != 1 {
		t.Fatalf("%+v, %v", all, err)
	}
	if all[0].Email != "drift@test.example.org" {
		t.Errorf("the contact is %q", all[0].Email)
	}
	path := webhookPath(all[0].ID)
	for _, address := range []string{webhooksPath, path} {
		a := p.get(address)
		a.wantStatus(t, http.StatusOK)
		if strings.Contains(a.body, "whsec_") || strings.Contains(a.body, "hemmelig") || !strings.Contains(a.body, "Prøve &lt;mottaker&gt;") {
			t.Errorf("%s shows a secret, or not the name", address)
		}
	}
	a := p.post(path+"/kontakt", url.Values{"epost": {"drift"}})
	a.wantStatus(t, http.StatusUnprocessableEntity)
	if got := formValues(t, a.body).Get("epost"); got != "drift" || !strings.Contains(a.body, "Skriv hele adressen, slik") {
		t.Errorf("what is no address comes back as %q, or without a word", got)
	}
	p.post(path+"/kontakt", url.Values{"epost": {""}}).wantRedirect(t, path)
	p.get(path+"/nokkel").wantStatus(t, http.StatusOK)
	rotated := p.post(path+"/nokkel", url.Values{})
	rotated.wantStatus(t, http.StatusOK)
	again := regexp.MustCompile(`whsec_[A-Za-z0-9+/]{43}=`).FindString(strings.ReplaceAll(rotated.body, "&#43;", "+"))
	if again == "" || again == secret || !strings.Contains(rotated.body, "7 dager") || rotated.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("the new key is %q, or how long the old one holds is not said, or it may be kept: %v", again, rotated.Header)
	}
	if body := p.get(path).body; strings.Contains(body, "whsec_") || !strings.Contains(body, "signert med den gamle nøkkelen også") {
		t.Error("the page shows a key, or not that there are two")
	}
	p.post(path+"/prove", url.Values{}).wantRedirect(t, path)
	p.post(path+"/start", url.Values{}).wantRedirect(t, path)
	p.post(path+"/leveringer/4711/igjen", url.Values{}).wantStatus(t, http.StatusNotFound)
	p.get(path+"/slett").wantStatus(t, http.StatusOK)
	p.post(path+"/slett", url.Values{}).wantRedirect(t, webhooksPath)
	p.get(path).wantStatus(t, http.StatusNotFound)
}

func TestWrongWebhookForms(t *testing.T) {
	s := newTestSite(t, "http://127.0.0.1:8080", true)
	p := s.national("per@test.example.org")
	for name, change := range map[string]url.Values{
		"no name":         {"navn": {" "}},
		"http":            {"adresse": {"http://test.example.org/"}},
		"no address":      {"adresse": {""}},
		"user in it":      {"adresse": {"https://kari:hemmelig@test.example.org/"}},
		"no mail address": {"epost": {"drift"}},
		"no number":       {"kommuner": {"Bodø"}},
		"unknown kommune": {"kommuner": {"9999"}},
		"unknown type":    {"type": {"finnes-ikke"}},
	} {
		form := url.Values{"navn": {"Prøvemottaker"}, "adresse": {"https://test.example.org/"}, "epost": {"drift@test.example.org"}, "kommuner": {"1804"}}
		for field, value := range change {
			form[field] = value
		}
		a := p.post(webhooksPath, form)
		if a.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", name, a.StatusCode)
			continue
		}
		again := formValues(t, a.body)
		for _, field := range []string{"navn", "adresse", "epost", "kommuner"} {
			if again.Get(field) != form.Get(field) {
				t.Errorf("%s: %s is %q, want what was typed: %q", name, field, again.Get(field), form.Get(field))
			}
		}
	}
}
