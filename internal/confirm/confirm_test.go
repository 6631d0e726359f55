package confirm

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/article"
	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/dbtest"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/realdata"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var operator = auth.Actor{Kind: auth.Operator, Name: "test"}

// clock is a store with a clock that the test moves, and an asker of it.
type clock struct {
	t     *testing.T
	st    *store.Store
	url   string
	now   time.Time
	asker *Asker
}

func newClock(t *testing.T, now time.Time) *clock {
	t.Helper()
	c := &clock{t: t, url: realdata.URL(t), now: now}
	var err error
	if c.st, err = store.Open(t.Context(), store.Options{URL: c.url}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.st.Close() })
	c.st.Now = func() time.Time { return c.now }
	c.asker = &Asker{Store: c.st, BaseURL: "https://oversikt.example.org", Now: func() time.Time { return c.now }, Log: slog.New(slog.DiscardHandler)}
	return c
}

// onlyTest archives what the data brought, so that only the test's own is asked about.
func (c *clock) onlyTest() {
	c.t.Helper()
	err := c.st.EachPublicOffering(c.t.Context(), func(batch []directory.Offering) error {
		for _, o := range batch {
			if _, err := c.st.ArchiveOffering(c.t.Context(), operator, "test", o.ID, o.Version); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		c.t.Fatal(err)
	}
}

// withoutArticles takes those away that the data brought: each run reads them all anew, which
// takes most of a test of many days.
func (c *clock) withoutArticles() { dbtest.Exec(c.t, c.url, "DELETE FROM articles") }

func (c *clock) offering(key string, n region.Number) directory.Offering {
	c.t.Helper()
	o, err := c.st.CreateOffering(c.t.Context(), operator, "", directory.Offering{Key: key, Type: "annet", Name: "Testtilbud " + key, Status: directory.Published,
		Confidence: directory.High, Coverage: directory.Coverage{Kommuner: []region.Number{n}}, Source: directory.Source{Title: "Test"}})
	if err != nil {
		c.t.Fatal(err)
	}
	if o, err = c.st.ConfirmOffering(c.t.Context(), operator, o.ID, o.Version); err != nil {
		c.t.Fatal(err)
	}
	return o
}

func (c *clock) account(email string, g auth.Grant) {
	c.t.Helper()
	a, err := c.st.CreateAccount(c.t.Context(), operator, email, "")
	if err != nil {
		c.t.Fatal(err)
	}
	if err := c.st.SetGrant(c.t.Context(), operator, a.ID, g); err != nil {
		c.t.Fatal(err)
	}
}

// run moves the clock to the day, at ten, and lets two nodes ask at once.
func (c *clock) run(day time.Time) {
	c.t.Helper()
	c.now = time.Date(day.Year(), day.Month(), day.Day(), 10, 0, 0, 0, time.UTC)
	errs := make(chan error, 2)
	for range 2 {
		go func() { errs <- c.asker.Run(c.t.Context()) }()
	}
	for range 2 {
		if err := <-errs; err != nil {
			c.t.Fatal(err)
		}
	}
}

func (c *clock) mails(to string) int {
	c.t.Helper()
	m, err := dbtest.Mails(c.t, c.url, to)
	if err != nil {
		c.t.Fatal(err)
	}
	return len(m)
}

func (c *clock) tasks() int {
	c.t.Helper()
	tasks, err := c.st.OpenTasks(c.t.Context(), operator)
	if err != nil {
		c.t.Fatal(err)
	}
	n := 0
	for _, task := range tasks {
		if task.Kind == store.TaskUnconfirmed || task.Kind == store.TaskNoAddress {
			n++
		}
	}
	return n
}

func TestEachMailGoesOnce(t *testing.T) {
	began := time.Date(2027, 1, 4, 10, 0, 0, 0, time.UTC)
	c := newClock(t, began)
	c.onlyTest()
	c.withoutArticles()
	c.offering("test/a", "1804")
	bodo := auth.Owner{Kommune: "1804"}
	c.account("leder@test.example.org", auth.Grant{Owner: bodo, Role: auth.Manager})
	c.account("vikar@test.example.org", auth.Grant{Owner: bodo, Role: auth.Contributor, Substitute: true})
	contact := region.Contact{Email: "post@test.example.org", Source: "Testside", SourceDate: "2026", Confirmed: true}
	if err := c.st.SaveContact(t.Context(), operator, "", 0, "1804", contact); err != nil {
		t.Fatal(err)
	}
	due := began.AddDate(0, directory.DefaultContactsMonths, 0) // a Sunday, 2027-07-04
	type count struct{ manager, substitute, postmottak, tasks int }
	want := map[int]count{ // days from due: what has been sent by the end of that day
		-31: {}, -30: {1, 0, 0, 0}, -15: {1, 0, 0, 0}, -13: {2, 0, 0, 0}, -3: {3, 0, 0, 0}, -1: {3, 0, 0, 0},
		3: {3, 0, 0, 0}, 4: {3, 1, 0, 0}, 10: {3, 1, 0, 0}, 11: {3, 1, 1, 0}, 17: {3, 1, 1, 0}, 18: {3, 1, 1, 1}, 30: {3, 1, 1, 1},
	}
	for day := -40; day <= 30; day++ {
		c.run(due.AddDate(0, 0, day))
		got := count{c.mails("leder@test.example.org"), c.mails("vikar@test.example.org"), c.mails("post@test.example.org"), c.tasks()}
		if w, ok := want[day]; ok && got != w {
			t.Errorf("%d days from the day it runs out: %+v, want %+v", day, got, w)
		}
	}
	m, err := dbtest.Mails(t, c.url, "leder@test.example.org")
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"Testtilbud test/a", "https://oversikt.example.org/bekreft/", "4. juli 2027"} {
		if !strings.Contains(m[0][1], text) {
			t.Errorf("%q is not in the mail:\n%s", text, m[0][1])
		}
	}
}

func TestConfirmingEndsTheAsking(t *testing.T) {
	began := time.Date(2027, 1, 4, 10, 0, 0, 0, time.UTC)
	c := newClock(t, began)
	c.onlyTest()
	c.withoutArticles()
	o := c.offering("test/a", "1804")
	c.account("leder@test.example.org", auth.Grant{Owner: auth.Owner{Kommune: "1804"}, Role: auth.Manager})
	due := began.AddDate(0, directory.DefaultContactsMonths, 0)
	c.run(due.AddDate(0, 0, -26)) // a Tuesday
	m, err := dbtest.Mails(t, c.url, "leder@test.example.org")
	if err != nil || len(m) != 1 {
		t.Fatalf("%d mails, %v", len(m), err)
	}
	_, secret, _ := strings.Cut(m[0][1], "/bekreft/")
	secret, _, _ = strings.Cut(secret, "\n")
	confirmed, err := c.st.ConfirmByLink(t.Context(), secret, []int64{o.ID})
	if err != nil || len(confirmed) != 1 {
		t.Fatalf("confirmed %v, %v", confirmed, err)
	}
	for day := -25; day < 60; day++ {
		c.run(due.AddDate(0, 0, day))
	}
	if n := c.mails("leder@test.example.org"); n != 1 {
		t.Errorf("%d mails, want no more after it was confirmed", n)
	}
}

func TestOldDataIsWorkedOffSlowly(t *testing.T) {
	c := newClock(t, time.Date(2029, 1, 8, 10, 0, 0, 0, time.UTC)) // a Monday, years after the data
	sent := func() (n int) {
		kommuner, err := c.st.Kommuner(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range kommuner {
			asked, err := c.st.ConfirmationsOf(t.Context(), auth.Owner{Kommune: k.Number}, time.Time{})
			if err != nil {
				t.Fatal(err)
			}
			n += len(asked)
		}
		return n + c.tasks()
	}
	if err := c.asker.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	first := sent()
	if first == 0 || first > perRun {
		t.Errorf("%d owners were asked about in the first run, want some and at most %d", first, perRun)
	}
	// Not at night, not on Sundays.
	for _, quiet := range []time.Time{time.Date(2029, 1, 8, 3, 0, 0, 0, time.UTC), time.Date(2029, 1, 14, 10, 0, 0, 0, time.UTC)} {
		c.now = quiet
		if err := c.asker.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if got := sent(); got != first {
		t.Errorf("%d were asked outside working hours", got-first)
	}
}

func TestOwnersThatNobodyAnswersFor(t *testing.T) {
	began := time.Date(2027, 1, 4, 10, 0, 0, 0, time.UTC)
	c := newClock(t, began)
	c.onlyTest()
	c.offering("test/a", "1835") // no people, and no address that was checked
	if err := c.st.SaveContact(t.Context(), operator, "", 0, "1835", region.Contact{}); err != nil {
		t.Fatal(err)
	}
	due := began.AddDate(0, directory.DefaultContactsMonths, 0)
	c.run(due.AddDate(0, 0, -5))
	if n := c.tasks(); n != 0 {
		t.Errorf("%d tasks before it has run out", n)
	}
	c.run(due.AddDate(0, 0, 1))
	c.run(due.AddDate(0, 0, 2))
	if n := c.tasks(); n != 1 {
		t.Errorf("%d tasks, want one", n)
	}
}

func TestOwnersWithoutAnAddressAreOneTask(t *testing.T) {
	c := newClock(t, time.Date(2029, 1, 8, 10, 0, 0, 0, time.UTC)) // years after the data, and nobody has signed in
	listed := func() (names []string) {
		t.Helper()
		tasks, err := c.st.OpenTasks(t.Context(), operator)
		if err != nil {
			t.Fatal(err)
		}
		for _, task := range tasks {
			switch task.Kind {
			case store.TaskUnconfirmed:
				t.Errorf("a task of its own: %s", task.Detail)
			case store.TaskNoAddress:
				if names != nil {
					t.Fatal("two tasks about addresses")
				}
				var d store.NoAddressDetail
				if err := json.Unmarshal(task.Detail, &d); err != nil {
					t.Fatal(err)
				}
				for _, o := range d.Owners {
					names = append(names, o.Name)
				}
				if err := c.st.FinishTask(t.Context(), operator, task.ID); !errors.Is(err, store.ErrOwnEnd) {
					t.Errorf("it was closed by hand: %v", err)
				}
			}
		}
		return names
	}
	c.run(c.now)
	all := listed()
	if len(all) < 2 || slices.Contains(all, "") {
		t.Fatalf("owners without an address: %q", all)
	}
	// Somebody is found for one of them, and the next run has one less.
	tasks, err := c.st.OpenTasks(t.Context(), operator)
	if err != nil {
		t.Fatal(err)
	}
	var d store.NoAddressDetail
	for _, task := range tasks {
		if task.Kind == store.TaskNoAddress {
			if err := json.Unmarshal(task.Detail, &d); err != nil {
				t.Fatal(err)
			}
		}
	}
	for i, o := range d.Owners {
		c.account(fmt.Sprintf("leder%d@test.example.org", i), auth.Grant{Owner: auth.Owner{Kommune: o.Kommune, Organization: o.Organization}, Role: auth.Manager})
		if i == 0 {
			c.run(c.now.AddDate(0, 0, 1))
			if got := listed(); len(got) != len(all)-1 || slices.Contains(got, all[0]) {
				t.Errorf("after one was found: %d owners, want %d", len(got), len(all)-1)
			}
		}
	}
	c.run(c.now.AddDate(0, 0, 1))
	if got := listed(); got != nil {
		t.Errorf("the task did not end by itself: %q", got)
	}
}

func TestArticlesAreAskedAboutOnce(t *testing.T) {
	c := newClock(t, time.Date(2027, 1, 4, 10, 0, 0, 0, time.UTC))
	c.onlyTest()
	articles, err := c.st.Articles(t.Context())
	if err != nil || len(articles) == 0 {
		t.Fatalf("%d articles, %v", len(articles), err)
	}
	asked := func() (n int) {
		tasks, err := c.st.OpenTasks(t.Context(), operator)
		if err != nil {
			t.Fatal(err)
		}
		for _, task := range tasks {
			if task.Kind == store.TaskArticle {
				n++
			}
		}
		return n
	}
	// They were not all published on the same day.
	first := slices.MinFunc(articles, func(a, b article.Article) int { return a.Due().Compare(b.Due()) })
	due := first.Due()
	c.run(due.AddDate(0, 0, -31))
	if n := asked(); n != 0 {
		t.Errorf("%d tasks a month and a day before it runs out", n)
	}
	for _, day := range []int{-30, -29, 0, 1, 100} {
		c.run(due.AddDate(0, 0, day))
		want := 0
		for _, a := range articles {
			if a.IsDue(due.AddDate(0, 0, day)) {
				want++
			}
		}
		if n := asked(); n != want || n == 0 {
			t.Errorf("%d tasks on day %d, want one for each of %d articles", n, day, want)
		}
	}
}

func TestAge(t *testing.T) {
	began := time.Date(2027, 1, 4, 10, 0, 0, 0, time.UTC)
	c := newClock(t, began)
	c.onlyTest()
	o := c.offering("test/a", "1804")
	head := func() string {
		changes, err := c.st.Revisions(t.Context(), store.KindOffering, fmt.Sprint(o.ID))
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(len(changes), dbtest.Count(t, c.url, "changes"))
	}
	before := head()
	c.now = began.AddDate(0, 6, 0)
	if err := c.asker.Age(t.Context(), 12*time.Hour); err != nil {
		t.Fatal(err)
	}
	if got := head(); got != before {
		t.Error("an offering was announced on a day on which nothing changes")
	}
	c.now = began.AddDate(1, 0, 0).Add(time.Hour)
	if err := c.asker.Age(t.Context(), 12*time.Hour); err != nil {
		t.Fatal(err)
	}
	if got := head(); got != before {
		t.Error("an offering was announced when its confirmation ran out, and it is not too old yet")
	}
	c.now = began.AddDate(2, 0, 0).Add(time.Hour)
	if err := c.asker.Age(t.Context(), 12*time.Hour); err != nil {
		t.Fatal(err)
	}
	if got := head(); got == before {
		t.Error("an offering that has become too old was not announced")
	}
}
