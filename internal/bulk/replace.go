package bulk

import (
	"slices"
	"strings"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
)

// Replaceable are the columns that Replace works on.
var Replaceable = []string{"telefon", "epost", "nettsted", "gateadresse"}

// Replace returns what putting one value in place of another would do, in all of the
// stored offerings that are not archived. Numbers are compared as numbers, addresses of
// mailboxes and streets without regard to case; of a web address, the beginning is enough.
// Where the values cannot be used, invalid says why by "felt", "fra" or "til".
func Replace(n *Names, stored []directory.Offering, field, from, to string) (p Plan, invalid map[string]string) {
	from, to = normal(from), normal(to)
	invalid = map[string]string{}
	if !slices.Contains(Replaceable, field) {
		invalid["felt"] = "Velg hva som skal byttes."
	}
	if from == "" {
		invalid["fra"] = "Skriv det som skal byttes ut."
	}
	if to == "" {
		invalid["til"] = "Skriv det som skal stå i stedet."
	}
	if len(invalid) > 0 {
		return Plan{}, invalid
	}
	swap, wrong := swapper(field, from, to)
	if len(wrong) > 0 {
		return Plan{}, wrong
	}
	for i, before := range stored {
		if before.Status == directory.Archived {
			continue
		}
		after := before
		after.Phones, after.Emails, after.Websites = slices.Clone(before.Phones), slices.Clone(before.Emails), slices.Clone(before.Websites)
		after.Locations = slices.Clone(before.Locations)
		swap(&after)
		l := Line{Row: i + 1, Offering: after}
		for _, c := range columns {
			if was, now := c.get(n, before), c.get(n, after); c.name == field && was != now {
				l.Changes = append(l.Changes, Change{c.name, was, now})
			}
		}
		if len(l.Changes) == 0 {
			continue
		}
		if wrong, ok := after.Validate().(directory.Invalid); ok {
			for field, key := range wrong {
				l.Problems = append(l.Problems, Problem{ColumnOf(field), message(key)})
			}
		}
		p.Lines = append(p.Lines, l)
	}
	return p, nil
}

// swapper returns what carries out the replacement in an offering whose lists are its own.
func swapper(field, from, to string) (swap func(*directory.Offering), invalid map[string]string) {
	invalid = map[string]string{}
	switch field {
	case "telefon":
		old, err := directory.ParsePhone(from)
		if err != nil {
			invalid["fra"] = "Dette er ikke et telefonnummer."
		}
		next, err := directory.ParsePhone(to)
		if err != nil {
			invalid["til"] = "Dette er ikke et telefonnummer vi kan vise. Skriv åtte sifre, eller et kort nummer som 116123."
		}
		return func(o *directory.Offering) {
			for i := range o.Phones {
				if o.Phones[i].Number == old {
					o.Phones[i].Number = next
				}
			}
		}, invalid
	case "epost":
		if directory.ValidateEmail(to) != nil {
			invalid["til"] = "Dette er ikke en e-postadresse."
		}
		return func(o *directory.Offering) {
			for i := range o.Emails {
				if strings.EqualFold(o.Emails[i], from) {
					o.Emails[i] = to
				}
			}
		}, invalid
	case "nettsted":
		if !strings.HasPrefix(to, "https://") && !strings.HasPrefix(to, "http://") {
			invalid["til"] = "Skriv hele adressen: https://www.example.org/"
		}
		return func(o *directory.Offering) {
			for i := range o.Websites {
				if rest, ok := strings.CutPrefix(o.Websites[i], from); ok {
					o.Websites[i] = to + rest
				}
			}
		}, invalid
	}
	return func(o *directory.Offering) {
		for i := range o.Locations {
			if !o.Locations[i].Confidential && strings.EqualFold(o.Locations[i].Street, from) {
				o.Locations[i].Street, o.Locations[i].Position = to, nil
			}
		}
	}, invalid
}
