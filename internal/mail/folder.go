package mail

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// Folder writes each message into a file of its own, which only its owner can read: there
// are links and codes in them. The names sort by time.
type Folder struct {
	dir string
	now func() time.Time
}

// NewFolder returns a sender into the folder, which is made when the first message comes.
func NewFolder(dir string, now func() time.Time) *Folder { return &Folder{dir, now} }

// Send implements Sender. The file is there as a whole or not at all.
func (f *Folder) Send(_ context.Context, m *gomail.Msg) error {
	if err := os.MkdirAll(f.dir, 0o700); err != nil {
		return fmt.Errorf("folder for mail: %w", err)
	}
	// CreateTemp makes it 0600.
	file, err := os.CreateTemp(f.dir, ".new-")
	if err != nil {
		return fmt.Errorf("write mail: %w", err)
	}
	_, err = m.WriteTo(file)
	err = errors.Join(err, file.Close())
	if err == nil {
		id, _, _ := strings.Cut(strings.Trim(m.GetMessageID(), "<>"), ".")
		name := f.now().UTC().Format("20060102T150405.000000Z") + "-" + id + ".eml"
		err = os.Rename(file.Name(), filepath.Join(f.dir, name))
	}
	if err != nil {
		return errors.Join(fmt.Errorf("write mail: %w", err), os.Remove(file.Name()))
	}
	return nil
}

// Prune removes messages that were written longer ago than keep: what was sent is nobody's
// to keep, and a folder that only grows fills the disk.
func (f *Folder) Prune(keep time.Duration) error {
	entries, err := os.ReadDir(f.dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("prune mail: %w", err)
	}
	var errs []error
	for _, e := range entries {
		if name := e.Name(); !strings.HasSuffix(name, ".eml") && !strings.HasPrefix(name, ".new-") {
			continue // not ours
		}
		info, err := e.Info()
		if err != nil || !info.Mode().IsRegular() || !info.ModTime().Before(f.now().Add(-keep)) {
			continue // or gone since
		}
		errs = append(errs, os.Remove(filepath.Join(f.dir, e.Name())))
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("prune mail: %w", err)
	}
	return nil
}
