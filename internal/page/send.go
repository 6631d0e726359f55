package page

import (
	"bytes"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// Send answers with a, in the smallest form that the browser takes, or with 304 when the
// browser has it. Browsers keep the page and ask each time whether it still holds, so
// that a correction is seen at once.
func Send(c *fiber.Ctx, a *Answer) error {
	h := &c.Response().Header
	h.SetCanonical(cacheControl, noCache)
	h.SetCanonical(etag, a.etag)
	if len(h.PeekBytes(vary)) == 0 {
		h.SetCanonical(vary, acceptEncoding)
	} else {
		c.Vary(fiber.HeaderAcceptEncoding)
	}
	if known := c.Request().Header.PeekBytes(ifNoneMatch); len(known) > 0 && Has(string(known), a.ETag) {
		return c.SendStatus(fiber.StatusNotModified)
	}
	SendBody(c, a)
	return nil
}

// SendBody answers with a in the smallest form that the browser takes, under the status that
// was set. Whether and for how long it may be kept, the caller says.
func SendBody(c *fiber.Ctx, a *Answer) {
	h := &c.Response().Header
	h.SetContentTypeBytes(a.contentType)
	e := encoding(c.Request().Header.PeekBytes(acceptEncoding))
	if e != Identity {
		h.SetContentEncodingBytes([]byte(e))
	}
	// As it is, since it never changes: copying an answer takes longer than finding it.
	c.Response().SetBodyRaw(a.Body(e))
}

// Headers as fasthttp writes them, so that it need not look each time.
var (
	cacheControl   = []byte("Cache-Control")
	noCache        = []byte("no-cache")
	etag           = []byte("Etag")
	vary           = []byte("Vary")
	acceptEncoding = []byte("Accept-Encoding")
	ifNoneMatch    = []byte("If-None-Match")
)

// OwnForm returns fiber.ErrForbidden for an unsafe request that names no origin. Browsers
// send at least one of the headers with a form; whether it is this site's, the server has
// checked before.
func OwnForm(c *fiber.Ctx) error {
	switch c.Method() {
	case fiber.MethodGet, fiber.MethodHead:
		return nil
	}
	if c.Get("Sec-Fetch-Site") == "" && c.Get(fiber.HeaderOrigin) == "" {
		return fiber.ErrForbidden
	}
	return nil
}

// OwnVisit returns fiber.ErrForbidden for a request that a page of another site made a
// reader's browser send without the reader going here: an image, a frame, a page fetched
// ahead of time. It stands before what is counted, which other sites else could use up for
// everybody in the reader's house. Browsers that do not say are let through.
func OwnVisit(c *fiber.Ctx) error {
	switch c.Get("Sec-Fetch-Site") {
	case "", "same-origin", "none":
		return nil
	}
	if mode := c.Get("Sec-Fetch-Mode"); mode != "" && mode != "navigate" || c.Get("Sec-Purpose") != "" {
		return fiber.ErrForbidden
	}
	switch c.Get("Sec-Fetch-Dest") {
	case "", "document", "empty": // empty where the page comes through the worker
		return nil
	}
	return fiber.ErrForbidden
}

// Has reports whether an If-None-Match header names etag, by weak comparison.
func Has(header, etag string) bool {
	for tag := range strings.SplitSeq(header, ",") {
		tag = strings.TrimSpace(tag)
		if tag == "*" || tag != "" && strings.TrimPrefix(tag, "W/") == strings.TrimPrefix(etag, "W/") {
			return true
		}
	}
	return false
}

// encoding returns the best encoding that an Accept-Encoding header allows. A browser
// takes both or names neither; weights other than 0 are of no use here.
func encoding(header []byte) Encoding {
	var gzip bool
	for part := range bytes.SplitSeq(header, []byte(",")) {
		name, weight, _ := bytes.Cut(part, []byte(";"))
		if len(weight) > 0 && isZero(string(weight)) {
			continue
		}
		switch name = bytes.TrimSpace(name); {
		case bytes.EqualFold(name, []byte(Brotli)):
			return Brotli
		case bytes.EqualFold(name, []byte(Gzip)):
			gzip = true
		}
	}
	if gzip {
		return Gzip
	}
	return Identity
}

// isZero reports whether a weight refuses what it stands beside: "q=0", "q=0.000".
func isZero(weight string) bool {
	weight = strings.ToLower(strings.ReplaceAll(weight, " ", ""))
	return weight == "q=0" || strings.HasPrefix(weight, "q=0.") && strings.Trim(weight[4:], "0") == ""
}

// Accepts reports whether the reader takes the encoding.
func Accepts(c *fiber.Ctx, e Encoding) bool {
	for part := range bytes.SplitSeq(c.Request().Header.PeekBytes(acceptEncoding), []byte(",")) {
		name, weight, _ := bytes.Cut(part, []byte(";"))
		if bytes.EqualFold(bytes.TrimSpace(name), []byte(e)) {
			return len(weight) == 0 || !isZero(string(weight))
		}
	}
	return e == Identity
}
