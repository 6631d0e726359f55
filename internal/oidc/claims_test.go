package oidc

import (
	"encoding/json"
	"slices"
	"testing"
)

const askedResource = `[{"type":"ansattporten:altinn:resource","resource":"urn:altinn:resource:test-oversikt"}]`

func TestOrgNumbers(t *testing.T) {
	const party = `{"orgno":{"authority":"iso6523-actorid-upis","ID":"0192:972418013"},"resource":"test-oversikt","name":"TEST KOMMUNE","unit_type":"KOMM"}`
	for _, tc := range []struct {
		name, asked, said, beside string
		want                      []string
	}{
		{"resource", askedResource,
			`[{"type":"ansattporten:altinn:resource","resource":"urn:altinn:resource:test-oversikt","resource_name":"Test","authorized_parties":[` + party + `]}]`, "",
			[]string{"972418013"}},
		{"beside the ID token", askedResource, "",
			`[{"type":"ansattporten:altinn:resource","resource":"urn:altinn:resource:test-oversikt","authorized_parties":[` + party + `]}]`,
			[]string{"972418013"}},
		{"several, one twice", askedResource,
			`[{"type":"ansattporten:altinn:resource","resource":"urn:altinn:resource:test-oversikt","authorized_parties":[` + party + `,` + party +
				`,{"orgno":{"authority":"iso6523-actorid-upis","ID":"0192:964338531"}}]}]`, "",
			[]string{"972418013", "964338531"}},
		{"service", `[{"type":"ansattporten:altinn:service","resource":"urn:altinn:resource:2480:40"}]`,
			`[{"type":"ansattporten:altinn:service","resource":"urn:altinn:resource:2480:40","reportees":[{"Rights":["Read"],"Authority":"iso6523-actorid-upis","ID":"0192:972418013","Name":"TEST KOMMUNE"}]}]`, "",
			[]string{"972418013"}},
		{"employer", `[{"type":"ansattporten:orgno"}]`,
			`[{"type":"ansattporten:orgno","orgno":{"authority":"iso6523-actorid-upis","ID":"0192:972418013"}}]`, "", []string{"972418013"}},
		{"not asked", "", `[{"type":"ansattporten:altinn:resource","resource":"urn:altinn:resource:test-oversikt","authorized_parties":[` + party + `]}]`, "", nil},
		{"another resource", askedResource, `[{"type":"ansattporten:altinn:resource","resource":"urn:altinn:resource:annet","authorized_parties":[` + party + `]}]`, "", nil},
		{"another type", askedResource, `[{"type":"ansattporten:orgno","resource":"urn:altinn:resource:test-oversikt","orgno":{"authority":"iso6523-actorid-upis","ID":"0192:972418013"}}]`, "", nil},
		{"another register", askedResource, `[{"type":"ansattporten:altinn:resource","resource":"urn:altinn:resource:test-oversikt","authorized_parties":[{"orgno":{"authority":"iso6523-actorid-upis","ID":"0007:972418013"}}]}]`, "", nil},
		{"no list", askedResource, `{"type":"ansattporten:altinn:resource"}`, "", nil},
		{"none", askedResource, "", "", nil},
	} {
		asked, err := Config{AuthorizationDetails: tc.asked}.details()
		if err != nil {
			t.Fatal(err)
		}
		var beside any
		if tc.beside != "" {
			if err := json.Unmarshal([]byte(tc.beside), &beside); err != nil {
				t.Fatal(err)
			}
		}
		if got := orgNumbers(asked, json.RawMessage(tc.said), beside); !slices.Equal(got, tc.want) {
			t.Errorf("%s: %v, want %v", tc.name, got, tc.want)
		}
	}
}

func TestEnough(t *testing.T) {
	for _, tc := range []struct {
		acr   string
		asked []string
		want  bool
	}{
		{"", nil, true},
		{"idporten-loa-high", []string{"idporten-loa-substantial"}, true},
		{"idporten-loa-substantial", []string{"idporten-loa-high"}, false},
		{"high", []string{"idporten-loa-high"}, true},
		{"substantial", []string{"high", "entraid"}, false},
		{"entraid", []string{"high", "entraid"}, true},
		{"entraid", []string{"high"}, false},
		{"Level4", []string{"Level3"}, true},
		{"Level3", []string{"Level4"}, false},
		{"", []string{"high"}, false},
		{"1", []string{"2"}, false},
		{"2", []string{"2"}, true},
	} {
		if got := enough(tc.acr, tc.asked); got != tc.want {
			t.Errorf("enough(%q, %q) = %v, want %v", tc.acr, tc.asked, got, tc.want)
		}
	}
	for acr, want := range map[string]int{"urn:mace:incommon:iap:silver": 0, "urn:test:loa:high": high, "http://eidas.europa.eu/LoA/substantial": substantial, "selfregistered-email": 0} {
		if got := level(acr); got != want {
			t.Errorf("level(%q) = %d, want %d", acr, got, want)
		}
	}
}

func TestProvedEmail(t *testing.T) {
	for content, want := range map[string]string{
		`{"email":"Kari@Test.example.org","email_verified":true}`:   "kari@test.example.org",
		`{"email":"kari@test.example.org","email_verified":"true"}`: "kari@test.example.org",
		`{"email":"kari@test.example.org","xms_edov":true}`:         "kari@test.example.org",
		`{"email":"kari@test.example.org","xms_edov":"1"}`:          "kari@test.example.org",
		`{"email":"kari@test.example.org"}`:                         "",
		`{"email":"kari@test.example.org","email_verified":false}`:  "",
		`{"email":"kari@test.example.org","email_verified":"nei"}`:  "",
		`{"email_verified":true}`:                                   "",
	} {
		var c claims
		if err := json.Unmarshal([]byte(content), &c); err != nil {
			t.Fatal(err)
		}
		if got := c.provedEmail(); got != want {
			t.Errorf("%s: %q, want %q", content, got, want)
		}
	}
	var c claims
	for content, want := range map[string]int{`{"amr":"BankID"}`: 1, `{"amr":["pwd","mfa"]}`: 2} {
		if err := json.Unmarshal([]byte(content), &c); err != nil || len(c.AMR) != want {
			t.Errorf("%s: %q, %v", content, c.AMR, err)
		}
	}
}

func TestDetailsAreChecked(t *testing.T) {
	for content, good := range map[string]bool{"": true, askedResource: true, "{}": false, `[{"resource":"x"}]`: false, "[": false} {
		if err := (Config{AuthorizationDetails: content}).Validate(); (err == nil) != good {
			t.Errorf("%s: %v", content, err)
		}
	}
}
