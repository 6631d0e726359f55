package page

import (
	"bytes"
	"slices"
)

// untranslated are the beginnings of paths that are the same in all languages.
var untranslated = []string{"/api/", "/hsds/", "/fhir/", "/assets/", "/redaksjon", "/logg-inn", "/bekreft/", "/data/", "/opensearch.xml", "/sitemap.xml", "/sw.js"}

// KeepLanguage returns the page with its links and forms leading to pages in the same
// language. Templates write addresses as they are in bokmål; here is the one place that
// cannot forget any of them. Links that name a language of their own (hreflang, written
// right before href) stay.
func (l Language) KeepLanguage(html []byte) []byte {
	if l == Bokmal {
		return html
	}
	var out bytes.Buffer
	out.Grow(len(html) + len(html)/20)
	for {
		i, n := nextAddress(html)
		if i < 0 {
			out.Write(html)
			return out.Bytes()
		}
		out.Write(html[:i+n])
		if l.translates(html[:i], html[i+n:]) {
			out.WriteString(l.Prefix())
		}
		html = html[i+n:]
	}
}

// nextAddress returns where the next attribute with an address of ours begins, and how long
// it is before the address; -1 where there is none.
func nextAddress(html []byte) (at, length int) {
	at = -1
	for _, attribute := range []string{` href="`, ` action="`} {
		if i := bytes.Index(html, []byte(attribute+"/")); i >= 0 && (at < 0 || i < at) {
			at, length = i, len(attribute)
		}
	}
	return at, length
}

// translates reports whether an address that begins with path, and stands after before, is
// that of a page with translations.
func (l Language) translates(before, path []byte) bool {
	if bytes.HasPrefix(path, []byte("//")) {
		return false
	}
	tag := before[bytes.LastIndexByte(before, '<')+1:]
	if bytes.HasPrefix(tag, []byte("use")) || bytes.HasPrefix(tag, []byte("link")) || bytes.Contains(tag, []byte("hreflang=")) {
		return false
	}
	return !slices.ContainsFunc(untranslated, func(p string) bool { return bytes.HasPrefix(path, []byte(p)) })
}
