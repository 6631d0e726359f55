package recent

import (
	"hash/crc32"
	"os"
	"slices"
	"sync"
)

// File is a Cache of bytes that takes room on the disk in place of memory: the kernel holds the
// parts that are read often, and lets go of them when others need the memory. It has no name,
// so that nothing is left when the program ends, however it ends. What cannot be written or
// read back as it was is not there; that only costs the time to make it again. The zero value
// keeps nothing: set Most. Its methods may be called at the same time.
type File[K comparable] struct {
	Dir  string // where it is; empty: where the system has such files
	Most int64  // bytes in each half

	mu         sync.Mutex
	file       *os.File // nil until something is put
	young, old map[K]span
	from, size int64 // where the young half begins, and how much of it is taken
}

// span is a part of the file. A half is written over while others may still read what was in
// it, so that only the sum tells what was read.
type span struct {
	at     int64
	length int32
	sum    uint32
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Append appends what is kept under the key to b, and reports whether there is anything.
func (f *File[K]) Append(b []byte, key K) ([]byte, bool) {
	f.mu.Lock()
	file := f.file
	s, ok := f.young[key]
	again := false
	if !ok {
		s, ok = f.old[key]
		again = ok
	}
	f.mu.Unlock()
	if !ok {
		return b, false
	}
	n := len(b)
	b = slices.Grow(b, int(s.length))[:n+int(s.length)]
	if _, err := file.ReadAt(b[n:], s.at); err != nil || crc32.Checksum(b[n:], castagnoli) != s.sum {
		return b[:n], false
	}
	if again {
		f.Put(key, b[n:])
	}
	return b, true
}

// Put keeps the bytes under the key.
func (f *File[K]) Put(key K, value []byte) {
	length := int64(len(value))
	if length > f.Most {
		return
	}
	f.mu.Lock()
	if f.file == nil && !f.open() {
		f.mu.Unlock()
		return
	}
	if f.size+length > f.Most {
		f.young, f.old = map[K]span{}, f.young
		f.from, f.size = f.Most-f.from, 0
	}
	file, at := f.file, f.from+f.size
	f.size += length
	f.mu.Unlock()

	if _, err := file.WriteAt(value, at); err != nil {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.young[key] = span{at, int32(length), crc32.Checksum(value, castagnoli)}
}

// open makes the file and takes its name away.
func (f *File[K]) open() bool {
	file, err := os.CreateTemp(f.Dir, "recent-*")
	if err != nil {
		return false
	}
	if err := os.Remove(file.Name()); err != nil {
		_ = file.Close() // it would be left behind
		return false
	}
	f.file, f.young = file, map[K]span{}
	return true
}
