package search

import (
	"errors"
	"testing"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/index/scorch"
)

// What a goroutine of Bleve's that has ended was to do is not waited for: it is an error.
func TestEndedGoroutineIsNotWaitedFor(t *testing.T) {
	ours := scorch.RegistryEventCallbacks[noticeFailures]
	t.Cleanup(func() { scorch.RegistryEventCallbacks[noticeFailures] = ours })
	scorch.RegistryEventCallbacks[noticeFailures] = func(e scorch.Event) bool {
		if e.Kind == scorch.EventKindPreMergeCheck {
			panic("a file in memory cannot be read")
		}
		return ours(e)
	}
	t.Run("build", func(t *testing.T) {
		t.Parallel()
		if x, err := Build(t.TempDir(), small(), Options{}); !errors.Is(err, ErrBroken) {
			t.Errorf("Build() without the goroutine that merges = %v, want ErrBroken", err)
			if err == nil {
				x.Close()
			}
		}
	})
	t.Run("apply", func(t *testing.T) {
		t.Parallel()
		x, err := OpenMemory()
		if err != nil {
			t.Fatal(err)
		}
		defer x.Close()
		never := make(chan struct{})
		defer close(never)
		x.bleve = deserted{x.bleve, x.failure, never}
		if err := x.Apply(small()); !errors.Is(err, ErrBroken) {
			t.Errorf("Apply() without the goroutine that takes batches = %v, want ErrBroken", err)
		}
	})
}

type inner = bleve.Index // which has a method Index

// deserted is an index whose goroutine ends while a batch waits for it.
type deserted struct {
	inner
	failure *failure
	never   chan struct{}
}

func (d deserted) Batch(*bleve.Batch) error {
	d.failure.fail(ErrBroken)
	<-d.never
	return errors.New("too late")
}
