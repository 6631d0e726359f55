package store

import (
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

func TestQualities(t *testing.T) {
	s := openSeeded(t)
	ctx := t.Context()
	s.Now = time.Now
	bodo := region.Number("1804")
	put := func(key string, change func(*directory.Offering)) directory.Offering {
		o := testOffering(key)
		o.Organization = directory.Organization{}
		o.Coverage = directory.Coverage{Kommuner: []region.Number{bodo}}
		change(&o)
		return create(t, s, o)
	}
	confirmed := put("test/egen", func(o *directory.Offering) { o.Type = "ppt" })
	if _, err := s.ConfirmOffering(ctx, operator, confirmed.ID, confirmed.Version); err != nil {
		t.Fatal(err)
	}
	put("test/kommunens", func(o *directory.Offering) {
		o.Type = "annet"
		o.Organization = directory.Organization{Name: "Bodø kommune", Kind: directory.KindKommune, Kommune: bodo}
		o.Coverage.Kommuner = []region.Number{bodo, "1818"}
	})
	put("test/andres", func(o *directory.Offering) { o.Organization = directory.Organization{Name: "Testforeningen"} })
	put("test/delt", func(o *directory.Offering) { o.Coverage.Kommuner = []region.Number{bodo, "1818"} })
	put("test/kladd", func(o *directory.Offering) { o.Status = directory.Draft })
	err := s.write(ctx, func(tx *gorm.DB) error {
		return firstError(
			func() error { return openTask(tx, Task{Kind: "report", Key: "1", Owner: auth.Owner{Kommune: bodo}}) },
			func() error { return openTask(tx, Task{Kind: "test", Key: "1", Owner: auth.Owner{Kommune: bodo}}) },
		)
	})
	wantError(t, "openTask", err, nil)
	newAccount(t, s, "kari@test.example.org", auth.Grant{Owner: auth.Owner{Kommune: bodo}, Role: auth.Manager})

	got, err := s.Qualities(ctx)
	wantError(t, "Qualities", err, nil)
	wantEqual(t, "kommuner", 3, len(got))
	if got[1].Oldest == nil || time.Since(*got[1].Oldest) > time.Hour {
		t.Errorf("oldest confirmation %v, want just now", got[1].Oldest)
	}
	got[1].Oldest = nil
	want := Quality{Kommune: bodo, Offerings: 2, Confirmed: 1, Never: 1, Required: 1, Reports: 1, Tasks: 2, HasManager: true}
	wantEqual(t, "Bodø", want, got[1])
	wantEqual(t, "Oslo", Quality{Kommune: "0301"}, got[0])
}
