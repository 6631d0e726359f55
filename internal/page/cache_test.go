package page

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"io"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
)

func answer(body string) *Answer { return NewAnswer("text/html", []byte(body)) }

// fits returns a cache with room for that many answers of size bytes under keys of one
// byte, and for no more.
func fits(n, size int) *Cache[int] {
	return NewCache(n*(answer(strings.Repeat("x", size)).cost()+1), cmp.Less[int])
}

func TestETagFollowsFromTheContentAlone(t *testing.T) {
	a, b, c := answer("test"), answer("test"), answer("annet")
	if a.ETag != b.ETag {
		t.Errorf("ETags of the same page differ: %s, %s", a.ETag, b.ETag)
	}
	if a.ETag == c.ETag {
		t.Errorf("ETag of two pages is the same: %s", a.ETag)
	}
	if !strings.HasPrefix(a.ETag, `W/"`) || !strings.HasSuffix(a.ETag, `"`) || strings.ContainsAny(a.ETag, " ,") {
		t.Errorf("ETag = %s, want a weak one that can stand in a list", a.ETag)
	}
}

func TestBodyInEveryEncoding(t *testing.T) {
	want := strings.Repeat("Hjelp for pårørende. ", 500)
	a := answer(want)
	for e, reader := range map[Encoding]func(io.Reader) (io.Reader, error){
		Identity: func(r io.Reader) (io.Reader, error) { return r, nil },
		Gzip:     func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) },
		Brotli:   func(r io.Reader) (io.Reader, error) { return brotli.NewReader(r), nil },
	} {
		first := a.Body(e)
		body := a.Body(e) // brotli is made better when it is asked for again
		if len(body) > len(first) {
			t.Errorf("%q has %d bytes the second time, more than %d the first", e, len(body), len(first))
		}
		r, err := reader(bytes.NewReader(body))
		if err != nil {
			t.Fatalf("%q: %v", e, err)
		}
		got, err := io.ReadAll(r)
		if err != nil || string(got) != want {
			t.Errorf("%q unpacks to %d bytes (%v), want the page of %d", e, len(got), err, len(want))
		}
		if e != Identity && len(body) > len(want)/5 {
			t.Errorf("%q has %d bytes of %d, want it smaller", e, len(body), len(want))
		}
		if again := a.Body(e); &again[0] != &body[0] {
			t.Errorf("%q is made a third time", e)
		}
	}
	if total := len(a.Body(Identity)) + len(a.Body(Gzip)) + len(a.Body(Brotli)); total > a.cost() {
		t.Errorf("the page takes %d bytes in all forms, and counts as %d", total, a.cost())
	}
}

func TestCacheIsOfOneGeneration(t *testing.T) {
	c := fits(20, 10)
	a, b := answer("en"), answer("to")
	if c.Get(1, "/") != nil || c.Get(0, "/") != nil {
		t.Error("an empty cache has an answer")
	}
	c.Put(1, "/", a)
	if c.Get(1, "/") != a {
		t.Error("the answer is gone")
	}
	if c.Get(1, "/annet") != nil || c.Get(2, "/") != nil || c.Get(0, "/") != nil {
		t.Error("the answer is given for another key or generation")
	}
	if c.Get(1, "/") != a {
		t.Error("asking for another generation threw the answer away")
	}
	c.Put(2, "/annet", b)
	if c.Get(1, "/") != nil || c.Get(2, "/") != nil {
		t.Error("an answer of the generation before is there still")
	}
	if c.Get(2, "/annet") != b {
		t.Error("the new generation's answer is gone")
	}
}

func TestCacheIsBounded(t *testing.T) {
	const room = 20
	c := fits(room, 100)
	body := func(i int) *Answer { return answer(string(rune('a'+i)) + strings.Repeat("x", 99)) }
	for i := range room {
		c.Put(1, string(rune('a'+i)), body(i))
	}
	for i := range room {
		if c.Get(1, string(rune('a'+i))) == nil {
			t.Fatalf("answer %d of %d was thrown away while there was room", i, room)
		}
	}
	c.Get(1, "a") // so that "b" is the one that was asked for longest ago
	c.Put(1, "z", body(room))
	if c.Get(1, "b") != nil {
		t.Error("the answer asked for longest ago is there still")
	}
	for _, key := range []string{"a", "c", "z"} {
		if c.Get(1, key) == nil {
			t.Errorf("answer %q is gone", key)
		}
	}
	for i := range 10_000 {
		c.Put(1, strconv.Itoa(i), body(i%room))
		if c.size > c.limit || len(c.entries) != c.order.Len() {
			t.Fatalf("%d bytes of %d, %d keys, %d answers", c.size, c.limit, len(c.entries), c.order.Len())
		}
	}
	if len(c.entries) == 0 {
		t.Error("nothing is kept")
	}
}

func TestCachePutAgain(t *testing.T) {
	c := fits(20, 10)
	c.Put(1, "/", answer("en"))
	size := c.size
	b := answer("to")
	c.Put(1, "/", b)
	if c.Get(1, "/") != b || c.size != size || len(c.entries) != 1 {
		t.Errorf("%d answers of %d bytes after putting one of %d twice", len(c.entries), c.size, size)
	}
}

func TestCacheLeavesOutWhatIsTooLarge(t *testing.T) {
	c := fits(20, 1000)
	small := answer("liten")
	c.Put(1, "/liten", small)
	c.Put(1, "/stor", answer(strings.Repeat("x", 100_000)))
	if c.Get(1, "/stor") != nil || c.Get(1, "/liten") != small {
		t.Error("a page larger than the cache pushed out a small one")
	}
	c.Put(2, "/stor", answer(strings.Repeat("x", 100_000)))
	if c.Get(1, "/liten") != small {
		t.Error("a page that is not kept threw away the others")
	}
}

// Readers who miss at the same time each make the page; all get the same bytes, and the
// cache stays whole.
func TestConcurrentMisses(t *testing.T) {
	c := fits(30, 1000)
	body := func(generation, i int) string {
		return strings.Repeat(strconv.Itoa(generation)+" "+strconv.Itoa(i)+" ", 100)
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for n := range 400 {
				generation, i := n/100, n%40
				a := c.Get(generation, strconv.Itoa(i))
				if a == nil {
					a = answer(body(generation, i))
					c.Put(generation, strconv.Itoa(i), a)
				}
				if got := string(a.Body(Identity)); got != body(generation, i) {
					t.Errorf("page %d of generation %d is %.20q", i, generation, got)
				}
				if a.Body(Gzip) == nil || a.Body(Brotli) == nil {
					t.Errorf("page %d has no compressed form", i)
				}
			}
		})
	}
	wg.Wait()
	if c.size > c.limit || len(c.entries) != c.order.Len() {
		t.Errorf("%d bytes of %d, %d keys, %d answers", c.size, c.limit, len(c.entries), c.order.Len())
	}
}

// Nearly everybody takes brotli: the page itself is not kept beside it, and can still be had.
func TestAnswerKeepsTheFormsThatAreAskedFor(t *testing.T) {
	want := strings.Repeat("Hjelp for pårørende. ", 500)
	for _, first := range []Encoding{Gzip, Brotli} {
		a := answer(want)
		for range 3 {
			a.Body(first)
		}
		if cost := a.cost(); cost > len(want)/5+512 {
			t.Errorf("with %q it takes %d bytes, and the page has %d", first, cost, len(want))
		}
		for _, e := range []Encoding{Brotli, Gzip, Identity, Brotli} {
			packed := a.Body(e)
			if got := unpack(t, e, packed); string(got) != want {
				t.Errorf("after %q, %q unpacks to %d bytes, want the page of %d", first, e, len(got), len(want))
			}
		}
		if again := a.Body(Identity); &again[0] != &a.Body(Identity)[0] {
			t.Errorf("after %q the page is unpacked each time it is asked for", first)
		}
	}
}

func TestWhatSaysTheSameIsCompressedOnce(t *testing.T) {
	c := fits(20, 1000)
	body := strings.Repeat("samme ", 100)
	first := c.Put(1, "/", answer(body))
	packed := first.Body(Brotli)
	if c.Get(2, "/") != nil {
		t.Fatal("the answer is given for the next generation before it is known to be the same")
	}
	second := c.Put(2, "/", answer(body))
	if got := second.Body(Gzip); second != first || got == nil || len(packed) == 0 {
		t.Error("the page of the next generation says the same, and is compressed anew")
	}
	if c.Get(2, "/") != first {
		t.Error("it is not given for the generation that it was found the same in")
	}
	if other := answer("annet"); c.Put(3, "/", other) != other || c.Get(3, "/") != other {
		t.Error("a page that says something else is not the one that is given")
	}
}

// Many wait for pages while an edit comes. Those that come late from before it throw nothing away.
func TestLateAnswersAreNotKept(t *testing.T) {
	c := fits(20, 10)
	c.Put(1, "/", answer("gammel"))
	late := answer("sen")
	now := c.Put(2, "/", answer("ny"))
	if c.Put(1, "/annet", late) != late {
		t.Error("who made the late answer gets another")
	}
	if c.Get(2, "/") != now || c.Get(1, "/annet") != nil {
		t.Error("the late answer threw away the new one, or is kept")
	}
	newest := c.Put(4, "/", answer("nyest"))
	for _, generation := range []int{1, 2, 3} { // two edits came meanwhile
		c.Put(generation, "/annet", late)
	}
	if c.Get(4, "/") != newest || c.Put(4, "/annet", now) != now || c.Get(4, "/annet") != now {
		t.Error("nothing is kept after answers of several generations ago")
	}
}

// Nobody waits for the compression of another page.
func TestCacheDoesNotWaitForAnAnswer(t *testing.T) {
	c := fits(20, 10)
	a := c.Put(1, "/", answer("treg"))
	a.mu.Lock() // as while it is compressed
	done := make(chan bool)
	go func() {
		c.Put(1, "/annet", answer("rask"))
		done <- c.Get(1, "/") == a && c.Get(1, "/annet") != nil
	}()
	select {
	case ok := <-done:
		if !ok {
			t.Error("an answer is gone")
		}
	case <-time.After(30 * time.Second):
		t.Error("the cache waits for an answer that is being compressed")
	}
	a.mu.Unlock()
}

// An answer is counted as it is after it was sent: compressed.
func TestCacheCountsWhatIsKept(t *testing.T) {
	const size = 10_000
	const room = 20
	c := fits(room, size)
	for i := range 20 * room {
		a := answer(strconv.Itoa(i) + strings.Repeat("x", size-2))
		c.Put(1, strconv.Itoa(i), a)
		a.Body(Brotli)
	}
	if len(c.entries) < 5*room {
		t.Errorf("%d compressed pages are kept where %d others fit", len(c.entries), room)
	}
	if c.size > c.limit {
		t.Errorf("%d bytes of %d", c.size, c.limit)
	}
}
