package site

import "github.com/nasjonal-oversikt/oversikt/web/view"

// nameLanguages are the languages of official names beside the Norwegian one, as the lang
// attribute has them: sma sørsamisk, smj lulesamisk, se nordsamisk, fkv kvensk. The
// register does not name them. They follow from where the languages are written (South
// Sámi in Trøndelag and Helgeland, Lule Sámi around Tysfjord, Northern Sámi and Kven
// further north); names that leave a doubt are not in the table, and get no lang.
var nameLanguages = map[string]string{
	"Oslove": "sma", "Aarborte": "sma", "Raane": "sma", "Tråante": "sma", "Stïentje": "sma",
	"Nåavmesjenjaelmie": "sma", "Rosse": "sma", "Levangke": "sma", "Snåase": "sma", "Raarvihke": "sma",
	"Trööndelage": "sma",

	"Fuossko": "smj", "Fuolldá": "smj", "Hábmer": "smj",

	"Evenášši": "se", "Hárstták": "se", "Dielddanuorri": "se", "Rivtták": "se", "Loabák": "se", "Ivgu": "se",
	"Omasvuotna": "se", "Gáivuotna": "se", "Ráisa": "se", "Hámmerfeasta": "se", "Kárášjohka": "se",
	"Guovdageaidnu": "se", "Porsáŋgu": "se", "Deatnu": "se", "Unjárga": "se", "Romsa": "se", "Finnmárku": "se",

	"Yykeä": "fkv", "Omasvuono": "fkv", "Kaivuono": "fkv", "Raisi": "fkv", "Porsanki": "fkv", "Tromssa": "fkv",
	"Finmarkku": "fkv",
}

// namesOf returns official names with the languages that they are in.
func namesOf(names []string) []view.Name {
	return each(names, func(n string) view.Name { return view.Name{Text: n, Lang: nameLanguages[n]} })
}
