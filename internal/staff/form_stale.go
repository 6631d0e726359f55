package staff

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/diff"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

// stale shows a form that was filled from an older version than the one that is stored.
// What only one of the two has changed is taken over; of what both have, both texts are
// shown, and the person chooses.
func (s *Staff) stale(c *fiber.Ctx, e editing, v url.Values, version int, draft string) error {
	base, found, err := s.versionOf(c, e.stored.ID, version)
	if err != nil {
		return err
	}
	names, err := s.diffNames(c)
	if err != nil {
		return err
	}
	// What was typed, over what it was typed over.
	typedOver := e
	if found {
		typedOver.stored = base
	}
	mine, wrong := typedOver.read(v)
	merged := mine
	merged.ID, merged.Version, merged.Status = e.stored.ID, e.stored.Version, e.stored.Status
	var conflicts []view.ConflictField
	for _, d := range diff.Offerings(e.stored, mine, names) {
		if found && !differs(d.Name, base, mine, names) {
			copyField(&merged, e.stored, d.Name) // only the other has changed it
			continue
		}
		if !found || differs(d.Name, base, e.stored, names) {
			if choosable(d.Name) {
				conflicts = append(conflicts, view.ConflictField{Change: d, Mine: true})
			}
		}
	}
	note := "Noen andre har lagret dette tilbudet mens du skrev. Ingenting er borte. "
	if len(conflicts) == 0 {
		note += "Dere har endret hvert deres, og begge deler står i skjemaet nå. Se over, og lagre."
	} else {
		note += "Velg hva som skal stå der dere har skrevet ulikt, og lagre."
	}
	merged.ClosedUntil = mine.ClosedUntil
	if mine.Status == directory.Closed {
		merged.Status = directory.Closed
	}
	form := offeringForm(merged, e.names)
	form.Set("hvorfor", v.Get("hvorfor"))
	form.Set("kilde", v.Get("kilde"))
	keepUnread(form, v, wrong)
	e.keepHidden(form, merged.Locations)
	return s.sendFormPage(c, http.StatusConflict, e, form, e.stored.Version, wrong, func(p *view.OfferingFormPage) {
		p.Problem, p.Conflict, p.Draft = note, conflicts, draft
	})
}

// versionOf returns the offering as it was in a version.
func (s *Staff) versionOf(c *fiber.Ctx, id int64, version int) (directory.Offering, bool, error) {
	revisions, err := s.deps.Store.History(c.UserContext(), actorOf(c), store.KindOffering, strconv.FormatInt(id, 10))
	if err != nil {
		return directory.Offering{}, false, err
	}
	for _, r := range revisions {
		if r.Version == version {
			var o directory.Offering
			err := json.Unmarshal(r.After, &o)
			return o, err == nil, err
		}
	}
	return directory.Offering{}, false, nil
}

func differs(field string, a, b directory.Offering, names diff.Names) bool {
	return slices.ContainsFunc(diff.Offerings(a, b, names), func(d diff.Change) bool { return d.Name == field })
}

// choosable reports whether the form has the field.
func choosable(field string) bool {
	switch field {
	case "status", "closed_until", "organization", "source", "confidence", "accessibility", "keywords":
		return false
	}
	return true
}

// copyField gives o what from says in the field, by its name in diff.Fields.
func copyField(o *directory.Offering, from directory.Offering, field string) {
	switch field {
	case "name":
		o.Name = from.Name
	case "type":
		o.Type = from.Type
	case "organization":
		o.Organization = from.Organization
	case "status":
		o.Status = from.Status
	case "closed_until":
		o.ClosedUntil = from.ClosedUntil
	case "summary":
		o.Summary = from.Summary
	case "description":
		o.Description = from.Description
	case "audience":
		o.Audience = from.Audience
	case "cost":
		o.Cost = from.Cost
	case "referral":
		o.Referral = from.Referral
	case "phones":
		o.Phones = from.Phones
	case "emails":
		o.Emails = from.Emails
	case "websites":
		o.Websites = from.Websites
	case "opening_text":
		o.OpeningText = from.OpeningText
	case "schedules":
		o.Schedules = from.Schedules
	case "exceptions":
		o.Exceptions = from.Exceptions
	case "locations":
		o.Locations = from.Locations
	case "complaint":
		o.Complaint = from.Complaint
	case "coverage":
		o.Coverage = from.Coverage
	case "target_groups":
		o.TargetGroups = from.TargetGroups
	case "topics":
		o.Topics = from.Topics
	case "formats":
		o.Formats = from.Formats
	case "languages":
		o.Languages = from.Languages
	case "accessibility":
		o.Accessibility = from.Accessibility
	case "keywords":
		o.Keywords = from.Keywords
	case "source":
		o.Source = from.Source
	case "confidence":
		o.Confidence = from.Confidence
	}
}

// formKeys are the fields of the form by the name in diff.Fields. One that ends in an
// underscore is all that begin so: fields that the form has once a row.
var formKeys = map[string][]string{
	"name": {"navn"}, "type": {"type"}, "summary": {"ingress"}, "description": {"beskrivelse"}, "audience": {"for_hvem"}, "cost": {"pris", "pris_tekst"},
	"referral": {"henvisning", "henvisning_tekst"}, "phones": {"tlf", "tlf_til", "tlf_tid"}, "emails": {"epost"}, "websites": {"nettsted"},
	"opening_text": {"apningstider"}, "schedules": {"tid_", "tider_periode_bort"}, "exceptions": {"unntak_"}, "locations": {"sted", "gate", "postnummer", "poststed", "hemmelig", "fjern", "sted_", "gate_", "postnummer_", "poststed_", "hemmelig_", "fjern_"},
	"complaint": {"klage"}, "coverage": {"kommuner", "bydel", "omrade"}, "target_groups": {"malgruppe"}, "topics": {"tema"}, "formats": {"form"}, "languages": {"sprak"},
}

func isKey(key string, keys []string) bool {
	return slices.ContainsFunc(keys, func(k string) bool { return k == key || strings.HasSuffix(k, "_") && strings.HasPrefix(key, k) })
}

// take gives the form what from has in the fields of the keys, and nothing else there.
func take(form, from url.Values, keys []string) {
	for key := range form {
		if isKey(key, keys) {
			form.Del(key)
		}
	}
	for key, values := range from {
		if isKey(key, keys) {
			form[key] = values
		}
	}
}

// choose puts what is stored into the fields where the person has chosen it over what was
// typed.
func choose(form, stored url.Values, keysOf map[string][]string) {
	for field, keys := range keysOf {
		if form.Get("velg-"+field) == "ny" {
			take(form, stored, keys)
		}
		form.Del("velg-" + field)
	}
}

// keepUnread puts what was typed and could not be read back into the form: it is in no
// offering.
func keepUnread(form, typed url.Values, wrong map[string]string) {
	for key := range wrong {
		for _, keys := range formKeys {
			if isKey(key, keys) {
				take(form, typed, keys)
			}
		}
	}
}

// addMissing adds to a draft the rows that the form has got since it was kept: what it says
// nothing of is as it is stored.
func addMissing(draft, stored url.Values) {
	for _, keys := range [][]string{formKeys["schedules"], formKeys["exceptions"], {"sted_", "gate_", "postnummer_", "poststed_", "hemmelig_"}, {"sted"}} {
		if !hasAny(draft, keys) {
			take(draft, stored, keys)
		}
	}
}

func hasAny(form url.Values, keys []string) bool {
	for key := range form {
		if isKey(key, keys) {
			return true
		}
	}
	return false
}
