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
// it is before the address; -1 where there is none. It goes through html once.
func nextAddress(html []byte) (at, length int) {
	const value = `="/`
	for from := 0; ; {
		i := bytes.Index(html[from:], []byte(value))
		if i < 0 {
			return -1, 0
		}
		i += from
		for _, name := range []string{` href`, ` action`} {
			if bytes.HasSuffix(html[:i], []byte(name)) {
				return i - len(name), len(name) + len(value) - 1
			}
		}
		from = i + len(value)
	}
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
