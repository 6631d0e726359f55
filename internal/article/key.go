package article

import (
	"cmp"
	"path"
	"slices"
	"strings"
)

// Key tells an article from the others.
type Key struct {
	Language string // one of Languages
	Section  string // one of Sections
	Slug     string // empty for a section's own text
}

// In returns the key of the same article in another language.
func (k Key) In(language string) Key {
	k.Language = language
	return k
}

// Path returns what Article.Path does.
func (k Key) Path() string { return path.Join("/", k.Section, k.Slug) }

// File returns the name that Parse knows the article by, "<section>/<slug>.md": with "_index"
// for a slug that is empty, and ".nn.md" or ".en.md" for a translation.
func (k Key) File() string {
	name := k.Section + "/" + cmp.Or(k.Slug, indexName)
	if k.Language != Bokmal {
		name += "." + k.Language
	}
	return name + ".md"
}

// Ref returns the key as one text, "<section>/<slug>", with the language and a slash before
// it for a translation: bokmål has the name that it had while it was the only language.
func (k Key) Ref() string {
	ref := k.Section + "/" + k.Slug
	if k.Language != Bokmal {
		ref = k.Language + "/" + ref
	}
	return ref
}

// ParseRef reads what Ref wrote. A text that Ref did not write gives the key of no article.
func ParseRef(ref string) Key {
	k := Key{Language: Bokmal}
	if language, rest, found := strings.Cut(ref, "/"); found && slices.Contains(languages, language) {
		k.Language, ref = language, rest
	}
	k.Section, k.Slug, _ = strings.Cut(ref, "/")
	return k
}

// Orphan returns the Problem of a translation whose bokmål is not there.
func (k Key) Orphan() Problem { return Problem{File: k.File(), Field: FieldSlug, Fault: NoBokmal} }
