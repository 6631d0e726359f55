package store

import (
	"strings"
	"testing"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

func TestBearsName(t *testing.T) {
	for line, names := range map[string]map[string]bool{
		"Kirkens SOS": {
			"Kirkens SOS": true, "KIRKENS S.O.S.": true, "Kirkens SOS Prøvested": true, "SOS-telefonen, kirkens": true, "KirkensSOS": true, "Kirkens-SOS": true,
			"Кirkens SОS": true, "Kirkens kor": false, "SOS-gruppen": false,
		},
		"Hjelpetelefonen – Mental Helse": {
			"Mental Helse Hjelpetelefonen": true, "Hjelpetelefonen": true, "Hjelpetelefon i Prøvested": true, "Mental Helse Prøvested": false, "Psykisk helse og rus": false,
		},
		"Alarmtelefonen for barn og unge": {"Alarmtelefonen": true, "Alarmtelefon for barn": true, "Barn og unge": false, "Trygghetsalarm": false},
		"Pårørendetelefonen (rus og psykisk helse)": {
			"Paarorendetelefonen": true, "PÅRØRENDETELEFONEN": true, "Pårørendegruppe": false, "Rus og psykisk helse": false,
		},
		"RUSinfo":  {"Rusinfo": true, "Virusinfo": false},
		"Legevakt": {"Prøvested legevakt": true, "Legevakta": true, "Legekontor": false},
		"LEVE – Landsforeningen for etterlatte ved selvmord (telefon)": {"Leve med kreft": false},
		"": {"Noe": false},
	} {
		for name, want := range names {
			if got := bearsName(name, line); got != want {
				t.Errorf("%q bears the name of %q: %v, want %v", name, line, got, want)
			}
		}
	}
}

// An ordinary editor who gives an offering the name of a helpline, and a number of their own,
// is seen by national editors before any reader sees it, whatever way they do it in.
func TestNobodyBorrowsTheNameOfAHelplineAlone(t *testing.T) {
	const name = "Prøvelinjen"
	kommune := auth.Owner{Kommune: "1804"}
	borrow := func(o directory.Offering) directory.Offering {
		o.Name, o.Phones = name+" i Prøvested", []directory.Phone{{Number: theirs}}
		return o
	}
	for _, tc := range []struct {
		name string
		try  func(t *testing.T, c *crisis, o directory.Offering, by auth.Actor) error
	}{
		{"renaming", func(t *testing.T, c *crisis, o directory.Offering, by auth.Actor) error {
			o.Name = name
			return errorOf(c.UpdateOffering(t.Context(), by, "", o))
		}},
		{"name and number at once", func(t *testing.T, c *crisis, o directory.Offering, by auth.Actor) error {
			return errorOf(c.UpdateOffering(t.Context(), by, "", borrow(o)))
		}},
		{"as a keyword", func(t *testing.T, c *crisis, o directory.Offering, by auth.Actor) error {
			o.Keywords = []string{"samtale", "Døgnåpent som prøvelinjen"}
			return errorOf(c.UpdateOffering(t.Context(), by, "", o))
		}},
		{"its organization's", func(t *testing.T, c *crisis, o directory.Offering, by auth.Actor) error {
			o.Organization = directory.Organization{Name: "Prøvelinjen i Prøvested", Kommune: "1804"}
			return errorOf(c.UpdateOffering(t.Context(), by, "", o))
		}},
		{"a keyword, then the name", func(t *testing.T, c *crisis, o directory.Offering, by auth.Actor) error {
			o.Keywords = []string{name}
			saved, err := c.SaveOffering(t.Context(), by, "", o)
			wantError(t, "SaveOffering", err, nil)
			saved.Offering, err = c.ApproveChange(t.Context(), c.editor, saved.Held.ID)
			wantError(t, "ApproveChange", err, nil)
			saved.Offering.Name = name
			return errorOf(c.UpdateOffering(t.Context(), by, "", saved.Offering))
		}},
		{"a batch", func(t *testing.T, c *crisis, o directory.Offering, by auth.Actor) error {
			return errorOf(c.SaveBatch(t.Context(), by, kommune, "Alle", []directory.Offering{borrow(o)}))
		}},
		{"the right number first", func(t *testing.T, c *crisis, o directory.Offering, by auth.Actor) error {
			right := o
			right.Name, right.Phones = name, []directory.Phone{{Number: "+4722333333"}}
			saved, err := c.SaveOffering(t.Context(), by, "", right)
			if saved.Held != nil {
				t.Errorf("with the helpline's own number: %+v", saved.Held)
			}
			wantError(t, "SaveOffering", err, nil)
			o = saved.Offering
			o.Phones = []directory.Phone{{Number: theirs}}
			return errorOf(c.UpdateOffering(t.Context(), by, "", o))
		}},
		{"the number in a text", func(t *testing.T, c *crisis, o directory.Offering, by auth.Actor) error {
			o.Name, o.Phones, o.Summary = name, nil, "Ring 99 99 99 99."
			return errorOf(c.UpdateOffering(t.Context(), by, "", o))
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c, o, by, colleague := openNamesake(t, name)
			wantError(t, tc.name, tc.try(t, c, o, by), nil)
			now, err := c.OfferingByID(t.Context(), o.ID)
			wantError(t, "OfferingByID", err, nil)
			for _, n := range numbersSeen(now) {
				if n == theirs && (now.Name != o.Name || bearsName(now.Organization.Name, name) || strings.HasPrefix(tc.name, "as a") && len(bearing(now, name)) > 0) {
					t.Errorf("readers see %q of %q, %q, with %v", now.Name, now.Organization.Name, now.Keywords, now.Phones)
				}
			}
			h, err := c.HeldChangeOf(t.Context(), o.ID)
			wantError(t, "what waits", err, nil)
			lines, err := c.Namesakes(t.Context(), h)
			wantError(t, "Namesakes", err, nil)
			wantEqual(t, "namesakes", 1, len(lines))
			wantEqual(t, "tasks for national editors", 1, len(tasksOf(t, c.Store, TaskHeld)))
			// A colleague of the same kommune, whom the same hand may hold, is not enough.
			wantError(t, "a manager of the kommune", errorOf(c.ApproveChange(t.Context(), colleague, h.ID)), auth.ErrForbidden)
			wantError(t, "a national editor", errorOf(c.ApproveChange(t.Context(), c.editor, h.ID)), nil)
		})
	}
	t.Run("a new one", func(t *testing.T) {
		c, o, by, _ := openNamesake(t, name)
		o.ID, o.Key = 0, "annet/ny"
		o, err := c.CreateOffering(t.Context(), by, "", borrow(o))
		wantError(t, "CreateOffering", err, nil)
		wantEqual(t, "status", directory.Draft, o.Status)
		h, err := c.HeldChangeOf(t.Context(), o.ID)
		wantError(t, "what waits", err, nil)
		o, err = c.ApproveChange(t.Context(), c.editor, h.ID)
		wantError(t, "ApproveChange", err, nil)
		// Its number is guarded from then on, and all else is its owner's.
		o.Summary = "Åpent på dagtid."
		saved, err := c.SaveOffering(t.Context(), by, "", o)
		wantError(t, "SaveOffering", err, nil)
		if saved.Held != nil {
			t.Errorf("a text waits: %v", directory.Held(saved.Held.Before, saved.Held.After))
		}
		o = saved.Offering
		o.Phones = []directory.Phone{{Number: "+4788888888"}}
		saved, err = c.SaveOffering(t.Context(), by, "", o)
		wantError(t, "SaveOffering", err, nil)
		if saved.Held == nil || saved.Offering.Phones[0].Number != theirs {
			t.Errorf("another number: %+v", saved)
		}
	})
}

func numbersSeen(o directory.Offering) []directory.PhoneNumber {
	var all []directory.PhoneNumber
	for _, p := range o.Phones {
		all = append(all, p.Number)
	}
	return all
}

// openNamesake returns a directory with a national helpline of the name, an ordinary published
// offering of a kommune's, and two who manage that.
func openNamesake(t *testing.T, name string) (*crisis, directory.Offering, auth.Actor, auth.Actor) {
	t.Helper()
	c := openCrisis(t)
	groups, types, terms := testVocabulary()
	helpline := types[0]
	helpline.Code = directory.TypeHelpline
	_, err := c.SaveVocabulary(t.Context(), importer, groups, append(types, helpline), terms)
	wantError(t, "SaveVocabulary", err, nil)
	line := c.o
	line.ID, line.Key, line.Name, line.Type, line.Phones = 0, "hjelpetelefon/prove", name, directory.TypeHelpline, []directory.Phone{{Number: "+4722333333"}}
	_, err = c.CreateOffering(t.Context(), shipped, "", line)
	wantError(t, "CreateOffering", err, nil)
	o := testOffering("annet/vanlig")
	o.Organization, o.Locations = directory.Organization{}, nil
	o.Coverage, o.Phones = directory.Coverage{Kommuner: []region.Number{"1804"}}, []directory.Phone{{Number: theirs}}
	o = create(t, c.Store, o)
	var people []auth.Actor
	for _, email := range []string{"en@example.org", "to@example.org"} {
		a, err := c.CreateAccount(t.Context(), operator, email, "")
		wantError(t, "CreateAccount", err, nil)
		wantError(t, "SetGrant", c.SetGrant(t.Context(), operator, a.ID, auth.Grant{Owner: auth.Owner{Kommune: "1804"}, Role: auth.Manager}), nil)
		a, err = c.AccountByID(t.Context(), a.ID)
		wantError(t, "AccountByID", err, nil)
		people = append(people, a.Actor())
	}
	return c, o, people[0], people[1]
}
