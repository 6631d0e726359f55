package store

import (
	"testing"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
)

func TestOwnerNames(t *testing.T) {
	s := openSeeded(t)
	o := testOffering("test/a")
	o.Organization = directory.Organization{Name: "Testforeningen"}
	o = create(t, s, o)
	bodo, organization := auth.Owner{Kommune: "1804"}, auth.Owner{Organization: o.Organization.ID}
	names, err := s.OwnerNames(t.Context(), []auth.Owner{bodo, organization, {Kommune: "9998"}, {Organization: 9999}, {}})
	wantError(t, "OwnerNames", err, nil)
	wantEqual(t, "names", map[auth.Owner]string{bodo: "Bodø", organization: "Testforeningen"}, names)
	_, err = s.OwnerName(t.Context(), auth.Owner{Kommune: "9998"})
	wantError(t, "OwnerName", err, ErrNotFound)
	none, err := s.OwnerNames(t.Context(), nil)
	wantError(t, "OwnerNames", err, nil)
	wantEqual(t, "names of nobody", 0, len(none))
}
