package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
)

// History returns what Revisions does, to those who may see it: of an offering, whoever is
// allowed auth.See for its owner, and so of its courses; of everything else, national
// editors. It returns ErrNotFound for an offering or a course that there is not for the actor,
// and for a ref that nothing can have.
func (s *Store) History(ctx context.Context, actor auth.Actor, kind Kind, ref string) ([]Revision, error) {
	action, thing := auth.Curate, auth.Thing{}
	if kind == KindOffering || kind == KindCourse {
		id, err := strconv.ParseInt(ref, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("history of %s %q: %w", kind, ref, ErrNotFound)
		}
		if kind == KindCourse {
			c, err := s.CourseByID(ctx, id)
			if err != nil {
				return nil, err
			}
			id = c.Offering
		}
		o, err := s.OfferingByID(ctx, id)
		if err != nil {
			return nil, err
		}
		action, thing = auth.See, auth.Thing{Owner: auth.OwnerOf(o)}
		if err := May(actor, action, thing); err != nil {
			return nil, fmt.Errorf("history of %s %s: %w", kind, ref, err)
		}
	}
	if err := auth.Can(actor, action, thing); err != nil {
		return nil, fmt.Errorf("history of %s %s: %w", kind, ref, err)
	}
	if !utf8.ValidString(ref) || strings.ContainsRune(ref, 0) { // Postgres stores neither
		return nil, fmt.Errorf("history of %s %q: %w", kind, ref, ErrNotFound)
	}
	return s.Revisions(ctx, kind, ref)
}

// NameOfActor returns who made a revision, as people say it: the account's name, or else its
// address, so that a colleague can be asked. Accounts end only by being erased.
func (s *Store) NameOfActor(ctx context.Context, actor string) (string, error) {
	kind, name, _ := strings.Cut(actor, ": ")
	switch auth.Kind(kind) {
	case auth.Account:
		id, err := strconv.ParseInt(name, 10, 64)
		if err != nil {
			return actor, nil
		}
		a, err := s.AccountByID(ctx, id)
		if errors.Is(err, ErrNotFound) {
			return ErasedName, nil
		}
		return a.Called(), err
	case auth.Token:
		return "et program (tilgang " + name + ")", nil
	case auth.Link:
		return "den som fikk lenken på e-post", nil
	case auth.Import:
		return "innlesing av " + name, nil
	case auth.Operator:
		return "den som drifter nettstedet", nil
	case auth.Job:
		return "nettstedet selv", nil
	}
	return actor, nil
}
