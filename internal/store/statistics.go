package store

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
)

// AddUse adds counts of pages opened to what other nodes have counted: all or nothing.
func (s *Store) AddUse(ctx context.Context, counts []directory.UseDay) error {
	days, kinds, numbers := make(textArray, len(counts)), make(textArray, len(counts)), make(idArray, len(counts))
	for i, c := range counts {
		days[i], kinds[i], numbers[i] = c.Day, string(c.Kind), c.Count
	}
	// In one order, so that two nodes do not wait for each other's rows.
	err := s.db.WithContext(ctx).Exec(`INSERT INTO use_days AS u (day, kind, count)
		SELECT day, kind, sum(count) FROM unnest(?::date[], ?::text[], ?::bigint[]) AS c (day, kind, count)
		GROUP BY day, kind ORDER BY day, kind
		ON CONFLICT (day, kind) DO UPDATE SET count = u.count + excluded.count`, days, kinds, numbers).Error
	if err != nil {
		return fmt.Errorf("add counts of use: %w", err)
	}
	return nil
}

// SaveTallies keeps how the directory stood on a day in Norway, unless that has been kept
// before. What is told of the month, and of the one before, whose last counts of use may have
// come meanwhile, goes into the feed.
func (s *Store) SaveTallies(ctx context.Context, day time.Time, tallies []directory.Tally) error {
	rows := make([]tallyRow, len(tallies))
	for i, t := range tallies {
		rows[i] = newTallyRow(day, t)
	}
	err := s.write(ctx, func(tx *gorm.DB) error {
		saved := tx.Clauses(clause.OnConflict{DoNothing: true}).CreateInBatches(&rows, rowsPerStatement)
		if saved.Error != nil || saved.RowsAffected == 0 {
			return saved.Error
		}
		first := time.Date(day.Year(), day.Month(), 1, 0, 0, 0, 0, time.UTC)
		return announce(tx,
			changeRow{Kind: KindMonth, Ref: first.AddDate(0, -1, 0).Format(monthLayout)},
			changeRow{Kind: KindMonth, Ref: first.Format(monthLayout)})
	})
	if err != nil {
		return fmt.Errorf("save tallies of %s: %w", day.Format(time.DateOnly), err)
	}
	return nil
}

// HasTallies reports whether it has been kept how the directory stood on the day.
func (s *Store) HasTallies(ctx context.Context, day time.Time) (bool, error) {
	var has bool
	err := s.db.WithContext(ctx).Raw("SELECT EXISTS (SELECT FROM coverage_days WHERE day = ?::date)", day.Format(time.DateOnly)).Scan(&has).Error
	if err != nil {
		return false, fmt.Errorf("look for tallies of %s: %w", day.Format(time.DateOnly), err)
	}
	return has, nil
}

const monthLayout = "2006-01"

// Month returns what is told of a month, "2026-11", or ErrNotFound where that is nothing.
func (s *Store) Month(ctx context.Context, month string) (directory.Month, error) {
	found, err := s.months(ctx, month)
	if err == nil && len(found) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return directory.Month{}, fmt.Errorf("month %q: %w", month, err)
	}
	return found[0], nil
}

// Months returns what is told of each month of which there is something, in order of time.
// Of use, only days that are over are told.
func (s *Store) Months(ctx context.Context) ([]directory.Month, error) {
	found, err := s.months(ctx, "")
	if err != nil {
		return nil, fmt.Errorf("list months: %w", err)
	}
	return found, nil
}

// useResult is how often a kind was opened in a month.
type useResult struct {
	Month    string
	Kind     directory.PageKind
	Count    int64
	From, To string
}

// months returns one month, or with "" all of them.
func (s *Store) months(ctx context.Context, month string) ([]directory.Month, error) {
	var use []useResult
	var tallies []tallyRow
	err := s.read(ctx, func(tx *gorm.DB) error {
		err := tx.Raw(`SELECT to_char(day, 'YYYY-MM') AS month, kind, sum(count)::bigint AS count,
				to_char(min(day), 'YYYY-MM-DD') AS "from", to_char(max(day), 'YYYY-MM-DD') AS "to"
			FROM use_days
			WHERE day < (?::timestamptz AT TIME ZONE 'Europe/Oslo')::date AND ? IN ('', to_char(day, 'YYYY-MM'))
			GROUP BY 1, 2 ORDER BY 1, 2`, s.now(), month).Scan(&use).Error
		if err != nil {
			return err
		}
		return tx.Where(`day IN (SELECT max(day) FROM coverage_days GROUP BY to_char(day, 'YYYY-MM'))
			AND ? IN ('', to_char(day, 'YYYY-MM'))`, month).Order("day, type_code, fylke_number").Find(&tallies).Error
	})
	if err != nil {
		return nil, err
	}
	return joinMonths(use, tallies), nil
}

func joinMonths(use []useResult, tallies []tallyRow) []directory.Month {
	months := map[string]*directory.Month{}
	of := func(name string) *directory.Month {
		if months[name] == nil {
			months[name] = &directory.Month{Month: name}
		}
		return months[name]
	}
	for _, u := range use {
		m := of(u.Month)
		m.Use = append(m.Use, directory.UseOf{Kind: u.Kind, Count: u.Count})
		if m.From == "" || u.From < m.From {
			m.From = u.From
		}
		m.To = max(m.To, u.To)
	}
	for _, r := range tallies {
		m := of(r.Day.Format(monthLayout))
		m.Day = r.Day.Format(time.DateOnly)
		m.Tallies = append(m.Tallies, r.tally())
	}
	list := make([]directory.Month, 0, len(months))
	for _, name := range slices.Sorted(maps.Keys(months)) {
		list = append(list, *months[name])
	}
	return list
}
