package api_test

import (
	"flag"
	"fmt"
	"maps"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/dbtest"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var tester = auth.Actor{Kind: auth.Operator, Name: "test"}

// Whoever follows the feed has what GET /tilbud gives, whatever happens meanwhile: edits,
// withdrawals, nodes that are built anew, transactions that commit late, readers who stop
// half-way and go on at another node. And what nobody was shown leaves no trace.
func TestACopyIsTheDirectory(t *testing.T) {
	// Each check goes on in the world that the one before left.
	if err := flag.Set("rapid.checks", "10"); err != nil {
		t.Fatal(err)
	}
	w := newWorld(t)
	rapid.Check(t, func(t *rapid.T) {
		if w.heldFor == 0 {
			w.create(t, directory.Published)
			w.heldFor = w.offerings[0].ID
		}
		m := newMirror()
		pick := func() *directory.Offering {
			if len(w.offerings) < 2 {
				t.Skip("none to change")
			}
			return &w.offerings[rapid.IntRange(1, len(w.offerings)-1).Draw(t, "offering")]
		}
		save := func(o *directory.Offering, next directory.Offering) {
			saved, err := w.store.UpdateOffering(w.Context(), tester, "", next)
			if err != nil {
				t.Fatal(err)
			}
			*o = saved
		}
		t.Repeat(map[string]func(*rapid.T){
			"draft":   func(t *rapid.T) { w.create(t, directory.Draft) },
			"publish": func(t *rapid.T) { w.create(t, directory.Published) },
			"edit": func(*rapid.T) {
				o := pick()
				next := *o
				next.Summary = fmt.Sprintf("Endret, versjon %d.", o.Version+1)
				save(o, next)
			},
			"move on": func(t *rapid.T) {
				o := pick()
				next := *o
				for _, s := range rapid.Permutation(directory.Statuses()).Draw(t, "status") {
					if s != o.Status && o.Status.CanBecome(s) {
						next.Status = s
						save(o, next)
						return
					}
				}
			},
			"course": func(t *rapid.T) {
				o := pick()
				status := rapid.SampledFrom([]directory.CourseStatus{directory.CourseDraft, directory.CourseOpen}).Draw(t, "status")
				c, err := w.store.CreateCourse(w.Context(), tester, "", directory.Course{
					Offering: o.ID, Title: "Prøvekurs", Format: directory.AtPlace, Status: status,
					Dates: []directory.CourseDate{{Day: time.Date(2100, 1, 2, 0, 0, 0, 0, time.UTC), Starts: "18:00"}},
				})
				if err != nil {
					t.Fatal(err)
				}
				w.courses = append(w.courses, c)
			},
			"change a course": func(t *rapid.T) {
				if len(w.courses) == 0 {
					t.Skip("none")
				}
				c := &w.courses[rapid.IntRange(0, len(w.courses)-1).Draw(t, "course")]
				next := *c
				next.Status = rapid.SampledFrom([]directory.CourseStatus{directory.CourseDraft, directory.CourseOpen, directory.CourseFull, directory.CourseDeleted}).Draw(t, "status")
				saved, err := w.store.UpdateCourse(w.Context(), tester, "", next)
				if err != nil {
					t.Fatal(err)
				}
				*c = saved
			},
			"hold back": func(t *rapid.T) {
				if w.held != nil {
					w.commit(t)
					return
				}
				var err error
				if w.held, err = w.db.Begin(w.Context()); err != nil {
					t.Fatal(err)
				}
				if _, err := w.held.Exec(w.Context(), "UPDATE offerings SET summary = 'Sent ' || version, version = version + 1 WHERE id = $1", w.heldFor); err != nil {
					t.Fatal(err)
				}
				if _, err := w.held.Exec(w.Context(), "INSERT INTO changes (kind, ref) VALUES ('offering', $1::bigint::text)", w.heldFor); err != nil {
					t.Fatal(err)
				}
			},
			"read": func(t *rapid.T) {
				n := w.nodes[rapid.IntRange(0, 1).Draw(t, "node")]
				m.follow(w.T, n, rapid.SampledFrom([]int{1, 7, 500}).Draw(t, "page"), rapid.IntRange(1, 20).Draw(t, "pages"))
			},
			"start again": func(t *rapid.T) {
				seldom := rapid.IntRange(0, 9).Draw(t, "seldom")
				if seldom > 1 {
					return
				}
				n := w.nodes[1]
				n.stop()
				if seldom == 0 { // without its index
					if err := os.RemoveAll(n.dir); err != nil {
						t.Fatal(err)
					}
				}
				w.nodes[1] = w.start(n.dir)
			},
			"": func(*rapid.T) { w.note() },
		})
		if w.held != nil {
			w.commit(t)
		}
		w.settle()
		from := rapid.IntRange(0, 1).Draw(t, "last node")
		m.follow(w.T, w.nodes[from], 100, 1000)
		for i, n := range w.nodes {
			if diff := cmp.Diff(listed(w.T, n, "/tilbud?antall=100", "id"), m.of("tilbud")); diff != "" {
				t.Fatalf("the copy is not what node %d has (-want +got):\n%s", i, diff)
			}
			want := map[string]any{}
			for _, c := range w.courses {
				if status, body := n.get(w.T, fmt.Sprint("/kurs/", c.ID)); status == http.StatusOK {
					want[fmt.Sprint(c.ID)] = body
				}
			}
			if diff := cmp.Diff(want, m.of("kurs")); diff != "" {
				t.Fatalf("courses are not what node %d has (-want +got):\n%s", i, diff)
			}
		}
		for key := range m.told {
			if (strings.HasPrefix(key, "tilbud/") || strings.HasPrefix(key, "kurs/")) && !w.shown[key] {
				t.Fatalf("%s was never shown to anybody, and is told of", key)
			}
		}
		one, two := newMirror(), newMirror()
		one.follow(w.T, w.nodes[0], 37, 1000)
		two.follow(w.T, w.nodes[1], 500, 1000)
		if diff := cmp.Diff(one.things, two.things); diff != "" || one.at != two.at || !maps.Equal(one.told, two.told) {
			t.Fatalf("the nodes tell different things, at %s and %s:\n%s", one.at, two.at, diff)
		}
	})
	// The rest of what a copy has: nothing of it was changed here.
	m := newMirror()
	m.follow(t, w.nodes[0], 500, 1000)
	for kind, list := range map[string][2]string{"kommune": {"/kommuner", "kommunenummer"}, "type": {"/typer", "kode"}} {
		want := listed(t, w.nodes[0], list[0], list[1])
		if diff := cmp.Diff(want, m.of(kind)); diff != "" || len(want) < 20 {
			t.Errorf("%s (-want +got):\n%s", kind, diff)
		}
	}
	if len(w.shown) == len(w.offerings)+len(w.courses) || len(w.courses) == 0 {
		t.Errorf("%d of %d offerings and %d courses were shown: nothing stayed a draft", len(w.shown), len(w.offerings), len(w.courses))
	}
}

// A cursor of another history is told apart, also when the node had none of the changes.
func TestCursorOfAnotherHistory(t *testing.T) {
	w := newWorld(t)
	w.settle()
	_, first := w.nodes[0].get(t, "/endringer?antall=1")
	etter := "/endringer?etter=" + first["neste"].(string)
	if status, body := w.nodes[1].get(t, etter); status != http.StatusOK {
		t.Fatalf("at the other node: %d %v", status, body)
	}
	name, err := w.store.Installation(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time it has another name already
		if err := w.store.BeginHistory(t.Context(), name); err != nil {
			t.Fatal(err)
		}
	}
	now, err := w.store.Installation(t.Context())
	if err != nil || now == name {
		t.Fatalf("installation is still %s, %v", now, err)
	}
	for _, n := range w.nodes {
		for began := time.Now(); n.indexer.View().Position().Installation != now; time.Sleep(5 * time.Millisecond) {
			if time.Since(began) > time.Minute {
				t.Fatal("the node goes on in the old history")
			}
		}
		status, body := n.get(t, etter)
		if status != http.StatusGone || body["title"] != "Begynn på nytt" {
			t.Errorf("cursor of before: %d %v, want 410", status, body)
		}
	}
	m := newMirror()
	m.follow(t, w.nodes[0], 500, 1000)
	if want := len(listed(t, w.nodes[0], "/kommuner", "kommunenummer")); len(m.of("kommune")) != want {
		t.Errorf("begun anew: %d kommuner, want %d", len(m.of("kommune")), want)
	}
}

// A database that went back in time, as after a restore of its files: the node meets a
// position that is no more.
func TestGoneBackInTime(t *testing.T) {
	w := newWorld(t)
	w.settle()
	_, first := w.nodes[0].get(t, "/endringer?antall=1")
	before, err := w.store.Installation(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.db.Exec(t.Context(), "DELETE FROM changes WHERE id = (SELECT max(id) FROM changes)"); err != nil {
		t.Fatal(err)
	}
	for _, n := range w.nodes {
		for began := time.Now(); n.indexer.View().Position().Installation == before; time.Sleep(5 * time.Millisecond) {
			if time.Since(began) > time.Minute {
				t.Fatal("the node goes on in the old history")
			}
		}
		if status, body := n.get(t, "/endringer?etter="+first["neste"].(string)); status != http.StatusGone {
			t.Errorf("cursor of before: %d %v, want 410", status, body)
		}
	}
}
