package server

import (
	"bytes"
	"net/http"
	"net/url"
	"slices"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/page"
)

// guardFraming refuses requests whose end or host another server could read in another
// way, and closes their connection: what follows on it may be the rest of an attack. Packed
// bodies are refused too: a kilobyte can hold a gigabyte, and nothing here limits unpacking.
func guardFraming(c *fiber.Ctx) error {
	h := &c.Request().Header
	f := framingOf(h.RawHeaders(), string(h.Protocol()))
	if target := h.RequestURI(); f.fault == "" && !plainTarget(target) {
		if _, err := url.ParseRequestURI(string(target)); err != nil || bytes.IndexByte(target, '#') >= 0 {
			f.fault = "request target"
		}
	}
	switch {
	case f.fault != "":
		page.Note(c, "framing: "+f.fault)
		c.Context().SetConnectionClose()
		return fiber.NewError(http.StatusBadRequest, f.fault)
	case f.packed:
		page.Note(c, "framing: packed body")
		c.Context().SetConnectionClose()
		c.Set(fiber.HeaderAcceptEncoding, "identity")
		return fiber.NewError(http.StatusUnsupportedMediaType, "packed body")
	case f.last:
		err := c.Next()
		c.Context().SetConnectionClose() // after the handler, which may make its answer anew
		return err
	}
	return c.Next()
}

// framing is what a request's raw header lines say of it.
type framing struct {
	fault  string // what is wrong with them, or ""
	packed bool   // the body is compressed
	last   bool   // nothing more is read from the connection
}

// framingOf reads the raw header lines of a request. RFC 9112 demands most of it; fasthttp
// does not look.
//
// A body in chunks is the last that a connection is used for. fasthttp takes any characters
// after a chunk's size, and so reads "0x5" as nothing where another server reads five: what
// follows would be answered as a request of its own, to somebody else.
func framingOf(raw []byte, protocol string) framing {
	if protocol != "HTTP/1.1" && protocol != "HTTP/1.0" {
		return framing{fault: "protocol version"}
	}
	var f framing
	var hosts, lengths, encodings int
	for line := range bytes.SplitSeq(raw, []byte("\r\n")) {
		if len(line) == 0 {
			continue // the end of the headers
		}
		name, value, ok := bytes.Cut(line, []byte(":"))
		if !ok || !isToken(name) {
			return framing{fault: "header name"} // also a continued line, and a blank before the colon
		}
		if slices.ContainsFunc(value, isControl) {
			return framing{fault: "header value"} // NUL, and CR or LF by itself
		}
		switch value = bytes.Trim(value, " \t"); {
		case bytes.EqualFold(name, []byte("Host")):
			hosts++
			if !isHost(value) {
				return framing{fault: "host"}
			}
		case bytes.EqualFold(name, []byte("Content-Length")):
			lengths++
			if !allDigits(value) {
				return framing{fault: "content length"}
			}
		case bytes.EqualFold(name, []byte("Transfer-Encoding")):
			encodings++
			f.last = true
			if !bytes.EqualFold(value, []byte("chunked")) || protocol == "HTTP/1.0" {
				return framing{fault: "transfer encoding"}
			}
		case bytes.EqualFold(name, []byte("Connection")):
			f.last = f.last || hasToken(value, "close") // fasthttp knows it in small letters and alone
		case bytes.EqualFold(name, []byte("Content-Encoding")):
			f.packed = f.packed || !bytes.EqualFold(value, []byte("identity"))
		}
	}
	switch {
	case hosts != 1:
		f.fault = "number of hosts"
	case lengths > 1, encodings > 1, lengths+encodings > 1:
		f.fault = "number of lengths"
	}
	return f
}

// hasToken reports whether a list of tokens has the token.
func hasToken(list []byte, token string) bool {
	for one := range bytes.SplitSeq(list, []byte(",")) {
		if bytes.EqualFold(bytes.Trim(one, " \t"), []byte(token)) {
			return true
		}
	}
	return false
}

// isHost reports whether b can be a host with or without a port: a name, or an address in
// one of the forms of RFC 3986. No other character of that grammar is in use in names.
func isHost(b []byte) bool {
	for _, ch := range b {
		if !alphanumeric(ch) && bytes.IndexByte([]byte("-._~:[]%"), ch) < 0 {
			return false
		}
	}
	return len(b) > 0
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
