package search

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/blevesearch/bleve/v2/index/scorch"
	segment "github.com/blevesearch/scorch_segment_api/v2"
	zap "github.com/blevesearch/zapx/v17"
)

// ownCopies opens a segment by way of a copy that has no name. Bleve maps the files of an
// index into memory, so that whatever befalls them afterwards would be shown to readers, and a
// file that becomes shorter ends the program. Nobody else can reach a file without a name:
// what was whole when it was opened answers for as long as the program runs, with the index's
// folder damaged or gone. It costs the index's size once more on disk, and no memory: the
// kernel drops pages of a file as it did before.
//
// Considered besides: reading segments into memory, which the kernel could not drop; and
// letting faults come and recovering from them, which leaves wrong answers where the content
// changes and the length does not.
type ownCopies struct{ zap.ZapPlugin }

// ownCopy is an open segment.
type ownCopy struct {
	*zap.Segment
	path string      // of the file that was copied
	file os.FileInfo // as it was then
}

// Path is of the file that Bleve knows.
func (s *ownCopy) Path() string { return s.path }

func init() { scorch.RegisterSegmentPlugin(&ownCopies{}, true) }

// unreadable has, by folder, why a segment in it could not be opened: Bleve goes on without.
var unreadable sync.Map

// Open is of scorch.SegmentPlugin.
func (p *ownCopies) Open(path string) (segment.Segment, error) { return p.OpenUsing(path, nil) }

// OpenUsing is of scorch.SegmentPlugin. It fails with ErrDamaged for a file that is not what
// was written.
func (p *ownCopies) OpenUsing(path string, config map[string]any) (segment.Segment, error) {
	s, err := p.open(path, config)
	if err != nil {
		unreadable.Store(filepath.Dir(path), err)
		return nil, err
	}
	return s, nil
}

func (p *ownCopies) open(path string, config map[string]any) (*ownCopy, error) {
	copied, file, err := copyWhole(path)
	switch {
	case err == nil:
		defer os.Remove(copied) // the open file stays
	case errors.Is(err, ErrDamaged) || errors.Is(err, fs.ErrNotExist):
		return nil, err
	default:
		// No room for a copy: what is whole now answers, and a node that starts while the database
		// is away has nothing else.
		if copied, file, err = path, nil, checkFile(path); err == nil {
			file, err = os.Stat(path)
		}
		if err != nil {
			return nil, err
		}
	}
	opened, err := p.ZapPlugin.OpenUsing(copied, config)
	if err != nil {
		return nil, err
	}
	s, ok := opened.(*zap.Segment)
	if !ok {
		return nil, errors.Join(fmt.Errorf("unexpected segment %T", opened), opened.Close())
	}
	return &ownCopy{s, path, file}, nil
}

// Merge is of scorch.SegmentPlugin.
func (p *ownCopies) Merge(segments []segment.Segment, drops []*roaring.Bitmap, path string, closeCh chan struct{}, s segment.StatsReporter) ([][]uint64, uint64, error) {
	return p.MergeUsing(segments, drops, path, closeCh, s, nil)
}

// MergeUsing is of scorch.SegmentPlugin.
func (p *ownCopies) MergeUsing(segments []segment.Segment, drops []*roaring.Bitmap, path string, closeCh chan struct{}, s segment.StatsReporter, config map[string]any) ([][]uint64, uint64, error) {
	own := make([]segment.Segment, len(segments))
	for i, seg := range segments {
		own[i] = seg
		if c, ok := seg.(*ownCopy); ok {
			own[i] = c.Segment
		}
	}
	return p.ZapPlugin.MergeUsing(own, drops, path, closeCh, s, config)
}

// copyName is how copies are called for the moment in which they have a name.
const copyName = "copy-"

// copyWhole copies a file of zapx, which ends in the CRC-32 of all that comes before. Bleve
// writes it and never looks: one wrong bit on the disk would be one wrong digit in a telephone
// number. It returns ErrDamaged when the file is not what was written.
func copyWhole(path string) (copied string, file os.FileInfo, err error) {
	from, err := os.Open(path)
	if err != nil {
		return "", nil, err
	}
	defer from.Close()
	if file, err = from.Stat(); err != nil {
		return "", nil, err
	}
	to, err := os.CreateTemp(filepath.Dir(path), copyName+"*")
	if err != nil {
		return "", nil, err
	}
	defer func() {
		if err = errors.Join(err, to.Close()); err != nil {
			_ = os.Remove(to.Name()) // what remains is removed at the next start
		}
	}()
	return to.Name(), file, checkWhole(io.TeeReader(from, to), path, file.Size())
}

// checkWhole reads to the end of a segment's file. It returns ErrDamaged.
func checkWhole(r io.Reader, path string, size int64) error {
	sum := crc32.NewIEEE()
	buffer := make([]byte, 256<<10)
	body, err := io.CopyBuffer(sum, io.LimitReader(r, size-crc32.Size), buffer)
	if err != nil {
		return err
	}
	var want [crc32.Size]byte
	if _, err := io.ReadFull(r, want[:]); err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	if body != size-crc32.Size || sum.Sum32() != binary.BigEndian.Uint32(want[:]) {
		return fmt.Errorf("%w: %s is not what was written", ErrDamaged, path)
	}
	return nil
}

// checkFile is checkWhole for the file.
func checkFile(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	return checkWhole(f, path, info.Size())
}

// leftCopies returns the names in store of what a program left that was killed while it opened a segment. It is
// asked before Bleve opens the index: from then on its merges have copies there too.
func leftCopies(store string) []string {
	left, _ := fs.Glob(os.DirFS(store), copyName+"*") // the pattern is right
	return left
}

// removeCopies removes what leftCopies found. What cannot be removed only costs space.
func removeCopies(store string, left []string, opts Options) {
	for _, name := range left {
		if err := os.Remove(filepath.Join(store, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			opts.log().Warn("clean up a copy of a segment", "error", err)
		}
	}
}
