package main

import (
	"context"
	"flag"
	"io/fs"
	"log/slog"
	"path/filepath"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

// built is what the role build says of its index.
type built struct {
	Documents int
	MS        float64
	Bytes     int64 // on disk, when closed
	Most      int64 // bytes of memory the process had at most
}

// buildRole makes the index of -n offerings in -dir.
func buildRole(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("build", flag.ContinueOnError)
	n := flags.Int("n", 0, "offerings")
	dir := flags.String("dir", "", "folder of the index")
	url := flags.String("url", "", "database with the reference")
	if err := flags.Parse(args); err != nil {
		return err
	}
	ref, err := openReference(ctx, *url)
	if err != nil {
		return err
	}
	m := newMaker(ref)
	batch := search.Batch{Put: ref.documents, Position: search.Position{Installation: "bench"}}
	for id := range int64(*n) {
		batch.Put = append(batch.Put, search.OfferingDocument(m.offering(id+1)))
	}
	started := time.Now()
	index, err := search.Build(*dir, batch, search.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	took := time.Since(started)
	if err := index.Close(); err != nil {
		return err
	}
	size, err := sizeOf(*dir)
	if err != nil {
		return err
	}
	return reply(built{len(batch.Put), milliseconds(took), size, memoryOf("self").most})
}

// sizeOf returns how many bytes the files below dir have.
func sizeOf(dir string) (int64, error) {
	var sum int64
	err := filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			sum += info.Size()
		}
		return err
	})
	return sum, err
}
