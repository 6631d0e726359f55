package site

import (
	"slices"

	"github.com/nasjonal-oversikt/oversikt/internal/article"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

// linkedService is an offering as schema.org has it, in JSON-LD. What is not known is
// left out.
type linkedService struct {
	Context     string           `json:"@context"`
	Type        string           `json:"@type"` // GovernmentService, or Service where that is not sure
	ID          string           `json:"@id"`
	URL         string           `json:"url"`
	Name        string           `json:"name"`
	ServiceType string           `json:"serviceType,omitempty"`
	Description string           `json:"description,omitempty"`
	Provider    *linkedProvider  `json:"provider,omitempty"`
	AreaServed  []linkedArea     `json:"areaServed,omitempty"`
	Channels    []*linkedChannel `json:"availableChannel,omitempty"`
}

type linkedProvider struct {
	Type string `json:"@type"`
	Name string `json:"name"`
	URL  string `json:"url,omitempty"`
}

type linkedArea struct {
	Type string `json:"@type"`
	Name string `json:"name"`
}

type linkedChannel struct {
	Type  string       `json:"@type"`
	URL   string       `json:"serviceUrl,omitempty"`
	Phone *linkedPhone `json:"servicePhone,omitempty"`
}

type linkedPhone struct {
	Type      string `json:"@type"`
	Telephone string `json:"telephone"`
}

// publicKinds are the organizations whose services are a government's.
var publicKinds = []directory.OrganizationKind{directory.KindKommune, directory.KindFylkeskommune, directory.KindState, directory.KindHealthTrust}

func (s *Site) linkedData(w writer, o *directory.Offering) linkedService {
	address := s.deps.BaseURL + s.lang.Prefix() + page.OfferingPath(o)
	out := linkedService{
		Context:     "https://schema.org",
		Type:        "Service",
		ID:          s.deps.BaseURL + page.OfferingName(o),
		URL:         address,
		Name:        o.Name,
		ServiceType: w.typeName(o.Type),
		Description: o.Summary,
	}
	public := slices.Contains(publicKinds, o.Organization.Kind)
	if public {
		out.Type = "GovernmentService"
	}
	if o.Organization.Name != "" {
		out.Provider = &linkedProvider{Type: "Organization", Name: o.Organization.Name, URL: o.Organization.Website}
		if public {
			out.Provider.Type = "GovernmentOrganization"
		}
	}
	area := w.area(o.Coverage, "")
	if area.National {
		out.AreaServed = []linkedArea{{"Country", "Norge"}}
	}
	for _, name := range append(area.Fylker, area.Kommuner...) {
		out.AreaServed = append(out.AreaServed, linkedArea{"AdministrativeArea", name})
	}
	for _, p := range o.Phones {
		out.Channels = append(out.Channels, &linkedChannel{Type: "ServiceChannel", Phone: &linkedPhone{"ContactPoint", string(p.Number)}})
	}
	for _, url := range o.Websites {
		out.Channels = append(out.Channels, &linkedChannel{Type: "ServiceChannel", URL: url})
	}
	return out
}

// linkedArticle is a guidance article as schema.org has it.
type linkedArticle struct {
	Context       string         `json:"@context"`
	Type          string         `json:"@type"`
	ID            string         `json:"@id"`
	Headline      string         `json:"headline"`
	Description   string         `json:"description"`
	Language      string         `json:"inLanguage"`
	DatePublished string         `json:"datePublished"`
	DateModified  string         `json:"dateModified"`
	Publisher     linkedProvider `json:"publisher"`
	CitesLaws     []string       `json:"citation,omitempty"`
}

// linkedArticle returns an article that is not a section's own text. The day of each date
// is the article's own.
func (s *Site) linkedArticle(a *article.Article, m page.Meta) linkedArticle {
	out := linkedArticle{
		Context:       "https://schema.org",
		Type:          "Article",
		ID:            m.Address(m.Language),
		Headline:      a.Title,
		Description:   a.Lead,
		Language:      a.Language,
		DatePublished: a.Published.Format("2006-01-02"),
		DateModified:  a.Updated.Format("2006-01-02"),
		Publisher:     linkedProvider{Type: "Organization", Name: view.SiteName, URL: s.deps.BaseURL},
	}
	for _, law := range a.Laws {
		out.CitesLaws = append(out.CitesLaws, law.Text)
	}
	return out
}
