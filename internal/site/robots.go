package site

import (
	"bytes"
	"context"
	"encoding/xml"
	"fmt"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/article"
	"github.com/nasjonal-oversikt/oversikt/internal/checklist"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

// showRobots lets everybody in, but for searches: there is no end to them, and what is
// found stands on pages of its own.
func (s *Site) showRobots(c *fiber.Ctx) error {
	c.Set(fiber.HeaderCacheControl, "public, max-age=3600")
	c.Set(fiber.HeaderContentType, fiber.MIMETextPlainCharsetUTF8)
	return c.SendString("User-agent: *\nDisallow: /sok?\nDisallow: /hvor\nDisallow: /kurs?\nDisallow: /api/\nDisallow: /hsds/\n\nSitemap: " + s.deps.BaseURL + "/sitemap.xml\n")
}

// securityDays is how long what is said to those who find a hole holds: less than the year
// that RFC 9116 advises at most. It is said anew each day.
const securityDays = 180

// showSecurity tells those who find a hole where to say so, after RFC 9116.
func (s *Site) showSecurity(c *fiber.Ctx) error {
	y, m, d := s.deps.Now().UTC().Date()
	expires := time.Date(y, m, d+securityDays, 0, 0, 0, 0, time.UTC).Format(time.RFC3339)
	c.Set(fiber.HeaderCacheControl, "public, max-age=3600")
	c.Set(fiber.HeaderContentType, fiber.MIMETextPlainCharsetUTF8)
	return c.SendString("Contact: " + s.deps.BaseURL + "/meld-feil\nExpires: " + expires +
		"\nPreferred-Languages: nb, nn, en\nCanonical: " + s.deps.BaseURL + securityPath + "\n")
}

const securityPath = "/.well-known/security.txt"

// maxSitemap is how many addresses the protocol allows in one file.
const maxSitemap = 50_000

// sitemap is the file of sitemaps.org.
type sitemap struct {
	XMLName xml.Name     `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 urlset"`
	XHTML   string       `xml:"xmlns:xhtml,attr"`
	URLs    []sitemapURL `xml:"url"`
}

type sitemapURL struct {
	Loc     string `xml:"loc"`
	LastMod string `xml:"lastmod,omitempty"` // a day
	Others  []sitemapLink
}

// sitemapLink is the same page in one of its languages.
type sitemapLink struct {
	XMLName  xml.Name `xml:"xhtml:link"`
	Rel      string   `xml:"rel,attr"`
	Language string   `xml:"hreflang,attr"`
	Href     string   `xml:"href,attr"`
}

func (s *Site) showSitemap(c *fiber.Ctx) error {
	v, err := s.current()
	if err != nil {
		return err
	}
	return s.plain(c, v, "", fiber.MIMEApplicationXMLCharsetUTF8, func(context.Context) ([]byte, error) {
		return encodeXML(s.sitemap(v))
	})
}

func (s *Site) sitemap(v *search.View) sitemap {
	m := sitemap{XHTML: "http://www.w3.org/1999/xhtml"}
	in := func(path, changed string, languages []page.Language) {
		meta := page.Meta{BaseURL: s.deps.BaseURL, Path: path}
		var links []sitemapLink
		for _, l := range languages {
			links = append(links, sitemapLink{Rel: "alternate", Language: string(l), Href: meta.Address(l)})
		}
		for _, l := range languages {
			if len(m.URLs) < maxSitemap {
				m.URLs = append(m.URLs, sitemapURL{Loc: meta.Address(l), LastMod: changed, Others: links})
			}
		}
	}
	add := func(path, changed string) { in(path, changed, page.Languages()) }
	for _, path := range []string{"/", "/sok", "/kommuner", mapPath, "/om", "/om/data", "/om/standarder", "/om/tall", filesPath, "/personvern", "/for-kommuner", "/for-helsepersonell", referralPath, "/for-utviklere", "/tilgjengelighet", "/forlat-siden", "/nodkort"} {
		add(path, "")
	}
	add(checklistsPath, "")
	add(coursesPath, "")
	for _, c := range v.Courses(s.today()) {
		add(page.CoursePath(c.Course), c.ChangedAt.In(page.Oslo).Format("2006-01-02"))
	}
	for _, l := range checklist.All(string(page.Bokmal)) {
		in(l.Path(), l.Updated.Format("2006-01-02"), checklistLanguages(l))
	}
	for _, section := range article.Sections() {
		for _, a := range v.Articles(string(page.Bokmal), section) {
			in(a.Path(), a.Updated.Format("2006-01-02"), written(v, a))
		}
		if a, ok := v.Article(string(page.Bokmal), section, ""); ok {
			in(a.Path(), a.Updated.Format("2006-01-02"), written(v, a))
		}
	}
	for _, f := range v.Fylker() {
		add(page.FylkePath(f), "")
	}
	for _, k := range v.Kommuner() {
		add(page.KommunePath(k.Kommune), "")
	}
	for _, o := range v.Offerings() {
		add(page.OfferingPath(o), o.ChangedAt.In(page.Oslo).Format("2006-01-02"))
	}
	return m
}

// openSearch is how browsers learn to search here: github.com/dewitt/opensearch, 1.1.
type openSearch struct {
	XMLName     xml.Name       `xml:"http://a9.com/-/spec/opensearch/1.1/ OpenSearchDescription"`
	ShortName   string         `xml:"ShortName"`
	Description string         `xml:"Description"`
	Encoding    string         `xml:"InputEncoding"`
	URL         openSearchURL  `xml:"Url"`
	Image       openSearchIcon `xml:"Image"`
}

type openSearchURL struct {
	Type     string `xml:"type,attr"`
	Template string `xml:"template,attr"`
}

type openSearchIcon struct {
	Type    string `xml:"type,attr"`
	Address string `xml:",chardata"`
}

func (s *Site) showOpenSearch(c *fiber.Ctx) error {
	body, err := encodeXML(openSearch{
		ShortName:   view.SiteName,
		Description: s.t("Hjelp for deg som er pårørende"),
		Encoding:    "UTF-8",
		URL:         openSearchURL{"text/html", s.deps.BaseURL + "/sok?q={searchTerms}"},
		Image:       openSearchIcon{"image/svg+xml", s.deps.BaseURL + "/favicon.svg"},
	})
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderCacheControl, "public, max-age=3600")
	c.Set(fiber.HeaderContentType, "application/opensearchdescription+xml; charset=utf-8")
	return c.Send(body)
}

func encodeXML(v any) ([]byte, error) {
	var out bytes.Buffer
	out.WriteString(xml.Header)
	e := xml.NewEncoder(&out)
	e.Indent("", " ")
	if err := e.Encode(v); err != nil {
		return nil, fmt.Errorf("encode XML: %w", err)
	}
	return out.Bytes(), nil
}
