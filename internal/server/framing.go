package server

import (
	"bytes"
	"net/http"
	"net/url"
	"slices"

	"github.com/gofiber/fiber/v2"
)

// guardFraming refuses requests whose end or host another server could read in another
// way, and closes their connection: what follows on it may be the rest of an attack.
func guardFraming(c *fiber.Ctx) error {
	h := &c.Request().Header
	reason := framingFault(h.RawHeaders(), string(h.Protocol()))
	if target := h.RequestURI(); reason == "" && !plainTarget(target) {
		if _, err := url.ParseRequestURI(string(target)); err != nil {
			reason = "request target"
		}
	}
	if reason == "" {
		return c.Next()
	}
	c.Context().SetConnectionClose()
	return fiber.NewError(http.StatusBadRequest, reason)
}

// framingFault returns what is wrong with the raw header lines of a request, or "".
// RFC 9112 demands most of it; fasthttp does not look.
func framingFault(raw []byte, protocol string) string {
	if protocol != "HTTP/1.1" && protocol != "HTTP/1.0" {
		return "protocol version"
	}
	var hosts, lengths, encodings int
	for line := range bytes.SplitSeq(raw, []byte("\r\n")) {
		if len(line) == 0 {
			continue // the end of the headers
		}
		name, value, ok := bytes.Cut(line, []byte(":"))
		if !ok || !isToken(name) {
			return "header name" // also a continued line, and a blank before the colon
		}
		if slices.ContainsFunc(value, isControl) {
			return "header value" // NUL, and CR or LF by itself
		}
		switch value = bytes.TrimSpace(value); {
		case bytes.EqualFold(name, []byte("Host")):
			hosts++
			if len(value) == 0 || bytes.ContainsAny(value, " ,/@?#") {
				return "host"
			}
		case bytes.EqualFold(name, []byte("Content-Length")):
			lengths++
			if !allDigits(value) {
				return "content length"
			}
		case bytes.EqualFold(name, []byte("Transfer-Encoding")):
			encodings++
			if !bytes.EqualFold(value, []byte("chunked")) || protocol == "HTTP/1.0" {
				return "transfer encoding"
			}
		}
	}
	switch {
	case hosts != 1:
		return "number of hosts"
	case lengths > 1, encodings > 1, lengths+encodings > 1:
		return "number of lengths"
	}
	return ""
}

// plainTarget reports whether a target is a path, with or without a query, of characters
// that mean themselves. Others are read by net/url.
func plainTarget(target []byte) bool {
	if len(target) == 0 || target[0] != '/' {
		return false
	}
	for _, ch := range target {
		if !alphanumeric(ch) && bytes.IndexByte([]byte("/-._~?&=+"), ch) < 0 {
			return false
		}
	}
	return true
}

func alphanumeric(ch byte) bool {
	return ch|0x20 >= 'a' && ch|0x20 <= 'z' || ch >= '0' && ch <= '9'
}

// isToken reports whether b can be a header's name (RFC 9110, section 5.6.2).
func isToken(b []byte) bool {
	for _, ch := range b {
		if !alphanumeric(ch) && bytes.IndexByte([]byte("!#$%&'*+-.^_`|~"), ch) < 0 {
			return false
		}
	}
	return len(b) > 0
}

func isControl(ch byte) bool { return ch < ' ' && ch != '\t' || ch == 0x7f }

func allDigits(b []byte) bool {
	for _, ch := range b {
		if ch < '0' || ch > '9' {
			return false
		}
	}
	return len(b) > 0
}
