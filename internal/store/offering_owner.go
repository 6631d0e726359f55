package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
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
		found = nil
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

// BlankOffering returns what a new offering of the owner has unless somebody says
// otherwise: who gives it, whom it is for, today as the date of its source, and the key.
func (s *Store) BlankOffering(ctx context.Context, owner auth.Owner, key string) (directory.Offering, error) {
	o := directory.Offering{
		Key: key, Status: directory.Published, Confidence: directory.High,
		Source: directory.Source{Date: directory.PartialDate(s.now().Format(time.DateOnly))},
	}
	organization, err := s.OrganizationOf(ctx, owner)
	if errors.Is(err, ErrNotFound) && owner.Kommune != "" {
		var k region.Kommune
		k, err = s.KommuneByNumber(ctx, owner.Kommune)
		organization = directory.Organization{Name: k.Name + " kommune", Kind: directory.KindKommune, Kommune: k.Number}
	}
	if err != nil {
		return o, err
	}
	if owner.Kommune != "" {
		o.Coverage.Kommuner = []region.Number{owner.Kommune}
	}
	o.Organization, o.Source.Title = organization, organization.Name
	return o, nil
}

// CheckOfferings returns what may not be stored of each offering, nil where nothing is
// wrong. It looks at what the offerings say and refer to, not at rights or versions.
func (s *Store) CheckOfferings(ctx context.Context, list []directory.Offering) ([]directory.Invalid, error) {
	found := make([]directory.Invalid, len(list))
	err := s.read(ctx, func(tx *gorm.DB) error {
		clear(found)
		known, err := references(tx, list...)
		if err != nil {
			return err
		}
		for i, o := range list {
			if err := check(canonical(o), known); err != nil && !errors.As(err, &found[i]) {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("check offerings: %w", err)
	}
	return found, nil
}
