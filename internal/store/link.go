package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"gorm.io/gorm"

	"github.com/nasjonal-oversikt/oversikt/internal/article"
	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// TaskBrokenLink asks for a link to be mended.
const TaskBrokenLink TaskKind = "broken_link"

// BrokenLink is the detail of a TaskBrokenLink. The task's offering is the one that has
// the link; without one, it is what Place says.
type BrokenLink struct {
	URL     string      `json:"url"`
	Place   string      `json:"place"` // name of the offering, organization or kommune, path of the article
	Failure LinkFailure `json:"failure"`
	Status  int         `json:"status,omitempty"`
}

// LinkFailure says why an address gave no good answer; empty when it did.
type LinkFailure string

const (
	LinkStatus  LinkFailure = "status"  // it answers, and says that the page is not there
	LinkNoHost  LinkFailure = "dns"     // the name of the host is not known
	LinkTimeout LinkFailure = "timeout" // no answer in time
	LinkTLS     LinkFailure = "tls"     // its certificate is wrong
	LinkConnect LinkFailure = "connect" // no connection, or one that broke
	LinkRefused LinkFailure = "refused" // an address that we do not visit: private, another port
	LinkBlocked LinkFailure = "blocked" // it answers, and lets no programs in: nothing is known
)

// breaks reports whether readers meet the failure too.
func (f LinkFailure) breaks() bool { return f != "" && f != LinkRefused && f != LinkBlocked }

// LinkState is what is known of an address that the directory points to.
type LinkState struct {
	URL         string
	CheckedAt   *time.Time  // last; nil: not yet
	OKAt        *time.Time  // when it last answered as it should
	Status      int         // of the last answer; 0 where there was none
	Failure     LinkFailure // of the last check
	MovedTo     string      // where it says that it has moved for good; mostly empty
	Strikes     int         // days in a row on which it did not answer
	BrokenSince *time.Time  // set: did not answer on two different days, and has not since
}

// Broken reports whether the address has failed on two different days, and not answered since.
func (l LinkState) Broken() bool { return l.BrokenSince != nil }

type linkRow struct {
	URL         string `gorm:"column:url;primaryKey"`
	NextCheck   time.Time
	CheckedAt   *time.Time
	OKAt        *time.Time `gorm:"column:ok_at"`
	Status      *int
	Failure     string
	MovedTo     optional
	Strikes     int
	StruckAt    *time.Time
	BrokenSince *time.Time
}

func (linkRow) TableName() string { return "links" }

func (r linkRow) state() LinkState {
	l := LinkState{URL: r.URL, CheckedAt: inUTC(r.CheckedAt), OKAt: inUTC(r.OKAt), Failure: LinkFailure(r.Failure),
		MovedTo: string(r.MovedTo), Strikes: r.Strikes, BrokenSince: inUTC(r.BrokenSince)}
	if r.Status != nil {
		l.Status = *r.Status
	}
	return l
}

// LinkStates returns what is known of the addresses, by address. One that nothing is
// known of is absent.
func (s *Store) LinkStates(ctx context.Context, urls []string) (map[string]LinkState, error) {
	found, err := list(s.db.WithContext(ctx).Where("url = ANY(?)", textArray(urls)), linkRow.state)
	if err != nil {
		return nil, fmt.Errorf("states of %d links: %w", len(urls), err)
	}
	states := make(map[string]LinkState, len(found))
	for _, l := range found {
		states[l.URL] = l
	}
	return states, nil
}

// linkSources are where readers find links. The one parameter is the addresses in articles.
const linkSources = `
	SELECT w.url FROM web_addresses w JOIN offerings o ON o.id = w.offering_id WHERE o.status IN ('publisert', 'stengt')
	UNION SELECT source_url FROM offerings WHERE source_url IS NOT NULL AND status IN ('publisert', 'stengt')
	UNION SELECT g.website FROM organizations g WHERE g.website IS NOT NULL
	UNION SELECT 'https://' || website FROM kommuner WHERE ended_on IS NULL
	UNION SELECT contact_source FROM kommuner WHERE contact_source LIKE 'http%://%' AND ended_on IS NULL
	UNION SELECT unnest(?::text[])`

// SyncLinks makes the list of links what the directory points to now. A few new ones are
// due in some minutes, many at once over the next day: whoever starts the program to look
// at it should not knock on hundreds of doors.
func (s *Store) SyncLinks(ctx context.Context) error {
	err := s.write(ctx, func(tx *gorm.DB) error {
		if err := allowLongStatements(tx); err != nil {
			return err
		}
		inArticles, err := articleAddresses(tx)
		if err != nil {
			return err
		}
		var addresses textArray
		for _, a := range inArticles {
			addresses = append(addresses, a.url)
		}
		err = tx.Exec(`
			WITH missing AS (
				SELECT url FROM (`+linkSources+`) s WHERE url LIKE 'http%' AND length(url) <= 2000 AND NOT EXISTS (SELECT FROM links l WHERE l.url = s.url)
			)
			INSERT INTO links (url, next_check)
			SELECT url, now() + interval '10 minutes' + CASE WHEN (SELECT count(*) FROM missing) > 50 THEN random() ELSE 0 END * interval '1 day'
			FROM missing ON CONFLICT DO NOTHING`, addresses).Error
		if err != nil {
			return err
		}
		if err := tx.Exec("DELETE FROM links WHERE url NOT IN ("+linkSources+")", addresses).Error; err != nil {
			return err
		}
		return openLinkTasks(tx, inArticles)
	})
	if err != nil {
		return fmt.Errorf("list links: %w", err)
	}
	return nil
}

// DueLinks returns at most n addresses that are to be checked now, the longest due first.
func (s *Store) DueLinks(ctx context.Context, n int) ([]string, error) {
	var due []string
	err := s.db.WithContext(ctx).Raw("SELECT url FROM links WHERE next_check <= now() ORDER BY next_check, url LIMIT ?", n).Scan(&due).Error
	if err != nil {
		return nil, fmt.Errorf("due links: %w", err)
	}
	return due, nil
}

// LinkCheck is what a visit to an address showed.
type LinkCheck struct {
	URL     string
	Status  int         // of the answer; 0 where there was none
	Failure LinkFailure // empty for a good answer
	MovedTo string      // where it says that it has moved for good
}

// SaveLinkCheck notes what a visit showed, and when the next is due: in about a week, after
// a failure in about a day. A link is broken when it has failed on two different days;
// then whoever answers for what points to it gets a task, which is done by itself when
// the link answers again. An address that is not on the list is left out of it.
func (s *Store) SaveLinkCheck(ctx context.Context, c LinkCheck) error {
	err := s.write(ctx, func(tx *gorm.DB) error {
		broken, err := linkBroken(tx, c.URL)
		if err != nil {
			return err
		}
		var status *int
		if c.Status != 0 {
			status = &c.Status
		}
		// Not all on the same weekday.
		set := `checked_at = now(), status = ?, failure = ?, moved_to = ?,`
		args := []any{status, string(c.Failure), optional(c.MovedTo)}
		switch {
		case !c.Failure.breaks():
			set += ` ok_at = CASE WHEN ? THEN now() ELSE ok_at END, strikes = 0, struck_at = NULL, broken_since = NULL,
				next_check = now() + interval '7 days' * (0.9 + random() / 5)`
			args = append(args, c.Failure == "")
		default:
			// Days are those of Norway; a second failure of the same day is no second strike.
			set += ` strikes = strikes + fresh::int, struck_at = CASE WHEN fresh THEN now() ELSE struck_at END,
				broken_since = CASE WHEN strikes + fresh::int >= 2 THEN coalesce(broken_since, now()) END,
				next_check = now() + interval '1 day' * (0.9 + random() / 5)`
		}
		result := tx.Exec(`UPDATE links l SET `+set+` FROM (
			SELECT url AS key, coalesce((struck_at AT TIME ZONE 'Europe/Oslo')::date < (now() AT TIME ZONE 'Europe/Oslo')::date, true) AS fresh FROM links
		) d WHERE d.key = l.url AND l.url = ?`, append(args, c.URL)...)
		if result.Error != nil || result.RowsAffected == 0 {
			return result.Error
		}
		now, err := linkBroken(tx, c.URL)
		if err != nil || now == broken {
			return err
		}
		inArticles, err := articleAddresses(tx)
		if err != nil {
			return err
		}
		return openLinkTasks(tx, inArticles)
	})
	if err != nil {
		return fmt.Errorf("save check of a link: %w", err)
	}
	return nil
}

func linkBroken(tx *gorm.DB, url string) (bool, error) {
	var broken bool
	err := tx.Raw("SELECT EXISTS (SELECT FROM links WHERE url = ? AND broken_since IS NOT NULL)", url).Scan(&broken).Error
	return broken, err
}

// PostponeLinks lets the addresses be due again in about an hour, with nothing learned.
func (s *Store) PostponeLinks(ctx context.Context, urls []string) error {
	err := s.db.WithContext(ctx).Exec("UPDATE links SET next_check = now() + interval '1 hour' * (1 + random()) WHERE url = ANY(?)", textArray(urls)).Error
	if err != nil {
		return fmt.Errorf("postpone links: %w", err)
	}
	return nil
}

// articleAddress is a link in an article.
type articleAddress struct {
	url, place string // place is its path, with the language before it for a translation
}

func articleAddresses(tx *gorm.DB) ([]articleAddress, error) {
	var rows []articleRow
	if err := tx.Session(&gorm.Session{NewDB: true}).Find(&rows).Error; err != nil {
		return nil, err
	}
	var found []articleAddress
	for _, r := range rows {
		a, err := r.article()
		if err != nil {
			continue // Articles reports it
		}
		place := a.Path()
		if a.Language != article.Bokmal {
			place = "/" + a.Language + place
		}
		for _, u := range a.Addresses() {
			found = append(found, articleAddress{u, place})
		}
	}
	return found, nil
}

// openLinkTasks makes the open tasks about links those of the links that are broken. A
// task that a person has called done since the link broke is not opened again: that
// person has looked.
func openLinkTasks(tx *gorm.DB, inArticles []articleAddress) error {
	// One at a time: another that does not know yet that a link broke would close its task.
	if err := tx.Exec("SELECT pg_advisory_xact_lock(hashtext('tasks about links'))").Error; err != nil {
		return err
	}
	broken, err := list(tx.Where("broken_since IS NOT NULL"), linkRow.state)
	if err != nil {
		return err
	}
	byURL := make(map[string]LinkState, len(broken))
	urls := make(textArray, len(broken))
	for i, l := range broken {
		byURL[l.URL], urls[i] = l, l.URL
	}
	var wanted []Task
	if len(broken) > 0 {
		if wanted, err = linkTasks(tx, byURL, urls, inArticles); err != nil {
			return err
		}
	}
	keys := make(textArray, len(wanted))
	for i, t := range wanted {
		keys[i] = t.Key
	}
	err = tx.Exec("UPDATE tasks SET done_at = now(), done_by = ? WHERE kind = ? AND done_at IS NULL AND NOT key = ANY(?)",
		worker.String(), string(TaskBrokenLink), keys).Error
	if err != nil {
		return err
	}
	for _, t := range wanted {
		var seen bool
		var detail BrokenLink
		if err := json.Unmarshal(t.Detail, &detail); err != nil {
			return err
		}
		err := tx.Raw("SELECT EXISTS (SELECT FROM tasks WHERE kind = ? AND key = ? AND created_at >= ? AND (done_at IS NULL OR done_by <> ?))",
			string(t.Kind), t.Key, byURL[detail.URL].BrokenSince, worker.String()).Scan(&seen).Error
		if err != nil {
			return err
		}
		if seen {
			continue
		}
		if err := openTask(tx, t); err != nil {
			return err
		}
	}
	return nil
}

// linkTasks returns a task for everything that points to one of the broken links.
func linkTasks(tx *gorm.DB, broken map[string]LinkState, urls textArray, inArticles []articleAddress) ([]Task, error) {
	var tasks []Task
	add := func(url, ref, place string, owner auth.Owner, offering int64) error {
		l := broken[url]
		detail, err := json.Marshal(BrokenLink{url, place, l.Failure, l.Status})
		tasks = append(tasks, Task{Kind: TaskBrokenLink, Key: url + " " + ref, Owner: owner, Offering: offering, Detail: detail})
		return err
	}
	found, err := offerings(tx.Where(`status IN ('publisert', 'stengt') AND
		(source_url = ANY(?) OR id IN (SELECT offering_id FROM web_addresses WHERE url = ANY(?)))`, urls, urls))
	if err != nil {
		return nil, err
	}
	for _, o := range found {
		for _, url := range offeringLinks(o) {
			if _, ok := broken[url]; !ok {
				continue
			}
			if err := add(url, strconv.FormatInt(o.ID, 10), o.Name, auth.OwnerOf(o), o.ID); err != nil {
				return nil, err
			}
		}
	}
	var others []struct {
		URL, Ref, Name string
		Kommune        string
		Organization   int64
	}
	// Contacts of kommuner are the national editors'.
	err = tx.Raw(`
		SELECT website AS url, 'organization/' || id AS ref, name, coalesce(kommune_number, '') AS kommune,
			CASE WHEN kommune_number IS NULL THEN id ELSE 0 END AS organization
		FROM organizations WHERE website = ANY(?)
		UNION ALL SELECT 'https://' || website, 'kommune/' || number, name, '', 0 FROM kommuner WHERE 'https://' || website = ANY(?) AND ended_on IS NULL
		UNION ALL SELECT contact_source, 'kontakt/' || number, name, '', 0 FROM kommuner WHERE contact_source = ANY(?) AND ended_on IS NULL`,
		urls, urls, urls).Scan(&others).Error
	if err != nil {
		return nil, err
	}
	for _, o := range others {
		owner := auth.Owner{Kommune: region.Number(o.Kommune), Organization: o.Organization}
		if err := add(o.URL, o.Ref, o.Name, owner, 0); err != nil {
			return nil, err
		}
	}
	for _, a := range inArticles {
		if _, ok := broken[a.url]; !ok {
			continue
		}
		if err := add(a.url, a.place, a.place, auth.Owner{}, 0); err != nil {
			return nil, err
		}
	}
	return tasks, nil
}

// offeringLinks returns the addresses that readers find with the offering, each once.
func offeringLinks(o directory.Offering) []string {
	links := o.Websites
	if u := o.Source.URL; u != "" && !slices.Contains(links, u) {
		links = append(slices.Clone(links), u)
	}
	return links
}
