package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
)

// OfferingByID returns the offering, whatever its status, or ErrNotFound.
func (s *Store) OfferingByID(ctx context.Context, id int64) (directory.Offering, error) {
	var found directory.Offering
	err := s.read(ctx, func(tx *gorm.DB) (err error) {
		found, err = one(offerings(tx.Where("id = ?", id)))
		return err
	})
	if err != nil {
		return directory.Offering{}, fmt.Errorf("offering %d: %w", id, err)
	}
	return found, nil
}

// OfferingByKey returns the offering, whatever its status, or ErrNotFound.
func (s *Store) OfferingByKey(ctx context.Context, key string) (directory.Offering, error) {
	var found directory.Offering
	err := s.read(ctx, func(tx *gorm.DB) (err error) {
		found, err = one(offerings(tx.Where("key = ?", key)))
		return err
	})
	if err != nil {
		return directory.Offering{}, fmt.Errorf("offering %q: %w", key, err)
	}
	return found, nil
}

// OfferingsByID returns those of the offerings that exist, whatever their status, by id.
func (s *Store) OfferingsByID(ctx context.Context, ids []int64) ([]directory.Offering, error) {
	var found []directory.Offering
	err := s.read(ctx, func(tx *gorm.DB) (err error) {
		found, err = offerings(tx.Where("id = ANY(?)", idArray(ids)))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list %d offerings: %w", len(ids), err)
	}
	return found, nil
}

// offeringBatch is how many offerings are read at a time, and so how many are in memory.
const offeringBatch = 500

// EachPublicOffering calls fn with all offerings that readers may see, some hundred at a
// time, by id. What changes meanwhile may be seen before or after the change. An error of
// fn ends the reading and is returned.
func (s *Store) EachPublicOffering(ctx context.Context, fn func([]directory.Offering) error) error {
	var after int64
	for {
		var batch []directory.Offering
		err := s.read(ctx, func(tx *gorm.DB) (err error) {
			batch, err = offerings(tx.Where("status IN (?, ?) AND id > ?",
				string(directory.Published), string(directory.Closed), after).Limit(offeringBatch))
			return err
		})
		if err != nil {
			return fmt.Errorf("list public offerings: %w", err)
		}
		if len(batch) == 0 {
			return nil
		}
		if err := fn(batch); err != nil {
			return err
		}
		after = batch[len(batch)-1].ID
	}
}

// CountOfferings returns how many offerings have each status; a status that none has is absent.
func (s *Store) CountOfferings(ctx context.Context) (map[directory.Status]int, error) {
	var rows []struct {
		Status string
		Count  int
	}
	err := s.db.WithContext(ctx).Raw("SELECT status, count(*) AS count FROM offerings GROUP BY status").Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("count offerings: %w", err)
	}
	counts := make(map[directory.Status]int, len(rows))
	for _, r := range rows {
		counts[directory.Status(r.Status)] = r.Count
	}
	return counts, nil
}

// OfferingKeys returns the keys of the offerings that an import created and that nobody
// has archived since, in order.
func (s *Store) OfferingKeys(ctx context.Context) ([]string, error) {
	var keys []string
	err := s.db.WithContext(ctx).Raw(`SELECT o.key FROM offerings o
		JOIN revisions r ON r.kind = ? AND r.ref = o.id::text AND r.version = 1
		WHERE o.status <> ? AND `+byImport("r.actor")+` ORDER BY o.key COLLATE "C"`,
		KindOffering, string(directory.Archived)).Scan(&keys).Error
	if err != nil {
		return nil, fmt.Errorf("list keys of offerings: %w", err)
	}
	return keys, nil
}

// lockOffering returns the offering as it stands, or ErrNotFound, and keeps others from
// changing it until the transaction ends. Whoever changes children changes the row too,
// so the lock holds for both.
func lockOffering(tx *gorm.DB, id int64) (directory.Offering, error) {
	return one(offerings(tx.Where("id = ?", id).Clauses(clause.Locking{Strength: "UPDATE"})))
}

// offerings returns the offerings that the query on their rows finds, by id, with their
// children in one query a kind.
func offerings(query *gorm.DB) ([]directory.Offering, error) {
	var rows []offeringRow
	if err := query.Order("id").Find(&rows).Error; err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, nil
	}
	tx := query.Session(&gorm.Session{NewDB: true})
	ids := make(idArray, len(rows))
	var owners idArray
	for i, r := range rows {
		ids[i] = r.ID
		if r.OrganizationID != nil {
			owners = append(owners, *r.OrganizationID)
		}
	}
	organizations := map[int64]organizationRow{}
	if err := organizationsByID(tx, owners, organizations); err != nil {
		return nil, err
	}
	children, err := childrenOf(tx, ids)
	if err != nil {
		return nil, err
	}
	found := make([]directory.Offering, len(rows))
	for i, r := range rows {
		all := offeringRows{offering: r, children: *children[r.ID]}
		if r.OrganizationID != nil {
			all.organization = organizations[*r.OrganizationID]
		}
		found[i] = all.assemble()
	}
	return found, nil
}

func organizationsByID(tx *gorm.DB, ids idArray, into map[int64]organizationRow) error {
	if len(ids) == 0 {
		return nil
	}
	var rows []organizationRow
	if err := tx.Where("id = ANY(?)", ids).Find(&rows).Error; err != nil {
		return err
	}
	for _, r := range rows {
		into[r.ID] = r
	}
	return nil
}

// childrenOf returns the children of each of the offerings.
func childrenOf(tx *gorm.DB, ids idArray) (map[int64]*childRows, error) {
	of := make(map[int64]*childRows, len(ids))
	for _, id := range ids {
		of[id] = &childRows{}
	}
	err := firstError(
		children(tx, ids, "fylke_number", func(r offeringFylkeRow) { c := of[r.OfferingID]; c.fylker = append(c.fylker, r) }),
		children(tx, ids, "kommune_number", func(r offeringKommuneRow) { c := of[r.OfferingID]; c.kommuner = append(c.kommuner, r) }),
		children(tx, ids, `kind, code COLLATE "C"`, func(r offeringTermRow) { c := of[r.OfferingID]; c.terms = append(c.terms, r) }),
		children(tx, ids, "position", func(r locationRow) { c := of[r.OfferingID]; c.locations = append(c.locations, r) }),
		children(tx, ids, "position", func(r phoneRow) { c := of[r.OfferingID]; c.phones = append(c.phones, r) }),
		children(tx, ids, "position", func(r emailRow) { c := of[r.OfferingID]; c.emails = append(c.emails, r) }),
		children(tx, ids, "position", func(r webAddressRow) { c := of[r.OfferingID]; c.websites = append(c.websites, r) }),
		children(tx, ids, "position", func(r scheduleRow) { c := of[r.OfferingID]; c.schedules = append(c.schedules, r) }),
		children(tx, ids, "position", func(r exceptionRow) { c := of[r.OfferingID]; c.exceptions = append(c.exceptions, r) }),
	)
	return of, err
}

// children reads the rows of one kind, in order, and hands out each.
func children[R any](tx *gorm.DB, ids idArray, order string, use func(R)) func() error {
	return func() error {
		var rows []R
		if err := tx.Where("offering_id = ANY(?)", ids).Order("offering_id, " + order).Find(&rows).Error; err != nil {
			return err
		}
		for _, r := range rows {
			use(r)
		}
		return nil
	}
}

// firstError runs the steps until one fails, and returns its error.
func firstError(steps ...func() error) error {
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// canonical returns the offering in the form in which the database gives it back: sets
// sorted and without repetition, empty lists nil, days at midnight UTC. Two offerings say
// the same when their canonical forms are equal.
func canonical(o directory.Offering) directory.Offering {
	o.Coverage.Fylker = set(o.Coverage.Fylker)
	o.Coverage.Kommuner = set(o.Coverage.Kommuner)
	o.TargetGroups, o.Topics, o.Formats = set(o.TargetGroups), set(o.Topics), set(o.Formats)
	o.Keywords, o.Languages, o.Accessibility = nilIfEmpty(o.Keywords), nilIfEmpty(o.Languages), nilIfEmpty(o.Accessibility)
	o.Locations, o.Phones = nilIfEmpty(o.Locations), nilIfEmpty(o.Phones)
	o.Emails, o.Websites = nilIfEmpty(o.Emails), nilIfEmpty(o.Websites)
	o.ClosedUntil = day(o.ClosedUntil)
	o.Schedules = nilIfEmpty(slices.Clone(o.Schedules))
	for i, s := range o.Schedules {
		o.Schedules[i].ValidFrom, o.Schedules[i].ValidTo = day(s.ValidFrom), day(s.ValidTo)
	}
	o.Exceptions = nilIfEmpty(slices.Clone(o.Exceptions))
	for i, e := range o.Exceptions {
		o.Exceptions[i].Date = *day(&e.Date)
	}
	return o
}

func set[T ~string](values []T) []T {
	sorted := slices.Clone(values)
	slices.Sort(sorted)
	return nilIfEmpty(slices.Compact(sorted))
}

func day(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	d := directory.DayOf(*t)
	return &d
}
