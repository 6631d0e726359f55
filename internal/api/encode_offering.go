package api

import (
	"encoding/binary"
	"strconv"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

// encodeOffering appends what a.offering gives as encoding/json would, without making it
// first, behind where it is divided. A test holds the two against each other for an offering with everything filled in.
func (a *API) encodeOffering(b []byte, v *search.View, o *directory.Offering) []byte {
	start := len(b)
	w := &object{append(b, make([]byte, divisions)...)}
	w.open(`{"id":`)
	w.b = strconv.AppendInt(w.b, o.ID, 10)
	w.text("navn", o.Name)
	w.key("type")
	w.coded(a.typeName(v, o.Type))
	w.organization(o.Organization)
	w.known("ingress", o.Summary)
	w.known("beskrivelse", o.Description)
	list(w, "stikkord", o.Keywords, func(s string) { w.quoted(s) })
	w.kommuneOrNull("kommune", v, o.Kommune())
	w.coverage(v, o.Coverage)
	w.b = append(w.b, ',')
	head := len(w.b) - start - divisions
	w.door(o.Locations)
	w.b = append(w.b, ',')
	middle := len(w.b) - start - divisions
	list(w, "telefon", o.Phones, w.phone)
	list(w, "epost", o.Emails, w.quoted)
	list(w, "nettsted", o.Websites, w.quoted)
	w.hours(o)
	w.known("for_hvem", o.Audience)
	for _, t := range [...]struct {
		key   string
		kind  directory.TermKind
		codes []string
	}{{"malgruppe", directory.TargetGroup, o.TargetGroups}, {"tema", directory.Topic, o.Topics}, {"form", directory.Format, o.Formats}} {
		list(w, t.key, t.codes, func(code string) {
			term, _ := v.Term(t.kind, code)
			w.coded(Coded{code, term.Name.NB})
		})
	}
	list(w, "sprak", o.Languages, w.quoted)
	list(w, "tilgjengelighet", o.Accessibility, func(x directory.Accessibility) { w.quoted(string(x)) })
	w.open(`,"pris":{`)
	w.known("slag", string(o.Cost.Kind))
	w.known("tekst", o.Cost.Text)
	w.open(`},"henvisning":{"kreves":`)
	switch o.Referral.Kind {
	case "":
		w.open("null")
	default:
		w.b = strconv.AppendBool(w.b, o.Referral.Kind == directory.BeReferred)
	}
	w.known("mate", string(o.Referral.Kind))
	w.known("slik", o.Referral.Text)
	w.open("}")
	w.known("klage", o.Complaint)
	w.text("status", string(o.Status))
	w.day("stengt_til", o.ClosedUntil)
	w.key("sist_bekreftet")
	if o.ConfirmedAt != nil {
		w.time(*o.ConfirmedAt)
	} else {
		w.open("null")
	}
	w.key("endret")
	w.time(o.ChangedAt)
	w.open(`,"kilde":{`)
	w.text("navn", o.Source.Title)
	w.known("dato", string(o.Source.Date))
	w.known("url", o.Source.URL)
	w.open(`},"versjon":`)
	w.b = strconv.AppendInt(w.b, int64(o.Version), 10)
	w.text("url", a.page("/tilbud/"+offeringPath(o)))
	w.open("}")
	binary.LittleEndian.PutUint32(w.b[start:], uint32(head))
	binary.LittleEndian.PutUint32(w.b[start+4:], uint32(middle))
	return w.b
}

// object writes fields of JSON objects one after another. Fields are divided by commas
// where something other than a bracket or a comma stands before them.
type object struct{ b []byte }

func (w *object) open(s string) { w.b = append(w.b, s...) }

func (w *object) key(name string) {
	switch w.b[len(w.b)-1] {
	case '{', '[', ',':
	default:
		w.b = append(w.b, ',')
	}
	w.b = append(append(append(w.b, '"'), name...), `":`...)
}

func (w *object) quoted(s string) { w.b = appendQuoted(w.b, s) }

func (w *object) text(key, s string) {
	w.key(key)
	w.quoted(s)
}

// known writes the text, or null for what is not known.
func (w *object) known(key, s string) {
	w.key(key)
	if s == "" {
		w.open("null")
		return
	}
	w.quoted(s)
}

// list writes the items; an empty list is [] and not null.
func list[T any](w *object, key string, items []T, write func(T)) {
	w.key(key)
	w.open("[")
	for i, item := range items {
		if i > 0 {
			w.open(",")
		}
		write(item)
	}
	w.open("]")
}

func (w *object) coded(c Coded) {
	w.open("{")
	w.text("kode", c.Code)
	w.text("navn", c.Name)
	w.open("}")
}

func (w *object) organization(o directory.Organization) {
	w.key("organisasjon")
	if o.Name == "" {
		w.open("null")
		return
	}
	w.open(`{"id":`)
	w.b = strconv.AppendInt(w.b, o.ID, 10)
	w.text("navn", o.Name)
	w.known("organisasjonsnummer", string(o.OrgNumber))
	w.open("}")
}

func (w *object) kommune(k KommuneName) {
	w.open("{")
	w.text("kommunenummer", k.Number)
	w.text("navn", k.Name)
	w.open("}")
}

func (w *object) fylke(f FylkeName) {
	w.open("{")
	w.text("fylkesnummer", f.Number)
	w.text("navn", f.Name)
	w.open("}")
}

func (w *object) kommuneOrNull(key string, v *search.View, n region.Number) {
	w.key(key)
	if k := kommuneOrNull(v, n).value; k != nil {
		w.kommune(*k)
		return
	}
	w.open("null")
}

func (w *object) coverage(v *search.View, c directory.Coverage) {
	w.open(`,"dekning":{`)
	w.text("niva", string(c.Level()))
	list(w, "kommuner", c.Kommuner, func(n region.Number) { w.kommune(kommuneNameOf(v, n)) })
	list(w, "fylker", c.Fylker, func(n region.FylkeNumber) { w.fylke(fylkeNameOf(v, n)) })
	w.known("bydel", c.Bydel)
	w.open("}")
}

func (w *object) door(locations []directory.Location) {
	at, position := doorOf(locations)
	w.key("adresse")
	if at.value == nil {
		w.open("null")
	} else {
		w.open("{")
		w.pointer("navn", at.value.Name)
		w.pointer("gate", at.value.Street)
		w.pointer("postnummer", at.value.PostalCode)
		w.pointer("poststed", at.value.Place)
		w.open("}")
	}
	w.key("posisjon")
	if p := position.value; p != nil {
		w.open(`{"lat":`)
		w.b = strconv.AppendFloat(w.b, p.Lat, 'f', -1, 64)
		w.open(`,"lon":`)
		w.b = strconv.AppendFloat(w.b, p.Lon, 'f', -1, 64)
		w.open("}")
		return
	}
	w.open("null")
}

func (w *object) pointer(key string, s *string) {
	if s == nil {
		w.known(key, "")
		return
	}
	w.text(key, *s)
}

func (w *object) phone(p directory.Phone) {
	w.open("{")
	w.text("nummer", string(p.Number))
	w.text("vises", p.Number.String())
	w.known("formal", string(p.Purpose))
	w.known("apningstider", p.Hours)
	w.open("}")
}

func (w *object) hours(o *directory.Offering) {
	w.open(`,"apningstider":{`)
	w.known("tekst", o.OpeningText)
	list(w, "uke", o.Schedules, func(s directory.Schedule) {
		w.open("{")
		w.text("dag", weekdays[s.Weekday])
		w.text("apner", s.Opens)
		w.text("stenger", s.Closes)
		w.day("gjelder_fra", s.ValidFrom)
		w.day("gjelder_til", s.ValidTo)
		w.open("}")
	})
	list(w, "unntak", o.Exceptions, func(e directory.ScheduleException) {
		w.open("{")
		w.text("dato", e.Date.Format(time.DateOnly))
		w.key("stengt")
		w.b = strconv.AppendBool(w.b, e.Closed)
		w.known("apner", e.Opens)
		w.known("stenger", e.Closes)
		w.known("merknad", e.Note)
		w.open("}")
	})
	w.open("}")
}

func (w *object) day(key string, t *time.Time) {
	w.key(key)
	if t == nil {
		w.open("null")
		return
	}
	w.quoted(t.Format(time.DateOnly))
}

// time writes a moment as encoding/json does.
func (w *object) time(t time.Time) {
	w.open(`"`)
	w.b = t.AppendFormat(w.b, time.RFC3339Nano)
	w.open(`"`)
}
