// Package indexer keeps a node's index as the store is: it follows the store's feed of
// changes, and builds the index anew, beside the one in use, when it is missing, of
// another version, damaged, or of another database.
//
// Changes carry ids. What a thing is now is read from the store when its change comes, so
// a change that is read twice, or late, does no harm. The position in the feed is written
// in the same batch as the documents.
package indexer

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/search"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
	"github.com/nasjonal-oversikt/oversikt/internal/trace"
)

const (
	// pollEvery is how often the feed is looked at without a hint: notifications can be lost.
	pollEvery = time.Second
	// batchSize keeps a batch small enough to be published within some milliseconds.
	batchSize = 500
	// retryAfter is the pause after the store could not be read.
	retryAfter = 2 * time.Second
	// sayEvery is how often the log is told that the store cannot be read, or the index not be
	// made anew.
	sayEvery = time.Minute
	// followTimeout is how long one look at the feed may take. One that takes longer waits on a
	// connection that the network has forgotten, and would wait for ever. Building anew takes
	// its time, and has the store's own limit for each statement.
	followTimeout = 10 * time.Second
	// readEvery is how often the files of the index are read and compared with their checksums.
	// Answers do not come from these files, but from copies that nobody can reach: it is the
	// next start that needs them. That they are there at all is looked at with the feed.
	readEvery = time.Hour
	// The disk is tried again when it refused, soon and then ever less often: building anew
	// takes the processor for a while.
	diskAfter, diskEvery = 5 * time.Second, 10 * time.Minute
)

// Status is how the index stands, for /readyz and metrics.
type Status struct {
	DatabaseUp bool          // the store answered the last time it was asked
	Lag        time.Duration // since the feed was last read to its end, or the oldest change was made that is held back
	InMemory   bool          // the disk refuses writes, or InUse: the index is kept in memory
	InUse      bool          // another process has the folder
	Repairs    int           // how often the index was made anew because it or its files were not whole any more
}

// Indexer owns the node's index. Make it with New and start it with Run.
type Indexer struct {
	store *store.Store
	dir   string
	log   *slog.Logger

	index atomic.Pointer[search.Index]
	ready chan struct{} // closed when there is something to answer from
	once  sync.Once

	// Of Run alone.
	told   time.Time     // when the log was last told that the index cannot be made anew; zero while it can
	locked *os.File      // nil: the folder is not ours
	read   time.Time     // when the files were last read
	disk   time.Time     // when the disk is tried again, while the index is in memory
	pause  time.Duration // from one try to the next, zero while the index is on disk

	mu     sync.Mutex
	status Status
	caught time.Time // when the feed was last read to its end
	waits  time.Duration
}

// New returns an indexer that keeps its index in dir. Nothing is opened before Run.
func New(st *store.Store, dir string, log *slog.Logger) *Indexer {
	return &Indexer{store: st, dir: dir, log: log, ready: make(chan struct{}), caught: time.Now()}
}

// View returns the state to answer from, or nil while there is none.
func (x *Indexer) View() *search.View {
	if index := x.index.Load(); index != nil {
		return index.View()
	}
	return nil
}

// WaitReady returns nil once there is a View, or the context's error.
func (x *Indexer) WaitReady(ctx context.Context) error {
	select {
	case <-x.ready:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait for the index: %w", ctx.Err())
	}
}

// Status returns how the index stands now.
func (x *Indexer) Status() Status {
	x.mu.Lock()
	defer x.mu.Unlock()
	s := x.status
	s.Lag = time.Since(x.caught)
	return s
}

// Run follows the store until ctx ends, then closes the index. An index on disk that is
// whole is answered from at once, also while the store is away.
func (x *Indexer) Run(ctx context.Context) {
	x.read = time.Now()
	x.openDisk()
	defer x.close()
	hints := x.store.Listen(ctx)
	var said time.Time // zero while all is well
	whole := true
	for ctx.Err() == nil {
		err := x.catchUp(ctx)
		if !errors.Is(err, errAgain) {
			x.note(err)
		}
		switch {
		case err == nil:
			said = time.Time{}
		case errors.Is(err, errAgain): // was said
		case ctx.Err() == nil && time.Since(said) > sayEvery:
			// By time and not by text: that has the port of each connection in it.
			x.log.Error("follow the store", "error", err)
			said = time.Now()
		}
		pause := pollEvery
		if err != nil {
			pause = retryAfter
		}
		var failed <-chan struct{}
		if index := x.index.Load(); index != nil && whole {
			failed = index.Failed()
		}
		select {
		case <-ctx.Done():
		case <-hints:
		case <-failed:
		case <-time.After(pause):
		}
		whole = x.keepWhole(ctx)
	}
}

// keepWhole makes the index anew where it or its files are not whole any more, and brings it
// back to disk where it is in memory. The store is not needed for it, and readers do not wait.
// It returns false where that did not succeed.
func (x *Indexer) keepWhole(ctx context.Context) bool {
	index := x.index.Load()
	if index == nil || ctx.Err() != nil {
		return true
	}
	err := index.Err()
	if err == nil {
		content := time.Since(x.read) > readEvery
		if err = index.Check(content); content {
			x.read = time.Now()
		}
	}
	inMemory := x.Status().InMemory
	if err == nil && !inMemory {
		err = x.lock()
	}
	broken := err != nil
	switch {
	case broken:
		x.repairLog().Error("the index is not whole any more, and is made anew", "error", err)
	case !inMemory || time.Now().Before(x.disk):
		return true
	default:
		if err := x.lock(); err != nil { // before all is read that there is
			x.refused(err)
			return true
		}
	}
	batch, err := index.Content()
	if err != nil {
		x.repairLog().Error("the index cannot be read, and is made anew from the database", "error", err)
		batch, err = everything(ctx, x.store)
	}
	switch {
	case err == nil && !broken:
		// Where the disk still refuses, the index that is there goes on.
		if err := x.makeOnDisk(batch); err != nil {
			x.refused(err)
		}
		return true
	case err == nil:
		err = x.make(batch)
	}
	if err != nil {
		x.repairLog().Error("make the index anew", "error", err)
		if time.Since(x.told) > sayEvery {
			x.told = time.Now()
		}
		return false
	}
	x.told = time.Time{}
	x.mu.Lock()
	x.status.Repairs++
	x.mu.Unlock()
	return true
}

// repairLog is the log, or nowhere when it was told not long ago that the index cannot be made
// anew: that is tried again every other second.
func (x *Indexer) repairLog() *slog.Logger {
	if time.Since(x.told) < sayEvery {
		return slog.New(slog.DiscardHandler)
	}
	return x.log
}

// openDisk takes the index on disk into use when it is whole.
func (x *Indexer) openDisk() {
	// A disk that has no room for a lock may still have an index to answer from.
	if err := x.lockSoon(); errors.Is(err, search.ErrInUse) {
		x.log.Warn("the index on disk cannot be used", "error", err)
		return
	}
	index, err := search.Open(x.dir, search.Options{Log: x.log})
	switch {
	case err == nil:
		x.use(index)
	case errors.Is(err, search.ErrMissing):
	default:
		x.log.Warn("the index on disk cannot be used and is built anew", "error", err)
	}
}

func (x *Indexer) use(index *search.Index) {
	old := x.index.Swap(index)
	x.once.Do(func() { close(x.ready) })
	if old != nil {
		if err := old.Close(); err != nil {
			x.log.Warn("close the old index", "error", err)
		}
	}
}

func (x *Indexer) close() {
	if index := x.index.Load(); index != nil {
		if err := index.Close(); err != nil {
			x.log.Error("close the index", "error", err)
		}
	}
	x.unlock()
}

func (x *Indexer) note(err error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.status.DatabaseUp = err == nil
	if err == nil {
		x.caught = time.Now().Add(-x.waits)
	}
	x.waits = 0
}

// catchUp reads the feed to its end into the index, building the index anew first where
// it does not belong to this database.
func (x *Indexer) catchUp(ctx context.Context) error {
	look, done := context.WithTimeout(ctx, followTimeout)
	at, err := x.position(look)
	done()
	if err != nil {
		return err
	}
	if at == nil {
		return x.rebuild(ctx)
	}
	for {
		look, done := context.WithTimeout(ctx, followTimeout)
		changes, err := x.store.Changes(look, store.Cursor(at.Cursor), batchSize)
		done()
		if err != nil {
			return err
		}
		if len(changes) == 0 {
			return x.heldBack(ctx, at.Cursor)
		}
		for _, c := range changes {
			if c.Kind == store.KindReindex {
				x.log.Info("building the index anew, as asked")
				return x.rebuild(ctx)
			}
		}
		at.Cursor = search.Cursor(changes[len(changes)-1].Cursor)
		if err := x.apply(ctx, changes, *at); err != nil {
			return err
		}
	}
}

// heldBack notes how long the oldest change waits that a transaction under way keeps from
// being read: the feed seems to be at its end then, and is not.
func (x *Indexer) heldBack(ctx context.Context, at search.Cursor) error {
	ctx, done := context.WithTimeout(ctx, followTimeout)
	defer done()
	waits, err := x.store.HeldBack(ctx, store.Cursor(at))
	if err != nil {
		return err
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.waits = waits
	return nil
}

// position returns where the index stands in this database's feed, or nil when it must be
// built anew.
func (x *Indexer) position(ctx context.Context) (*search.Position, error) {
	installation, err := x.store.Installation(ctx)
	if err != nil {
		return nil, err
	}
	index := x.index.Load()
	if index == nil {
		return nil, nil
	}
	at := index.Position()
	if at.Installation != installation {
		x.log.Warn("the index is of another database, or of another history of it, and is built anew")
		return nil, nil
	}
	known, err := x.store.Knows(ctx, store.Cursor(at.Cursor))
	if err != nil {
		return nil, err
	}
	if !known {
		x.log.Warn("the database was restored from a backup; the index is built anew")
		// Those outside who follow the feed have to hear of it too.
		return nil, x.store.BeginHistory(ctx, installation)
	}
	return &at, nil
}

func (x *Indexer) apply(ctx context.Context, changes []store.Change, at search.Position) (err error) {
	ctx, span := trace.Start(ctx, "index follow")
	defer func() { span.End(err) }()
	span.Number("changes", len(changes))
	batch, err := load(ctx, x.store, changes)
	if err != nil {
		return err
	}
	batch.Position = at
	if err = x.index.Load().Apply(batch); errors.Is(err, search.ErrBroken) {
		x.repairLog().Error("a change cannot be written to the index", "error", err)
		return errAgain
	}
	return err
}

// errAgain: the index was broken by a batch, which comes again when keepWhole has been there.
var errAgain = errors.New("the index is made anew first")

// rebuild builds the index of what the store has, beside the one in use, and swaps them. The
// position in the feed is read first, so that nothing falls between.
func (x *Indexer) rebuild(ctx context.Context) (err error) {
	ctx, span := trace.Start(ctx, "index build")
	defer func() { span.End(err) }()
	batch, err := everything(ctx, x.store)
	if err != nil {
		return err
	}
	span.Number("documents", len(batch.Put))
	return x.make(batch)
}

// make makes an index of the batch and takes it into use: on disk, or in memory when the disk
// refuses, because it is full for example, or is another process's. The disk is tried again later.
func (x *Indexer) make(batch search.Batch) error {
	err := x.makeOnDisk(batch)
	if err == nil {
		return nil
	}
	x.refused(err)
	started := time.Now()
	index, err := search.BuildMemory(batch, search.Options{Log: x.log})
	if err != nil {
		return err
	}
	x.built(index, true, len(batch.Put), started)
	return nil
}

// makeOnDisk makes an index of the batch on disk and takes it into use. Where that fails, all
// is as before.
func (x *Indexer) makeOnDisk(batch search.Batch) error {
	if err := x.lock(); err != nil {
		return err
	}
	started := time.Now()
	index, err := search.Build(x.dir, batch, search.Options{Log: x.log})
	if err != nil {
		return err
	}
	x.pause, x.read = 0, time.Now()
	x.built(index, false, len(batch.Put), started)
	return nil
}

// refused notes that the disk did not take the index, and when it is tried again.
func (x *Indexer) refused(err error) {
	x.pause = min(max(2*x.pause, diskAfter), diskEvery)
	x.disk = time.Now().Add(x.pause)
	x.mu.Lock()
	x.status.InUse = errors.Is(err, search.ErrInUse)
	x.mu.Unlock()
	x.repairLog().Error("the index cannot be kept on disk; going on in memory", "error", err, "again_in", x.pause)
}

func (x *Indexer) built(index *search.Index, inMemory bool, documents int, started time.Time) {
	x.mu.Lock()
	x.status.InMemory = inMemory
	x.status.InUse = x.status.InUse && inMemory
	x.mu.Unlock()
	x.use(index)
	x.log.Info("index built", "documents", documents, "in_memory", inMemory, "duration", time.Since(started).Round(time.Millisecond))
}

// everything returns a batch of all that readers may see, with the position to follow from.
func everything(ctx context.Context, st *store.Store) (search.Batch, error) {
	installation, err := st.Installation(ctx)
	if err != nil {
		return search.Batch{}, err
	}
	head, err := st.Head(ctx)
	if err != nil {
		return search.Batch{}, err
	}
	batch, err := loadAll(ctx, st, head)
	batch.Position = search.Position{Installation: installation, Cursor: search.Cursor(head)}
	return batch, err
}
