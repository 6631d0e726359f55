package site

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

// mountCourses registers the courses and groups.
func (s *Site) mountCourses(app fiber.Router) {
	app.Get(coursesPath, s.listCourses)
	app.Get(coursesPath+".ics", s.showCalendar)
	app.Get(coursesPath+"/:key", s.showCourse)
}

// today is the day it is in Norway: a course is over when its last day is, there.
func (s *Site) today() time.Time { return s.deps.Now().In(page.Oslo) }

// listCourses answers "/kurs". As with a search, nothing that can be written in its address
// makes it fail.
func (s *Site) listCourses(c *fiber.Ctx) error {
	v, err := s.current()
	if err != nil {
		return err
	}
	a := readAsked(c, courseParams)
	return s.answer(c, v, courseTail(a), func(ctx context.Context) (templ.Component, error) {
		p, err := s.coursesPage(ctx, v, a)
		return view.Courses(p), err
	})
}

func (s *Site) coursesPage(ctx context.Context, v *search.View, a asked) (view.CoursesPage, error) {
	w, today := s.newWriter(v), s.today()
	q := s.understandCourses(v, a, today)
	found := v.FindCourses(q.find, today)
	pages := max(1, (len(found.List)+pageSize-1)/pageSize)
	if q.query.Page > pages {
		q.note(s.t("Siste side er %d.", pages))
		q.query.Page = pages
	}
	p := view.CoursesPage{
		Notes:   q.notes,
		From:    q.asked.first(paramFrom),
		To:      q.asked.first(paramTo),
		Chosen:  q.chosen(w),
		Facets:  q.facets(w, found),
		Heading: s.lang.Count(len(found.List), "1 kurs eller gruppe", "%s kurs og grupper"),
		Groups:  w.courseGroups(q, found, today),
		None:    len(found.List) == 0,
		// Nothing to narrow where there is nothing at all.
		Any: len(found.List) > 0 || len(v.Courses(today)) > 0,
	}
	p.Meta = s.meta(s.t("Kurs og grupper"), coursesPath, page.MenuSearch)
	p.Meta.Description = s.t("Kurs og grupper for pårørende som kommer, med dag, sted og hvordan du melder deg på.")
	p.Meta.NoIndex = len(a) > 0
	p.Meta.Style = "more.css"
	p.Meta.Query = courseTail(a)
	q.keepPlace(&p, w)
	if p.Any {
		p.Radius = courseRadius(q)
		p.Calendar = coursesPath + ".ics" + courseTail(q.asked.with(paramPage))
	}
	if p.None {
		p.Drops = s.courseDrops(v, p.Chosen, today)
	}
	pager := view.SearchPage{}
	paginateAt(&pager, q.question, pages, courseHref)
	p.Pager = pager
	return p, w.announced(ctx, &p, q, found)
}

// courseDrops returns the choices that can be left out of a question without courses, each
// with how many there are without it.
func (s *Site) courseDrops(v *search.View, chosen []view.Chip, today time.Time) []view.Drop {
	var drops []view.Drop
	for _, chip := range chosen[:min(len(chosen), maxDrops)] {
		q := s.understandCourses(v, askedIn(chip.Href), today)
		if n := len(v.FindCourses(q.find, today).List); n > 0 {
			drops = append(drops, view.Drop{Text: s.t("Uten «%s»", chip.Text), Href: chip.Href, Count: "(" + s.lang.Number(n) + ")"})
		}
	}
	return drops
}

// keepPlace fills in the field for where the reader lives. Several kommuner are carried along.
func (q *courseQuestion) keepPlace(p *view.CoursesPage, w writer) {
	kommuner := q.asked[paramKommune]
	if len(kommuner) == 1 {
		p.Place = w.kommuneName(region.Number(kommuner[0]))
		return
	}
	for _, n := range kommuner {
		p.Kept = append(p.Kept, view.Field{Name: paramKommune, Value: n})
	}
}

// courseRadius returns the distances to choose from, with the one that the address has.
func courseRadius(q courseQuestion) []view.FacetValue {
	asked := q.question
	asked.query.RadiusKM = q.find.RadiusKM
	return radiusOf(asked).Values
}

// courseGroups returns the courses of the page under a heading for each reach, where a
// kommune was asked for.
func (w writer) courseGroups(q courseQuestion, found search.FoundCourses, today time.Time) []view.CourseGroup {
	from := (q.query.Page - 1) * pageSize
	shown := found.List[min(from, len(found.List)):min(from+pageSize, len(found.List))]
	var groups []view.CourseGroup
	for i, c := range shown {
		if i == 0 || c.Reach != shown[i-1].Reach {
			groups = append(groups, w.courseGroup(q, c.Reach, found.Count(c.Reach)))
		}
		g := &groups[len(groups)-1]
		g.Courses = append(g.Courses, w.courseLine(c, today))
	}
	return groups
}

func (w writer) courseGroup(q courseQuestion, r search.CourseReach, n int) view.CourseGroup {
	name := w.lang.Or(each(q.find.Kommuner, w.kommuneName))
	count := " (" + w.lang.Number(n) + ")"
	switch r {
	case search.CourseHere:
		return view.CourseGroup{ID: "her", Title: w.lang.T("For deg som bor i %s", name) + count}
	case search.CourseInFylke:
		return view.CourseGroup{ID: "fylket", Title: w.lang.T("For hele fylket") + count}
	case search.CourseNational:
		return view.CourseGroup{ID: "landet", Title: w.lang.T("For hele landet") + count}
	case search.CourseNearby:
		return view.CourseGroup{ID: "naer", Title: w.lang.T("I nærheten, for andre kommuner") + count, Text: w.lang.T("Spør om du kan være med.")}
	}
	return view.CourseGroup{}
}

// courseLine returns the course as lists show it.
func (w writer) courseLine(f search.FoundCourse, today time.Time) view.CourseLine {
	c := f.Course
	l := view.CourseLine{
		Title:    c.Title,
		Path:     page.CoursePath(c.Course),
		State:    w.courseState(c, today),
		When:     w.courseTime(f.Next),
		Where:    w.courseWhere(c),
		For:      w.area(c.Of.Coverage, c.Of.Kommune()).Words(w.lang),
		Offering: view.Link{Text: c.Of.Name, Href: page.OfferingPath(c.Of)},
		TypeCode: c.Of.Type,
		TypeName: w.typeName(c.Of.Type),
	}
	if f.Times > 1 {
		l.Times = w.lang.Count(f.Times-1, "og 1 gang til", "og %s ganger til")
	}
	if f.DistanceKM != nil && *f.DistanceKM >= 1 && c.Format != directory.Online {
		l.Where += " · " + w.lang.Distance(*f.DistanceKM)
	}
	return l
}

// comingLine is courseLine where nothing narrows the days.
func (w writer) comingLine(c search.Course, today time.Time) view.CourseLine {
	f := search.FoundCourse{Course: c}
	f.Next, f.Times = directory.NextOf(c.Coming(today))
	return w.courseLine(f, today)
}

// courseState says what stands in the way of taking part, in a word or two.
func (w writer) courseState(c search.Course, today time.Time) view.CourseState {
	next, coming := c.Next(today)
	switch {
	case c.Status == directory.CourseCancelled || coming && next.Cancelled:
		return view.CourseState{Text: w.lang.T("Avlyst"), Color: "danger"}
	case !coming:
		return view.CourseState{Text: w.lang.T("Over"), Color: "neutral"}
	case c.Status == directory.CourseFull:
		return view.CourseState{Text: w.lang.T("Fullt"), Color: "warning"}
	case !c.TakesSignUps(today):
		return view.CourseState{Text: w.lang.T("Påmeldingsfristen er ute"), Color: "warning"}
	}
	return view.CourseState{}
}

// courseTime returns "Torsdag 3. desember 2026 kl. 18.00–20.00", as much of it as is known.
func (w writer) courseTime(d directory.CourseDate) view.CourseTime {
	t := w.courseMoment(d)
	t.Text = view.UpperInitial(t.Text)
	return t
}

// courseMoment is courseTime within a sentence.
func (w writer) courseMoment(d directory.CourseDate) view.CourseTime {
	t := view.CourseTime{Text: w.lang.Weekday(d.Day.Weekday()) + " " + w.lang.Day(d.Day), ISO: d.Day.Format(time.DateOnly)}
	if d.Starts != "" {
		hours := w.lang.Clock(d.Starts)
		if d.Ends != "" {
			hours += "–" + w.lang.Clock(d.Ends)
		}
		t.Text, t.ISO = w.lang.T("%s kl. %s", t.Text, hours), t.ISO+"T"+d.Starts
		t.Text = strings.Replace(t.Text, "kl. ", "kl.\u00a0", 1)
	}
	return t
}

// courseWhere says where one takes part, in a line.
func (w writer) courseWhere(c search.Course) string {
	place := ""
	switch {
	case c.Format == directory.Online:
		return w.lang.T("På nett")
	case c.Place == nil:
		place = w.lang.T("Sted ikke oppgitt")
	case c.Place.Confidential:
		place = w.lang.T("Du får adressen når du melder deg på")
	default:
		place = addressText(*c.Place)
		if k, ok := w.v.Kommune(c.Place.Kommune); ok && !strings.Contains(strings.ToLower(place), strings.ToLower(k.Name)) {
			place = strings.TrimPrefix(place+", "+k.DisplayName(), ", ")
		}
	}
	if c.Format == directory.Hybrid {
		return w.lang.T("%s, eller på nett", place)
	}
	return place
}

// Types under which courses are announced elsewhere.
const (
	typeLearning = "lms"
	typeOnline   = "kursportal"
)

// maxAnnounced is how many places are named of each type.
const maxAnnounced = 4

// announced fills in where courses are announced that do not stand here: never all do.
func (w writer) announced(ctx context.Context, p *view.CoursesPage, q courseQuestion, found search.FoundCourses) error {
	if len(q.find.Kommuner) == 1 {
		k := q.find.Kommuner[0]
		p.Kommune = w.kommuneName(k)
		p.NoneHere = found.Count(search.CourseHere) == 0
		for _, a := range w.v.Answers(k, maxAnnounced) {
			if a.Type.Code != typeLearning && a.Type.Code != typeOnline {
				continue
			}
			lines := w.listings(forReaders(a.Offerings[:min(maxAnnounced, len(a.Offerings))]), k)
			if near := forReaders(a.Nearest); len(lines) == 0 && len(near) > 0 {
				lines = []view.Listing{w.elsewhere(near[0], k)}
			}
			if len(lines) == 0 && len(a.Offerings) > 0 {
				continue // all of it is for professionals
			}
			p.Announced = append(p.Announced, view.CourseAnnounced{Name: w.lang.Pick(a.Type.Plural), Lines: lines,
				All: view.Link{Text: w.lang.T("Alle: %s", lowerInitial(w.lang.Pick(a.Type.Plural))), Href: "/sok?kommune=" + string(k) + "&type=" + a.Type.Code}})
		}
		return nil
	}
	for _, code := range []string{typeOnline, typeLearning} {
		t, ok := w.v.Type(code)
		if !ok {
			continue
		}
		a := view.CourseAnnounced{Name: w.lang.Pick(t.Plural),
			All: view.Link{Text: w.lang.T("Alle: %s", lowerInitial(w.lang.Pick(t.Plural))), Href: "/sok?type=" + code}}
		if code == typeOnline {
			hits, err := w.v.Search(ctx, search.Query{Types: []string{code}, Page: 1, Size: maxAnnounced})
			if err != nil {
				return err
			}
			a.Lines = w.listings(forReaders(hits.Hits), "")
			if len(a.Lines) == 0 && len(hits.Hits) > 0 {
				continue
			}
		}
		p.Announced = append(p.Announced, a)
	}
	return nil
}

// forReaders returns the hits without those for professionals alone.
func forReaders(hits []search.Hit) []search.Hit {
	return slices.DeleteFunc(slices.Clone(hits), func(h search.Hit) bool { return h.Offering.ForProfessionals() })
}

// showCourse answers "/kurs/42-samtalegruppe"; the id alone and another slug lead there. A
// course that is over keeps its page and answers 200, not 410: what it says is still true,
// who has the address on paper is led on to what comes, and the page of a group may get new
// dates. Search engines are told to leave it out.
func (s *Site) showCourse(c *fiber.Ctx) error {
	v, err := s.current()
	if err != nil {
		return err
	}
	key, err := param(c, "key")
	if err != nil {
		return err
	}
	key, calendar := strings.CutSuffix(key, ".ics")
	number, _, _ := strings.Cut(key, "-")
	course, ok := courseNumbered(v, number)
	switch {
	case !ok:
		return fiber.ErrNotFound
	case calendar:
		return s.sendCourseCalendar(c, v, course)
	}
	if path := page.CoursePath(course.Course); path != s.at(c) {
		return s.redirect(c, path, http.StatusMovedPermanently)
	}
	return s.answer(c, v, "", func(context.Context) (templ.Component, error) {
		return view.CourseOf(s.coursePage(v, course)), nil
	})
}

func courseNumbered(v *search.View, number string) (search.Course, bool) {
	id, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return search.Course{}, false
	}
	return v.Course(id)
}

func (s *Site) coursePage(v *search.View, c search.Course) view.CoursePage {
	w, today := s.newWriter(v), s.today()
	_, coming := c.Next(today)
	m := s.meta(c.Title, page.CoursePath(c.Course), page.MenuSearch, page.Crumb{Text: s.t("Kurs og grupper"), Path: coursesPath})
	m.NoIndex = !coming
	p := view.CoursePage{
		Title:       c.Title,
		TypeCode:    c.Of.Type,
		TypeName:    w.typeName(c.Of.Type),
		State:       w.courseState(c, today),
		StateText:   w.courseStateText(c, today),
		Over:        !coming,
		Description: paragraphs(c.Description),
		Audience:    c.Audience,
		Groups:      w.termNames(directory.TargetGroup, c.AllTargetGroups()),
		Topics:      w.termNames(directory.Topic, c.AllTopics()),
		Area:        w.area(c.Of.Coverage, c.Of.Kommune()).Words(s.lang),
		Where:       w.courseWhere(c),
		Cost:        view.CostText(s.lang, c.Cost),
		SignUp:      w.courseSignUp(c, today),
		Offering:    view.Link{Text: c.Of.Name, Href: page.OfferingPath(c.Of)},
		Phones:      w.phonesOf(c.Of),
		Answers:     c.Of.Organization.Name,
		Changed:     s.lang.Date(c.ChangedAt),
		Report:      "/meld-feil?tilbud=" + strconv.FormatInt(c.Of.ID, 10) + "&hva=annet",
	}
	if len(c.Languages) > 0 {
		p.Languages = s.lang.And(each(c.Languages, func(code string) string { return view.LanguageName(s.lang, code) }))
	}
	if c.Place != nil {
		if k, ok := v.Kommune(c.Place.Kommune); ok {
			p.Kommune = &view.Link{Text: s.t("%s kommune", k.DisplayName()), Href: page.KommunePath(k.Kommune)}
		}
	}
	if coming {
		p.Calendar = calendarPath(c.ID)
	}
	after := len(c.Dates) - len(c.Coming(today))
	p.Past = each(c.Dates[:after], w.courseDate)
	p.Dates = each(c.Dates[after:], w.courseDate)
	for _, other := range v.CoursesOf(c.Offering, today) {
		if other.ID != c.ID {
			p.Others = append(p.Others, w.comingLine(other, today))
		}
	}
	if len(p.Dates) > 0 {
		m.Description = p.Dates[0].When.Text + ". " + p.Where + "."
	}
	m.LinkedData = append(m.LinkedData, w.linkedCourse(c, m.Address(s.lang), today))
	p.Meta = m
	return p
}

func (w writer) courseDate(d directory.CourseDate) view.CourseDate {
	return view.CourseDate{When: w.courseTime(d), Cancelled: d.Cancelled, Note: d.Note}
}

// courseStateText says what the reader can do about the course's state. Where only the next
// date is cancelled, it says when the one after is.
func (w writer) courseStateText(c search.Course, today time.Time) string {
	next, coming := c.Next(today)
	dates := c.Coming(today)
	switch {
	case !coming:
		return w.lang.T("Dette er over. Ta kontakt hvis du lurer på om det kommer noe nytt.")
	case c.Status == directory.CourseCancelled:
		return w.lang.T("Dette blir ikke noe av. Ta kontakt hvis du lurer på om det kommer noe nytt.")
	case next.Cancelled:
		return w.lang.T("Alle gangene som er igjen, er avlyst. Ta kontakt hvis du lurer på om det kommer noe nytt.")
	case c.Status == directory.CourseFull:
		return w.lang.T("Det er ikke flere plasser. Ta kontakt hvis du lurer på om det finnes en venteliste.")
	case !c.TakesSignUps(today):
		return w.lang.T("Fristen var %s. Ta kontakt hvis du lurer på om det er plass likevel.", w.lang.Day(*c.SignUp.Deadline))
	case dates[0].Cancelled:
		return w.lang.T("%s er avlyst. Neste gang: %s.", w.courseTime(dates[0]).Text, w.courseMoment(next).Text)
	}
	return ""
}

// courseSignUp says how one gets a place. Of a course that has none, it is nil.
func (w writer) courseSignUp(c search.Course, today time.Time) *view.CourseSignUp {
	if _, coming := c.Next(today); !coming || c.Status == directory.CourseCancelled {
		return nil
	}
	s := c.SignUp
	out := view.CourseSignUp{Text: s.Text, Closed: !c.TakesSignUps(today)}
	switch s.Kind {
	case directory.SignUpNeeded:
		out.Kind = w.lang.T("Du må melde deg på.")
	case directory.JustCome:
		out.Kind = w.lang.T("Du trenger ikke melde deg på. Bare kom.")
	}
	if s.Deadline != nil && c.TakesSignUps(today) {
		out.Deadline = w.lang.T("Frist: %s.", w.courseMoment(directory.CourseDate{Day: *s.Deadline}).Text)
	}
	out.URL, out.Email = s.URL, s.Email
	if s.Phone != "" {
		p := view.PhoneOf(w.lang, directory.Phone{Number: s.Phone})
		out.Phone = &p
	}
	if out == (view.CourseSignUp{Closed: out.Closed}) {
		out.Kind = w.lang.T(view.NotStated)
	}
	return &out
}

// termNames returns the names of the terms, in display order.
func (w writer) termNames(kind directory.TermKind, codes []string) []string {
	var names []string
	for _, t := range w.v.Terms(kind) {
		if slices.Contains(codes, t.Code) {
			names = append(names, w.lang.Pick(t.Name))
		}
	}
	return names
}

// calendarPath returns the address of a course's dates as a calendar file.
func calendarPath(id int64) string { return coursesPath + "/" + strconv.FormatInt(id, 10) + ".ics" }
