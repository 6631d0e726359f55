package search

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/index/scorch"
	"github.com/blevesearch/bleve/v2/index/scorch/mergeplan"
)

// directoryOnDisk is where an index lies: a folder of its own beside others, named by the
// file CURRENT, so that a new one is swapped in by renaming one small file.
type directoryOnDisk struct {
	root string
	name string
}

func (d directoryOnDisk) path() string { return filepath.Join(d.root, d.name) }

const currentFile = "CURRENT"

// current is the content of CURRENT.
type current struct {
	Mapping int
	Name    string
}

// boltTimeout is how long another process may hold an index before that is an error.
const boltTimeout = "2s"

// buildBatch is how many documents are given to Bleve at a time while building.
const buildBatch = 1000

// Open returns the index that lies in root. It returns ErrMissing when there is none,
// ErrStale when another version of the mapping made it, ErrInUse when another process
// has it, and ErrDamaged when it cannot be read whole.
func Open(root string, opts Options) (*Index, error) {
	c, err := readCurrent(root)
	if err != nil {
		return nil, err
	}
	if c.Mapping != mappingVersion {
		return nil, fmt.Errorf("%w: %d, want %d", ErrStale, c.Mapping, mappingVersion)
	}
	dir := &directoryOnDisk{root, c.Name}
	var x *Index
	err = guard(func() error {
		// unsafe_batch: a batch is seen before it is on disk, and readers of an edit do not wait
		// for the disk. A process that is killed in between finds the cursor of what is on disk,
		// and follows the feed from there.
		f := dir.watch()
		left := leftCopies(dir.store())
		b, err := bleve.OpenUsing(dir.path(), bleveOptions(map[string]any{"unsafe_batch": true}))
		if err != nil {
			return err
		}
		// Bleve goes on without a segment that cannot be read, or with what was there before.
		if lost, ok := unreadable.Load(dir.store()); ok {
			err = lost.(error)
		} else {
			x, err = load(b, dir, opts, f)
		}
		// What names the segments may be lost, and all of them with it.
		if err == nil && x.position == (Position{}) && x.View().CountOfferings() == 0 && len(x.others) == 0 {
			return errors.Join(errors.New("the index is empty"), x.Close())
		}
		if err != nil {
			failures.Delete(dir.store())
			return errors.Join(err, closeQuietly(b))
		}
		removeCopies(dir.store(), left, opts)
		return nil
	})
	switch {
	case err == nil:
		return x, nil
	case strings.Contains(err.Error(), "timeout"):
		return nil, errors.Join(ErrInUse, err)
	default:
		return nil, errors.Join(ErrDamaged, err)
	}
}

// watch returns where is told what fails in the directory from now on.
func (d directoryOnDisk) watch() *failure {
	f := newFailure()
	failures.Store(d.store(), f)
	unreadable.Delete(d.store())
	return f
}

// readCurrent returns which index is the current one in root. It returns ErrMissing when
// there is none, and ErrDamaged.
func readCurrent(root string) (c current, err error) {
	raw, err := os.ReadFile(filepath.Join(root, currentFile))
	if errors.Is(err, fs.ErrNotExist) {
		return c, ErrMissing
	}
	if err != nil {
		return c, fmt.Errorf("open index: %w", err)
	}
	if err := json.Unmarshal(raw, &c); err != nil || strings.ContainsAny(c.Name, `/\`) || c.Name == "" {
		return c, fmt.Errorf("%w: %s cannot be read", ErrDamaged, currentFile)
	}
	return c, nil
}

// Build makes an index of the batch in root, beside the one that may lie there, and names
// it as the current one. Others are removed from disk; a process that has one open keeps
// it until it closes it.
func Build(root string, b Batch, opts Options) (*Index, error) {
	dir := &directoryOnDisk{root, "index-" + strconv.FormatInt(time.Now().UnixNano(), 36)}
	f := dir.watch()
	var x *Index
	err := f.run(func() (err error) {
		if err := os.MkdirAll(root, 0o700); err != nil {
			return err
		}
		x, err = build(dir, b, opts, f)
		return err
	})
	if err != nil {
		failures.Delete(dir.store())
		return nil, errors.Join(fmt.Errorf("build index: %w", err), os.RemoveAll(dir.path()))
	}
	if err := dir.makeCurrent(); err != nil {
		return nil, errors.Join(fmt.Errorf("build index: %w", err), x.Close(), os.RemoveAll(dir.path()))
	}
	dir.removeOthers(opts)
	return x, nil
}

func build(dir *directoryOnDisk, b Batch, opts Options, f *failure) (*Index, error) {
	index, err := bleve.NewUsing(dir.path(), newMapping(), scorch.Name, scorch.Name, bleveOptions(nil))
	if err != nil {
		return nil, err
	}
	counts := map[Kind]int{}
	batch := index.NewBatch()
	for i, d := range b.Put {
		f, err := d.fields()
		if err != nil {
			return nil, errors.Join(err, closeQuietly(index))
		}
		if err := batch.Index(d.ID, f); err != nil {
			return nil, errors.Join(fmt.Errorf("index %s: %w", d.ID, err), closeQuietly(index))
		}
		counts[d.Kind()]++
		if (i+1)%buildBatch == 0 {
			if err := index.Batch(batch); err != nil {
				return nil, errors.Join(err, closeQuietly(index))
			}
			batch = index.NewBatch()
		}
	}
	// The cursor and the counts come last: an index without them is not whole.
	if err := setInternal(batch, counts, b.Position); err != nil {
		return nil, errors.Join(err, closeQuietly(index))
	}
	if err := index.Batch(batch); err != nil {
		return nil, errors.Join(err, closeQuietly(index))
	}
	if err := mergeAll(index); err != nil {
		return nil, errors.Join(err, closeQuietly(index))
	}
	x, err := load(index, dir, opts, f)
	if err != nil {
		return nil, errors.Join(err, closeQuietly(index))
	}
	return x, nil
}

// mergeAll makes one segment of all: every search goes through every segment.
func mergeAll(index bleve.Index) error {
	advanced, err := index.Advanced()
	if err != nil {
		return err
	}
	engine, ok := advanced.(*scorch.Scorch)
	if !ok {
		return fmt.Errorf("unexpected engine %T", advanced)
	}
	return engine.ForceMerge(context.Background(), &mergeplan.SingleSegmentMergePlanOptions)
}

// makeCurrent writes CURRENT by way of a rename, so that it is never half written.
func (d directoryOnDisk) makeCurrent() error {
	raw, err := json.Marshal(current{mappingVersion, d.name})
	if err != nil {
		return err
	}
	temporary := filepath.Join(d.root, currentFile+".new")
	if err := os.WriteFile(temporary, raw, 0o600); err != nil {
		return err
	}
	return os.Rename(temporary, filepath.Join(d.root, currentFile))
}

// removeOthers removes what earlier builds left. What cannot be removed only costs space.
func (d directoryOnDisk) removeOthers(opts Options) {
	entries, err := os.ReadDir(d.root)
	if err != nil {
		opts.log().Warn("clean up old indexes", "error", err)
		return
	}
	for _, e := range entries {
		if e.IsDir() && strings.HasPrefix(e.Name(), "index-") && e.Name() != d.name {
			if err := os.RemoveAll(filepath.Join(d.root, e.Name())); err != nil {
				opts.log().Warn("clean up old index", "error", err)
			}
		}
	}
}
