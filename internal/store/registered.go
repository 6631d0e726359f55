package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// TaskRegistered is the kind of task that stands when Enhetsregisteret says of an
// organization what a person has to look at: it is gone, has another name, or stands there
// otherwise than here.
const TaskRegistered TaskKind = "register_says"

// KindOrganization is the kind of an organization in the history, with its id as ref. It is
// not in the feed: its offerings are.
const KindOrganization Kind = "organization"

// RegisteredDetail is the detail of a TaskRegistered.
type RegisteredDetail struct {
	Organization int64
	Name         string // as it stands here
	URL          string // of the organization in the register
	Deleted      string `json:",omitempty"` // the day on which it was, "2026-04-07", or "removed" from the open data
	Bankrupt     bool   `json:",omitempty"`
	Closing      bool   `json:",omitempty"`
	OldName      string `json:",omitempty"` // in the register before; with NewName
	NewName      string `json:",omitempty"`
	Said         []OrganizationField
}

// OrganizationField is something that the register says otherwise.
type OrganizationField struct {
	Field       directory.FieldName // "org_number", "kind", "website"
	Here, There string
}

// Registered is what Enhetsregisteret says of an organization.
type Registered struct {
	Organization int64 // the id here
	OrgNumber    directory.OrgNumber
	Name, Form   string                     // as registered, "PRØVE KOMMUNE"; code of the organisasjonsform, "KOMM"
	Kind         directory.OrganizationKind // what the form says it is; empty where that is not clear
	Website      string                     // absolute address, or empty
	Street       string
	PostalCode   string
	PostalPlace  string
	Kommune      string // number, as registered
	DeletedOn    string // "2026-04-07", or empty
	Removed      bool   // taken out of the open data
	Bankrupt     bool
	Closing      bool
	URL          string // where it was read
	ReadAt       time.Time
}

type registeredRow struct {
	OrganizationID                                 int64 `gorm:"primaryKey"`
	OrgNumber                                      string
	Name, Form, Website                            string
	Street, PostalCode, PostalPlace, KommuneNumber string
	DeletedOn                                      *time.Time
	Removed, Bankrupt, Closing                     bool
	URL                                            string
	ReadAt                                         time.Time
}

func (registeredRow) TableName() string { return "registered_organizations" }

func newRegisteredRow(r Registered) registeredRow {
	row := registeredRow{r.Organization, string(r.OrgNumber), r.Name, r.Form, r.Website, r.Street, r.PostalCode, r.PostalPlace, r.Kommune,
		nil, r.Removed, r.Bankrupt, r.Closing, r.URL, r.ReadAt}
	if t, err := time.Parse(time.DateOnly, r.DeletedOn); err == nil {
		row.DeletedOn = &t
	}
	return row
}

// RegisteredOutcome is what became of what the register says of an organization.
type RegisteredOutcome struct {
	Result Result
	Before directory.Organization
	After  directory.Organization
	Asked  RegisteredDetail // what a person is asked to look at, if anything
	Asks   bool
}

// SaveRegistered stores what the register says, and fills in of the organizations what they
// lack: number, kind and website. What stands there is overwritten only when the register
// itself has said it before, and of one that gives crisis or national services not the website,
// as in saveOrganization. For the rest, and when one is gone, a task asks the national editors.
// All of it is one transaction.
func (s *Store) SaveRegistered(ctx context.Context, actor auth.Actor, run ImportRun, source string, found []Registered) ([]RegisteredOutcome, error) {
	outcomes := make([]RegisteredOutcome, len(found))
	err := s.writeRun(ctx, actor, run, func(tx *gorm.DB) error {
		for i, r := range found {
			var err error
			if outcomes[i], err = s.saveRegistered(tx, actor, source, r); err != nil {
				return fmt.Errorf("organization %d: %w", r.Organization, err)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("import from %s: %w", run.Source, err)
	}
	return outcomes, nil
}

func (s *Store) saveRegistered(tx *gorm.DB, actor auth.Actor, source string, r Registered) (RegisteredOutcome, error) {
	var out RegisteredOutcome
	var err error
	out.Before, err = one(list(tx.Clauses(clause.Locking{Strength: "UPDATE"}).Where("id = ?", r.Organization), organizationRow.organization))
	if err != nil {
		return out, err
	}
	sources, err := organizationSources(tx, idArray{r.Organization})
	if err != nil {
		return out, err
	}
	var earlier []registeredRow
	if err := tx.Where("organization_id = ?", r.Organization).Find(&earlier).Error; err != nil {
		return out, err
	}
	guarded := false
	if r.Website != "" && r.Website != out.Before.Website && !actor.Alone() {
		if guarded, err = givesCrisisServices(tx, r.Organization); err != nil {
			return out, err
		}
	}
	next, fields, differs := fillOrganization(out.Before, r, sources[r.Organization], source, guarded)
	out.After, out.Result = next, Unchanged
	if len(fields) > 0 {
		out.Result = Updated
		from := directory.Source{Title: source, URL: r.URL, Date: directory.PartialDate(r.ReadAt.Format(time.DateOnly))}
		if err := changeOrganization(tx, actor, out.Before, next, from, fields); err != nil {
			return out, err
		}
	}
	row := newRegisteredRow(r)
	if err := tx.Clauses(clause.OnConflict{UpdateAll: true}).Create(&row).Error; err != nil {
		return out, err
	}
	out.Asked = RegisteredDetail{Organization: r.Organization, Name: out.Before.Name, URL: r.URL, Deleted: r.DeletedOn, Bankrupt: r.Bankrupt, Closing: r.Closing, Said: differs}
	if r.Removed {
		out.Asked.Deleted = "removed"
	}
	if len(earlier) > 0 && earlier[0].Name != r.Name && r.Name != "" {
		out.Asked.OldName, out.Asked.NewName = earlier[0].Name, r.Name
	}
	return out, askAboutRegistered(tx, actor, &out)
}

// fillOrganization returns the organization with what the register may say of it, which
// fields that were, and what stands there otherwise. Of a guarded one a person has to look at
// the website, even where the register itself has said the one that stands there.
func fillOrganization(o directory.Organization, r Registered, sources map[directory.FieldName]FieldSource, source string, guarded bool) (directory.Organization, []directory.FieldName, []OrganizationField) {
	var fields []directory.FieldName
	var differs []OrganizationField
	fill := func(field directory.FieldName, here *string, there string) {
		from := sources[field]
		switch {
		case there == "" || *here == there:
		case guarded && field == "website":
			differs = append(differs, OrganizationField{field, *here, there})
		case *here == "" || from.ByImport() && from.Source.Title == source:
			*here, fields = there, append(fields, field)
		default:
			differs = append(differs, OrganizationField{field, *here, there})
		}
	}
	number, kind := string(o.OrgNumber), string(o.Kind)
	fill("org_number", &number, string(r.OrgNumber))
	fill("kind", &kind, string(r.Kind))
	fill("website", &o.Website, r.Website)
	o.OrgNumber, o.Kind = directory.OrgNumber(number), directory.OrganizationKind(kind)
	return o, fields, differs
}

// changeOrganization writes next over before, with history, sources and feed: its
// offerings read otherwise.
func changeOrganization(tx *gorm.DB, actor auth.Actor, before, next directory.Organization, source directory.Source, fields []directory.FieldName) error {
	row := newOrganizationRow(next)
	if err := tx.Model(&row).Select("Kind", "OrgNumber", "Website").Updates(&row).Error; err != nil {
		return err
	}
	ref := strconv.FormatInt(next.ID, 10)
	var version int
	if err := tx.Raw("SELECT coalesce(max(version), 0) + 1 FROM revisions WHERE kind = ? AND ref = ?", KindOrganization, ref).Scan(&version).Error; err != nil {
		return err
	}
	if err := remember(tx, KindOrganization, ref, version, actor, "", before, next); err != nil {
		return err
	}
	if err := noteSources(tx, actor, 0, next.ID, source, fields); err != nil {
		return err
	}
	return announceOfferingsOf(tx, next.ID)
}

// askAboutRegistered opens, renews or ends the task for the organization. That it has
// another name is asked about once, when that is first seen.
func askAboutRegistered(tx *gorm.DB, actor auth.Actor, out *RegisteredOutcome) error {
	d := out.Asked
	key := strconv.FormatInt(d.Organization, 10)
	out.Asks = d.Deleted != "" || d.Bankrupt || d.Closing || d.NewName != "" || len(d.Said) > 0
	if !out.Asks {
		var open []taskRow
		if err := tx.Where("kind = ? AND key = ? AND done_at IS NULL", string(TaskRegistered), key).Find(&open).Error; err != nil || len(open) == 0 {
			return err
		}
		var was RegisteredDetail
		if json.Unmarshal([]byte(open[0].Detail), &was) == nil && was.NewName != "" {
			return nil // a person has yet to look at the new name
		}
		return finishTasks(tx, actor, TaskRegistered, key)
	}
	detail, err := json.Marshal(d)
	if err != nil {
		return fmt.Errorf("task: %w", err)
	}
	return renewTask(tx, Task{Kind: TaskRegistered, Key: key, Detail: detail})
}

// OrganizationToFind is an organization with what it can be found by in a register.
type OrganizationToFind struct {
	directory.Organization
	Kommuner []region.Number // where its offerings have their doors
}

// OrganizationsAfter returns organizations by id, after the one of that id, at most limit.
func (s *Store) OrganizationsAfter(ctx context.Context, id int64, limit int) ([]OrganizationToFind, error) {
	return s.organizationsToFind(ctx, "id > ?", limit, id)
}

// OrganizationsByNumber returns those of the numbers that stand here.
func (s *Store) OrganizationsByNumber(ctx context.Context, numbers []directory.OrgNumber) ([]OrganizationToFind, error) {
	list := make(textArray, len(numbers))
	for i, n := range numbers {
		list[i] = string(n)
	}
	return s.organizationsToFind(ctx, "org_number = ANY(?)", 0, list)
}

// CountOrganizations returns how many organizations stand here.
func (s *Store) CountOrganizations(ctx context.Context) (int, error) {
	var n int
	if err := s.db.WithContext(ctx).Raw("SELECT count(*) FROM organizations").Scan(&n).Error; err != nil {
		return 0, fmt.Errorf("count organizations: %w", err)
	}
	return n, nil
}

func (s *Store) organizationsToFind(ctx context.Context, where string, limit int, arg any) ([]OrganizationToFind, error) {
	query := s.db.WithContext(ctx).Where(where, arg).Order("id")
	if limit > 0 {
		query = query.Limit(limit)
	}
	found, err := list(query, organizationRow.organization)
	if err != nil {
		return nil, fmt.Errorf("list organizations: %w", err)
	}
	ids := make(idArray, len(found))
	for i, o := range found {
		ids[i] = o.ID
	}
	var rows []struct {
		ID     int64
		Number region.Number
	}
	err = s.db.WithContext(ctx).Raw(`SELECT DISTINCT o.organization_id AS id, l.kommune_number AS number FROM offerings o JOIN locations l ON l.offering_id = o.id
		WHERE o.organization_id = ANY(?) AND l.kommune_number IS NOT NULL ORDER BY 1, 2`, ids).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("list organizations: %w", err)
	}
	kommuner := map[int64][]region.Number{}
	for _, r := range rows {
		kommuner[r.ID] = append(kommuner[r.ID], r.Number)
	}
	all := make([]OrganizationToFind, len(found))
	for i, o := range found {
		all[i] = OrganizationToFind{o, kommuner[o.ID]}
	}
	return all, nil
}

// RegisteredOf returns what the register says of the organization, or ErrNotFound.
func (s *Store) RegisteredOf(ctx context.Context, organization int64) (Registered, error) {
	r, err := one(list(s.db.WithContext(ctx).Where("organization_id = ?", organization), registeredRow.registered))
	if err != nil {
		return r, fmt.Errorf("organization %d in the register: %w", organization, err)
	}
	return r, nil
}

func (r registeredRow) registered() Registered {
	out := Registered{Organization: r.OrganizationID, OrgNumber: directory.OrgNumber(r.OrgNumber), Name: r.Name, Form: r.Form, Website: r.Website,
		Street: r.Street, PostalCode: r.PostalCode, PostalPlace: r.PostalPlace, Kommune: r.KommuneNumber,
		Removed: r.Removed, Bankrupt: r.Bankrupt, Closing: r.Closing, URL: r.URL, ReadAt: r.ReadAt.UTC()}
	if r.DeletedOn != nil {
		out.DeletedOn = r.DeletedOn.Format(time.DateOnly)
	}
	return out
}

// StandingByUUID returns those of the ids that are of offerings here.
func (s *Store) StandingByUUID(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]bool, error) {
	list := make(textArray, len(ids))
	for i, id := range ids {
		list[i] = id.String()
	}
	var found []uuid.UUID
	if err := s.db.WithContext(ctx).Raw("SELECT uuid FROM offerings WHERE uuid = ANY(?::uuid[])", list).Scan(&found).Error; err != nil {
		return nil, fmt.Errorf("offerings by uuid: %w", err)
	}
	known := make(map[uuid.UUID]bool, len(found))
	for _, id := range found {
		known[id] = true
	}
	return known, nil
}

// Standing is an offering as far as it takes to see whether something stands here already.
type Standing struct {
	ID      int64
	Type    string
	Name    string
	Kommune region.Number // of its door
}

// Standings returns all offerings of the type that are not archived.
func (s *Store) Standings(ctx context.Context, typeCode string) ([]Standing, error) {
	var rows []Standing
	err := s.db.WithContext(ctx).Raw(`SELECT DISTINCT o.id, o.type_code AS type, o.name, coalesce(l.kommune_number::text, '') AS kommune FROM offerings o
		LEFT JOIN locations l ON l.offering_id = o.id WHERE o.type_code = ? AND o.status <> 'arkivert' ORDER BY 1`, typeCode).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("offerings of type %s: %w", typeCode, err)
	}
	return rows, nil
}
