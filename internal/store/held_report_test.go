package store

import (
	"fmt"
	"testing"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
)

// A reader is not told that it is corrected while a second person has to look, and is told what
// became of it.
func TestReaderIsToldThatTheCorrectionWaits(t *testing.T) {
	change := func(t *testing.T, c *crisis, number directory.PhoneNumber) {
		o := c.stored(t)
		o.Phones = []directory.Phone{{Number: number}}
		_, err := c.UpdateOffering(t.Context(), c.boss, "", o)
		wantError(t, "UpdateOffering", err, nil)
	}
	for _, tc := range []struct {
		name   string
		decide func(t *testing.T, c *crisis, h HeldChange) error
		want   ReportState
	}{
		{"approved", func(t *testing.T, c *crisis, h HeldChange) error {
			return errorOf(c.ApproveChange(t.Context(), c.colleague, h.ID))
		}, ReportFixed},
		{"rejected", func(t *testing.T, c *crisis, h HeldChange) error {
			return c.RejectChange(t.Context(), c.colleague, h.ID, "nei")
		}, ReportRefused},
		{"withdrawn", func(t *testing.T, c *crisis, h HeldChange) error {
			return c.RejectChange(t.Context(), c.boss, h.ID, "")
		}, ReportWithdrawn},
		{"replaced", func(t *testing.T, c *crisis, _ HeldChange) error { change(t, c, "+4788888888"); return nil }, ReportReplaced},
	} {
		for _, inTheForm := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, in the form %v", tc.name, inTheForm), func(t *testing.T) {
				c, code := openCrisis(t), NewSecret()
				report(t, c.Store, NewReport{Offering: c.o.ID, Choice: PhoneWrong, Code: code})
				o := c.o
				o.Phones = []directory.Phone{{Number: theirs}}
				update := &o
				if inTheForm {
					change(t, c, theirs)
					update = nil
				}
				_, err := c.AnswerReport(t.Context(), c.boss, reportOf(t, c.Store, code).ID, ReportFixed, "", update)
				wantError(t, "AnswerReport", err, nil)
				wantEqual(t, "while it waits", ReportWaits, reportOf(t, c.Store, code).State)
				_, err = c.AnswerReport(t.Context(), c.boss, reportOf(t, c.Store, code).ID, ReportFixed, "", nil)
				wantError(t, "answered twice", err, ErrConflict)
				wantError(t, tc.name, tc.decide(t, c, c.waiting(t)), nil)
				wantEqual(t, "then", tc.want, reportOf(t, c.Store, code).State)
			})
		}
	}
	t.Run("about something else", func(t *testing.T) {
		c, code := openCrisis(t), NewSecret()
		report(t, c.Store, NewReport{Offering: c.o.ID, Choice: WebsiteWrong, Code: code})
		change(t, c, theirs)
		_, err := c.AnswerReport(t.Context(), c.boss, reportOf(t, c.Store, code).ID, ReportFixed, "", nil)
		wantError(t, "AnswerReport", err, nil)
		wantEqual(t, "state", ReportFixed, reportOf(t, c.Store, code).State)
	})
}
