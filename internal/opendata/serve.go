package opendata

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/page"
)

// Path is the beginning of the addresses of files.
const Path = "/data/"

// Mount puts the files on an app. The page about them is the site's.
func (f *Files) Mount(app fiber.Router) {
	app.Get("/data/katalog", f.chooseCatalog)
	app.Get("/data/:name", f.send)
	app.Options("/data/:name", func(c *fiber.Ctx) error {
		openToAll(c)
		c.Set(fiber.HeaderAccessControlAllowMethods, "GET, HEAD, OPTIONS")
		c.Set(fiber.HeaderAccessControlMaxAge, "86400")
		return c.SendStatus(http.StatusNoContent)
	})
}

// openToAll lets pages of every site read the files.
func openToAll(c *fiber.Ctx) {
	c.Set(fiber.HeaderAccessControlAllowOrigin, "*")
	c.Set(fiber.HeaderAccessControlExposeHeaders, "ETag, Repr-Digest, Content-Disposition")
}

// chooseCatalog answers with the form of the catalog that is asked for: Turtle where
// nothing is, and to people the page about the data. Who takes neither form could not read it.
func (f *Files) chooseCatalog(c *fiber.Ctx) error {
	c.Vary(fiber.HeaderAccept)
	switch page.PreferredMedia(c.Get(fiber.HeaderAccept), "text/turtle", "application/ld+json", fiber.MIMETextHTML, fiber.MIMEApplicationJSON) {
	case fiber.MIMETextHTML:
		c.Set(fiber.HeaderCacheControl, "no-cache")
		return c.Redirect("/data#katalog", http.StatusSeeOther)
	case "application/ld+json", fiber.MIMEApplicationJSON:
		return f.sendFile(c, "katalog.jsonld")
	case "text/turtle":
		return f.sendFile(c, "katalog.ttl")
	}
	openToAll(c)
	return page.NewProblem(http.StatusNotAcceptable, "Katalogen finnes som Turtle (text/turtle) og JSON-LD (application/ld+json).").Write(c)
}

func (f *Files) send(c *fiber.Ctx) error { return f.sendFile(c, c.Params("name")) }

// wait is how long a request waits for a file that is being made. It is shorter than the
// time that requests have, so that the older file can still be sent.
const wait = 4 * time.Second

func (f *Files) sendFile(c *fiber.Ctx, name string) error {
	k, ok := f.kinds[name]
	if !ok {
		return fiber.ErrNotFound
	}
	v := f.deps.View()
	if v == nil {
		return fiber.ErrServiceUnavailable
	}
	ctx, cancel := context.WithTimeout(c.UserContext(), wait)
	defer cancel()
	m, err := f.Make(ctx, name, v)
	if errors.Is(err, context.DeadlineExceeded) {
		return fiber.ErrServiceUnavailable // with when to come again
	}
	if err != nil {
		return err
	}
	return f.answer(c, k, m)
}

// answer sends the file, or 304 to those who have it.
func (f *Files) answer(c *fiber.Ctx, k *kind, m *Made) error {
	path, size, sum, form := m.path, m.Size, m.Sum, page.Identity
	if m.packed != nil && page.Accepts(c, page.Gzip) {
		path, size, sum, form = m.packed.path, m.packed.size, m.packed.sum, page.Gzip
	}
	etag := `"` + base64Of(sum)[:22] + `"`
	openToAll(c)
	if m.packed != nil {
		c.Vary(fiber.HeaderAcceptEncoding)
	}
	c.Set(fiber.HeaderCacheControl, "no-cache")
	c.Set(fiber.HeaderETag, etag)
	c.Set(fiber.HeaderLastModified, m.Time.Format(http.TimeFormat))
	c.Set(fiber.HeaderLink, f.links(k))
	if f.known(c, etag, m) {
		return c.SendStatus(http.StatusNotModified)
	}
	c.Set(fiber.HeaderContentType, m.contentType)
	c.Set("Repr-Digest", "sha-256=:"+base64Of(sum)+":")
	c.Set("Digest", "sha-256="+base64Of(sum)) // what came before it
	if form != page.Identity {
		c.Set(fiber.HeaderContentEncoding, string(form))
	}
	if k.attached {
		c.Set(fiber.HeaderContentDisposition, `attachment; filename="`+dated(m)+`"`)
	}
	if c.Method() == fiber.MethodHead {
		c.Response().SkipBody = true
		c.Response().Header.SetContentLength(int(size))
		return nil
	}
	file, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return fiber.ErrServiceUnavailable // a newer one has just taken its place
	}
	if err != nil {
		return fmt.Errorf("open %s: %w", m.Name, err)
	}
	return c.SendStream(file, int(size)) // which closes it
}

// dated returns "tilbud-2026-11-27.csv".
func dated(m *Made) string {
	name, extension, _ := strings.Cut(m.Name, ".")
	return name + "-" + m.Time.In(page.Oslo).Format(time.DateOnly) + "." + extension
}

// links says where the words of the file are, and the terms of its use.
func (f *Files) links(k *kind) string {
	terms := f.deps.BaseURL + "/om/data#kilder"
	if f.deps.Licence != "" {
		terms = licenceAddress(f.deps.Licence)
	}
	links := "<" + terms + `>; rel="license"`
	if k.table != nil {
		links += ", <" + f.deps.BaseURL + `/data/datapackage.json>; rel="describedby"; type="application/json"`
	}
	return links
}

// known reports whether who asks has the file: by its tag, and only by its time where no
// tag is named.
func (f *Files) known(c *fiber.Ctx, etag string, m *Made) bool {
	if tags := c.Get(fiber.HeaderIfNoneMatch); tags != "" {
		return page.Has(tags, etag)
	}
	since, err := http.ParseTime(c.Get(fiber.HeaderIfModifiedSince))
	return err == nil && !m.Time.After(since)
}
