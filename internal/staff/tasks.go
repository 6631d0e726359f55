package staff

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"github.com/nasjonal-oversikt/oversikt/internal/article"
	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

// taskLine returns what a task asks for, in a sentence, the words of its one action, and
// where that leads. A kind that is not known gives empty texts: an older program may be
// running beside a newer one.
func taskLine(t store.Task) (text, action, href string) {
	switch t.Kind {
	case store.TaskBrokenLink:
		var d store.BrokenLink
		if json.Unmarshal(t.Detail, &d) != nil {
			return "", "", ""
		}
		text = fmt.Sprintf("En lenke til %s virker ikke: %s.", hostOf(d.URL), linkFailure(d.Failure, d.Status))
		if t.Offering != 0 {
			return text, "Rett lenken", fmt.Sprintf("/redaksjon/tilbud/%d", t.Offering)
		}
		if ref, found := strings.CutPrefix(d.Place, "/"); found { // an article, by its path
			return text + " Den står i en artikkel.", "Rett artikkelen", articlePath(article.ParseRef(ref))
		}
		return fmt.Sprintf("%s Den står hos «%s».", text, d.Place), "Åpne lenken", d.URL
	case store.TaskEntry, store.TaskNewManager:
		var d store.EntryDetail
		if json.Unmarshal(t.Detail, &d) != nil {
			return "", "", ""
		}
		if t.Kind == store.TaskEntry {
			return "En kollega har logget inn og vil være med.", "Svar", "/redaksjon/personer?kommune=" + string(d.Kommune)
		}
		return "Noen har logget inn og blitt forvalter i " + d.Place + ". Se at det er en som jobber der.", "", ""
	case store.TaskHeld:
		var d store.HeldDetail
		if json.Unmarshal(t.Detail, &d) != nil {
			return "", "", ""
		}
		return "Noen vil endre «" + d.Name + "». Leserne ser ikke endringen før en person til har sett på den.", "Se på endringen", heldPath(d.Change)
	case store.TaskReport:
		return reportLine(t)
	case store.TaskSaid:
		return saidLine(t)
	case store.TaskRegistered:
		return registeredLine(t)
	case store.TaskArticle:
		var d store.ArticleDetail
		if json.Unmarshal(t.Detail, &d) != nil {
			return "", "", ""
		}
		return "Stemmer lovene, tallene og lenkene i artikkelen «" + d.Title + "»" + inLanguage[d.Key().Language] + " fortsatt?", "Se over og bekreft", articlePath(d.Key())
	case store.TaskArticleReference:
		var d store.ReferenceDetail
		if json.Unmarshal(t.Detail, &d) != nil {
			return "", "", ""
		}
		return "Artikkelen «" + d.Title + "»" + inLanguage[d.Key().Language] + " leder til noe som ikke finnes lenger: " + d.To, "Rett artikkelen", articlePath(d.Key())
	case store.TaskUnconfirmed:
		var d store.UnconfirmedDetail
		if json.Unmarshal(t.Detail, &d) != nil {
			return "", "", ""
		}
		owner := auth.Owner{Kommune: d.Kommune, Organization: d.Organization}
		return "Ingen svarer på om tilbudene til " + d.Name + " stemmer. Finn noen som kan ta over.", "Se tilbudene", "/redaksjon?" + ownerQuery(owner)
	case store.TaskNoAddress:
		var d store.NoAddressDetail
		if json.Unmarshal(t.Detail, &d) != nil {
			return "", "", ""
		}
		return fmt.Sprintf("Vi har ingen å spørre om tilbudene stemmer hos %s.", page.Bokmal.Count(len(d.Owners), "1 kommune eller organisasjon", "%s kommuner og organisasjoner")), "Se hvem det er", noAddressPath
	case store.TaskCoverage:
		var d store.CoverageDetail
		if json.Unmarshal(t.Detail, &d) != nil {
			return "", "", ""
		}
		question, _, _ := coverageQuestion(d)
		return "«" + d.Offering + "»: " + lowerFirst(question), "Svar", successionPath
	case store.TaskJoin:
		var d store.JoinDetail
		if json.Unmarshal(t.Detail, &d) != nil {
			return "", "", ""
		}
		return d.Name + " er blitt én kommune. Velg hvilket navn tilbudene skal stå med.", "Svar", successionPath
	case store.TaskNewKommune:
		var d store.NewKommuneDetail
		if json.Unmarshal(t.Detail, &d) != nil {
			return "", "", ""
		}
		return d.Name + " er en ny kommune. Skriv inn hvordan den nås, og slipp inn noen som svarer for den.", "Skriv inn", "/redaksjon/kommuner/" + string(d.Kommune)
	case store.TaskStuck:
		var d store.StuckDetail
		if json.Unmarshal(t.Detail, &d) != nil {
			return "", "", ""
		}
		return fmt.Sprintf("%s kunne ikke gjøres av seg selv. Den som drifter katalogen, må kjøre «oversikt import kommuner» med Brings postnummerfil.", page.Bokmal.Count(len(d.Problems), "1 kommuneendring", "%s kommuneendringer")), "", ""
	case store.TaskWebhook:
		var d store.DisabledWebhook
		if json.Unmarshal(t.Detail, &d) != nil {
			return "", "", ""
		}
		return "Meldinger om endringer går ikke lenger til «" + d.Name + "». " + d.Why, "Se hva du kan gjøre", webhookPath(d.Webhook)
	case store.TaskJobGaveUp:
		var d store.GaveUp
		if json.Unmarshal(t.Detail, &d) != nil {
			return "", "", ""
		}
		text = "En bakgrunnsjobb ble ikke gjort."
		if d.Kind == store.JobMail {
			text = fmt.Sprintf("E-posten «%s» kom ikke fram til %s.", d.Subject, d.To)
		}
		return text, "Se hva du kan gjøre", fmt.Sprintf("/redaksjon/jobber#jobb-%d", d.Job)
	}
	return "", "", ""
}

// inLanguage says which language an article is in, where that is not bokmål.
var inLanguage = map[string]string{article.Nynorsk: " på nynorsk", article.English: " på engelsk"}

// hostOf returns the host of an address, as people say it.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" {
		return address
	}
	return u.Hostname()
}

// linkFailure says in words what is wrong with a link.
func linkFailure(f store.LinkFailure, status int) string {
	switch f {
	case store.LinkStatus:
		if status == 404 || status == 410 {
			return "siden finnes ikke lenger"
		}
		return fmt.Sprintf("nettstedet melder om en feil (%d)", status)
	case store.LinkNoHost:
		return "nettadressen finnes ikke"
	case store.LinkTLS:
		return "nettstedet er ikke sikret riktig, så nettlesere advarer mot det"
	}
	return "nettstedet svarer ikke"
}
