package staff

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

// eventNames are what somebody did, in words.
var eventNames = map[string]string{
	"account_created": "Laget en konto", "account_erased": "Slettet en konto", "signed_out": "Logget noen ut overalt", "account_disabled": "Stengte eller åpnet en konto", "national_changed": "Endret hvem som er nasjonal redaktør",
	"grant_given": "Ga en rolle", "grant_removed": "Tok bort en rolle", "invited": "Inviterte noen", "invitation_withdrawn": "Trakk tilbake en invitasjon",
	"entry_refused": "Sa nei til noen som ville være med", "signed_in": "Logget inn", "session_ended": "Logget ut", "second_factor_shown": "Bekreftet innloggingen", "account_renamed": "Endret navnet på en konto",
	"personal_data_exported": "Hentet ut det vi har om en person", "backup_made": "Tok en sikkerhetskopi", "restored": "Leste inn en sikkerhetskopi",
	"login_link_made": "Laget en innloggingslenke", "login_link_used": "Brukte en innloggingslenke",
	"app_added": "Koblet til en app", "passkey_added": "La til en passnøkkel", "app_removed": "Koblet fra en app", "passkey_removed": "Fjernet en passnøkkel", "passkey_refused": "Fikk nei til en passnøkkel", "recovery_codes_made": "Laget nødkoder",
	"recovery_code_used": "Brukte en nødkode", "too_many_codes": "Skrev feil kode for mange ganger", "identity_linked": "Koblet til en annen innlogging", "identity_unlinked": "Koblet fra en annen innlogging",
	"token_created": "Laget en tilgang", "token_revoked": "Trakk tilbake en tilgang", "report_answered": "Svarte en leser", "job_tried_again": "Prøvde en jobb på nytt", "job_dropped": "Droppet en jobb",
	"change_held": "Foreslo en endring som venter på en person til", "held_change_decided": "Tok stilling til en endring som ventet",
	"kommune_moved": "Flyttet tilganger til en ny kommune", "kommune_divided": "Avsluttet tilganger i en kommune som ble delt",
	"webhook_created": "Laget et abonnement", "webhook_removed": "Slettet et abonnement", "webhook_enabled": "Startet et abonnement igjen", "webhook_rotated": "Laget ny nøkkel for et abonnement", "webhook_contact": "Endret kontakten for et abonnement",
	"webhook_tested": "Sendte en prøvemelding", "webhook_sent_again": "Sendte en melding på nytt",
}

// maxEvents is how many events are shown.
const maxEvents = 200

// listEvents shows what people with a role did that is no edit, newest first.
func (s *Staff) listEvents(c *fiber.Ctx) error {
	events, err := s.deps.Store.Events(c.UserContext(), maxEvents)
	if err != nil {
		return err
	}
	crumb := page.Crumb{Text: "Hendelser", Path: "/redaksjon/hendelser"}
	l := view.StaffList{Meta: s.meta(c, crumb.Text, hub, crumb), Heading: crumb.Text, Intro: "Det folk har gjort som ikke er å endre tilbud. Det nyeste står først.", Empty: "Ingenting har skjedd ennå."}
	t := view.StaffTable{Caption: "Hendelser", Columns: []string{"Hva", "Hvem", "Når", "Mer"}}
	called := map[string]string{}
	for _, e := range events {
		who, known := called[e.Actor]
		if !known {
			if who, err = s.deps.Store.NameOfActor(c.UserContext(), e.Actor); err != nil {
				return err
			}
			called[e.Actor] = who
		}
		more, err := s.eventDetail(c, e)
		if err != nil {
			return err
		}
		what := view.Cell{Text: eventNames[e.What], Warn: e.What == "login_link_used"}
		if what.Text == "" {
			what.Text = e.What // an older program beside a newer one
		}
		t.Rows = append(t.Rows, []view.Cell{what, {Text: who}, {Text: moment(e.At, s.deps.Now())}, {Text: more}})
	}
	if len(events) == maxEvents {
		l.More = "Viser de 200 siste."
	}
	l.Tables = []view.StaffTable{t}
	return s.send(c, http.StatusOK, view.List(l))
}

// eventDetail says whom and what an event is about, in words.
func (s *Staff) eventDetail(c *fiber.Ctx, e store.Event) (string, error) {
	var d struct {
		Account int64         `json:"account"`
		Kommune region.Number `json:"kommune"`
		Role    auth.Role     `json:"role"`
		Method  store.Method  `json:"method"`
	}
	// What does not fit is of another program's time: the rest is still told.
	_ = json.Unmarshal(e.Detail, &d)
	var parts []string
	if about := (auth.Actor{Kind: auth.Account, ID: d.Account}).String(); d.Account != 0 && about != e.Actor {
		name, err := s.deps.Store.NameOfActor(c.UserContext(), about)
		if err != nil {
			return "", err
		}
		parts = append(parts, name)
	}
	if d.Role != "" {
		parts = append(parts, string(d.Role))
	}
	if d.Kommune != "" {
		parts = append(parts, "kommune "+string(d.Kommune))
	}
	if d.Method != "" {
		parts = append(parts, "med "+string(d.Method))
	}
	return strings.Join(parts, ", "), nil
}
