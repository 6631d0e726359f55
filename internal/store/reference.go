package store

import (
	"errors"
	"fmt"

	"gorm.io/gorm"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
)

// reference names a thing that an offering refers to.
type reference struct {
	Kind string // a table
	Code string
}

// eachReference calls fn with all that the offering refers to, and the field that does.
func eachReference(o directory.Offering, fn func(field string, r reference)) {
	fn("type", reference{"offering_types", o.Type})
	for _, f := range o.Coverage.Fylker {
		fn("coverage", reference{"fylker", string(f)})
	}
	for _, k := range o.Coverage.Kommuner {
		fn("coverage", reference{"kommuner", string(k)})
	}
	if k := o.Organization.Kommune; k != "" {
		fn("organization_kommune", reference{"kommuner", string(k)})
	}
	for _, l := range o.Locations {
		if l.Kommune != "" {
			fn("kommune", reference{"kommuner", string(l.Kommune)})
		}
		if l.PostalCode != "" {
			fn("postal_code", reference{"postal_codes", string(l.PostalCode)})
		}
	}
	for field, terms := range map[string]struct {
		kind  directory.TermKind
		codes []string
	}{
		"target_groups": {directory.TargetGroup, o.TargetGroups},
		"topics":        {directory.Topic, o.Topics},
		"formats":       {directory.Format, o.Formats},
	} {
		for _, code := range terms.codes {
			fn(field, reference{"terms", string(terms.kind) + "/" + code})
		}
	}
}

// references returns which of the things that the offerings refer to exist.
func references(tx *gorm.DB, offerings ...directory.Offering) (map[reference]bool, error) {
	asked := map[string]textArray{}
	for _, o := range offerings {
		eachReference(o, func(_ string, r reference) { asked[r.Kind] = append(asked[r.Kind], r.Code) })
	}
	var rows []reference
	err := tx.Raw(`
		SELECT 'offering_types' AS kind, code FROM offering_types WHERE code = ANY(?)
		UNION ALL SELECT 'fylker', number FROM fylker WHERE number = ANY(?) AND ended_on IS NULL
		UNION ALL SELECT 'kommuner', number FROM kommuner WHERE number = ANY(?) AND ended_on IS NULL
		UNION ALL SELECT 'postal_codes', code FROM postal_codes WHERE code = ANY(?)
		UNION ALL SELECT 'terms', kind || '/' || code FROM terms WHERE kind || '/' || code = ANY(?)`,
		asked["offering_types"], asked["fylker"], asked["kommuner"], asked["postal_codes"], asked["terms"]).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("look up references: %w", err)
	}
	known := make(map[reference]bool, len(rows))
	for _, r := range rows {
		known[r] = true
	}
	return known, nil
}

// check returns nil, or a directory.Invalid that names each field whose form is wrong or
// that refers to something unknown.
func check(o directory.Offering, known map[reference]bool) error {
	var invalid directory.Invalid
	if err := o.Validate(); err != nil && !errors.As(err, &invalid) {
		return err
	}
	if invalid == nil {
		invalid = directory.Invalid{}
	}
	eachReference(o, func(field string, r reference) {
		if _, reported := invalid[field]; !reported && !known[r] {
			invalid[field] = directory.MsgUnknown
		}
	})
	if len(invalid) > 0 {
		return invalid
	}
	return nil
}
