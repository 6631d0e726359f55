package fhir

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/interop"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
)

// service returns an offering as HealthcareService.
func (c *catalog) service(o *directory.Offering) *healthcareService {
	it := c.byReference[typeService+"/"+o.UUID.String()]
	s := &healthcareService{
		header:     it.newHeader(profileService),
		Identifier: []identifier{{Use: "official", System: c.site + "/tilbud", Value: strconv.FormatInt(o.ID, 10)}},
		Active:     o.Status == directory.Published,
		ProvidedBy: c.providedBy(o.Organization),

		Name:         o.Name,
		Comment:      o.Summary,
		ExtraDetails: details(o),
		Telecom:      telecom(o),
		Eligibility:  c.eligibility(o),

		AvailabilityExceptions: openingWords(o),
	}
	for _, p := range interop.Places(o) {
		if r := c.refer(typeLocation, p.ID.String(), p.Name); r != nil {
			s.Location = append(s.Location, *r)
		}
	}
	for _, id := range it.areas {
		s.CoverageArea = append(s.CoverageArea, *c.refer(typeLocation, id, c.byReference[typeLocation+"/"+id].names[0].written))
	}
	c.classify(s, o)
	s.AvailableTime = week(o.Schedules)
	s.NotAvailable = closed(o)
	s.Text = narrate(o.Name, append([]string{o.Summary}, telephones(o)...)...)
	return s
}

// providedBy refers to the organization both ways that no-basis-HealthcareService wants:
// where it is found here, and what it is called in Enhetsregisteret.
func (c *catalog) providedBy(g directory.Organization) *reference {
	if g.Name == "" {
		return nil
	}
	r := c.refer(typeOrganization, g.UUID.String(), g.Name)
	if n := c.orgNumber(g); r != nil && n != "" {
		r.Identifier = &identifier{System: systemENH, Value: n}
	}
	return r
}

// classify fills in what is said in codes.
func (c *catalog) classify(s *healthcareService, o *directory.Offering) {
	if t, ok := c.view.Type(o.Type); ok {
		s.ServiceType = c.concepts(vocabularyType, t.Code, t.Name.NB)
		for _, g := range c.view.TypeGroups() {
			if g.Code == t.Group {
				s.Category = c.concepts(vocabularyGroup, g.Code, g.Name.NB)
			}
		}
	}
	if code, ok := specialties[o.Type]; ok {
		s.Specialty = []codeableConcept{{Coding: []coding{code}}}
	}
	for kind, list := range map[directory.TermKind][]string{directory.Topic: o.Topics, directory.Format: o.Formats} {
		for _, code := range list {
			if t, ok := c.view.Term(kind, code); ok {
				s.Characteristic = append(s.Characteristic, c.concepts(string(kind), code, t.Name.NB)...)
			}
		}
	}
	for _, a := range accessibilities {
		if slices.Contains(o.Accessibility, a.code) {
			s.Characteristic = append(s.Characteristic, c.concepts(vocabularyAccessibility, string(a.code), a.name.NB)...)
		}
	}
	slices.SortStableFunc(s.Characteristic, func(a, b codeableConcept) int {
		return strings.Compare(a.Coding[0].System, b.Coding[0].System)
	})
	switch o.Cost.Kind {
	case directory.Free:
		s.ServiceProvisionCode = []codeableConcept{{[]coding{{systemProvision, "free", "Free"}}, "Gratis"}}
	case directory.Paid:
		s.ServiceProvisionCode = []codeableConcept{{[]coding{{systemProvision, "cost", "Fees apply"}}, "Koster noe"}}
	}
	for _, l := range o.Languages {
		s.Communication = append(s.Communication, codeableConcept{Coding: []coding{{System: systemLanguage, Code: l}}})
	}
}

func (c *catalog) concepts(vocabulary, code, display string) []codeableConcept {
	return []codeableConcept{{Coding: []coding{{c.system(vocabulary), code, display}}}}
}

// eligibility says whom the offering is for: the words with the first of the codes, since
// they are about all of them.
func (c *catalog) eligibility(o *directory.Offering) []eligibility {
	var list []eligibility
	for _, code := range o.TargetGroups {
		if t, ok := c.view.Term(directory.TargetGroup, code); ok {
			list = append(list, eligibility{Code: &c.concepts(vocabularyTarget, code, t.Name.NB)[0]})
		}
	}
	if o.Audience == "" {
		return list
	}
	if len(list) == 0 {
		list = []eligibility{{}}
	}
	list[0].Comment = o.Audience
	return list
}

// telecom returns every way to get in touch, in the order of the listing: what to try first
// has rank 1.
func telecom(o *directory.Offering) []contactPoint {
	var list []contactPoint
	add := func(system, value string) {
		list = append(list, contactPoint{System: system, Value: value, Use: "work", Rank: len(list) + 1})
	}
	for _, p := range o.Phones {
		system := "phone"
		if p.Purpose == directory.PurposeText {
			system = "sms"
		}
		add(system, string(p.Number))
	}
	for _, e := range o.Emails {
		add("email", e)
	}
	for _, w := range o.Websites {
		add("url", w)
	}
	return list
}

func telephones(o *directory.Offering) []string {
	var list []string
	for _, p := range o.Phones {
		list = append(list, "Telefon: "+p.Number.String())
	}
	return list
}

// ways is how one gets an offering, in words.
var ways = map[directory.ReferralKind]string{
	directory.ContactYourself: "Du kan ta kontakt selv.",
	directory.Apply:           "Du må søke.",
	directory.BeReferred:      "Du må ha henvisning.",
}

// purposes is what a telephone number is for, in words.
var purposes = map[directory.PhonePurpose]string{
	directory.PurposeHelpline:    "hjelpetelefon",
	directory.PurposeSwitchboard: "sentralbord",
	directory.PurposeBooking:     "timebestilling",
	directory.PurposeText:        "tekstmelding",
}

// details returns what a listing says that HealthcareService has no element of its own for,
// as Markdown. That a referral is needed is no way to refer, so it is not in referralMethod.
func details(o *directory.Offering) string {
	var parts []string
	add := func(heading string, lines ...string) {
		lines = slices.DeleteFunc(lines, func(s string) bool { return s == "" })
		if len(lines) == 0 {
			return
		}
		if heading != "" {
			lines[0] = "**" + heading + ":** " + lines[0]
		}
		parts = append(parts, strings.Join(lines, " "))
	}
	add("", o.Description)
	add("Gjelder", o.Coverage.Bydel)
	add("Slik får du tilbudet", ways[o.Referral.Kind], o.Referral.Text)
	add("Pris", o.Cost.Text)
	for _, p := range o.Phones {
		if about := strings.Join(nonempty(purposes[p.Purpose], p.Hours), ", "); about != "" {
			add("Telefon "+p.Number.String(), about)
		}
	}
	add("Klage", o.Complaint)
	if o.ConfirmedAt != nil {
		add("Sist bekreftet", o.ConfirmedAt.UTC().Format(time.DateOnly))
	}
	add("Kilde", nonempty(o.Source.Title, string(o.Source.Date), o.Source.URL)...)
	return strings.Join(parts, "\n\n")
}

func nonempty(list ...string) []string {
	return slices.DeleteFunc(list, func(s string) bool { return s == "" })
}

var weekdays = [...]string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// week returns the opening hours of every week, days with the same hours together. Hours
// that hold for a part of the year only are not among them, since availableTime has no
// dates: see openingWords.
func week(schedules []directory.Schedule) []availableTime {
	var list []availableTime
	for _, s := range schedules {
		if s.ValidFrom != nil || s.ValidTo != nil {
			continue
		}
		t := availableTime{Start: clock(s.Opens), End: clock(s.Closes)}
		if s.Opens == "00:00" && s.Closes == "24:00" {
			t = availableTime{AllDay: true}
		}
		i := slices.IndexFunc(list, func(a availableTime) bool {
			return a.AllDay == t.AllDay && a.Start == t.Start && a.End == t.End
		})
		if i < 0 {
			i, list = len(list), append(list, t)
		}
		if day := weekdays[s.Weekday]; !slices.Contains(list[i].DaysOfWeek, day) {
			list[i].DaysOfWeek = append(list[i].DaysOfWeek, day)
		}
	}
	return list
}

// clock writes a time of day as FHIR does, which has no 24:00.
func clock(hhmm string) string {
	switch hhmm {
	case "":
		return ""
	case "24:00":
		return "23:59:59"
	}
	return hhmm + ":00"
}

// openingWords returns the opening hours in words, with those that hold for some days only.
func openingWords(o *directory.Offering) string {
	lines := nonempty(o.OpeningText)
	for _, s := range o.Schedules {
		if s.ValidFrom == nil && s.ValidTo == nil {
			continue
		}
		line := fmt.Sprintf("%s %s–%s", page.Bokmal.Weekday(s.Weekday), s.Opens, s.Closes)
		if s.ValidFrom != nil {
			line += " fra " + s.ValidFrom.Format(time.DateOnly)
		}
		if s.ValidTo != nil {
			line += " til " + s.ValidTo.Format(time.DateOnly)
		}
		lines = append(lines, line)
	}
	for _, e := range o.Exceptions {
		if !e.Closed {
			lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s: %s–%s %s", e.Date.Format(time.DateOnly), e.Opens, e.Closes, e.Note)))
		}
	}
	return strings.Join(lines, "\n")
}

// closed returns the times at which the offering is not to be had.
func closed(o *directory.Offering) []notAvailable {
	var list []notAvailable
	if o.Status == directory.Closed {
		n := notAvailable{Description: "Midlertidig stengt"}
		if o.ClosedUntil != nil {
			n.During = &period{End: o.ClosedUntil.AddDate(0, 0, -1).Format(time.DateOnly)} // it opens again on that day
		}
		list = append(list, n)
	}
	for _, e := range o.Exceptions {
		if e.Closed {
			day, why := e.Date.Format(time.DateOnly), "Stengt"
			if e.Note != "" {
				why = e.Note
			}
			list = append(list, notAvailable{Description: why, During: &period{Start: day, End: day}})
		}
	}
	return list
}
