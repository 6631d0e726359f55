package store

import (
	"errors"
	"testing"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// ownOffering returns an offering of the kommune's own.
func ownOffering(key string, n region.Number) directory.Offering {
	o := testOffering(key)
	o.Organization = directory.Organization{}
	o.Coverage = directory.Coverage{Kommuner: []region.Number{n}}
	return o
}

func TestOfferingsOf(t *testing.T) {
	s := openSeeded(t)
	bodo := auth.Owner{Kommune: "1804"}
	own := create(t, s, ownOffering("test/egen", "1804"))
	create(t, s, ownOffering("test/annens", "1818"))
	archived := ownOffering("test/arkivert", "1804")
	archived.Status = directory.Archived
	archived = create(t, s, archived)
	foreign := ownOffering("test/forening", "1804")
	foreign.Organization = directory.Organization{Name: "Testforeningen"}
	foreign = create(t, s, foreign)

	someone := auth.Actor{Kind: auth.Account, ID: 1, Grants: []auth.Grant{{Owner: bodo, Role: auth.Contributor}}}
	found, err := s.OfferingsOf(t.Context(), someone, bodo)
	wantError(t, "OfferingsOf", err, nil)
	ids := map[int64]bool{}
	for _, o := range found {
		ids[o.ID] = true
	}
	wantEqual(t, "offerings", map[int64]bool{own.ID: true, archived.ID: true}, ids)
	_, err = s.OfferingsOf(t.Context(), someone, auth.Owner{Kommune: "1818"})
	wantError(t, "another kommune's", err, auth.ErrForbidden)
	found, err = s.OfferingsOf(t.Context(), operator, auth.Owner{Organization: foreign.Organization.ID})
	wantError(t, "OfferingsOf", err, nil)
	wantEqual(t, "offerings of the organization", 1, len(found))
}

func TestBatch(t *testing.T) {
	s := openSeeded(t)
	ctx := t.Context()
	bodo := auth.Owner{Kommune: "1804"}
	boss := auth.Actor{Kind: auth.Account, ID: 7, Grants: []auth.Grant{{Owner: bodo, Role: auth.Manager}}}
	helper := auth.Actor{Kind: auth.Account, ID: 8, Grants: []auth.Grant{{Owner: bodo, Role: auth.Contributor}}}
	a := create(t, s, ownOffering("test/a", "1804"))
	b := create(t, s, ownOffering("test/b", "1804"))
	c := create(t, s, ownOffering("test/c", "1804"))
	foreign := create(t, s, ownOffering("test/f", "1818"))
	fresh := ownOffering("test/ny", "1804")

	changed := func(o directory.Offering, name string) directory.Offering { o.Name = name; return o }
	was := written(t, s)
	_, err := s.SaveBatch(ctx, helper, bodo, "test", []directory.Offering{changed(a, "A2")})
	wantError(t, "a contributor's", err, auth.ErrForbidden)
	for what, bad := range map[string]directory.Offering{
		"a foreign one": changed(foreign, "F2"), "a wrong one": changed(b, ""), "a stale one": func() directory.Offering { o := changed(b, "B2"); o.Version = 99; return o }(),
	} {
		_, err := s.SaveBatch(ctx, boss, bodo, "test", []directory.Offering{changed(a, "A2"), fresh, bad})
		var be *BatchError
		if !errors.As(err, &be) || be.Index != 2 {
			t.Errorf("%s: %v, want a BatchError about the third", what, err)
		}
		wantEqual(t, "rows of history and feed after "+what, was, written(t, s))
	}
	_, err = s.SaveBatch(ctx, operator, bodo, "test", []directory.Offering{changed(foreign, "F2")})
	wantError(t, "one of another owner", err, auth.ErrForbidden)

	saved, err := s.SaveBatch(ctx, boss, bodo, "liste.csv", []directory.Offering{a, b})
	wantError(t, "SaveBatch", err, nil)
	wantEqual(t, "a batch that changes nothing", SavedBatch{}, saved)

	saved, err = s.SaveBatch(ctx, boss, bodo, "liste.csv", []directory.Offering{changed(a, "A2"), changed(b, "B2"), c, fresh})
	wantError(t, "SaveBatch", err, nil)
	wantEqual(t, "batch", SavedBatch{ID: saved.ID, Written: 3}, saved)
	id := saved.ID
	list, err := s.Batches(ctx, helper, bodo)
	wantError(t, "Batches", err, nil)
	if len(list) != 1 || list[0].ID != id || list[0].Size != 3 || list[0].Title != "liste.csv" || list[0].Owner != bodo {
		t.Fatalf("batches %+v", list)
	}
	_, err = s.Batches(ctx, boss, auth.Owner{Kommune: "1818"})
	wantError(t, "another kommune's batches", err, auth.ErrForbidden)

	// One is changed after the batch: it stays.
	now, err := s.OfferingByID(ctx, b.ID)
	wantError(t, "OfferingByID", err, nil)
	_, err = s.UpdateOffering(ctx, helper, "", changed(now, "B3"))
	wantError(t, "UpdateOffering", err, nil)
	_, _, err = s.UndoBatch(ctx, helper, id)
	wantError(t, "a contributor's undo", err, auth.ErrForbidden)
	left, waiting, err := s.UndoBatch(ctx, boss, id)
	wantError(t, "UndoBatch", err, nil)
	wantEqual(t, "what waits", 0, len(waiting))
	if len(left) != 1 || left[0].ID != b.ID {
		t.Errorf("left %+v, want the one that was changed since", left)
	}
	for _, want := range []struct {
		id   int64
		name string
	}{{a.ID, a.Name}, {b.ID, "B3"}, {c.ID, c.Name}} {
		got, err := s.OfferingByID(ctx, want.id)
		wantError(t, "OfferingByID", err, nil)
		wantEqual(t, "name", want.name, got.Name)
	}
	created, err := s.OfferingByKey(ctx, "test/ny")
	wantError(t, "OfferingByKey", err, nil)
	wantEqual(t, "status of what the batch created", directory.Archived, created.Status)
	_, _, err = s.UndoBatch(ctx, boss, id)
	wantError(t, "undoing it again", err, ErrConflict)
	_, _, err = s.UndoBatch(ctx, boss, id+1)
	wantError(t, "a batch that there is not", err, ErrNotFound)
}

func TestUploads(t *testing.T) {
	s := openStore(t)
	ctx := t.Context()
	kari := newAccount(t, s, "kari@test.example.org")
	ola := newAccount(t, s, "ola@test.example.org")
	id, err := s.KeepUpload(ctx, kari.ID, "liste.csv", []byte("abc"))
	wantError(t, "KeepUpload", err, nil)
	u, err := s.UploadByID(ctx, kari.ID, id)
	wantError(t, "UploadByID", err, nil)
	wantEqual(t, "upload", Upload{id, "liste.csv", []byte("abc")}, u)
	_, err = s.UploadByID(ctx, ola.ID, id)
	wantError(t, "another's upload", err, ErrNotFound)
	_, err = s.KeepUpload(ctx, kari.ID, "ny.csv", []byte("def"))
	wantError(t, "KeepUpload", err, nil)
	_, err = s.UploadByID(ctx, kari.ID, id)
	wantError(t, "the upload before", err, ErrNotFound)
}
