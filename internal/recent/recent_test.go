package recent

import (
	"fmt"
	"sync"
	"testing"
)

func TestWhatIsAskedForStays(t *testing.T) {
	c := Cache[int, string]{Most: 3}
	if _, ok := c.Get(1); ok {
		t.Error("an empty cache has something")
	}
	c.Put(0, "asked for")
	for i := 1; i <= 20; i++ {
		c.Put(i, fmt.Sprint(i))
		if v, ok := c.Get(0); !ok || v != "asked for" {
			t.Fatalf("after %d others: got %q, %t", i, v, ok)
		}
		if v, ok := c.Get(i); !ok || v != fmt.Sprint(i) {
			t.Fatalf("just put: got %q, %t", v, ok)
		}
	}
	kept := 0
	for i := range 21 {
		if _, ok := c.young[i]; ok {
			kept++
		} else if _, ok := c.old[i]; ok {
			kept++
		}
	}
	if kept < 2 || kept > 6 {
		t.Errorf("%d are kept, want at most three in each half", kept)
	}
}

func TestSizes(t *testing.T) {
	c := Cache[int, string]{Most: 10, Size: func(s string) int { return len(s) }}
	c.Put(1, "12345678")
	c.Put(2, "12345678") // the first is of the old half
	c.Put(3, "12345678") // and gone
	if _, ok := c.Get(1); ok {
		t.Error("two halves of ten hold 24")
	}
	if v, ok := c.Get(2); !ok || v != "12345678" {
		t.Errorf("got %q, %t", v, ok)
	}
	c.Put(4, "1")
	for range 9 {
		c.Put(4, "1") // in place of itself
	}
	if _, ok := c.Get(3); !ok {
		t.Error("what took the place of itself pushed out something else")
	}
}

func TestManyAtOnce(t *testing.T) {
	c := Cache[int, int]{Most: 5}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for i := range 1000 {
				c.Put(i%20, i%20)
				if v, ok := c.Get(i % 20); ok && v != i%20 {
					t.Errorf("got %d under %d", v, i%20)
				}
			}
		})
	}
	all.Wait()
}
