package staff

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

// expressionKinds are what the kinds of expressions are called.
var expressionKinds = []struct {
	kind directory.ExpressionKind
	name string
}{
	{directory.EverydayExpression, "Dagligtale"}, {directory.SituationExpression, "Livssituasjon"}, {directory.DiagnosisExpression, "Diagnose"},
	{directory.AbbreviationExpression, "Forkortelse"}, {directory.NynorskExpression, "Nynorsk"}, {directory.EnglishExpression, "Engelsk"},
	{directory.CrisisExpression, "Krise: nødnumrene vises først"},
}

func expressionPath(text string) string {
	return "/redaksjon/hverdagsord/ord?" + url.Values{"ord": {text}}.Encode()
}

func (s *Staff) listExpressions(c *fiber.Ctx) error {
	all, err := s.deps.Store.Expressions(c.UserContext())
	if err != nil {
		return err
	}
	q := strings.ToLower(strings.TrimSpace(c.Query("q")))
	l := view.StaffList{
		Meta: s.meta(c, "Hverdagsord", hub, page.Crumb{Text: "Hverdagsord", Path: "/redaksjon/hverdagsord"}), Heading: "Hverdagsord",
		Intro:  "Det folk skriver når de leter, og hvor det fører dem.",
		Search: &view.FormField{Name: "q", Label: "Finn et ord", Value: q},
		Add:    view.Link{Text: "Legg til et ord", Href: expressionPath(q)},
		Empty:  "Ingen ord med «" + q + "». Du kan legge det til.",
	}
	t := view.StaffTable{Caption: "Ord", Columns: []string{"Folk skriver", "Det fører til", "Slag"}}
	found := 0
	for _, e := range all {
		if !strings.Contains(e.Text, q) && !slices.ContainsFunc(e.LeadsTo, func(l directory.Lead) bool { return strings.Contains(string(l), q) }) {
			continue
		}
		if found++; found <= maxListed {
			var leads []string
			for _, lead := range e.LeadsTo {
				leads = append(leads, string(lead))
			}
			t.Rows = append(t.Rows, []view.Cell{{Text: e.Text, Href: expressionPath(e.Text)}, {Text: strings.Join(leads, ", ")}, {Text: string(e.Kind)}})
		}
	}
	if found > maxListed {
		l.More = fmt.Sprintf("Viser %d av %s. Søk for å finne de andre.", maxListed, page.Bokmal.Number(found))
	}
	l.Tables = []view.StaffTable{t}
	return s.send(c, http.StatusOK, view.List(l))
}

// expressionAt returns the expression of the address with its version. One that is not
// there has only the text, and whether it once was is in the version.
func (s *Staff) expressionAt(c *fiber.Ctx) (e directory.Expression, version int, known bool, err error) {
	word := strings.ToLower(strings.TrimSpace(c.Query("ord")))
	e, err = s.deps.Store.ExpressionByText(c.UserContext(), word)
	known = err == nil
	if errors.Is(err, store.ErrNotFound) {
		e, err = directory.Expression{Text: word}, nil
	}
	if err == nil {
		version, err = s.deps.Store.Version(c.UserContext(), store.KindExpression, word)
	}
	return e, version, known, err
}

func (s *Staff) showExpression(c *fiber.Ctx) error {
	e, version, known, err := s.expressionAt(c)
	if err != nil {
		return err
	}
	p, err := s.expressionPage(c, e, version, known, leadLines(e), "")
	if err != nil {
		return err
	}
	return s.send(c, http.StatusOK, view.Edit(p))
}

func leadLines(e directory.Expression) string {
	var b strings.Builder
	for _, l := range e.LeadsTo {
		b.WriteString(string(l) + "\n")
	}
	return b.String()
}

func (s *Staff) expressionPage(c *fiber.Ctx, e directory.Expression, version int, known bool, leads, why string) (view.EditPage, error) {
	types, err := s.deps.Store.OfferingTypes(c.UserContext())
	if err != nil {
		return view.EditPage{}, err
	}
	terms, err := s.deps.Store.Terms(c.UserContext())
	if err != nil {
		return view.EditPage{}, err
	}
	var codes []string
	for _, t := range terms {
		if t.Kind != directory.Format {
			codes = append(codes, string(t.Kind)+":"+t.Code)
		}
	}
	for _, t := range types {
		codes = append(codes, directory.LeadType+":"+t.Code)
	}
	heading := "Nytt hverdagsord"
	p := view.EditPage{Version: strconv.Itoa(version)}
	word := view.EditField{FormField: view.FormField{Name: "text", Label: "Folk skriver", Value: e.Text, Help: "Små bokstaver.", Max: 100, Required: true}}
	if known {
		heading = "«" + e.Text + "»"
		p.Links = []view.Link{{Text: "Prøv i søket", Href: "/sok?" + url.Values{"q": {e.Text}}.Encode()}, {Text: "Historikk", Href: historyPath(store.KindExpression, e.Text)}}
		p.Remove, p.Removal = "/redaksjon/hverdagsord/fjern?"+url.Values{"ord": {e.Text}}.Encode(), "Fjern ordet fra søket"
	}
	kind := view.EditField{FormField: view.FormField{Name: "kind", Label: "Slag"}}
	for _, k := range expressionKinds {
		kind.Choices = append(kind.Choices, view.FormChoice{Value: string(k.kind), Text: k.name, Checked: k.kind == e.Kind})
	}
	p.Meta = s.meta(c, heading, hub, page.Crumb{Text: "Hverdagsord", Path: "/redaksjon/hverdagsord"}, page.Crumb{Text: heading, Path: c.OriginalURL()})
	p.Heading = heading
	fields := []view.EditField{word}
	if known {
		fields = nil // another text is another word
	}
	lead := long("leads_to", "Det fører til", leads, "Ett per linje, det viktigste først. Disse finnes: "+strings.Join(codes, ", ")+". Med «ord:» foran leter vi også etter et annet ord: ord:afasi", 5)
	lead.Required = true
	p.Groups = []view.EditGroup{{Fields: append(fields, lead, kind, whyField(why))}}
	return p, nil
}

func (s *Staff) saveExpression(c *fiber.Ctx) error {
	stored, _, known, err := s.expressionAt(c)
	if err != nil {
		return err
	}
	v := func(name string) string { return strings.TrimSpace(c.FormValue(name)) }
	e := directory.Expression{Text: stored.Text, Kind: directory.ExpressionKind(v("kind"))}
	if !known {
		e.Text = strings.ToLower(v("text"))
	}
	for _, l := range lines(v("leads_to")) {
		e.LeadsTo = append(e.LeadsTo, directory.Lead(l))
	}
	version := seen(c)
	if !known && e.Text != stored.Text {
		// Another word than the address named: what counts is that one's history.
		if _, err := s.deps.Store.ExpressionByText(c.UserContext(), e.Text); err == nil {
			version = -1
		} else if version, err = s.deps.Store.Version(c.UserContext(), store.KindExpression, e.Text); err != nil {
			return err
		}
	}
	p, err := s.expressionPage(c, e, version, known, c.FormValue("leads_to"), v("hvorfor"))
	if err != nil {
		return err
	}
	err = s.deps.Store.SaveExpression(c.UserContext(), actorOf(c), v("hvorfor"), version, e)
	return s.answerEdit(c, p, err, func() (int, string, error) {
		now, err := s.deps.Store.ExpressionByText(c.UserContext(), e.Text)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return 0, "", err
		}
		version, err := s.deps.Store.Version(c.UserContext(), store.KindExpression, e.Text)
		return version, leadLines(now), err
	}, "/redaksjon/hverdagsord?"+url.Values{"q": {e.Text}}.Encode(), "Ordet er lagret: "+e.Text)
}

func (s *Staff) deleteExpression(c *fiber.Ctx) error {
	word := c.Query("ord")
	err := s.deps.Store.DeleteExpression(c.UserContext(), actorOf(c), "", seen(c), word)
	if errors.Is(err, store.ErrConflict) {
		return see(c, expressionPath(word), "Noen andre har endret ordet i mellomtiden. Se om det fortsatt skal fjernes.")
	}
	if err != nil {
		return err
	}
	return see(c, expressionPath(word), "Ordet er fjernet fra søket. Angrer du, fyller du ut skjemaet og lagrer. Det som sto der, er i historikken.")
}
