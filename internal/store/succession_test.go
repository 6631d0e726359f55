package store

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// changeDay is the first day of the new kommuner in these tests, a while before testNow.
var changeDay = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// openProve returns a store with three kommuner that there are not: two of them will be one,
// the third will be two.
func openProve(t *testing.T) *Store {
	t.Helper()
	s := openSeeded(t)
	r := testRegions()
	add := func(n region.Number, name string, people int) {
		k := r.Kommuner[1]
		k.Number, k.Name, k.OfficialName, k.Population = n, name, name, people
		k.Domain, k.Website, k.Wikidata = "prove"+string(n)+".example.org", "www.prove"+string(n)+".example.org", "Q9"+string(n)
		k.OrgNumber = map[region.Number]string{"1891": "958935420", "1892": "944496394"}[n]
		k.Contact = region.Contact{Phone: "+477500" + string(n), Source: "https://example.org/" + string(n), Confirmed: true}
		r.Kommuner = append(r.Kommuner, k)
	}
	add("1891", "Prøvebygd", 3000)
	add("1892", "Prøvevik", 1000)
	add("1893", "Prøvenes", 2000)
	r.PostalCodes = append(r.PostalCodes,
		region.PostalCode{Code: "8991", Place: "PRØVEBYGD", Kommune: "1891", Category: "G"},
		region.PostalCode{Code: "8992", Place: "PRØVEVIK", Kommune: "1892", Category: "G"},
		region.PostalCode{Code: "8993", Place: "PRØVENES", Kommune: "1893", Category: "G"},
		region.PostalCode{Code: "8994", Place: "PRØVEØY", Kommune: "1893", Category: "G"})
	r.Places = append(r.Places,
		region.Place{Name: "Sentrum", Kommune: "1891", Kind: region.Settlement, Source: "test"},
		region.Place{Name: "Sentrum", Kommune: "1892", Kind: region.Settlement, Source: "test"},
		region.Place{Name: "Prøveøy", Kommune: "1893", Kind: region.PostalPlace, Source: "test"})
	r.Formers = append(r.Formers, region.Former{Number: "1890", Name: "Gamleprøve", Present: "1891", LastYear: 1990, Kind: region.Renumbered})
	if _, err := s.SaveRegions(t.Context(), importer, r); err != nil {
		t.Fatal(err)
	}
	return s
}

// of returns an offering of a kommune that is for the kommuner.
func of(key string, owner region.Number, name string, numbers ...region.Number) directory.Offering {
	o := testOffering(key)
	o.Organization = directory.Organization{Name: name + " kommune", Kind: directory.KindKommune, Kommune: owner}
	o.Coverage, o.Locations = directory.Coverage{Kommuner: numbers}, nil
	return o
}

// merge is that Prøvebygd and Prøvevik become Prøvestad.
var merge = []region.Step{
	{Old: "1891", OldName: "Prøvebygd", New: "1899", NewName: "Prøvestad", On: changeDay},
	{Old: "1892", OldName: "Prøvevik", New: "1899", NewName: "Prøvestad", On: changeDay},
}

func succeedWith(t *testing.T, s *Store, o SuccessionOptions) SuccessionReport {
	t.Helper()
	report, err := s.Succeed(t.Context(), operator, o)
	if err != nil {
		t.Fatal(err)
	}
	if err := liveReferences(t, s); err != "" {
		t.Error(err)
	}
	return report
}

// liveReferences returns what still names a kommune that is no more, and should not.
func liveReferences(t *testing.T, s *Store) string {
	t.Helper()
	var wrong []string
	for table, condition := range map[string]string{
		"offering_kommuner": "true", "locations": "true", "courses": "true", "organizations": "true", "grants": "true",
		"places": "true", "postal_codes": "true", "kommune_outlines": "true", "tasks": "t.done_at IS NULL", "tokens": "t.revoked_at IS NULL",
		"entries": "t.answer IS NULL", "reports": "t.state = 'apen'", "invitations": "t.used_at IS NULL",
	} {
		var n int
		err := s.db.WithContext(t.Context()).Raw("SELECT count(*) FROM " + table + " t JOIN kommuner k ON k.number = t.kommune_number WHERE k.ended_on IS NOT NULL AND " + condition).Scan(&n).Error
		if err != nil {
			t.Fatal(err)
		}
		if n > 0 {
			wrong = append(wrong, fmt.Sprintf("%d of %s name a kommune that is no more", n, table))
		}
	}
	var n int
	if err := s.db.WithContext(t.Context()).Raw("SELECT count(*) FROM former_kommuner f JOIN kommuner k ON k.number = f.present_number WHERE k.ended_on IS NOT NULL").Scan(&n).Error; err != nil {
		t.Fatal(err)
	}
	if n > 0 {
		wrong = append(wrong, fmt.Sprintf("%d former kommuner lead to one that is no more", n))
	}
	slices.Sort(wrong)
	return strings.Join(wrong, "; ")
}

func openTasks(t *testing.T, s *Store, kind TaskKind) []Task {
	t.Helper()
	all, err := s.OpenTasks(t.Context(), operator)
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(all, func(x Task) bool { return x.Kind != kind })
}

func offeringNow(t *testing.T, s *Store, id int64) directory.Offering {
	t.Helper()
	o, err := s.OfferingByID(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestMerge(t *testing.T) {
	s := openProve(t)
	ctx := t.Context()
	both := create(t, s, of("kommune/begge", "1891", "Prøvebygd", "1891", "1892"))
	one := of("kommune/en", "1892", "Prøvevik", "1892")
	one.Locations = []directory.Location{{Street: "Prøveveien 1", PostalCode: "8992", PostalPlace: "Prøvevik", Kommune: "1892"}}
	onlyOne := create(t, s, one)
	confirmed, err := s.ConfirmOffering(ctx, operator, onlyOne.ID, onlyOne.Version)
	wantError(t, "ConfirmOffering", err, nil)
	shared := create(t, s, of("kommune/flere", "1891", "Prøvebygd", "1804", "1891"))
	bydel := of("kommune/del", "1891", "Prøvebygd", "1891")
	bydel.Coverage.Bydel = "Prøvegrenda"
	part := create(t, s, bydel)
	elsewhere := create(t, s, of("kommune/bodo", "1804", "Bodø", "1804"))
	course := testCourse(onlyOne.ID)
	course.Place.PostalCode, course.Place.Kommune = "8992", "1892"
	held := createCourse(t, s, course)

	inBoth := newAccount(t, s, "begge@example.org", auth.Grant{Owner: auth.Owner{Kommune: "1891"}, Role: auth.Contributor}, auth.Grant{Owner: auth.Owner{Kommune: "1892"}, Role: auth.Manager})
	inOne := newAccount(t, s, "en@example.org", auth.Grant{Owner: auth.Owner{Kommune: "1892"}, Role: auth.Contributor})
	token, _, err := s.CreateToken(ctx, operator, Token{Name: "Test", Owner: auth.Owner{Kommune: "1891"}, Scopes: []Scope{ScopeWrite}}, testNotice)
	wantError(t, "CreateToken", err, nil)
	_, err = s.SaveOutlines(ctx, importer, []region.Outline{
		{Kommune: "1891", Area: multi(1), Drawing: multi(1)}, {Kommune: "1892", Area: multi(2), Drawing: multi(2)},
	})
	wantError(t, "SaveOutlines", err, nil)
	hook := newWebhook(t, s, "1892")
	asked, err := s.AskToConfirm(ctx, auth.Owner{Kommune: "1892"}, Stage30, changeDay, []string{"en@example.org"}, []Asked{{Offering: onlyOne.ID, Version: confirmed.Version}}, func(secret string) Mail { return Mail{Subject: secret} })
	if err != nil || !asked {
		t.Fatalf("AskToConfirm: %t, %v", asked, err)
	}

	// Looking first changes nothing, and tells what there will be.
	was := written(t, s)
	dry := succeedWith(t, s, SuccessionOptions{Steps: merge, DryRun: true})
	wantEqual(t, "rows after a dry run", was, written(t, s))
	wantEqual(t, "steps kept by a dry run", 0, count(t, s, "kommune_changes"))
	wantEqual(t, "successions in a dry run", 1, len(dry.Carried))

	// Known ahead of the day, nothing happens but that it is known.
	ahead := succeedWith(t, s, SuccessionOptions{Steps: merge, Until: changeDay.AddDate(0, 0, -1)})
	wantEqual(t, "carried out ahead of the day", 0, len(ahead.Carried))
	wantEqual(t, "planned", 1, len(ahead.Planned))
	_, err = s.KommuneByNumber(ctx, "1891")
	wantError(t, "the old kommune ahead of the day", err, nil)

	// On the day it needs nobody to say it again.
	head := headOf(t, s)
	report, err := s.SucceedToday(ctx)
	wantError(t, "SucceedToday", err, nil)
	wantEqual(t, "problems", 0, len(report.Problems))
	wantEqual(t, "what was carried out is what the dry run told", dry.Carried, report.Carried)
	if wrong := liveReferences(t, s); wrong != "" {
		t.Error(wrong)
	}

	// The kommune.
	k, err := s.KommuneByNumber(ctx, "1899")
	wantError(t, "the new kommune", err, nil)
	wantEqual(t, "name, people, website, shown telephone", []any{"Prøvestad", 4000, "www.prove1891.example.org", false}, []any{k.Name, k.Population, k.Website, k.Contact.Confirmed})
	for _, n := range []region.Number{"1891", "1892"} {
		_, err := s.KommuneByNumber(ctx, n)
		wantError(t, "old kommune "+string(n), err, ErrNotFound)
	}
	formers, err := s.FormersOf(ctx, "1899")
	wantError(t, "FormersOf", err, nil)
	wantEqual(t, "formers", []region.Former{
		{Number: "1890", Name: "Gamleprøve", Present: "1899", LastYear: 1990, Kind: region.Merged},
		{Number: "1891", Name: "Prøvebygd", Present: "1899", LastYear: 2025, Kind: region.Merged},
		{Number: "1892", Name: "Prøvevik", Present: "1899", LastYear: 2025, Kind: region.Merged},
	}, formers)

	// The offerings.
	got := offeringNow(t, s, both.ID)
	wantEqual(t, "for both", directory.Coverage{Kommuner: []region.Number{"1899"}}, got.Coverage)
	got = offeringNow(t, s, onlyOne.ID)
	wantEqual(t, "for one", directory.Coverage{Kommuner: []region.Number{"1899"}, Bydel: "tidligere Prøvevik kommune"}, got.Coverage)
	wantEqual(t, "its address", region.Number("1899"), got.Locations[0].Kommune)
	wantEqual(t, "its confirmation", confirmed.ConfirmedAt, got.ConfirmedAt)
	got = offeringNow(t, s, shared.ID)
	wantEqual(t, "for one among others", directory.Coverage{Kommuner: []region.Number{"1804", "1899"}, Bydel: "i Prøvestad bare tidligere Prøvebygd kommune"}, got.Coverage)
	got = offeringNow(t, s, part.ID)
	wantEqual(t, "for a part that was noted", directory.Coverage{Kommuner: []region.Number{"1899"}, Bydel: "Prøvegrenda"}, got.Coverage)
	wantEqual(t, "elsewhere", elsewhere, offeringNow(t, s, elsewhere.ID))
	c, err := s.CourseByID(ctx, held.ID)
	wantError(t, "CourseByID", err, nil)
	wantEqual(t, "place of the course", region.Number("1899"), c.Place.Kommune)
	history, err := s.Revisions(ctx, KindOffering, fmt.Sprint(onlyOne.ID))
	wantError(t, "Revisions", err, nil)
	wantEqual(t, "why", "Kommunesammenslåing: 1891 Prøvebygd og 1892 Prøvevik ble 1899 Prøvestad (SSB Klass 131, 2026-01-01)", history[0].Why)
	wantEqual(t, "who", "job: kommuneendringer", history[0].Actor)

	// Those who answer for it.
	a, err := s.AccountByID(ctx, inBoth.ID)
	wantError(t, "AccountByID", err, nil)
	wantEqual(t, "who worked for both", []auth.Owner{{Kommune: "1899"}}, a.Actor().Owners())
	wantEqual(t, "and was manager of one", auth.Manager, a.Grants[0].Role)
	a, err = s.AccountByID(ctx, inOne.ID)
	wantError(t, "AccountByID", err, nil)
	wantEqual(t, "who worked for one", auth.Contributor, a.Grants[0].Role)
	if err := auth.Can(a.Actor(), auth.Edit, auth.ThingOf(offeringNow(t, s, both.ID))); err != nil {
		t.Errorf("somebody of one part may not edit what was for both: %v", err)
	}
	tokens, err := s.Tokens(ctx, auth.Owner{Kommune: "1899"})
	wantError(t, "TokensOf", err, nil)
	if len(tokens) != 1 || tokens[0].ID != token.ID {
		t.Errorf("tokens of the new kommune: %v", tokens)
	}
	for _, domain := range []string{"prove1891.example.org", "prove1892.example.org"} {
		n, err := kommuneOfEmail(s.db.WithContext(ctx), "ny@"+domain)
		wantError(t, "kommuneOfEmail", err, nil)
		wantEqual(t, "kommune of an old address", region.Number("1899"), n)
	}
	n, err := s.KommuneByOrgNumber(ctx, "944496394")
	wantError(t, "KommuneByOrgNumber", err, nil)
	wantEqual(t, "kommune of an old organization number", region.Number("1899"), n)

	hook, err = s.WebhookByID(ctx, operator, hook.ID)
	wantError(t, "WebhookByID", err, nil)
	wantEqual(t, "what is followed", []region.Number{"1892", "1899"}, hook.Kommuner)

	// What people search for, and the map.
	p, err := s.PostalCodeByCode(ctx, "8992")
	wantError(t, "PostalCodeByCode", err, nil)
	wantEqual(t, "postnummer", region.Number("1899"), p.Kommune)
	places, err := s.Places(ctx)
	wantError(t, "Places", err, nil)
	wantEqual(t, "places named Sentrum", 1, len(slices.DeleteFunc(places, func(p region.Place) bool { return p.Name != "Sentrum" })))
	outlines, err := s.Outlines(ctx)
	wantError(t, "Outlines", err, nil)
	wantEqual(t, "outlines", []region.Outline{{Kommune: "1899", Area: multi(1, 2), Drawing: multi(1, 2)}}, outlines)

	// The tasks.
	wantEqual(t, "questions", 2, len(openTasks(t, s, TaskCoverage)))
	for _, task := range openTasks(t, s, TaskCoverage) {
		wantEqual(t, "owner of a question", auth.Owner{Kommune: "1899"}, task.Owner)
	}
	wantEqual(t, "organizations to join", 1, len(openTasks(t, s, TaskJoin)))
	wantEqual(t, "new kommuner", 1, len(openTasks(t, s, TaskNewKommune)))

	// The feed tells of both old ones, the new one, and what was moved.
	refs := map[Kind][]string{}
	for _, change := range changesAfter(t, s, head, 15) {
		refs[change.Kind] = append(refs[change.Kind], change.Ref)
	}
	wantEqual(t, "kommuner in the feed", []string{"1891", "1892", "1899"}, slices.Compact(slices.Sorted(slices.Values(refs[KindKommune]))))
	wantEqual(t, "outlines in the feed", []string{"1891", "1892", "1899"}, slices.Sorted(slices.Values(refs[KindOutline])))

	// Once more changes nothing, and neither does a file that is older.
	was = written(t, s)
	again := succeedWith(t, s, SuccessionOptions{Steps: merge})
	wantEqual(t, "carried out again", 0, len(again.Carried))
	_, err = s.SaveRegions(ctx, importer, Regions{Kommuner: []region.Kommune{func() region.Kommune {
		k := testRegions().Kommuner[1]
		k.Number, k.Name, k.Domain, k.Wikidata = "1891", "Prøvebygd", "gammel.example.org", "Q77"
		return k
	}()}, PostalCodes: []region.PostalCode{{Code: "8992", Place: "PRØVEVIK", Kommune: "1892", Category: "G"}}})
	wantError(t, "SaveRegions of an old file", err, nil)
	wantEqual(t, "rows of history and feed", was, written(t, s))
	_, err = s.KommuneByNumber(ctx, "1891")
	wantError(t, "the old kommune after an old file", err, ErrNotFound)
}

// multi returns a MultiPolygon of made-up polygons, each told by a byte.
func multi(polygons ...byte) []byte {
	return append([]byte{1, 6, 0, 0, 0, byte(len(polygons)), 0, 0, 0}, polygons...)
}

func TestAnswerCoverage(t *testing.T) {
	s := openProve(t)
	ctx := t.Context()
	whole := create(t, s, of("kommune/hele", "1891", "Prøvebygd", "1891"))
	still := create(t, s, of("kommune/del", "1892", "Prøvevik", "1892"))
	edited := create(t, s, of("kommune/endret", "1892", "Prøvevik", "1892"))
	succeedWith(t, s, SuccessionOptions{Steps: merge})
	colleague := newAccount(t, s, "kollega@example.org", auth.Grant{Owner: auth.Owner{Kommune: "1899"}, Role: auth.Contributor}).Actor()
	stranger := newAccount(t, s, "fremmed@example.org", auth.Grant{Owner: auth.Owner{Kommune: "1804"}, Role: auth.Manager}).Actor()
	task := func(o directory.Offering) int64 {
		t.Helper()
		for _, x := range openTasks(t, s, TaskCoverage) {
			if x.Offering == o.ID {
				return x.ID
			}
		}
		t.Fatalf("no question about %q", o.Name)
		return 0
	}
	wantError(t, "a stranger answers", s.AnswerCoverage(ctx, stranger, task(whole), nil, true), auth.ErrForbidden)
	wantError(t, "for all of it", s.AnswerCoverage(ctx, colleague, task(whole), nil, true), nil)
	wantEqual(t, "coverage", directory.Coverage{Kommuner: []region.Number{"1899"}}, offeringNow(t, s, whole.ID).Coverage)
	stays := offeringNow(t, s, still.ID)
	id := task(still)
	wantError(t, "for the part still", s.AnswerCoverage(ctx, colleague, id, nil, false), nil)
	wantEqual(t, "the offering is as it was", stays, offeringNow(t, s, still.ID))
	wantError(t, "an answer twice", s.AnswerCoverage(ctx, colleague, id, nil, true), ErrNotFound)

	// Whoever edits for whom it is has answered.
	o := offeringNow(t, s, edited.ID)
	o.Coverage.Bydel = ""
	_, err := s.UpdateOffering(ctx, colleague, "", o)
	wantError(t, "UpdateOffering", err, nil)
	wantEqual(t, "questions left", 0, len(openTasks(t, s, TaskCoverage)))
}

// A field that an import has written may be written by it still, and has its source.
func TestSourcesAfterMerge(t *testing.T) {
	s := openProve(t)
	o := of("annet/en", "1892", "Prøvevik", "1892")
	o.Locations = []directory.Location{{Street: "Prøveveien 1", PostalCode: "8992", PostalPlace: "PRØVEVIK", Kommune: "1892"}}
	importAll(t, s, o)
	said := saidOf(o.Key)
	said.Locations = []directory.Location{{Street: "Prøveveien 2", PostalCode: "8992", PostalPlace: "PRØVEVIK", Kommune: "1892"}}
	id := say(t, s, proveRun, Said{Offering: said})[0].ID
	was := sourceTitles(t, s, id)
	succeedWith(t, s, SuccessionOptions{Steps: merge})
	wantEqual(t, "where it lies", region.Number("1899"), offeringNow(t, s, id).Locations[0].Kommune)
	wantEqual(t, "sources", was, sourceTitles(t, s, id))
	said.Locations = []directory.Location{{Street: "Prøveveien 3", PostalCode: "8992", PostalPlace: "PRØVEVIK", Kommune: "1899"}}
	wantEqual(t, "it says otherwise", Updated, say(t, s, proveRun, Said{Offering: said})[0].Result)
}

// Offerings of organizations that have become one kommune stand with one name, and a draft
// of them is told to nobody.
func TestJoinOrganizations(t *testing.T) {
	s := openProve(t)
	ctx := t.Context()
	shown := create(t, s, of("kommune/bygd", "1891", "Prøvebygd", "1891"))
	other := create(t, s, of("kommune/vik", "1892", "Prøvevik", "1892"))
	draft := of("kommune/kladd", "1891", "Prøvebygd", "1891")
	draft.Status = directory.Draft
	draft = create(t, s, draft)
	succeedWith(t, s, SuccessionOptions{Steps: merge})
	task := openTasks(t, s, TaskJoin)[0].ID
	wantInvalid(t, "another name", s.JoinOrganizations(ctx, operator, task, "Annet"), directory.Invalid{"organization": directory.MsgUnknown})
	head := headOf(t, s)
	wantError(t, "a new name", s.JoinOrganizations(ctx, operator, task, "Prøvestad kommune"), nil)
	for _, o := range []directory.Offering{shown, other, draft} {
		wantEqual(t, o.Name, "Prøvestad kommune", offeringNow(t, s, o.ID).Organization.Name)
	}
	var told []string
	for _, change := range changesAfter(t, s, head, 2) {
		told = append(told, change.Ref)
	}
	wantEqual(t, "in the feed", []string{fmt.Sprint(shown.ID), fmt.Sprint(other.ID)}, told)
	wantError(t, "an answer twice", s.JoinOrganizations(ctx, operator, task, "Prøvestad kommune"), ErrNotFound)
}

func TestNewNumberAndFylke(t *testing.T) {
	s := openProve(t)
	ctx := t.Context()
	o := create(t, s, of("kommune/bygd", "1891", "Prøvebygd", "1891"))
	f := of("kommune/fylke", "1891", "Prøvebygd")
	f.Coverage = directory.Coverage{Fylker: []region.FylkeNumber{"18"}}
	wide := create(t, s, f)
	err := s.SaveContact(ctx, operator, "", 0, "1891", region.Contact{Phone: "+4775009999", Source: "test", SourceDate: "2026", Confirmed: true})
	wantError(t, "SaveContact", err, nil)
	var steps []region.Step
	for old, to := range map[region.Number][2]string{"1804": {"9104", "Bodø"}, "1818": {"9118", "Herøy"}, "1891": {"9191", "Prøvebygd"}, "1892": {"9292", "Prøvevik"}, "1893": {"9293", "Prøvenes"}} {
		steps = append(steps, region.Step{Old: old, OldName: to[1], New: region.Number(to[0]), NewName: to[1], On: changeDay})
	}
	fylker := []region.FylkeStep{
		{Old: "18", OldName: "Nordland", New: "91", NewName: "Prøvefylke", On: changeDay},
		{Old: "18", OldName: "Nordland", New: "92", NewName: "Prøvemark", On: changeDay},
	}
	report := succeedWith(t, s, SuccessionOptions{Steps: steps})
	wantEqual(t, "without the fylker it is not done", []int{0, 5}, []int{len(report.Carried), len(report.Problems)})
	report = succeedWith(t, s, SuccessionOptions{Fylker: fylker})
	wantEqual(t, "problems", []string(nil), report.Problems)
	wantEqual(t, "fylker that ended", []CarriedFylke{{"18", "Nordland", []region.FylkeNumber{"91", "92"}, changeDay, 1}}, report.Fylker)

	got := offeringNow(t, s, o.ID)
	wantEqual(t, "coverage", directory.Coverage{Kommuner: []region.Number{"9191"}}, got.Coverage)
	wantEqual(t, "of the whole fylke", directory.Coverage{Fylker: []region.FylkeNumber{"91", "92"}}, offeringNow(t, s, wide.ID).Coverage)
	wantEqual(t, "questions", 0, len(openTasks(t, s, TaskCoverage)))
	wantEqual(t, "new kommuner to look at", 0, len(openTasks(t, s, TaskNewKommune)))
	k, err := s.KommuneByNumber(ctx, "9191")
	wantError(t, "KommuneByNumber", err, nil)
	wantEqual(t, "all facts follow", []any{"Prøvebygd", 3000, "prove1891.example.org", "958935420", "Prøvefylke"}, []any{k.Name, k.Population, k.Domain, k.OrgNumber, k.FylkeName})
	wantEqual(t, "and what a person wrote", directory.PhoneNumber("+4775009999"), directory.PhoneNumber(k.Contact.Phone))
	// The history goes on under the new number, so that an import leaves it alone.
	k.Contact = region.Contact{Phone: "+4775001111", Source: "fil", SourceDate: "2026", Confirmed: true}
	sum, err := s.SaveRegions(ctx, importer, Regions{Kommuner: []region.Kommune{k}})
	wantError(t, "SaveRegions", err, nil)
	wantEqual(t, "kept", 1, sum.Kept)

	// The offering was made by an operator's hand, which an import leaves alone as before.
	o = offeringNow(t, s, o.ID)
	o.Name = "Et annet navn"
	outcomes, err := s.ImportOfferings(ctx, importer, []directory.Offering{o})
	wantError(t, "ImportOfferings", err, nil)
	wantEqual(t, "outcome", Kept, outcomes[0].Result)
}

func TestNewName(t *testing.T) {
	s := openProve(t)
	ctx := t.Context()
	o := create(t, s, of("kommune/bygd", "1891", "Prøvebygd", "1891"))
	rename := []region.Step{{Old: "1891", OldName: "Prøvebygd", New: "1891", NewName: "Iskkadangilli - Prøvegrend", On: changeDay}}
	report := succeedWith(t, s, SuccessionOptions{Steps: rename})
	wantEqual(t, "carried out", 1, len(report.Carried))
	k, err := s.KommuneByNumber(ctx, "1891")
	wantError(t, "KommuneByNumber", err, nil)
	wantEqual(t, "official name", "Iskkadangilli - Prøvegrend", k.OfficialName)
	formers, err := s.FormersOf(ctx, "1891")
	wantError(t, "FormersOf", err, nil)
	wantEqual(t, "the old name is found", true, slices.ContainsFunc(formers, func(f region.Former) bool { return f.Name == "Prøvebygd" && f.Kind == region.NameOnly }))
	wantEqual(t, "the offering", o.Version, offeringNow(t, s, o.ID).Version)
	again := succeedWith(t, s, SuccessionOptions{Steps: rename})
	wantEqual(t, "carried out again", 0, len(again.Carried))
}

// A border that moves changes nobody's number.
func TestBorders(t *testing.T) {
	s := openProve(t)
	o := create(t, s, of("kommune/bygd", "1891", "Prøvebygd", "1891"))
	report := succeedWith(t, s, SuccessionOptions{Steps: []region.Step{
		{Old: "1891", OldName: "Prøvebygd", New: "1891", NewName: "Prøvebygd", On: changeDay},
		{Old: "1891", OldName: "Prøvebygd", New: "1892", NewName: "Prøvevik", On: changeDay},
	}})
	wantEqual(t, "carried out, as before", []int{0, 2}, []int{len(report.Carried), report.AsBefore})
	wantEqual(t, "the offering", o, offeringNow(t, s, o.ID))
}

func TestFylkeThatBecomesAPart(t *testing.T) {
	s := openProve(t)
	f := of("kommune/fylke", "1891", "Prøvebygd")
	f.Coverage = directory.Coverage{Fylker: []region.FylkeNumber{"18"}}
	o := create(t, s, f)
	report := succeedWith(t, s, SuccessionOptions{
		Steps: []region.Step{
			{Old: "0301", OldName: "Oslo", New: "9101", NewName: "Oslo", On: changeDay},
			{Old: "1804", OldName: "Bodø", New: "9104", NewName: "Bodø", On: changeDay}, {Old: "1818", OldName: "Herøy", New: "9118", NewName: "Herøy", On: changeDay},
			{Old: "1891", OldName: "Prøvebygd", New: "9191", NewName: "Prøvebygd", On: changeDay}, {Old: "1892", OldName: "Prøvevik", New: "9192", NewName: "Prøvevik", On: changeDay},
			{Old: "1893", OldName: "Prøvenes", New: "9193", NewName: "Prøvenes", On: changeDay},
		},
		Fylker: []region.FylkeStep{{Old: "03", OldName: "Oslo", New: "91", NewName: "Prøvefylke", On: changeDay}, {Old: "18", OldName: "Nordland", New: "91", NewName: "Prøvefylke", On: changeDay}},
	})
	wantEqual(t, "problems", []string(nil), report.Problems)
	wantEqual(t, "for exactly what it was for", directory.Coverage{Kommuner: []region.Number{"9104", "9118", "9191", "9192", "9193"}}, offeringNow(t, s, o.ID).Coverage)
	tasks := openTasks(t, s, TaskCoverage)
	if len(tasks) != 1 {
		t.Fatalf("%d questions, want 1", len(tasks))
	}
	var d CoverageDetail
	if err := json.Unmarshal(tasks[0].Detail, &d); err != nil {
		t.Fatal(err)
	}
	wantEqual(t, "what is asked", []string{"Nordland", "Prøvefylke"}, []string{d.Parts[0], d.Names[0]})
	wantError(t, "for all of it", s.AnswerCoverage(t.Context(), operator, tasks[0].ID, nil, true), nil)
	wantEqual(t, "coverage", directory.Coverage{Fylker: []region.FylkeNumber{"91"}}, offeringNow(t, s, o.ID).Coverage)
}

func TestSucceedNeedsACurator(t *testing.T) {
	s := openProve(t)
	manager := newAccount(t, s, "leder@example.org", auth.Grant{Owner: auth.Owner{Kommune: "1891"}, Role: auth.Manager})
	for _, actor := range []auth.Actor{nobody, manager.Actor()} {
		_, err := s.Succeed(t.Context(), actor, SuccessionOptions{Steps: merge})
		wantError(t, actor.String(), err, auth.ErrForbidden)
	}
}
