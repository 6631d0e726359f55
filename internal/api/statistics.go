package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

// month is what is told of one month.
type month struct {
	Month   string  `json:"maned" doc:"2026-11."`
	Day     *string `json:"dag" format:"date" doc:"Dagen tallene gjelder: den siste i måneden som er talt. Null når ingen er det."`
	Tallies []tally `json:"tall" doc:"For hver type, og for alle typer til sammen (type er null)."`
	UseFrom *string `json:"bruk_fra" format:"date" doc:"Første dag i måneden med bruk som er talt."`
	UseTo   *string `json:"bruk_til" format:"date" doc:"Siste dag. Bare dager som er over, er med."`
	Use     []useOf `json:"bruk" doc:"For hele landet. Bruk blir ikke delt etter sted."`
}

type tally struct {
	Type          nullable[Coded] `json:"type" doc:"Typen det er talt for. Null: alle typer til sammen."`
	Kommuner      int             `json:"kommuner" doc:"Kommuner i området."`
	InKommune     int             `json:"finnes_i" doc:"Kommuner der det finnes."`
	FromElsewhere int             `json:"dekkes_i" doc:"Kommuner som bare er dekket av noen andre."`
	NotRegistered int             `json:"ikke_meldt_inn_i" doc:"Kommuner der ingenting er meldt inn. De kan ha det likevel."`
	People        int             `json:"innbyggere" doc:"Innbyggere i området."`
	PeopleIn      int             `json:"innbyggere_der_det_finnes" doc:"Av dem: i kommuner der det finnes."`
	PeopleCovered int             `json:"innbyggere_som_er_dekket" doc:"Av dem: i kommuner der det finnes, eller som noen andre dekker."`
	Offerings     int             `json:"tilbud" doc:"Tilbud som dekker noe av området."`
	InTime        int             `json:"bekreftet_i_tide" doc:"Av dem: bekreftet, og skal ikke spørres på nytt ennå."`
	Half          int             `json:"bekreftet_siste_6" doc:"Bekreftet de siste 6 månedene."`
	Year          int             `json:"bekreftet_6_til_12" doc:"Mellom 6 og 12 måneder siden."`
	TwoYears      int             `json:"bekreftet_12_til_24" doc:"Mellom 12 og 24 måneder siden."`
	Older         int             `json:"bekreftet_eldre" doc:"Mer enn 24 måneder siden."`
	Never         int             `json:"ikke_bekreftet" doc:"Aldri bekreftet av den som svarer for tilbudet."`
	MedianDays    *int            `json:"midterste_alder" doc:"Dager siden opplysningene var bekreftet, eller skrevet i kilden, for tilbudet midt i rekken."`
}

type useOf struct {
	Kind  string `json:"sort" enum:"forside,sok,kommune,tilbud,artikkel,sjekkliste,kurs,kart,henvisning,innbygd,api,annet" doc:"Hva slags side det er."`
	Count *int64 `json:"antall" doc:"Ganger sider av sorten ble åpnet. Null når det var færre enn 5."`
}

func (a *API) registerStatistics(h huma.API) {
	get(h, huma.Operation{
		OperationID: "tall",
		Path:        "/tall",
		Tags:        []string{"Tall"},
		Errors:      []int{http.StatusNotFound},
		Summary:     "Tall måned for måned",
		Description: "Hvor mye som er meldt inn og bekreftet, slik det sto den siste dagen som er talt i hver måned, og hvor mange ganger hver sort side ble åpnet. Slik det står nå, kan regnes ut fra de andre kallene.",
	}, a.listMonths)
}

func (a *API) listMonths(_ context.Context, v *search.View, in *struct {
	Fylke string `query:"fylke" maxLength:"100" example:"Nordland" doc:"Fylkesnummer eller navn. Uten: hele landet."`
}) (*List[month], error) {
	var fylke region.FylkeNumber
	if in.Fylke != "" {
		var err error
		if fylke, err = a.fylkeNamed(v, in.Fylke); err != nil {
			return nil, err
		}
	}
	return whole(each(v.Months(), func(m *directory.Month) month {
		out := month{
			Month: m.Month, Day: known(m.Day), UseFrom: known(m.From), UseTo: known(m.To),
			Tallies: []tally{}, Use: each(m.Use, useOfKind),
		}
		for _, t := range m.Tallies {
			if t.Fylke == fylke {
				out.Tallies = append(out.Tallies, a.tally(v, t))
			}
		}
		return out
	})), nil
}

func useOfKind(u directory.UseOf) useOf {
	out := useOf{Kind: string(u.Kind)}
	if u.Told() {
		out.Count = &u.Count
	}
	return out
}

func (a *API) tally(v *search.View, t directory.Tally) tally {
	out := tally{
		Kommuner: t.Kommuner, InKommune: t.InKommune, FromElsewhere: t.FromElsewhere, NotRegistered: t.NotRegistered(),
		People: t.People, PeopleIn: t.PeopleIn, PeopleCovered: t.PeopleCovered,
		Offerings: t.Offerings, InTime: t.InTime, Half: t.Ages.Half, Year: t.Ages.Year, TwoYears: t.Ages.TwoYears, Older: t.Ages.Older,
		Never: t.Never(), MedianDays: t.MedianDays,
	}
	if t.Type != "" {
		name := a.typeName(v, t.Type)
		out.Type.value = &name
	}
	return out
}
