package view

import (
	"strconv"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

func id(n int64) string { return strconv.FormatInt(n, 10) }

// reportTexts are what a reader chooses, and how it is said back, before the name of what it
// is about and without one, by the code of the choice.
var reportTexts = map[string]struct{ choice, said, alone string }{
	"telefon": {page.Mark("Telefonnummeret virker ikke"), page.Mark("Du meldte at telefonnummeret ikke virker hos"),
		page.Mark("Du meldte at et telefonnummer ikke virker.")},
	"apningstid": {page.Mark("Åpningstidene stemmer ikke"), page.Mark("Du meldte at åpningstidene ikke stemmer hos"),
		page.Mark("Du meldte at åpningstidene ikke stemmer.")},
	"nettside": {page.Mark("Nettsiden virker ikke"), page.Mark("Du meldte at nettsiden ikke virker hos"),
		page.Mark("Du meldte at en nettside ikke virker.")},
	"finnes_ikke": {page.Mark("Tilbudet finnes ikke lenger"), page.Mark("Du meldte at dette ikke finnes lenger:"),
		page.Mark("Du meldte at et tilbud ikke finnes lenger.")},
	"annet": {page.Mark("Noe annet"), page.Mark("Du meldte at noe ikke stemmer hos"),
		page.Mark("Du meldte at noe ikke stemmer.")},
	"mangler": {page.Mark("Et tilbud mangler"), "", page.Mark("Du meldte at et tilbud mangler.")},
}

// ReportChoice returns what a reader chooses, by its code, in bokmål: "Telefonnummeret virker ikke".
func ReportChoice(code string) string { return reportTexts[code].choice }

// ReportChoiceHere returns ReportChoice where no offering is named: what is wrong with one, or
// with a page, is then chosen as "annet" too.
func ReportChoiceHere(code string) string {
	if code == "annet" {
		return page.Mark("Noe er feil, eller noe annet")
	}
	return ReportChoice(code)
}

// ReportSaid returns what was reported, in bokmål: a sentence, or with about the beginning of
// one that ends in what the report is about.
func ReportSaid(code string, about bool) string {
	if about {
		return reportTexts[code].said
	}
	return reportTexts[code].alone
}

// ReportAnswerText returns what a reader is told when a report was answered so.
func ReportAnswerText(state string) string {
	return map[string]string{
		"apen":    page.Mark("Ingen har svart ennå"),
		"rettet":  page.Mark("Takk. Det er rettet."),
		"stemmer": page.Mark("Takk. Vi har sjekket, og det som står, stemmer."),
		"avvist":  page.Mark("Takk. Vi har ikke endret noe."),

		"venter":        page.Mark("Takk. Noen har rettet det, men en til må se på endringen før den vises."),
		"ikke_godkjent": page.Mark("Takk. Endringen ble ikke godkjent, og opplysningene ble ikke endret."),
		"trukket":       page.Mark("Takk. Endringen ble trukket tilbake, og opplysningene ble ikke endret."),
		"erstattet":     page.Mark("Takk. Endringen er erstattet av en nyere. Se hva som står nå."),
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
	return Phone{Number: p.Number.String(), Href: p.Number.Href(), Note: UpperInitial(PhoneNote(l, p))}
}
