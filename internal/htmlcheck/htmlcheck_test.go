package htmlcheck

import (
	"slices"
	"strings"
	"testing"
)

const good = `<!DOCTYPE html><html lang="nb"><head><title>Tittel</title><script src="/x.js"></script></head><body>
<a href="#innhold">Hopp</a><main id="innhold"><h1>En <b>sid</b>e</h1><p>Første<br>andre</p>
<h2>To</h2><h3 id="tre">Tre</h3><h2>To igjen</h2>
<form><label for="a">Felt</label><input id="a"><label><input type="checkbox">Valg</label>
<input type="hidden" name="b"><input aria-label="Søk"><input aria-labelledby="tre"><button>Send</button></form>
<a href="/"><img src="/x.svg" alt="Forsiden"></a><span lang="se">Romsa</span>
<svg><use href="#i"></use></svg><svg><symbol id="i"></symbol></svg>
<script type="application/ld+json">{"a":1}</script></main></body></html>`

func TestSelectors(t *testing.T) {
	p := Parse(good)
	if got := p.Attrs("a", "href"); !slices.Equal(got, []string{"#innhold", "/"}) {
		t.Errorf("addresses of links = %q", got)
	}
	if h1, ok := p.First("h1"); !ok || h1.Text() != "En side" || h1.Name() != "h1" {
		t.Errorf("h1 = %v", h1)
	}
	if got := p.All("main p")[0].Text(); got != "Første andre" {
		t.Errorf("text of the paragraph = %q", got)
	}
	if p.Has("table") || !p.Has("main h2 ~ h3") {
		t.Error("selectors find what is not there, or not what is")
	}
	main, _ := p.First("main")
	if strings.Contains(main.Text(), `"a"`) {
		t.Error("a script's text is taken for the reader's")
	}
	if script, _ := p.First("main script"); script.Data() != `{"a":1}` {
		t.Errorf("data of the script = %q", script.Data())
	}
	if _, ok := p.First("table"); ok {
		t.Error("First finds a table where there is none")
	}
}

func TestFaults(t *testing.T) {
	if got := Parse(good).Faults(); len(got) > 0 {
		t.Errorf("faults of a good page: %q", got)
	}
	for _, tc := range []struct{ name, old, new, want string }{
		{"no language", `lang="nb"`, ``, "html has no lang"},
		{"language of no form", `lang="se"`, `lang="nord samisk"`, "no language tag"},
		{"no title", `Tittel`, ``, "titles"},
		{"two h1", `<h2>To</h2>`, `<h1>To</h1>`, "2 h1"},
		{"no main", `<main id="innhold">`, `<div id="innhold">`, "0 main"},
		{"level left out", `<h2>To</h2>`, ``, "comes after an h1"},
		{"empty heading", `To igjen`, ` `, "h2 without text"},
		{"link without text", `alt="Forsiden"`, `alt=""`, "no text"},
		{"link to nowhere", `href="/"`, `href=""`, "leads nowhere"},
		{"words run together", `<p>`, `<p>Til siden<span class="ds-sr-only">til Bodø</span>`, "as one word: Til sidentil Bodø"},
		{"button without text", `Send`, ``, "no text: <button>"},
		{"field without label", `<label for="a">Felt</label>`, ``, "no label"},
		{"label without text", `Valg`, ``, "label without text"},
		{"label of nothing", `for="a"`, `for="x"`, `for names "x"`},
		{"id twice", `id="tre"`, `id="a"`, `id "a" is there twice`},
		{"jump to nothing", `href="#innhold"`, `href="#x"`, `link to "#x"`},
		{"icon of nothing", `<symbol id="i">`, `<symbol>`, `icon "#i"`},
		{"image without alt", ` alt="Forsiden"`, ``, "no alt"},
		{"time of nothing", `<p>`, `<p><time></time>`, "a time says nothing"},
		{"inline script", ` src="/x.js"`, ``, "inline code"},
		{"inline style", `<p>`, `<p style="color:red">`, "inline code"},
		{"style element", `<p>`, `<style>p{}</style><p>`, "inline code"},
		{"handler", `<p>`, `<p onclick="x()">`, "inline code: onclick"},
		{"script address", `href="/"`, `href="javascript:x()"`, "inline code"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			wrong := strings.Replace(good, tc.old, tc.new, 1)
			got := Parse(wrong).Faults()
			if wrong == good || !slices.ContainsFunc(got, func(f string) bool { return strings.Contains(f, tc.want) }) {
				t.Errorf("faults = %q, want one with %q", got, tc.want)
			}
		})
	}
}
