package store

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"

	"gorm.io/gorm"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// ErrTooMany is returned for what has come too often lately. It may come later.
var ErrTooMany = errors.New("too many")

// TaskReport is for somebody to look at what a reader has reported; its detail is a
// ReportTask.
const TaskReport TaskKind = "report"

// ReportTask is what a TaskReport is about.
type ReportTask struct {
	Report int64        `json:"report"`
	Choice ReportChoice `json:"choice"`
	Count  int          `json:"count"` // who have said it
}

// ReportChoice says what a reader found.
type ReportChoice string

const (
	PhoneWrong   ReportChoice = "telefon"
	HoursWrong   ReportChoice = "apningstid"
	WebsiteWrong ReportChoice = "nettside"
	Gone         ReportChoice = "finnes_ikke"
	OtherWrong   ReportChoice = "annet"
	Missing      ReportChoice = "mangler" // an offering that should be in the directory
)

// InWords reports whether the choice says nothing without words of the reader's own. Such
// reports are each about something else; the others, of one offering, are all the same.
func (c ReportChoice) InWords() bool { return c == OtherWrong || c == Missing }

// ReportState is what became of a report.
type ReportState string

const (
	ReportOpen     ReportState = "apen"
	ReportFixed    ReportState = "rettet"
	ReportRight    ReportState = "stemmer" // looked at, and what is published is right
	ReportDeclined ReportState = "avvist"
)

// What became of a report that was answered with a change which waits for a second person, or
// did; see HeldChange. These are not stored: the change itself says it. When it is approved the
// report is ReportFixed.
const (
	ReportWaits     ReportState = "venter"
	ReportRefused   ReportState = "ikke_godkjent"
	ReportWithdrawn ReportState = "trukket"
	ReportReplaced  ReportState = "erstattet"
)

// stateByDecision is what a ReportFixed is, by what became of its change.
var stateByDecision = map[Decision]ReportState{
	"": ReportWaits, Approved: ReportFixed, Rejected: ReportRefused, Withdrawn: ReportWithdrawn, Replaced: ReportReplaced,
}

// Limits on what readers and editors write, in characters.
const (
	MaxReportText       = 1000
	MaxReportSuggestion = 200
	MaxReportAnswer     = 1000
)

// Limits that keep a flood from burying what people need to see. Far more than a directory
// of some thousand offerings gets on its busiest day.
const (
	reportsPerHour   = 300
	openPerOffering  = 20 // of those in words
	openPerKommune   = 100
	addDetailsWithin = "1 hour"
)

// reportRetention is how long a reader's words are kept after the answer.
const reportRetention = "90 days"

// reportWhy stands in the history of what was changed after a report.
const reportWhy = "melding fra leser"

// NewReport is what a reader sends.
type NewReport struct {
	Offering   int64         // 0: not about one
	Kommune    region.Number // of what is missing; may be empty
	Choice     ReportChoice
	Text       string
	Suggestion string // what is right instead
	Code       string // that will show the answer; sent again with the same, it is the same
}

// Report is what one or several readers have said, and what became of it.
type Report struct {
	ID         int64
	Offering   *directory.Offering // as it is now, confidential locations too; nil: not about one
	Kommune    region.Number
	Choice     ReportChoice
	State      ReportState
	Answer     string // in an editor's own words; may be empty
	CreatedAt  time.Time
	AnsweredAt *time.Time
	Entries    []ReportEntry // oldest first
}

// ReportEntry is what one reader has said.
type ReportEntry struct {
	Text       string // empty also when it is no longer kept
	Suggestion string
	At         time.Time
}

// Owner returns who is to answer; the zero value is the national editors.
func (r Report) Owner() auth.Owner {
	if r.Offering != nil {
		return auth.OwnerOf(*r.Offering)
	}
	return auth.Owner{Kommune: r.Kommune}
}

// ReportKey returns the secret that forms for reports are signed with: 32 bytes, the same
// for all nodes. It is made when there is none.
func (s *Store) ReportKey(ctx context.Context) ([]byte, error) {
	fresh := make([]byte, 32)
	rand.Read(fresh) // never fails
	var key []byte
	err := s.write(ctx, func(tx *gorm.DB) error {
		if err := tx.Exec("INSERT INTO report_key (only_row, key) VALUES (true, ?) ON CONFLICT DO NOTHING", fresh).Error; err != nil {
			return err
		}
		return tx.Raw("SELECT key FROM report_key").Row().Scan(&key)
	})
	if err != nil {
		return nil, fmt.Errorf("report key: %w", err)
	}
	return key, nil
}

// errSeen ends the transaction of a report that was stored before.
var errSeen = errors.New("seen before")

// AddReport stores what a reader says and opens a task for whoever answers for it. The same
// about the same offering is added to the report that is open. It returns ErrNotFound when
// the offering or kommune is not there for readers, a directory.Invalid for a choice that
// does not go with what it is about or texts that are too long, and ErrTooMany when there
// are so many that somebody must be making them up.
func (s *Store) AddReport(ctx context.Context, r NewReport) error {
	r.Text, r.Suggestion = directory.Seen(r.Text), directory.Seen(r.Suggestion)
	err := s.write(ctx, func(tx *gorm.DB) error { return addReport(tx, r) })
	if err != nil && !errors.Is(err, errSeen) {
		return fmt.Errorf("add report: %w", err)
	}
	return nil
}

func addReport(tx *gorm.DB, r NewReport) error {
	if err := r.validate(); err != nil {
		return err
	}
	var seen bool
	if err := tx.Raw("SELECT EXISTS (SELECT FROM report_entries WHERE code_hash = ?)", hashOf(r.Code)).Scan(&seen).Error; err != nil {
		return err
	}
	if seen {
		return errSeen
	}
	var lately int
	if err := tx.Raw("SELECT count(*) FROM report_entries WHERE created_at > now() - interval '1 hour'").Scan(&lately).Error; err != nil {
		return err
	}
	if lately >= reportsPerHour {
		return ErrTooMany
	}
	owner, err := ownerOfReport(tx, r)
	if err != nil {
		return err
	}
	id, err := openReport(tx, r)
	if err != nil {
		return err
	}
	added := tx.Exec("INSERT INTO report_entries (report_id, code_hash, text, suggestion) VALUES (?, ?, ?, ?) ON CONFLICT (code_hash) DO NOTHING",
		id, hashOf(r.Code), r.Text, r.Suggestion)
	if added.Error != nil {
		return added.Error
	}
	if added.RowsAffected == 0 {
		return errSeen // by another request, since we looked: also undoes what openReport did
	}
	return openReportTask(tx, id, r, owner)
}

func (r NewReport) validate() error {
	v := directory.Invalid{}
	if utf8.RuneCountInString(r.Text) > MaxReportText {
		v["text"] = directory.MsgTooLong
	}
	if utf8.RuneCountInString(r.Suggestion) > MaxReportSuggestion {
		v["suggestion"] = directory.MsgTooLong
	}
	switch r.Choice {
	case PhoneWrong, HoursWrong, WebsiteWrong, Gone:
		if r.Offering == 0 {
			v["choice"] = directory.MsgUnknown
		}
	case OtherWrong:
	case Missing:
		if r.Offering != 0 {
			v["choice"] = directory.MsgUnknown
		}
	default:
		v["choice"] = directory.MsgUnknown
	}
	if len(v) > 0 {
		return v
	}
	return nil
}

// ownerOfReport returns who is to answer the report.
func ownerOfReport(tx *gorm.DB, r NewReport) (auth.Owner, error) {
	if r.Offering == 0 {
		var there bool
		err := tx.Raw("SELECT ? OR EXISTS (SELECT FROM kommuner WHERE number = ? AND ended_on IS NULL)", r.Kommune == "", string(r.Kommune)).Scan(&there).Error
		if err == nil && !there {
			err = ErrNotFound
		}
		return auth.Owner{Kommune: r.Kommune}, err
	}
	o, err := one(offerings(tx.Where("id = ?", r.Offering)))
	if err != nil {
		return auth.Owner{}, err
	}
	if !o.Public() {
		return auth.Owner{}, ErrNotFound
	}
	return auth.OwnerOf(o), nil
}

// openReport returns the report to add to: the open one that says the same, else a new one.
func openReport(tx *gorm.DB, r NewReport) (int64, error) {
	offering, kommune := nilIfZero(r.Offering), optional(r.Kommune)
	if r.Offering != 0 {
		kommune = ""
	}
	if r.Choice.InWords() {
		var open int
		err := tx.Raw(`SELECT count(*) FROM reports WHERE state = 'apen' AND choice IN ('annet', 'mangler')
			AND offering_id IS NOT DISTINCT FROM ?::bigint AND kommune_number IS NOT DISTINCT FROM ?::text`, offering, kommune).Scan(&open).Error
		if err != nil {
			return 0, err
		}
		if r.Offering != 0 && open >= openPerOffering || open >= openPerKommune {
			return 0, ErrTooMany
		}
	}
	var id int64
	// The update that changes nothing is there to lock and return the row.
	err := tx.Raw(`INSERT INTO reports (offering_id, kommune_number, choice) VALUES (?, ?, ?)
		ON CONFLICT (offering_id, choice) WHERE state = 'apen' AND choice NOT IN ('annet', 'mangler')
		DO UPDATE SET choice = excluded.choice RETURNING id`, offering, kommune, string(r.Choice)).Scan(&id).Error
	return id, err
}

// openReportTask opens the report's task, or brings the open one up to date.
func openReportTask(tx *gorm.DB, id int64, r NewReport, owner auth.Owner) error {
	t := ReportTask{Report: id, Choice: r.Choice}
	if err := tx.Raw("SELECT count(*) FROM report_entries WHERE report_id = ?", id).Scan(&t.Count).Error; err != nil {
		return err
	}
	detail, err := json.Marshal(t)
	if err != nil {
		return err
	}
	task := Task{Kind: TaskReport, Key: reportKey(id), Owner: owner, Offering: r.Offering, Detail: detail}
	if err := openTask(tx, task); err != nil {
		return err
	}
	return tx.Exec("UPDATE tasks SET detail = ? WHERE kind = ? AND key = ? AND done_at IS NULL", string(detail), string(TaskReport), task.Key).Error
}

func reportKey(id int64) string { return strconv.FormatInt(id, 10) }

// AddToReport adds words to what was sent with the code, once, and soon after. It returns
// ErrNotFound when there is none such, ErrConflict when words are there already, when it was
// answered meanwhile, and when it is too late.
func (s *Store) AddToReport(ctx context.Context, code, text, suggestion string) error {
	text, suggestion = directory.Seen(text), directory.Seen(suggestion)
	err := s.write(ctx, func(tx *gorm.DB) error {
		r, err := reportByCode(tx, code)
		if err != nil {
			return err
		}
		if err := (NewReport{Choice: OtherWrong, Text: text, Suggestion: suggestion}).validate(); err != nil {
			return err
		}
		if r.State != ReportOpen {
			return ErrConflict
		}
		changed := tx.Exec(`UPDATE report_entries SET text = ?, suggestion = ?
			WHERE code_hash = ? AND text = '' AND suggestion = '' AND created_at > now() - ?::interval`, text, suggestion, hashOf(code), addDetailsWithin)
		if changed.Error == nil && changed.RowsAffected == 0 {
			return ErrConflict
		}
		return changed.Error
	})
	if err != nil {
		return fmt.Errorf("add to report: %w", err)
	}
	return nil
}

// ReportByCode returns the report that the code was given for, with what that reader said
// as its one entry. It returns ErrNotFound when there is none.
func (s *Store) ReportByCode(ctx context.Context, code string) (Report, error) {
	var found Report
	err := s.read(ctx, func(tx *gorm.DB) (err error) {
		found, err = reportByCode(tx, code)
		return err
	})
	if err != nil {
		return Report{}, fmt.Errorf("report by code: %w", err)
	}
	return found, nil
}

func reportByCode(tx *gorm.DB, code string) (Report, error) {
	entry, err := one(list(tx.Where("code_hash = ?", hashOf(code)), func(r reportEntryRow) reportEntryRow { return r }))
	if err != nil {
		return Report{}, err
	}
	r, err := one(reports(tx.Where("id = ?", entry.ReportID)))
	r.Entries = []ReportEntry{entry.entry()}
	return r, err
}

// Reports returns the reports of one state or the other that the actor may see, newest
// first, at most limit: for national editors everybody's.
func (s *Store) Reports(ctx context.Context, actor auth.Actor, open bool, limit int) ([]Report, error) {
	var seen []Report
	err := s.read(ctx, func(tx *gorm.DB) error {
		seen = nil
		query := tx.Where("(state = 'apen') = ?", open)
		if auth.Can(actor, auth.Curate, auth.Thing{}) != nil {
			var numbers textArray
			var organizations idArray
			for _, o := range actor.Owners() {
				if o.Kommune != "" {
					numbers = append(numbers, string(o.Kommune))
				} else {
					organizations = append(organizations, o.Organization)
				}
			}
			// More than theirs, as in OfferingsOf; auth.Can decides.
			query = query.Where(`kommune_number = ANY(?) OR offering_id IN (SELECT id FROM offerings WHERE organization_id = ANY(?)
				OR organization_id IN (SELECT id FROM organizations WHERE kommune_number = ANY(?))
				OR organization_id IS NULL AND id IN (SELECT offering_id FROM offering_kommuner WHERE kommune_number = ANY(?)))`,
				numbers, organizations, numbers, numbers)
		}
		found, err := reports(query.Order("coalesce(answered_at, created_at) DESC, id DESC").Limit(limit))
		for _, r := range found {
			if auth.Can(actor, auth.See, auth.Thing{Owner: r.Owner()}) == nil {
				seen = append(seen, r)
			}
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list reports: %w", err)
	}
	return seen, nil
}

// ReportByID returns the report. It returns ErrNotFound when there is none, or none that the
// actor is allowed auth.See for.
func (s *Store) ReportByID(ctx context.Context, actor auth.Actor, id int64) (Report, error) {
	var found Report
	err := s.read(ctx, func(tx *gorm.DB) (err error) {
		if found, err = one(reports(tx.Where("id = ?", id))); err != nil {
			return err
		}
		return May(actor, auth.See, auth.Thing{Owner: found.Owner()})
	})
	if err != nil {
		return Report{}, fmt.Errorf("report %d: %w", id, err)
	}
	return found, nil
}

// ForgetReportTexts empties what readers wrote in reports that were answered 90 days ago.
func (s *Store) ForgetReportTexts(ctx context.Context) error {
	err := s.db.WithContext(ctx).Exec(`UPDATE report_entries e SET text = '', suggestion = '' FROM reports r
		WHERE r.id = e.report_id AND r.answered_at < now() - ?::interval AND (e.text <> '' OR e.suggestion <> '')`, reportRetention).Error
	if err != nil {
		return fmt.Errorf("forget texts of reports: %w", err)
	}
	return nil
}
