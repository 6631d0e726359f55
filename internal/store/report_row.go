package store

import (
	"time"

	"gorm.io/gorm"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

type reportRow struct {
	ID            int64
	OfferingID    *int64
	KommuneNumber optional
	Choice        string
	State         string
	Answer        string
	CreatedAt     time.Time
	AnsweredAt    *time.Time
	HeldChangeID  *int64
}

func (reportRow) TableName() string { return "reports" }

func (r reportRow) report() Report {
	return Report{ID: r.ID, Kommune: region.Number(r.KommuneNumber), Choice: ReportChoice(r.Choice), State: ReportState(r.State),
		Answer: r.Answer, CreatedAt: r.CreatedAt.UTC(), AnsweredAt: inUTC(r.AnsweredAt)}
}

type reportEntryRow struct {
	ID         int64
	ReportID   int64
	Text       string
	Suggestion string
	CreatedAt  time.Time
}

func (reportEntryRow) TableName() string { return "report_entries" }

func (r reportEntryRow) entry() ReportEntry {
	return ReportEntry{r.Text, r.Suggestion, r.CreatedAt.UTC()}
}

// reports returns the reports that the query finds, with entries, offerings, and what became of
// the changes that answered them.
func reports(query *gorm.DB) ([]Report, error) {
	tx := query.Session(&gorm.Session{NewDB: true})
	rows, err := list(query, func(r reportRow) reportRow { return r })
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	var ids, about, held []int64
	for _, r := range rows {
		ids = append(ids, r.ID)
		if r.OfferingID != nil {
			about = append(about, *r.OfferingID)
		}
		if r.HeldChangeID != nil {
			held = append(held, *r.HeldChangeID)
		}
	}
	said, err := list(tx.Where("report_id = ANY(?)", idArray(ids)).Order("id"), func(r reportEntryRow) reportEntryRow { return r })
	if err != nil {
		return nil, err
	}
	entries := map[int64][]ReportEntry{}
	for _, e := range said {
		entries[e.ReportID] = append(entries[e.ReportID], e.entry())
	}
	found, err := offerings(tx.Where("id = ANY(?)", idArray(about)))
	if err != nil {
		return nil, err
	}
	byID := map[int64]*directory.Offering{}
	for i := range found {
		byID[found[i].ID] = &found[i]
	}
	decisions, err := decisionsOf(tx, held)
	if err != nil {
		return nil, err
	}
	out := make([]Report, len(rows))
	for i, r := range rows {
		out[i] = r.report()
		out[i].Entries = entries[r.ID]
		if r.HeldChangeID != nil {
			out[i].State = stateByDecision[decisions[*r.HeldChangeID]]
		}
		if r.OfferingID != nil {
			out[i].Offering = byID[*r.OfferingID]
		}
	}
	return out, nil
}

// decisionsOf returns what became of the held changes, by id.
func decisionsOf(tx *gorm.DB, ids []int64) (map[int64]Decision, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var rows []struct {
		ID       int64
		Decision optional
	}
	if err := tx.Raw("SELECT id, decision FROM held_changes WHERE id = ANY(?)", idArray(ids)).Scan(&rows).Error; err != nil {
		return nil, err
	}
	decisions := map[int64]Decision{}
	for _, r := range rows {
		decisions[r.ID] = Decision(r.Decision)
	}
	return decisions, nil
}
