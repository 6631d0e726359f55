package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/nasjonal-oversikt/oversikt/internal/article"
	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/dbtest"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/indexer"
	"github.com/nasjonal-oversikt/oversikt/internal/opendata"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
	"github.com/nasjonal-oversikt/oversikt/internal/staff"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

// seedWord stands first in every text that the hostile world is made with, by the ways that
// people and programs have. Whatever is in a database, by whatever way and mistake it came
// there, has to be shown safely: so the word is then replaced, in all columns of all tables.
const seedWord = "qxord"

// seedAddress is every web address of the hostile world.
const seedAddress = "https://qxadresse.example.org/"

// hostileWorld is the whole app over a database in which all texts can be changed at once.
type hostileWorld struct {
	t     *testing.T
	app   *fiber.App
	log   *buffer
	store *store.Store
	db    *pgxpool.Pool
	files *opendata.Files
	view  func() *search.View

	offerings []int64
	cursor    string   // of the webhook
	session   string   // of a national editor
	doors     []string // that links may not lead to
	url       string   // of the database
	texts     []string // what stands for seedWord just now
	addresses []string // what stands for seedAddress just now
}

func newHostileWorld(t *testing.T) *hostileWorld {
	t.Helper()
	address := dbtest.URL(t)
	st, err := store.Open(t.Context(), store.Options{URL: address})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	db, err := pgxpool.New(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	// Triggers keep what was written from being changed, and what is changed from being forgotten.
	for _, table := range []string{"revisions", "events"} {
		if _, err := db.Exec(t.Context(), "ALTER TABLE "+table+" DISABLE TRIGGER USER"); err != nil {
			t.Fatal(err)
		}
	}
	w := &hostileWorld{t: t, url: address, store: st, db: db, texts: []string{seedWord}, addresses: []string{seedAddress}}
	w.seedVocabulary()
	w.seedOfferings()
	w.seedPeople()

	ctx, cancel := context.WithCancel(context.Background())
	d, log := testDeps(t)
	x := indexer.New(st, t.TempDir(), d.Log)
	done := make(chan struct{})
	go func() { defer close(done); x.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
	if err := x.WaitReady(t.Context()); err != nil {
		t.Fatal(err)
	}
	d.Store, d.View, d.Status, d.BaseURL = st, x.View, x.Status, "http://oversikt.test"
	w.files = opendata.New(opendata.Deps{View: x.View, BaseURL: d.BaseURL, Dir: filepath.Join(t.TempDir(), "data"), Now: time.Now, Log: d.Log})
	t.Cleanup(func() {
		if err := w.files.Close(); err != nil {
			t.Error(err)
		}
	})
	d.Files = w.files
	w.app, w.log, w.view = New(d), log, x.View
	return w
}

func (w *hostileWorld) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func hostileText(more string) directory.Text {
	s := seedWord + " " + more
	return directory.Text{NB: s, NN: s + " nn", EN: s + " en"}
}

// seedVocabulary stores regions, types, terms, expressions and articles.
func (w *hostileWorld) seedVocabulary() {
	w.t.Helper()
	ctx := w.t.Context()
	kommune := func(number region.Number, name, fylke, wikidata string) region.Kommune {
		return region.Kommune{
			Number: number, Name: seedWord + " " + name, OfficialName: seedWord + " " + name, FylkeName: seedWord + " " + fylke, Population: 1000, PopulationYear: 2026,
			Position: region.Position{Lat: 60, Lon: 10}, Domain: "test" + string(number) + ".example.org", Website: "qxadresse.example.org", Wikidata: wikidata, OtherNames: []string{seedWord + " også " + name},
			AdminCentre: seedWord + " sentrum",
		}
	}
	_, err := w.store.SaveRegions(ctx, tester, store.Regions{
		Fylker: []region.Fylke{
			{Number: "03", Name: seedWord + " Oslo", OfficialName: seedWord + " Oslo"},
			{Number: "18", Name: seedWord + " Nordland", OfficialName: seedWord + " Nordland", OtherNames: []string{seedWord + " Nordlánnda"}},
		},
		Kommuner: []region.Kommune{
			kommune("0301", "Oslo", "Oslo", "Q1"), kommune("1804", "Bodø", "Nordland", "Q2"), kommune("1811", "Bindal", "Nordland", "Q3"),
		},
		Formers:     []region.Former{{Number: "1842", Name: seedWord + " Skjerstad", Present: "1804", LastYear: 2004, Kind: region.Merged}},
		PostalCodes: []region.PostalCode{{Code: "8006", Place: seedWord + " BODØ", Kommune: "1804", Category: "G"}},
		Places:      []region.Place{{Name: seedWord + " Tverlandet", Kommune: "1804", Kind: region.Settlement, Source: seedWord + " kart"}},
	})
	w.must(err)
	kind := func(code string, order int) directory.OfferingType {
		return directory.OfferingType{
			Code: code, Group: "kommunen", Name: hostileText("slag " + code), Plural: hostileText("flere slag " + code), Does: hostileText("gjør det."), Order: order,
			Laws:        []directory.Law{{Text: seedWord + " lov", Paragraph: seedWord + " § 1", URL: "https://lovdata.no/qxadresse"}},
			Responsible: seedWord + " kommunen", AskFor: seedWord + " noen", Words: []string{seedWord + " hjelp " + code}, RelatedWords: []string{seedWord + " annen " + code},
		}
	}
	_, err = w.store.SaveVocabulary(ctx, tester, []directory.TypeGroup{{Code: "kommunen", Name: hostileText("i kommunen"), Order: 1}},
		[]directory.OfferingType{kind("annet", 1), kind(directory.TypeHelpline, 2)},
		[]directory.Term{
			{Kind: directory.TargetGroup, Code: "barn", Name: hostileText("barn"), Order: 1}, {Kind: directory.Topic, Code: "rus", Name: hostileText("rus"), Order: 1},
			{Kind: directory.Format, Code: "kurs", Name: hostileText("kurs"), Order: 1},
		})
	w.must(err)
	_, err = w.store.SaveExpressions(ctx, tester, []directory.Expression{{Text: seedWord + " sliten", Kind: directory.EverydayExpression, LeadsTo: []directory.Lead{"type:annet"}}})
	w.must(err)
	w.must(w.store.SaveContact(ctx, tester, "", 0, "1804", region.Contact{Phone: "+4775555000", Email: "qxpost@test.example.org", Source: seedAddress, SourceDate: "2026-01", Confirmed: true}))
	for _, key := range articleKeys() {
		source := fmt.Sprintf("---\ntittel: %[1]s tittel\ningress: %[1]s ingress\npublisert: 2026-01-01\noppdatert: 2026-01-02\nsokeord: [%[1]s sokeord]\nlover:\n  - tekst: %[1]s lov\n    url: %[2]s\nkilder:\n  - tittel: %[1]s kilde\n    url: %[2]s\n---\n%[1]s avsnitt.\n\n## %[1]s overskrift\n\n- %[1]s punkt\n\n[%[1]s lenke](%[2]s)\n", seedWord, seedAddress)
		if key.Slug != "" {
			source = strings.Replace(source, "sokeord:", "rekkefolge: 1\nsokeord:", 1)
		}
		_, err := w.store.SaveArticle(ctx, tester, seedWord+" hvorfor", key, source)
		w.must(err)
	}
}

// articleKeys are an article of each section, and its own text.
func articleKeys() []article.Key {
	var keys []article.Key
	for _, section := range article.Sections() {
		keys = append(keys, article.Key{Section: section, Language: "nb"}, article.Key{Section: section, Slug: "side", Language: "nb"})
	}
	return keys
}

// seedOfferings stores an offering in which everything is filled in, one that is changed and
// waits, and courses.
func (w *hostileWorld) seedOfferings() {
	w.t.Helper()
	ctx := w.t.Context()
	from := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	o, err := w.store.CreateOffering(ctx, tester, seedWord+" hvorfor", directory.Offering{
		Key: "annet/prove", Type: "annet", Name: seedWord + " tilbud", Summary: seedWord + " ingress.", Description: seedWord + " et avsnitt.\n\n" + seedWord + " et til.", Audience: seedWord + " testere",
		Organization: directory.Organization{Name: seedWord + " kommunen", Kind: directory.KindKommune, Kommune: "1804", Website: seedAddress},
		Keywords:     []string{seedWord + " nøkkel"}, TargetGroups: []string{"barn"}, Topics: []string{"rus"}, Formats: []string{"kurs"},
		Coverage: directory.Coverage{Kommuner: []region.Number{"1804", "1811"}, Bydel: seedWord + " bydelen"},
		Locations: []directory.Location{
			{Name: seedWord + " hemmelig", Street: seedWord + " hemmelig vei 1", Kommune: "1811", Confidential: true},
			{Name: seedWord + " huset", Street: seedWord + " veien 1", PostalCode: "8006", PostalPlace: seedWord + " Bodø", Position: &region.Position{Lat: 67.28, Lon: 14.4}},
		},
		Phones: []directory.Phone{{Number: "+4722222222", Purpose: directory.PurposeSwitchboard, Hours: seedWord + " 9–15"}, {Number: "116123"}},
		Emails: []string{"qxpost@test.example.org"}, Websites: []string{seedAddress}, OpeningText: seedWord + " hverdager",
		Schedules:  []directory.Schedule{{Weekday: time.Sunday, Opens: "08:30", Closes: "24:00", ValidFrom: &from}},
		Exceptions: []directory.ScheduleException{{Date: time.Now().UTC().Truncate(24 * time.Hour), Closed: true, Note: seedWord + " fri"}},
		Languages:  []string{"nb", "se"}, Accessibility: []directory.Accessibility{directory.StepFree},
		Cost: directory.Cost{Kind: directory.Paid, Text: seedWord + " 50 kroner"}, Referral: directory.Referral{Kind: directory.Apply, Text: seedWord + " på skjema"}, Complaint: seedWord + " skriv til kommunen.",
		Source: directory.Source{Title: seedWord + " kilde", URL: seedAddress, Date: "2026-04"}, Confidence: directory.Medium, Status: directory.Published,
	})
	w.must(err)
	changed := o
	changed.Summary, changed.Description = seedWord+" ny ingress.", seedWord+" ny tekst."
	o, err = w.store.UpdateOffering(ctx, tester, seedWord+" begrunnelse", changed)
	w.must(err)
	_, err = w.store.SaveBatch(ctx, tester, bodo, seedWord+" bytte", []directory.Offering{func() directory.Offering { o.Audience = seedWord + " alle"; return o }()})
	w.must(err)
	o, err = w.store.OfferingByID(ctx, o.ID)
	w.must(err)

	helpline, err := w.store.CreateOffering(ctx, tester, "", directory.Offering{
		Key: "hjelpetelefon/prove", Type: directory.TypeHelpline, Name: seedWord + " telefonen", Status: directory.Published, Confidence: directory.High,
		Organization: directory.Organization{Name: seedWord + " kommunen", Kommune: "1804", Kind: directory.KindKommune},
		Coverage:     directory.Coverage{Kommuner: []region.Number{"1804"}}, Phones: []directory.Phone{{Number: "+4722222223"}}, Source: directory.Source{Title: seedWord + " kilde"},
	})
	w.must(err)
	helpline.Phones = []directory.Phone{{Number: "+4799999999", Hours: seedWord + " alltid"}}
	_, err = w.store.UpdateOffering(ctx, auth.Actor{Kind: auth.Import, Name: seedWord + ".csv"}, seedWord+" fra fil", helpline)
	w.must(err)
	held, err := w.store.HeldChangeOf(ctx, helpline.ID)
	w.must(err)

	deadline := directory.DayOf(time.Now()).AddDate(0, 0, 3)
	course, err := w.store.CreateCourse(ctx, tester, seedWord+" hvorfor", directory.Course{
		Offering: o.ID, Title: seedWord + " kurs", Description: seedWord + " om kurset.\n\n" + seedWord + " mer.", Audience: seedWord + " alle", TargetGroups: []string{"barn"}, Topics: []string{"rus"},
		Format: directory.AtPlace, Place: &directory.Location{Name: seedWord + " salen", Street: seedWord + " veien 2", PostalCode: "8006", PostalPlace: seedWord + " Bodø"},
		Dates:  []directory.CourseDate{{Day: directory.DayOf(time.Now()).AddDate(0, 0, 7), Starts: "18:00", Ends: "20:00", Note: seedWord + " ta med matpakke"}},
		Cost:   directory.Cost{Kind: directory.Paid, Text: seedWord + " 100 kroner"},
		SignUp: directory.SignUp{Kind: directory.SignUpNeeded, URL: seedAddress, Email: "qxpost@test.example.org", Deadline: &deadline, Text: seedWord + " meld deg på"}, Status: directory.CourseOpen,
	})
	w.must(err)

	w.offerings = []int64{o.ID, helpline.ID}
	w.must(w.store.AddReport(ctx, store.NewReport{Offering: o.ID, Choice: store.OtherWrong, Text: seedWord + " det er feil", Suggestion: seedWord + " riktig", Code: "PROVEKODE1"}))
	w.must(w.store.AddReport(ctx, store.NewReport{Kommune: "1804", Choice: store.Missing, Text: seedWord + " mangler", Code: "PROVEKODE2"}))
	reports, err := w.store.Reports(ctx, tester, true, 10)
	w.must(err)
	_, err = w.store.AnswerReport(ctx, tester, reports[len(reports)-1].ID, store.ReportFixed, seedWord+" svar", nil)
	w.must(err)

	var link string
	_, err = w.store.AskToConfirm(ctx, bodo, store.Stage30, time.Now(), []string{"qxpost@test.example.org"}, []store.Asked{{Offering: o.ID, Version: o.Version, All: true}}, func(secret string) store.Mail {
		link = "/bekreft/" + secret
		return store.Mail{Subject: seedWord + " stemmer det?", Text: seedWord + " " + link}
	})
	w.must(err)
	w.must(w.store.SyncLinks(ctx))
	w.must(w.store.SaveLinkCheck(ctx, store.LinkCheck{URL: seedAddress, Status: http.StatusOK, MovedTo: seedAddress + "flyttet"}))
	w.doors = append(w.doors, link,
		fmt.Sprintf("/redaksjon/tilbud/%d/arkiver", o.ID), fmt.Sprintf("/redaksjon/tilbud/%d/bekreft", o.ID), fmt.Sprintf("/redaksjon/tilbud/%d/tilbake", helpline.ID),
		fmt.Sprintf("/redaksjon/historikk?slag=offering&ref=%d", o.ID), fmt.Sprintf("/redaksjon/historikk/gjenopprett?slag=offering&ref=%d&nr=1", o.ID),
		fmt.Sprintf("/redaksjon/historikk?slag=course&ref=%d", course.ID), "/redaksjon/historikk?slag=type&ref=annet", "/redaksjon/historikk?slag=article&ref=ta-vare-pa-barna/side",
		fmt.Sprintf("/redaksjon/endringer/%d", held.ID), fmt.Sprintf("/redaksjon/kurs/nytt?tilbud=%d", o.ID), fmt.Sprintf("/meld-feil?tilbud=%d", o.ID), "/meld-feil/svar?kode=PROVEKODE1", "/meld-feil/svar?kode=PROVEKODE2")
	for _, r := range reports {
		w.doors = append(w.doors, fmt.Sprintf("/redaksjon/meldinger/%d", r.ID))
	}
}

// seedPeople stores accounts, what they have made, and what machines say.
func (w *hostileWorld) seedPeople() {
	w.t.Helper()
	ctx := w.t.Context()
	editor, err := w.store.CreateAccount(ctx, tester, "redaktor@test.example.org", seedWord+" redaktøren")
	w.must(err)
	w.must(w.store.SetGrant(ctx, tester, editor.ID, auth.Grant{Owner: bodo, Role: auth.Manager}))
	w.must(w.store.SetNational(ctx, tester, editor.ID, true))
	w.session, err = w.store.StartSession(ctx, editor.ID, store.ByCode, true, seedWord+" nettleser")
	w.must(err)
	editor, err = w.store.AccountByID(ctx, editor.ID)
	w.must(err)
	actor := editor.Actor()
	newcomer, err := w.store.CreateAccount(ctx, tester, "ny@test.example.org", seedWord+" den nye")
	w.must(err)
	_, err = w.store.EnterKommune(ctx, newcomer.ID, "1804", func(e store.Entry) store.Mail {
		return store.Mail{To: "redaktor@test.example.org", Subject: seedWord + " slippe inn?", Text: seedWord}
	})
	w.must(err)
	_, err = w.store.Invite(ctx, actor, "invitert@test.example.org", auth.Grant{Owner: bodo, Role: auth.Contributor}, func(bool) store.Mail {
		return store.Mail{To: "invitert@test.example.org", Subject: seedWord + " invitert", Text: seedWord}
	})
	w.must(err)
	until := time.Now().AddDate(1, 0, 0)
	token, _, err := w.store.CreateToken(ctx, actor, store.Token{Owner: bodo, Name: seedWord + " program", Scopes: store.Scopes(), ExpiresAt: &until}, staff.TokenMail("http://oversikt.test", seedWord+" Bodø"))
	w.must(err)
	hook, _, err := w.store.CreateWebhook(ctx, actor, store.Webhook{Name: seedWord + " mottaker", URL: seedAddress}, func(installation string, head store.Cursor) string {
		return search.Position{Installation: installation, Cursor: search.Cursor(head)}.Text()
	})
	w.must(err)
	_, err = w.store.NoteDelivery(ctx, store.Delivery{Webhook: hook.ID, Message: "msg_" + seedWord, Problem: seedWord + " svarte ikke", Before: hook.Cursor, After: hook.Cursor}, nil)
	w.must(err)
	w.must(w.store.SaveDraft(ctx, editor.ID, store.Draft{Key: "tilbud/1", Version: 1, Form: url.Values{"navn": {seedWord + " kladd"}, "ingress": {seedWord + " kladd"}}}))
	upload, err := w.store.KeepUpload(ctx, editor.ID, seedWord+".csv", []byte("id;navn\n;\""+strings.ReplaceAll(markupText(), `"`, `""`)+"\"\n"))
	w.must(err)
	w.must(w.store.QueueMail(ctx, "prøve", store.Mail{To: "redaktor@test.example.org", Subject: seedWord + " emne", Text: seedWord + " tekst"}, time.Time{}))
	jobs, err := w.store.TakeJobs(ctx, []store.JobKind{store.JobMail}, 1)
	w.must(err)
	for _, j := range jobs {
		w.must(w.store.GiveUpJob(ctx, j, seedWord+" gikk ikke"))
	}
	if _, err := w.store.SucceedToday(ctx); err != nil {
		w.t.Fatal(err)
	}
	w.cursor = hook.Cursor
	w.doors = append(w.doors, fmt.Sprintf("/redaksjon/tilganger/%d/trekk-tilbake", token.ID), fmt.Sprintf("/redaksjon/abonnement/%d", hook.ID), fmt.Sprintf("/redaksjon/abonnement/%d/slett", hook.ID),
		fmt.Sprintf("/redaksjon/mange/fil/%d?kommune=1804", upload), fmt.Sprintf("/redaksjon/brukere/%d", newcomer.ID), fmt.Sprintf("/redaksjon/personer/%d/fjern?kommune=1804", editor.ID),
		"/redaksjon/mange/erstatt?kommune=1804&felt=telefon&fra=22222222&til=33333333")
}

// machine are columns whose texts the program alone writes and reads: names of kinds, and
// texts in a form of their own that nobody is shown.
var machine = []string{"goose_db_version.", "coverage_days."}

type column struct{ table, name, kind string }

// columns are all that hold text.
func (w *hostileWorld) columns() []column {
	w.t.Helper()
	rows, err := w.db.Query(w.t.Context(), `SELECT c.table_name, c.column_name, c.data_type FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
		WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE' AND c.is_generated = 'NEVER' AND c.data_type IN ('text', 'ARRAY', 'jsonb') ORDER BY 1, 2`)
	w.must(err)
	var columns []column
	for rows.Next() {
		var c column
		w.must(rows.Scan(&c.table, &c.name, &c.kind))
		columns = append(columns, c)
	}
	w.must(rows.Err())
	return columns
}

// replace changes what stands for seedWord and seedAddress, in all columns; in those whose
// constraints refuse the first text by the next. It returns the columns in which one now
// stands, and those that refuse all.
func (w *hostileWorld) replace(texts, addresses []string) (stored, refused []string) {
	w.t.Helper()
	ctx := w.t.Context()
	for _, c := range w.columns() {
		name := c.table + "." + c.name
		if slices.ContainsFunc(machine, func(prefix string) bool { return strings.HasPrefix(name, prefix) }) {
			continue
		}
		// In jsonb the text stands as JSON writes it.
		from, to := "$1::text", "$2::text"
		if c.kind == "jsonb" {
			from, to = "substr(to_jsonb($1::text)::text, 2, length(to_jsonb($1::text)::text) - 2)", "substr(to_jsonb($2::text)::text, 2, length(to_jsonb($2::text)::text) - 2)"
		}
		value, holds := fmt.Sprintf("replace(%s::text, %s, %s)", c.name, from, to), fmt.Sprintf("position(%s IN %s::text) > 0", from, c.name)
		switch c.kind {
		case "jsonb":
			value += "::jsonb"
		case "ARRAY":
			value = fmt.Sprintf("ARRAY(SELECT replace(x::text, %s, %s) FROM unnest(%s) x)", from, to, c.name)
			holds = fmt.Sprintf("EXISTS (SELECT 1 FROM unnest(%s) x WHERE position(%s IN x::text) > 0)", c.name, from)
		}
		update := fmt.Sprintf("UPDATE %s SET %s = %s WHERE %s AND $2::text IS NOT NULL", c.table, c.name, value, holds)
		for _, change := range [][2][]string{{w.texts, texts}, {w.addresses, addresses}} {
			for _, was := range change[0] {
				for i, is := range change[1] {
					tag, err := w.db.Exec(ctx, update, was, is)
					var pg *pgconn.PgError
					if errors.As(err, &pg) && (strings.HasPrefix(pg.Code, "23") || pg.Code == "0A000") { // a constraint, or a view
						if i == len(change[1])-1 && !slices.Contains(refused, name) {
							refused = append(refused, name)
						}
						continue
					}
					if err != nil {
						w.t.Fatalf("%s: %v", name, err)
					}
					if tag.RowsAffected() > 0 && !slices.Contains(stored, name) {
						stored = append(stored, name)
					}
					break
				}
			}
		}
	}
	w.texts, w.addresses = append(slices.Clone(texts), seedWord), append(slices.Clone(addresses), seedAddress)
	return stored, refused
}

// put replaces texts and addresses, and waits for the index to have them.
func (w *hostileWorld) put(texts, addresses []string) (stored, refused []string) {
	w.t.Helper()
	stored, refused = w.replace(texts, addresses)
	before := w.view()
	w.must(w.store.RequestReindex(w.t.Context(), tester))
	for began := time.Now(); w.view() == before; time.Sleep(2 * time.Millisecond) {
		if time.Since(began) > 30*time.Second {
			w.t.Fatalf("no index after %v: %s", time.Since(began), regexp.MustCompile(`(?m)^.*"msg":"request".*$\n`).ReplaceAllString(w.log.String(), ""))
		}
	}
	return stored, refused
}

// mails are all that is queued.
func (w *hostileWorld) mails() []store.Mail {
	w.t.Helper()
	rows, err := w.db.Query(w.t.Context(), "SELECT payload FROM jobs WHERE kind = 'mail'")
	w.must(err)
	var out []store.Mail
	for rows.Next() {
		var payload []byte
		w.must(rows.Scan(&payload))
		var m store.Mail
		w.must(json.Unmarshal(payload, &m))
		out = append(out, m)
	}
	w.must(rows.Err())
	return out
}
