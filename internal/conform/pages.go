package conform

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/html"
)

// walkPages asks for every offering's and course's page that the sitemap names, and looks
// at what it says in JSON-LD with the words of schema.org.
func walkPages(w *walk) error {
	body, err := w.get("/sitemap.xml", "")
	if err != nil || body == nil {
		return err
	}
	var sitemap struct {
		URLs []struct {
			Loc string `xml:"loc"`
		} `xml:"url"`
	}
	if err := xml.Unmarshal(body, &sitemap); err != nil {
		w.wrong("/sitemap.xml", "is no sitemap: "+err.Error())
		return nil
	}
	pages := 0
	for _, entry := range sitemap.URLs {
		u, err := url.Parse(entry.Loc)
		if err != nil || !strings.HasPrefix(u.Path, "/tilbud/") && !strings.HasPrefix(u.Path, "/kurs/") {
			continue
		}
		pages++
		body, err := w.get(u.RequestURI(), "")
		if err != nil {
			return err
		}
		if body != nil {
			w.wrong(u.Path, linkedFaults(body)...)
		}
	}
	if pages == 0 {
		w.wrong("/sitemap.xml", "names no offering")
	}
	return nil
}

// linkedFaults returns what is wrong with the JSON-LD of a page of an offering or a course.
func linkedFaults(page []byte) []string {
	var all []string
	found := map[string]bool{}
	for _, text := range linkedIn(page) {
		var object map[string]any
		if err := json.Unmarshal([]byte(text), &object); err != nil {
			all = append(all, "JSON-LD that is no object: "+err.Error())
			continue
		}
		if object["@context"] != "https://schema.org" {
			all = append(all, fmt.Sprintf("@context is %v", object["@context"]))
		}
		kind, _ := object["@type"].(string)
		found[kind] = true
		all = append(all, linkedObject(kind, object)...)
	}
	delete(found, "BreadcrumbList") // which every page has
	if len(found) == 0 {
		return append(all, "has no JSON-LD about what it shows")
	}
	return all
}

// linkedIn returns the JSON-LD texts of a page.
func linkedIn(page []byte) []string {
	var texts []string
	z := html.NewTokenizer(bytes.NewReader(page))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return texts
		case html.StartTagToken:
			t := z.Token()
			is := func(a html.Attribute) bool { return a.Key == "type" && a.Val == "application/ld+json" }
			if t.Data == "script" && slices.ContainsFunc(t.Attr, is) && z.Next() == html.TextToken {
				texts = append(texts, string(z.Text()))
			}
		}
	}
}

// linkedObject holds an object and all in it against the words of schema.org that are used
// here: what is a name is not empty, what is an address is absolute, what is a time is one.
func linkedObject(path string, object map[string]any) []string {
	var all []string
	if kind, _ := object["@type"].(string); kind == "" {
		all = append(all, path+" has no @type")
	}
	for key, value := range object {
		at := path + "." + key
		switch v := value.(type) {
		case nil:
			all = append(all, at+" is null")
		case map[string]any:
			all = append(all, linkedObject(at, v)...)
		case []any:
			if len(v) == 0 {
				all = append(all, at+" is empty")
			}
			for _, item := range v {
				if o, ok := item.(map[string]any); ok {
					all = append(all, linkedObject(at, o)...)
				}
			}
		case string:
			if fault := linkedText(key, v); fault != "" {
				all = append(all, at+" "+fault)
			}
		}
	}
	return all
}

func linkedText(key, value string) string {
	switch key {
	case "url", "@id", "eventStatus", "eventAttendanceMode", "availability", "dayOfWeek", "item":
		if u, err := url.Parse(value); err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
			return fmt.Sprintf("is no absolute address: %q", value)
		}
	case "startDate", "endDate", "availabilityEnds", "dateModified", "validFrom", "validThrough":
		_, day := time.Parse(time.DateOnly, value)
		_, moment := time.Parse(time.RFC3339, value)
		if day != nil && moment != nil {
			return fmt.Sprintf("is no time: %q", value)
		}
	default:
		if strings.TrimSpace(value) == "" {
			return "is empty"
		}
	}
	return ""
}
