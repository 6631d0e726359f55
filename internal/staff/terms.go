package staff

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

// kindNames are what the closed vocabularies are called.
var kindNames = []struct {
	kind directory.TermKind
	name string
}{{directory.TargetGroup, "Målgrupper"}, {directory.Topic, "Temaer"}, {directory.Format, "Former"}}

func (s *Staff) listTerms(c *fiber.Ctx) error {
	terms, err := s.deps.Store.Terms(c.UserContext())
	if err != nil {
		return err
	}
	l := view.StaffList{
		Meta: s.meta(c, "Begreper", hub, page.Crumb{Text: "Begreper", Path: "/redaksjon/begreper"}), Heading: "Begreper",
		Intro: "Det tilbudene kan merkes med. Leserne snevrer inn søket med dem.",
	}
	for _, k := range kindNames {
		t := view.StaffTable{Caption: k.name, Columns: []string{"Navn", "Kode", "Nynorsk", "Engelsk"}}
		for _, term := range terms {
			if term.Kind == k.kind {
				t.Rows = append(t.Rows, []view.Cell{{Text: term.Name.NB, Href: "/redaksjon/begreper/" + string(k.kind) + "/" + term.Code}, {Text: term.Code}, {Text: term.Name.NN}, {Text: term.Name.EN}})
			}
		}
		t.Rows = append(t.Rows, []view.Cell{{Text: "Legg til", Href: "/redaksjon/begreper/" + string(k.kind) + "/" + newCode}, {}, {}, {}})
		l.Tables = append(l.Tables, t)
	}
	return s.send(c, http.StatusOK, view.List(l))
}

// termAt returns the stored term of the address, and its version; an empty one for a new.
func (s *Staff) termAt(c *fiber.Ctx) (directory.Term, int, error) {
	kind, code := directory.TermKind(c.Params("kind")), c.Params("code")
	if !slices.Contains([]directory.TermKind{directory.TargetGroup, directory.Topic, directory.Format}, kind) {
		return directory.Term{}, 0, store.ErrNotFound
	}
	if code == newCode {
		return directory.Term{Kind: kind}, 0, nil
	}
	terms, err := s.deps.Store.Terms(c.UserContext())
	if err != nil {
		return directory.Term{}, 0, err
	}
	i := slices.IndexFunc(terms, func(t directory.Term) bool { return t.Kind == kind && t.Code == code })
	if i < 0 {
		return directory.Term{}, 0, store.ErrNotFound
	}
	version, err := s.deps.Store.Version(c.UserContext(), store.KindTerm, string(kind)+"/"+code)
	return terms[i], version, err
}

func (s *Staff) showTerm(c *fiber.Ctx) error {
	t, version, err := s.termAt(c)
	if err != nil {
		return err
	}
	return s.send(c, http.StatusOK, view.Edit(s.termPage(c, t, version, "")))
}

func (s *Staff) termPage(c *fiber.Ctx, t directory.Term, version int, why string) view.EditPage {
	heading := t.Name.NB
	var fields []view.EditField
	p := view.EditPage{Version: strconv.Itoa(version)}
	if c.Params("code") == newCode {
		heading = "Nytt begrep"
		fields = append(fields, text("code", "Kode", t.Code, "Små bokstaver a–z og understrek. Kan ikke endres etterpå.", true))
	} else {
		p.Links = []view.Link{{Text: "Se tilbudene", Href: "/sok?" + string(t.Kind) + "=" + t.Code}, {Text: "Historikk", Href: historyPath(store.KindTerm, string(t.Kind)+"/"+t.Code)}}
	}
	p.Meta = s.meta(c, heading, hub, page.Crumb{Text: "Begreper", Path: "/redaksjon/begreper"}, page.Crumb{Text: heading, Path: c.Path()})
	p.Heading = heading
	p.Groups = []view.EditGroup{{Fields: append(fields,
		text("name", "Navn på bokmål", t.Name.NB, "", true), text("name_nn", "Navn på nynorsk", t.Name.NN, "", false), text("name_en", "Navn på engelsk", t.Name.EN, "", false),
		view.EditField{FormField: view.FormField{Name: "order", Label: "Plass i listen", Value: strconv.Itoa(t.Order), Required: true, Help: "Et helt tall. Den med lavest tall står først."}},
		whyField(why))}}
	return p
}

func (s *Staff) saveTerm(c *fiber.Ctx) error {
	stored, _, err := s.termAt(c)
	if err != nil {
		return err
	}
	v := func(name string) string { return strings.TrimSpace(c.FormValue(name)) }
	t := directory.Term{Kind: stored.Kind, Code: stored.Code, Name: directory.Text{NB: v("name"), NN: v("name_nn"), EN: v("name_en")}}
	if c.Params("code") == newCode {
		t.Code = v("code")
	}
	if t.Order, err = strconv.Atoi(v("order")); err != nil {
		err = directory.Invalid{"order": directory.MsgFormat}
	} else {
		err = s.deps.Store.SaveTerm(c.UserContext(), actorOf(c), v("hvorfor"), seen(c), t)
	}
	return s.answerEdit(c, s.termPage(c, t, seen(c), v("hvorfor")), err, func() (int, string, error) {
		now, version, err := s.termAt(c)
		return version, now.Name.NB, err
	}, "/redaksjon/begreper", "Begrepet er lagret: "+t.Name.NB)
}
