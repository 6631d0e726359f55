package search

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/index/scorch"
)

var (
	// ErrMissing: there is no index in the directory.
	ErrMissing = errors.New("no index")
	// ErrStale: the index was made by another version of the mapping. Build it anew.
	ErrStale = errors.New("index of another version")
	// ErrDamaged: the index cannot be read, or holds less than was put in. Build it anew.
	ErrDamaged = errors.New("index damaged")
	// ErrInUse: another process has the index open.
	ErrInUse = errors.New("index in use by another process")
	// ErrBroken: Bleve failed while it wrote, on a full disk for example. What was read
	// before still answers; the index takes no more batches.
	ErrBroken = errors.New("index cannot be written")
	// ErrClosed: the index was closed.
	ErrClosed = errors.New("index closed")
)

// Keys of what is kept beside the documents.
var (
	cursorKey = []byte("oversikt.cursor")
	countsKey = []byte("oversikt.counts")
)

// Options say how an index works.
type Options struct {
	Log *slog.Logger // nil: slog.Default()
}

func (o Options) log() *slog.Logger { return cmp.Or(o.Log, slog.Default()) }

// Index is a Bleve index with what it holds in memory. One process has it open at a time.
// Readers take a View and are never held up by a writer; writers wait for each other.
type Index struct {
	opts Options
	dir  *directoryOnDisk // nil: in memory

	view  atomic.Pointer[View]
	turns chan struct{} // has one for each search that goes on

	mu       sync.Mutex // held by the one writer
	bleve    bleve.Index
	segments segmentSlots
	others   map[string]Document // every document but offerings and of what is gone
	position Position
	broken   error
	known    known
	stop     func() // ends what goes on in the background
	laid     laid   // of dir
	failure  *failure
}

// OpenMemory returns an empty index in memory, with the same engine as on disk.
func OpenMemory() (*Index, error) { return openMemory(Options{}) }

// BuildMemory returns an index in memory of the batch.
func BuildMemory(b Batch, opts Options) (*Index, error) {
	x, err := openMemory(opts)
	if err != nil {
		return nil, err
	}
	if err := x.Apply(b); err != nil {
		return nil, errors.Join(err, x.Close())
	}
	return x, nil
}

func openMemory(opts Options) (*Index, error) {
	// Not bleve.NewMemOnly: that is an older engine, many times slower.
	b, err := bleve.NewUsing("", newMapping(), scorch.Name, scorch.Name, nil)
	if err != nil {
		return nil, fmt.Errorf("open index in memory: %w", err)
	}
	return load(b, nil, opts, newFailure())
}

// load reads all of b into memory and publishes the first View.
func load(b bleve.Index, dir *directoryOnDisk, opts Options, f *failure) (*Index, error) {
	x := &Index{opts: opts, dir: dir, bleve: b, others: map[string]Document{}, failure: f, known: known{Most: mostKnown}, turns: make(chan struct{}, 2*runtime.GOMAXPROCS(0))}
	snap, err := take(b)
	if err != nil {
		return nil, err
	}
	if dir != nil {
		if x.laid, err = dir.remember(); err != nil {
			return nil, err
		}
	}
	all, err := snap.load()
	if err != nil {
		return nil, err
	}
	all.feed.sort()
	counts := map[Kind]int{KindOffering: len(all.rows), KindGone: all.feed.gone()}
	for _, d := range all.others {
		counts[d.Kind()]++
		x.others[d.ID] = d
	}
	if err := checkCounts(b, counts); err != nil {
		return nil, err
	}
	if x.position, err = positionIn(b); err != nil {
		return nil, err
	}
	v := &View{index: x, generation: generations.Add(1), feed: all.feed, position: x.position, rows: newRows(newCatalog(maps.Values(x.others)), all.rows)}
	if err := x.publish(v, snap); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	warmed := make(chan struct{})
	go func() { defer close(warmed); x.warm(ctx) }()
	// Waits: what still reads the files when they are gone or changed would end the program.
	x.stop = func() { cancel(); <-warmed }
	return x, nil
}

// positionIn returns the position that b has, the zero value before the first.
func positionIn(b bleve.Index) (Position, error) {
	var p Position
	stored, err := b.GetInternal(cursorKey)
	if err == nil && len(stored) > 0 {
		err = json.Unmarshal(stored, &p)
	}
	if err != nil {
		return p, fmt.Errorf("read position: %w", err)
	}
	return p, nil
}

// checkCounts compares how many documents there are with how many were put in.
func checkCounts(b bleve.Index, got map[Kind]int) error {
	stored, err := b.GetInternal(countsKey)
	if err != nil {
		return fmt.Errorf("read counts: %w", err)
	}
	want := map[Kind]int{}
	if len(stored) > 0 {
		if err := json.Unmarshal(stored, &want); err != nil {
			return errors.Join(ErrDamaged, fmt.Errorf("read counts: %w", err))
		}
	}
	for _, kind := range kinds {
		if got[kind] != want[kind] {
			return fmt.Errorf("%w: %d documents of kind %s, want %d", ErrDamaged, got[kind], kind, want[kind])
		}
	}
	return nil
}

// publish makes v, which has its rows, the View that readers get.
func (x *Index) publish(v *View, snap *snapshot) error {
	snap.failure = x.failure
	err := snap.guard(func() (err error) {
		x.segments, err = snap.number(x.segments, len(v.rows.list), v.rows.slotOf)
		return err
	})
	if err != nil {
		return err
	}
	v.snap = snap
	v.postings = sync.OnceValue(func() *postings { return newPostings(v) })
	v.coverage = sync.OnceValue(func() *Coverage { return newCoverage(v) })
	v.tallies = &tallies{}
	if v.counts = (&countCache{}); v.matches == nil {
		v.matches = newMatchCache(len(v.rows.list))
	}
	x.view.Store(v)
	return nil
}

// View returns the state of now, which never changes. It can be used for as long as
// wanted; newer states do not wait for it.
func (x *Index) View() *View { return x.view.Load() }

// Generation returns the number of the current View. It rises by one with each batch.
func (x *Index) Generation() uint64 { return x.View().Generation() }

// Position returns what the last batch gave as its place in the feed; the zero value before
// the first.
func (x *Index) Position() Position {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.position
}

// Batch is a change of the index that readers see whole or not at all.
type Batch struct {
	Put    []Document // new, or in place of what has the same id
	Delete []string   // ids; one that is not there is no error

	Position Position // kept with the documents, in the same commit; the zero value: as before
}

// Apply carries out the batch and publishes a new View. It returns once readers see the
// batch, which may be a moment before it is on disk; the position is there no sooner. A failure
// of Bleve itself gives ErrBroken, and from then on every batch does: the last View still
// answers, and Build or BuildMemory of the Content makes a new index.
func (x *Index) Apply(b Batch) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.broken != nil {
		return x.broken
	}
	if err := x.failure.failed(); err != nil {
		return errors.Join(ErrBroken, err)
	}
	next := x.change(b)
	batch, err := x.encode(b, next)
	if err != nil {
		return err
	}
	var snap *snapshot
	err = x.failure.run(func() (err error) {
		if err := x.bleve.Batch(batch); err != nil {
			return err
		}
		snap, err = take(x.bleve)
		return err
	})
	if err != nil {
		return x.breaks(err)
	}
	old := x.view.Load()
	x.others = next.others
	if b.Position != (Position{}) {
		x.position = b.Position
	}
	v := &View{index: x, generation: generations.Add(1), feed: next.feed, position: x.position, rows: old.rows.apply(next.catalog, next.put, next.deleted)}
	if next.catalog == nil { // another catalog counts everything anew
		v.matches = old.matches
		v.log = append(slices.Clone(old.log[max(0, len(old.log)-mostGenerations):]), touched{v.generation, next.slots(v.rows)})
	}
	if err := x.publish(v, snap); err != nil {
		return x.breaks(err)
	}
	return nil
}

// breaks keeps that no batch is taken any more, and why.
func (x *Index) breaks(err error) error {
	x.broken = errors.Join(ErrBroken, err)
	x.failure.fail(x.broken)
	return x.broken
}

// changed is what a batch makes of the state in memory.
type changed struct {
	others  map[string]Document
	catalog *catalog // nil: as before
	put     []Document
	deleted []int64
	counts  map[Kind]int
	feed    feed
}

// slots returns where the offerings are that the batch changes.
func (c changed) slots(r *rows) []int32 {
	var slots []int32
	for _, d := range c.put {
		if n, ok := offeringNumber(d.ID); ok {
			slots = append(slots, r.slotOf(n))
		}
	}
	for _, id := range c.deleted {
		if slot := r.slotOf(id); slot != noSlot {
			slots = append(slots, slot)
		}
	}
	return slots
}

func (x *Index) change(b Batch) changed {
	old := x.view.Load()
	next := changed{others: x.others, counts: map[Kind]int{}, feed: old.feed.apply(b)}
	offerings := old.rows.count
	others := maps.Clone(x.others)
	touched := false
	gone := map[int64]bool{}
	put := map[int64]Document{}
	for _, id := range b.Delete {
		if n, ok := offeringNumber(id); ok {
			gone[n] = true
			continue
		}
		if _, ok := others[id]; ok {
			delete(others, id)
			touched = true
		}
	}
	for _, d := range b.Put {
		if n, ok := offeringNumber(d.ID); ok {
			delete(gone, n)
			put[n] = d
			continue
		}
		if d.Kind() == KindGone {
			continue
		}
		others[d.ID] = d
		touched = true
	}
	for _, n := range slices.Sorted(maps.Keys(put)) {
		next.put = append(next.put, put[n])
		if old.rows.byID(n) == nil {
			offerings++
		}
	}
	for n := range gone {
		next.deleted = append(next.deleted, n)
		if old.rows.byID(n) != nil {
			offerings--
		}
	}
	if touched {
		next.others = others
		next.catalog = newCatalog(maps.Values(others))
	}
	for id := range next.others {
		next.counts[Document{ID: id}.Kind()]++
	}
	next.counts[KindOffering] = offerings
	next.counts[KindGone] = next.feed.gone()
	return next
}

// encode makes the Bleve batch. Deletes come first: what is put stays.
func (x *Index) encode(b Batch, next changed) (*bleve.Batch, error) {
	batch := x.bleve.NewBatch()
	for _, id := range b.Delete {
		batch.Delete(id)
	}
	for _, d := range b.Put {
		f, err := d.fields()
		if err != nil {
			return nil, err
		}
		if err := batch.Index(d.ID, f); err != nil {
			return nil, fmt.Errorf("index %s: %w", d.ID, err)
		}
	}
	return batch, setInternal(batch, next.counts, b.Position)
}

func setInternal(batch *bleve.Batch, counts map[Kind]int, position Position) error {
	encoded, err := json.Marshal(counts)
	if err != nil {
		return fmt.Errorf("encode counts: %w", err)
	}
	batch.SetInternal(countsKey, encoded)
	if position == (Position{}) {
		return nil
	}
	if encoded, err = json.Marshal(position); err != nil {
		return fmt.Errorf("encode position: %w", err)
	}
	batch.SetInternal(cursorKey, encoded)
	return nil
}

// Close gives the index back. Views that are in use stay valid.
func (x *Index) Close() error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if errors.Is(x.broken, ErrClosed) {
		return nil
	}
	x.broken = ErrClosed
	x.stop()
	if x.dir != nil {
		failures.Delete(x.dir.store())
	}
	return closeQuietly(x.bleve)
}

// closeTime is how long an index may take to close. One whose writer was interrupted by a
// panic holds a lock for ever.
const closeTime = 5 * time.Second

// closeQuietly closes c even where Bleve panics in it, as it does after a full disk, and
// leaves it open where it does not come back.
func closeQuietly(c io.Closer) error {
	closed := make(chan error, 1)
	go func() { closed <- guard(c.Close) }()
	select {
	case err := <-closed:
		return err
	case <-time.After(closeTime):
		return errors.New("the index does not close")
	}
}
