package store

import (
	"encoding/json"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// stored returns the offering as the database should give it back.
func stored(o, got directory.Offering) directory.Offering {
	o = canonical(o)
	o.ID, o.UUID, o.Organization.ID, o.Organization.UUID = got.ID, got.UUID, got.Organization.ID, got.Organization.UUID
	o.ChangedAt, o.Version = testNow, 1
	return o
}

func TestCreateOffering(t *testing.T) {
	s := openSeeded(t)
	o := testOffering("annet/test")
	got := create(t, s, o)
	if got.ID == 0 || got.UUID == uuid.Nil || got.Organization.ID == 0 || got.Organization.UUID == uuid.Nil {
		t.Errorf("ids are missing: %d, %s, %+v", got.ID, got.UUID, got.Organization)
	}
	wantEqual(t, "what CreateOffering returns", stored(o, got), got)

	byID, err := s.OfferingByID(t.Context(), got.ID)
	if err != nil {
		t.Fatal(err)
	}
	wantEqual(t, "OfferingByID", got, byID)
	if !byID.Locations[1].Confidential {
		t.Error("the confidential location is not confidential any more")
	}
	byKey, err := s.OfferingByKey(t.Context(), o.Key)
	if err != nil {
		t.Fatal(err)
	}
	wantEqual(t, "OfferingByKey", got, byKey)
}

func TestOfferingNotFound(t *testing.T) {
	s := openSeeded(t)
	_, err := s.OfferingByID(t.Context(), 42)
	wantError(t, "OfferingByID", err, ErrNotFound)
	_, err = s.OfferingByKey(t.Context(), "annet/borte")
	wantError(t, "OfferingByKey", err, ErrNotFound)
	o := testOffering("annet/borte")
	o.ID, o.Version = 42, 1
	_, err = s.UpdateOffering(t.Context(), operator, "", o)
	wantError(t, "UpdateOffering", err, ErrNotFound)
	_, err = s.ConfirmOffering(t.Context(), operator, 42, 1)
	wantError(t, "ConfirmOffering", err, ErrNotFound)
}

// The least that an offering may say is kept as that little: nothing is filled in.
func TestEmptyFieldsStayEmpty(t *testing.T) {
	s := openSeeded(t)
	o := directory.Offering{
		Key: "annet/lite", Type: "annet", Name: "Testtilbud", Coverage: directory.Coverage{National: true},
		Source: directory.Source{Title: "Testkilde"}, Confidence: directory.Low, Status: directory.Draft,
	}
	got := create(t, s, o)
	wantEqual(t, "CreateOffering", stored(o, got), got)
	read, err := s.OfferingByID(t.Context(), got.ID)
	if err != nil {
		t.Fatal(err)
	}
	wantEqual(t, "OfferingByID", got, read)

	// Nor does an update leave anything behind.
	full := testOffering("annet/lite")
	full.ID, full.Version = got.ID, got.Version
	full, err = s.UpdateOffering(t.Context(), operator, "", full)
	if err != nil {
		t.Fatal(err)
	}
	o.ID, o.Version, o.Status = full.ID, full.Version, directory.Published
	emptied, err := s.UpdateOffering(t.Context(), operator, "", o)
	if err != nil {
		t.Fatal(err)
	}
	want := got
	want.Version, want.Status = 3, directory.Published
	wantEqual(t, "emptied", want, emptied)
	if read, err = s.OfferingByID(t.Context(), got.ID); err != nil {
		t.Fatal(err)
	}
	wantEqual(t, "emptied, as read", want, read)
}

func TestUpdateOffering(t *testing.T) {
	s := openSeeded(t)
	before := create(t, s, testOffering("annet/test"))
	head := headOf(t, s)

	later := testNow.Add(time.Hour)
	s.Now = func() time.Time { return later }
	o := before
	o.Name, o.Phones = "Nytt navn på testtilbudet", []directory.Phone{{Number: "+4733333333"}}
	o.Coverage = directory.Coverage{Kommuner: []region.Number{"1818"}}
	o.Key, o.UUID, o.ConfirmedAt = "annet/annen", uuid.New(), &later // not for an update to say
	got, err := s.UpdateOffering(t.Context(), operator, "ringte og spurte", o)
	if err != nil {
		t.Fatal(err)
	}
	want := o
	want.Key, want.UUID, want.ConfirmedAt = before.Key, before.UUID, nil
	want.ChangedAt, want.Version = later, 2
	wantEqual(t, "UpdateOffering", want, got)
	read, err := s.OfferingByID(t.Context(), before.ID)
	if err != nil {
		t.Fatal(err)
	}
	wantEqual(t, "as read", want, read)

	ref := strconv.FormatInt(before.ID, 10)
	wantEqual(t, "feed", []Change{{Kind: KindOffering, Ref: ref}}, changesAfter(t, s, head, 1))
	revisions, err := s.Revisions(t.Context(), KindOffering, ref)
	if err != nil {
		t.Fatal(err)
	}
	if len(revisions) != 2 || revisions[1].Before != nil {
		t.Fatalf("%d revisions, want two, the first without a before", len(revisions))
	}
	wantEqual(t, "first revision", before, decodeOffering(t, revisions[1].After))
	r := revisions[0]
	wantEqual(t, "before", before, decodeOffering(t, r.Before))
	wantEqual(t, "after", want, decodeOffering(t, r.After))
	wantEqual(t, "who and why", []any{2, "operator: test", "ringte og spurte"}, []any{r.Version, r.Actor, r.Why})
	if since := time.Since(r.At); since < 0 || since > time.Hour {
		t.Errorf("revision is from %s", r.At)
	}
}

func decodeOffering(t *testing.T, document []byte) directory.Offering {
	t.Helper()
	var o directory.Offering
	if err := json.Unmarshal(document, &o); err != nil {
		t.Fatal(err)
	}
	return o
}

func TestUpdateThatChangesNothing(t *testing.T) {
	s := openSeeded(t)
	o := create(t, s, testOffering("annet/test"))
	was := written(t, s)
	// Other order of sets, and an organization that says less, are no change.
	o.TargetGroups = []string{"voksne", "barn", "voksne"}
	o.Organization = directory.Organization{Name: o.Organization.Name}
	got, err := s.UpdateOffering(t.Context(), operator, "", o)
	if err != nil {
		t.Fatal(err)
	}
	wantEqual(t, "version", 1, got.Version)
	wantEqual(t, "organization", directory.KindAssociation, got.Organization.Kind)
	wantEqual(t, "rows of history and feed", was, written(t, s))
}

func TestStaleVersion(t *testing.T) {
	s := openSeeded(t)
	seen := create(t, s, testOffering("annet/test"))
	o := seen
	o.Name = "Det første"
	if _, err := s.UpdateOffering(t.Context(), operator, "", o); err != nil {
		t.Fatal(err)
	}
	was := written(t, s)
	o = seen
	o.Name = "Det andre"
	_, err := s.UpdateOffering(t.Context(), operator, "", o)
	wantError(t, "UpdateOffering", err, ErrConflict)
	_, err = s.ConfirmOffering(t.Context(), operator, seen.ID, seen.Version)
	wantError(t, "ConfirmOffering", err, ErrConflict)
	wantEqual(t, "rows of history and feed", was, written(t, s))
	read, err := s.OfferingByID(t.Context(), seen.ID)
	if err != nil {
		t.Fatal(err)
	}
	wantEqual(t, "name", "Det første", read.Name)
}

func TestConcurrentUpdates(t *testing.T) {
	s := openSeeded(t)
	seen := create(t, s, testOffering("annet/test"))
	const writers = 8
	errs := make([]error, writers)
	var wg sync.WaitGroup
	for i := range writers {
		wg.Go(func() {
			o := seen
			o.Name = fmt.Sprintf("Testtilbud %d", i)
			_, errs[i] = s.UpdateOffering(t.Context(), operator, "", o)
		})
	}
	wg.Wait()
	won := -1
	for i, err := range errs {
		switch {
		case err == nil && won < 0:
			won = i
		case err == nil:
			t.Errorf("both %d and %d won", won, i)
		default:
			wantError(t, "loser", err, ErrConflict)
		}
	}
	read, err := s.OfferingByID(t.Context(), seen.ID)
	if err != nil {
		t.Fatal(err)
	}
	wantEqual(t, "what is stored", []any{fmt.Sprintf("Testtilbud %d", won), 2}, []any{read.Name, read.Version})
	wantEqual(t, "revisions", 2, count(t, s, "revisions"))
}

func TestKeyTaken(t *testing.T) {
	s := openSeeded(t)
	create(t, s, testOffering("annet/test"))
	_, err := s.CreateOffering(t.Context(), operator, "", testOffering("annet/test"))
	wantError(t, "CreateOffering", err, ErrConflict)
}

func TestForbidden(t *testing.T) {
	s := openSeeded(t)
	o := create(t, s, testOffering("annet/test"))
	was := written(t, s)
	changed := o
	changed.Name = "Noe annet"
	groups, types, terms := testVocabulary()
	for name, try := range map[string]func() error{
		"CreateOffering": func() error {
			_, err := s.CreateOffering(t.Context(), nobody, "", testOffering("annet/ny"))
			return err
		},
		"UpdateOffering": func() error {
			_, err := s.UpdateOffering(t.Context(), nobody, "", changed)
			return err
		},
		"ConfirmOffering": func() error {
			_, err := s.ConfirmOffering(t.Context(), nobody, o.ID, o.Version)
			return err
		},
		"ImportOfferings": func() error {
			_, err := s.ImportOfferings(t.Context(), nobody, []directory.Offering{testOffering("annet/ny")})
			return err
		},
		"SaveRegions": func() error {
			_, err := s.SaveRegions(t.Context(), nobody, testRegions())
			return err
		},
		"SaveExpressions": func() error {
			_, err := s.SaveExpressions(t.Context(), nobody, []directory.Expression{{Text: "a", Kind: directory.EverydayExpression, LeadsTo: []directory.Lead{"tema:rus"}}})
			return err
		},
		"SaveVocabulary": func() error {
			_, err := s.SaveVocabulary(t.Context(), nobody, groups, types, terms)
			return err
		},
		"SaveArticle": func() error {
			_, err := s.SaveArticle(t.Context(), nobody, "", nb("ta-vare-pa-barna", "test"), testArticle("Test", 1))
			return err
		},
		"RequestReindex": func() error { return s.RequestReindex(t.Context(), nobody) },
		"OncePerDigest":  func() error { return s.OncePerDigest(t.Context(), nobody, testDigest, failIfCalled(t)) },
	} {
		wantError(t, name, try(), auth.ErrForbidden)
	}
	wantEqual(t, "rows of history and feed", was, written(t, s))
	wantEqual(t, "offerings", 1, count(t, s, "offerings"))
}

func TestInvalidOfferings(t *testing.T) {
	s := openSeeded(t)
	o := create(t, s, testOffering("annet/test"))
	was := written(t, s)
	for _, tc := range []struct {
		name   string
		change func(*directory.Offering)
		want   directory.Invalid
	}{
		{"form", func(o *directory.Offering) { o.Name = "" }, directory.Invalid{"name": directory.MsgRequired}},
		{"type", func(o *directory.Offering) { o.Type = "finnes_ikke" }, directory.Invalid{"type": directory.MsgUnknown}},
		{"no type", func(o *directory.Offering) { o.Type = "" }, directory.Invalid{"type": directory.MsgRequired}},
		{"kommune covered", func(o *directory.Offering) { o.Coverage.Kommuner = []region.Number{"0301", "0231"} }, directory.Invalid{"coverage": directory.MsgUnknown}},
		{"fylke covered", func(o *directory.Offering) { o.Coverage.Fylker = []region.FylkeNumber{"99"} }, directory.Invalid{"coverage": directory.MsgUnknown}},
		{"kommune of a location", func(o *directory.Offering) {
			o.Locations = []directory.Location{{Kommune: "9999"}}
		}, directory.Invalid{"kommune": directory.MsgUnknown}},
		{"postnummer", func(o *directory.Offering) {
			o.Locations = []directory.Location{{PostalCode: "9999"}}
		}, directory.Invalid{"postal_code": directory.MsgUnknown}},
		{"kommune of an organization", func(o *directory.Offering) { o.Organization.Kommune = "9999" }, directory.Invalid{"organization_kommune": directory.MsgUnknown}},
		{"target group", func(o *directory.Offering) { o.TargetGroups = []string{"rus"} }, directory.Invalid{"target_groups": directory.MsgUnknown}},
		{"topic", func(o *directory.Offering) { o.Topics = []string{"finnes_ikke"} }, directory.Invalid{"topics": directory.MsgUnknown}},
		{"format", func(o *directory.Offering) { o.Formats = []string{"finnes_ikke"} }, directory.Invalid{"formats": directory.MsgUnknown}},
		{"several", func(o *directory.Offering) { o.Type, o.Phones[0].Number, o.Topics = "x", "22", []string{"x"} },
			directory.Invalid{"type": directory.MsgUnknown, "phone": directory.MsgFormat, "topics": directory.MsgUnknown}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			bad := testOffering("annet/ny")
			tc.change(&bad)
			_, err := s.CreateOffering(t.Context(), operator, "", bad)
			wantInvalid(t, "CreateOffering", err, tc.want)

			bad.ID, bad.Version = o.ID, o.Version
			_, err = s.UpdateOffering(t.Context(), operator, "", bad)
			wantInvalid(t, "UpdateOffering", err, tc.want)

			outcomes, err := s.ImportOfferings(t.Context(), importer, []directory.Offering{func() directory.Offering {
				bad.Key = "annet/importert"
				return bad
			}()})
			if err != nil {
				t.Fatal(err)
			}
			wantInvalid(t, "ImportOfferings", outcomes[0].Err, tc.want)
		})
	}
	wantEqual(t, "rows of history and feed", was, written(t, s))
	wantEqual(t, "organizations", 1, count(t, s, "organizations"))
}

func TestStatusTransitions(t *testing.T) {
	s := openSeeded(t)
	inTable := map[[2]string]bool{}
	var rows []struct{ FromStatus, ToStatus string }
	if err := s.db.Raw("SELECT * FROM status_transitions").Scan(&rows).Error; err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		inTable[[2]string{r.FromStatus, r.ToStatus}] = true
	}
	for _, from := range directory.Statuses() {
		for _, to := range directory.Statuses() {
			if from == to {
				continue
			}
			allowed := from.CanBecome(to)
			wantEqual(t, fmt.Sprintf("status_transitions holds %s to %s", from, to), allowed, inTable[[2]string{string(from), string(to)}])
			delete(inTable, [2]string{string(from), string(to)})

			o := testOffering(fmt.Sprintf("annet/%s-%s", from, to))
			o.Status = from
			o = create(t, s, o)
			o.Status = to
			_, err := s.UpdateOffering(t.Context(), operator, "", o)
			if allowed && err != nil {
				t.Errorf("%s to %s: %v", from, to, err)
			}
			if !allowed {
				wantInvalid(t, fmt.Sprintf("%s to %s", from, to), err, directory.Invalid{"status": directory.MsgTransition})
				if err := exec(t, s, "UPDATE offerings SET status = ? WHERE id = ?", string(to), o.ID); err == nil {
					t.Errorf("the database lets %s become %s", from, to)
				}
			}
		}
	}
	wantEqual(t, "transitions that Go does not know", map[[2]string]bool{}, inTable)
}

func TestConfirmOffering(t *testing.T) {
	s := openSeeded(t)
	o := create(t, s, testOffering("annet/test"))
	got, err := s.ConfirmOffering(t.Context(), operator, o.ID, o.Version)
	if err != nil {
		t.Fatal(err)
	}
	want := o
	want.ConfirmedAt, want.ContactsConfirmedAt, want.Version = &testNow, &testNow, 2
	wantEqual(t, "ConfirmOffering", want, got)
	read, err := s.OfferingByID(t.Context(), o.ID)
	if err != nil {
		t.Fatal(err)
	}
	wantEqual(t, "as read", want, read)
}

func TestOrganizations(t *testing.T) {
	s := openSeeded(t)
	first := create(t, s, testOffering("annet/en"))
	head := headOf(t, s)

	o := testOffering("annet/to")
	o.Organization = directory.Organization{Name: "Testorganisasjonen", OrgNumber: "958935420", Kind: directory.KindState}
	second := create(t, s, o)
	want := first.Organization
	want.OrgNumber = "958935420" // filled in; the kind is not overwritten
	wantEqual(t, "organization", want, second.Organization)
	read, err := s.OfferingByID(t.Context(), first.ID)
	if err != nil {
		t.Fatal(err)
	}
	wantEqual(t, "organization of the first offering", want, read.Organization)
	wantEqual(t, "feed", []Change{
		{Kind: KindOffering, Ref: strconv.FormatInt(first.ID, 10)},
		{Kind: KindOffering, Ref: strconv.FormatInt(second.ID, 10)},
	}, changesAfter(t, s, head, 2))

	second.Organization = directory.Organization{}
	second, err = s.UpdateOffering(t.Context(), operator, "", second)
	if err != nil {
		t.Fatal(err)
	}
	wantEqual(t, "organization taken away", directory.Organization{}, second.Organization)
	wantEqual(t, "organizations", 1, count(t, s, "organizations"))
}

func TestWhoSaysSo(t *testing.T) {
	s := openSeeded(t)
	bodo := auth.Owner{Kommune: "1804"}
	kari := auth.Actor{Kind: auth.Account, ID: 1, Grants: []auth.Grant{{Owner: bodo, Role: auth.Manager}}}
	o := ownOffering("test/a", "1804")
	o.Source, o.Confidence = directory.Source{Title: "Testside", URL: "https://example.org/", Date: "2020"}, directory.Medium
	o = create(t, s, o)

	same, err := s.UpdateOffering(t.Context(), kari, "", o)
	wantError(t, "UpdateOffering", err, nil)
	wantEqual(t, "source of what was not changed", o.Source, same.Source)

	// Whoever answers for it has said so, by whatever way.
	o.Summary = "Endret."
	o, err = s.UpdateOffering(t.Context(), kari, "", o)
	wantError(t, "UpdateOffering", err, nil)
	own := directory.Source{Title: "Bodø kommune", Date: "2026-03-04"}
	wantEqual(t, "source", own, o.Source)
	wantEqual(t, "confidence", directory.High, o.Confidence)
	o.Source, o.Confidence = directory.Source{Title: "Testside"}, directory.Medium // named anew: that holds
	o, err = s.UpdateOffering(t.Context(), kari, "", o)
	wantError(t, "UpdateOffering", err, nil)
	wantEqual(t, "source that is named", directory.Source{Title: "Testside"}, o.Source)
	changed := o
	changed.Name = "Testnavn"
	_, err = s.SaveBatch(t.Context(), kari, bodo, "test", []directory.Offering{changed})
	wantError(t, "SaveBatch", err, nil)
	got, err := s.OfferingByID(t.Context(), o.ID)
	wantError(t, "OfferingByID", err, nil)
	wantEqual(t, "source after a batch", own, got.Source)

	// A national editor does not answer for it, and has to say where it is from.
	got.Source = directory.Source{Title: "Testside"}
	if got, err = s.UpdateOffering(t.Context(), editor, "", got); err != nil {
		t.Fatal(err)
	}
	got.Summary = "Endret igjen."
	got, err = s.UpdateOffering(t.Context(), editor, "", got)
	wantError(t, "UpdateOffering", err, nil)
	wantEqual(t, "source after an editor", directory.Source{Title: "Testside"}, got.Source)
}
