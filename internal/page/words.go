package page

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"path"

	"go.yaml.in/yaml/v3"
)

// The words of the pages in other languages than bokmål. The bokmål sentence is the key, so
// that code and templates can be read as the page reads, and a sentence that is changed
// without its translations fails the test of the words rather than keeping an old meaning.
// A file per language and part of the site; what they map is a sentence to a sentence.
//
// A table is enough here: Norwegian and English agree on when a number is one, and no
// sentence needs its parts in another order than fmt's indexes can give. go-i18n would add
// template execution to every sentence of every page.
//
//go:embed words
var wordFiles embed.FS

var translations = mustReadWords(wordFiles)

// mustReadWords panics for a file that cannot be read: it is built in.
func mustReadWords(fsys fs.FS) map[Language]map[string]string {
	all := map[Language]map[string]string{}
	files, err := fs.Glob(fsys, "words/*/*.yaml")
	if err != nil {
		panic("page: " + err.Error())
	}
	for _, name := range files {
		l := Language(path.Base(path.Dir(name)))
		src, err := fs.ReadFile(fsys, name)
		if err != nil {
			panic("page: " + err.Error())
		}
		words := map[string]string{}
		if err := yaml.Unmarshal(src, &words); err != nil {
			panic("page: " + name + ": " + err.Error())
		}
		if all[l] == nil {
			all[l] = map[string]string{}
		}
		for text, translated := range words {
			all[l][text] = translated
		}
	}
	return all
}

// T returns a bokmål text in the language. With values it is a format of package fmt, and
// so are its translations. A text without a translation is returned as it is.
func (l Language) T(text string, values ...any) string {
	if translated, ok := translations[l][text]; ok {
		text = translated
	}
	if len(values) == 0 {
		return text
	}
	return fmt.Sprintf(text, values...)
}

// Mark returns text. It tells the test of the words that a text in a table will be given to T.
func Mark(text string) string { return text }

type languageKey struct{}

// WithLanguage returns a context whose page is in the language.
func WithLanguage(ctx context.Context, l Language) context.Context {
	return context.WithValue(ctx, languageKey{}, l)
}

// LanguageOf returns the language of a context's page, bokmål where none was set.
func LanguageOf(ctx context.Context) Language {
	if l, ok := ctx.Value(languageKey{}).(Language); ok {
		return l
	}
	return Bokmal
}
