package store

import (
	"net/url"
	"strings"
	"testing"
)

func TestDrafts(t *testing.T) {
	s := openStore(t)
	ctx := t.Context()
	kari, ola := newAccount(t, s, "kari@test.example.org"), newAccount(t, s, "ola@test.example.org")
	form := url.Values{"navn": {"Test <b>"}, "tel": {"1", "2"}}
	wantError(t, "SaveDraft", s.SaveDraft(ctx, kari.ID, Draft{Key: "tilbud/1", Version: 3, Form: form}), nil)
	d, err := s.DraftByKey(ctx, kari.ID, "tilbud/1")
	wantError(t, "DraftByKey", err, nil)
	wantEqual(t, "form", form, d.Form)
	wantEqual(t, "version", 3, d.Version)
	_, err = s.DraftByKey(ctx, ola.ID, "tilbud/1")
	wantError(t, "another's draft", err, ErrNotFound)
	others, err := s.OthersDrafts(ctx, ola.ID, "tilbud/1")
	wantError(t, "OthersDrafts", err, nil)
	wantEqual(t, "others", 1, len(others))
	others, err = s.OthersDrafts(ctx, kari.ID, "tilbud/1")
	wantError(t, "OthersDrafts", err, nil)
	wantEqual(t, "others beside oneself", 0, len(others))
	form.Set("navn", "Ny")
	wantError(t, "SaveDraft", s.SaveDraft(ctx, kari.ID, Draft{Key: "tilbud/1", Version: 4, Form: form}), nil)
	wantEqual(t, "drafts", 1, count(t, s, "drafts"))
	wantError(t, "a very large one", s.SaveDraft(ctx, kari.ID, Draft{Key: "tilbud/2", Form: url.Values{"a": {strings.Repeat("x", 100_000)}}}), ErrTooLarge)
	wantError(t, "DeleteDraft", s.DeleteDraft(ctx, kari.ID, "tilbud/1"), nil)
	wantError(t, "deleting it again", s.DeleteDraft(ctx, kari.ID, "tilbud/1"), nil)
	wantEqual(t, "drafts", 0, count(t, s, "drafts"))
}
