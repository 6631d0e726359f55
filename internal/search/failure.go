package search

import (
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"time"

	"github.com/blevesearch/bleve/v2/index/scorch"
)

// failure is that something of an index has failed behind everyone's back. There is one for
// each open index.
type failure struct {
	once sync.Once
	came chan struct{} // closed when it has come
	err  error
}

func newFailure() *failure { return &failure{came: make(chan struct{})} }

// fail keeps the first error.
func (f *failure) fail(err error) {
	f.once.Do(func() { f.err = err; close(f.came) })
}

// failed returns the error, nil before there is one.
func (f *failure) failed() error {
	select {
	case <-f.came:
		return f.err
	default:
		return nil
	}
}

// failures has, by the folder that Bleve knows, where to tell of what fails while it writes.
var failures sync.Map

// noticeFailures is the name of our callbacks in a configuration of Bleve.
const noticeFailures = "oversikt"

func init() {
	// What cannot be written is tried again without a pause, and for ever; and a goroutine that
	// panicked has ended, and nobody does its work: somebody has to hear.
	scorch.RegistryAsyncErrorCallbacks[noticeFailures] = func(err error, path string) {
		if f, ok := failures.Load(path); ok {
			f.(*failure).fail(errors.Join(ErrBroken, err))
		}
	}
	// Bleve maps the file of its own that names the segments. Its goroutines recover from a
	// panic, and a fault in such a file becomes one only where that was asked for in the same
	// goroutine. These events come in them: in the one that merges before it does, in the one
	// that writes after the first time, when the file was read a moment ago by whoever opened it.
	scorch.RegistryEventCallbacks[noticeFailures] = func(e scorch.Event) bool {
		switch e.Kind {
		case scorch.EventKindPreMergeCheck, scorch.EventKindPersisterProgress, scorch.EventKindPurgerCheck:
			debug.SetPanicOnFault(true)
		}
		return true
	}
}

// bleveOptions returns how an index on disk is opened.
func bleveOptions(more map[string]any) map[string]any {
	all := map[string]any{
		"bolt_timeout":           boltTimeout,
		"asyncErrorCallbackName": noticeFailures,
		"eventCallbackName":      noticeFailures,
	}
	for k, v := range more {
		all[k] = v
	}
	return all
}

// panicked is the error that guard makes of a panic.
type panicked struct{ value any }

func (p panicked) Error() string { return fmt.Sprintf("panic in Bleve: %v", p.value) }

// guard runs f and turns a panic of Bleve into an error; also that a file in memory cannot
// be read any more, which would end the program.
func guard(f func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			err = panicked{r}
		}
	}()
	return f()
}

// run is guard for what waits for Bleve's own goroutines. When one of them has ended, it may wait
// for ever: then it is left alone, and what it would have given is not to be used.
func (f *failure) run(do func() error) error {
	done := make(chan error, 1)
	go func() { done <- guard(do) }()
	select {
	case err := <-done:
		return err
	case <-f.came:
	}
	// Most failures are told of by who waits too.
	select {
	case err := <-done:
		return err
	case <-time.After(closeTime):
		return f.err
	}
}

// guard is guard for what is read of the snapshot: a panic says that it cannot be relied on.
func (s *snapshot) guard(f func() error) error {
	defer runtime.KeepAlive(s)
	err := guard(f)
	if p := (panicked{}); errors.As(err, &p) && s.failure != nil {
		s.failure.fail(errors.Join(ErrDamaged, err))
	}
	return err
}

// Failed is closed when the index cannot be relied on any more, or not be kept: something
// on disk is gone, full or damaged. Err says what. The last View goes on answering from what
// was whole when it was opened.
func (x *Index) Failed() <-chan struct{} { return x.failure.came }

// Err returns why Failed is closed, nil while it is not.
func (x *Index) Err() error { return x.failure.failed() }
