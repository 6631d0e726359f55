package store

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
)

// OfferingsOf returns all offerings that the owner answers for, by type and name: drafts
// and archived ones too, and with confidential locations. The actor has to be allowed
// auth.See.
func (s *Store) OfferingsOf(ctx context.Context, actor auth.Actor, owner auth.Owner) ([]directory.Offering, error) {
	if err := auth.Can(actor, auth.See, auth.Thing{Owner: owner}); err != nil {
		return nil, fmt.Errorf("offerings of %v: %w", owner, err)
	}
	var found []directory.Offering
	err := s.read(ctx, func(tx *gorm.DB) error {
		// More than the owner's: what covers the kommune without naming an organization.
		// auth.OwnerOf decides, here as everywhere.
		some, err := offerings(tx.Where(`organization_id = ? OR organization_id IN (SELECT id FROM organizations WHERE kommune_number = ?)
			OR organization_id IS NULL AND id IN (SELECT offering_id FROM offering_kommuner WHERE kommune_number = ?)`,
			nilIfZero(owner.Organization), optional(owner.Kommune), optional(owner.Kommune)).Order("type_code, name, id"))
		for _, o := range some {
			if auth.OwnerOf(o) == owner {
				found = append(found, o)
			}
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("offerings of %v: %w", owner, err)
	}
	return found, nil
}
