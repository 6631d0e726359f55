package api

import (
	"context"
	"math"
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

// question is the parameters of GET /tilbud.
type question struct {
	Text         string   `query:"q" maxLength:"500" example:"avlastning" doc:"Ord å søke etter. Steder og typer i teksten blir forstått; se tolket i svaret."`
	Kommuner     []string `query:"kommune,explode" maxItems:"20" maxLength:"100" example:"1804" doc:"Nummer, tidligere nummer eller navn. Gir tilbudene som dekker kommunen."`
	PostalCodes  []string `query:"postnummer,explode" maxItems:"20" pattern:"^[0-9]{4}$" patternDescription:"fire sifre" example:"8006" doc:"Gir tilbudene som dekker kommunen postnummeret ligger i. Sammen med kommune: en av dem."`
	Fylker       []string `query:"fylke,explode" maxItems:"15" maxLength:"100" example:"Nordland" doc:"Nummer eller navn. Gir tilbudene som dekker fylket eller noe av det."`
	Types        []string `query:"type,explode" maxItems:"50" maxLength:"100" example:"familievernkontor" doc:"Koder fra /typer."`
	TargetGroups []string `query:"malgruppe,explode" maxItems:"50" maxLength:"100" example:"barn" doc:"Koder fra fasetter.malgruppe."`
	Topics       []string `query:"tema,explode" maxItems:"50" maxLength:"100" example:"demens" doc:"Koder fra fasetter.tema."`
	Formats      []string `query:"form,explode" maxItems:"50" maxLength:"100" example:"gruppe" doc:"Koder fra fasetter.form."`
	Languages    []string `query:"sprak,explode" maxItems:"20" pattern:"^[a-z]{2,3}$" patternDescription:"en kode etter ISO 639, for eksempel se" example:"se" doc:"Språk, etter ISO 639."`
	Lat          float64  `query:"lat" minimum:"57" maximum:"81" example:"67.28" doc:"Grader nord (WGS84). Gis sammen med lon."`
	Lon          float64  `query:"lon" minimum:"-10" maximum:"34" example:"14.4" doc:"Grader øst (WGS84). Gis sammen med lat."`
	RadiusKM     float64  `query:"radius_km" exclusiveMinimum:"0" maximum:"3000" example:"50" doc:"Bare tilbud så nær lat og lon, eller midten av kommunen."`
	Sort         string   `query:"sorter" enum:"relevans,avstand,navn" default:"relevans" example:"navn" doc:"Rekkefølgen på treffene. avstand krever lat og lon, kommune eller postnummer."`
	Page         int      `query:"side" minimum:"1" maximum:"100000" default:"1" example:"1" doc:"Siden som skal vises, fra 1."`
	Size         int      `query:"antall" minimum:"1" maximum:"100" default:"20" example:"2" doc:"Antall på hver side."`

	near *region.Position
}

// Resolve implements huma.Resolver: what concerns several parameters at once, and what
// huma's reading of a single one does not see.
func (q *question) Resolve(ctx huma.Context) []error {
	query := queryOf(ctx)
	// huma takes a repeated parameter for absent when its first value is empty.
	for name, values := range map[string]*[]string{
		"kommune": &q.Kommuner, "postnummer": &q.PostalCodes, "fylke": &q.Fylker, "type": &q.Types,
		"malgruppe": &q.TargetGroups, "tema": &q.Topics, "form": &q.Formats, "sprak": &q.Languages,
	} {
		*values = filled(query[name])
	}
	near, errs := nearOf(ctx, q.Lat, q.Lon)
	q.near = near
	if math.IsNaN(q.RadiusKM) || math.IsInf(q.RadiusKM, 0) {
		errs = append(errs, detail("radius_km", msgNumber))
	}
	placed := q.near != nil || len(q.Kommuner) > 0 || len(q.PostalCodes) > 0
	if q.RadiusKM > 0 && !placed {
		errs = append(errs, detail("radius_km", msgNeedsPlace))
	}
	if search.Sort(q.Sort) == search.ByDistance && !placed && strings.TrimSpace(q.Text) == "" {
		errs = append(errs, detail("sorter", msgNeedsPlace))
	}
	return errs
}

// nearOf returns the point that lat and lon name, or nil when neither is given.
func nearOf(ctx huma.Context, lat, lon float64) (*region.Position, []error) {
	given := func(name string) bool { return ctx.Query(name) != "" }
	switch {
	case !given("lat") && !given("lon"):
		return nil, nil
	case !given("lat"):
		return nil, []error{detail("lat", msgBothLatLon)}
	case !given("lon"):
		return nil, []error{detail("lon", msgBothLatLon)}
	case math.IsNaN(lat):
		return nil, []error{detail("lat", msgNumber)}
	case math.IsNaN(lon):
		return nil, []error{detail("lon", msgNumber)}
	}
	return &region.Position{Lat: lat, Lon: lon}, nil
}

func detail(parameter, message string) error {
	return &huma.ErrorDetail{Message: message, Location: "query." + parameter}
}

// filled returns the values that are not blank.
func filled(values []string) []string {
	var out []string
	for _, v := range values {
		if v = strings.TrimSpace(v); v != "" {
			out = append(out, v)
		}
	}
	return out
}

// results is the answer of GET /tilbud.
type results struct {
	List[offering]
	Interpreted interpretation `json:"tolket" doc:"Hva vi forsto av q."`
	DidYouMean  *string        `json:"forslag" doc:"En bedre skrivemåte av q."`
	Facets      facets         `json:"fasetter" doc:"Valg som snevrer inn. Tallene for hver fasett er regnet uten valgene i den selv. Valg uten treff er utelatt. Av kommuner er de valgte med, og de med flest treff, til sammen 50."`
	Crisis      bool           `json:"krise" doc:"Teksten handler om selvmord, vold eller fare: vis nødnumrene først."`
	NotThere    bool           `json:"ikke_meldt_inn" doc:"Typen det er spurt etter, er ikke meldt inn for stedet. Treffene er det som kan brukes i stedet."`
	Dropped     bool           `json:"uten_ordene" doc:"Ingen tilbud for stedet eller av typen har ordene i tolket.tekst. Treffene er det som finnes ellers."`
	General     bool           `json:"generelt" doc:"Ingen tilbud svarer på ordene. Treffene er linjer som alle kan ringe."`

	hits   func(b []byte) []byte // appends the items
	facets search.Facets
	heads  *heads // of the facets
}

type interpretation struct {
	Text     string                `json:"tekst" doc:"Ordene som er igjen, og som det er søkt etter."`
	Kommune  nullable[KommuneName] `json:"kommune" doc:"Når teksten nevner nøyaktig én kommune."`
	Kommuner []KommuneName         `json:"kommuner" doc:"Alle kommunene navnet kan være: Våler er to, og en delt kommune er flere."`
	Fylker   []FylkeName           `json:"fylker" doc:"Fylkene teksten nevner."`
	Place    *string               `json:"sted" doc:"Det teksten kalte stedet, når det ikke er kommunens navn."`
	Types    []Coded               `json:"type" doc:"Typene teksten nevner."`
	Expanded []string              `json:"utvidet" doc:"Andre ord det også er søkt etter."`
	Mended   *string               `json:"rettet" doc:"Teksten slik den ble lest, når et ord ble tatt for å være skrevet feil."`
}

type facets struct {
	Types        []facetValue `json:"type" doc:"Typer tilbud."`
	Fylker       []facetValue `json:"fylke" doc:"Fylker."`
	Kommuner     []facetValue `json:"kommune" doc:"Kommuner, høyst 50."`
	TargetGroups []facetValue `json:"malgruppe" doc:"Hvem tilbudene er for."`
	Topics       []facetValue `json:"tema" doc:"Hva tilbudene handler om."`
	Formats      []facetValue `json:"form" doc:"Hvordan hjelpen gis."`
}

type facetValue struct {
	Code     string `json:"kode" doc:"Verdien å sende som parameter."`
	Name     string `json:"navn" doc:"Navnet på bokmål."`
	Count    int    `json:"antall" doc:"Hvor mange tilbud det er av dette blant treffene."`
	Selected bool   `json:"valgt,omitempty" doc:"Utelatt når valget ikke er tatt."`
}

func (a *API) registerOfferings(h huma.API) {
	get(h, huma.Operation{
		OperationID: "tilbud",
		Path:        "/tilbud",
		Tags:        []string{"Tilbud"},
		Summary:     "Søk i tilbudene",
		Description: "Uten parametere: alle tilbud. Ukjent kommune, postnummer, fylke eller type gir 404 med forslag.",
		Errors:      []int{http.StatusNotFound},
	}, a.findOfferings)
	get(h, huma.Operation{
		OperationID: "ett-tilbud",
		Path:        "/tilbud/{id}",
		Tags:        []string{"Tilbud"},
		Summary:     "Ett tilbud",
		Description: "Alt vi vet om det, med nummer, tider og kilde. ETag begynner med versjonen, og er den du sender når du skriver.",
		Errors:      []int{http.StatusNotFound},
	}, a.showOffering)
}

func (a *API) showOffering(_ context.Context, v *search.View, in *struct {
	ID int64 `path:"id" minimum:"1" doc:"Nummeret på tilbudet, fra feltet id."`
}) (*offering, error) {
	o, ok := v.Offering(in.ID)
	if !ok {
		return nil, notFound("path.id", msgNoOffering, []pointer{{Text: "Alle tilbud", URL: a.call("/tilbud")}})
	}
	out := a.offering(v, o)
	return &out, nil
}

func (a *API) findOfferings(ctx context.Context, v *search.View, q *question) (*results, error) {
	query, err := a.query(v, q)
	if err != nil {
		return nil, err
	}
	query.Bare = true
	found, err := v.Search(ctx, query)
	if err != nil {
		return nil, err
	}
	// The index may answer a page too far with its last one.
	if pages := max(found.Pages, 1); q.Page > pages {
		return nil, wrong("side", "finnes ikke; siste side er "+strconv.Itoa(pages))
	}
	return &results{
		List: List[offering]{
			Total: found.Total,
			Page:  q.Page,
			Pages: max(found.Pages, 1),
		},
		hits:        func(b []byte) []byte { return a.appendHits(b, v, found.Hits) },
		Interpreted: a.interpretationOf(found.Interpreted),
		DidYouMean:  known(found.DidYouMean),
		facets:      found.Facets,
		heads:       a.headsOf(v),
		Crisis:      found.Crisis,
		NotThere:    found.NotThere,
		Dropped:     found.Dropped,
		General:     found.General,
	}, nil
}

// query returns q with every name looked up. It returns a *problem that names the
// parameter for the first value that is not known.
func (a *API) query(v *search.View, q *question) (search.Query, error) {
	out := search.Query{
		Text:      q.Text,
		Languages: q.Languages,
		Near:      q.near,
		RadiusKM:  q.RadiusKM,
		Sort:      search.Sort(q.Sort),
		Page:      q.Page,
		Size:      q.Size,
	}
	for _, s := range q.Kommuner {
		numbers, err := a.kommunerNamed(v, s)
		if err != nil {
			return out, err
		}
		out.Kommuner = append(out.Kommuner, numbers...)
	}
	for _, s := range q.PostalCodes {
		n, err := a.kommuneOfPostalCode(v, s)
		if err != nil {
			return out, err
		}
		out.Kommuner = append(out.Kommuner, n)
	}
	for _, s := range q.Fylker {
		n, err := a.fylkeNamed(v, s)
		if err != nil {
			return out, err
		}
		out.Fylker = append(out.Fylker, n)
	}
	for _, s := range q.Types {
		if _, ok := v.Type(s); !ok {
			return out, a.unknownType(v, "query.type", s)
		}
		out.Types = append(out.Types, s)
	}
	for _, t := range []struct {
		parameter string
		kind      directory.TermKind
		values    []string
		to        *[]string
	}{
		{"malgruppe", directory.TargetGroup, q.TargetGroups, &out.TargetGroups},
		{"tema", directory.Topic, q.Topics, &out.Topics},
		{"form", directory.Format, q.Formats, &out.Formats},
	} {
		if err := knownTerms(v, t.kind, t.parameter, t.values); err != nil {
			return out, err
		}
		*t.to = t.values
	}
	return out, nil
}

// knownTerms returns a 422 that lists the codes there are unless all values are among them.
func knownTerms(v *search.View, kind directory.TermKind, parameter string, values []string) error {
	if len(values) == 0 {
		return nil
	}
	codes := each(v.Terms(kind), func(t directory.Term) string { return t.Code })
	for _, s := range values {
		if !contains(codes, s) {
			return wrong(parameter, "må være en av: "+strings.Join(codes, ", "))
		}
	}
	return nil
}

func contains(values []string, s string) bool {
	for _, v := range values {
		if v == s {
			return true
		}
	}
	return false
}

func (a *API) interpretationOf(i search.Interpretation) interpretation {
	out := interpretation{
		Text:     i.Text,
		Kommuner: each(i.Kommuner, func(k *search.Kommune) KommuneName { return KommuneName{string(k.Number), k.DisplayName()} }),
		Fylker:   each(i.Fylker, func(f region.Fylke) FylkeName { return FylkeName{string(f.Number), f.Name} }),
		Place:    known(i.Place),
		Types:    each(i.Types, func(t directory.OfferingType) Coded { return Coded{t.Code, t.Name.NB} }),
		Expanded: each(i.Expanded, same),
		Mended:   known(i.Mended),
	}
	if len(out.Kommuner) == 1 {
		out.Kommune.value = &out.Kommuner[0]
	}
	return out
}

// offeringPath returns "42-familievernkontoret-i-oslo".
func offeringPath(o *directory.Offering) string {
	return strings.TrimSuffix(strconv.FormatInt(o.ID, 10)+"-"+o.Slug(), "-")
}

// page returns the absolute address of a page of the site, call that of a call.
func (a *API) page(path string) string { return a.baseURL + path }
func (a *API) call(path string) string { return a.baseURL + Root + path }

// rounded returns a distance to the nearest hundred metres: centres are no more exact.
func rounded(km float64) *float64 {
	km = math.Round(km*10) / 10
	return &km
}

func typeOf[T any]() reflect.Type { return reflect.TypeFor[T]() }
