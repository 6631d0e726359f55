package api

import (
	"cmp"
	"context"
	"net/url"

	"github.com/danielgtaylor/huma/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

type offeringType struct {
	Coded
	Plural       string   `json:"flertall" doc:"Navnet i flertall."`
	Names        names    `json:"oversatt" doc:"Navnet på nynorsk og engelsk."`
	Group        Coded    `json:"gruppe" doc:"Gruppen typen står i."`
	Does         string   `json:"gjor" doc:"Hva et slikt tilbud gjør for pårørende."`
	Laws         []law    `json:"lover" doc:"Lovene som gir rett til det, eller som sier hvem som skal ha det."`
	EveryKommune bool     `json:"alle_kommuner" doc:"Om loven sier at hver kommune skal ha det."`
	Responsible  *string  `json:"ansvar" doc:"Hvem som har ansvaret."`
	ConfirmEvery int      `json:"bekreftes_hver" doc:"Hvor mange måneder en bekreftelse gjelder."`
	AskFor       *string  `json:"spor_etter" doc:"Hva du kan si når du spør etter det."`
	Alternatives []string `json:"ellers" doc:"Koder for typer å se etter der dette ikke finnes."`
}

type names struct {
	NN *string `json:"nn" doc:"På nynorsk."`
	EN *string `json:"en" doc:"På engelsk."`
}

type law struct {
	Text      string `json:"tekst" doc:"Hva loven gir, i klare ord."`
	Paragraph string `json:"paragraf" doc:"Loven og paragrafen."`
	URL       string `json:"url" format:"uri" doc:"Loven hos Lovdata."`
}

func (a *API) registerTypes(h huma.API) {
	get(h, huma.Operation{
		OperationID: "typer",
		Path:        "/typer",
		Tags:        []string{"Tilbud"},
		Summary:     "Typene tilbud",
		Description: "I den rekkefølgen de vises. Hvor mange tilbud det er av hver, står i fasetter.type i svaret fra /tilbud.",
	}, a.listTypes)
}

func (a *API) listTypes(_ context.Context, v *search.View, _ *struct{}) (*List[offeringType], error) {
	return whole(each(v.Types(), func(t directory.OfferingType) offeringType { return a.offeringType(v, t) })), nil
}

func (a *API) offeringType(v *search.View, t directory.OfferingType) offeringType {
	group := Coded{Code: t.Group}
	for _, g := range v.TypeGroups() {
		if g.Code == t.Group {
			group.Name = g.Name.NB
		}
	}
	return offeringType{
		Coded:        Coded{t.Code, t.Name.NB},
		Plural:       t.Plural.NB,
		Names:        names{NN: known(t.Name.NN), EN: known(t.Name.EN)},
		Group:        group,
		Does:         t.Does.NB,
		Laws:         each(t.Laws, func(l directory.Law) law { return law{l.Text, l.Paragraph, l.URL} }),
		EveryKommune: t.EveryKommune,
		Responsible:  known(t.Responsible),
		ConfirmEvery: cmp.Or(t.ConfirmMonths, directory.DefaultConfirmMonths),
		AskFor:       known(t.AskFor),
		Alternatives: each(t.Alternatives, same),
	}
}

func (a *API) typeName(v *search.View, code string) Coded {
	t, _ := v.Type(code)
	return Coded{Code: code, Name: t.Name.NB}
}

// unknownType returns a 404 with the types that the text is the beginning of; with all of
// them, which is some twenty, when it is the beginning of none.
func (a *API) unknownType(v *search.View, location, text string) *problem {
	var near []pointer
	lead := func(t directory.OfferingType) pointer {
		return pointer{Text: t.Name.NB + " (" + t.Code + ")", URL: a.call("/tilbud?type=" + url.QueryEscape(t.Code))}
	}
	for _, t := range v.Types() {
		if begins(text, t) {
			near = append(near, lead(t))
		}
	}
	if len(near) == 0 {
		near = each(v.Types(), lead)
	}
	return notFound(location, msgNoType, near)
}
