package store

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
)

// FieldSource is where one field was last read, or who said it.
type FieldSource struct {
	Field  directory.FieldName
	Source directory.Source
	Actor  string // who wrote it here: auth.Actor as text
	At     time.Time
}

// ByImport reports whether an import wrote the field, and may write it again.
func (f FieldSource) ByImport() bool { return wasImport(f.Actor) }

type fieldSourceRow struct {
	OfferingID, OrganizationID *int64
	Field, Title               string
	URL                        optional
	Date                       optional
	Actor                      string
	At                         time.Time
}

func (fieldSourceRow) TableName() string { return "field_sources" }

func (r fieldSourceRow) source() FieldSource {
	return FieldSource{directory.FieldName(r.Field), directory.Source{Title: r.Title, URL: string(r.URL), Date: directory.PartialDate(r.Date)}, r.Actor, r.At.UTC()}
}

// FieldSources returns where the fields of the offering were read, in the order of the
// form. Fields that were last written before sources were kept one by one are not among
// them: they have the source of the whole. The actor has to be allowed auth.See.
func (s *Store) FieldSources(ctx context.Context, actor auth.Actor, offering int64) ([]FieldSource, error) {
	o, err := s.OfferingByID(ctx, offering)
	if err != nil {
		return nil, err
	}
	if err := auth.Can(actor, auth.See, auth.ThingOf(o)); err != nil {
		return nil, fmt.Errorf("sources of offering %d: %w", offering, err)
	}
	found, err := fieldSources(s.db.WithContext(ctx), []int64{offering})
	if err != nil {
		return nil, fmt.Errorf("sources of offering %d: %w", offering, err)
	}
	var list []FieldSource
	for _, name := range directory.OfferingFields() {
		if f, ok := found[offering][name]; ok {
			list = append(list, f)
		}
	}
	return list, nil
}

// fieldSources returns the sources of the offerings' fields.
func fieldSources(tx *gorm.DB, ids idArray) (map[int64]map[directory.FieldName]FieldSource, error) {
	return sourcesBy(tx, ids, "offering_id", func(r fieldSourceRow) *int64 { return r.OfferingID })
}

// organizationSources returns the sources of what is said of the organizations.
func organizationSources(tx *gorm.DB, ids idArray) (map[int64]map[directory.FieldName]FieldSource, error) {
	return sourcesBy(tx, ids, "organization_id", func(r fieldSourceRow) *int64 { return r.OrganizationID })
}

func sourcesBy(tx *gorm.DB, ids idArray, column string, id func(fieldSourceRow) *int64) (map[int64]map[directory.FieldName]FieldSource, error) {
	var rows []fieldSourceRow
	if err := tx.Where(column+" = ANY(?)", ids).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read sources of fields: %w", err)
	}
	found := map[int64]map[directory.FieldName]FieldSource{}
	for _, r := range rows {
		of := found[*id(r)]
		if of == nil {
			of = map[directory.FieldName]FieldSource{}
			found[*id(r)] = of
		}
		of[directory.FieldName(r.Field)] = r.source()
	}
	return found, nil
}

// noteSources writes where fields come from. offering or organization is 0.
func noteSources(tx *gorm.DB, actor auth.Actor, offering, organization int64, source directory.Source, fields []directory.FieldName) error {
	if len(fields) == 0 {
		return nil
	}
	names := make(textArray, len(fields))
	for i, f := range fields {
		names[i] = string(f)
	}
	err := tx.Exec(`INSERT INTO field_sources (offering_id, organization_id, field, title, url, date, actor)
		SELECT ?, ?, field, ?, ?, ?, ? FROM unnest(?::text[]) AS field
		ON CONFLICT (offering_id, organization_id, field) DO UPDATE
		SET title = excluded.title, url = excluded.url, date = excluded.date, actor = excluded.actor, at = now()`,
		nilIfZero(offering), nilIfZero(organization), source.Title, optional(source.URL), optional(source.Date), actor.String(), names).Error
	if err != nil {
		return fmt.Errorf("write sources of fields: %w", err)
	}
	return nil
}

// noteOfferingSources notes the source of what an offering says now and did not before.
// What somebody has taken out has a source too: no import is to put it back.
func noteOfferingSources(tx *gorm.DB, actor auth.Actor, before *directory.Offering, after directory.Offering) error {
	fields := after.Said()
	if before != nil {
		fields = directory.Differing(*before, after)
	}
	return noteSources(tx, actor, after.ID, 0, after.Source, fields)
}
