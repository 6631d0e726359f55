package store

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// Quality says how well a kommune is described, from what is stored now. Of offerings it
// counts those that readers see and that the kommune answers for.
type Quality struct {
	Kommune    region.Number
	Offerings  int
	Confirmed  int        // of them, by somebody within the last year
	Never      int        // of them, by nobody yet
	Oldest     *time.Time // the oldest confirmation; nil when there is none
	Required   int        // types that the law wants in every kommune and that some offering for it is of
	Reports    int        // open tasks about what readers have reported
	Tasks      int        // all open tasks
	HasManager bool       // somebody can sign in and let others in
}

// Qualities returns every kommune's, by number.
func (s *Store) Qualities(ctx context.Context) ([]Quality, error) {
	type row struct {
		Number                      string
		Offerings, Confirmed, Never int
		Oldest                      *time.Time
		Required, Reports, Tasks    int
		HasManager                  bool
	}
	var found []Quality
	err := s.read(ctx, func(tx *gorm.DB) (err error) {
		// Who answers for an offering is auth.OwnerOf, written as SQL.
		found, err = scan(tx.Raw(`WITH shown AS (
				SELECT o.*, coalesce(g.kommune_number, alone.number) AS owner
				FROM offerings o
				LEFT JOIN organizations g ON g.id = o.organization_id
				LEFT JOIN LATERAL (
					SELECT min(kommune_number) AS number FROM offering_kommuner
					WHERE offering_id = o.id AND o.organization_id IS NULL AND NOT o.coverage_national
						AND NOT EXISTS (SELECT FROM offering_fylker f WHERE f.offering_id = o.id)
					HAVING count(*) = 1
				) alone ON true
				WHERE o.status IN ('publisert', 'stengt')
			), owned AS (
				SELECT owner, count(*) AS offerings, count(*) FILTER (WHERE confirmed_at > now() - interval '1 year') AS confirmed,
					count(*) FILTER (WHERE confirmed_at IS NULL) AS never, min(confirmed_at) AS oldest
				FROM shown WHERE owner IS NOT NULL GROUP BY owner
			), required AS (
				SELECT k.kommune_number AS number, count(DISTINCT s.type_code) AS types
				FROM shown s JOIN offering_types t ON t.code = s.type_code AND t.every_kommune
				JOIN offering_kommuner k ON k.offering_id = s.id GROUP BY k.kommune_number
			), open AS (
				SELECT kommune_number AS number, count(*) AS tasks, count(*) FILTER (WHERE kind = 'report') AS reports
				FROM tasks WHERE done_at IS NULL GROUP BY kommune_number
			)
			SELECT k.number, coalesce(o.offerings, 0) AS offerings, coalesce(o.confirmed, 0) AS confirmed, coalesce(o.never, 0) AS never,
				o.oldest, coalesce(r.types, 0) AS required, coalesce(t.reports, 0) AS reports, coalesce(t.tasks, 0) AS tasks,
				EXISTS (SELECT FROM grants m JOIN accounts a ON a.id = m.account_id AND a.disabled_at IS NULL
					WHERE m.kommune_number = k.number AND m.role = 'forvalter') AS has_manager
			FROM kommuner k LEFT JOIN owned o ON o.owner = k.number LEFT JOIN required r ON r.number = k.number
			LEFT JOIN open t ON t.number = k.number WHERE k.ended_on IS NULL ORDER BY k.number`), func(r row) Quality {
			return Quality{region.Number(r.Number), r.Offerings, r.Confirmed, r.Never, inUTC(r.Oldest), r.Required, r.Reports, r.Tasks, r.HasManager}
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("quality of kommuner: %w", err)
	}
	return found, nil
}

// ShownTypes returns the types that readers are shown some offering of that names the
// kommune, whoever gives it: kommuner share, and one answers for it. Quality.Required
// counts in the same way.
func (s *Store) ShownTypes(ctx context.Context, n region.Number) (map[string]bool, error) {
	types := map[string]bool{}
	err := s.read(ctx, func(tx *gorm.DB) error {
		clear(types)
		codes, err := scan(tx.Raw(`SELECT DISTINCT o.type_code AS code FROM offerings o JOIN offering_kommuner k ON k.offering_id = o.id
			WHERE o.status IN ('publisert', 'stengt') AND k.kommune_number = ?`, string(n)), func(r struct{ Code string }) string { return r.Code })
		for _, code := range codes {
			types[code] = true
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("types shown in %s: %w", n, err)
	}
	return types, nil
}
