package indexer

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

const (
	lockName = "lock"
	// handOver is how long a node that starts waits for the one before it to give the folder back.
	handOver = 2 * time.Second
)

// lock takes the folder of the index, or finds that it is taken already by this Indexer. Two
// that write there remove each other's index, each time as damaged. It returns
// search.ErrInUse when another process has it.
func (x *Indexer) lock() error {
	path := filepath.Join(x.dir, lockName)
	if x.locked != nil {
		ours, err := x.locked.Stat()
		if err != nil {
			return fmt.Errorf("lock the index: %w", err)
		}
		// A lock whose file was removed keeps nobody out.
		if there, err := os.Stat(path); err == nil && os.SameFile(ours, there) {
			return nil
		}
		x.unlock()
	}
	if err := os.MkdirAll(x.dir, 0o700); err != nil {
		return fmt.Errorf("lock the index: %w", err)
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("lock the index: %w", err)
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = file.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			err = search.ErrInUse
		}
		return fmt.Errorf("lock %s: %w", path, err)
	}
	x.locked = file
	return nil
}

// lockSoon is lock for a node that starts.
func (x *Indexer) lockSoon() error {
	for began := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		if err := x.lock(); !errors.Is(err, search.ErrInUse) || time.Since(began) > handOver {
			return err
		}
	}
}

// unlock gives the folder back; closing the file does it. The file stays, for removing it
// would let two processes lock two files of one name.
func (x *Indexer) unlock() {
	if x.locked != nil {
		_ = x.locked.Close()
		x.locked = nil
	}
}
