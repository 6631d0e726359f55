package recent

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// value is what these tests keep under a number, of another length for each.
func value(i int) []byte { return bytes.Repeat([]byte{byte('a' + i%26)}, 1+i%7) }

func TestFileKeepsWhatIsAskedFor(t *testing.T) {
	dir := t.TempDir()
	f := File[int]{Dir: dir, Most: 40}
	if b, ok := f.Append([]byte("x"), 1); ok || string(b) != "x" {
		t.Errorf("an empty file has %q, %t", b, ok)
	}
	f.Put(0, []byte("asked for"))
	for i := 1; i <= 200; i++ {
		f.Put(i, value(i))
		if b, ok := f.Append([]byte("before "), 0); !ok || string(b) != "before asked for" {
			t.Fatalf("after %d others: got %q, %t", i, b, ok)
		}
		if b, ok := f.Append(nil, i); !ok || !bytes.Equal(b, value(i)) {
			t.Fatalf("just put: got %q, %t", b, ok)
		}
	}
	if _, ok := f.Append(nil, 1); ok {
		t.Error("two halves of 40 bytes hold what nobody asked for in 200 others")
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("the folder has %v, %v; want a file without a name", left, err)
	}
	f.Put(7, bytes.Repeat([]byte("y"), 41))
	if b, ok := f.Append(nil, 7); ok && len(b) == 41 {
		t.Error("41 bytes are kept in a half of 40")
	}
}

func TestFileThatIsNotAsItWas(t *testing.T) {
	f := File[int]{Dir: t.TempDir(), Most: 100}
	f.Put(1, []byte("73 00 00 01"))
	if _, err := f.file.WriteAt([]byte("2"), 10); err != nil {
		t.Fatal(err)
	}
	if b, ok := f.Append(nil, 1); ok {
		t.Errorf("got %q, which is not what was put", b)
	}
	if err := f.file.Close(); err != nil {
		t.Fatal(err)
	}
	f.Put(2, []byte("cannot be written"))
	if b, ok := f.Append([]byte("x"), 2); ok || string(b) != "x" {
		t.Errorf("got %q from a file that takes nothing", b)
	}
}

func TestFileWithoutAFolder(t *testing.T) {
	f := File[int]{Dir: filepath.Join(t.TempDir(), "absent"), Most: 100}
	f.Put(1, []byte("somewhere"))
	if b, ok := f.Append(nil, 1); ok {
		t.Errorf("got %q from nowhere", b)
	}
}

func TestFileManyAtOnce(t *testing.T) {
	f := File[int]{Dir: t.TempDir(), Most: 60}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for i := range 1000 {
				want := fmt.Appendf(nil, "%d and more", i%20)
				f.Put(i%20, want)
				if b, ok := f.Append(nil, i%20); ok && !bytes.Equal(b, want) {
					t.Errorf("got %q under %d", b, i%20)
				}
			}
		})
	}
	all.Wait()
}
