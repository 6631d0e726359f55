package auth

import (
	"errors"
	"testing"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

func kommuner(numbers ...region.Number) directory.Coverage {
	return directory.Coverage{Kommuner: numbers}
}

func TestOwnerOf(t *testing.T) {
	for _, tc := range []struct {
		name string
		o    directory.Offering
		want Owner
	}{
		{"kommune that gives it", directory.Offering{Organization: directory.Organization{ID: 3, Kommune: "1804"}, Coverage: kommuner("1804", "1811")}, Owner{Kommune: "1804"}},
		{"organization", directory.Offering{Organization: directory.Organization{ID: 3}, Coverage: kommuner("1804")}, Owner{Organization: 3}},
		{"one kommune, no organization", directory.Offering{Coverage: kommuner("1804")}, Owner{Kommune: "1804"}},
		{"two kommuner, no organization", directory.Offering{Coverage: kommuner("1804", "1811")}, Owner{}},
		{"fylke, no organization", directory.Offering{Coverage: directory.Coverage{Fylker: []region.FylkeNumber{"18"}, Kommuner: []region.Number{"1804"}}}, Owner{}},
		{"nation", directory.Offering{Coverage: directory.Coverage{National: true}}, Owner{}},
	} {
		if got := OwnerOf(tc.o); got != tc.want {
			t.Errorf("%s: OwnerOf = %v, want %v", tc.name, got, tc.want)
		}
	}
}

func TestCan(t *testing.T) {
	bodo, bergen, lms := Owner{Kommune: "1804"}, Owner{Kommune: "4601"}, Owner{Organization: 3}
	account := func(grants ...Grant) Actor { return Actor{Kind: Account, ID: 1, Grants: grants} }
	contributor := account(Grant{Owner: bodo, Role: Contributor})
	manager := account(Grant{Owner: bodo, Role: Manager})
	ofBoth := account(Grant{Owner: bodo, Role: Contributor}, Grant{Owner: bergen, Role: Manager})
	nordland := directory.Coverage{Fylker: []region.FylkeNumber{"18"}}
	hospital := account(Grant{Owner: lms, Role: Manager, Coverage: nordland})
	everyAction := []Action{See, Edit, Confirm, Archive, Bulk, Admit, Curate}

	for _, tc := range []struct {
		name  string
		actor Actor
		thing Thing
		may   []Action
	}{
		{"nobody", Actor{}, Thing{Owner: bodo}, nil},
		{"unknown kind", Actor{Kind: "visitor"}, Thing{Owner: bodo}, nil},
		{"import", Actor{Kind: Import}, Thing{}, everyAction},
		{"operator", Actor{Kind: Operator}, Thing{Owner: bodo}, everyAction},
		{"link", Actor{Kind: Link, ID: 1, Grants: manager.Grants}, Thing{Owner: bodo}, nil},
		{"job", Actor{Kind: Job}, Thing{Owner: bodo}, nil},
		{"signed in without a grant", account(), Thing{Owner: bodo}, nil},
		{"contributor", contributor, Thing{Owner: bodo}, []Action{See, Edit, Confirm}},
		{"contributor elsewhere", contributor, Thing{Owner: bergen}, nil},
		{"contributor, thing without an owner", contributor, Thing{}, nil},
		{"manager", manager, Thing{Owner: bodo}, []Action{See, Edit, Confirm, Archive, Bulk, Admit}},
		{"manager elsewhere", manager, Thing{Owner: bergen}, nil},
		{"manager, organization", manager, Thing{Owner: lms}, nil},
		{"contributor here, manager there", ofBoth, Thing{Owner: bodo}, []Action{See, Edit, Confirm}},
		{"contributor there, manager here", ofBoth, Thing{Owner: bergen}, []Action{See, Edit, Confirm, Archive, Bulk, Admit}},
		{"national editor", Actor{Kind: Account, National: true}, Thing{}, everyAction},
		{"national token is none", Actor{Kind: Token, National: true}, Thing{Owner: bodo}, nil},
		{"token without actions", Actor{Kind: Token, Grants: manager.Grants}, Thing{Owner: bodo}, nil},
		{"token", Actor{Kind: Token, Grants: manager.Grants, Actions: everyAction}, Thing{Owner: bodo}, []Action{See, Edit, Confirm, Archive, Bulk}},
		{"token that confirms", Actor{Kind: Token, Grants: manager.Grants, Actions: []Action{Confirm}}, Thing{Owner: bodo}, []Action{Confirm}},
		{"token elsewhere", Actor{Kind: Token, Grants: manager.Grants, Actions: everyAction}, Thing{Owner: bergen}, nil},
		{"token with a lesser grant", Actor{Kind: Token, Grants: contributor.Grants, Actions: []Action{Edit, Archive}}, Thing{Owner: bodo}, []Action{Edit}},
		{"kommune for itself and a neighbour", contributor, Thing{bodo, &directory.Coverage{Kommuner: []region.Number{"1804", "1811"}}}, []Action{See, Edit, Confirm}},
		{"kommune for another", contributor, Thing{bodo, &directory.Coverage{Kommuner: []region.Number{"1811"}}}, []Action{See, Confirm}},
		{"kommune for the fylke", contributor, Thing{bodo, &nordland}, []Action{See, Confirm}},
		{"kommune for the nation", contributor, Thing{bodo, &directory.Coverage{National: true, Kommuner: []region.Number{"1804"}}}, []Action{See, Confirm}},
		{"organization in its fylke", hospital, Thing{lms, &nordland}, []Action{See, Edit, Confirm, Archive, Bulk, Admit}},
		{"organization in a kommune of it", hospital, Thing{lms, &directory.Coverage{Kommuner: []region.Number{"1804"}}}, []Action{See, Edit, Confirm, Archive, Bulk, Admit}},
		{"organization elsewhere", hospital, Thing{lms, &directory.Coverage{Kommuner: []region.Number{"4601"}}}, []Action{See, Confirm, Archive, Bulk, Admit}},
		{"organization for the nation", hospital, Thing{lms, &directory.Coverage{National: true}}, []Action{See, Confirm, Archive, Bulk, Admit}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			may := map[Action]bool{}
			for _, a := range tc.may {
				may[a] = true
			}
			for _, a := range everyAction {
				got := Can(tc.actor, a, tc.thing)
				if (got == nil) != may[a] {
					t.Errorf("%s: got %v, want allowed %t", a, got, may[a])
				}
				if got != nil && !errors.Is(got, ErrForbidden) {
					t.Errorf("%s: got %v, want ErrForbidden", a, got)
				}
			}
		})
	}
}
