package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
)

// filled returns the stored organization with what it lacked. What stands there already
// is not overwritten: several offerings name the same organization, and most say less
// of it than one does.
func filled(stored, wanted directory.Organization) directory.Organization {
	stored.Kind = cmp.Or(stored.Kind, wanted.Kind)
	stored.OrgNumber = cmp.Or(stored.OrgNumber, wanted.OrgNumber)
	stored.Kommune = cmp.Or(stored.Kommune, wanted.Kommune)
	stored.Website = cmp.Or(stored.Website, wanted.Website)
	return stored
}

// saveOrganization makes sure that there is an organization of that name and returns it
// as stored. When something is filled in, its offerings read otherwise: they go into the
// feed. Only those who may change everything fill in: whose kommune an organization is
// decides who owns its offerings, and naming it must not be a way to take them over. Of one
// that gives crisis or national services nobody does that alone, nor its website.
func saveOrganization(tx *gorm.DB, actor auth.Actor, wanted directory.Organization) (directory.Organization, error) {
	if wanted.Name == "" {
		return directory.Organization{}, nil
	}
	stored, err := organizationByName(tx, wanted.Name)
	if errors.Is(err, ErrNotFound) {
		wanted.ID, wanted.UUID = 0, uuid.New()
		row := newOrganizationRow(wanted)
		// Another transaction may be creating it: then wait for that one.
		if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&row).Error; err != nil {
			return stored, fmt.Errorf("organization %q: %w", wanted.Name, err)
		}
		stored, err = organizationByName(tx, wanted.Name)
	}
	if err != nil {
		return stored, fmt.Errorf("organization %q: %w", wanted.Name, err)
	}
	full := filled(stored, wanted)
	if full == stored || auth.Can(actor, auth.Curate, auth.Thing{}) != nil {
		return stored, nil
	}
	if !actor.Alone() {
		crisis, err := givesCrisisServices(tx, stored.ID)
		if err != nil {
			return stored, fmt.Errorf("organization %q: %w", wanted.Name, err)
		}
		if crisis {
			full.Kommune, full.Website = stored.Kommune, stored.Website
		}
		if full == stored {
			return stored, nil
		}
	}
	row := newOrganizationRow(full)
	if err := tx.Model(&row).Select("Kind", "OrgNumber", "KommuneNumber", "Website").Updates(&row).Error; err != nil {
		return stored, fmt.Errorf("organization %q: %w", wanted.Name, err)
	}
	if err := announceOfferingsOf(tx, full.ID); err != nil {
		return stored, fmt.Errorf("organization %q: %w", wanted.Name, err)
	}
	return full, nil
}

// givesCrisisServices reports whether readers see an offering of the organization that is a
// directory.Offering.Crisis.
func givesCrisisServices(tx *gorm.DB, organization int64) (bool, error) {
	theirs, err := offerings(tx.Where("organization_id = ?", organization))
	return slices.ContainsFunc(theirs, func(o directory.Offering) bool { return o.Public() && o.Crisis() }), err
}

// announceOfferingsOf puts into the feed that the organization's offerings read otherwise:
// those that readers see.
func announceOfferingsOf(tx *gorm.DB, organization int64) error {
	return tx.Exec("INSERT INTO changes (kind, ref) SELECT ?, id::text FROM offerings WHERE organization_id = ? AND status IN ?",
		KindOffering, organization, publicOffering).Error
}

// OrganizationOf returns the organization that gives the owner's offerings: for a kommune
// the one that is it, of several that with the shortest name, since those of its parts and
// of what it does with others are longer. It returns ErrNotFound when no offering has
// named the kommune yet.
func (s *Store) OrganizationOf(ctx context.Context, owner auth.Owner) (directory.Organization, error) {
	o, err := one(list(s.db.WithContext(ctx).Where("kommune_number = ? OR id = ?", optional(owner.Kommune), nilIfZero(owner.Organization)).
		Order("length(name), id").Limit(1), organizationRow.organization))
	if err != nil {
		return directory.Organization{}, fmt.Errorf("organization of %v: %w", owner, err)
	}
	return o, nil
}

func organizationByName(tx *gorm.DB, name string) (directory.Organization, error) {
	return one(list(tx.Where("name = ?", name), organizationRow.organization))
}
