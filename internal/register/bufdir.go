package register

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
	"github.com/nasjonal-oversikt/oversikt/internal/upstream"
)

// The pages of Bufdir about familievernkontor. No copy of one could be had when this was
// written; what is looked for is what others who read them describe: a part of this class
// with one heading, the name, and links for telephone and e-mail. Nothing else of a page is
// read, and one that lacks any of it has changed shape.
const (
	BufdirBase   = "https://www.bufdir.no"
	bufdirTitle  = "Bufdir"
	bufdirKey    = "bufdir"
	bufdirOffice = "/familie/familievernkontorer/oversikt/"
	bufdirType   = "familievernkontor"
)

var (
	officePart  = cascadia.MustCompile("div.bd-family-services-office-page")
	officeName  = cascadia.MustCompile("h1")
	officeLinks = cascadia.MustCompile("a[href]")
)

// office is what a page says.
type office struct {
	name   string
	phones []directory.PhoneNumber
	emails []string
}

// readOffice reads a page, or returns a *upstream.ShapeError.
func readOffice(at string, body []byte) (office, error) {
	// A reader of HTML takes half a page for a whole one.
	if !bytes.Contains(body, []byte("</html>")) {
		return office{}, upstream.Missing(at, "</html>", "the end of the page")
	}
	doc, err := html.Parse(bytes.NewReader(body))
	if err != nil {
		return office{}, upstream.Unexpected(at, "page", "HTML", err.Error())
	}
	parts := cascadia.QueryAll(doc, officePart)
	if len(parts) != 1 {
		return office{}, upstream.Unexpected(at, "div.bd-family-services-office-page", "one", fmt.Sprint(len(parts)))
	}
	names := cascadia.QueryAll(parts[0], officeName)
	if len(names) != 1 {
		return office{}, upstream.Unexpected(at, "h1", "one", fmt.Sprint(len(names)))
	}
	o := office{name: textOf(names[0])}
	for _, a := range cascadia.QueryAll(parts[0], officeLinks) {
		href := hrefOf(a)
		if number, ok := strings.CutPrefix(strings.ToLower(href), "tel:"); ok {
			n, err := directory.ParsePhone(strings.TrimSpace(strings.ReplaceAll(number, "%20", "")))
			if err != nil {
				return o, upstream.Unexpected(at, "a[href^=tel:]", "a telephone number", number)
			}
			if !slices.Contains(o.phones, n) {
				o.phones = append(o.phones, n)
			}
		}
		if address, ok := strings.CutPrefix(href, "mailto:"); ok {
			address, _, _ = strings.Cut(address, "?")
			if address, err = email(strings.TrimSpace(address)); err != nil {
				return o, upstream.Unexpected(at, "a[href^=mailto:]", "an e-mail address", address)
			}
			if !slices.Contains(o.emails, address) {
				o.emails = append(o.emails, address)
			}
		}
	}
	if o.name == "" {
		return o, upstream.Missing(at, "h1", "a name")
	}
	if len(o.phones) == 0 {
		return o, upstream.Missing(at, "a[href^=tel:]", "a telephone number")
	}
	return o, nil
}

func hrefOf(n *html.Node) string {
	for _, a := range n.Attr {
		if a.Key == "href" {
			return strings.TrimSpace(a.Val)
		}
	}
	return ""
}

func textOf(n *html.Node) string {
	var b strings.Builder
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.TextNode {
			b.WriteString(n.Data + " ")
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(n)
	return strings.Join(strings.Fields(b.String()), " ")
}

// Bufdir reads the pages that familievernkontor here name as theirs, and says telephone and
// e-mail of each. An office that shares its page with others is one a person has to look
// at, when the page no longer has its number.
func Bufdir(ctx context.Context, o Options, client *upstream.Client) (Report, error) {
	im, err := newRun(ctx, o, bufdirKey, bufdirTitle)
	if err != nil {
		return Report{}, err
	}
	standing, err := im.store.Standings(ctx, bufdirType)
	if err != nil {
		return im.report, err
	}
	pages, err := im.officePages(ctx, standing)
	if err != nil {
		return im.report, err
	}
	paths := make([]string, 0, len(pages))
	for path := range pages {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	var state struct{ After string }
	if resumed, err := im.resume(ctx, &state); err != nil {
		return im.report, err
	} else if resumed {
		im.report.Resumed = state.After
	}
	for i, path := range paths {
		if path <= state.After {
			continue
		}
		if err := im.readPage(ctx, client, path, pages[path]); err != nil {
			return im.report, err
		}
		im.progress("pages", i+1, len(paths))
	}
	return im.report, im.end(ctx)
}

// officePages returns the offerings by the path of their page.
func (im *run) officePages(ctx context.Context, standing []store.Standing) (map[string][]directory.Offering, error) {
	var ids []int64
	for _, s := range standing {
		if !slices.Contains(ids, s.ID) {
			ids = append(ids, s.ID)
		}
	}
	offerings, err := im.store.OfferingsByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	pages := map[string][]directory.Offering{}
	for _, o := range offerings {
		for _, w := range o.Websites {
			path, ok := strings.CutPrefix(w, BufdirBase)
			slug := strings.Trim(strings.TrimPrefix(path, bufdirOffice), "/")
			if ok && strings.HasPrefix(path, bufdirOffice) && slug != "" && !strings.Contains(slug, "/") {
				pages[path] = append(pages[path], o)
				break
			}
		}
	}
	return pages, nil
}

// readPage says what a page has of its offering.
func (im *run) readPage(ctx context.Context, client *upstream.Client, path string, offerings []directory.Offering) error {
	state := struct{ After string }{path}
	im.report.Read++
	answer, err := client.Get(ctx, upstream.Request{Path: path, Type: "text/html"})
	if upstream.IsStatus(err, 404, 410) {
		im.note("%s is not there any more: is %s?", BufdirBase+path, offerings[0].Name)
		return im.store.SaveImportProgress(ctx, im.actor, im.importRun(state))
	}
	if err != nil {
		return err
	}
	page, err := readOffice(answer.URL, answer.Body)
	if err != nil {
		return err
	}
	if len(offerings) > 1 || len(page.phones) > 1 {
		for _, o := range offerings {
			if len(o.Phones) > 0 && !slices.Contains(page.phones, o.Phones[0].Number) {
				im.note("%s: %s is not on %s, which has %v", o.Name, o.Phones[0].Number, BufdirBase+path, page.phones)
			}
		}
		im.report.Unchanged += len(offerings)
		return im.store.SaveImportProgress(ctx, im.actor, im.importRun(state))
	}
	said := directory.Offering{ID: offerings[0].ID, Phones: []directory.Phone{{Number: page.phones[0]}}, Source: directory.Source{Title: bufdirTitle, URL: BufdirBase + path, Date: today()}}
	// What is known of the number beside it stays.
	if now := offerings[0].Phones; len(now) == 1 && now[0].Number == page.phones[0] {
		said.Phones = now
	}
	if len(page.emails) == 1 {
		said.Emails = page.emails
	}
	return im.say(ctx, []placed{{store.Said{Offering: said}, BufdirBase + path}}, state)
}
