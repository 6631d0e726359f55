package staff

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/bulk"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

const bulkPath = "/redaksjon/mange"

var bulkCrumb = page.Crumb{Text: "Mange på en gang", Path: bulkPath}

// What the server has to know to let a file through that is larger than other requests.
const (
	// UploadPath is the address that takes files.
	UploadPath = bulkPath + "/fil"
	// SessionCookie is what those have who are signed in.
	SessionCookie = sessionCookie
	// MaxUpload is the largest file that is taken, in bytes. All offerings of data/ are 90 kB
	// of CSV, and as many rows as a table may have, each as long as the longest of these, just
	// over 1 MB; this leaves 4 kB for each row, since owners write more than we do. The database
	// holds the limit too.
	MaxUpload = 8 << 20
)

// mountBulk registers the pages for changing many offerings at once.
func (s *Staff) mountBulk(inside fiber.Router) {
	inside.Get("/mange", s.showBulk)
	inside.Get("/mange/last-ned", s.downloadOfferings)
	inside.Post("/mange/fil", s.takeFile)
	inside.Get("/mange/fil/:id", s.showFile)
	inside.Post("/mange/fil/:id", s.applyFile)
	inside.Get("/mange/erstatt", s.showReplace)
	inside.Post("/mange/erstatt", s.applyReplace)
	inside.Post("/mange/angre/:id", s.undoBatch)
}

// chosenOwner is ownerFor for pages that there are none of without an owner.
func (s *Staff) chosenOwner(c *fiber.Ctx) (auth.Owner, error) {
	owner, chosen, err := ownerFor(c, auth.Bulk)
	if err == nil && !chosen {
		err = fiber.ErrBadRequest
	}
	return owner, err
}

func (s *Staff) showBulk(c *fiber.Ctx) error {
	owner, chosen, err := ownerFor(c, auth.Bulk)
	if err != nil {
		return err
	}
	if chosen {
		return s.sendBulk(c, http.StatusOK, owner, "")
	}
	l := view.StaffList{Meta: s.meta(c, bulkCrumb.Text, bulkCrumb), Heading: bulkCrumb.Text, Intro: "Hvem sine tilbud gjelder det?", Empty: "Velg en kommune fra listen over kommuner."}
	t := view.StaffTable{Caption: "Velg", Columns: []string{"Navn"}}
	owners := ownersFor(actorOf(c), auth.Bulk)
	if actorOf(c).National {
		kommuner, err := s.deps.Store.Kommuner(c.UserContext())
		if err != nil {
			return err
		}
		for _, k := range kommuner {
			owners = append(owners, auth.Owner{Kommune: k.Number})
		}
	}
	names, err := s.deps.Store.OwnerNames(c.UserContext(), owners)
	if err != nil {
		return err
	}
	for _, o := range owners {
		t.Rows = append(t.Rows, []view.Cell{{Text: names[o], Href: bulkPath + "?" + ownerQuery(o)}})
	}
	l.Tables = []view.StaffTable{t}
	return s.send(c, http.StatusOK, view.List(l))
}

func (s *Staff) sendBulk(c *fiber.Ctx, status int, owner auth.Owner, wrong string) error {
	name, err := s.ownerName(c, owner)
	if err != nil {
		return err
	}
	offerings, err := s.deps.Store.OfferingsOf(c.UserContext(), actorOf(c), owner)
	if err != nil {
		return err
	}
	batches, err := s.deps.Store.Batches(c.UserContext(), actorOf(c), owner)
	if err != nil {
		return err
	}
	q := ownerQuery(owner)
	p := view.BulkPage{
		Meta: s.meta(c, bulkCrumb.Text, bulkCrumb), Owner: name, Count: page.Bokmal.Count(len(offerings), "1 tilbud", "%s tilbud"),
		Downloads: []view.Link{
			{Text: "Excel (.xlsx)", Href: bulkPath + "/last-ned?format=xlsx&" + q}, {Text: "CSV", Href: bulkPath + "/last-ned?format=csv&" + q},
			{Text: "Tom mal (.xlsx)", Href: bulkPath + "/last-ned?format=mal&" + q},
		},
		Upload: bulkPath + "/fil?" + q, Replace: bulkPath + "/erstatt",
		File:   view.FormField{Name: "fil", Label: "Filen din", Help: "Excel (.xlsx) eller CSV, høyst 8 MB. Du får se hva som blir endret før noe skjer.", Error: wrong, Required: true},
		Field:  view.FormField{Name: "felt", Label: "Hva skal byttes?"},
		Fields: replaceFields(""), From: view.FormField{Name: "fra", Label: "Dette står der nå", Required: true, Max: 300}, To: view.FormField{Name: "til", Label: "Dette skal stå der", Required: true, Max: 300},
		Hidden: ownerField(owner),
	}
	for _, b := range batches {
		row := view.BatchRow{Title: b.Title, When: page.Bokmal.Date(b.At), Size: page.Bokmal.Count(b.Size, "1 tilbud", "%s tilbud"), Undo: fmt.Sprintf("%s/angre/%d?%s", bulkPath, b.ID, q)}
		if b.UndoneAt != nil {
			row.Undo, row.Undone = "", "Angret "+page.Bokmal.Date(*b.UndoneAt)
		}
		p.Batches = append(p.Batches, row)
	}
	return s.send(c, status, view.Bulk(p))
}

func ownerField(o auth.Owner) view.Field {
	if o.Kommune != "" {
		return view.Field{Name: "kommune", Value: string(o.Kommune)}
	}
	return view.Field{Name: "organisasjon", Value: strconv.FormatInt(o.Organization, 10)}
}

// names returns what codes are called, for reading and writing tables.
func (s *Staff) names(c *fiber.Ctx) (*bulk.Names, error) {
	ctx := c.UserContext()
	types, err := s.deps.Store.OfferingTypes(ctx)
	if err != nil {
		return nil, err
	}
	terms, err := s.deps.Store.Terms(ctx)
	if err != nil {
		return nil, err
	}
	kommuner, err := s.deps.Store.Kommuner(ctx)
	if err != nil {
		return nil, err
	}
	fylker, err := s.deps.Store.Fylker(ctx)
	if err != nil {
		return nil, err
	}
	formers, err := s.deps.Store.Formers(ctx)
	if err != nil {
		return nil, err
	}
	return bulk.NewNames(types, terms, kommuner, fylker, formers), nil
}

// downloadOfferings sends the owner's offerings, or an empty table, as a file.
func (s *Staff) downloadOfferings(c *fiber.Ctx) error {
	owner, err := s.chosenOwner(c)
	if err != nil {
		return err
	}
	n, err := s.names(c)
	if err != nil {
		return err
	}
	var offerings []directory.Offering
	format := c.Query("format")
	if format != "mal" {
		if offerings, err = s.deps.Store.OfferingsOf(c.UserContext(), actorOf(c), owner); err != nil {
			return err
		}
	}
	var b bytes.Buffer
	name := "tilbud-" + cmp.Or(string(owner.Kommune), strconv.FormatInt(owner.Organization, 10)) + "-" + s.deps.Now().Format("2006-01-02")
	rows := bulk.Table(n, offerings)
	switch format {
	case "csv":
		c.Set(fiber.HeaderContentType, "text/csv; charset=utf-8")
		name += ".csv"
		err = bulk.WriteCSV(&b, rows)
	case "xlsx", "mal":
		c.Set(fiber.HeaderContentType, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
		if format == "mal" {
			name = "mal-for-tilbud"
		}
		name += ".xlsx"
		err = bulk.WriteXLSX(&b, n, rows)
	default:
		return fiber.ErrBadRequest
	}
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="`+name+`"`)
	return c.Send(b.Bytes())
}

// takeFile keeps the file and goes on to what it would do.
func (s *Staff) takeFile(c *fiber.Ctx) error {
	owner, err := s.chosenOwner(c)
	if err != nil {
		return err
	}
	header, err := c.FormFile("fil")
	if err != nil || header.Size == 0 {
		return s.sendBulk(c, http.StatusUnprocessableEntity, owner, "Velg en fil først.")
	}
	if header.Size > MaxUpload {
		return s.sendBulk(c, http.StatusRequestEntityTooLarge, owner, "Filen er for stor. Vi tar imot høyst 8 MB. Del den i flere filer, eller ta bort kolonner du ikke skal endre.")
	}
	f, err := header.Open()
	if err != nil {
		return err
	}
	defer f.Close()
	content, err := io.ReadAll(io.LimitReader(f, MaxUpload))
	if err != nil {
		return err
	}
	if _, err := bulk.Read(header.Filename, content); errors.Is(err, bulk.ErrFile) {
		return s.sendBulk(c, http.StatusUnprocessableEntity, owner, sentence(err.Error()))
	} else if err != nil {
		return err
	}
	id, err := s.deps.Store.KeepUpload(c.UserContext(), actorOf(c).ID, header.Filename, content)
	if err != nil {
		return err
	}
	return see(c, fmt.Sprintf("%s/fil/%d?%s", bulkPath, id, ownerQuery(owner)), "")
}

// sentence returns the text with a capital and a full stop.
func sentence(text string) string { return capital(text) + "." }

// filePlan returns what the kept file of the address would do now.
func (s *Staff) filePlan(c *fiber.Ctx, owner auth.Owner) (bulk.Plan, store.Upload, error) {
	id, err := strconv.ParseInt(c.Params("id"), 10, 64)
	if err != nil {
		return bulk.Plan{}, store.Upload{}, store.ErrNotFound
	}
	upload, err := s.deps.Store.UploadByID(c.UserContext(), actorOf(c).ID, id)
	if err != nil {
		return bulk.Plan{}, upload, err
	}
	rows, err := bulk.Read(upload.Name, upload.Content)
	if err != nil {
		return bulk.Plan{}, upload, err
	}
	n, err := s.names(c)
	if err != nil {
		return bulk.Plan{}, upload, err
	}
	stored, err := s.deps.Store.OfferingsOf(c.UserContext(), actorOf(c), owner)
	if err != nil {
		return bulk.Plan{}, upload, err
	}
	// The key of what is new is the upload's, so that the same plan comes out each time.
	blank, err := s.deps.Store.BlankOffering(c.UserContext(), owner, fmt.Sprintf("fil/%s", uuid.NewSHA1(uuid.NameSpaceURL, fmt.Appendf(nil, "%d/%x", upload.ID, sha256.Sum256(upload.Content)))))
	if err != nil {
		return bulk.Plan{}, upload, err
	}
	p := bulk.NewPlan(n, stored, blank, rows)
	return p, upload, s.checkPlan(c, owner, stored, &p)
}

// checkPlan adds what only the store and the person's rights say.
func (s *Staff) checkPlan(c *fiber.Ctx, owner auth.Owner, stored []directory.Offering, p *bulk.Plan) error {
	before := map[int64]directory.Offering{}
	for _, o := range stored {
		before[o.ID] = o
	}
	var checked []directory.Offering
	var at []int
	for i := range p.Lines {
		l := &p.Lines[i]
		if len(l.Problems) > 0 || len(l.Changes) == 0 {
			continue
		}
		if err := s.keepOwner(c, owner, &l.Offering); err != nil {
			return err
		}
		// A coverage that somebody else has set may stay.
		if fmt.Sprint(before[l.Offering.ID].Coverage) != fmt.Sprint(l.Offering.Coverage) && auth.Can(actorOf(c), auth.Edit, auth.Thing{Owner: owner, Coverage: &l.Offering.Coverage}) != nil {
			l.Problems = append(l.Problems, bulk.Problem{Column: "kommuner", Message: "Tilbudet må være for din egen kommune. Du kan ta med nabokommuner, men ikke hele fylket eller landet."})
			continue
		}
		checked, at = append(checked, l.Offering), append(at, i)
	}
	wrong, err := s.deps.Store.CheckOfferings(c.UserContext(), checked)
	if err != nil {
		return err
	}
	for i, invalid := range wrong {
		for field, key := range invalid {
			l := &p.Lines[at[i]]
			l.Problems = append(l.Problems, bulk.Problem{Column: bulk.ColumnOf(field), Message: fieldProblem(key)})
		}
	}
	return nil
}

// digest tells plans apart: what was shown is what is written, or it is shown again.
func digest(p bulk.Plan) string {
	h := sha256.New()
	for _, l := range p.Lines {
		if err := json.NewEncoder(h).Encode(l); err != nil {
			panic("staff: a plan cannot be encoded: " + err.Error()) // it holds texts, numbers and times
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

func (s *Staff) showFile(c *fiber.Ctx) error {
	owner, err := s.chosenOwner(c)
	if err != nil {
		return err
	}
	p, upload, err := s.filePlan(c, owner)
	if errors.Is(err, store.ErrNotFound) {
		return see(c, bulkPath+"?"+ownerQuery(owner), "Filen er ikke her lenger. Velg den på nytt.")
	}
	if err != nil {
		return err
	}
	return s.send(c, http.StatusOK, view.Plan(s.planPage(c, owner, p, "Filen "+upload.Name, "")))
}

// maxShown is how many rows of a plan are shown one by one.
const maxShown = 200

// planPage shows what a plan would do. The form leads back to the address of the page.
func (s *Staff) planPage(c *fiber.Ctx, owner auth.Owner, p bulk.Plan, heading, note string) view.PlanPage {
	out := view.PlanPage{
		Meta: s.meta(c, heading, bulkCrumb, page.Crumb{Text: heading, Path: c.OriginalURL()}), Heading: heading, Note: note, Problem: p.Problem,
		Action: c.OriginalURL(), Back: bulkPath + "?" + ownerQuery(owner), Digest: digest(p),
	}
	var fresh, changed, same, wrong int
	for _, l := range p.Lines {
		row := view.PlanRow{Row: strconv.Itoa(l.Row), Name: l.Offering.Name, New: l.New}
		for _, problem := range l.Problems {
			row.Problems = append(row.Problems, view.PlanProblem{Column: problem.Column, Text: problem.Message})
		}
		for _, change := range l.Changes {
			row.Changes = append(row.Changes, view.PlanChange(change))
		}
		switch {
		case len(l.Problems) > 0:
			wrong++
		case len(l.Changes) == 0:
			same++
			continue
		case l.New:
			fresh++
		default:
			changed++
		}
		if len(out.Rows) < maxShown || len(l.Problems) > 0 && len(out.Rows) < 2*maxShown {
			out.Rows = append(out.Rows, row)
		} else {
			out.Hidden++
		}
	}
	slices.SortStableFunc(out.Rows, func(a, b view.PlanRow) int { return cmp.Compare(min(len(b.Problems), 1), min(len(a.Problems), 1)) })
	out.OK = p.OK() && fresh+changed > 0
	var parts []string
	for _, part := range []struct {
		n    int
		text string
	}{{wrong, "må rettes"}, {fresh, "nye"}, {changed, "blir endret"}, {same, "er som før"}} {
		if part.n > 0 {
			parts = append(parts, strconv.Itoa(part.n)+" "+part.text)
		}
	}
	if len(parts) == 0 && p.Problem == "" {
		parts = []string{"Ingen tilbud har dette"}
	}
	out.Sum = strings.Join(parts, ", ")
	if out.Sum != "" {
		out.Sum = sentence(out.Sum)
	}
	return out
}

func (s *Staff) applyFile(c *fiber.Ctx) error {
	owner, err := s.chosenOwner(c)
	if err != nil {
		return err
	}
	p, upload, err := s.filePlan(c, owner)
	if errors.Is(err, store.ErrNotFound) {
		return see(c, bulkPath+"?"+ownerQuery(owner), "Filen er ikke her lenger. Velg den på nytt.")
	}
	if err != nil {
		return err
	}
	return s.apply(c, owner, p, "Filen "+upload.Name)
}

// apply writes the plan that was shown, all of it or nothing.
func (s *Staff) apply(c *fiber.Ctx, owner auth.Owner, p bulk.Plan, title string) error {
	if !p.OK() {
		return s.send(c, http.StatusUnprocessableEntity, view.Plan(s.planPage(c, owner, p, title, "Noe må rettes først. Ingenting er endret.")))
	}
	if c.FormValue("plan") != digest(p) {
		return s.send(c, http.StatusConflict, view.Plan(s.planPage(c, owner, p, title, "Noen har endret tilbudene i mellomtiden. Ingenting er skrevet. Se over på nytt.")))
	}
	offerings, rows := p.Writes()
	saved, err := s.deps.Store.SaveBatch(c.UserContext(), actorOf(c), owner, title, offerings)
	var stopped *store.BatchError
	switch {
	case errors.As(err, &stopped):
		note := fmt.Sprintf("Rad %d kunne ikke lagres. Ingenting er endret. ", rows[stopped.Index])
		switch {
		case errors.Is(err, store.ErrConflict):
			note += "Noen har endret tilbudet i mellomtiden."
		case errors.Is(err, auth.ErrForbidden):
			note += "Du kan ikke gjøre denne endringen."
		default:
			note += stopped.Err.Error()
		}
		return s.send(c, http.StatusConflict, view.Plan(s.planPage(c, owner, p, title, note)))
	case store.Unavailable(err):
		c.Set(fiber.HeaderRetryAfter, "30")
		return s.send(c, http.StatusServiceUnavailable, view.Plan(s.planPage(c, owner, p, title, "Vi får ikke lagret akkurat nå. Ingenting er endret. Prøv igjen om litt.")))
	case err != nil:
		return err
	}
	return see(c, bulkPath+"?"+ownerQuery(owner), batchNotice(saved))
}

// batchNotice says how many were stored, of how many something waits, and of how many nobody
// is asked again.
func batchNotice(saved store.SavedBatch) string {
	var said []string
	if saved.Written > 0 {
		said = append(said, page.Bokmal.Count(saved.Written, "1 tilbud er lagret", "%s tilbud er lagret")+". Angrer du, kan du ta alt tilbake under.")
	}
	if saved.Waiting > 0 {
		said = append(said, page.Bokmal.Count(saved.Waiting, "1 tilbud har en endring som venter på at en til ser på den.", "%s tilbud har endringer som venter på at en til ser på dem."))
	}
	if saved.Refused > 0 {
		said = append(said, page.Bokmal.Count(saved.Refused, "1 tilbud har en endring som ble avvist da du foreslo den sist. Den er ikke sendt videre.",
			"%s tilbud har endringer som ble avvist da du foreslo dem sist. De er ikke sendt videre."))
	}
	if len(said) == 0 {
		return "Alt var som før. Ingenting er endret."
	}
	return strings.Join(said, " ")
}

func (s *Staff) undoBatch(c *fiber.Ctx) error {
	owner, err := s.chosenOwner(c)
	if err != nil {
		return err
	}
	id, err := strconv.ParseInt(c.Params("id"), 10, 64)
	if err != nil {
		return store.ErrNotFound
	}
	left, waiting, err := s.deps.Store.UndoBatch(c.UserContext(), actorOf(c), id)
	back := bulkPath + "?" + ownerQuery(owner)
	switch {
	case errors.Is(err, store.ErrConflict):
		return see(c, back, "Dette er angret fra før.")
	case err != nil:
		return err
	case len(left)+len(waiting) == 0:
		return see(c, back, "Alt er tatt tilbake.")
	}
	names := func(list []directory.Offering) string {
		var all []string
		for _, o := range list {
			all = append(all, o.Name)
		}
		return strings.Join(all, ", ")
	}
	var but []string
	if len(left) > 0 {
		but = append(but, "det noen har endret etterpå: "+names(left))
	}
	if len(waiting) > 0 {
		but = append(but, "det som venter på at en til ser på det: "+names(waiting))
	}
	return see(c, back, "Alt er tatt tilbake, unntatt "+strings.Join(but, ", og "))
}
