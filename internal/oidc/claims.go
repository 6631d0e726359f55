package oidc

import (
	"encoding/json"
	"slices"
	"strings"
)

// claims is what we read of an ID token beside what the library reads.
type claims struct {
	Email           string          `json:"email"`
	EmailVerified   truth           `json:"email_verified"`
	DomainVerified  truth           `json:"xms_edov"`
	Name            string          `json:"name"`
	ACR             string          `json:"acr"`
	AMR             words           `json:"amr"`
	AuthorizedParty string          `json:"azp"`
	Details         json.RawMessage `json:"authorization_details"`
}

// provedEmail returns the address if the provider says that it is the person's.
//
// In Entra ID whoever administers a tenant writes what is in "email", also an address of
// another organization: it counts with xms_edov alone, by which Microsoft says that the
// tenant has shown that the domain is its own. That an address has a kommune's domain
// proves nothing, not even in an issuer of one tenant: the tenant may be another one's.
// Keycloak and others say email_verified.
func (c claims) provedEmail() string {
	if c.Email == "" || !c.EmailVerified && !c.DomainVerified {
		return ""
	}
	return strings.ToLower(strings.TrimSpace(c.Email))
}

// truth is a claim that providers write as true, "true", 1 or "1".
type truth bool

// UnmarshalJSON implements json.Unmarshaler. What is none of these is false.
func (t *truth) UnmarshalJSON(content []byte) error {
	switch strings.Trim(string(content), `"`) {
	case "true", "1":
		*t = true
	default:
		*t = false
	}
	return nil
}

// words is a list that some providers write as one word.
type words []string

// UnmarshalJSON implements json.Unmarshaler.
func (w *words) UnmarshalJSON(content []byte) error {
	var one string
	if json.Unmarshal(content, &one) == nil {
		*w = words{one}
		return nil
	}
	return json.Unmarshal(content, (*[]string)(w))
}

// Levels of security, in order. 0 is what we do not know.
const (
	low = iota + 1
	substantial
	high
)

// level reads a level of security as Norwegian and European providers write it:
// "idporten-loa-high", "high" (Ansattporten), "Level4" (ID-porten before 2023),
// "urn:…:loa:high", "http://eidas.europa.eu/LoA/high".
func level(acr string) int {
	acr = strings.ToLower(acr)
	if i := strings.LastIndexAny(acr, ":/-"); i >= 0 {
		acr = acr[i+1:]
	}
	switch acr {
	case "high", "level4":
		return high
	case "substantial", "level3":
		return substantial
	case "low":
		return low
	}
	return 0
}

// enough reports whether the level is one of those asked for, or above one of them.
func enough(acr string, asked []string) bool {
	if len(asked) == 0 || slices.Contains(asked, acr) {
		return true
	}
	return slices.ContainsFunc(asked, func(a string) bool { return level(a) > 0 && level(acr) >= level(a) })
}

// detail is one object of authorization_details (RFC 9396) as Ansattporten writes it; see
// https://docs.digdir.no/docs/ansattporten/ansattporten_rar.html. Which organizations the
// person may act for stands in another place for each type:
//
//	ansattporten:altinn:resource  authorized_parties[].orgno
//	ansattporten:altinn:service   reportees[]
//	ansattporten:orgno            orgno
type detail struct {
	Type     string `json:"type"`
	Resource string `json:"resource"`

	OrgNo             identifier   `json:"orgno"`
	AuthorizedParties []party      `json:"authorized_parties"`
	Reportees         []identifier `json:"reportees"`
}

type party struct {
	OrgNo identifier `json:"orgno"`
}

// identifier is an organization in ISO 6523: "0192:" and its number. Its fields begin
// with a capital or not, by type; the JSON package takes both.
type identifier struct {
	Authority string `json:"authority"`
	ID        string `json:"id"`
}

func (i identifier) orgNumber() (string, bool) {
	if i.Authority != "iso6523-actorid-upis" {
		return "", false
	}
	return strings.CutPrefix(i.ID, "0192:")
}

// orgNumbers returns the organizations in the ID token's details, or else in those beside
// it in the token response. Only what was asked for counts: the question goes through the
// person's browser, where it could be changed to one about a right that more people have.
func orgNumbers(asked []detail, inToken json.RawMessage, beside any) []string {
	if len(inToken) == 0 && beside != nil {
		inToken, _ = json.Marshal(beside)
	}
	var said []detail
	if json.Unmarshal(inToken, &said) != nil {
		return nil
	}
	var found []string
	for _, d := range said {
		if !slices.ContainsFunc(asked, func(a detail) bool { return a.Type == d.Type && a.Resource == d.Resource }) {
			continue
		}
		var named []identifier
		switch d.Type {
		case "ansattporten:altinn:resource":
			for _, p := range d.AuthorizedParties {
				named = append(named, p.OrgNo)
			}
		case "ansattporten:altinn:service":
			named = d.Reportees
		case "ansattporten:orgno":
			named = []identifier{d.OrgNo}
		}
		for _, i := range named {
			if n, ok := i.orgNumber(); ok && !slices.Contains(found, n) {
				found = append(found, n)
			}
		}
	}
	return found
}
