package staff

import (
	"strconv"
	"strings"

	"github.com/nasjonal-oversikt/oversikt/internal/article"
)

// articleWords say what is wrong in an article's source; % is what was written, or may be.
var articleWords = map[article.Fault]string{
	article.Missing:      "mangler.",
	article.Empty:        "er tom.",
	article.Twice:        "står to ganger.",
	article.RepeatedWord: "har «%» to ganger.",
	article.UnknownField: "er ikke et felt her. Feltene er %.",
	article.NotText:      "skal være én tekst på én linje.",
	article.NotList:      "skal være en liste, som [en, to].",
	article.NotFields:    "skal ha felt på formen navn: verdi.",
	article.NotDate:      "skal være en dato, som 2026-11-25. Der står «%».",
	article.NotOrder:     "skal være et helt tall fra 1. Der står «%».",
	article.NotCode:      "skal være koder med a–z, 0–9 og _. Der står «%».",
	article.NotAddress:   "skal være en adresse som begynner med https://. Der står «%».",
	article.NotUTF8:      "har tegn som ikke kan leses. Lim teksten inn på nytt.",
	article.HasNUL:       "har et tegn som ikke vises (NUL). Skriv linjen på nytt.",
	article.NotYAML:      "kan ikke leses. Se etter kolon, hermetegn og innrykk. Leseren sier på engelsk: %",
	article.NotOpened:    "skal begynne med en linje med bare ---",
	article.NotClosed:    "skal slutte med en linje med bare ---",
	article.TooEarly:     "er før publisert.",
	article.WrongOrder:   "skal stå i alle artikler, men ikke i innledningen til en del.",
	article.NotSection:   "finnes ikke.",
	article.NotMarkdown:  "kan ikke brukes.",
	article.NotReference: "skal stå alene på en linje, som {{tilbud type=\"lms\"}} eller {{tilbud tema=\"demens\"}}. Der står «%».",
	article.NotAudience:  "skal være barn eller ungdom, eller ikke stå der. Der står «%».",
	article.UnknownCode:  "har koden «%», og den finnes ikke. Se listen over koder.",
	article.NoBokmal:     "finnes ikke på bokmål ennå. Skriv den på bokmål først.",
	article.NotSlug:      "kan bare ha små bokstaver a–z, tall og enkle bindestreker. Der står «%».",
}

// articleFields are the fields of problems that do not stand in the source by their names.
var articleFields = map[string]string{
	article.FieldFrontMatter: "Det øverst, mellom strekene,",
	article.FieldText:        "Teksten",
	article.FieldSection:     "Delen av nettstedet",
	article.FieldSlug:        "Adressen",
	article.FieldReference:   "Henvisningen til tilbud",
}

// articleFaults returns what an error of article.Parse says, in sentences.
func articleFaults(err error) string {
	var all []string
	for _, p := range article.Problems(err) {
		field, ok := articleFields[p.Field]
		if !ok {
			field = "«" + p.Field + "»"
		}
		where := ""
		if p.Line > 0 {
			where = "Linje " + strconv.Itoa(p.Line) + ": "
		}
		all = append(all, where+field+" "+strings.ReplaceAll(articleWords[p.Fault], "%", p.Value))
	}
	return strings.Join(all, " ")
}
