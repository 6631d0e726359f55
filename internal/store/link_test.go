package store

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
)

// openWithLinks returns a store with one offering and one article, and what they link to.
func openWithLinks(t *testing.T) (*Store, directory.Offering) {
	t.Helper()
	s := openSeeded(t)
	o := testOffering("annet/test")
	o.Organization = directory.Organization{Name: "Bodø kommune", Kommune: "1804", Website: "https://example.org/bodo"}
	o.Websites, o.Source.URL = []string{"https://example.org/test"}, "https://example.org/kilde"
	o = create(t, s, o)
	if _, err := s.SaveArticle(t.Context(), operator, "", nb("ta-vare-pa-barna", "test"),
		testArticle("Test", 1)+"\nSe [loven](https://example.org/lov) og [barn](/ta-vare-pa-barna).\n"); err != nil {
		t.Fatal(err)
	}
	if err := s.SyncLinks(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s, o
}

func (s *Store) mustCheck(t *testing.T, c LinkCheck) LinkState {
	t.Helper()
	if err := s.SaveLinkCheck(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	states, err := s.LinkStates(t.Context(), []string{c.URL})
	if err != nil {
		t.Fatal(err)
	}
	return states[c.URL]
}

// aDayPasses moves all that is known of links a day back.
func aDayPasses(t *testing.T, s *Store) {
	t.Helper()
	if err := exec(t, s, `UPDATE links SET struck_at = struck_at - interval '1 day', broken_since = broken_since - interval '1 day',
		next_check = next_check - interval '1 day'`); err != nil {
		t.Fatal(err)
	}
	if err := exec(t, s, "UPDATE tasks SET created_at = created_at - interval '1 day'"); err != nil {
		t.Fatal(err)
	}
}

func openLinks(t *testing.T, s *Store, actor auth.Actor) []Task {
	t.Helper()
	all, err := s.OpenTasks(t.Context(), actor)
	if err != nil {
		t.Fatal(err)
	}
	var found []Task
	for _, task := range all {
		if task.Kind == TaskBrokenLink {
			found = append(found, task)
		}
	}
	return found
}

func TestSyncLinks(t *testing.T) {
	s, o := openWithLinks(t)
	want := map[string]bool{"https://example.org/test": true, "https://example.org/kilde": true, "https://example.org/bodo": true,
		"https://www.test1804.example.org": true, "https://example.org/lov": true}
	var urls []string
	if err := s.db.Raw("SELECT url FROM links").Scan(&urls).Error; err != nil {
		t.Fatal(err)
	}
	got := map[string]bool{}
	for _, u := range urls {
		got[u] = true
	}
	for u := range want {
		if !got[u] {
			t.Errorf("%s is not on the list %v", u, urls)
		}
	}
	if due, err := s.DueLinks(t.Context(), 10); err != nil || len(due) != 0 {
		t.Errorf("due at once: %v, %v, want a pause after the start", due, err)
	}
	// What nobody points to any more is forgotten; what is not public is not visited.
	o.Status = directory.Archived
	if _, err := s.UpdateOffering(t.Context(), operator, "", o); err != nil {
		t.Fatal(err)
	}
	if err := s.SyncLinks(t.Context()); err != nil {
		t.Fatal(err)
	}
	states, err := s.LinkStates(t.Context(), []string{"https://example.org/test", "https://example.org/bodo", "https://example.org/unknown"})
	if err != nil || len(states) != 1 || states["https://example.org/bodo"].URL == "" {
		t.Errorf("states = %v, %v, want the organization's alone", states, err)
	}
}

func TestTwoStrikesOnDifferentDays(t *testing.T) {
	s, o := openWithLinks(t)
	url := o.Websites[0]
	gone := LinkCheck{URL: url, Status: 404, Failure: LinkStatus}
	editor := auth.Actor{Kind: auth.Account, ID: 1, Grants: []auth.Grant{{Owner: bodo, Role: auth.Contributor}}}
	stranger := auth.Actor{Kind: auth.Account, ID: 2, Grants: []auth.Grant{{Owner: auth.Owner{Kommune: "0301"}, Role: auth.Manager}}}

	if l := s.mustCheck(t, gone); l.Broken() || l.Strikes != 1 || l.Status != 404 || l.OKAt != nil || l.CheckedAt == nil {
		t.Errorf("after one failure: %+v", l)
	}
	if l := s.mustCheck(t, gone); l.Broken() || l.Strikes != 1 {
		t.Errorf("after two on the same day: %+v", l)
	}
	aDayPasses(t, s)
	if l := s.mustCheck(t, gone); !l.Broken() || l.Strikes != 2 {
		t.Errorf("after two on different days: %+v", l)
	}
	aDayPasses(t, s)
	if l := s.mustCheck(t, gone); !l.Broken() {
		t.Errorf("a day later: %+v", l)
	}
	if err := s.SyncLinks(t.Context()); err != nil {
		t.Fatal(err)
	}
	tasks := openLinks(t, s, editor)
	if len(tasks) != 1 || tasks[0].Offering != o.ID || tasks[0].Owner != bodo {
		t.Fatalf("tasks of the owner: %+v, want one", tasks)
	}
	var detail BrokenLink
	if err := json.Unmarshal(tasks[0].Detail, &detail); err != nil {
		t.Fatal(err)
	}
	wantEqual(t, "detail", BrokenLink{URL: url, Place: o.Name, Failure: LinkStatus, Status: 404}, detail)
	if n := len(openLinks(t, s, stranger)); n != 0 {
		t.Errorf("another kommune sees %d", n)
	}

	// It answers again.
	if l := s.mustCheck(t, LinkCheck{URL: url, Status: 200}); l.Broken() || l.Strikes != 0 || l.OKAt == nil || l.Failure != "" {
		t.Errorf("after an answer: %+v", l)
	}
	if n := len(openLinks(t, s, editor)); n != 0 {
		t.Errorf("%d tasks are open though it answers", n)
	}
	// And breaks again.
	s.mustCheck(t, gone)
	aDayPasses(t, s)
	s.mustCheck(t, gone)
	if n := len(openLinks(t, s, editor)); n != 1 {
		t.Errorf("%d tasks after it broke again, want 1", n)
	}
}

func TestWhatAPersonCalledDoneStaysDone(t *testing.T) {
	s, o := openWithLinks(t)
	gone := LinkCheck{URL: o.Websites[0], Failure: LinkNoHost}
	s.mustCheck(t, gone)
	aDayPasses(t, s)
	s.mustCheck(t, gone)
	editor := auth.Actor{Kind: auth.Account, ID: 1, Grants: []auth.Grant{{Owner: bodo, Role: auth.Contributor}}}
	if err := s.FinishTask(t.Context(), editor, openLinks(t, s, editor)[0].ID); err != nil {
		t.Fatal(err)
	}
	if err := s.SyncLinks(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := len(openLinks(t, s, editor)); n != 0 {
		t.Errorf("%d tasks, want none: a person has looked", n)
	}
}

func TestLinkThatIsTakenAwayClosesItsTask(t *testing.T) {
	s, o := openWithLinks(t)
	gone := LinkCheck{URL: o.Websites[0], Failure: LinkTimeout}
	s.mustCheck(t, gone)
	aDayPasses(t, s)
	s.mustCheck(t, gone)
	wantEqual(t, "tasks", 1, len(openLinks(t, s, auth.Actor{Kind: auth.Operator})))
	o.Websites = nil
	if _, err := s.UpdateOffering(t.Context(), operator, "", o); err != nil {
		t.Fatal(err)
	}
	if err := s.SyncLinks(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantEqual(t, "tasks", 0, len(openLinks(t, s, auth.Actor{Kind: auth.Operator})))
}

func TestWhatSaysNothingBreaksNothing(t *testing.T) {
	s, o := openWithLinks(t)
	for _, f := range []LinkFailure{LinkBlocked, LinkRefused} {
		for range 3 {
			if l := s.mustCheck(t, LinkCheck{URL: o.Websites[0], Status: 403, Failure: f}); l.Broken() || l.Strikes != 0 || l.OKAt != nil {
				t.Errorf("%s: %+v", f, l)
			}
			aDayPasses(t, s)
		}
	}
	if err := s.SaveLinkCheck(t.Context(), LinkCheck{URL: "https://example.org/unknown"}); err != nil {
		t.Errorf("an address that is not on the list: %v", err)
	}
}

func TestBrokenLinksOfOthersHaveOwners(t *testing.T) {
	s, _ := openWithLinks(t)
	for _, url := range []string{"https://example.org/bodo", "https://www.test0301.example.org", "https://example.org/lov"} {
		gone := LinkCheck{URL: url, Failure: LinkNoHost}
		s.mustCheck(t, gone)
		aDayPasses(t, s)
		s.mustCheck(t, gone)
	}
	owners := map[string]auth.Owner{}
	for _, task := range openLinks(t, s, auth.Actor{Kind: auth.Operator}) {
		owners[task.Key] = task.Owner
	}
	if len(owners) != 3 {
		t.Fatalf("tasks: %v", owners)
	}
	wantEqual(t, "owner of a link in an article", auth.Owner{}, owners["https://example.org/lov /ta-vare-pa-barna/test"])
	wantEqual(t, "owner of a kommune's website", auth.Owner{}, owners["https://www.test0301.example.org kommune/0301"])
	for key, owner := range owners {
		if strings.HasPrefix(key, "https://example.org/bodo ") {
			wantEqual(t, "owner of "+key, bodo, owner)
		}
	}
}
