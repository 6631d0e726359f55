package api

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

// placeMatch is a kommune that a place may mean.
type placeMatch struct {
	Kommune    KommuneName `json:"kommune" doc:"Kommunen det kan være."`
	Fylke      FylkeName   `json:"fylke" doc:"Fylket kommunen ligger i."`
	As         *string     `json:"som" doc:"Det som traff, når det ikke er kommunens eget navn."`
	Kind       string      `json:"slag" enum:"navn,tidligere,nummer,postnummer,sted,bydel,naerhet" doc:"Hva som traff. naerhet: gjettet ut fra avstanden til midten av kommunen."`
	Sure       bool        `json:"sikker" doc:"Nei når skrivemåten er gjettet, eller kommunen er gjettet ut fra avstand."`
	DistanceKM *float64    `json:"avstand_km" doc:"Til midten av kommunen, når lat og lon er gitt."`
	URL        string      `json:"url" format:"uri" doc:"Siden for kommunen."`
}

// places is the answer of GET /sted.
type places struct {
	List[placeMatch]
	Note *string `json:"merknad" doc:"Når det er noe å si om hvorfor listen er tom."`
}

// whereabouts is the parameters of GET /sted.
type whereabouts struct {
	Text       string  `query:"q" maxLength:"100" example:"Våler" doc:"Navn på kommune (også samisk, kvensk og tidligere), tettsted, bydel eller poststed; postnummer eller kommunenummer."`
	PostalCode string  `query:"postnummer" pattern:"^[0-9]{4}$" patternDescription:"fire sifre" example:"8006" doc:"Gir kommunen det ligger i."`
	Lat        float64 `query:"lat" minimum:"57" maximum:"81" example:"67.28" doc:"Grader nord (WGS84). Gis sammen med lon."`
	Lon        float64 `query:"lon" minimum:"-10" maximum:"34" example:"14.4" doc:"Grader øst (WGS84). Gis sammen med lat."`

	near *region.Position
}

// Resolve implements huma.Resolver: exactly one way of saying where.
func (w *whereabouts) Resolve(ctx huma.Context) []error {
	near, errs := nearOf(ctx, w.Lat, w.Lon)
	w.near = near
	w.Text = strings.TrimSpace(w.Text)
	ways := 0
	for _, given := range []bool{w.Text != "", w.PostalCode != "", near != nil} {
		if given {
			ways++
		}
	}
	if len(errs) == 0 && ways != 1 {
		errs = append(errs, detail("q", msgOneWay))
	}
	return errs
}

type suggestions struct {
	Suggestions []suggestion `json:"forslag" doc:"Det beste først."`
}

type suggestion struct {
	Text string  `json:"tekst" doc:"Det som kan velges."`
	Kind string  `json:"slag" enum:"kommune,type,uttrykk,tilbud,kurs,artikkel,sjekkliste" doc:"Hva det er."`
	URL  string  `json:"url" doc:"Stien til siden, uten vertsnavn."`
	Sub  *string `json:"undertekst" doc:"Det som vises ved siden av: «tidligere Skedsmo», fylket, typen."`
}

func (a *API) registerPlaces(h huma.API) {
	get(h, huma.Operation{
		OperationID: "sted",
		Path:        "/sted",
		Tags:        []string{"Steder"},
		Summary:     "Kommunene et sted kan være i",
		Description: "Det mest sannsynlige først. Gi enten q, postnummer, eller lat og lon. Med lat og lon er svaret gjettet: de fem kommunene med nærmest midtpunkt. Grensene kjenner vi ikke.",
		Errors:      []int{http.StatusNotFound},
	}, a.findPlace)
	get(h, huma.Operation{
		OperationID: "forslag",
		Path:        "/forslag",
		Tags:        []string{"Tilbud", "Steder"},
		Summary:     "Fullføring mens man skriver",
		Description: "Kommuner, typer, ting folk sier, tilbud og artikler, høyst 10.",
	}, a.suggest)
}

func (a *API) findPlace(_ context.Context, v *search.View, in *whereabouts) (*places, error) {
	switch {
	case in.near != nil:
		return &places{List: *whole(a.nearest(v, *in.near))}, nil
	case in.PostalCode != "":
		p, ok := v.PostalCode(in.PostalCode)
		if !ok {
			return nil, notFound("query.postnummer", msgNoPostalCode, a.nearPostalCodes(v, in.PostalCode))
		}
		if p.Kommune == "" {
			return &places{List: *whole([]placeMatch{}), Note: known(msgOutside)}, nil
		}
		return &places{List: *whole(a.matches(v.ResolvePlace(in.PostalCode)))}, nil
	}
	return &places{List: *whole(a.matches(v.ResolvePlace(in.Text)))}, nil
}

func (a *API) matches(found []search.PlaceMatch) []placeMatch {
	return each(found, func(m search.PlaceMatch) placeMatch {
		out := a.placeMatch(m.Kommune)
		out.As, out.Kind, out.Sure = known(m.As), m.AsKind, m.Exact
		return out
	})
}

// nearestKommuner is how many guesses a position gives: enough that the right one is
// among them in all but the largest kommuner.
const nearestKommuner = 5

// nearest returns the kommuner whose centres lie nearest to p. Borders are not in the
// data, so this is a guess and says so.
func (a *API) nearest(v *search.View, p region.Position) []placeMatch {
	type candidate struct {
		kommune *search.Kommune
		km      float64
	}
	all := make([]candidate, 0, 400)
	for _, k := range v.Kommuner() {
		if k.Position != (region.Position{}) {
			all = append(all, candidate{k, search.DistanceKM(p, k.Position)})
		}
	}
	slices.SortFunc(all, func(a, b candidate) int { return cmp.Compare(a.km, b.km) })
	return each(all[:min(nearestKommuner, len(all))], func(c candidate) placeMatch {
		out := a.placeMatch(c.kommune)
		out.Kind, out.DistanceKM = "naerhet", rounded(c.km)
		return out
	})
}

func (a *API) placeMatch(k *search.Kommune) placeMatch {
	return placeMatch{
		Kommune: KommuneName{string(k.Number), k.DisplayName()},
		Fylke:   FylkeName{string(k.Number.Fylke()), k.FylkeName},
		URL:     a.page("/kommune/" + string(k.Number) + "-" + k.Slug()),
	}
}

func (a *API) suggest(_ context.Context, v *search.View, in *struct {
	Text string `query:"q" maxLength:"500" example:"famili" doc:"Det som er skrevet så langt."`
	Kind string `query:"slag" enum:"kommune,type,uttrykk,tilbud,artikkel,sjekkliste" example:"type" doc:"Bare forslag av dette slaget."`

	Language string `query:"sprak" enum:"nb,nn,en" default:"nb" example:"nn" doc:"Språket til den som skriver. Typer, emner og det som står ved siden av, kommer på det. Artikler som ikke er oversatt, kommer på bokmål."`
}) (*suggestions, error) {
	const most = 10
	var kinds []search.SuggestionKind
	if in.Kind != "" {
		kinds = append(kinds, search.SuggestionKind(in.Kind))
	}
	found := v.Suggest(in.Language, in.Text, most, kinds...)
	return &suggestions{each(found, func(s search.Suggestion) suggestion {
		return suggestion{Text: s.Text, Kind: string(s.Kind), URL: s.Path, Sub: known(s.Sub)}
	})}, nil
}
