package staff

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"

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
	mine, _ := typedOver.read(v)
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
	// Only a press that is meant takes a place out of hiding.
	if len(e.stored.Locations) > 0 && e.stored.Locations[0].Confidential {
		form.Set("hemmelig", "ja")
	}
	return s.sendFormPage(c, http.StatusConflict, e, form, e.stored.Version, nil, func(p *view.OfferingFormPage) {
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
	case "status", "closed_until", "organization", "source", "confidence", "schedules", "exceptions", "accessibility", "keywords":
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

// choose takes over the fields where the person has chosen what stands there already.
func choose(o *directory.Offering, stored directory.Offering, v url.Values) {
	for _, f := range diff.Fields(stored, diff.Names{}) {
		if v.Get("velg-"+f.Name) == "ny" {
			copyField(o, stored, f.Name)
		}
	}
}
