package pgembed

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// acquire tries to take the lock of the data folder and reports whether this
// process has it now.
func (s *Server) acquire() (bool, error) {
	path := filepath.Join(s.dir, lockName)
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if errors.Is(err, fs.ErrPermission) {
		return false, fmt.Errorf("the data folder belongs to another user: %w; run this as that user or as root, or choose another data folder", err)
	}
	if err != nil {
		return false, fmt.Errorf("open the lock of the data folder: %w", err)
	}
	err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err != nil {
		_ = file.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return false, nil
		}
		return false, fmt.Errorf("lock %s: %w", path, err)
	}
	s.lock = file
	return true, nil
}

// release gives the lock back; closing the file does it. The file itself
// stays, for removing it would let two processes lock two files of one name.
func (s *Server) release() {
	_ = s.lock.Close()
	s.lock = nil
}
