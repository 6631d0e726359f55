package search

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
)

// laid is what lay on disk when the index was opened.
type laid struct {
	meta []byte      // of Bleve: the mapping
	root os.FileInfo // the file that names the segments
}

func (d directoryOnDisk) file(name ...string) string {
	return filepath.Join(append([]string{d.path()}, name...)...)
}

func (d directoryOnDisk) metaFile() string { return d.file("index_meta.json") }
func (d directoryOnDisk) store() string    { return d.file("store") }
func (d directoryOnDisk) rootFile() string { return d.file("store", "root.bolt") }

// remember returns what lies there now.
func (d directoryOnDisk) remember() (k laid, err error) {
	if k.meta, err = os.ReadFile(d.metaFile()); err != nil {
		return k, err
	}
	k.root, err = os.Stat(d.rootFile())
	return k, err
}

// Check compares what lies on disk with what was read from there or written since: that
// every file is there, of the size and time it had. With content it reads every segment too.
// It returns ErrDamaged when the next start would not find the index whole; answers do not
// depend on it until then.
func (x *Index) Check(content bool) error {
	if x.dir == nil {
		return nil
	}
	if err := x.checkNames(); err != nil {
		return errors.Join(ErrDamaged, err)
	}
	// Segments come and go while Bleve merges: one that is missing has to be missing twice.
	const tries = 3
	var err error
	for try := range tries {
		time.Sleep(time.Duration(try) * 50 * time.Millisecond)
		if err = x.checkSegments(content); err == nil {
			return nil
		}
	}
	return errors.Join(ErrDamaged, err)
}

func (x *Index) checkNames() error {
	c, err := readCurrent(x.dir.root)
	if err != nil {
		return err
	}
	if c.Name != x.dir.name || c.Mapping != mappingVersion {
		return fmt.Errorf("%s names %s, want %s", currentFile, c.Name, x.dir.name)
	}
	meta, err := os.ReadFile(x.dir.metaFile())
	if err != nil {
		return err
	}
	if !bytes.Equal(meta, x.laid.meta) {
		return fmt.Errorf("%s has changed", x.dir.metaFile())
	}
	root, err := os.Stat(x.dir.rootFile())
	if err != nil {
		return err
	}
	if !os.SameFile(root, x.laid.root) || root.Size() < x.laid.root.Size() {
		return fmt.Errorf("%s is another file, or shorter than it was", x.dir.rootFile())
	}
	return checkRoot(x.dir.rootFile())
}

// checkRoot looks for the mark that Bleve's file begins with, on one of its first two pages.
func checkRoot(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	head := make([]byte, 2*os.Getpagesize())
	if _, err := io.ReadFull(f, head); err != nil {
		return fmt.Errorf("read %s: %w", path, err)
	}
	magic := []byte{0xED, 0xDA, 0x0C, 0xED} // bbolt's, little-endian, after the page's header
	for page := 0; page < len(head); page += os.Getpagesize() {
		if bytes.Equal(head[page+16:page+20], magic) {
			return nil
		}
	}
	return fmt.Errorf("%s has lost its beginning", path)
}

func (x *Index) checkSegments(content bool) error {
	var snap *snapshot
	err := guard(func() (err error) { snap, err = take(x.bleve); return err })
	if err != nil {
		return err
	}
	for _, s := range snap.reader.Segments() {
		c, ok := s.Segment().(*ownCopy)
		if !ok {
			continue // in memory, and not yet on disk
		}
		now, err := os.Stat(c.path)
		if err != nil {
			return err
		}
		if now.Size() != c.file.Size() || !now.ModTime().Equal(c.file.ModTime()) {
			return fmt.Errorf("%s has been changed", c.path)
		}
		if content {
			if err := checkFile(c.path); err != nil {
				return err
			}
		}
	}
	return nil
}

// Content returns a batch that makes an index like this one, with its position: what is
// built of it needs no database. It returns ErrDamaged when not all can be read.
func (x *Index) Content() (Batch, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	v := x.view.Load()
	b := Batch{Position: x.position}
	marks := map[int64]Mark{}
	for _, e := range v.feed {
		switch c := e.change(); {
		case c.Gone:
			b.Put = append(b.Put, GoneDocument(c.ID, Gone{UUID: c.UUID}).Marked(c.Mark))
		case e.other == nil:
			marks[e.offering] = c.Mark
		}
	}
	for slot, r := range v.rows.list {
		if r == nil {
			continue
		}
		var o *directory.Offering
		if o = v.load(int32(slot)); o == nil {
			return Batch{}, fmt.Errorf("%w: offering %d", ErrDamaged, r.id)
		}
		b.Put = append(b.Put, Document{ID: OfferingID(r.id), value: o}.Marked(marks[r.id]))
	}
	for _, d := range x.others {
		b.Put = append(b.Put, d)
	}
	return b, nil
}
