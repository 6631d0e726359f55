package store

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

type outlineRow struct {
	KommuneNumber string `gorm:"primaryKey"`
	Area          []byte
	Drawing       []byte
}

func (outlineRow) TableName() string { return "kommune_outlines" }

func newOutlineRow(o region.Outline) outlineRow {
	return outlineRow{string(o.Kommune), o.Area, o.Drawing}
}

func (r outlineRow) outline() region.Outline {
	return region.Outline{Kommune: region.Number(r.KommuneNumber), Area: r.Area, Drawing: r.Drawing}
}

// Outlines returns where the borders of kommuner go, by number, for those that have been
// imported.
func (s *Store) Outlines(ctx context.Context) ([]region.Outline, error) {
	found, err := outlines(s.db.WithContext(ctx))
	if err != nil {
		return nil, fmt.Errorf("list outlines: %w", err)
	}
	return found, nil
}

// OutlineByKommune returns where the borders of the kommune go, or ErrNotFound.
func (s *Store) OutlineByKommune(ctx context.Context, n region.Number) (region.Outline, error) {
	o, err := one(outlines(s.db.WithContext(ctx).Where("kommune_number = ?", n)))
	if err != nil {
		return o, fmt.Errorf("outline of kommune %s: %w", n, err)
	}
	return o, nil
}

func outlines(tx *gorm.DB) ([]region.Outline, error) {
	return list(tx.Order("kommune_number"), outlineRow.outline)
}

var outlineRegister = register[region.Number, region.Outline]{
	"outline", func(o region.Outline) region.Number { return o.Kommune },
	asGiven[region.Outline],
	func(o region.Outline) string { return string(o.Kommune) },
}

// SaveOutlines writes what differs from the list and puts it into the feed. An empty list means
// that it is not given. Nothing is deleted. It fails for a kommune that there is not.
func (s *Store) SaveOutlines(ctx context.Context, actor auth.Actor, wanted []region.Outline) (Summary, error) {
	var sum Summary
	err := s.write(ctx, func(tx *gorm.DB) error {
		if err := auth.Can(actor, auth.Curate, auth.Thing{}); err != nil {
			return err
		}
		if err := allowLongStatements(tx); err != nil {
			return err
		}
		stored, err := outlines(tx)
		if err != nil {
			return err
		}
		changed, err := outlineRegister.compare(stored, wanted, &sum)
		if err != nil {
			return err
		}
		if _, err := upsert(tx, changed, newOutlineRow, overPrimaryKey); err != nil {
			return withDetail(err)
		}
		return announce(tx, changesOf(KindOutline, changed, func(o region.Outline) string { return string(o.Kommune) })...)
	})
	if err != nil {
		return Summary{}, fmt.Errorf("save outlines: %w", err)
	}
	return sum, nil
}
