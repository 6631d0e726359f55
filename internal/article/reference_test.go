package article

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPieces(t *testing.T) {
	a := Article{Markdown: "## Hjelp\n\nDu kan ringe:\n\n{{tilbud type=\"lms\"}}\n\n  {{tilbud  tema=\"demens\" }}\n\nDet er [gratis](/x)."}
	got, err := a.Body().Pieces()
	if err != nil {
		t.Fatal(err)
	}
	want := []Piece{
		{HTML: "<h2 id=\"hjelp-2\">Hjelp</h2>\n<p>Du kan ringe:</p>\n"},
		{Reference: Reference{Type: "lms"}},
		{Reference: Reference{Topic: "demens"}},
		{HTML: "<p>Det er <a href=\"/x\">gratis</a>.</p>\n"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("pieces (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]Reference{{Type: "lms"}, {Topic: "demens"}}, a.Body().References()); diff != "" {
		t.Errorf("references (-want +got):\n%s", diff)
	}
	html, err := a.HTML()
	if err != nil || html != want[0].HTML+want[3].HTML {
		t.Errorf("HTML: got %q, %v", html, err)
	}
	if got, want := a.Text(), "Hjelp\nDu kan ringe:\nDet er gratis."; got != want {
		t.Errorf("Text: got %q, want %q", got, want)
	}
	for _, r := range a.Body().References() {
		if again := (Article{Markdown: r.String()}).Body().References(); len(again) != 1 || again[0] != r {
			t.Errorf("%s is read as %v", r, again)
		}
	}
}

func TestReferenceProblems(t *testing.T) {
	const whatStands = " is not alone on a line as {{tilbud type=\"code\"}} or {{tilbud tema=\"code\"}}"
	for name, test := range map[string]struct{ text, want string }{
		"unknown key":      {`{{tilbud kode="lms"}}`, `reference: is not a field here; the fields are type, tema`},
		"two keys":         {`{{tilbud type="lms" tema="demens"}}`, `reference: "{{tilbud type=\"lms\" tema=\"demens\"}}"` + whatStands},
		"no key":           {`{{tilbud}}`, `reference: "{{tilbud}}"` + whatStands},
		"no quotes":        {`{{tilbud type=lms}}`, `reference: "{{tilbud type=lms}}"` + whatStands},
		"another name":     {`{{hjelp type="lms"}}`, `reference: "{{hjelp type=\"lms\"}}"` + whatStands},
		"no end":           {`{{tilbud type="lms"`, `reference: "{{tilbud type=\"lms\""` + whatStands},
		"capitals":         {`{{tilbud type="LMS"}}`, `reference: "LMS" is not a code of a-z, 0-9 and _`},
		"empty":            {`{{tilbud type=""}}`, `reference: "" is not a code of a-z, 0-9 and _`},
		"text after":       {`{{tilbud type="lms"}} her`, `reference: "{{tilbud type=\"lms\"}} her"` + whatStands},
		"text before":      {`Her: {{tilbud type="lms"}}`, `reference: "Her: {{tilbud type=\"lms\"}}"` + whatStands},
		"in a list":        {`- {{tilbud type="lms"}}`, `reference: "{{tilbud type=\"lms\"}}"` + whatStands},
		"in a heading":     {`## {{tilbud type="lms"}}`, `reference: "{{tilbud type=\"lms\"}}"` + whatStands},
		"in a quote":       {`> {{tilbud type="lms"}}`, `reference: "{{tilbud type=\"lms\"}}"` + whatStands},
		"in bold":          {`**{{tilbud type="lms"}}**`, `reference: "**{{tilbud type=\"lms\"}}**"` + whatStands},
		"in a longer text": {"En linje,\nto linjer\n{{tilbud type=\"lms\"}}\nog {{ til", `reference: "og {{ til"` + whatStands},
	} {
		t.Run(name, func(t *testing.T) {
			src := strings.Replace(whole, "Tekst.", test.text, 1)
			line := ":23: "
			if name == "in a longer text" {
				line = ":26: "
			}
			_, err := Parse(wholeName, []byte(src))
			if err == nil || err.Error() != wholeName+line+test.want {
				t.Errorf("got %v\nwant %s", err, wholeName+line+test.want)
			}
		})
	}
}
