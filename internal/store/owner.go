package store

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
)

// OwnerNames returns what kommuner and organizations are called, by owner. One that there
// is not is absent.
func (s *Store) OwnerNames(ctx context.Context, owners []auth.Owner) (map[auth.Owner]string, error) {
	var numbers textArray
	var ids idArray
	for _, o := range owners {
		if o.Kommune != "" {
			numbers = append(numbers, string(o.Kommune))
		} else if o.Organization != 0 {
			ids = append(ids, o.Organization)
		}
	}
	names := make(map[auth.Owner]string, len(owners))
	err := s.read(ctx, func(tx *gorm.DB) error {
		clear(names)
		if len(numbers) > 0 {
			found, err := kommuner(tx, "AND k.number = ANY(?)", numbers)
			if err != nil {
				return err
			}
			for _, k := range found {
				names[auth.Owner{Kommune: k.Number}] = k.DisplayName()
			}
		}
		if len(ids) == 0 {
			return nil
		}
		found, err := list(tx.Where("id = ANY(?)", ids), organizationRow.organization)
		for _, o := range found {
			names[auth.Owner{Organization: o.ID}] = o.Name
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("names of owners: %w", err)
	}
	return names, nil
}

// OwnerName returns what the kommune or the organization is called, or ErrNotFound.
func (s *Store) OwnerName(ctx context.Context, o auth.Owner) (string, error) {
	names, err := s.OwnerNames(ctx, []auth.Owner{o})
	if err != nil {
		return "", err
	}
	name, ok := names[o]
	if !ok {
		return "", fmt.Errorf("name of owner %v: %w", o, ErrNotFound)
	}
	return name, nil
}

// May returns nil when the actor may do the action with a thing that an address names by its
// id, ErrNotFound when the actor may not even see it, as if there were none, and else
// auth.ErrForbidden. Ids follow each other: which of them others' drafts, reports and changes
// have, and how many there are, is told to nobody who tries them all.
func May(actor auth.Actor, action auth.Action, thing auth.Thing) error {
	if auth.Can(actor, auth.See, auth.Thing{Owner: thing.Owner}) != nil {
		return ErrNotFound
	}
	return auth.Can(actor, action, thing)
}
