package page

import (
	"bytes"
	"compress/gzip"
	"container/list"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"sync"
	"sync/atomic"

	"github.com/andybalholm/brotli"
)

// Encoding is a content coding of HTTP.
type Encoding string

const (
	Identity Encoding = ""
	Gzip     Encoding = "gzip"
	Brotli   Encoding = "br"
)

// Levels of brotli. Whoever asks first for a page waits for its compression, so that is
// quick: a tenth smaller than at level 0, for half a millisecond of a large page, which its
// reader's line has back. A page that is asked for again is made another tenth smaller, once, in
// three times the time. 11 would make it another tenth smaller in a hundred times that.
const (
	quickBrotli = 2
	goodBrotli  = 5
)

// Answer is one finished page. What it says never changes. It is kept in the forms that are
// asked for: nearly all readers take brotli, which is a fifth of the page.
type Answer struct {
	ETag        string // weak: the compressed forms are the same page
	ContentType string

	etag, contentType []byte

	mu    sync.Mutex
	forms [3][]byte // by form; at least one is there
	asked [3]bool
	good  bool // brotli is at goodBrotli

	size atomic.Int64 // of the forms; read without waiting for one that is being made
}

// form is an Encoding's place in the lists of an Answer.
func (e Encoding) form() int {
	switch e {
	case Gzip:
		return 1
	case Brotli:
		return 2
	}
	return 0
}

// NewAnswer returns the answer with the body. The ETag follows from the content alone, so
// that it holds across restarts and nodes.
func NewAnswer(contentType string, body []byte) *Answer {
	sum := sha256.Sum256(body)
	return NewTagged(contentType, body, `W/"`+base64.RawURLEncoding.EncodeToString(sum[:12])+`"`)
}

// NewTagged returns the answer with the body under an ETag that its maker answers for.
func NewTagged(contentType string, body []byte, etag string) *Answer {
	a := &Answer{ETag: etag, ContentType: contentType, etag: []byte(etag), contentType: []byte(contentType)}
	a.forms[Identity.form()] = body
	a.size.Store(int64(len(body)))
	return a
}

// Body returns the answer in the encoding. Callers do not change it.
func (a *Answer) Body(e Encoding) []byte {
	f := e.form()
	a.mu.Lock()
	defer a.mu.Unlock()
	again := a.asked[f]
	a.asked[f] = true
	switch {
	case a.forms[f] == nil:
		a.forms[f] = encode(a.identity(), e)
	case e == Brotli && again && !a.good:
		a.forms[f], a.good = compressWith(&goodWriters, a.identity()), true
	}
	// The page itself is the largest, and can be had from what is kept.
	if i := Identity.form(); !a.asked[i] {
		a.forms[i] = nil
	}
	size := 0
	for _, form := range a.forms {
		size += len(form)
	}
	a.size.Store(int64(size))
	return a.forms[f]
}

// identity returns the page as it is, from the form that it is kept in.
func (a *Answer) identity() []byte {
	if body := a.forms[Identity.form()]; body != nil {
		return body
	}
	var r io.Reader = brotli.NewReader(bytes.NewReader(a.forms[Brotli.form()]))
	if packed := a.forms[Gzip.form()]; packed != nil {
		// Neither fails: what is read was written here.
		r, _ = gzip.NewReader(bytes.NewReader(packed))
	}
	body, _ := io.ReadAll(r)
	return bytes.Clone(body) // without the room to grow
}

// encode returns the body in the encoding, quickly.
func encode(body []byte, e Encoding) []byte {
	switch e {
	case Gzip:
		return compress(body, gzip.NewWriter(nil))
	case Brotli:
		return compressWith(&quickWriters, body)
	}
	return body
}

// Writers of brotli are used again: making one takes many times the memory that a page has.
var (
	quickWriters = sync.Pool{New: func() any {
		return brotli.NewWriterOptions(nil, brotli.WriterOptions{Quality: quickBrotli, LGWin: window})
	}}
	goodWriters = sync.Pool{New: func() any {
		return brotli.NewWriterOptions(nil, brotli.WriterOptions{Quality: goodBrotli, LGWin: window})
	}}
)

// window is how far back brotli looks for what is there already, as a power of two: as long
// as pages are. The usual one is sixteen times as long and takes four times the memory.
const window = 18

func compressWith(writers *sync.Pool, body []byte) []byte {
	w := writers.Get().(*brotli.Writer)
	defer writers.Put(w)
	return compress(body, w)
}

// compressor is what the two libraries have in common.
type compressor interface {
	io.WriteCloser
	Reset(w io.Writer)
}

func compress(body []byte, w compressor) []byte {
	out := GetBuffer()
	defer PutBuffer(out)
	w.Reset(out)
	_, _ = w.Write(body) // writing to a bytes.Buffer never fails
	_ = w.Close()
	return bytes.Clone(out.Bytes())
}

// buffers are used again: a page that grows in a new one is copied six times over.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// GetBuffer returns an empty buffer to make a page in. PutBuffer takes it back.
func GetBuffer() *bytes.Buffer { return buffers.Get().(*bytes.Buffer) }

// PutBuffer takes a buffer back. What is in it is not to be used any more.
func PutBuffer(b *bytes.Buffer) {
	const most = 1 << 20 // one large page is not to be paid for ever
	if b.Cap() <= most {
		b.Reset()
		buffers.Put(b)
	}
}

// cost is what the answer takes in memory now.
func (a *Answer) cost() int { return int(a.size.Load()) + 512 }

// Cache keeps finished answers, up to a number of bytes, those asked for last. An answer is
// given out for the generation that it was made from. One of an earlier generation stays for
// its compressed forms, which serve again when the page says the same.
type Cache[G comparable] struct {
	limit int
	older func(a, b G) bool

	mu      sync.Mutex
	current G // the generation that answers are kept for now
	number  uint64
	size    int
	entries map[string]*list.Element
	order   *list.List // of *entry, asked for last first
	fresh   *entry     // put last: its forms are made when it is sent, and it is counted again then
	hits    uint64
	misses  uint64
}

// CacheStats is how a cache does.
type CacheStats struct {
	Entries, Bytes int    // kept now, as they are counted against the limit
	Hits, Misses   uint64 // since the process began
}

// Stats returns how the cache does.
func (c *Cache[G]) Stats() CacheStats {
	c.mu.Lock()
	defer c.mu.Unlock()
	return CacheStats{len(c.entries), c.size, c.hits, c.misses}
}

type entry struct {
	key    string
	number uint64 // of its generation: a generation may hold on to much memory
	answer *Answer
	cost   int // as it is counted
}

// NewCache returns an empty cache for that many bytes. Older reports whether a generation was
// there before another one.
func NewCache[G comparable](limit int, older func(a, b G) bool) *Cache[G] {
	return &Cache[G]{limit: limit, older: older, entries: map[string]*list.Element{}, order: list.New()}
}

// Get returns the answer of the generation under the key, or nil.
func (c *Cache[G]) Get(generation G, key string) *Answer {
	c.mu.Lock()
	defer c.mu.Unlock()
	a := c.find(generation, key)
	if a == nil {
		c.misses++
	} else {
		c.hits++
	}
	return a
}

// Peek is Get for who has asked already: it is counted as no hit and no miss.
func (c *Cache[G]) Peek(generation G, key string) *Answer {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.find(generation, key)
}

func (c *Cache[G]) find(generation G, key string) *Answer {
	at, ok := c.entries[key]
	if !ok || generation != c.current || at.Value.(*entry).number != c.number {
		return nil
	}
	c.order.MoveToFront(at)
	e := at.Value.(*entry)
	c.count(e) // its forms may be others by now
	return e.answer
}

// Put keeps an answer that was made from the generation, and returns it, or the one that is
// there already and says the same. An answer as large as a tenth of the cache is not kept: it
// would push out too much. Neither is one of an older generation, whose reader has waited for it
// meanwhile.
func (c *Cache[G]) Put(generation G, key string, a *Answer) *Answer {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.number > 0 && c.older(generation, c.current) || a.cost() > c.limit/10 {
		return a
	}
	if generation != c.current || c.number == 0 {
		c.current = generation
		c.number++
	}
	if e := c.fresh; e != nil && c.entries[e.key] != nil && c.entries[e.key].Value == e {
		c.count(e)
	}
	at, ok := c.entries[key]
	if !ok {
		at = c.order.PushFront(&entry{key: key, answer: a})
		c.entries[key] = at
		c.size += len(key)
	}
	e := at.Value.(*entry)
	if e.answer.ETag != a.ETag || e.answer.ContentType != a.ContentType {
		e.answer = a
	}
	e.number = c.number
	c.order.MoveToFront(at)
	c.count(e)
	c.fresh = e
	for c.size > c.limit {
		c.remove(c.order.Back())
	}
	return e.answer
}

// count takes in what the entry costs now.
func (c *Cache[G]) count(e *entry) {
	cost := e.answer.cost()
	c.size += cost - e.cost
	e.cost = cost
}

func (c *Cache[G]) remove(at *list.Element) {
	e := c.order.Remove(at).(*entry)
	delete(c.entries, e.key)
	c.size -= e.cost + len(e.key)
}
