package checklist

import (
	"bytes"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// file is a list as it is written.
type file struct {
	Title     string    `yaml:"tittel"`
	Purpose   string    `yaml:"formal"`
	For       string    `yaml:"for_hvem"`
	Kind      Kind      `yaml:"hjelper"`
	Order     int       `yaml:"rekkefolge"`
	Published time.Time `yaml:"publisert"`
	Updated   time.Time `yaml:"oppdatert"`
	Family    []Group   `yaml:"parorende"`
	Personnel []Group   `yaml:"helsepersonell"`
	Laws      []Link    `yaml:"lover"`
	Sources   []Source  `yaml:"kilder"`
	Articles  []string  `yaml:"artikler"`
	Types     []string  `yaml:"typer"`
}

var (
	slugPattern = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	idPattern   = regexp.MustCompile(`^[ph][1-9][0-9]?$`)
)

// Parse reads one list, whose language and slug come from its file name. All problems are
// reported together.
func Parse(name string, src []byte) (List, error) {
	var f file
	d := yaml.NewDecoder(bytes.NewReader(src))
	d.KnownFields(true)
	if err := d.Decode(&f); err != nil {
		return List{}, fmt.Errorf("%s: %w", name, err)
	}
	language, slug := place(name)
	l := List{
		Language: language, Slug: slug, Title: f.Title, Purpose: f.Purpose, For: f.For, Kind: f.Kind, Order: f.Order,
		Published: f.Published, Updated: f.Updated, Family: f.Family, Personnel: f.Personnel,
		Laws: f.Laws, Sources: f.Sources, Articles: f.Articles, Types: f.Types,
	}
	if problems := l.problems(); len(problems) > 0 {
		return List{}, fmt.Errorf("%s: %w", name, errors.Join(problems...))
	}
	return l, nil
}

// checker collects what is wrong with a list.
type checker struct{ found []error }

func (c *checker) check(ok bool, format string, values ...any) {
	if !ok {
		c.found = append(c.found, fmt.Errorf(format, values...))
	}
}

func (l List) problems() []error {
	var c checker
	c.check(slugPattern.MatchString(l.Slug), "%q is no slug", l.Slug)
	for field, text := range map[string]string{"tittel": l.Title, "formal": l.Purpose, "for_hvem": l.For} {
		c.check(strings.TrimSpace(text) != "", "%s is empty", field)
	}
	c.check(slices.Contains(Kinds(), l.Kind), "hjelper: %q is none of %v", l.Kind, Kinds())
	c.check(l.Order > 0, "rekkefolge: %d is not a place from 1", l.Order)
	c.check(!l.Published.IsZero() && !l.Updated.Before(l.Published), "oppdatert is before publisert, or one is missing")
	for _, link := range l.Laws {
		c.check(link.Text != "" && secure(link.URL), "lover: %q has no https address", link.Text)
	}
	for _, s := range l.Sources {
		c.check(s.Title != "" && secure(s.URL), "kilder: %q has no https address", s.Title)
	}
	ids := map[string]bool{}
	l.parts(&c, ids, "p", l.Family)
	l.parts(&c, ids, "h", l.Personnel)
	return c.found
}

// parts checks one part, whose ids begin with prefix.
func (l List) parts(c *checker, ids map[string]bool, prefix string, groups []Group) {
	c.check(len(groups) > 0, "the part %q has no items", prefix)
	for _, g := range groups {
		c.check(g.Title != "" && len(g.Items) > 0, "overskrift %q is empty, or has no items", g.Title)
		for _, i := range g.Items {
			c.check(idPattern.MatchString(i.ID) && strings.HasPrefix(i.ID, prefix), "id %q is not %s and a number", i.ID, prefix)
			c.check(!ids[i.ID], "id %q is used twice", i.ID)
			ids[i.ID] = true
			c.check((i.Tick == "") != (i.Field == ""), "%s is not either kryss or felt", i.ID)
			c.check((i.Field == "") == (i.Lines == 0) && i.Lines <= MaxLines && i.Lines >= 0, "%s: linjer is for felt alone, 1 to %d", i.ID, MaxLines)
			for _, address := range i.Laws {
				c.check(slices.ContainsFunc(l.Laws, func(law Link) bool { return law.URL == address }), "%s: %s is not among lover", i.ID, address)
			}
		}
	}
}

func secure(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Scheme == "https" && u.Host != ""
}
