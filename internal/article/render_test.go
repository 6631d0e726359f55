package article

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
)

// hostile are texts that try to bring markup or a script to the reader.
var hostile = []string{
	"<script>alert(1)</script>",
	"Tekst <script>alert(1)</script> tekst",
	"<img src=x onerror=alert(1)>",
	"<a href=\"https://example.org\" onclick=alert(1)>x</a>",
	"<iframe src=https://example.org></iframe>",
	"<style>body{display:none}</style>",
	"<svg/onload=alert(1)>",
	"<!-- kommentar --><form action=/logg-ut><button>x",
	"![bilde](https://example.org/sporing.gif)",
	"[x](javascript:alert(1))",
	"[x](JaVaScRiPt:alert(1))",
	"[x](java\tscript:alert(1))",
	"[x](&#106;avascript:alert(1))",
	"[x](data:text/html;base64,PHNjcmlwdD4=)",
	"[x](vbscript:x)",
	"[x](http://example.org)",
	"[x](//example.org)",
	"[x]( \x01javascript:alert(1))",
	"<javascript:alert(1)>",
	"[x][y]\n\n[y]: javascript:alert(1) '\"onmouseover=alert(1)'",
	"[x](https://example.org '\" onmouseover=\"alert(1)')",
	"## <b onclick=alert(1)>Del</b> {#x onclick=alert(1)}",
	"`</code><script>alert(1)</script>`",
	"```\n</code></pre><script>alert(1)</script>\n```",
	"```html\"onclick=alert(1)\nx\n```",
	"&lt;script&gt;alert(1)&lt;/script&gt;",
	"<div>\n\n*a*\n\n</div>",
	"{{tilbud type=\"<script>alert(1)</script>\"}}",
	"{{<b>}}",
	"<<script>script>alert(1)<</script>/script>",
}

func TestHTMLIsSafe(t *testing.T) {
	for _, markdown := range hostile {
		t.Run(markdown, func(t *testing.T) { checkSafe(t, Article{Markdown: markdown}) })
	}
}

func FuzzHTML(f *testing.F) {
	for _, markdown := range append(hostile, sample) {
		f.Add(markdown)
	}
	f.Fuzz(func(t *testing.T, markdown string) {
		a := Article{Markdown: markdown}
		checkSafe(t, a)
		a.Text()
		a.Body().Headings()
		a.Body().References()
	})
}

// checkSafe reads the article's HTML as a browser does, and fails on any element,
// attribute or address that the articles have no use for.
func checkSafe(t *testing.T, a Article) {
	t.Helper()
	got, err := a.HTML()
	if err != nil {
		t.Fatal(err)
	}
	doc, err := html.Parse(strings.NewReader(got))
	if err != nil {
		t.Fatalf("parse %q: %v", got, err)
	}
	elements := []string{"html", "head", "body", "h2", "h3", "h4", "p", "ul", "ol", "li", "em", "strong", "blockquote",
		"hr", "br", "code", "pre", "a"}
	var ids []string
	for n := range doc.Descendants() {
		if n.Type == html.CommentNode {
			t.Errorf("comment %q in %q", n.Data, got)
		}
		if n.Type != html.ElementNode {
			continue
		}
		if !slices.Contains(elements, n.Data) {
			t.Errorf("element %q in %q", n.Data, got)
		}
		for _, attribute := range n.Attr {
			switch attribute.Key {
			case "id":
				ids = append(ids, attribute.Val)
			case "start":
			case "rel":
				if attribute.Val != "external" {
					t.Errorf("rel=%q in %q", attribute.Val, got)
				}
			case "href":
				u, err := url.Parse(attribute.Val)
				if err != nil || !slices.Contains([]string{"", "https", "tel", "mailto"}, u.Scheme) {
					t.Errorf("href=%q in %q", attribute.Val, got)
				}
			default:
				t.Errorf("attribute %s=%q in %q", attribute.Key, attribute.Val, got)
			}
		}
	}
	slices.Sort(ids)
	if unique := slices.Compact(slices.Clone(ids)); len(unique) != len(ids) {
		t.Errorf("ids given twice: %q", ids)
	}
}

const sample = `## Får du *nok* hjelp?

Første linje,
andre linje med [en lenke](/sok?type=lms&tema=rettigheter) og **viktig** ord.

### Ærlig talt &amp; \*slik\*

1. Ring [116 117](tel:116117).
2. Les [loven](https://lovdata.no/lov/1999-07-02-61/§3-7a).

## Får du nok hjelp?

- <https://example.org/>
`

func TestHTML(t *testing.T) {
	got, err := Article{Markdown: sample}.HTML()
	if err != nil {
		t.Fatal(err)
	}
	want := `<h2 id="far-du-nok-hjelp">Får du <em>nok</em> hjelp?</h2>
<p>Første linje,
andre linje med <a href="/sok?type=lms&amp;tema=rettigheter">en lenke</a> og <strong>viktig</strong> ord.</p>
<h3 id="aerlig-talt-amp-slik">Ærlig talt &amp; *slik*</h3>
<ol>
<li>Ring <a href="tel:116117">116 117</a>.</li>
<li>Les <a href="https://lovdata.no/lov/1999-07-02-61/%C2%A73-7a" rel="external">loven</a>.</li>
</ol>
<h2 id="far-du-nok-hjelp-2">Får du nok hjelp?</h2>
<ul>
<li><a href="https://example.org/" rel="external">https://example.org/</a></li>
</ul>
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("HTML (-want +got):\n%s", diff)
	}
}

func TestText(t *testing.T) {
	want := `Får du nok hjelp?
Første linje, andre linje med en lenke og viktig ord.
Ærlig talt & *slik*
Ring 116 117.
Les loven.
Får du nok hjelp?
https://example.org/`
	if diff := cmp.Diff(want, Article{Markdown: sample}.Text()); diff != "" {
		t.Errorf("Text (-want +got):\n%s", diff)
	}
}

// The page around the text has ids of its own.
func TestHeadingsLeaveThePagesIDs(t *testing.T) {
	want := []Heading{{2, "hjelp-2", "Hjelp"}, {2, "kilder-2", "Kilder"}}
	if diff := cmp.Diff(want, Article{Markdown: "## Hjelp\n\n## Kilder\n"}.Body().Headings()); diff != "" {
		t.Errorf("Headings (-want +got):\n%s", diff)
	}
}

func TestPaths(t *testing.T) {
	a := Article{Markdown: "[a](/tilbud/42-navn) [b](/sok?type=lms) [c](https://example.org/x) [d](#e) [f](tel:113) [g](/tilbud/42-navn#h)"}
	if diff := cmp.Diff([]string{"/tilbud/42-navn", "/sok"}, a.Paths()); diff != "" {
		t.Errorf("Paths (-want +got):\n%s", diff)
	}
}

func TestHeadings(t *testing.T) {
	want := []Heading{
		{2, "far-du-nok-hjelp", "Får du nok hjelp?"},
		{3, "aerlig-talt-amp-slik", "Ærlig talt & *slik*"},
		{2, "far-du-nok-hjelp-2", "Får du nok hjelp?"},
	}
	if diff := cmp.Diff(want, Article{Markdown: sample}.Body().Headings()); diff != "" {
		t.Errorf("Headings (-want +got):\n%s", diff)
	}
}
