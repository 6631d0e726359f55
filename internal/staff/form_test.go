package staff

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// formValues returns what a browser would send of the first form in main with the most
// fields: inputs, chosen boxes, lists, texts.
func formValues(t testing.TB, page string) url.Values {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var best url.Values
	for n := range doc.Descendants() {
		if n.Type == html.ElementNode && n.Data == "form" {
			if v := sent(n); len(v) > len(best) {
				best = v
			}
		}
	}
	if best == nil {
		t.Fatal("there is no form on the page")
	}
	return best
}

func sent(form *html.Node) url.Values {
	v := url.Values{}
	attr := func(n *html.Node, name string) (string, bool) {
		for _, a := range n.Attr {
			if a.Key == name {
				return a.Val, true
			}
		}
		return "", false
	}
	for n := range form.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		name, named := attr(n, "name")
		if !named {
			continue
		}
		value, _ := attr(n, "value")
		switch n.Data {
		case "input":
			kind, _ := attr(n, "type")
			if _, on := attr(n, "checked"); (kind == "checkbox" || kind == "radio") && !on {
				continue
			}
			v.Add(name, value)
		case "textarea":
			if n.FirstChild != nil {
				v.Add(name, n.FirstChild.Data)
			} else {
				v.Add(name, "")
			}
		case "select":
			value, options, chosen := "", 0, false
			for o := range n.Descendants() {
				if o.Type == html.ElementNode && o.Data == "option" {
					val, _ := attr(o, "value")
					_, on := attr(o, "selected")
					if options++; options == 1 || on && !chosen {
						value, chosen = val, on
					}
				}
			}
			v.Add(name, value)
		}
	}
	return v
}

func regionNumber(i int) region.Number { return region.Number(fmt.Sprintf("%04d", 1000+i)) }
