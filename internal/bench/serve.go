package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"runtime/pprof"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/indexer"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
	"github.com/nasjonal-oversikt/oversikt/internal/server"
)

// listening is the first line of every server.
type listening struct {
	Addr   string
	OpenMS float64 // to open the index, for the role serve
}

// listen answers requests on a free port of this machine until the input ends.
func listen(ctx context.Context, app *fiber.App, opened time.Duration, do func([]string) (any, error)) error {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	stopped := make(chan error, 1)
	go func() { stopped <- app.Listener(l) }()
	if err := reply(listening{l.Addr().String(), milliseconds(opened)}); err != nil {
		return err
	}
	err = commands(ctx, do)
	return errors.Join(err, app.ShutdownWithTimeout(time.Second), <-stopped)
}

func noCommand(words []string) (any, error) { return nil, fmt.Errorf("no command %q", words) }

// serveRole is the program's app over the index in -dir, as cmd/oversikt serves it. Each
// request's line in the log is written, to nowhere.
func serveRole(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("serve", flag.ContinueOnError)
	dir := flags.String("dir", "", "folder of the index")
	if err := flags.Parse(args); err != nil {
		return err
	}
	sink, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer sink.Close()
	log := slog.New(slog.NewJSONHandler(sink, nil))
	started := time.Now()
	index, err := search.Open(*dir, search.Options{Log: log})
	if err != nil {
		return err
	}
	opened := time.Since(started)
	server.SaveMemory()
	app := server.New(server.Deps{
		View:    index.View,
		Status:  func() indexer.Status { return indexer.Status{DatabaseUp: true} },
		BaseURL: "http://127.0.0.1", Dir: filepath.Dir(*dir), Version: "bench", Log: log,
	})
	err = listen(ctx, app, opened, (&served{ctx: ctx, index: index}).command)
	return errors.Join(err, index.Close())
}

// served is the index that the role serve answers from.
type served struct {
	ctx     context.Context
	index   *search.Index
	profile *os.File
	editing *editing
}

// command is what the role serve can be asked beside HTTP: "edits N", "edit-on N" for N
// edits a second until "edit-off", "profile FILE" and "profile" to end it.
func (s *served) command(words []string) (any, error) {
	switch {
	case len(words) == 2 && words[0] == "edits":
		n, err := strconv.Atoi(words[1])
		if err != nil {
			return nil, err
		}
		return edits(s.ctx, s.index, n)
	case len(words) == 2 && words[0] == "edit-on":
		n, err := strconv.Atoi(words[1])
		if err != nil || n < 1 {
			return nil, fmt.Errorf("edit-on %q: want how many a second", words[1])
		}
		s.editing = startEditing(s.ctx, s.index, time.Second/time.Duration(n))
		return true, nil
	case len(words) == 1 && words[0] == "edit-off":
		return s.editing.stop()
	case len(words) == 2 && words[0] == "profile":
		var err error
		if s.profile, err = os.Create(words[1]); err != nil {
			return nil, err
		}
		return true, pprof.StartCPUProfile(s.profile)
	case len(words) == 1 && words[0] == "profile":
		pprof.StopCPUProfile()
		return true, errors.Join(s.profile.Close(), writeMemory(s.profile.Name()+".memory"))
	}
	return noCommand(words)
}

// writeMemory writes what was allocated, and what of it is in use.
func writeMemory(file string) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	return errors.Join(pprof.Lookup("allocs").WriteTo(f, 0), f.Close())
}

// edited is how long edits took, in milliseconds.
type edited struct {
	Found   []float64 // from the edit to the first search that finds it
	Applied []float64 // of that, until it was on disk and published
}

// lost is when a change that is published and not found counts as lost.
const lost = 20 * time.Second

// edits changes n offerings, one after the other, and looks for each change until it is
// found. It fails for one that is lost.
func edits(ctx context.Context, index *search.Index, n int) (edited, error) {
	var out edited
	offerings := index.View().Offerings()
	for i := range n {
		o := *offerings[i*len(offerings)/n]
		word := "kvikkord" + letters(i)
		o.Name = word + " " + o.Name
		o.Version++
		started := time.Now()
		if err := index.Apply(search.Batch{Put: []search.Document{search.OfferingDocument(o)}}); err != nil {
			return out, err
		}
		out.Applied = append(out.Applied, milliseconds(time.Since(started)))
		if err := find(ctx, index, word, o.ID, time.Now().Add(lost)); err != nil {
			return out, err
		}
		out.Found = append(out.Found, milliseconds(time.Since(started)))
		time.Sleep(10 * time.Millisecond) // editors do not come all at once
	}
	return out, nil
}

// editing changes one offering after another in the background.
type editing struct {
	cancel context.CancelFunc
	done   chan struct{}
	made   int
	err    error
}

func startEditing(ctx context.Context, index *search.Index, every time.Duration) *editing {
	ctx, cancel := context.WithCancel(ctx)
	e := &editing{cancel: cancel, done: make(chan struct{})}
	offerings := index.View().Offerings()
	go func() {
		defer close(e.done)
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			o := *offerings[e.made%len(offerings)]
			o.Version++
			o.Summary = "Endring " + letters(e.made) + ". " + o.Summary
			if e.err = index.Apply(search.Batch{Put: []search.Document{search.OfferingDocument(o)}}); e.err != nil {
				return
			}
			e.made++
		}
	}()
	return e
}

// stop ends it and returns how many edits were made.
func (e *editing) stop() (int, error) {
	e.cancel()
	<-e.done
	return e.made, e.err
}

func find(ctx context.Context, index *search.Index, word string, id int64, until time.Time) error {
	for time.Now().Before(until) {
		found, err := index.View().Search(ctx, search.Query{Text: word, Size: 10})
		if err != nil {
			return err
		}
		for _, h := range found.Hits {
			if h.Offering.ID == id {
				return nil
			}
		}
	}
	return fmt.Errorf("the edit of offering %d is not found by its new word %s", id, word)
}

// letters writes a number as letters, so that it makes a word.
func letters(n int) string {
	out := ""
	for range 4 {
		out += string(rune('a' + n%20))
		n /= 20
	}
	return out
}

// finished is an answer that the role bare gives to every request.
type finished struct {
	Headers map[string]string
	Body    []byte
}

// bareRole is a Fiber handler that sends the bytes and headers in -file, and does nothing
// else: the most that any page could reach.
func bareRole(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("bare", flag.ContinueOnError)
	file := flags.String("file", "", "answer to give")
	if err := flags.Parse(args); err != nil {
		return err
	}
	raw, err := os.ReadFile(*file)
	if err != nil {
		return err
	}
	var answer finished
	if err := json.Unmarshal(raw, &answer); err != nil {
		return err
	}
	app := fiber.New(fiber.Config{DisableStartupMessage: true})
	app.Get("/*", func(c *fiber.Ctx) error {
		for name, value := range answer.Headers {
			c.Set(name, value)
		}
		return c.Send(answer.Body)
	})
	return listen(ctx, app, 0, noCommand)
}
