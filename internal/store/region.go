package store

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// Fylker returns all fylker by number.
func (s *Store) Fylker(ctx context.Context) ([]region.Fylke, error) {
	found, err := fylker(s.db.WithContext(ctx))
	if err != nil {
		return nil, fmt.Errorf("list fylker: %w", err)
	}
	return found, nil
}

// FylkeByNumber returns the fylke, or ErrNotFound.
func (s *Store) FylkeByNumber(ctx context.Context, n region.FylkeNumber) (region.Fylke, error) {
	f, err := one(fylker(s.db.WithContext(ctx).Where("number = ?", string(n))))
	if err != nil {
		return f, fmt.Errorf("fylke %s: %w", n, err)
	}
	return f, nil
}

func fylker(tx *gorm.DB) ([]region.Fylke, error) {
	return list(tx.Where("ended_on IS NULL").Order("number"), fylkeRow.fylke)
}

// Kommuner returns all kommuner that there are by number, with the name of their fylke and whether
// another has the same name.
func (s *Store) Kommuner(ctx context.Context) ([]region.Kommune, error) {
	found, err := kommuner(s.db.WithContext(ctx), "")
	if err != nil {
		return nil, fmt.Errorf("list kommuner: %w", err)
	}
	return found, nil
}

// KommuneByNumber returns the kommune, or ErrNotFound, also for a former number.
func (s *Store) KommuneByNumber(ctx context.Context, n region.Number) (region.Kommune, error) {
	k, err := one(kommuner(s.db.WithContext(ctx), "AND k.number = ?", string(n)))
	if err != nil {
		return k, fmt.Errorf("kommune %s: %w", n, err)
	}
	return k, nil
}

// kommuner returns those that there are; condition is "AND …" in SQL, or empty. The names of more
// than one are found once, and not for each kommune among all the others.
func kommuner(tx *gorm.DB, condition string, args ...any) ([]region.Kommune, error) {
	return scan(tx.Raw(`SELECT k.*, f.name AS fylke_name,
			k.name IN (SELECT name FROM kommuner WHERE ended_on IS NULL GROUP BY name HAVING count(*) > 1) AS ambiguous
		FROM kommuner k JOIN fylker f ON f.number = k.fylke_number WHERE k.ended_on IS NULL `+condition+` ORDER BY k.number`, args...),
		kommuneResult.kommune)
}

// FormerKommuner returns every step from a former kommune to one of today, by number.
func (s *Store) FormerKommuner(ctx context.Context) ([]region.Former, error) {
	found, err := formers(s.db.WithContext(ctx))
	if err != nil {
		return nil, fmt.Errorf("list former kommuner: %w", err)
	}
	return found, nil
}

// FormersOf returns the steps that lead to the kommune, by number; none is no error.
func (s *Store) FormersOf(ctx context.Context, n region.Number) ([]region.Former, error) {
	found, err := formers(s.db.WithContext(ctx).Where("present_number = ?", string(n)))
	if err != nil {
		return nil, fmt.Errorf("former kommuner of %s: %w", n, err)
	}
	return found, nil
}

// Formers returns every step from a former kommune to one of today, by number and name.
func (s *Store) Formers(ctx context.Context) ([]region.Former, error) {
	found, err := formers(s.db.WithContext(ctx))
	if err != nil {
		return nil, fmt.Errorf("list former kommuner: %w", err)
	}
	return found, nil
}

func formers(tx *gorm.DB) ([]region.Former, error) {
	return list(tx.Order("number, name, present_number"), formerRow.former)
}

// PostalCodes returns all postnummer, by number.
func (s *Store) PostalCodes(ctx context.Context) ([]region.PostalCode, error) {
	found, err := postalCodes(s.db.WithContext(ctx))
	if err != nil {
		return nil, fmt.Errorf("list postnummer: %w", err)
	}
	return found, nil
}

// PostalCodeByCode returns the postnummer, or ErrNotFound.
func (s *Store) PostalCodeByCode(ctx context.Context, code string) (region.PostalCode, error) {
	p, err := one(postalCodes(s.db.WithContext(ctx).Where("code = ?", code)))
	if err != nil {
		return p, fmt.Errorf("postnummer %s: %w", code, err)
	}
	return p, nil
}

func postalCodes(tx *gorm.DB) ([]region.PostalCode, error) {
	return list(tx.Order("code"), postalCodeRow.postalCode)
}

// Places returns all places by id.
func (s *Store) Places(ctx context.Context) ([]region.Place, error) {
	found, err := places(s.db.WithContext(ctx))
	if err != nil {
		return nil, fmt.Errorf("list places: %w", err)
	}
	return found, nil
}

// PlaceByID returns the place, or ErrNotFound.
func (s *Store) PlaceByID(ctx context.Context, id int64) (region.Place, error) {
	p, err := one(places(s.db.WithContext(ctx).Where("id = ?", id)))
	if err != nil {
		return p, fmt.Errorf("place %d: %w", id, err)
	}
	return p, nil
}

func places(tx *gorm.DB) ([]region.Place, error) {
	return list(tx.Order("id"), placeRow.place)
}

// list returns the rows that the query finds, converted.
func list[R, T any](query *gorm.DB, convert func(R) T) ([]T, error) {
	return scan(query.Model(new(R)), convert)
}

// scan returns the rows of a written query, converted.
func scan[R, T any](query *gorm.DB, convert func(R) T) ([]T, error) {
	var rows []R
	if err := query.Scan(&rows).Error; err != nil {
		return nil, err
	}
	found := make([]T, len(rows))
	for i, r := range rows {
		found[i] = convert(r)
	}
	return found, nil
}

// one returns the only thing found, or ErrNotFound.
func one[T any](found []T, err error) (T, error) {
	var zero T
	if err != nil {
		return zero, err
	}
	if len(found) == 0 {
		return zero, ErrNotFound
	}
	return found[0], nil
}
