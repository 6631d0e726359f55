package staff

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/article"
	"github.com/nasjonal-oversikt/oversikt/internal/diff"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

// revisionsPerPage is how many revisions a page of history shows.
const revisionsPerPage = 20

// mountHistory registers the history of everything that has one.
func (s *Staff) mountHistory(inside fiber.Router) {
	inside.Get("/tilbud/:id/historikk", func(c *fiber.Ctx) error {
		return c.Redirect(historyPath(store.KindOffering, c.Params("id")), fiber.StatusSeeOther)
	})
	inside.Get("/historikk", s.showHistory)
	inside.Get("/historikk/gjenopprett", s.askToRestore)
	inside.Post("/historikk/gjenopprett", s.restore)
}

// diffNames returns what codes are called, for showing differences.
func (s *Staff) diffNames(c *fiber.Ctx) (diff.Names, error) {
	n, err := s.names(c)
	if err != nil {
		return diff.Names{}, err
	}
	types, terms := map[string]string{}, map[string]string{}
	for _, t := range n.Types {
		types[t.Code] = t.Name.NB
	}
	for _, t := range n.Terms {
		terms[string(t.Kind)+"/"+t.Code] = t.Name.NB
	}
	return diff.Names{
		Type: func(code string) string { return types[code] }, Kommune: n.Kommune, Fylke: n.Fylke,
		Term: func(kind directory.TermKind, code string) string { return terms[string(kind)+"/"+code] },
	}, nil
}

// memberNames are what the members of things without labels of their own are called.
var memberNames = map[string]string{
	"Source": "Teksten", "Code": "Kode", "Group": "Overskrift", "Name": "Navn", "Plural": "Navn, flere", "Does": "Hva den gjør", "Laws": "Lover",
	"EveryKommune": "Må alle kommuner ha den", "Responsible": "Hvem som har ansvaret", "AskFor": "Hva man spør etter", "Alternatives": "Typer å vise når den mangler",
	"Words": "Andre ord", "RelatedWords": "Beslektede ord", "Order": "Plass i listen", "Kind": "Slag", "Text": "Ordet", "LeadsTo": "Fører til",
	"OrgNumber": "Organisasjonsnummer", "Website": "Nettsted", "Phone": "Telefon", "Email": "E-post", "SourceDate": "Når det sto der", "Confirmed": "Sjekket",
}

// thing is something with a history, as its page names it.
type thing struct {
	name string
	back view.Link
}

// thingOf names the thing that the address is about.
func thingOf(kind store.Kind, ref string, newest json.RawMessage) thing {
	switch kind {
	case store.KindOffering:
		var o directory.Offering
		if json.Unmarshal(newest, &o) != nil || o.Name == "" {
			o.Name = "tilbud " + ref
		}
		return thing{o.Name, view.Link{Text: "Til tilbudet", Href: "/redaksjon/tilbud/" + url.PathEscape(ref)}}
	case store.KindCourse:
		var c directory.Course
		if json.Unmarshal(newest, &c) != nil || c.Title == "" {
			c.Title = "kurs " + ref
		}
		return thing{c.Title, view.Link{Text: "Til kurset", Href: "/redaksjon/kurs/" + url.PathEscape(ref)}}
	case store.KindArticle:
		return thing{ref, view.Link{Text: "Til artikkelen", Href: articlePath(article.ParseRef(ref))}}
	case store.KindOrganization:
		var o directory.Organization
		if json.Unmarshal(newest, &o) != nil || o.Name == "" {
			o.Name = "organisasjon " + ref
		}
		return thing{o.Name, view.Link{Text: "Til tilbudene", Href: "/redaksjon?organisasjon=" + url.QueryEscape(ref)}}
	case store.KindType:
		return thing{ref, view.Link{Text: "Til typen", Href: "/redaksjon/typer/" + url.PathEscape(ref)}}
	case store.KindTerm:
		return thing{ref, view.Link{Text: "Til begrepet", Href: "/redaksjon/begreper/" + ref}}
	case store.KindExpression:
		return thing{"«" + ref + "»", view.Link{Text: "Til ordet", Href: expressionPath(ref)}}
	default:
		return thing{"kommune " + ref, view.Link{Text: "Til kommunen", Href: "/redaksjon/kommuner/" + url.PathEscape(ref)}}
	}
}

// historyOf returns the revisions of the thing that the address names, newest first.
func (s *Staff) historyOf(c *fiber.Ctx) (kind store.Kind, ref string, revisions []store.Revision, err error) {
	kind, ref = store.Kind(c.Query("slag")), c.Query("ref")
	if !slices.Contains([]store.Kind{store.KindOffering, store.KindCourse, store.KindArticle, store.KindType, store.KindTerm, store.KindExpression, store.KindKommune, store.KindOrganization}, kind) {
		return kind, ref, nil, store.ErrNotFound
	}
	revisions, err = s.deps.Store.History(c.UserContext(), actorOf(c), kind, ref)
	if err == nil && len(revisions) == 0 {
		err = s.isCoded(c, kind, ref)
	}
	return kind, ref, revisions, err
}

// isCoded returns store.ErrNotFound for a type or a term that there is not: unlike other
// things these have a page of history also when nobody has changed them.
func (s *Staff) isCoded(c *fiber.Ctx, kind store.Kind, ref string) error {
	if kind != store.KindType && kind != store.KindTerm {
		return nil
	}
	n, err := s.names(c)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(n.Types, func(t directory.OfferingType) bool { return kind == store.KindType && t.Code == ref }) ||
		slices.ContainsFunc(n.Terms, func(t directory.Term) bool {
			return kind == store.KindTerm && string(t.Kind)+"/"+t.Code == ref
		}) {
		return nil
	}
	return store.ErrNotFound
}

// changesOf returns what the two contents of a thing of the kind differ in.
func changesOf(kind store.Kind, names diff.Names, before, after json.RawMessage) ([]diff.Change, error) {
	if kind == store.KindOffering {
		var was, now directory.Offering
		if len(before) > 0 {
			if err := json.Unmarshal(before, &was); err != nil {
				return nil, err
			}
		}
		if err := json.Unmarshal(after, &now); err != nil {
			return nil, err
		}
		return diff.Offerings(was, now, names), nil
	}
	if kind == store.KindCourse {
		return courseChanges(names, before, after)
	}
	changes, err := diff.JSON(before, after)
	for i := range changes {
		if label := memberNames[changes[i].Label]; label != "" {
			changes[i].Label = label
		}
	}
	return changes, err
}

func (s *Staff) showHistory(c *fiber.Ctx) error {
	kind, ref, revisions, err := s.historyOf(c)
	if err != nil {
		return err
	}
	names, err := s.diffNames(c)
	if err != nil {
		return err
	}
	var newest json.RawMessage
	if len(revisions) > 0 {
		newest = revisions[0].After
	}
	t := thingOf(kind, ref, newest)
	heading := "Historikken til " + t.name
	p := view.HistoryPage{Meta: s.meta(c, heading, page.Crumb{Text: t.name, Path: t.back.Href}, page.Crumb{Text: "Historikk", Path: c.OriginalURL()}), Heading: heading, Back: t.back}
	from := min(max(0, c.QueryInt("fra")), max(0, len(revisions)-1)) // past the end is at the end
	here := revisions[from:min(from+revisionsPerPage, len(revisions))]
	link := func(from int) string { return historyPath(kind, ref) + "&fra=" + strconv.Itoa(from) }
	if from > 0 {
		p.Newer = link(max(0, from-revisionsPerPage))
	}
	if from+revisionsPerPage < len(revisions) {
		p.Older = link(from + revisionsPerPage)
	}
	called := map[string]string{}
	for i, r := range here {
		who, known := called[r.Actor]
		if !known {
			if who, err = s.deps.Store.NameOfActor(c.UserContext(), r.Actor); err != nil {
				return err
			}
			called[r.Actor] = who
		}
		if r.ProposedBy != "" {
			proposer, err := s.deps.Store.NameOfActor(c.UserContext(), r.ProposedBy)
			if err != nil {
				return err
			}
			who = "foreslått av " + proposer + ", godkjent av " + who
		}
		item := view.RevisionItem{Number: r.Version, When: capital(moment(r.At, s.deps.Now())), Who: who, Why: r.Why, First: r.Before == nil}
		if item.Changes, err = changesOf(kind, names, r.Before, r.After); err != nil {
			return fmt.Errorf("history of %s %s, version %d: %w", kind, ref, r.Version, err)
		}
		if len(item.Changes) == 0 {
			item.Note = "Bekreftet: alt stemte."
		}
		if from+i > 0 && kind != store.KindOrganization {
			item.Restore = restorePath(kind, ref, r.Version)
		}
		p.Revisions = append(p.Revisions, item)
	}
	// What came with the files has no revision before somebody changes it.
	if n := len(revisions); p.Older == "" && n > 0 && revisions[n-1].Before != nil && kind != store.KindOrganization {
		p.Revisions = append(p.Revisions, view.RevisionItem{Note: "Slik det var før den første endringen.", When: "Fra begynnelsen", Who: "lest inn", Restore: restorePath(kind, ref, 0)})
	}
	return s.send(c, http.StatusOK, view.History(p))
}

func restorePath(kind store.Kind, ref string, version int) string {
	return "/redaksjon/historikk/gjenopprett?" + url.Values{"slag": {string(kind)}, "ref": {ref}, "nr": {strconv.Itoa(version)}}.Encode()
}

// restoring is a version that is to be brought back.
type restoring struct {
	kind    store.Kind
	ref     string
	thing   thing
	version int             // that is brought back; 0 is what there was before the first change
	content json.RawMessage // of it
	now     json.RawMessage // what is stored
	stored  int             // its version
	hidden  bool            // an offering or a course that has had a confidential place since
}

// offering returns what restoring an offering would store. The status has ways of its own.
// A place that has been made confidential since stays so: whoever brings back a text must
// not give away where a shelter is.
func (r restoring) offering() (directory.Offering, error) {
	var o, now directory.Offering
	if err := json.Unmarshal(r.content, &o); err != nil {
		return o, err
	}
	if err := json.Unmarshal(r.now, &now); err != nil {
		return o, err
	}
	o.Status, o.ClosedUntil = now.Status, now.ClosedUntil
	if r.hidden {
		for i, l := range o.Locations {
			o.Locations[i].Confidential = !slices.ContainsFunc(now.Locations, func(n directory.Location) bool { return !n.Confidential && reflect.DeepEqual(n, l) })
		}
	}
	return o, nil
}

// toRestore returns the version that the address names. Only the newest of the history is
// what is stored: everything that changes goes through it.
func (s *Staff) toRestore(c *fiber.Ctx) (restoring, error) {
	kind, ref, revisions, err := s.historyOf(c)
	if err != nil {
		return restoring{}, err
	}
	if len(revisions) == 0 || kind == store.KindOrganization { // the register would say the same again
		return restoring{}, store.ErrNotFound
	}
	version, newest, oldest := c.QueryInt("nr", -1), revisions[0], revisions[len(revisions)-1]
	r := restoring{kind: kind, ref: ref, thing: thingOf(kind, ref, newest.After), version: version, now: newest.After, stored: newest.Version}
	if i := slices.IndexFunc(revisions, func(r store.Revision) bool { return r.Version == version }); i >= 0 {
		r.content = revisions[i].After
	} else if version == 0 {
		r.content = oldest.Before
	}
	if r.content == nil {
		return restoring{}, store.ErrNotFound
	}
	if kind == store.KindCourse {
		r.hidden, err = courseHidden(revisions, version)
		return r, err
	}
	if kind != store.KindOffering {
		return r, nil
	}
	for _, later := range revisions {
		if later.Version <= version {
			break
		}
		var o directory.Offering
		if err := json.Unmarshal(later.After, &o); err != nil {
			return restoring{}, fmt.Errorf("history of %s %s, version %d: %w", kind, ref, later.Version, err)
		}
		r.hidden = r.hidden || slices.ContainsFunc(o.Locations, func(l directory.Location) bool { return l.Confidential })
	}
	return r, nil
}

func (s *Staff) askToRestore(c *fiber.Ctx) error {
	r, err := s.toRestore(c)
	if err != nil {
		return err
	}
	return s.sendRestore(c, http.StatusOK, r, "", "")
}

func (s *Staff) sendRestore(c *fiber.Ctx, status int, r restoring, note, why string) error {
	names, err := s.diffNames(c)
	if err != nil {
		return err
	}
	content := r.content
	if r.kind == store.KindOffering {
		was, err := r.offering()
		if err != nil {
			return err
		}
		if content, err = json.Marshal(was); err != nil {
			return err
		}
	}
	if r.kind == store.KindCourse {
		was, err := r.course()
		if err != nil {
			return err
		}
		if content, err = json.Marshal(was); err != nil {
			return err
		}
	}
	changes, err := changesOf(r.kind, names, r.now, content)
	if err != nil {
		return err
	}
	heading := fmt.Sprintf("Gjenopprett versjon %d av %s", r.version, r.thing.name)
	back := historyPath(r.kind, r.ref)
	return s.send(c, status, view.Restore(view.RestorePage{
		Meta:    s.meta(c, heading, page.Crumb{Text: r.thing.name, Path: r.thing.back.Href}, page.Crumb{Text: "Historikk", Path: back}, page.Crumb{Text: "Gjenopprett", Path: c.OriginalURL()}),
		Heading: heading, Note: note, Changes: changes, Version: strconv.Itoa(r.stored),
		Why:  view.FormField{Name: "hvorfor", Label: "Hvorfor?", Help: "Står i historikken. Leserne ser det ikke.", Value: why, Max: 500},
		Back: view.Link{Text: "Tilbake til historikken", Href: back},
	}))
}

func (s *Staff) restore(c *fiber.Ctx) error {
	r, err := s.toRestore(c)
	if err != nil {
		return err
	}
	typed := strings.TrimSpace(c.FormValue("hvorfor"))
	why := fmt.Sprintf("Gjenopprettet versjon %d", r.version)
	if typed != "" {
		why += ": " + typed
	}
	var saved store.Saved
	if r.kind == store.KindOffering {
		saved, err = s.restoreOffering(c, r, why, seen(c))
	} else {
		err = s.bringBack(c, r, why, seen(c))
	}
	var invalid directory.Invalid
	switch {
	case err == nil:
		notice := fmt.Sprintf("Versjon %d er gjenopprettet.", r.version)
		if saved.Held != nil {
			notice = s.savedNotice(c, saved, "Det andre er gjenopprettet.")
		}
		return see(c, historyPath(r.kind, r.ref), notice)
	case errors.Is(err, store.ErrConflict):
		return s.sendRestore(c, http.StatusConflict, r, "Noen har endret dette i mellomtiden. Se over på nytt.", typed)
	case errors.As(err, &invalid):
		return s.sendRestore(c, http.StatusUnprocessableEntity, r, notAsItWas(invalid), typed)
	case store.Unavailable(err):
		c.Set(fiber.HeaderRetryAfter, "30")
		return s.sendRestore(c, http.StatusServiceUnavailable, r, "Vi får ikke lagret akkurat nå. Prøv igjen om litt.", typed)
	}
	return err
}

// notAsItWas says that a version does not come back, and which fields that is for.
func notAsItWas(invalid directory.Invalid) string {
	const text = "Denne versjonen kan ikke gjenopprettes slik den var, for noe i den er ikke lov lenger"
	var labels []string
	fields := append(diff.Fields(directory.Offering{}, diff.Names{}), diff.CourseFields(directory.Course{}, diff.Names{})...)
	for _, f := range fields {
		_, one := invalid[f.Name]
		_, first := invalid[strings.TrimSuffix(f.Name, "s")] // "phone" of "phones"
		if (one || first) && !slices.Contains(labels, f.Label) {
			labels = append(labels, f.Label)
		}
	}
	if len(labels) == 0 {
		return text + "."
	}
	return text + ": " + strings.Join(labels, ", ") + "."
}

// restoreOffering is bringBack for an offering, of which something may have to wait.
func (s *Staff) restoreOffering(c *fiber.Ctx, r restoring, why string, version int) (store.Saved, error) {
	id, err := strconv.ParseInt(r.ref, 10, 64)
	if err != nil {
		return store.Saved{}, store.ErrNotFound
	}
	o, err := r.offering()
	if err != nil {
		return store.Saved{}, err
	}
	o.ID, o.Version = id, version
	return s.deps.Store.SaveOffering(c.UserContext(), actorOf(c), why, o)
}

// bringBack writes the content of an earlier version over the version that was seen.
func (s *Staff) bringBack(c *fiber.Ctx, r restoring, why string, version int) error {
	ctx, actor := c.UserContext(), actorOf(c)
	switch r.kind {
	case store.KindCourse:
		id, err := strconv.ParseInt(r.ref, 10, 64)
		if err != nil {
			return store.ErrNotFound
		}
		course, err := r.course()
		if err != nil {
			return err
		}
		course.ID, course.Version = id, version
		_, err = s.deps.Store.UpdateCourse(ctx, actor, why, course)
		return err
	case store.KindArticle:
		var content struct{ Source string }
		if err := json.Unmarshal(r.content, &content); err != nil {
			return err
		}
		return s.deps.Store.EditArticle(ctx, actor, why, version, article.ParseRef(r.ref), content.Source)
	case store.KindType:
		var t directory.OfferingType
		if err := json.Unmarshal(r.content, &t); err != nil {
			return err
		}
		return s.deps.Store.SaveType(ctx, actor, why, version, t)
	case store.KindTerm:
		var t directory.Term
		if err := json.Unmarshal(r.content, &t); err != nil {
			return err
		}
		return s.deps.Store.SaveTerm(ctx, actor, why, version, t)
	case store.KindExpression:
		var e directory.Expression
		if err := json.Unmarshal(r.content, &e); err != nil {
			return err
		}
		if e.Text == "" { // the version in which it was taken out
			return s.deps.Store.DeleteExpression(ctx, actor, why, version, r.ref)
		}
		return s.deps.Store.SaveExpression(ctx, actor, why, version, e)
	default:
		var contact region.Contact
		if err := json.Unmarshal(r.content, &contact); err != nil {
			return err
		}
		return s.deps.Store.SaveContact(ctx, actor, why, version, region.Number(r.ref), contact)
	}
}
