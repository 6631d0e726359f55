package page

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"hash/fnv"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

// ErrNotReady is returned while there is no index to answer from.
var ErrNotReady = errors.New("no index yet")

// Reads answers the reads of an interface for programs, each from one search.View: with
// 304 where the program has the answer, from memory where it was asked for lately.
type Reads struct {
	view    func() *search.View
	answers *Cache[uint64] // finished answers, by address
	asked   asked

	// Process sets the ETags of this process apart from those of others.
	Process string
	// Address returns what an answer is kept under beside its generation; nil: its address.
	Address func(*fiber.Ctx) string
	// ETag returns the ETag of an answer, given the one that follows from generation and
	// address; nil: that one.
	ETag func(c *fiber.Ctx, v *search.View, etag string) string
}

// NewReads returns Reads that keep that many bytes of answers. The view is nil while there is
// none.
func NewReads(view func() *search.View, bytes int) *Reads {
	return &Reads{
		view: view,
		// Generations are counted anew by each process, so a number alone would let one
		// node call another's older answer still fresh.
		Process: rand.Text()[:8],
		answers: NewCache(bytes, cmp.Less[uint64]),
	}
}

// CacheStats returns how the kept answers do.
func (r *Reads) CacheStats() CacheStats { return r.answers.Stats() }

type viewKey struct{}

// ViewOf returns the View that Fresh has picked for the request.
func ViewOf(ctx context.Context) *search.View { return ctx.Value(viewKey{}).(*search.View) }

// Fresh picks the View that the whole answer is made from. Its generation is the answer's
// age, so a reader who has it already gets 304 before anything is computed. What comes by
// POST is answered each time.
func (r *Reads) Fresh(c *fiber.Ctx) error {
	v := r.view()
	if v == nil {
		return ErrNotReady
	}
	if c.Method() == fiber.MethodPost {
		c.SetUserContext(context.WithValue(c.UserContext(), viewKey{}, v))
		c.Set(fiber.HeaderCacheControl, "no-store")
		return c.Next()
	}
	address := c.OriginalURL()
	if r.Address != nil {
		address = r.Address(c)
	}
	if kept := r.answers.Get(v.Generation(), address); kept != nil {
		return Send(c, kept)
	}
	etag := r.Tag(v.Generation(), address)
	if r.ETag != nil {
		etag = r.ETag(c, v, etag)
	}
	c.Set(fiber.HeaderCacheControl, "no-cache")
	if Matches(c.Get(fiber.HeaderIfNoneMatch), etag) {
		c.Set(fiber.HeaderETag, etag)
		return c.SendStatus(fiber.StatusNotModified)
	}
	c.SetUserContext(context.WithValue(c.UserContext(), viewKey{}, v))
	if err := c.Next(); err != nil {
		return err
	}
	switch status := c.Response().StatusCode(); {
	case status == http.StatusOK:
		// What was asked for once most often is not asked for again. HEAD may have no body to keep.
		if c.Method() == fiber.MethodGet && !c.Response().IsBodyStream() && r.asked.again(etag) {
			r.answers.Put(v.Generation(), address,
				NewTagged(string(c.Response().Header.ContentType()), bytes.Clone(c.Response().Body()), etag))
		}
		c.Set(fiber.HeaderETag, etag)
	case status < http.StatusBadRequest:
		c.Set(fiber.HeaderETag, etag)
	default:
		c.Set(fiber.HeaderCacheControl, "no-store")
	}
	return nil
}

// Fixed answers with content that is the same for as long as the process runs.
func (r *Reads) Fixed(contentType string, content []byte) fiber.Handler {
	etag := r.Tag(0, string(content))
	return func(c *fiber.Ctx) error {
		c.Set(fiber.HeaderETag, etag)
		c.Set(fiber.HeaderCacheControl, "no-cache")
		if Matches(c.Get(fiber.HeaderIfNoneMatch), etag) {
			return c.SendStatus(http.StatusNotModified)
		}
		c.Set(fiber.HeaderContentType, contentType)
		return c.Send(content)
	}
}

// Tag returns a weak ETag for an address at a generation of the index.
func (r *Reads) Tag(generation uint64, address string) string {
	h := fnv.New64a()
	h.Write([]byte(address)) // never fails
	return fmt.Sprintf(`W/"%s-%d-%x"`, r.Process, generation, h.Sum64())
}

// Matches is Has, but for "*": that is for what exists, and whether this does is not known
// before it is made.
func Matches(header, etag string) bool { return strings.TrimSpace(header) != "*" && Has(header, etag) }

// asked remembers what was asked for lately.
type asked struct {
	mu    sync.Mutex
	etags map[string]bool
}

// again reports whether the ETag was given to it before, lately.
func (a *asked) again(etag string) bool {
	const lately = 4096
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.etags[etag] {
		return true
	}
	if a.etags == nil || len(a.etags) >= lately {
		a.etags = map[string]bool{}
	}
	a.etags[etag] = true
	return false
}

// OpenToAll lets pages of every site read what stands behind it, and answers their preflights.
// Reads are GET and HEAD, and the methods named beside them. It sets the header on all answers
// to reads, so that one kept by a cache serves everybody. Writes are for programs: a token has
// no place in a page.
func OpenToAll(also ...string) fiber.Handler {
	reads := append([]string{fiber.MethodGet, fiber.MethodHead, fiber.MethodOptions}, also...)
	methods := strings.Join(append([]string{"GET, HEAD, OPTIONS"}, also...), ", ")
	headers := "Accept, If-None-Match"
	if len(also) > 0 {
		headers += ", Content-Type"
	}
	return func(c *fiber.Ctx) error {
		if !slices.Contains(reads, c.Method()) {
			return c.Next()
		}
		c.Set(fiber.HeaderAccessControlAllowOrigin, "*")
		c.Set(fiber.HeaderAccessControlExposeHeaders, "ETag")
		c.Vary(fiber.HeaderAcceptEncoding) // what stands behind it is compressed
		if c.Method() != fiber.MethodOptions {
			return c.Next()
		}
		c.Set(fiber.HeaderAccessControlAllowMethods, methods)
		c.Set(fiber.HeaderAccessControlAllowHeaders, headers)
		c.Set(fiber.HeaderAccessControlMaxAge, "86400")
		return c.SendStatus(fiber.StatusNoContent)
	}
}
