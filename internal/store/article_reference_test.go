package store

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/nasjonal-oversikt/oversikt/internal/article"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
)

// referenceTaskKeys returns the keys of the open tasks about what articles lead to.
func referenceTaskKeys(t *testing.T, s *Store) (keys []string) {
	t.Helper()
	tasks, err := s.OpenTasks(t.Context(), operator)
	if err != nil {
		t.Fatal(err)
	}
	for _, task := range tasks {
		if task.Kind == TaskArticleReference {
			keys = append(keys, task.Key)
		}
	}
	slices.Sort(keys)
	return keys
}

func TestArticlesThatLeadToNothing(t *testing.T) {
	s := openSeeded(t)
	types, err := s.OfferingTypes(t.Context())
	if err != nil || len(types) == 0 {
		t.Fatalf("%d types, %v", len(types), err)
	}
	code := types[0].Code
	o, err := s.CreateOffering(t.Context(), operator, "", testOffering("leder-hit"))
	if err != nil {
		t.Fatal(err)
	}
	if !o.Public() {
		t.Fatalf("the offering is %s", o.Status)
	}
	offering := "/tilbud/" + strconv.FormatInt(o.ID, 10) + "-" + o.Slug()
	text := testArticle("Test", 1) + "\n{{tilbud type=\"" + code + "\"}}\n\nRing [dem](" + offering + ").\n"
	key := nb("ta-vare-pa-barna", "test")
	save := func(key article.Key, version int, source string) {
		t.Helper()
		if err := s.EditArticle(t.Context(), operator, "", version, key, source); err != nil {
			t.Fatal(err)
		}
	}
	save(key, 0, text)
	save(key.In(article.Nynorsk), 0, text)
	wantEqual(t, "tasks while all is there", []string(nil), referenceTaskKeys(t, s))

	// The offering ends, and comes back.
	archived, err := s.ArchiveOffering(t.Context(), operator, "", o.ID, o.Version)
	if err != nil {
		t.Fatal(err)
	}
	toOffering := []string{"nn/ta-vare-pa-barna/test " + offering, "ta-vare-pa-barna/test " + offering}
	wantEqual(t, "tasks when the offering has ended", toOffering, referenceTaskKeys(t, s))
	tasks, err := s.OpenTasks(t.Context(), operator)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(tasks, func(task Task) bool { return task.Key == toOffering[0] })
	var d ReferenceDetail
	if err := json.Unmarshal(tasks[i].Detail, &d); err != nil {
		t.Fatal(err)
	}
	wantEqual(t, "detail", ReferenceDetail{ArticleDetail{article.Nynorsk, "ta-vare-pa-barna", "test", "Test"}, offering}, d)
	wantError(t, "putting the task away", s.FinishTask(t.Context(), operator, tasks[i].ID), ErrOwnEnd)
	manager := newAccount(t, s, "kari@test.example.org")
	if others, err := s.OpenTasks(t.Context(), manager.Actor()); err != nil || len(others) != 0 {
		t.Errorf("somebody else has %d tasks, %v", len(others), err)
	}

	// An edit ends the task of the article that was mended.
	save(key, 1, strings.Replace(text, "[dem]("+offering+")", "dem", 1))
	wantEqual(t, "tasks when one is mended", toOffering[:1], referenceTaskKeys(t, s))
	back := archived.Offering
	for _, status := range []directory.Status{directory.Draft, directory.Published} {
		wantEqual(t, "tasks while it is not back", toOffering[:1], referenceTaskKeys(t, s))
		back.Status = status
		if back, err = s.UpdateOffering(t.Context(), operator, "", back); err != nil {
			t.Fatal(err)
		}
	}
	wantEqual(t, "tasks when the offering is back", []string(nil), referenceTaskKeys(t, s))
}

func TestArticlesThatLeadToAnEndedTypeOrTopic(t *testing.T) {
	s := openSeeded(t)
	save := func(slug, more string) {
		t.Helper()
		if err := s.EditArticle(t.Context(), operator, "", 0, nb("ta-vare-pa-barna", slug), testArticle("Test", 1)+more); err != nil {
			t.Fatal(err)
		}
	}
	save("a", "\n{{tilbud type=\"nedlagt\"}}\n\n{{tilbud tema=\"borte\"}}\n\nSe [b](/ta-vare-pa-barna/b).\n")
	wantEqual(t, "tasks", []string{`ta-vare-pa-barna/a /ta-vare-pa-barna/b`, `ta-vare-pa-barna/a {{tilbud tema="borte"}}`, `ta-vare-pa-barna/a {{tilbud type="nedlagt"}}`}, referenceTaskKeys(t, s))
	save("b", "")
	types, err := s.OfferingTypes(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	again := types[0]
	again.Code = "nedlagt"
	if err := s.SaveType(t.Context(), operator, "", 0, again); err != nil {
		t.Fatal(err)
	}
	term := directory.Term{Kind: directory.Topic, Code: "borte", Name: directory.Text{NB: "Borte", NN: "Borte", EN: "Gone"}}
	if err := s.SaveTerm(t.Context(), operator, "", 0, term); err != nil {
		t.Fatal(err)
	}
	wantEqual(t, "tasks when all is there", []string(nil), referenceTaskKeys(t, s))

	// Gone in a way that no program saw: the check by the clock finds it.
	if err := exec(t, s, "DELETE FROM terms WHERE kind = 'tema' AND code = 'borte'"); err != nil {
		t.Fatal(err)
	}
	if err := exec(t, s, "DELETE FROM offering_types WHERE code = 'nedlagt'"); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := s.CheckArticles(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	wantEqual(t, "tasks after the check", []string{`ta-vare-pa-barna/a {{tilbud tema="borte"}}`, `ta-vare-pa-barna/a {{tilbud type="nedlagt"}}`}, referenceTaskKeys(t, s))
	a, err := s.ArticleByKey(t.Context(), nb("ta-vare-pa-barna", "a"))
	if err != nil {
		t.Fatal(err)
	}
	problems, err := s.UnknownCodes(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	unknown := func(code string) error {
		return article.Problem{File: "ta-vare-pa-barna/a.md", Field: article.FieldReference, Fault: article.UnknownCode, Value: code}
	}
	wantEqual(t, "problems", []error{unknown("nedlagt"), unknown("borte")}, problems)
}
