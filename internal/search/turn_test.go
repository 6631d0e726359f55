package search

import (
	"context"
	"errors"
	"testing"
)

func TestSearchesWaitForTheirTurn(t *testing.T) {
	v := newTestView(t)
	for range cap(v.index.turns) {
		v.index.turns <- struct{}{}
	}
	ctx, cancel := context.WithCancel(t.Context())
	answered := make(chan error)
	go func() {
		_, err := v.Search(ctx, Query{Text: "rus"})
		answered <- err
	}()
	cancel()
	if err := <-answered; !errors.Is(err, context.Canceled) {
		t.Fatalf("while others search: got %v, want the context's error", err)
	}
	<-v.index.turns
	if _, err := v.Search(t.Context(), Query{Text: "rus"}); err != nil {
		t.Errorf("when another is done: %v", err)
	}
	if n := len(v.index.turns); n != cap(v.index.turns)-1 {
		t.Errorf("%d turns are taken after a search, want %d", n, cap(v.index.turns)-1)
	}
}
