package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// succeeding is the actor of what follows by rule when kommuner end, merge or split. It
// edits nothing on anybody's behalf: lastActors looks past it, so that what an owner has
// written stays the owner's, and what came by an import may still be changed by one.
var succeeding = auth.Actor{Kind: auth.Job, Name: "kommuneendringer"}

// presentNumbers gives, for every kommune that is or was, which one is asked today: itself,
// or the only one that has followed; null where there are several.
const presentNumbers = `SELECT domain, org_number, ended_on IS NOT NULL AS ended, CASE WHEN ended_on IS NULL THEN number ELSE (
		SELECT min(f.present_number) FROM former_kommuner f
		WHERE f.number = kommuner.number AND f.valid_to = kommuner.ended_on - 1 HAVING count(DISTINCT f.present_number) = 1
	) END AS number FROM kommuner`

// SuccessionOptions says which changes of kommuner are to be carried out.
type SuccessionOptions struct {
	// Steps and Fylker are what Statistics Norway says. They are kept, and carried out when
	// their day has come; those kept before are too.
	Steps  []region.Step
	Fylker []region.FylkeStep
	// Until is the last day whose changes are carried out. Zero: today.
	Until time.Time
	// PostalCodes is where postnummer lie after the changes, as far as it is known. A
	// kommune that is split needs it.
	PostalCodes map[string]region.Number
	// DryRun does all of it and takes it back.
	DryRun bool
	// Progress is told how far it has come; nil: nobody.
	Progress func(done, total int)
}

// SuccessionReport says what changes of kommuner led to.
type SuccessionReport struct {
	Known    Summary                  // steps that were new to the register
	Carried  []Carried                // by day and number
	Fylker   []CarriedFylke           // by day and number
	Planned  []region.Succession      // known, and their day has not come
	After    map[region.Number]string // the kommuner afterwards, by number, with their official names
	AsBefore int                      // successions that had been carried out, or were before our time
	Problems []string                 // why some were not carried out
}

// Carried is one succession that was carried out.
type Carried struct {
	region.Succession
	Offerings     []CarriedOffering
	Courses       int
	Organizations int
	Grants        int // accesses of people and programs
	PostalCodes   int
	Places        int
	Tasks         []Task   // opened by it; without id
	Notes         []string // what was left for people and has no task
}

// CarriedOffering is an offering that followed its kommune.
type CarriedOffering struct {
	ID           int64
	Name         string
	Before, Into []region.Number // the kommuner that it is for
	Note         string          // which part of them, where that was not noted before
}

// CarriedFylke is a fylke that ended.
type CarriedFylke struct {
	Old       region.FylkeNumber
	Name      string
	Into      []region.FylkeNumber
	On        time.Time
	Offerings int // that were for it
}

// errOnlyLooked ends the transaction of a dry run.
var errOnlyLooked = errors.New("taken back")

// Succeed keeps what Statistics Norway says of kommuner, and lets the directory follow the
// changes whose day has come: numbers, coverage, addresses, who answers for what. Where a
// rule cannot say what is right, nothing is lost, readers are told no more than is known,
// and the owner gets a task. Each succession is one transaction, so that one that is cut
// off goes on where it was; running it again changes nothing. Nothing that was confirmed
// counts as more or less confirmed for it: nobody has looked at it, and nothing that they
// confirmed has become less true.
//
// The actor has to be allowed auth.Curate.
func (s *Store) Succeed(ctx context.Context, actor auth.Actor, o SuccessionOptions) (SuccessionReport, error) {
	var report SuccessionReport
	err := auth.Can(actor, auth.Curate, auth.Thing{})
	if err == nil {
		report, err = s.succeed(ctx, actor, o)
	}
	if err != nil {
		return report, fmt.Errorf("carry out changes of kommuner: %w", err)
	}
	return report, nil
}

// SucceedToday carries out what is known and whose day has come, for the clock.
func (s *Store) SucceedToday(ctx context.Context) (SuccessionReport, error) {
	report, err := s.succeed(ctx, succeeding, SuccessionOptions{})
	if err == nil {
		err = s.askAboutStuck(ctx, report.Problems)
	}
	if err != nil {
		return report, fmt.Errorf("carry out changes of kommuner: %w", err)
	}
	return report, nil
}

// TaskStuck asks the national editors to have changes of kommuner carried out that the
// program could not: something has to be known that it was not given. There is one for all
// of them, and it ends when none is left. Its detail is a StuckDetail.
const TaskStuck TaskKind = "stuck_succession"

// StuckDetail is the detail of TaskStuck.
type StuckDetail struct {
	Problems []string `json:"problems"`
}

func (s *Store) askAboutStuck(ctx context.Context, problems []string) error {
	const key = "alle"
	return s.write(ctx, func(tx *gorm.DB) error {
		if len(problems) == 0 {
			return finishTasks(tx, succeeding, TaskStuck, key)
		}
		return openTask(tx, Task{Kind: TaskStuck, Key: key, Detail: detailOf(StuckDetail{problems})})
	})
}

func (s *Store) succeed(ctx context.Context, actor auth.Actor, o SuccessionOptions) (SuccessionReport, error) {
	if o.Until.IsZero() {
		o.Until = s.Today()
	}
	if o.Progress == nil {
		o.Progress = func(int, int) {}
	}
	run := succession{store: s, actor: actor, options: o, waits: map[region.Number]bool{}}
	if !o.DryRun {
		err := run.all(s.db.WithContext(ctx))
		return run.report, err
	}
	err := s.write(ctx, func(tx *gorm.DB) error {
		if err := run.all(tx); err != nil {
			return err
		}
		return errOnlyLooked
	})
	if errors.Is(err, errOnlyLooked) {
		err = nil
	}
	return run.report, err
}

// succession is one run of Succeed.
type succession struct {
	store   *Store
	actor   auth.Actor
	options SuccessionOptions
	report  SuccessionReport
	waits   map[region.Number]bool // numbers of what could not be carried out: later changes of them wait
}

// write runs fn in a transaction, or in a part of one that a dry run takes back.
func (r *succession) write(db *gorm.DB, fn func(tx *gorm.DB) error) error {
	return db.Transaction(func(tx *gorm.DB) error {
		if err := allowLongStatements(tx); err != nil {
			return err
		}
		// One at a time: nodes, and people at the command line.
		if err := tx.Exec("SELECT pg_advisory_xact_lock(hashtext('kommuneendringer'))").Error; err != nil {
			return err
		}
		return fn(tx)
	})
}

func (r *succession) all(db *gorm.DB) error {
	if err := r.write(db, r.register); err != nil {
		return err
	}
	steps, fylker, err := knownSteps(db)
	if err != nil {
		return err
	}
	days := map[time.Time]bool{}
	for _, step := range steps {
		days[step.On] = true
	}
	for _, step := range fylker {
		days[step.On] = true
	}
	inOrder := slices.SortedFunc(maps.Keys(days), time.Time.Compare)
	for i, on := range inOrder {
		ofDay := slices.DeleteFunc(slices.Clone(steps), func(s region.Step) bool { return !s.On.Equal(on) })
		if on.After(r.options.Until) {
			r.report.Planned = append(r.report.Planned, region.Successions(ofDay, func(region.Number) bool { return false })...)
			continue
		}
		fylkerOfDay := slices.DeleteFunc(slices.Clone(fylker), func(s region.FylkeStep) bool { return !s.On.Equal(on) })
		if err := r.day(db, on, ofDay, fylkerOfDay); err != nil {
			return err
		}
		r.options.Progress(i+1, len(inOrder))
	}
	after, err := kommuner(db, "")
	r.report.After = make(map[region.Number]string, len(after))
	for _, k := range after {
		r.report.After[k.Number] = k.OfficialName
	}
	return err
}

// day carries out the changes of one day: fylker begin before their kommuner, and end after.
func (r *succession) day(db *gorm.DB, on time.Time, steps []region.Step, fylker []region.FylkeStep) error {
	if err := r.write(db, func(tx *gorm.DB) error { return r.beginFylker(tx, fylker) }); err != nil {
		return err
	}
	there, err := kommuner(db, "")
	if err != nil {
		return err
	}
	is := byRef(there, func(k region.Kommune) string { return string(k.Number) })
	stuck := false
	for _, suc := range region.Successions(steps, func(n region.Number) bool { _, ok := is[string(n)]; return ok }) {
		var carried *Carried
		var problem string
		err := r.write(db, func(tx *gorm.DB) (err error) {
			carried, problem, err = r.carry(tx, suc)
			return err
		})
		switch {
		case err != nil:
			return fmt.Errorf("%s: %w", suc, err)
		case problem != "":
			stuck = true
			r.report.Problems = append(r.report.Problems, problem)
			for _, n := range slices.Concat(suc.Before(), suc.Present()) {
				r.waits[n] = true
			}
		case carried == nil:
			r.report.AsBefore++
		default:
			r.report.Carried = append(r.report.Carried, *carried)
		}
	}
	if stuck {
		return nil // a fylke ends when all its kommuner have
	}
	return r.write(db, func(tx *gorm.DB) error { return r.endFylker(tx, on, fylker) })
}

// register keeps the steps that are given.
func (r *succession) register(tx *gorm.DB) error {
	add := func(level, old, oldName, number, name string, on time.Time) error {
		result := tx.Exec(`INSERT INTO kommune_changes (level, old_number, old_name, new_number, new_name, changed_on, known_by)
			VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`, level, old, oldName, number, name, on, r.actor.String())
		r.report.Known.Created += int(result.RowsAffected)
		r.report.Known.Unchanged += 1 - int(result.RowsAffected)
		return result.Error
	}
	for _, s := range r.options.Steps {
		if err := add("kommune", string(s.Old), s.OldName, string(s.New), s.NewName, s.On); err != nil {
			return err
		}
	}
	for _, s := range r.options.Fylker {
		if err := add("fylke", string(s.Old), s.OldName, string(s.New), s.NewName, s.On); err != nil {
			return err
		}
	}
	return nil
}

// stepRow is a step as the register has it.
type stepRow struct {
	Level                                  string
	OldNumber, OldName, NewNumber, NewName string
	ChangedOn                              time.Time
}

// knownSteps returns the steps that are not carried out, by day and number.
func knownSteps(tx *gorm.DB) ([]region.Step, []region.FylkeStep, error) {
	var rows []stepRow
	err := tx.Raw(`SELECT level, old_number, old_name, new_number, new_name, changed_on FROM kommune_changes
		WHERE done_at IS NULL ORDER BY changed_on, old_number, new_number`).Scan(&rows).Error
	if err != nil {
		return nil, nil, err
	}
	var steps []region.Step
	var fylker []region.FylkeStep
	for _, row := range rows {
		on := *day(&row.ChangedOn)
		if row.Level == "fylke" {
			fylker = append(fylker, region.FylkeStep{Old: region.FylkeNumber(row.OldNumber), OldName: row.OldName, New: region.FylkeNumber(row.NewNumber), NewName: row.NewName, On: on})
		} else {
			steps = append(steps, region.Step{Old: region.Number(row.OldNumber), OldName: row.OldName, New: region.Number(row.NewNumber), NewName: row.NewName, On: on})
		}
	}
	return steps, fylker, nil
}

// Today returns the day that it is by the store's clock, at midnight UTC.
func (s *Store) Today() time.Time { return *day(new(s.now())) }

// LastSuccession returns the day on which a kommune last ended, or the zero time.
func (s *Store) LastSuccession(ctx context.Context) (time.Time, error) {
	var last *time.Time
	if err := s.db.WithContext(ctx).Raw("SELECT max(valid_to) + 1 FROM former_kommuner").Scan(&last).Error; err != nil {
		return time.Time{}, fmt.Errorf("last change of kommuner: %w", err)
	}
	if last == nil {
		return time.Time{}, nil
	}
	return *day(last), nil
}

// carrier carries out one succession in its transaction.
type carrier struct {
	*succession
	tx     *gorm.DB
	suc    region.Succession
	why    string
	before map[region.Number]region.Kommune // those there are on the day before, of the succession
	all    []region.Kommune                 // on the day before
	moved  map[int64]region.Number          // organizations, by the kommune that they were
	joined []joinable                       // organizations that are the same kommune now
	feed   []changeRow
	out    Carried
}

// carry carries out one succession. It returns nil when there is nothing to do, and a
// problem when it cannot be done.
func (r *succession) carry(tx *gorm.DB, suc region.Succession) (*Carried, string, error) {
	if slices.ContainsFunc(slices.Concat(suc.Before(), suc.Present()), func(n region.Number) bool { return r.waits[n] }) {
		// A number that has not begun looks below as one that has ended.
		return nil, fmt.Sprintf("%s: an earlier change of it has to be carried out first", suc), nil
	}
	c := &carrier{succession: r, tx: tx, suc: suc, before: map[region.Number]region.Kommune{}, moved: map[int64]region.Number{}, out: Carried{Succession: suc}}
	c.why = fmt.Sprintf("%s (SSB Klass 131, %s)", suc, suc.On.Format(time.DateOnly))
	var err error
	if c.all, err = kommuner(tx, ""); err != nil {
		return nil, "", err
	}
	for _, k := range c.all {
		if slices.Contains(suc.Before(), k.Number) {
			c.before[k.Number] = k
		}
	}
	needed, problem := c.needed()
	if problem != "" || !needed {
		if problem == "" {
			err = c.done()
		}
		return nil, problem, err
	}
	if problem, err := c.lacks(); problem != "" || err != nil {
		return nil, problem, err
	}
	for _, step := range []func() error{
		c.kommuner, c.owners, c.postalCodes, c.formers, c.places, c.outlines, c.offerings, c.courses, c.coverageOfGrants, c.webhooks, c.ask, c.announce, c.done,
	} {
		if err := step(); err != nil {
			return nil, "", err
		}
	}
	return &c.out, "", nil
}

// needed reports whether the directory has not followed yet, or why it cannot.
func (c *carrier) needed() (bool, string) {
	if c.suc.Same() {
		return false, ""
	}
	ended := c.suc.Ended()
	if len(ended) == 0 {
		for _, n := range c.suc.Before() {
			k, there := c.before[n]
			if there && len(c.suc.Into(n)) == 1 && region.SameName(k.OfficialName, c.suc.NameBefore(n)) && k.OfficialName != officialName(c.suc.Name(n)) {
				return true, ""
			}
		}
		// A kommune may also give a part of itself to a new one and keep its number.
		return slices.ContainsFunc(c.suc.Present(), func(n region.Number) bool { return !c.isThere(n) && len(c.before) == len(c.suc.Before()) }), ""
	}
	isEnded := func(n region.Number) bool { _, there := c.before[n]; return !there }
	if !slices.ContainsFunc(ended, func(n region.Number) bool { return !isEnded(n) }) {
		return false, "" // done before, or before our time
	}
	var missing []string
	for _, n := range slices.DeleteFunc(c.suc.Before(), func(n region.Number) bool { return !isEnded(n) }) {
		missing = append(missing, string(n)+" "+c.suc.NameBefore(n))
	}
	if len(missing) > 0 {
		return false, fmt.Sprintf("%s: there is no kommune %s", c.suc, strings.Join(missing, ", "))
	}
	return true, ""
}

func (c *carrier) isThere(n region.Number) bool {
	return slices.ContainsFunc(c.all, func(k region.Kommune) bool { return k.Number == n })
}

// lacks returns what has to be known before the succession can be carried out, and is not.
func (c *carrier) lacks() (string, error) {
	fylker, err := fylker(c.tx)
	if err != nil {
		return "", err
	}
	for _, n := range c.suc.Present() {
		if !slices.ContainsFunc(fylker, func(f region.Fylke) bool { return f.Number == n.Fylke() }) {
			return fmt.Sprintf("%s: there is no fylke %s; changes of fylker (Klass 104) say what it is called", c.suc, n.Fylke()), nil
		}
	}
	for _, old := range c.suc.Before() {
		if c.suc.Heir(old) != "" {
			continue
		}
		var codes []string
		if err := c.tx.Raw("SELECT code FROM postal_codes WHERE kommune_number = ? ORDER BY code", string(old)).Scan(&codes).Error; err != nil {
			return "", err
		}
		unknown := slices.DeleteFunc(codes, func(code string) bool { return slices.Contains(c.suc.Into(old), c.options.PostalCodes[code]) })
		if len(unknown) > 0 {
			return fmt.Sprintf("%s: %d postnummer of %s (%s …) are in nobody's list; give the new file of Posten Bring", c.suc, len(unknown), old, unknown[0]), nil
		}
	}
	return "", nil
}

// done notes that the steps are carried out.
func (c *carrier) done() error {
	for _, step := range c.suc.Steps {
		err := c.tx.Exec("UPDATE kommune_changes SET done_at = now() WHERE level = 'kommune' AND changed_on = ? AND old_number = ? AND new_number = ? AND done_at IS NULL",
			step.On, string(step.Old), string(step.New)).Error
		if err != nil {
			return err
		}
	}
	return nil
}

// announce puts all that reads otherwise into the feed.
func (c *carrier) announce() error {
	touched, err := touchedKommuner(c.tx, c.all, nil)
	if err != nil {
		return err
	}
	touched = append(touched, c.suc.Before()...)
	touched = append(touched, c.suc.Present()...)
	slices.Sort(touched)
	for _, n := range slices.Compact(touched) {
		c.feed = append(c.feed, changeRow{KindKommune, string(n)})
	}
	slices.SortStableFunc(c.feed, func(a, b changeRow) int { return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Ref, b.Ref)) })
	return announce(c.tx, slices.Compact(c.feed)...)
}
