package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/nasjonal-oversikt/oversikt/internal/dbtest"
)

func TestMain(m *testing.M) { dbtest.Main(m, program.remove, chromium.stop) }

// program is built once for all tests.
var program built

type built struct {
	once sync.Once
	dir  string
	err  error
}

func (b *built) path() (string, error) {
	b.once.Do(func() {
		if b.dir, b.err = os.MkdirTemp("", "oversikt-e2e-"); b.err != nil {
			return
		}
		if out, err := exec.Command("go", "build", "-o", b.dir, ".").CombinedOutput(); err != nil {
			b.err = fmt.Errorf("build: %w\n%s", err, out)
		}
	})
	return filepath.Join(b.dir, "oversikt"), b.err
}

func (b *built) remove() error {
	if b.dir == "" {
		return nil
	}
	return os.RemoveAll(b.dir)
}
