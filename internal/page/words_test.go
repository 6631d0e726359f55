package page

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"go.yaml.in/yaml/v3"
)

// wordUsers are where the texts stand that are translated.
var wordUsers = []string{"../site", "../report", "../opendata", "../../web/view"}

// usedWords returns every text that the code gives to T, Count or Mark, with where.
func usedWords(t *testing.T) map[string]string {
	t.Helper()
	used := map[string]string{}
	for _, dir := range wordUsers {
		files, err := filepath.Glob(dir + "/*.go")
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %v, %d files", dir, err, len(files))
		}
		for _, name := range files {
			if !strings.HasSuffix(name, "_test.go") {
				readWords(t, name, used)
			}
		}
	}
	return used
}

func readWords(t *testing.T, name string, used map[string]string) {
	t.Helper()
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, name, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		for _, i := range textArguments(call) {
			if i >= len(call.Args) {
				continue
			}
			if lit, ok := call.Args[i].(*ast.BasicLit); ok && lit.Kind == token.STRING {
				text, err := strconv.Unquote(lit.Value)
				if err != nil {
					t.Fatal(err)
				}
				used[text] = set.Position(lit.Pos()).String()
			}
		}
		return true
	})
}

// textArguments returns which arguments of a call are texts to translate.
func textArguments(call *ast.CallExpr) []int {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		if f.Name == "t" {
			return []int{0, 1} // t(text), and view.t(ctx, text)
		}
	case *ast.SelectorExpr:
		switch f.Sel.Name {
		case "T", "t", "Mark":
			return []int{0}
		case "Count":
			return []int{1, 2}
		}
	}
	return nil
}

// typeWords returns what the offering types say in bokmål alone: data/typer.yaml.
func typeWords(t *testing.T) map[string]string {
	t.Helper()
	src, err := os.ReadFile("../../data/typer.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Typer []struct {
			Kode, Ansvar string
			Spor         string `yaml:"spor_etter"`
			Lov          []struct{ Tekst string }
		}
	}
	if err := yaml.Unmarshal(src, &file); err != nil {
		t.Fatal(err)
	}
	words := map[string]string{}
	for _, kind := range file.Typer {
		words[kind.Ansvar], words[kind.Spor] = "typer.yaml "+kind.Kode, "typer.yaml "+kind.Kode
		for _, law := range kind.Lov {
			words[law.Tekst] = "typer.yaml " + kind.Kode
		}
	}
	delete(words, "")
	return words
}

var verb = regexp.MustCompile(`%(\[\d\])?[a-z]`)

func TestEveryTextIsTranslated(t *testing.T) {
	used := usedWords(t)
	for text, where := range typeWords(t) {
		used[text] = where
	}
	if len(used) < 200 {
		t.Fatalf("found only %d texts in the code", len(used))
	}
	for _, l := range []Language{Nynorsk, English} {
		for text, where := range used {
			translated, ok := translations[l][text]
			switch {
			case !ok:
				t.Errorf("%s: not in words/%s: %q", where, l, text)
			case strings.TrimSpace(translated) == "":
				t.Errorf("words/%s: %q is empty", l, text)
			case len(verb.FindAllString(text, -1)) != len(verb.FindAllString(translated, -1)):
				t.Errorf("words/%s: %q and %q take other values", l, text, translated)
			}
		}
		for text := range translations[l] {
			if used[text] == "" {
				t.Errorf("words/%s: no page says %q any more", l, text)
			}
		}
	}
}

// A translation that two files have would hang on the order in which they are read.
func TestTranslationsStandOnce(t *testing.T) {
	for _, l := range []Language{Nynorsk, English} {
		files, err := filepath.Glob("words/" + string(l) + "/*.yaml")
		if err != nil || len(files) == 0 {
			t.Fatalf("%v, %d files", err, len(files))
		}
		seen := map[string]string{}
		for _, name := range files {
			src, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			words := map[string]string{}
			if err := yaml.Unmarshal(src, &words); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			for text := range words {
				if seen[text] != "" {
					t.Errorf("%q stands in %s and in %s", text, seen[text], name)
				}
				seen[text] = name
			}
		}
	}
}

// Nobody was asked to register what is in the directory: it was read in open sources. That a
// kommune has not «meldt inn» something would blame it for what it was never asked.
func TestNobodyIsBlamedForWhatIsMissing(t *testing.T) {
	for text := range translations[Nynorsk] {
		if lower := strings.ToLower(text); strings.Contains(lower, "meldt inn") || strings.Contains(lower, "fortalt oss") {
			t.Errorf("says that somebody was to register it: %q", text)
		}
	}
}

// notNynorsk are words of bokmål that nynorsk writes in another way.
var notNynorsk = []string{"ikke", "jeg", "hvem", "hva", "hvor", "noen", "mye", "fra", "finnes", "tjeneste", "pårørende", "hjelpen", "en", "ei av dei", "å ringe", "heter", "uansett om"}

func TestNynorskIsNotBokmal(t *testing.T) {
	for text, translated := range translations[Nynorsk] {
		for _, word := range strings.FieldsFunc(strings.ToLower(translated), func(r rune) bool { return !unicode.IsLetter(r) }) {
			if word != "en" && slices.Contains(notNynorsk, word) {
				t.Errorf("%q: %q is not nynorsk: %q", text, word, translated)
			}
		}
	}
}

func TestSplit(t *testing.T) {
	for path, want := range map[string]struct {
		l    Language
		rest string
	}{
		"/": {Bokmal, "/"}, "/sok": {Bokmal, "/sok"}, "/nn": {Nynorsk, "/"}, "/nn/sok": {Nynorsk, "/sok"},
		"/en/": {English, "/"}, "/enebolig": {Bokmal, "/enebolig"}, "/nnn/x": {Bokmal, "/nnn/x"},
	} {
		if l, rest := Split(path); l != want.l || rest != want.rest {
			t.Errorf("Split(%q) = %s, %q; want %s, %q", path, l, rest, want.l, want.rest)
		}
	}
}

func TestKeepLanguage(t *testing.T) {
	html := `<link href="/assets/a.css"><a class="x" href="/sok?q=a">a</a><form action="/hvor" method="get"><use href="/assets/i.svg#a"></use>` +
		`<a lang="nb" hreflang="nb" href="/kommuner">b</a><a href="/">c</a><a href="#d">d</a><a href="https://example.no/">e</a><a href="/api/v1/docs">f</a><a href="//evil/">g</a>`
	want := `<link href="/assets/a.css"><a class="x" href="/nn/sok?q=a">a</a><form action="/nn/hvor" method="get"><use href="/assets/i.svg#a"></use>` +
		`<a lang="nb" hreflang="nb" href="/kommuner">b</a><a href="/nn/">c</a><a href="#d">d</a><a href="https://example.no/">e</a><a href="/api/v1/docs">f</a><a href="//evil/">g</a>`
	if got := string(Nynorsk.KeepLanguage([]byte(html))); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := string(Bokmal.KeepLanguage([]byte(html))); got != html {
		t.Errorf("bokmål changed: %s", got)
	}
}
