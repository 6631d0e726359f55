package staff

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

func (s *Staff) mountWorkplace(inside fiber.Router) {
	inside.Get("/", s.showWorkplace)
	inside.Get("/tilbud/:id/bekreft", s.askToConfirm)
	inside.Post("/tilbud/:id/bekreft", s.confirmOffering)
	inside.Get("/tilbud/:id/arkiver", s.askToArchive)
	inside.Post("/tilbud/:id/arkiver", s.archiveOffering)
	inside.Get("/tilbud/:id/tilbake", s.askToBringBack)
	inside.Post("/tilbud/:id/tilbake", s.bringBackOffering)
	inside.Post("/oppgaver/:id/ferdig", s.finishTask)
}

// showWorkplace is the first page after signing in: the owner that the address names, the
// only one of the person's, or the first of several.
func (s *Staff) showWorkplace(c *fiber.Ctx) error {
	actor := actorOf(c)
	if len(actor.Grants) == 0 && !actor.National {
		return s.showWaiting(c)
	}
	owner, wrong, err := s.workOwner(c)
	if err != nil {
		return err
	}
	p := view.WorkplacePage{Meta: s.meta(c, "Redaksjonen")}
	if owner != (auth.Owner{}) {
		if err := auth.Can(actor, auth.See, auth.Thing{Owner: owner}); err != nil {
			return err
		}
		if err := s.fillWorkplace(c, &p, owner); err != nil {
			return err
		}
	}
	for _, o := range actor.Owners() {
		if o == owner {
			continue
		}
		name, err := s.ownerName(c, o)
		if err != nil {
			return err
		}
		p.Others = append(p.Others, view.Link{Text: name, Href: "/redaksjon?" + ownerQuery(o)})
	}
	if actor.National {
		if err := s.fillNational(c, &p, wrong); err != nil {
			return err
		}
	}
	status := http.StatusOK
	if wrong != "" {
		status = http.StatusNotFound
	}
	return s.send(c, status, view.Workplace(p))
}

// workOwner returns whose workplace the address asks for. wrong is what was looked for and
// not found.
func (s *Staff) workOwner(c *fiber.Ctx) (owner auth.Owner, wrong string, err error) {
	if id := c.Query("organisasjon"); id != "" {
		n, err := strconv.ParseInt(id, 10, 64)
		if err != nil {
			return owner, "", store.ErrNotFound
		}
		return auth.Owner{Organization: n}, "", nil
	}
	text := strings.TrimSpace(c.Query("kommune"))
	if text == "" {
		if owners := actorOf(c).Owners(); len(owners) > 0 {
			owner = owners[0]
		}
		return owner, "", nil
	}
	if n, err := region.ParseNumber(text); err == nil {
		return auth.Owner{Kommune: n}, "", nil
	}
	kommuner, err := s.deps.Store.Kommuner(c.UserContext())
	if err != nil {
		return owner, "", err
	}
	for _, k := range kommuner {
		if strings.EqualFold(k.DisplayName(), text) || slices.ContainsFunc(k.OtherNames, func(n string) bool { return strings.EqualFold(n, text) }) {
			return auth.Owner{Kommune: k.Number}, "", nil
		}
	}
	return owner, text, nil
}

// fillNational adds what national editors have to do, and the way to every kommune.
func (s *Staff) fillNational(c *fiber.Ctx, p *view.WorkplacePage, wrong string) error {
	tasks, err := s.deps.Store.OpenTasks(c.UserContext(), actorOf(c))
	if err != nil {
		return err
	}
	if i, any := successionItem(slices.DeleteFunc(slices.Clone(tasks), func(t store.Task) bool { return t.Owner != (auth.Owner{}) }), auth.Owner{}); any {
		p.Tasks = append(p.Tasks, i)
	}
	for _, t := range tasks {
		// Whoever's it is: editors are to see at once that a crisis number is changed.
		if t.Kind == store.TaskHeld {
			p.Held = append(p.Held, taskItem(t))
		} else if t.Owner == (auth.Owner{}) && !ofSuccession(t) {
			p.Tasks = append(p.Tasks, taskItem(t))
		}
	}
	p.Tasks = slices.DeleteFunc(p.Tasks, func(i view.WorkItem) bool { return i.Text == "" })
	kommuner, err := s.deps.Store.Kommuner(c.UserContext())
	if err != nil {
		return err
	}
	for _, k := range kommuner {
		p.Kommuner = append(p.Kommuner, k.DisplayName())
	}
	p.Choose = &view.FormField{Name: "kommune", Label: "Kommune", Value: wrong}
	if wrong != "" {
		p.Choose.Error = "Ingen kommune heter «" + wrong + "»."
	}
	return nil
}

// taskItem returns the task as something to look at. Its text is empty for a kind that
// this program does not know.
func taskItem(t store.Task) view.WorkItem {
	text, action, href := taskLine(t)
	i := view.WorkItem{Kind: "Å gjøre", Text: text, Action: action, Href: href}
	switch t.Kind {
	case store.TaskHeld:
		i.Kind = "Venter på en til"
	case store.TaskReport:
		i.Kind = "Meldt av en leser"
	case store.TaskBrokenLink, store.TaskArticleReference:
		i.Kind = "Virker ikke"
	case store.TaskArticle:
		i.Kind = "Må bekreftes"
	}
	if href == "" {
		i.Done = fmt.Sprintf("/redaksjon/oppgaver/%d/ferdig", t.ID)
		i.Action = cmp.Or(action, "Merk som sett")
	}
	return i
}

// rankOf orders tasks: a crisis number that somebody changes, what readers have reported,
// what is broken, the rest.
func rankOf(t store.Task) int {
	switch t.Kind {
	case store.TaskHeld:
		return -1
	case store.TaskReport:
		return 0
	case store.TaskBrokenLink, store.TaskArticleReference:
		return 1
	}
	return 2
}

// fillWorkplace fills in the page of one owner.
func (s *Staff) fillWorkplace(c *fiber.Ctx, p *view.WorkplacePage, owner auth.Owner) error {
	ctx, actor := c.UserContext(), actorOf(c)
	name, err := s.ownerName(c, owner)
	if err != nil {
		return err
	}
	offerings, err := s.deps.Store.OfferingsOf(ctx, actor, owner)
	if err != nil {
		return err
	}
	types, err := s.deps.Store.OfferingTypes(ctx)
	if err != nil {
		return err
	}
	tasks, err := s.deps.Store.OpenTasks(ctx, actor)
	if err != nil {
		return err
	}
	p.Name = name
	if owner.Kommune != "" {
		k, err := s.deps.Store.KommuneByNumber(ctx, owner.Kommune)
		if err != nil {
			return err
		}
		p.Public = page.KommunePath(k)
		p.Add = "/redaksjon/tilbud/ny?" + ownerQuery(owner)
	} else if auth.Can(actor, auth.Edit, auth.Thing{Owner: owner}) == nil {
		p.Add = "/redaksjon/tilbud/ny?" + ownerQuery(owner)
	}

	tasks = slices.DeleteFunc(tasks, func(t store.Task) bool { return t.Owner != owner })
	slices.SortStableFunc(tasks, func(a, b store.Task) int { return cmp.Compare(rankOf(a), rankOf(b)) })
	if i, any := successionItem(tasks, owner); any {
		p.First = append(p.First, i)
	}
	for _, t := range tasks {
		if t.Kind == store.TaskHeld && actor.National {
			continue // stands on top of the page
		}
		if i := taskItem(t); i.Text != "" && !ofSuccession(t) {
			p.First = append(p.First, i)
		}
	}
	byOrder := map[string]int{}
	names := map[string]string{}
	byCode := map[string]directory.OfferingType{}
	for i, t := range types {
		byOrder[t.Code], names[t.Code], byCode[t.Code] = i, t.Name.NB, t
	}
	slices.SortStableFunc(offerings, func(a, b directory.Offering) int {
		return cmp.Or(cmp.Compare(byOrder[a.Type], byOrder[b.Type]), cmp.Compare(a.Name, b.Name))
	})
	mayArchive := auth.Can(actor, auth.Archive, auth.Thing{Owner: owner}) == nil
	drafts := map[string]directory.Offering{} // by type
	now := s.deps.Now()
	for _, o := range offerings {
		row := s.workOffering(o, names[o.Type], mayArchive)
		if o.Status == directory.Archived {
			p.Archived = append(p.Archived, row)
			continue
		}
		if o.Status == directory.Draft {
			drafts[o.Type] = o
		}
		p.Offerings = append(p.Offerings, row)
		if o.Public() && old(byCode[o.Type], o, now) {
			p.First = append(p.First, view.WorkItem{Kind: "Må bekreftes", Text: "«" + o.Name + "»: " + lowerFirst(row.Confirmed) + ".", Action: "Se over og bekreft", Href: offeringPath(o.ID) + "/bekreft"})
		}
	}
	addCourse := ""
	if len(p.Offerings) > 0 && auth.Can(actor, auth.Edit, auth.Thing{Owner: owner}) == nil {
		addCourse = "/redaksjon/kurs/nytt?" + ownerQuery(owner)
	}
	if p.Courses, err = s.courseList(c, offerings, addCourse); err != nil {
		return err
	}
	if owner.Kommune != "" {
		shown, err := s.deps.Store.ShownTypes(ctx, owner.Kommune)
		if err != nil {
			return err
		}
		for _, t := range types {
			if !t.EveryKommune || shown[t.Code] {
				continue
			}
			missing := view.WorkItem{Kind: "Mangler", Text: t.Name.NB + " er ikke meldt inn. Loven krever det i alle kommuner.",
				Action: "Legg til", Href: "/redaksjon/tilbud/ny?" + ownerQuery(owner) + "&type=" + url.QueryEscape(t.Code)}
			if o, begun := drafts[t.Code]; begun {
				missing.Text = "«" + o.Name + "» er et utkast. Leserne ser det ikke før det er publisert."
				missing.Action, missing.Href = "Gjør ferdig", offeringPath(o.ID)
			}
			p.First = append(p.First, missing)
		}
	}
	switch len(p.First) {
	case 0:
		if p.Sum = "Alt er i orden."; len(p.Offerings) == 0 {
			p.Sum = "Ingen tilbud er meldt inn ennå."
		}
	case 1:
		p.Sum = "Én ting å se på."
	default:
		p.Sum = strconv.Itoa(len(p.First)) + " ting å se på."
	}
	p.Links = s.workLinks(owner, actor)
	return nil
}

// workLinks leads to the owner's other pages, those that the actor may use.
func (s *Staff) workLinks(owner auth.Owner, actor auth.Actor) []view.Link {
	q := "?" + ownerQuery(owner)
	var links []view.Link
	if auth.Can(actor, auth.Admit, auth.Thing{Owner: owner}) == nil {
		links = append(links, view.Link{Text: "Kolleger", Href: "/redaksjon/personer" + q, Sub: "Hvem som kan endre tilbudene"},
			view.Link{Text: "Tilganger", Href: tokensPath + q, Sub: "For programmer som skriver til tilbudene"})
	}
	if auth.Can(actor, auth.Bulk, auth.Thing{Owner: owner}) == nil {
		links = append(links, view.Link{Text: "Mange på en gang", Href: bulkPath + q, Sub: "Regneark, og finn og bytt"})
	}
	links = append(links, view.Link{Text: "Meldinger fra lesere", Href: reportsPath, Sub: "Det de har sagt fra om"})
	if owner.Kommune != "" {
		links = append(links, view.Link{Text: "Kvalitet", Href: "/redaksjon/kvalitet" + q, Sub: "Ved siden av kommuner på samme størrelse"})
	}
	return links
}

func offeringPath(id int64) string { return fmt.Sprintf("/redaksjon/tilbud/%d", id) }

func lowerFirst(text string) string {
	r := []rune(text)
	if len(r) > 0 {
		r[0] = []rune(strings.ToLower(string(r[0])))[0]
	}
	return string(r)
}

// workOffering returns the offering as a row of the list.
func (s *Staff) workOffering(o directory.Offering, typeName string, mayArchive bool) view.WorkOffering {
	row := view.WorkOffering{
		Name: o.Name, Type: cmp.Or(typeName, o.Type), Href: offeringPath(o.ID), Confirmed: confirmedText(o),
		History: historyPath(store.KindOffering, strconv.FormatInt(o.ID, 10)),
	}
	if len(o.Phones) > 0 {
		row.Phone = o.Phones[0].Number.String()
	}
	switch o.Status {
	case directory.Draft:
		row.State = "Utkast: vises ikke"
	case directory.Closed:
		row.State = "Midlertidig stengt"
		if o.ClosedUntil != nil {
			row.State += " til " + page.Bokmal.Day(*o.ClosedUntil)
		}
	case directory.Archived:
		row.State = "Arkivert: vises ikke"
	}
	if o.Public() {
		row.Public = page.OfferingPath(&o)
	}
	if mayArchive {
		row.Archive = row.Href + "/arkiver"
		if row.Back = o.Status == directory.Archived; row.Back {
			row.Archive = row.Href + "/tilbake"
		}
	}
	return row
}

func confirmedText(o directory.Offering) string {
	if o.ConfirmedAt == nil {
		return "Ikke bekreftet ennå"
	}
	return "Bekreftet " + page.Bokmal.Date(*o.ConfirmedAt)
}

// old reports whether it is time to say again that the offering is right, or for the first
// time.
func old(t directory.OfferingType, o directory.Offering, now time.Time) bool {
	return o.ConfirmedAt == nil || t.Due(o).Next().Before(now.AddDate(0, 0, 30))
}

// finishTask closes a task that has no other end than that somebody has seen it.
func (s *Staff) finishTask(c *fiber.Ctx) error {
	id, err := strconv.ParseInt(c.Params("id"), 10, 64)
	if err != nil {
		return store.ErrNotFound
	}
	err = s.deps.Store.FinishTask(c.UserContext(), actorOf(c), id)
	if errors.Is(err, store.ErrOwnEnd) {
		return see(c, "/redaksjon", "Oppgaven blir borte av seg selv når du har gjort det den ber om.")
	}
	if err != nil {
		return err
	}
	return see(c, "/redaksjon", "Oppgaven er ferdig.")
}

// showWaiting says what somebody waits for who may not do anything yet.
func (s *Staff) showWaiting(c *fiber.Ctx) error {
	entries, err := s.deps.Store.PendingEntries(c.UserContext(), actorOf(c).ID)
	if err != nil {
		return err
	}
	p := view.WaitingPage{Meta: s.meta(c, "Du er logget inn")}
	for _, e := range entries {
		name, err := s.ownerName(c, auth.Owner{Kommune: e.Kommune})
		if err != nil {
			return err
		}
		if e.Answered {
			p.Refused = append(p.Refused, name)
		} else {
			p.Waiting = append(p.Waiting, name)
		}
	}
	return s.send(c, http.StatusOK, view.Waiting(p))
}
