package store

import (
	"context"
	"fmt"

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
