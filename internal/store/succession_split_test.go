package store

import (
	"slices"
	"testing"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

func TestSplit(t *testing.T) {
	split := []region.Step{
		{Old: "1893", OldName: "Prøvenes", New: "1897", NewName: "Prøvenes", On: changeDay},
		{Old: "1893", OldName: "Prøvenes", New: "1898", NewName: "Prøveøy", On: changeDay},
	}
	s := openProve(t)
	ctx := t.Context()
	at := func(o directory.Offering, code directory.PostalCode, hidden bool) directory.Offering {
		o.Locations = append(o.Locations, directory.Location{Street: "Prøveveien 1", PostalCode: code, PostalPlace: "Prøve", Kommune: "1893", Confidential: hidden})
		return o
	}
	onIsland := create(t, s, at(of("kommune/oy", "1893", "Prøvenes", "1893"), "8994", false))
	onLand := create(t, s, at(of("kommune/land", "1893", "Prøvenes", "1893"), "8993", false))
	onBoth := create(t, s, at(at(of("kommune/begge", "1893", "Prøvenes", "1893"), "8993", false), "8994", false))
	nowhere := create(t, s, of("kommune/telefon", "1893", "Prøvenes", "1893"))
	shared := create(t, s, at(of("kommune/felles", "1893", "Prøvenes", "1891", "1893"), "8994", false))
	state := at(of("stat/kontor", "", "", "1891", "1893"), "8993", false)
	state.Organization = directory.Organization{Name: "Statens prøvekontor", Kind: directory.KindState}
	state = create(t, s, state)
	of1893 := at(of("stat/kontor/2", "", "", "1893"), "8993", false)
	of1893.Organization = directory.Organization{Name: "Foreningen Prøve", Kind: directory.KindAssociation}
	of1893 = create(t, s, of1893)
	newAccount(t, s, "forening@example.org", auth.Grant{Owner: auth.OwnerOf(of1893), Role: auth.Manager})
	hidden := create(t, s, at(of("kommune/skjult", "1893", "Prøvenes", "1893"), "8994", true))
	colleague := newAccount(t, s, "kollega@example.org", auth.Grant{Owner: auth.Owner{Kommune: "1893"}, Role: auth.Manager})

	report := succeedWith(t, s, SuccessionOptions{Steps: split, PostalCodes: map[string]region.Number{"8993": "1897", "8994": "1898"}})
	wantEqual(t, "problems", 0, len(report.Problems))
	for _, tc := range []struct {
		name  string
		o     directory.Offering
		owner region.Number
		want  []region.Number
		asked bool
	}{
		{"on the island", onIsland, "1898", []region.Number{"1898"}, false},
		{"on land", onLand, "1897", []region.Number{"1897"}, false},
		{"on both", onBoth, "1897", []region.Number{"1897", "1898"}, true},
		{"without an address", nowhere, "1897", []region.Number{"1897", "1898"}, true},
		{"with a hidden address", hidden, "1897", []region.Number{"1897", "1898"}, true},
		{"for the neighbours too", shared, "1897", []region.Number{"1891", "1897", "1898"}, true},
		{"of the state", state, "", []region.Number{"1891", "1897", "1898"}, true},
		{"of others, for one kommune", of1893, "", []region.Number{"1897", "1898"}, true},
	} {
		o := offeringNow(t, s, tc.o.ID)
		wantEqual(t, tc.name, directory.Coverage{Kommuner: tc.want}, o.Coverage)
		wantEqual(t, tc.name+": owner", tc.owner, auth.OwnerOf(o).Kommune)
		asked := slices.ContainsFunc(openTasks(t, s, TaskCoverage), func(x Task) bool { return x.Offering == tc.o.ID })
		wantEqual(t, tc.name+": asked", tc.asked, asked)
	}
	for _, x := range openTasks(t, s, TaskCoverage) {
		want := auth.OwnerOf(offeringNow(t, s, x.Offering))
		if x.Offering == state.ID {
			want = auth.Owner{} // which has nobody: editors are asked
		}
		wantEqual(t, "who is asked about "+x.Key, want, x.Owner)
	}
	for i, want := range []region.Number{"1897", "1898"} {
		wantEqual(t, "address", want, offeringNow(t, s, onBoth.ID).Locations[i].Kommune)
	}
	a, err := s.AccountByID(ctx, colleague.ID)
	wantError(t, "AccountByID", err, nil)
	wantEqual(t, "the colleague stays with the name", []auth.Owner{{Kommune: "1897"}}, a.Actor().Owners())
	land, err := s.KommuneByNumber(ctx, "1897")
	wantError(t, "KommuneByNumber", err, nil)
	wantEqual(t, "who keeps the name keeps the telephone", []any{true, "www.prove1893.example.org", 0}, []any{land.Contact.Confirmed, land.Website, land.Population})
	island, err := s.KommuneByNumber(ctx, "1898")
	wantError(t, "KommuneByNumber", err, nil)
	wantEqual(t, "the new one has none", []any{region.Contact{}, ""}, []any{island.Contact, island.Domain})
	places, err := s.Places(ctx)
	wantError(t, "Places", err, nil)
	for _, p := range places {
		if p.Name == "Prøveøy" {
			wantEqual(t, "the post office on the island", region.Number("1898"), p.Kommune)
		}
	}

	// A person chooses.
	for _, x := range openTasks(t, s, TaskCoverage) {
		if x.Offering != nowhere.ID {
			continue
		}
		wantInvalid(t, "none chosen", s.AnswerCoverage(ctx, a.Actor(), x.ID, nil, false), directory.Invalid{"coverage": directory.MsgRequired})
		wantInvalid(t, "another kommune", s.AnswerCoverage(ctx, a.Actor(), x.ID, []region.Number{"1804"}, false), directory.Invalid{"coverage": directory.MsgUnknown})
		wantError(t, "one chosen", s.AnswerCoverage(ctx, a.Actor(), x.ID, []region.Number{"1897"}, false), nil)
	}
	wantEqual(t, "coverage as chosen", []region.Number{"1897"}, offeringNow(t, s, nowhere.ID).Coverage.Kommuner)
}

// One that is divided among its neighbours, as Tysfjord was, leaves nobody to go on with it.
func TestDivided(t *testing.T) {
	divide := []region.Step{
		{Old: "1892", OldName: "Prøvevik", New: "1891", NewName: "Prøvebygd", On: changeDay},
		{Old: "1892", OldName: "Prøvevik", New: "1893", NewName: "Prøvenes", On: changeDay},
	}
	s := openProve(t)
	ctx := t.Context()
	o := create(t, s, of("kommune/vik", "1892", "Prøvevik", "1892"))
	neighbour := create(t, s, of("kommune/bygd", "1891", "Prøvebygd", "1891"))
	newAccount(t, s, "vik@example.org", auth.Grant{Owner: auth.Owner{Kommune: "1892"}, Role: auth.Manager})
	_, secret, err := s.CreateToken(ctx, operator, Token{Name: "Test", Owner: auth.Owner{Kommune: "1892"}, Scopes: []Scope{ScopeWrite}}, testNotice)
	wantError(t, "CreateToken", err, nil)

	report := succeedWith(t, s, SuccessionOptions{Steps: divide})
	wantEqual(t, "without the postnummer it is not done", []int{0, 1}, []int{len(report.Carried), len(report.Problems)})
	report = succeedWith(t, s, SuccessionOptions{Steps: divide, PostalCodes: map[string]region.Number{"8992": "1893"}})
	wantEqual(t, "with them it is", []int{1, 0}, []int{len(report.Carried), len(report.Problems)})

	got := offeringNow(t, s, o.ID)
	wantEqual(t, "for both, and of both a part", directory.Coverage{Kommuner: []region.Number{"1891", "1893"},
		Bydel: "i Prøvebygd bare tidligere Prøvevik kommune, i Prøvenes bare tidligere Prøvevik kommune"}, got.Coverage)
	if owner := auth.OwnerOf(got); owner.Kommune != "" || owner.Organization == 0 {
		t.Errorf("owner = %v, want the organization alone", owner)
	}
	wantEqual(t, "the neighbour's own", "tidligere Prøvebygd kommune", offeringNow(t, s, neighbour.ID).Coverage.Bydel)
	wantEqual(t, "asks to be let in", 2, len(openTasks(t, s, TaskEntry)))
	wantEqual(t, "grants", 0, count(t, s, "grants"))
	if _, err := s.ActorByToken(ctx, secret); err == nil {
		t.Error("the token of a divided kommune is still good")
	}
}

// An answer that names only what somebody has taken out meanwhile leaves no offering without
// anybody whom it is for.
func TestAnswerToNothing(t *testing.T) {
	d := CoverageDetail{Kommuner: []region.Number{"1897", "1898"}, Divided: true}
	_, err := d.answered(directory.Coverage{Kommuner: []region.Number{"1898"}}, []region.Number{"1897"}, false)
	wantInvalid(t, "what is not there any more", err, directory.Invalid{"coverage": directory.MsgRequired})
	got, err := d.answered(directory.Coverage{Kommuner: []region.Number{"1898"}, National: true}, []region.Number{"1897"}, false)
	wantError(t, "for all of the country", err, nil)
	wantEqual(t, "coverage", directory.Coverage{Kommuner: []region.Number{}, National: true}, got)
}

// What cannot be carried out holds back later changes of the same kommuner, and no others.
func TestLaterChangesWait(t *testing.T) {
	later := changeDay.AddDate(0, 1, 0)
	steps := []region.Step{
		{Old: "1892", OldName: "Prøvevik", New: "1897", NewName: "Prøveøst", On: changeDay},
		{Old: "1892", OldName: "Prøvevik", New: "1898", NewName: "Prøvevest", On: changeDay},
		{Old: "1897", OldName: "Prøveøst", New: "1896", NewName: "Prøvested", On: later},
		{Old: "1893", OldName: "Prøvenes", New: "1895", NewName: "Prøvenes", On: later},
	}
	s := openProve(t)
	o := create(t, s, of("kommune/vik", "1892", "Prøvevik", "1892"))
	report := succeedWith(t, s, SuccessionOptions{Steps: steps})
	wantEqual(t, "without the postnummer", []int{1, 2}, []int{len(report.Carried), len(report.Problems)})
	report = succeedWith(t, s, SuccessionOptions{PostalCodes: map[string]region.Number{"8992": "1897"}})
	wantEqual(t, "with them", []int{2, 0}, []int{len(report.Carried), len(report.Problems)})
	wantEqual(t, "for both, by their last numbers", []region.Number{"1896", "1898"}, offeringNow(t, s, o.ID).Coverage.Kommuner)
	if again := succeedWith(t, s, SuccessionOptions{}); len(again.Carried)+len(again.Problems) > 0 {
		t.Errorf("again: %+v", again)
	}
}
