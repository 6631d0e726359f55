package store

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"

	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// TaskNewKommune asks the national editors for what no register says of a new kommune: its
// website, how it is reached, who answers for it. Its detail is a NewKommuneDetail.
const TaskNewKommune TaskKind = "new_kommune"

// NewKommuneDetail is the detail of TaskNewKommune.
type NewKommuneDetail struct {
	Kommune region.Number `json:"kommune"`
	Name    string        `json:"name"`
	Before  []string      `json:"before"` // what its area was called
}

// officialName writes a name of Statistics Norway as the store has them: without what tells
// two of the same name apart.
func officialName(name string) string { return strings.Join(region.NameParts(name), " - ") }

// kommuner ends the kommuner that are no more and begins those that follow.
func (c *carrier) kommuner() error {
	for _, n := range c.suc.Ended() {
		if err := c.tx.Exec("UPDATE kommuner SET ended_on = ? WHERE number = ?", c.suc.On, string(n)).Error; err != nil {
			return err
		}
	}
	for _, n := range c.suc.Present() {
		if err := c.begin(n); err != nil {
			return err
		}
	}
	for _, n := range c.suc.Ended() {
		if err := c.rememberContact(n, c.before[n].Contact, region.Contact{}); err != nil {
			return err
		}
	}
	return nil
}

// begin writes what is known of a kommune from its first day on. Facts of one before it are
// its own only where it goes on with what that one did.
func (c *carrier) begin(n region.Number) error {
	was, there := c.before[n]
	if !there && c.isThere(n) {
		return nil // it was there and is no part of this
	}
	before := c.partsOf(n)
	k := was
	if !there {
		k = c.inherited(n, before)
	}
	k.Number = n
	known := make([]string, 0, len(before))
	for _, b := range before {
		known = append(known, b.Name)
	}
	if !there || officialName(c.suc.NameBefore(n)) != officialName(c.suc.Name(n)) {
		k.OfficialName = officialName(c.suc.Name(n))
		k.Name = region.NorwegianName(k.OfficialName, known...)
		k.OtherNames = slices.DeleteFunc(region.NameParts(k.OfficialName), func(p string) bool { return p == k.Name })
	}
	if !there || len(c.suc.From(n)) > 1 || len(c.suc.Into(n)) > 1 {
		k.Population, k.PopulationYear = c.population(n, before)
	}
	if _, err := upsert(c.tx, []region.Kommune{k}, newKommuneRow, overPrimaryKey); err != nil {
		return err
	}
	if there {
		return nil
	}
	// A number may come back that was another kommune's long ago.
	if err := c.tx.Exec("UPDATE kommuner SET ended_on = NULL WHERE number = ?", string(n)).Error; err != nil {
		return err
	}
	if err := c.inheritHistory(n, k.Contact); err != nil {
		return err
	}
	if k.Domain == "" {
		c.open(Task{Kind: TaskNewKommune, Key: string(n), Detail: detailOf(NewKommuneDetail{n, k.Name, known})})
	}
	return nil
}

// partsOf returns the kommuner that the area of n came from, the one with most people first.
func (c *carrier) partsOf(n region.Number) []region.Kommune {
	var parts []region.Kommune
	for _, old := range c.suc.From(n) {
		if k, ok := c.before[old]; ok {
			parts = append(parts, k)
		}
	}
	slices.SortStableFunc(parts, func(a, b region.Kommune) int { return cmp.Compare(b.Population, a.Population) })
	return parts
}

// inherited returns the new kommune with what it has of those before it.
func (c *carrier) inherited(n region.Number, parts []region.Kommune) region.Kommune {
	k := parts[0]
	alone := len(c.suc.Steps) == 1 // another number, or another name: the kommune is the same
	if alone {
		return k
	}
	// One that others have joined, or that some have left, and that is called what it was,
	// has kept its website and its switchboard. It is another legal body, though.
	i := slices.IndexFunc(parts, func(p region.Kommune) bool {
		return c.suc.Heir(p.Number) == n && region.SameName(p.OfficialName, c.suc.Name(n))
	})
	if i >= 0 {
		k = parts[i]
	} else {
		// Nobody knows yet how it is reached. The website of its largest part leads on, and
		// readers are told of it until there is a better one; its telephone is for editors to
		// look at.
		k.Domain, k.AdminCentre = "", ""
		k.Contact.Confirmed = false
		if len(c.suc.Into(k.Number)) > 1 {
			k.Contact = region.Contact{}
		}
	}
	k.OrgNumber, k.Wikidata = "", ""
	for _, p := range parts {
		if p.Maalform != k.Maalform {
			k.Maalform = ""
		}
	}
	return k
}

// population adds up those who lived in what became the kommune, 0 where a part of another
// one did: how many that were is not known.
func (c *carrier) population(n region.Number, parts []region.Kommune) (people, year int) {
	for _, p := range parts {
		if len(c.suc.Into(p.Number)) > 1 || p.Population == 0 {
			return 0, 0
		}
		people += p.Population
		if year == 0 || p.PopulationYear < year {
			year = p.PopulationYear
		}
	}
	return people, year
}

// inheritHistory lets the history of the contact go on under the new number, so that an
// import leaves alone what a person has written.
func (c *carrier) inheritHistory(n region.Number, contact region.Contact) error {
	for _, old := range c.suc.From(n) {
		if len(c.suc.From(n)) > 1 && c.before[old].Contact.Phone != contact.Phone || contact == (region.Contact{}) {
			continue
		}
		err := c.tx.Exec(`INSERT INTO revisions (kind, ref, version, at, actor, why, before, after)
			SELECT kind, ?, version, at, actor, why, before, after FROM revisions WHERE kind = ? AND ref = ? ORDER BY version`,
			string(n), KindKommune, string(old)).Error
		if err != nil {
			return err
		}
		break
	}
	return c.rememberContact(n, region.Contact{}, contact)
}

func (c *carrier) rememberContact(n region.Number, before, after region.Contact) error {
	v, err := version(c.tx, KindKommune, string(n))
	if err != nil {
		return err
	}
	return remember(c.tx, KindKommune, string(n), v+1, succeeding, c.why, before, after)
}

// formers notes what became of the old numbers and names. What had become one of them
// earlier has become what that one did; of one that was split, the part that has its name or
// its post office.
func (c *carrier) formers() error {
	stored, err := formers(c.tx)
	if err != nil {
		return err
	}
	lastYear := c.suc.On.AddDate(0, 0, -1).Year()
	for _, step := range c.suc.Steps {
		ended := slices.Contains(c.suc.Ended(), step.Old)
		kind := c.suc.KindOf(step.Old, step.New)
		if !ended && (kind != region.NameOnly || step.OldName == step.NewName) && (kind != region.Split || step.Old == step.New) {
			continue
		}
		add := []region.Former{{Number: step.Old, Name: officialName(step.OldName), Present: step.New, LastYear: lastYear, Kind: kind}}
		for _, f := range stored {
			if f.Present != step.Old || !ended {
				continue
			}
			only, err := c.placeOf(region.Place{Name: region.NorwegianName(f.Name)}, c.suc.Into(step.Old), "")
			if err != nil {
				return err
			}
			if only != "" && only != step.New {
				continue
			}
			f.Present = step.New
			if kind == region.Split || kind == region.Merged {
				f.Kind = kind
			}
			add = append(add, f)
		}
		if _, err := upsert(c.tx, add, newFormerRow, overPrimaryKey); err != nil {
			return err
		}
	}
	for _, old := range c.suc.Ended() {
		if err := c.tx.Exec("DELETE FROM former_kommuner WHERE present_number = ?", string(old)).Error; err != nil {
			return err
		}
	}
	return nil
}

// postalCodes moves the postnummer. In a kommune that was split they follow the list, else
// whoever goes on with its name until there is one.
func (c *carrier) postalCodes() error {
	guessed := 0
	for _, old := range c.suc.Before() {
		into := c.suc.Into(old)
		if slices.Equal(into, []region.Number{old}) {
			continue
		}
		found, err := postalCodes(c.tx.Where("kommune_number = ?", string(old)))
		if err != nil {
			return err
		}
		var changed []region.PostalCode
		for _, p := range found {
			if p.Kommune = into[0]; len(into) > 1 {
				p.Kommune = c.suc.Heir(old)
				if n, known := c.options.PostalCodes[p.Code]; known && slices.Contains(into, n) {
					p.Kommune = n
				} else {
					guessed++
				}
			}
			changed = append(changed, p)
			c.feed = append(c.feed, changeRow{KindPlace, postalCodeRef(p.Code)})
		}
		if _, err := upsert(c.tx, changed, newPostalCodeRow, overPrimaryKey); err != nil {
			return err
		}
		c.out.PostalCodes += len(changed)
	}
	if guessed > 0 {
		c.out.Notes = append(c.out.Notes, fmt.Sprintf("%d postnummer stay with the kommune that kept its name until the new file of Posten Bring is read", guessed))
	}
	return nil
}

// places moves what people search for in the kommuner. In one that was split, a post office
// follows its postnummer, and the rest whoever goes on with the name.
func (c *carrier) places() error {
	for _, old := range c.suc.Before() {
		into := c.suc.Into(old)
		if slices.Equal(into, []region.Number{old}) {
			continue
		}
		found, err := places(c.tx.Where("kommune_number = ?", string(old)))
		if err != nil {
			return err
		}
		for _, p := range found {
			if p.Kommune = into[0]; len(into) > 1 {
				if p.Kommune, err = c.placeOf(p, into, c.suc.Heir(old)); err != nil {
					return err
				}
			}
			if err := c.movePlace(p, old); err != nil {
				return err
			}
		}
		c.out.Places += len(found)
	}
	return nil
}

// placeOf returns where a place of a kommune that was split lies.
func (c *carrier) placeOf(p region.Place, into []region.Number, heir region.Number) (region.Number, error) {
	var found []string
	err := c.tx.Raw("SELECT DISTINCT kommune_number FROM postal_codes WHERE lower(place) = lower(?) AND kommune_number = ANY(?)",
		p.Name, textArray(texts[string](into))).Scan(&found).Error
	if err != nil || len(found) == 1 {
		return region.Number(strings.Join(found, "")), err
	}
	for _, n := range into {
		if p.Name == region.NorwegianName(c.suc.Name(n)) {
			return n, nil
		}
	}
	return heir, nil
}

func (c *carrier) movePlace(p region.Place, old region.Number) error {
	c.feed = append(c.feed, changeRow{KindPlace, placeRef(p.ID)})
	if p.Kommune == "" || p.Kommune == old {
		return c.dropPlace(p.ID, p.Kommune == "")
	}
	if p.BydelNumber != "" {
		p.BydelNumber = string(p.Kommune) + p.BydelNumber[4:] // a bydel's number begins with its kommune's
	}
	_, err := one(places(c.tx.Where("name = ? AND kommune_number = ? AND kind = ?", p.Name, string(p.Kommune), string(p.Kind))))
	if err == nil {
		return c.dropPlace(p.ID, true) // both parts had one of the name: it leads to the same kommune
	}
	if !errors.Is(err, ErrNotFound) {
		return err
	}
	row := newPlaceRow(p)
	return c.tx.Model(&row).Select("KommuneNumber", "BydelNumber").Updates(&row).Error
}

// dropPlace takes away a name that leads nowhere, or to where another leads already.
func (c *carrier) dropPlace(id int64, drop bool) error {
	if !drop {
		return nil
	}
	return c.tx.Exec("DELETE FROM places WHERE id = ?", id).Error
}

// outlines puts the borders of what has merged beside each other, until Kartverket's file
// has them in one. Where a kommune was split, nobody knows yet where the new border goes.
func (c *carrier) outlines() error {
	stored, err := outlines(c.tx.Where("kommune_number = ANY(?)", textArray(texts[string](c.suc.Before()))))
	if err != nil || len(stored) == 0 {
		return err
	}
	of := map[region.Number]region.Outline{}
	for _, o := range stored {
		of[o.Kommune] = o
	}
	for _, n := range c.suc.Present() {
		whole := region.Outline{Kommune: n}
		known := true
		for _, old := range c.suc.From(n) {
			o, ok := of[old]
			if known = known && ok && len(c.suc.Into(old)) == 1; !known {
				break
			}
			whole.Area, whole.Drawing = beside(whole.Area, o.Area), beside(whole.Drawing, o.Drawing)
		}
		c.feed = append(c.feed, changeRow{KindOutline, string(n)})
		if !known {
			if err := c.tx.Exec("DELETE FROM kommune_outlines WHERE kommune_number = ?", string(n)).Error; err != nil {
				return err
			}
			continue
		}
		if _, err := upsert(c.tx, []region.Outline{whole}, newOutlineRow, overPrimaryKey); err != nil {
			return err
		}
	}
	for _, old := range c.suc.Ended() {
		c.feed = append(c.feed, changeRow{KindOutline, string(old)})
		if err := c.tx.Exec("DELETE FROM kommune_outlines WHERE kommune_number = ?", string(old)).Error; err != nil {
			return err
		}
	}
	return nil
}

// beside returns one MultiPolygon of the polygons of two, all as well-known binary in the
// byte order that this program writes.
func beside(a, b []byte) []byte {
	const head = 9 // byte order, kind, count
	if len(a) < head {
		return b
	}
	if len(b) < head || a[0] != b[0] {
		return a
	}
	order := binary.ByteOrder(binary.LittleEndian)
	if a[0] == 0 {
		order = binary.BigEndian
	}
	both := slices.Concat(a, b[head:])
	order.PutUint32(both[5:], order.Uint32(a[5:])+order.Uint32(b[5:]))
	return both
}

// EndedKommuner returns the numbers of kommuner that are no more.
func (s *Store) EndedKommuner(ctx context.Context) (map[region.Number]bool, error) {
	ended, err := endedKommuner(s.db.WithContext(ctx))
	if err != nil {
		return nil, fmt.Errorf("list kommuner that are no more: %w", err)
	}
	return ended, nil
}

// endedKommuner returns the numbers of kommuner that are no more.
func endedKommuner(tx *gorm.DB) (map[region.Number]bool, error) {
	var numbers []string
	if err := tx.Raw("SELECT number FROM kommuner WHERE ended_on IS NOT NULL").Scan(&numbers).Error; err != nil {
		return nil, err
	}
	ended := make(map[region.Number]bool, len(numbers))
	for _, n := range numbers {
		ended[region.Number(n)] = true
	}
	return ended, nil
}
