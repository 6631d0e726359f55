package api

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

// course is a course or a group that an offering holds on certain days.
type course struct {
	ID           int64                 `json:"id" doc:"Nummeret i dette API-et. Det blir aldri brukt om igjen."`
	UUID         string                `json:"uuid" format:"uuid" doc:"Id som er den samme i alle formatene våre."`
	Title        string                `json:"tittel" doc:"Navnet på kurset."`
	Description  *string               `json:"beskrivelse" doc:"Ren tekst, avsnitt skilt med en tom linje."`
	Audience     *string               `json:"for_hvem" doc:"Hvem det er for, med arrangørens egne ord."`
	TargetGroups []Coded               `json:"malgruppe" doc:"Tilbudets når kurset ikke har egne."`
	Topics       []Coded               `json:"tema" doc:"Tilbudets når kurset ikke har egne."`
	Languages    []string              `json:"sprak" doc:"Koder etter ISO 639."`
	Format       string                `json:"form" enum:"oppmote,digitalt,begge" doc:"begge: hver deltaker velger."`
	Place        nullable[coursePlace] `json:"sted" doc:"Null når det ikke er noe sted, eller det ikke er kjent."`
	Next         nullable[courseDate]  `json:"neste" doc:"Neste gang som ikke er avlyst. Er alle avlyst, den første av dem. Null når kurset er over."`
	Dates        []courseDate          `json:"datoer" doc:"Alle gangene, den første først."`
	Over         bool                  `json:"over" doc:"Det er ingen flere datoer."`
	Status       string                `json:"status" enum:"apen,full,avlyst" doc:"Om det er plass. avlyst: hele kurset."`
	Cost         cost                  `json:"pris" doc:"Hva det koster."`
	SignUp       signUp                `json:"pamelding" doc:"Hvordan man melder seg på."`
	Offering     courseOffering        `json:"tilbud" doc:"Tilbudet som holder kurset."`
	For          *string               `json:"for_kommunen" doc:"Hvordan kurset er for kommunen det er spurt om: her (tilbudet er for kommunen, eller kurset holdes der), fylke eller nasjonal. Null når ingen kommune er nevnt."`
	DistanceKM   *float64              `json:"avstand_km" doc:"Luftlinje fra midten av kommunen det er spurt om."`
	ChangedAt    time.Time             `json:"endret" doc:"Sist noe ble endret."`
	Version      int                   `json:"versjon" doc:"Øker for hver endring."`
	Calendar     string                `json:"kalender" format:"uri" doc:"Datoene som iCalendar."`
	URL          string                `json:"url" format:"uri" doc:"Siden for kurset."`
}

type coursePlace struct {
	Secret   bool                  `json:"hemmelig" doc:"Den som melder seg på, får vite hvor det er. Alt annet om stedet er null."`
	Address  nullable[address]     `json:"adresse" doc:"Der det holdes."`
	Kommune  nullable[KommuneName] `json:"kommune" doc:"Kommunen det holdes i."`
	Position nullable[position]    `json:"posisjon" doc:"Punktet på kartet."`
}

type courseDate struct {
	Day       string  `json:"dato" format:"date" doc:"Dagen."`
	Starts    *string `json:"starter" doc:"Norsk tid, TT:MM. Null: bare dagen er kjent."`
	Ends      *string `json:"slutter" doc:"Norsk tid, TT:MM; 24:00 er midnatt."`
	Cancelled bool    `json:"avlyst" doc:"Denne gangen er avlyst."`
	Note      *string `json:"merknad" doc:"Noe å vite om denne gangen."`
}

type signUp struct {
	Kind     *string         `json:"mate" doc:"pamelding eller motopp (bare kom)."`
	Open     bool            `json:"apen" doc:"Det er ikke for sent, kurset er ikke fullt, og det er ikke avlyst."`
	Deadline *string         `json:"frist" format:"date" doc:"Siste dag."`
	URL      *string         `json:"nettsted" doc:"Der man melder seg på."`
	Email    *string         `json:"epost" doc:"Adressen man melder seg på til."`
	Phone    nullable[phone] `json:"telefon" doc:"Nummeret man melder seg på til."`
	Text     *string         `json:"tekst" doc:"Hvordan man melder seg på, med arrangørens egne ord."`
}

// courseOffering is the offering that holds a course: for whom it is by place, and whom to ask.
type courseOffering struct {
	ID       int64    `json:"id" doc:"Nummeret på tilbudet."`
	Name     string   `json:"navn" doc:"Navnet på tilbudet."`
	Type     Coded    `json:"type" doc:"Hva slags tilbud det er."`
	Coverage coverage `json:"dekning" doc:"Hvem tilbudet er for, etter hvor de bor."`
	Phones   []phone  `json:"telefon" doc:"Numre å ringe."`
	URL      string   `json:"url" format:"uri" doc:"Siden for tilbudet."`
}

// courseQuestion is the parameters of GET /kurs.
type courseQuestion struct {
	Kommuner     []string `query:"kommune,explode" maxItems:"20" maxLength:"100" example:"1804" doc:"Nummer, tidligere nummer eller navn. Gir kursene til tilbud som dekker kommunen, og de som holdes der."`
	Topics       []string `query:"tema,explode" maxItems:"50" maxLength:"100" example:"demens" doc:"Koder som i fasetter.tema for /tilbud."`
	TargetGroups []string `query:"malgruppe,explode" maxItems:"50" maxLength:"100" example:"voksne" doc:"Koder som i fasetter.malgruppe for /tilbud."`
	Formats      []string `query:"form,explode" maxItems:"3" enum:"oppmote,digitalt,begge" example:"digitalt" doc:"Kurs der hver velger selv, er med under både oppmote og digitalt."`
	From         string   `query:"fra" format:"date" example:"2027-01-01" doc:"Første dag kurset kan møtes. Det som er over, er aldri med."`
	To           string   `query:"til" format:"date" example:"2027-06-30" doc:"Siste dag kurset kan møtes."`
	Page         int      `query:"side" minimum:"1" maximum:"100000" default:"1" example:"1" doc:"Siden som skal vises, fra 1."`
	Size         int      `query:"antall" minimum:"1" maximum:"100" default:"20" example:"5" doc:"Antall på hver side."`

	from, to time.Time
}

// Resolve implements huma.Resolver.
func (q *courseQuestion) Resolve(ctx huma.Context) []error {
	query := queryOf(ctx)
	// huma takes a repeated parameter for absent when its first value is empty.
	for name, values := range map[string]*[]string{"kommune": &q.Kommuner, "tema": &q.Topics, "malgruppe": &q.TargetGroups, "form": &q.Formats} {
		*values = filled(query[name])
	}
	// What is no date was found before, by its format.
	q.from, _ = time.Parse(time.DateOnly, q.From)
	q.to, _ = time.Parse(time.DateOnly, q.To)
	if !q.from.IsZero() && !q.to.IsZero() && q.to.Before(q.from) {
		return []error{detail("til", msgPeriod)}
	}
	return nil
}

func (a *API) registerCourses(h huma.API) {
	get(h, huma.Operation{
		OperationID: "kurs",
		Path:        coursesCall,
		Tags:        []string{"Kurs"},
		Summary:     "Kurs og grupper som kommer",
		Description: "Etter neste dato. Med kommune: først de som er for kommunen eller holdes der, så fylkets, så de som er for hele landet. Ukjent kommune gir 404 med forslag.",
		Errors:      []int{http.StatusNotFound},
	}, a.listCourses)
	get(h, huma.Operation{
		OperationID: "ett-kurs",
		Path:        coursesCall + "/{id}",
		Tags:        []string{"Kurs"},
		Summary:     "Ett kurs",
		Description: "Også når det er over.",
		Errors:      []int{http.StatusNotFound},
	}, a.showCourse)
}

// coursesCall is the path of courses. Its answers hold for a day: what is over leaves them.
const coursesCall = "/kurs"

func (a *API) today() time.Time { return a.now().In(page.Oslo) }

func (a *API) listCourses(_ context.Context, v *search.View, q *courseQuestion) (*List[course], error) {
	query := search.CourseQuery{From: q.from, To: q.to, Topics: q.Topics, TargetGroups: q.TargetGroups,
		Formats: each(q.Formats, func(s string) directory.CourseFormat { return directory.CourseFormat(s) })}
	for _, s := range q.Kommuner {
		numbers, err := a.kommunerNamed(v, s)
		if err != nil {
			return nil, err
		}
		query.Kommuner = append(query.Kommuner, numbers...)
	}
	if err := knownTerms(v, directory.Topic, "tema", q.Topics); err != nil {
		return nil, err
	}
	if err := knownTerms(v, directory.TargetGroup, "malgruppe", q.TargetGroups); err != nil {
		return nil, err
	}
	found := v.FindCourses(query, a.today()).List
	pages := max((len(found)+q.Size-1)/q.Size, 1)
	if q.Page > pages {
		return nil, wrong("side", "finnes ikke; siste side er "+strconv.Itoa(pages))
	}
	from := (q.Page - 1) * q.Size
	return &List[course]{
		Total: len(found), Page: q.Page, Pages: pages,
		Items: each(found[from:min(from+q.Size, len(found))], func(f search.FoundCourse) course { return a.foundCourse(v, f) }),
	}, nil
}

func (a *API) showCourse(_ context.Context, v *search.View, in *struct {
	ID int64 `path:"id" minimum:"1" doc:"Nummeret på kurset, fra /kurs."`
}) (*course, error) {
	c, ok := v.Course(in.ID)
	if !ok {
		return nil, notFound("path.id", msgNoCourse, []pointer{{Text: "Alle kurs som kommer", URL: a.call(coursesCall)}})
	}
	out := a.course(v, c)
	return &out, nil
}

// courseReaches are the words for how a course is for a kommune.
var courseReaches = map[search.CourseReach]string{
	search.CourseHere:     "her",
	search.CourseInFylke:  "fylke",
	search.CourseNational: "nasjonal",
}

func (a *API) foundCourse(v *search.View, f search.FoundCourse) course {
	out := a.course(v, f.Course)
	out.For = known(courseReaches[f.Reach])
	if f.DistanceKM != nil {
		out.DistanceKM = rounded(*f.DistanceKM)
	}
	return out
}

func (a *API) course(v *search.View, c search.Course) course {
	today := a.today()
	number := strconv.FormatInt(c.ID, 10)
	out := course{
		ID:           c.ID,
		UUID:         c.UUID.String(),
		Title:        c.Title,
		Description:  known(c.Description),
		Audience:     known(c.Audience),
		TargetGroups: terms(v, directory.TargetGroup, c.AllTargetGroups()),
		Topics:       terms(v, directory.Topic, c.AllTopics()),
		Languages:    each(c.Languages, same),
		Format:       string(c.Format),
		Place:        coursePlaceOf(v, c.Place),
		Dates:        each(c.Dates, courseDateOf),
		Status:       string(c.Status),
		Cost:         cost{Kind: known(string(c.Cost.Kind)), Text: known(c.Cost.Text)},
		SignUp: signUp{
			Kind:     known(string(c.SignUp.Kind)),
			Deadline: day(c.SignUp.Deadline),
			URL:      known(c.SignUp.URL),
			Email:    known(c.SignUp.Email),
			Text:     known(c.SignUp.Text),
		},
		Offering: courseOffering{
			ID:       c.Of.ID,
			Name:     c.Of.Name,
			Type:     a.typeName(v, c.Of.Type),
			Coverage: coverageOf(v, c.Of.Coverage),
			Phones:   each(c.Of.Phones, phoneOf),
			URL:      a.page("/tilbud/" + offeringPath(c.Of)),
		},
		ChangedAt: c.ChangedAt,
		Version:   c.Version,
		Calendar:  a.page("/kurs/" + number + ".ics"),
		URL:       a.page("/kurs/" + strings.TrimSuffix(number+"-"+c.Slug(), "-")),
	}
	if c.SignUp.Phone != "" {
		p := phoneOf(directory.Phone{Number: c.SignUp.Phone})
		out.SignUp.Phone.value = &p
	}
	if next, coming := c.Next(today); coming {
		d := courseDateOf(next)
		out.Next.value = &d
		out.SignUp.Open = c.TakesSignUps(today) && !next.Cancelled
	} else {
		out.Over = true
	}
	return out
}

func courseDateOf(d directory.CourseDate) courseDate {
	return courseDate{Day: d.Day.Format(time.DateOnly), Starts: known(d.Starts), Ends: known(d.Ends), Cancelled: d.Cancelled, Note: known(d.Note)}
}

// coursePlaceOf says of a confidential place that there is one, and nothing else.
func coursePlaceOf(v *search.View, l *directory.Location) nullable[coursePlace] {
	switch {
	case l == nil:
		return nullable[coursePlace]{}
	case l.Confidential:
		return nullable[coursePlace]{&coursePlace{Secret: true}}
	}
	out := coursePlace{Kommune: kommuneOrNull(v, l.Kommune)}
	out.Address, out.Position = doorOf([]directory.Location{*l})
	return nullable[coursePlace]{&out}
}
