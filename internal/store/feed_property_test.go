package store

import (
	"database/sql"
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

// However transactions begin, write, commit and are given up beside one another, who follows
// the feed is told of each change that was committed, once, and in an order; and who begins
// with a copy of all there is, at any moment, misses nothing by following from its head.
func TestFeedMissesNothing(t *testing.T) {
	s := openStore(t)
	beside, err := sql.Open("pgx", s.pool.Config().ConnString())
	if err != nil {
		t.Fatal(err)
	}
	defer beside.Close()
	ref, runs, late := 0, 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		runs++
		type writer struct {
			tx   *sql.Tx
			refs []string
			rank int // of its first change, among the transactions of this run
		}
		var open [4]*writer
		var committed, told, copied []string
		start := headOf(t, s)
		follower, copier := start, start
		ranks, newest := 0, 0
		defer func() {
			for _, w := range open {
				if w != nil {
					_ = w.tx.Rollback()
				}
			}
		}()
		follow := func(at *Cursor, into *[]string, limit int) int {
			changes, err := s.Changes(t.Context(), *at, limit)
			if err != nil {
				rt.Fatal(err)
			}
			for _, c := range changes {
				if c.XID < at.XID || c.XID == at.XID && c.ID <= at.ID {
					rt.Fatalf("%+v after %+v", c.Cursor, *at)
				}
				*at, *into = c.Cursor, append(*into, c.Ref)
			}
			return len(changes)
		}
		for range rapid.IntRange(5, 40).Draw(rt, "steps") {
			i := rapid.IntRange(0, len(open)-1).Draw(rt, "who")
			w := open[i]
			switch what := rapid.SampledFrom([]string{"write", "write", "commit", "give up", "follow", "copy"}).Draw(rt, "what"); {
			case what == "write":
				if w == nil {
					tx, err := beside.BeginTx(t.Context(), nil)
					if err != nil {
						rt.Fatal(err)
					}
					ranks++
					w = &writer{tx: tx, rank: ranks}
					open[i] = w
				}
				ref++
				w.refs = append(w.refs, strconv.Itoa(ref))
				if _, err := w.tx.ExecContext(t.Context(), "INSERT INTO changes (kind, ref) VALUES ('offering', $1)", strconv.Itoa(ref)); err != nil {
					rt.Fatal(err)
				}
			case what == "commit" && w != nil:
				if err := w.tx.Commit(); err != nil {
					rt.Fatal(err)
				}
				if w.rank < newest {
					late++ // one that began later was committed before
				}
				newest = max(newest, w.rank)
				committed = append(committed, w.refs...)
				open[i] = nil
			case what == "give up" && w != nil:
				if err := w.tx.Rollback(); err != nil {
					rt.Fatal(err)
				}
				open[i] = nil
			case what == "follow":
				follow(&follower, &told, rapid.IntRange(1, 3).Draw(rt, "at most"))
			case what == "copy":
				// As a node that builds its index: first the position, then all there is.
				var err error
				if copier, err = s.Head(t.Context()); err != nil {
					rt.Fatal(err)
				}
				copied = slices.Clone(committed)
			}
		}
		for i, w := range open {
			if w != nil {
				if err := w.tx.Commit(); err != nil {
					rt.Fatal(err)
				}
				committed = append(committed, w.refs...)
				open[i] = nil
			}
		}
		headOf(t, s) // all are settled
		for follow(&follower, &told, 3) > 0 {
		}
		for follow(&copier, &copied, 100) > 0 {
		}
		slices.Sort(committed)
		slices.Sort(told)
		slices.Sort(copied)
		if !slices.Equal(told, committed) {
			rt.Errorf("told of %v, committed were %v", told, committed)
		}
		if copied = slices.Compact(copied); !slices.Equal(copied, committed) {
			rt.Errorf("who copied and followed has %v, committed were %v", copied, committed)
		}
	})
	if late == 0 {
		t.Error("no transaction was committed late: nothing was tried")
	}
	t.Logf("%d runs, %d changes, %d transactions committed after one that began later", runs, ref, late)
}
