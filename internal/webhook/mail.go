package webhook

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

// mail writes to the contact of a webhook that messages do not come through, or, where it
// has DisabledAt, that none is sent any more. Of the address it names the host alone: what
// follows may be a secret of the receiver's.
func (s *Sender) mail(w store.Webhook, problem string) store.Mail {
	var b strings.Builder
	fmt.Fprintf(&b, "Hei!\n\nDu står som kontakt for «%s», som får meldinger om endringer fra %s.\n\n", w.Name, s.base)
	m := store.Mail{Subject: "Meldingene til «" + w.Name + "» kommer ikke fram"}
	if w.FailingSince != nil {
		fmt.Fprintf(&b, "Mottakeren på %s har ikke tatt imot noe siden %s. Sist vi prøvde: %s.\n", hostOf(w.URL), moment(*w.FailingSince), problem)
	}
	if w.DisabledAt == nil {
		fmt.Fprintf(&b, "\nVi prøver noen ganger til. Har mottakeren ikke tatt imot noe innen %s, slutter vi å sende.\n", moment(w.FailingSince.Add(store.WebhookPatience)))
	} else {
		m.Subject = "Vi sender ikke lenger meldinger til «" + w.Name + "»"
		fmt.Fprintf(&b, "\nNå har vi sluttet å sende. %s\n", w.DisabledWhy)
		fmt.Fprintf(&b, "\nSlik begynner vi igjen, når mottakeren virker:\n"+
			"- En nasjonal redaktør velger «Begynn å sende igjen» på %s/redaksjon/abonnement/%d\n"+
			"- eller den som driver tjenesten, kjører: oversikt webhook enable %d\n"+
			"Er du ingen av dem, si fra her, med navnet på abonnementet: %s/meld-feil\n", s.base, w.ID, w.ID, s.base)
	}
	fmt.Fprintf(&b, "\nIngenting går tapt. Når vi sender igjen, kommer alt som er endret, i rekkefølge. Du kan også hente det selv:\n%s/api/v1/endringer?etter=%s\n",
		s.base, url.QueryEscape(w.Cursor))
	fmt.Fprintf(&b, "\nOm meldingene: %s/for-utviklere#meldinger\n", s.base)
	m.Text = b.String()
	return m
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

func moment(at time.Time) string {
	at = at.In(page.Oslo)
	return fmt.Sprintf("%s kl. %d.%02d", page.Bokmal.Date(at), at.Hour(), at.Minute())
}
