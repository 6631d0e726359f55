package store

import (
	"testing"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// Whoever tries to change a crisis number into their own, by whatever way, fails and is seen.
func TestNobodyChangesACrisisNumberAlone(t *testing.T) {
	putTheirs := func(o directory.Offering) directory.Offering {
		o.Phones = []directory.Phone{{Number: theirs}}
		return o
	}
	for _, tc := range []struct {
		name string
		try  func(t *testing.T, c *crisis) error
	}{
		{"a manager's form", func(t *testing.T, c *crisis) error {
			_, err := c.UpdateOffering(t.Context(), c.boss, "", putTheirs(c.o))
			return err
		}},
		{"a contributor's form", func(t *testing.T, c *crisis) error {
			_, err := c.UpdateOffering(t.Context(), c.helper, "", putTheirs(c.o))
			return err
		}},
		{"a national editor's form", func(t *testing.T, c *crisis) error {
			_, err := c.UpdateOffering(t.Context(), c.editor, "", putTheirs(c.o))
			return err
		}},
		{"a token", func(t *testing.T, c *crisis) error {
			actor := c.token(t)
			_, err := c.UpdateOffering(t.Context(), actor, "", putTheirs(c.o))
			return err
		}},
		{"a batch, and so a spreadsheet", func(t *testing.T, c *crisis) error {
			batch, err := c.SaveBatch(t.Context(), c.boss, c.owner, "Alle", []directory.Offering{putTheirs(c.o)})
			wantEqual(t, "batch", SavedBatch{Waiting: 1}, batch)
			return err
		}},
		{"undoing a batch", func(t *testing.T, c *crisis) error {
			// The operator's batch brings the right number; undoing would bring theirs back.
			wrong, err := c.UpdateOffering(t.Context(), operator, "", putTheirs(c.o))
			wantError(t, "UpdateOffering", err, nil)
			right := wrong
			right.Phones = c.o.Phones
			batch, err := c.SaveBatch(t.Context(), operator, c.owner, "Rett", []directory.Offering{right})
			wantError(t, "SaveBatch", err, nil)
			_, waiting, err := c.UndoBatch(t.Context(), c.boss, batch.ID)
			wantEqual(t, "waiting", 1, len(waiting))
			return err
		}},
		{"an answer to a report", func(t *testing.T, c *crisis) error {
			code := NewSecret()
			report(t, c.Store, NewReport{Offering: c.o.ID, Choice: PhoneWrong, Code: code})
			r := reportOf(t, c.Store, code)
			o := putTheirs(c.o)
			saved, err := c.AnswerReport(t.Context(), c.helper, r.ID, ReportFixed, "", &o)
			if saved.Held == nil || saved.Changed {
				t.Errorf("what became of it: %+v", saved)
			}
			return err
		}},
		{"an import of a file", func(t *testing.T, c *crisis) error {
			outcomes, err := c.ImportOfferings(t.Context(), auth.Actor{Kind: auth.Import, Name: "fil.csv"}, []directory.Offering{putTheirs(c.o)})
			if err != nil {
				return err
			}
			return outcomes[0].Err
		}},
		{"a text", func(t *testing.T, c *crisis) error {
			o := c.o
			o.Summary = "Ring heller 99 99 99 99."
			_, err := c.UpdateOffering(t.Context(), c.boss, "", o)
			return err
		}},
		{"the words beside a number", func(t *testing.T, c *crisis) error {
			o := c.o
			o.Phones = []directory.Phone{o.Phones[0], {Number: o.Phones[1].Number, Hours: "bruk nett.example.com"}}
			_, err := c.UpdateOffering(t.Context(), c.boss, "", o)
			return err
		}},
		{"a web address", func(t *testing.T, c *crisis) error {
			o := c.o
			o.Websites = []string{"https://example.com/"}
			_, err := c.UpdateOffering(t.Context(), c.boss, "", o)
			return err
		}},
		{"the link to the source", func(t *testing.T, c *crisis) error {
			o := c.o
			o.Source.URL = "https://example.com/"
			_, err := c.UpdateOffering(t.Context(), c.editor, "", o)
			return err
		}},
		{"an e-mail address", func(t *testing.T, c *crisis) error {
			o := c.o
			o.Emails = nil
			_, err := c.UpdateOffering(t.Context(), c.boss, "", o)
			return err
		}},
		{"making it an ordinary one first", func(t *testing.T, c *crisis) error {
			o := c.o
			o.Coverage = directory.Coverage{Kommuner: o.Coverage.Kommuner, Fylker: []region.FylkeNumber{"18"}}
			o, err := c.UpdateOffering(t.Context(), c.boss, "", o)
			wantError(t, "UpdateOffering", err, nil)
			_, err = c.UpdateOffering(t.Context(), c.boss, "", putTheirs(o))
			return err
		}},
		{"archiving", func(t *testing.T, c *crisis) error {
			_, err := c.ArchiveOffering(t.Context(), c.boss, "", c.o.ID, c.o.Version)
			return err
		}},
		{"closing", func(t *testing.T, c *crisis) error {
			o := c.o
			o.Status = directory.Closed
			_, err := c.UpdateOffering(t.Context(), c.boss, "", o)
			return err
		}},
		{"making it a draft", func(t *testing.T, c *crisis) error {
			o := c.o
			o.Status = directory.Draft
			_, err := c.UpdateOffering(t.Context(), c.editor, "", o)
			return err
		}},
		{"giving it to somebody else", func(t *testing.T, c *crisis) error {
			o := c.o
			o.Organization = directory.Organization{Name: "En annen organisasjon"}
			_, err := c.UpdateOffering(t.Context(), c.editor, "", o)
			return err
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := openCrisis(t)
			wantError(t, tc.name, tc.try(t, c), nil)
			now := c.stored(t)
			wantEqual(t, "what readers see", publicFace(c.o), publicFace(now))
			h := c.waiting(t)
			if len(directory.Held(h.Before, h.After)) == 0 {
				t.Error("nothing is different in what waits")
			}
			tasks, err := c.OpenTasks(t.Context(), c.otherEditor)
			wantError(t, "OpenTasks", err, nil)
			seen := 0
			for _, task := range tasks {
				if task.Kind == TaskHeld && task.Offering == c.o.ID {
					seen++
				}
			}
			wantEqual(t, "tasks that editors see", 1, seen)
			var told int
			err = c.db.WithContext(t.Context()).Raw("SELECT count(*) FROM jobs WHERE kind = ? AND key LIKE 'held:%/waits'", string(JobHeld)).Scan(&told).Error
			wantError(t, "jobs", err, nil)
			if told == 0 {
				t.Error("nobody is told")
			}
		})
	}
}

// publicFace is what nobody changes alone.
func publicFace(o directory.Offering) []any {
	return []any{o.Phones, o.Emails, o.Websites, o.Coverage, o.Type, o.Status, o.ClosedUntil, o.Organization, o.Source.URL, o.Summary}
}

// A new crisis service is a draft until somebody else has seen it, and what was seen is what
// comes out.
func TestANewCrisisServiceWaits(t *testing.T) {
	c := openCrisis(t)
	ctx := t.Context()
	o := testOffering("test/ny")
	o.Coverage = directory.Coverage{National: true}
	o, err := c.CreateOffering(ctx, c.boss, "", o)
	wantError(t, "CreateOffering", err, nil)
	wantEqual(t, "status", directory.Draft, o.Status)
	first, err := c.HeldChangeOf(ctx, o.ID)
	wantError(t, "HeldChangeOf", err, nil)
	// Saved as a draft with another number: what was proposed is not there any more.
	o.Phones = []directory.Phone{{Number: theirs}}
	o, err = c.UpdateOffering(ctx, c.boss, "", o)
	wantError(t, "UpdateOffering", err, nil)
	_, err = c.ApproveChange(ctx, c.editor, first.ID)
	wantError(t, "approving what was changed since", err, ErrStands)
	o.Status = directory.Published
	o, err = c.UpdateOffering(ctx, c.boss, "", o)
	wantError(t, "UpdateOffering", err, nil)
	wantEqual(t, "status", directory.Draft, o.Status)
	second, err := c.HeldChangeOf(ctx, o.ID)
	wantError(t, "HeldChangeOf", err, nil)
	o, err = c.ApproveChange(ctx, c.editor, second.ID)
	wantError(t, "ApproveChange", err, nil)
	wantEqual(t, "status", directory.Published, o.Status)
}

// An ordinary service that becomes a national one is not believed alone either.
func TestBecomingACrisisServiceWaits(t *testing.T) {
	c := openCrisis(t)
	o := create(t, c.Store, testOffering("test/vanlig"))
	o.Coverage = directory.Coverage{National: true}
	o, err := c.UpdateOffering(t.Context(), c.editor, "", o)
	wantError(t, "UpdateOffering", err, nil)
	wantEqual(t, "national", false, o.Coverage.National)
	// Its own contacts are still its owner's alone.
	h, err := c.HeldChangeOf(t.Context(), o.ID)
	wantError(t, "HeldChangeOf", err, nil)
	o.Phones = []directory.Phone{{Number: theirs}}
	o, err = c.UpdateOffering(t.Context(), c.editor, "", o)
	wantError(t, "UpdateOffering", err, nil)
	wantEqual(t, "phones", []directory.Phone{{Number: theirs}}, o.Phones)
	_, err = c.ApproveChange(t.Context(), c.otherEditor, h.ID)
	wantError(t, "approving it with another number", err, ErrStands)
}
