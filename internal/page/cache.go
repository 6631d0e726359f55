package page

import (
	"bytes"
	"compress/gzip"
	"container/list"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"sync"

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
// quick; a page that is asked for again is made a fifth smaller, once, in ten times the
// time. 11 would make it another tenth smaller in fifty times that.
const (
	quickBrotli = 0
	goodBrotli  = 5
)

// Answer is one finished page. It never changes; compressed forms are made when they are
// first asked for.
type Answer struct {
	ETag        string // weak: the compressed forms are the same page
	ContentType string
	body        []byte

	etag, contentType []byte

	mu     sync.Mutex
	gzip   []byte
	brotli []byte
	good   bool // brotli is at goodBrotli
}

// NewAnswer returns the answer with the body. The ETag follows from the content alone, so
// that it holds across restarts and nodes.
func NewAnswer(contentType string, body []byte) *Answer {
	sum := sha256.Sum256(body)
	return NewTagged(contentType, body, `W/"`+base64.RawURLEncoding.EncodeToString(sum[:12])+`"`)
}

// NewTagged returns the answer with the body under an ETag that its maker answers for.
func NewTagged(contentType string, body []byte, etag string) *Answer {
	return &Answer{ETag: etag, ContentType: contentType, body: body, etag: []byte(etag), contentType: []byte(contentType)}
}

// Body returns the answer in the encoding. Callers do not change it.
func (a *Answer) Body(e Encoding) []byte {
	if e == Identity {
		return a.body
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case e == Gzip:
		if a.gzip == nil {
			a.gzip = compress(a.body, gzip.NewWriter(nil))
		}
		return a.gzip
	case a.brotli == nil:
		w := quickWriters.Get().(*brotli.Writer)
		a.brotli = compress(a.body, w)
		quickWriters.Put(w)
	case !a.good:
		a.brotli, a.good = compress(a.body, brotli.NewWriterLevel(nil, goodBrotli)), true
	}
	return a.brotli
}

// quickWriters are used again: making one takes more memory than a page has.
var quickWriters = sync.Pool{New: func() any { return brotli.NewWriterLevel(nil, quickBrotli) }}

// compressor is what the two libraries have in common.
type compressor interface {
	io.WriteCloser
	Reset(w io.Writer)
}

func compress(body []byte, w compressor) []byte {
	var out bytes.Buffer
	w.Reset(&out)
	_, _ = w.Write(body) // writing to a bytes.Buffer never fails
	_ = w.Close()
	return bytes.Clone(out.Bytes())
}

// cost is what the answer takes in memory, compressed forms included: they are made when
// the answer already is in the cache, so their place is counted beforehand. HTML shrinks
// to about a fifth.
func (a *Answer) cost() int { return len(a.body) + len(a.body)/2 + 512 }

// Cache keeps finished answers of one generation, up to a number of bytes, those asked
// for last. The first answer of another generation empties it.
type Cache[G comparable] struct {
	limit int

	mu         sync.Mutex
	generation G
	size       int
	entries    map[string]*list.Element
	order      *list.List // of entry, asked for last first
	hits       uint64
	misses     uint64
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
	answer *Answer
}

// NewCache returns an empty cache for that many bytes.
func NewCache[G comparable](limit int) *Cache[G] {
	return &Cache[G]{limit: limit, entries: map[string]*list.Element{}, order: list.New()}
}

// Get returns the answer of the generation under the key, or nil.
func (c *Cache[G]) Get(generation G, key string) *Answer {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.entries[key]
	if !ok || generation != c.generation {
		c.misses++
		return nil
	}
	c.hits++
	c.order.MoveToFront(e)
	return e.Value.(entry).answer
}

// Put keeps an answer that was made from the generation. An answer as large as a tenth of
// the cache is not kept: it would push out too much.
func (c *Cache[G]) Put(generation G, key string, a *Answer) {
	if a.cost() > c.limit/10 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if generation != c.generation {
		c.generation, c.size = generation, 0
		clear(c.entries)
		c.order.Init()
	}
	if old, ok := c.entries[key]; ok {
		c.remove(old)
	}
	c.entries[key] = c.order.PushFront(entry{key, a})
	c.size += a.cost() + len(key)
	for c.size > c.limit {
		c.remove(c.order.Back())
	}
}

func (c *Cache[G]) remove(e *list.Element) {
	gone := c.order.Remove(e).(entry)
	delete(c.entries, gone.key)
	c.size -= gone.answer.cost() + len(gone.key)
}
