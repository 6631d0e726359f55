package fhir

import (
	"fmt"

	"github.com/nasjonal-oversikt/oversikt/internal/page"
)

type capabilityStatement struct {
	header
	URL            string         `json:"url"`
	Version        string         `json:"version,omitempty"`
	Name           string         `json:"name"`
	Title          string         `json:"title"`
	Status         string         `json:"status"`
	Experimental   bool           `json:"experimental"`
	Date           string         `json:"date"`
	Description    string         `json:"description"`
	Kind           string         `json:"kind"`
	Software       software       `json:"software"`
	Implementation implementation `json:"implementation"`
	FHIRVersion    string         `json:"fhirVersion"`
	Format         []string       `json:"format"`
	Rest           []rest         `json:"rest"`
}

type software struct {
	Name    string `json:"name"`
	Version string `json:"version,omitempty"`
}

type implementation struct {
	Description string `json:"description"`
	URL         string `json:"url"`
}

type rest struct {
	Mode          string          `json:"mode"`
	Documentation string          `json:"documentation"`
	Security      security        `json:"security"`
	Resource      []restResource  `json:"resource"`
	Interaction   []interaction   `json:"interaction,omitempty"`
	SearchParam   []restParameter `json:"searchParam"`
}

type security struct {
	CORS        bool   `json:"cors"`
	Description string `json:"description"`
}

type restResource struct {
	Type              string          `json:"type"`
	Profile           string          `json:"profile,omitempty"`
	SupportedProfile  []string        `json:"supportedProfile,omitempty"`
	Interaction       []interaction   `json:"interaction"`
	Versioning        string          `json:"versioning"`
	ReadHistory       bool            `json:"readHistory"`
	UpdateCreate      bool            `json:"updateCreate"`
	ConditionalCreate bool            `json:"conditionalCreate"`
	ConditionalRead   string          `json:"conditionalRead"`
	ConditionalUpdate bool            `json:"conditionalUpdate"`
	ConditionalDelete string          `json:"conditionalDelete"`
	SearchInclude     []string        `json:"searchInclude,omitempty"`
	SearchRevInclude  []string        `json:"searchRevInclude,omitempty"`
	SearchParam       []restParameter `json:"searchParam"`
}

type interaction struct {
	Code          string `json:"code"`
	Documentation string `json:"documentation,omitempty"`
}

type restParameter struct {
	Name          string `json:"name"`
	Definition    string `json:"definition,omitempty"`
	Type          string `json:"type"`
	Documentation string `json:"documentation,omitempty"`
}

// described is the day on which what can be asked for was last changed.
const described = "2026-11-27"

// profiles are the profiles of what is served, by type.
var profiles = map[string]string{
	typeService:      profileService,
	typeLocation:     profileLocation,
	typeOrganization: profileOrganization,
}

// resultParameters say what an answer should look like. The standard has no SearchParameter
// for them.
var resultParameters = []restParameter{
	{Name: "_count", Type: "number", Documentation: fmt.Sprintf("Ressurser på hver side: %d når det ikke er sagt, høyst %d. 0 gir bare antallet.", usualCount, mostCount)},
	{Name: "_sort", Type: "string", Documentation: "name, _lastUpdated, _id og, for Location, near; minus foran snur. Uten _sort er rekkefølgen den samme hver gang."},
	{Name: "_include", Type: "special", Documentation: "Også med :iterate."},
	{Name: "_revinclude", Type: "special", Documentation: "Også med :iterate."},
	{Name: "_summary", Type: "token", Documentation: "true, text, data, count eller false."},
	{Name: "_elements", Type: "string"},
	{Name: "_total", Type: "token", Documentation: "Antallet er alltid med, og nøyaktig."},
	{Name: "_format", Type: "token", Documentation: "Bare json."},
	{Name: "_pretty", Type: "token"},
}

// showMetadata answers with what the server can do, made from the same tables as the
// searches.
func (s *Server) showMetadata(r *request) (*page.Answer, error) {
	content, err := encode(s.capabilities(r.catalog))
	if err != nil {
		return nil, err
	}
	return r.finish(content, "")
}

func (s *Server) capabilities(c *catalog) *capabilityStatement {
	cs := &capabilityStatement{
		header:         header{Type: "CapabilityStatement", ID: "oversikt", Language: "nb"},
		URL:            c.base + "/metadata",
		Version:        s.deps.Version,
		Name:           "OversiktFHIR",
		Title:          "Tilbud til pårørende",
		Status:         "active",
		Date:           described,
		Description:    "Den nasjonale oversikten over tilbud til pårørende, til å lese og søke i. Tilbud er HealthcareService, stedene og områdene de gjelder for, er Location, de som gir dem, er Organization.",
		Kind:           "instance",
		Software:       software{"oversikt", s.deps.Version},
		Implementation: implementation{"Tilbud til pårørende", c.base},
		FHIRVersion:    "4.0.1",
		Format:         []string{"application/fhir+json", "json"},
		Rest: []rest{{
			Mode:          "server",
			Documentation: "Ukjente søkeparametere blir sett bort fra, og svaret sier hvilke. Med Prefer: handling=strict er de feil. Søk kan også sendes med POST til _search.",
			Security:      security{CORS: true, Description: "Åpent for alle, uten nøkkel."},
			SearchParam:   append(restParameters(common), resultParameters...),
		}},
	}
	cs.Text = narrate(cs.Title, cs.Description)
	for _, k := range kinds {
		res := restResource{
			Type:              k,
			Profile:           profiles[k],
			SupportedProfile:  nonempty(profiles[k]),
			Interaction:       []interaction{{Code: "read"}, {Code: "search-type"}},
			Versioning:        "versioned",
			ConditionalRead:   "not-match",
			ConditionalDelete: "not-supported",
			SearchParam:       restParameters(append(common[:len(common):len(common)], parameters[k]...)),
		}
		for _, p := range references(k) {
			res.SearchInclude = append(res.SearchInclude, k+":"+p.name)
		}
		for _, of := range kinds {
			for _, p := range references(of) {
				if p.target == k {
					res.SearchRevInclude = append(res.SearchRevInclude, of+":"+p.name)
				}
			}
		}
		cs.Rest[0].Resource = append(cs.Rest[0].Resource, res)
	}
	return cs
}

func restParameters(list []*parameter) []restParameter {
	var out []restParameter
	for _, p := range list {
		out = append(out, restParameter{p.name, p.definition, p.kind, p.doc})
	}
	return out
}
