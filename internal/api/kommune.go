package api

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

// KommuneName is a kommune where it is only named. The fylke stands with the name where
// two kommuner share it.
type KommuneName struct {
	Number string `json:"kommunenummer" doc:"Fire sifre."`
	Name   string `json:"navn" doc:"Navnet, med fylket der to kommuner heter det samme."`
}

// FylkeName is a fylke where it is only named.
type FylkeName struct {
	Number string `json:"fylkesnummer" doc:"To sifre."`
	Name   string `json:"navn" doc:"Navnet på fylket."`
}

type kommune struct {
	KommuneName
	OtherNames     []string           `json:"andre_navn" doc:"Samiske og kvenske offisielle navn."`
	OfficialName   string             `json:"offisielt_navn" doc:"Alle de offisielle navnene, slik de står i registeret."`
	Fylke          FylkeName          `json:"fylke" doc:"Fylket kommunen ligger i."`
	Maalform       *string            `json:"malform" doc:"bokmål, nynorsk eller nøytral."`
	Population     *int               `json:"folketall" doc:"Innbyggere."`
	PopulationYear *int               `json:"folketall_ar" doc:"Året folketallet er fra."`
	AdminCentre    *string            `json:"kommunesenter" doc:"Stedet kommunen styres fra."`
	Position       nullable[position] `json:"posisjon" doc:"Midten av kommunen."`
	Website        string             `json:"nettsted" format:"uri" doc:"Kommunens eget nettsted."`
	Phone          nullable[phone]    `json:"telefon" doc:"Bare når nummeret er fra 2020 eller senere."`
	Email          *string            `json:"epost" doc:"Kommunens e-postadresse, når den er bekreftet."`
	OrgNumber      *string            `json:"organisasjonsnummer" doc:"Ni sifre."`
	Formers        []former           `json:"tidligere" doc:"Kommuner og numre som ble til denne."`
	URL            string             `json:"url" format:"uri" doc:"Siden for kommunen."`
}

type former struct {
	Number   string `json:"kommunenummer" doc:"Nummeret den hadde."`
	Name     string `json:"navn" doc:"Navnet den hadde."`
	LastYear int    `json:"til_og_med" doc:"Siste året nummeret gjaldt."`
	Kind     string `json:"slag" enum:"nytt nummer,nytt navn,nytt nummer og navn,sammenslåing,deling" doc:"Hva som skjedde med den."`
}

type fylke struct {
	FylkeName
	OtherNames   []string      `json:"andre_navn" doc:"Samiske og kvenske offisielle navn."`
	OfficialName string        `json:"offisielt_navn" doc:"Alle de offisielle navnene, slik de står i registeret."`
	Kommuner     []KommuneName `json:"kommuner" doc:"Kommunene i fylket."`
	URL          string        `json:"url" format:"uri" doc:"Siden for fylket."`
}

// kommuneAnswer is what one kommune has, type by type.
type kommuneAnswer struct {
	List[typeAnswer]
	Kommune kommune `json:"kommune" doc:"Kommunen det er spurt om."`
}

// typeAnswer is what a kommune has of one type, and where to turn when that is nothing.
type typeAnswer struct {
	Type         offeringType `json:"type" doc:"Typen tilbud."`
	Total        int          `json:"antall" doc:"Hvor mange tilbud av typen som dekker kommunen."`
	Offerings    []offering   `json:"tilbud" doc:"Det som dekker kommunen, det nærmeste først: egne, delte, fylkets, nasjonale."`
	Nearest      []offering   `json:"naermeste" doc:"Når ingenting er meldt inn: samme type andre steder. De dekker ikke kommunen."`
	Alternatives []offering   `json:"alternativer" doc:"Når ingenting er meldt inn: andre tilbud som dekker kommunen."`
	Ask          *string      `json:"spor_kommunen" format:"uri" doc:"Når ingenting er meldt inn: kommunens eget nettsted."`
}

func (a *API) registerKommuner(h huma.API) {
	get(h, huma.Operation{
		OperationID: "kommuner",
		Path:        "/kommuner",
		Tags:        []string{"Steder"},
		Summary:     "Kommunene",
		Description: "Med q: etter navn, samisk eller kvensk navn, tidligere navn eller nummer, det beste treffet først. Uten: alle, å sist.",
	}, a.listKommuner)
	number := "Et tidligere nummer viser videre (308) når området er i én kommune nå. Er det i flere, eller er nummeret ukjent, er svaret 404 med kommunene det kan være i forslag."
	get(h, huma.Operation{
		OperationID: "kommune",
		Path:        "/kommuner/{nummer}",
		Tags:        []string{"Steder"},
		Summary:     "Én kommune",
		Description: number,
		Responses:   moved(),
		Errors:      []int{http.StatusNotFound},
	}, a.showKommune)
	get(h, huma.Operation{
		OperationID: "kommunens-tilbud",
		Path:        "/kommuner/{nummer}/tilbud",
		Tags:        []string{"Steder", "Tilbud"},
		Summary:     "Det en kommune har, type for type",
		Description: "Hver type er med, også der ingenting er meldt inn. " + number,
		Responses:   moved(),
		Errors:      []int{http.StatusNotFound},
	}, a.answerKommune)
	get(h, huma.Operation{
		OperationID: "fylker",
		Path:        "/fylker",
		Tags:        []string{"Steder"},
		Summary:     "Fylkene med kommunene sine",
		Description: "Alle fylkene, med navn på norsk, samisk og kvensk.",
	}, a.listFylker)
}

// moved describes the redirect from a former number.
func moved() map[string]*huma.Response {
	return map[string]*huma.Response{"308": {
		Description: "Tidligere nummer",
		Headers:     map[string]*huma.Param{"Location": {Schema: &huma.Schema{Type: huma.TypeString}}},
	}}
}

// redirect is an error that huma answers as a permanent redirect.
func redirect(to string) error {
	return huma.ErrorWithHeaders(newProblem(http.StatusPermanentRedirect, "Se Location."), http.Header{"Location": {to}})
}

func (a *API) listKommuner(_ context.Context, v *search.View, in *struct {
	Text string `query:"q" maxLength:"100" example:"Bodø" doc:"Navn, tidligere navn eller nummer, eller begynnelsen av et navn."`
}) (*List[kommune], error) {
	found := v.Kommuner()
	if text := strings.TrimSpace(in.Text); text != "" {
		found = kommunerMatching(v, text)
	}
	return whole(each(found, a.kommune)), nil
}

// kommunerMatching returns the kommuner that text names, best first, then those whose
// name begins with it.
func kommunerMatching(v *search.View, text string) []*search.Kommune {
	var found []*search.Kommune
	seen := map[region.Number]bool{}
	add := func(k *search.Kommune) {
		if !seen[k.Number] {
			seen[k.Number] = true
			found = append(found, k)
		}
	}
	for _, m := range v.ResolvePlace(text) {
		if m.AsKind == "navn" || m.AsKind == "tidligere" || m.AsKind == "nummer" {
			add(m.Kommune)
		}
	}
	prefix := region.Slug(text)
	if prefix == "" {
		return found
	}
	for _, k := range v.Kommuner() {
		for _, name := range append([]string{k.Name}, k.OtherNames...) {
			if strings.HasPrefix(region.Slug(name), prefix) {
				add(k)
			}
		}
	}
	return found
}

// numbered is the path of the calls below one kommune.
type numbered struct {
	Number string `path:"nummer" maxLength:"200" example:"1804" doc:"Kommunenummer, fire sifre."`
}

func (a *API) showKommune(_ context.Context, v *search.View, in *numbered) (*kommune, error) {
	k, err := a.kommuneNumbered(v, in.Number, "")
	if err != nil {
		return nil, err
	}
	out := a.kommune(k)
	return &out, nil
}

func (a *API) answerKommune(_ context.Context, v *search.View, in *numbered) (*kommuneAnswer, error) {
	k, err := a.kommuneNumbered(v, in.Number, "/tilbud")
	if err != nil {
		return nil, err
	}
	answers := each(v.Answers(k.Number, search.All), func(answer search.Answer) typeAnswer {
		hits := func(h []search.Hit) []offering {
			return each(h, func(h search.Hit) offering { return a.hit(v, h) })
		}
		out := typeAnswer{
			Type:         a.offeringType(v, answer.Type),
			Total:        len(answer.Offerings),
			Offerings:    hits(answer.Offerings),
			Nearest:      hits(answer.Nearest),
			Alternatives: hits(answer.Alternatives),
		}
		if len(answer.Offerings) == 0 {
			out.Ask = known(k.WebsiteURL())
		}
		return out
	})
	return &kommuneAnswer{List: *whole(answers), Kommune: a.kommune(k)}, nil
}

// kommuneNumbered returns the kommune of a number as it stands in a path. Its errors are
// the answers: a redirect for a former number with one successor, to the same call
// (rest) there, and else a 404 with suggestions.
func (a *API) kommuneNumbered(v *search.View, escaped, rest string) (*search.Kommune, error) {
	text, err := url.PathUnescape(escaped)
	if err != nil {
		return nil, newProblem(http.StatusBadRequest, msgAddress)
	}
	n, err := region.ParseNumber(text)
	if err != nil {
		return nil, notFound("path.nummer", msgNotANumber, a.kommunePointers(suggestedKommuner(v, text), rest))
	}
	if k, ok := v.Kommune(n); ok {
		return k, nil
	}
	present := successors(v, n)
	switch len(present) {
	case 0:
		return nil, notFound("path.nummer", msgNoKommune, a.kommunePointers(suggestedKommuner(v, text), rest))
	case 1:
		return nil, redirect(Root + "/kommuner/" + string(present[0].Number) + rest)
	default:
		return nil, notFound("path.nummer", msgSplit, a.kommunePointers(present, rest))
	}
}

// successors returns the kommuner of today that a former number led to.
func successors(v *search.View, n region.Number) []*search.Kommune {
	var out []*search.Kommune
	seen := map[region.Number]bool{}
	for _, f := range v.Former(n) {
		if k, ok := v.Kommune(f.Present); ok && !seen[f.Present] {
			seen[f.Present] = true
			out = append(out, k)
		}
	}
	return out
}

// kommunerNamed returns the kommuner that a parameter's value means: by number, former
// number or name. All are meant where the name is shared or the kommune was split. It
// returns a 404 with the nearest names when there is none.
func (a *API) kommunerNamed(v *search.View, text string) ([]region.Number, error) {
	if n, err := region.ParseNumber(text); err == nil {
		if _, ok := v.Kommune(n); ok {
			return []region.Number{n}, nil
		}
		// Many former numbers are postnummer elsewhere: 1601 was Trondheim, and is in Fredrikstad.
		if present := successors(v, n); len(present) > 0 {
			return each(present, func(k *search.Kommune) region.Number { return k.Number }), nil
		}
	}
	var out []region.Number
	var as string
	for _, m := range v.ResolvePlace(text) {
		// Matches come best first: a name of its own before a former one before a place.
		if !m.Exact || as != "" && m.AsKind != as {
			break
		}
		as = m.AsKind
		out = append(out, m.Kommune.Number)
	}
	if len(out) == 0 {
		return nil, notFound("query.kommune", msgNoKommune, a.kommunePointers(suggestedKommuner(v, text), "/tilbud"))
	}
	return out, nil
}

// kommuneOfPostalCode returns the kommune that a postnummer lies in. Those of Svalbard
// and Jan Mayen lie in none, which is a 404 that says so.
func (a *API) kommuneOfPostalCode(v *search.View, code string) (region.Number, error) {
	p, ok := v.PostalCode(code)
	switch {
	case !ok:
		return "", notFound("query.postnummer", msgNoPostalCode, a.nearPostalCodes(v, code))
	case p.Kommune == "":
		return "", notFound("query.postnummer", msgOutside, []pointer{{Text: "Hjelpetelefoner for hele landet", URL: a.call("/tilbud?type=hjelpetelefon")}})
	}
	return p.Kommune, nil
}

// nearPostalCodes returns the nearest postnummer below and above one that does not exist.
func (a *API) nearPostalCodes(v *search.View, code string) []pointer {
	var out []pointer
	n, err := strconv.Atoi(code)
	if err != nil {
		return nil
	}
	for _, step := range []int{-1, 1} {
		for i := n + step; i > 0 && i < 10_000; i += step {
			near := strings.Repeat("0", 4-len(strconv.Itoa(i))) + strconv.Itoa(i)
			if p, ok := v.PostalCode(near); ok {
				out = append(out, pointer{Text: near + " " + p.PlaceTitle(), URL: a.call("/sted?postnummer=" + near)})
				break
			}
		}
	}
	return out
}

// fylkeNamed returns the fylke that a parameter's value means, by number or any of its
// official names. It returns a 404 with all fylker when there is none.
func (a *API) fylkeNamed(v *search.View, text string) (region.FylkeNumber, error) {
	slug := region.Slug(text)
	for _, f := range v.Fylker() {
		if string(f.Number) == text || f.Slug() == slug {
			return f.Number, nil
		}
		for _, name := range f.OtherNames {
			if region.Slug(name) == slug {
				return f.Number, nil
			}
		}
	}
	return "", notFound("query.fylke", msgNoFylke, each(v.Fylker(), func(f region.Fylke) pointer {
		return pointer{Text: f.Name, URL: a.call("/tilbud?fylke=" + string(f.Number))}
	}))
}

// maxSuggestions keeps the suggestions of a 404 to what a person looks through.
const maxSuggestions = 5

// suggestedKommuner returns the kommuner that a text which names none is nearest to.
func suggestedKommuner(v *search.View, text string) []*search.Kommune {
	var out []*search.Kommune
	seen := map[region.Number]bool{}
	add := func(k *search.Kommune) {
		if len(out) < maxSuggestions && !seen[k.Number] {
			seen[k.Number] = true
			out = append(out, k)
		}
	}
	for _, m := range v.ResolvePlace(text) {
		add(m.Kommune)
	}
	for _, k := range kommunerMatching(v, text) {
		add(k)
	}
	return out
}

// kommunePointers leads to a call (rest) of each kommune; to the list of all when there
// are none to suggest.
func (a *API) kommunePointers(kommuner []*search.Kommune, rest string) []pointer {
	if len(kommuner) == 0 {
		return []pointer{{Text: "Alle kommuner", URL: a.call("/kommuner")}}
	}
	return each(kommuner, func(k *search.Kommune) pointer {
		return pointer{Text: k.DisplayName(), URL: a.call("/kommuner/" + string(k.Number) + rest)}
	})
}

func (a *API) listFylker(_ context.Context, v *search.View, _ *struct{}) (*List[fylke], error) {
	return whole(each(v.Fylker(), func(f region.Fylke) fylke {
		return fylke{
			FylkeName:    FylkeName{string(f.Number), f.Name},
			OtherNames:   each(f.OtherNames, same),
			OfficialName: f.OfficialName,
			Kommuner:     each(v.KommunerIn(f.Number), func(k *search.Kommune) KommuneName { return KommuneName{string(k.Number), k.DisplayName()} }),
			URL:          a.page("/fylke/" + string(f.Number) + "-" + f.Slug()),
		}
	})), nil
}

func (a *API) kommune(k *search.Kommune) kommune {
	out := kommune{
		KommuneName:    KommuneName{string(k.Number), k.DisplayName()},
		OtherNames:     each(k.OtherNames, same),
		OfficialName:   k.OfficialName,
		Fylke:          FylkeName{string(k.Number.Fylke()), k.FylkeName},
		Maalform:       known(string(k.Maalform)),
		Population:     known(k.Population),
		PopulationYear: known(k.PopulationYear),
		AdminCentre:    known(k.AdminCentre),
		Position:       positionOf(&k.Position),
		Website:        k.WebsiteURL(),
		OrgNumber:      known(k.OrgNumber),
		Formers: each(k.Formers, func(f region.Former) former {
			return former{Number: string(f.Number), Name: f.Name, LastYear: f.LastYear, Kind: string(f.Kind)}
		}),
		URL: a.page("/kommune/" + string(k.Number) + "-" + k.Slug()),
	}
	// The others await confirmation by an editor.
	if k.Contact.Confirmed {
		out.Email = known(k.Contact.Email)
		if k.Contact.Phone != "" {
			p := phoneOf(directory.Phone{Number: directory.PhoneNumber(k.Contact.Phone)})
			out.Phone.value = &p
		}
	}
	return out
}

func kommuneNameOf(v *search.View, n region.Number) KommuneName {
	out := KommuneName{Number: string(n)}
	if k, ok := v.Kommune(n); ok {
		out.Name = k.DisplayName()
	}
	return out
}

func kommuneOrNull(v *search.View, n region.Number) nullable[KommuneName] {
	if n == "" {
		return nullable[KommuneName]{}
	}
	name := kommuneNameOf(v, n)
	return nullable[KommuneName]{&name}
}

func fylkeNameOf(v *search.View, n region.FylkeNumber) FylkeName {
	out := FylkeName{Number: string(n)}
	for _, f := range v.Fylker() {
		if f.Number == n {
			out.Name = f.Name
		}
	}
	return out
}
