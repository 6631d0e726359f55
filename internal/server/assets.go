package server

import (
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/web"
)

// assetsAt is where templates expect assets; see web.Asset.
const assetsAt = "/assets/"

// asset is one built file, with the compressed forms that were built beside it.
type asset struct {
	contentType string
	plain       []byte
	br, gz      []byte // nil for what does not shrink
}

// mediaTypes are those of the files that build.mjs makes. The system's table is not
// asked: it differs between machines.
var mediaTypes = map[string]string{
	".css":   "text/css; charset=utf-8",
	".js":    "text/javascript; charset=utf-8",
	".svg":   "image/svg+xml; charset=utf-8",
	".woff2": "font/woff2",
	".png":   "image/png",
}

// mountAssets serves the files: for ever under their hashed names, and the icon also
// where browsers look by themselves.
func mountAssets(app *fiber.App, files fs.FS) {
	assets, err := readAssets(files)
	if err != nil {
		panic("server: " + err.Error()) // the build is not whole
	}
	app.Get(assetsAt+":name", func(c *fiber.Ctx) error {
		a, ok := assets[c.Params("name")]
		if !ok {
			return fiber.ErrNotFound
		}
		return a.send(c, "public, max-age=31536000, immutable")
	})
	icon := assets[strings.TrimPrefix(web.Asset("favicon.svg"), assetsAt)]
	for _, name := range []string{"/favicon.svg", "/favicon.ico"} {
		app.Get(name, func(c *fiber.Ctx) error { return icon.send(c, "public, max-age=86400") })
	}
}

// readAssets reads the built files by name. Maps of names to files and the compressed
// forms are not files of their own.
func readAssets(files fs.FS) (map[string]asset, error) {
	names, err := fs.Glob(files, "*")
	if err != nil {
		return nil, fmt.Errorf("list assets: %w", err)
	}
	assets := map[string]asset{}
	for _, name := range names {
		contentType, ok := mediaTypes[path.Ext(name)]
		if !ok {
			continue
		}
		plain, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("read asset: %w", err)
		}
		a := asset{contentType: contentType, plain: plain}
		// Fonts have none, which is no error.
		a.br, _ = fs.ReadFile(files, name+".br")
		a.gz, _ = fs.ReadFile(files, name+".gz")
		assets[name] = a
	}
	return assets, nil
}

// assetPolicy lets a file that is opened by itself fetch nothing. What a page may do with the
// file, the page's own headers say.
const assetPolicy = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'"

// pageHeaders are of use to documents alone. With every file of a page they were a twentieth of
// its first view.
var pageHeaders = []string{fiber.HeaderReferrerPolicy, fiber.HeaderPermissionsPolicy, "Cross-Origin-Opener-Policy"}

// send answers with the smallest form that the browser takes.
func (a asset) send(c *fiber.Ctx, cacheControl string) error {
	for _, name := range pageHeaders {
		c.Response().Header.Del(name)
	}
	c.Set(fiber.HeaderContentSecurityPolicy, assetPolicy)
	c.Set(fiber.HeaderContentType, a.contentType)
	c.Set(fiber.HeaderCacheControl, cacheControl)
	if a.br == nil || a.gz == nil {
		return c.Send(a.plain)
	}
	c.Vary(fiber.HeaderAcceptEncoding)
	switch {
	case accepts(c, "br"):
		c.Set(fiber.HeaderContentEncoding, "br")
		return c.Send(a.br)
	case accepts(c, "gzip"):
		c.Set(fiber.HeaderContentEncoding, "gzip")
		return c.Send(a.gz)
	}
	return c.Send(a.plain)
}

// accepts reports whether the request takes an encoding. Fiber takes a missing header for
// "anything".
func accepts(c *fiber.Ctx, encoding string) bool {
	return c.Get(fiber.HeaderAcceptEncoding) != "" && c.AcceptsEncodings(encoding) == encoding
}
