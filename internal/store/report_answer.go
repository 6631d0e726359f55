package store

import (
	"context"
	"fmt"
	"slices"
	"unicode/utf8"

	"gorm.io/gorm"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
)

// AnswerReport answers the report and closes its task; with an update, the offering is
// changed in the same transaction, as by SaveOffering, and it returns what became of that. Where
// the correction waits for a second person, so does what the reader is told.
// The actor has to be allowed auth.Edit for who is to answer. It returns ErrNotFound when there is no such report,
// ErrConflict when it is answered already or the offering is not as the update's author
// saw it, and a directory.Invalid for what may not be stored.
func (s *Store) AnswerReport(ctx context.Context, actor auth.Actor, id int64, state ReportState, answer string, update *directory.Offering) (Saved, error) {
	answer = directory.Seen(answer)
	var saved Saved
	err := s.write(ctx, func(tx *gorm.DB) error {
		// Locked before it is read: two who answer at once must not both.
		if err := tx.Exec("SELECT FROM reports WHERE id = ? FOR UPDATE", id).Error; err != nil {
			return err
		}
		r, err := one(reports(tx.Where("id = ?", id)))
		if err != nil {
			return err
		}
		if err := auth.Can(actor, auth.Edit, auth.Thing{Owner: r.Owner()}); err != nil {
			return err
		}
		if r.State != ReportOpen {
			return ErrConflict
		}
		switch state {
		case ReportFixed, ReportRight, ReportDeclined:
		default:
			return directory.Invalid{"state": directory.MsgUnknown}
		}
		if utf8.RuneCountInString(answer) > MaxReportAnswer {
			return directory.Invalid{"answer": directory.MsgTooLong}
		}
		if update != nil {
			if saved, err = s.changeReported(tx, actor, r, *update); err != nil {
				return err
			}
		}
		held := saved.Held
		if update == nil && state == ReportFixed {
			if held, err = waitingFor(tx, r); err != nil {
				return err
			}
		}
		var heldID int64
		if held != nil {
			heldID = held.ID
		}
		err = tx.Exec("UPDATE reports SET state = ?, answer = ?, answered_at = now(), answered_by = ?, held_change_id = ? WHERE id = ?",
			string(state), answer, actor.String(), nilIfZero(heldID), id).Error
		if err != nil {
			return err
		}
		if err := finishTasks(tx, actor, TaskReport, reportKey(id)); err != nil {
			return err
		}
		return record(tx, actor, "report_answered", map[string]any{"report": id, "state": state})
	})
	if err != nil {
		return Saved{}, fmt.Errorf("answer report %d: %w", id, err)
	}
	return saved, nil
}

// reportedFields are the fields that reports of a choice are about, as directory.Held names them.
var reportedFields = map[ReportChoice][]string{
	PhoneWrong: {"phones"}, WebsiteWrong: {"websites"}, HoursWrong: {"opening_text", "exceptions", "phones"}, Gone: {"status"},
}

// waitingFor returns the change that waits and is about what the report says, which an editor
// may have made in the form before answering; nil when there is none.
func waitingFor(tx *gorm.DB, r Report) (*HeldChange, error) {
	if r.Offering == nil {
		return nil, nil
	}
	open, err := heldChanges(tx.Where("offering_id = ? AND decision IS NULL", r.Offering.ID))
	if err != nil {
		return nil, err
	}
	for _, h := range open {
		for _, name := range directory.Held(h.Before, h.After) {
			if r.Choice.InWords() || slices.Contains(reportedFields[r.Choice], name) {
				return &h, nil
			}
		}
	}
	return nil, nil
}

// changeReported writes the update of the offering that the report is about.
func (s *Store) changeReported(tx *gorm.DB, actor auth.Actor, r Report, update directory.Offering) (Saved, error) {
	if r.Offering == nil || r.Offering.ID != update.ID {
		return Saved{}, ErrNotFound
	}
	known, err := references(tx, update)
	if err != nil {
		return Saved{}, err
	}
	return s.updateOffering(tx, actor, reportWhy, update, known)
}
