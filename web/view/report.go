package view

import (
	"strconv"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

func id(n int64) string { return strconv.FormatInt(n, 10) }

// reportTexts are what a reader chooses, and how it is said back, by the code of the choice.
var reportTexts = map[string]struct{ choice, said string }{
	"telefon":     {"Telefonnummeret virker ikke", "Du meldte at telefonnummeret ikke virker hos"},
	"apningstid":  {"Åpningstidene stemmer ikke", "Du meldte at åpningstidene ikke stemmer hos"},
	"nettside":    {"Nettsiden virker ikke", "Du meldte at nettsiden ikke virker hos"},
	"finnes_ikke": {"Tilbudet finnes ikke lenger", "Du meldte at dette ikke finnes lenger:"},
	"annet":       {"Noe annet", "Du meldte at noe ikke stemmer"},
	"mangler":     {"Et tilbud mangler", "Du meldte at et tilbud mangler"},
}

// ReportChoice returns what a reader chooses, by its code: "Telefonnummeret virker ikke".
func ReportChoice(code string) string { return reportTexts[code].choice }

// ReportSaid returns the beginning of a sentence that ends in what the report is about.
func ReportSaid(code string, about bool) string {
	switch {
	case code == "annet" && about:
		return reportTexts[code].said + " hos"
	case !about:
		return reportTexts[code].said + "."
	}
	return reportTexts[code].said
}

// ReportAnswerText returns what a reader is told when a report was answered so.
func ReportAnswerText(state string) string {
	return map[string]string{
		"apen":    "Ingen har svart ennå",
		"rettet":  "Takk. Det er rettet.",
		"stemmer": "Takk. Vi har sjekket, og det som står, stemmer.",
		"avvist":  "Takk. Vi har ikke endret noe.",
	}[state]
}

// QuickReportOf returns the choices that an offering has something for.
func QuickReportOf(o *directory.Offering, stamp string) QuickReport {
	form := "/meld-feil?tilbud=" + id(o.ID)
	q := QuickReport{Offering: o.ID, Stamp: stamp, Form: form}
	add := func(code string) {
		q.Choices = append(q.Choices, Link{Text: ReportChoice(code), Sub: code, Href: form + "&hva=" + code})
	}
	if len(o.Phones) > 0 {
		add("telefon")
	}
	if o.OpeningText != "" || len(o.Schedules) > 0 {
		add("apningstid")
	}
	if len(o.Websites) > 0 {
		add("nettside")
	}
	add("finnes_ikke")
	return q
}

// AskKommuneOf returns how to ask the kommune itself. Its telephone number is shown only where the
// source is new enough to be believed.
func AskKommuneOf(l page.Language, k *search.Kommune) AskKommune {
	a := AskKommune{
		Name:    l.T("%s kommune", k.DisplayName()),
		Path:    page.KommunePath(k.Kommune),
		Website: k.WebsiteURL(),
	}
	if k.Contact.Confirmed && k.Contact.Phone != "" {
		p := PhoneOf(l, directory.Phone{Number: directory.PhoneNumber(k.Contact.Phone), Purpose: directory.PurposeSwitchboard})
		a.Phone = &p
	}
	return a
}

// PhoneOf returns the number as pages show it.
func PhoneOf(l page.Language, p directory.Phone) Phone {
	return Phone{Number: p.Number.String(), Href: p.Number.Href(), Note: PhoneNote(l, p)}
}
