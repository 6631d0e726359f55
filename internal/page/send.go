package page

import (
	"strings"

	"github.com/gofiber/fiber/v2"
)

// Send answers with a, in the smallest form that the browser takes, or with 304 when the
// browser has it. Browsers keep the page and ask each time whether it still holds, so
// that a correction is seen at once.
func Send(c *fiber.Ctx, a *Answer) error {
	c.Set(fiber.HeaderCacheControl, "no-cache")
	c.Set(fiber.HeaderETag, a.ETag)
	c.Vary(fiber.HeaderAcceptEncoding)
	if has(c.Get(fiber.HeaderIfNoneMatch), a.ETag) {
		return c.SendStatus(fiber.StatusNotModified)
	}
	c.Set(fiber.HeaderContentType, a.ContentType)
	e := encoding(c.Get(fiber.HeaderAcceptEncoding))
	if e != Identity {
		c.Set(fiber.HeaderContentEncoding, string(e))
	}
	return c.Send(a.Body(e))
}

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

// has reports whether an If-None-Match header names etag, by weak comparison.
func has(header, etag string) bool {
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
func encoding(header string) Encoding {
	var gzip bool
	for part := range strings.SplitSeq(header, ",") {
		name, weight, _ := strings.Cut(part, ";")
		if weight != "" && isZero(weight) {
			continue
		}
		switch name = strings.TrimSpace(name); {
		case strings.EqualFold(name, string(Brotli)):
			return Brotli
		case strings.EqualFold(name, string(Gzip)):
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
