package indexer

import (
	"context"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

var everyDamage = flag.Bool("every-damage", false, "each kind of damage to each file of the index")

// damages are what can befall a file while it is in use, in place: whoever has it open has
// the damaged one.
var damages = map[string]func(name string, content []byte) error{
	"deleted":   func(name string, _ []byte) error { return os.Remove(name) },
	"emptied":   func(name string, _ []byte) error { return os.Truncate(name, 0) },
	"truncated": func(name string, content []byte) error { return os.Truncate(name, int64(len(content)/2)) },
	"flipped":   func(name string, content []byte) error { return overwrite(name, flipped(content, len(content)/3)) },
	"zeroed":    func(name string, content []byte) error { return overwrite(name, make([]byte, len(content))) },
}

// overwrite writes without shortening the file first.
func overwrite(name string, content []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	if _, err := f.Write(content); err != nil {
		return err
	}
	return f.Close()
}

// Whatever befalls a file of the index while the node runs, readers are shown what the database
// has, all the time; an edit is shown too; and the next start finds an index that is whole.
func TestDamageWhileRunning(t *testing.T) {
	ctx := context.Background()
	st := newStore(t)
	dir := t.TempDir()
	x, stop := follow(t, st, dir)
	defer func() { stop() }()
	want := x.View().Offerings()
	var asked, wrong atomic.Int64
	ends := make(chan struct{})
	var readers sync.WaitGroup
	defer readers.Wait()
	defer close(ends)
	readers.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-ends:
				return
			default:
			}
			o := want[i*7919%len(want)]
			got, ok := x.View().Offering(o.ID)
			found, err := x.View().Search(ctx, search.Query{Text: o.Name, Size: 1})
			if !ok || !reflect.DeepEqual(got, o) || err != nil || found.Total == 0 {
				if wrong.Add(1) == 1 {
					t.Errorf("offering %d is there: %v, found: %d, %v", o.ID, ok, found.Total, err)
				}
			}
			asked.Add(1)
			time.Sleep(time.Millisecond)
		}
	})
	damage := func(what string, do func() error) {
		before, repairs := asked.Load(), x.Status().Repairs
		if err := do(); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if diff := cmp.Diff(want, x.View().Offerings()); diff != "" {
			t.Errorf("%s: other offerings than before (-want +got): %.500s", what, diff)
		}
		eventually(t, what+": the index is made anew", func() bool { return x.Status().Repairs > repairs })
		eventually(t, "readers ask on", func() bool { return asked.Load() > before+5 })
		if x.Status().InMemory {
			t.Errorf("%s: the index is in memory, though the disk is good", what)
		}
	}
	tried := 0
	for _, kind := range []string{"CURRENT", "index-*/index_meta.json", "index-*/store/root.bolt", "index-*/store/*.zap"} {
		for how, do := range damages {
			if !*everyDamage && !slices.Contains([]string{"truncated root.bolt", "truncated *.zap", "flipped *.zap"}, how+" "+filepath.Base(kind)) {
				continue
			}
			// All of them: segments that a merge left behind may still lie there, and nobody reads those.
			found, err := filepath.Glob(filepath.Join(dir, kind))
			if err != nil || len(found) == 0 {
				t.Fatalf("no %s to damage: %v", kind, err)
			}
			damage(how+" "+filepath.Base(kind), func() error {
				var all error
				for _, name := range found {
					content, err := os.ReadFile(name)
					if err == nil {
						err = do(name, content)
					}
					if !errors.Is(err, os.ErrNotExist) { // removed after the merge
						all = errors.Join(all, err)
					}
				}
				return all
			})
			tried++
		}
	}
	damage("the whole folder gone", func() error { return os.RemoveAll(dir) })
	tried++
	if wrong.Load() > 0 {
		t.Errorf("%d of %d answers were wrong", wrong.Load(), asked.Load())
	}
	t.Logf("%d kinds of damage tried; %d questions of readers meanwhile, %d of them answered wrongly", tried, asked.Load(), wrong.Load())

	stop()
	whole, err := search.Open(dir, search.Options{})
	if err != nil {
		t.Fatalf("the next start: %v", err)
	}
	defer whole.Close()
	if diff := cmp.Diff(want, whole.View().Offerings()); diff != "" {
		t.Errorf("the next start has other offerings (-want +got): %.500s", diff)
	}
	stop = func() {}
}
