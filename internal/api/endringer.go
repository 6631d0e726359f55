package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/article"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

// changesCall is the path of what has changed. With content, its answers hold for a day,
// since those of courses do.
const changesCall = "/endringer"

// Changes are what has changed after a cursor, in the order in which it did. It is exported
// for those who are sent the same.
type Changes struct {
	Items []Change `json:"endringer" doc:"Det eldste først. Hver ting er med én gang, ved den siste endringen."`
	Next  string   `json:"neste" doc:"Send den i etter neste gang, også når det ikke var noe nytt."`
	More  bool     `json:"flere" doc:"Det er mer å hente med en gang."`
}

// Change says that a thing is not as it was.
type Change struct {
	Kind     string  `json:"slag" enum:"tilbud,kurs,kommune,type,artikkel" doc:"Hva som er endret."`
	ID       string  `json:"id" doc:"Tilbudets eller kursets id, kommunenummeret, koden for typen, eller artikkelens seksjon og slug: ta-vare-pa-barna/navn."`
	Language *string `json:"sprak" enum:"nb,nn,en" doc:"Språket artikkelen er på. Null for alt annet."`
	UUID     *string `json:"uuid" format:"uuid" doc:"Id-en i HSDS. Null for det som ikke har noen."`
	What     string  `json:"endring" enum:"endret,fjernet" doc:"endret: nytt, eller ikke som før. fjernet: ikke publisert lenger."`
	At       string  `json:"tidspunkt" format:"date-time" doc:"Da det ble endret."`
	URL      string  `json:"url" format:"uri" doc:"Kallet som gir det slik det er nå."`
	Content  any     `json:"innhold,omitempty" doc:"Det samme som kallet i url gir, når innhold=true. Typer er slik de står i /typer."`

	thing thing
}

// thing is what a change is about, as the index has it.
type thing struct {
	kind search.Kind
	ref  string // of the document
	gone bool
}

func (a *API) registerChanges(h huma.API) {
	get(h, huma.Operation{
		OperationID: "endringer",
		Path:        changesCall,
		Tags:        []string{"Endringer"},
		Summary:     "Det som er endret",
		Description: "For deg som holder en kopi. Hent først uten etter, og følg neste til flere er false: da har du alt. Kom så tilbake med neste så ofte du vil. " +
			"Det samme kan komme to ganger, og innholdet kan være nyere enn endringen; da kommer endringen igjen. Navn på koder (type, tema, kommune) i et tilbud er slik de var da tilbudet ble endret. " +
			"Svaret er 410 når etter er fra før oversikten ble gjenopprettet fra en sikkerhetskopi, eller fra en annen oversikt: Begynn da på nytt uten etter, og slett det du har som ikke kommer.",
		Errors: []int{http.StatusGone},
	}, a.listChanges)
}

func (a *API) listChanges(_ context.Context, v *search.View, in *struct {
	After   string `query:"etter" maxLength:"100" doc:"neste fra forrige svar. Uten: fra begynnelsen."`
	Limit   int    `query:"antall" minimum:"1" maximum:"500" default:"100" doc:"Høyst så mange i svaret."`
	Content bool   `query:"innhold" doc:"Ta med innholdet i det som er endret."`
}) (*Changes, error) {
	page, err := a.changes(v, in.After, in.Limit, in.Content)
	switch {
	case errors.Is(err, search.ErrCursor):
		return nil, wrong("etter", msgCursor)
	case errors.Is(err, search.ErrHistory):
		p := newProblem(http.StatusGone, msgHistory)
		p.Suggestions = []pointer{{Text: "Begynn på nytt", URL: a.call(changesCall)}}
		return nil, p
	}
	return page, err
}

// ChangesAfter returns what a call with the cursor answers, without content. It returns
// ErrNotReady, and search.ErrHistory for a cursor that the call answers with 410.
func (a *API) ChangesAfter(cursor string, limit int) (*Changes, error) {
	v, err := a.current()
	if err != nil {
		return nil, err
	}
	return a.changes(v, cursor, limit, false)
}

// NoChanges returns an answer without changes that ends where the feed is now.
func (a *API) NoChanges() (*Changes, error) {
	v, err := a.current()
	if err != nil {
		return nil, err
	}
	return &Changes{Items: []Change{}, Next: v.Position().Text()}, nil
}

// changes returns at most limit changes after the cursor, from the beginning where that is
// empty. Its errors are search.ErrCursor and search.ErrHistory.
func (a *API) changes(v *search.View, after string, limit int, content bool) (*Changes, error) {
	var from search.Cursor
	var err error
	if after != "" {
		if from, err = v.Position().Read(after); err != nil {
			return nil, err
		}
	}
	found, more := v.Changes(from, limit)
	// Another node may have come further than this one: its cursors are good here too.
	next := v.Position().Cursor
	if next.Compare(from) < 0 {
		next = from
	}
	if last := len(found) - 1; last >= 0 && (more || next.Compare(found[last].Cursor) < 0) {
		next = found[last].Cursor
	}
	out := &Changes{Items: []Change{}, Next: search.Position{Installation: v.Position().Installation, Cursor: next}.Text(), More: more}
	for _, f := range found {
		c, told := a.change(v, f)
		if !told {
			continue
		}
		if content && !c.thing.gone {
			if c.Content, err = a.content(v, c.thing); err != nil {
				return nil, fmt.Errorf("content of %s: %w", f.ID, err)
			}
		}
		out.Items = append(out.Items, c)
	}
	return out, nil
}

// change returns the change as it is told, false for what the API has no call for.
func (a *API) change(v *search.View, f search.Change) (Change, bool) {
	c := Change{ID: f.Ref(), What: "endret", At: f.At.UTC().Format(time.RFC3339), thing: thing{f.Kind(), f.Ref(), f.Gone}}
	number, _ := strconv.ParseInt(c.ID, 10, 64)
	switch f.Kind() {
	case search.KindOffering:
		c.Kind, c.URL = "tilbud", a.call("/tilbud/"+c.ID)
		if o, ok := v.Offering(number); ok {
			c.UUID = known(o.UUID.String())
		} else {
			c.thing.gone = true
		}
	case search.KindCourse:
		c.Kind, c.URL = "kurs", a.call(coursesCall+"/"+c.ID)
		if k, ok := v.Course(number); ok {
			c.UUID = known(k.UUID.String())
		} else {
			c.thing.gone = true // also when its offering is
			c.UUID = a.hiddenCourse(v, number)
		}
	case search.KindKommune:
		c.Kind, c.URL = "kommune", a.call("/kommuner/"+c.ID)
	case search.KindType:
		c.Kind, c.URL = "type", a.call("/typer")
	case search.KindArticle:
		language, path, _ := strings.Cut(c.ID, "/")
		section, slug, _ := strings.Cut(path, "/")
		if slug == "" {
			return c, false // the section's own text
		}
		c.Kind, c.ID, c.Language = "artikkel", path, &language
		c.URL = a.call("/artikler/" + url.PathEscape(section) + "/" + url.PathEscape(slug))
		if language != article.Bokmal {
			c.URL += "?sprak=" + language
		}
	default:
		return c, false
	}
	if c.thing.gone {
		c.What = "fjernet"
		if f.Gone && f.UUID != [16]byte{} {
			c.UUID = known(f.UUID.String())
		}
	}
	return c, true
}

// hiddenCourse returns the uuid of a course whose offering is not public; nil where the
// course is gone itself.
func (a *API) hiddenCourse(v *search.View, id int64) *string {
	if k, ok := v.HiddenCourse(id); ok {
		return known(k.UUID.String())
	}
	return nil
}

// content returns what the call in the change's URL answers.
func (a *API) content(v *search.View, t thing) (any, error) {
	number, _ := strconv.ParseInt(t.ref, 10, 64)
	switch t.kind {
	case search.KindOffering:
		if o, ok := v.Offering(number); ok {
			return a.offering(v, o), nil
		}
	case search.KindCourse:
		if c, ok := v.Course(number); ok {
			return a.course(v, c), nil
		}
	case search.KindKommune:
		if k, ok := v.Kommune(region.Number(t.ref)); ok {
			return a.kommune(k), nil
		}
	case search.KindType:
		if found, ok := v.Type(t.ref); ok {
			return a.offeringType(v, found), nil
		}
	case search.KindArticle:
		language, path, _ := strings.Cut(t.ref, "/")
		section, slug, _ := strings.Cut(path, "/")
		if art, ok := v.Article(language, section, slug); ok {
			return a.fullArticle(v, art)
		}
	}
	return nil, fmt.Errorf("%w: the index does not hold what its feed names", search.ErrDamaged)
}
