package store

import (
	"cmp"
	"context"
	"fmt"
	"reflect"
	"slices"
	"strconv"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// Regions are whole lists of regions and places, as the public registers give them. An
// empty list means that it is not given. Ids of places are the store's and are ignored.
type Regions struct {
	Fylker      []region.Fylke
	Kommuner    []region.Kommune
	Formers     []region.Former
	PostalCodes []region.PostalCode
	Places      []region.Place
}

var (
	fylkeRegister = register[region.FylkeNumber, region.Fylke]{
		"fylke", func(f region.Fylke) region.FylkeNumber { return f.Number },
		func(_, f region.Fylke) region.Fylke {
			f.OtherNames = nilIfEmpty(f.OtherNames)
			return f
		},
		func(f region.Fylke) string { return string(f.Number) + " " + f.Name },
	}
	kommuneRegister = register[region.Number, region.Kommune]{
		"kommune", func(k region.Kommune) region.Number { return k.Number },
		func(stored, k region.Kommune) region.Kommune {
			k.FylkeName, k.Ambiguous = stored.FylkeName, stored.Ambiguous // other rows say so
			k.OtherNames = nilIfEmpty(k.OtherNames)
			return k
		},
		func(k region.Kommune) string { return string(k.Number) + " " + k.Name },
	}
	formerRegister = register[string, region.Former]{
		"former kommune", func(f region.Former) string { return string(f.Number) + " " + f.Name + " to " + string(f.Present) },
		asGiven[region.Former],
		func(f region.Former) string { return string(f.Number) + " " + f.Name + " to " + string(f.Present) },
	}
	postalCodeRegister = register[string, region.PostalCode]{
		"postnummer", func(p region.PostalCode) string { return p.Code },
		asGiven[region.PostalCode],
		func(p region.PostalCode) string { return p.Code },
	}
	placeRegister = register[string, region.Place]{
		"place", func(p region.Place) string { return string(p.Kommune) + " " + string(p.Kind) + " " + p.Name },
		func(stored, p region.Place) region.Place {
			p.ID = stored.ID
			return p
		},
		func(p region.Place) string { return p.Name + " (" + string(p.Kind) + " in " + string(p.Kommune) + ")" },
	}
)

// SaveRegions writes what differs from the lists, and puts each kommune, fylke, postnummer
// and place that a reader now sees otherwise into the feed. A former kommune is a part of
// the kommune that it became. Nothing is deleted, and an import leaves alone the contacts
// that a person has edited.
func (s *Store) SaveRegions(ctx context.Context, actor auth.Actor, r Regions) (Summary, error) {
	var sum Summary
	err := s.write(ctx, func(tx *gorm.DB) (err error) {
		if err := auth.Can(actor, auth.Curate, auth.Thing{}); err != nil {
			return err
		}
		if err := allowLongStatements(tx); err != nil {
			return err
		}
		if r, err = withoutEnded(tx, r, &sum); err != nil {
			return err
		}
		var feed []changeRow
		for _, save := range []func(*gorm.DB, auth.Actor, Regions, *Summary) ([]changeRow, error){
			saveKommuner, savePostalCodes, savePlaces,
		} {
			changes, err := save(tx, actor, r, &sum)
			if err != nil {
				return withDetail(err)
			}
			feed = append(feed, changes...)
		}
		return announce(tx, feed...)
	})
	if err != nil {
		return Summary{}, fmt.Errorf("save regions: %w", err)
	}
	return sum, nil
}

// withoutEnded returns the lists without what is about kommuner and fylker that are no more:
// a file that is older than their end does not bring them back.
func withoutEnded(tx *gorm.DB, r Regions, sum *Summary) (Regions, error) {
	ended, err := endedKommuner(tx)
	if err != nil {
		return r, err
	}
	var numbers []string
	if err := tx.Raw("SELECT number FROM fylker WHERE ended_on IS NOT NULL").Scan(&numbers).Error; err != nil {
		return r, err
	}
	r.Fylker = keepOf(r.Fylker, sum, func(f region.Fylke) bool { return !slices.Contains(numbers, string(f.Number)) })
	r.Kommuner = keepOf(r.Kommuner, sum, func(k region.Kommune) bool { return !ended[k.Number] })
	r.Formers = keepOf(r.Formers, sum, func(f region.Former) bool { return !ended[f.Present] })
	r.PostalCodes = keepOf(r.PostalCodes, sum, func(p region.PostalCode) bool { return !ended[p.Kommune] })
	r.Places = keepOf(r.Places, sum, func(p region.Place) bool { return !ended[p.Kommune] })
	return r, nil
}

// keepOf returns the things that are kept in a list, and counts the others as left alone.
func keepOf[T any](things []T, sum *Summary, keep func(T) bool) []T {
	kept := slices.DeleteFunc(slices.Clone(things), func(t T) bool { return !keep(t) })
	sum.Kept += len(things) - len(kept)
	return kept
}

// saveKommuner saves fylker, kommuner and former kommuner. They stand together because a
// kommune shows its fylke's name, its former kommuner, and whether another has its name.
func saveKommuner(tx *gorm.DB, actor auth.Actor, r Regions, sum *Summary) ([]changeRow, error) {
	oldFylker, err := fylker(tx)
	if err != nil {
		return nil, err
	}
	oldKommuner, err := kommuner(tx, "")
	if err != nil {
		return nil, err
	}
	oldFormers, err := formers(tx)
	if err != nil {
		return nil, err
	}

	changedFylker, err := fylkeRegister.compare(oldFylker, r.Fylker, sum)
	if err != nil {
		return nil, err
	}
	wanted, err := leaveContacts(tx, actor, oldKommuner, r.Kommuner, sum)
	if err != nil {
		return nil, err
	}
	changedKommuner, err := kommuneRegister.compare(oldKommuner, wanted, sum)
	if err != nil {
		return nil, err
	}
	changedFormers, err := formerRegister.compare(oldFormers, r.Formers, sum)
	if err != nil {
		return nil, err
	}
	if _, err := upsert(tx, changedFylker, newFylkeRow, overPrimaryKey); err != nil {
		return nil, err
	}
	if _, err := upsert(tx, changedKommuner, newKommuneRow, overPrimaryKey); err != nil {
		return nil, err
	}
	if _, err := upsert(tx, changedFormers, newFormerRow, overPrimaryKey); err != nil {
		return nil, err
	}

	var feed []changeRow
	for _, f := range changedFylker {
		feed = append(feed, changeRow{KindFylke, string(f.Number)})
	}
	touched, err := touchedKommuner(tx, oldKommuner, changedFormers)
	if err != nil {
		return nil, err
	}
	for _, n := range touched {
		feed = append(feed, changeRow{KindKommune, string(n)})
	}
	return feed, nil
}

// leaveContacts returns the wanted kommuner with the contacts that a person has edited as
// they are, and appends the other changes of contacts to the history.
func leaveContacts(tx *gorm.DB, actor auth.Actor, stored, wanted []region.Kommune, sum *Summary) ([]region.Kommune, error) {
	number := func(k region.Kommune) string { return string(k.Number) }
	before := byRef(stored, number)
	var changed []region.Kommune
	for _, k := range wanted {
		if was, known := before[number(k)]; known && was.Contact != k.Contact {
			changed = append(changed, k)
		}
	}
	if len(changed) == 0 {
		return wanted, nil
	}
	actors, err := lastActors(tx, KindKommune, refsOf(changed, number))
	if err != nil {
		return nil, err
	}
	wanted = slices.Clone(wanted)
	for i, k := range wanted {
		n := number(k)
		was, known := before[n]
		if !known || was.Contact == k.Contact {
			continue
		}
		if by, edited := actors[n]; actor.Kind == auth.Import && edited && !wasImport(by) {
			wanted[i].Contact = was.Contact
			sum.Kept++
			continue
		}
		v, err := version(tx, KindKommune, n)
		if err != nil {
			return nil, err
		}
		if err := remember(tx, KindKommune, n, v+1, actor, "", was.Contact, k.Contact); err != nil {
			return nil, err
		}
	}
	return wanted, nil
}

// touchedKommuner returns the kommuner that read otherwise than before, by number.
func touchedKommuner(tx *gorm.DB, before []region.Kommune, changed []region.Former) ([]region.Number, error) {
	after, err := kommuner(tx, "")
	if err != nil {
		return nil, err
	}
	was := make(map[region.Number]region.Kommune, len(before))
	for _, k := range before {
		was[k.Number] = k
	}
	var touched []region.Number
	for _, k := range after {
		if !reflect.DeepEqual(k, was[k.Number]) {
			touched = append(touched, k.Number)
		}
	}
	for _, f := range changed {
		touched = append(touched, f.Present)
	}
	slices.Sort(touched)
	return slices.Compact(touched), nil
}

func savePostalCodes(tx *gorm.DB, _ auth.Actor, r Regions, sum *Summary) ([]changeRow, error) {
	stored, err := postalCodes(tx)
	if err != nil {
		return nil, err
	}
	changed, err := postalCodeRegister.compare(stored, r.PostalCodes, sum)
	if err != nil {
		return nil, err
	}
	if _, err := upsert(tx, changed, newPostalCodeRow, overPrimaryKey); err != nil {
		return nil, err
	}
	var feed []changeRow
	for _, p := range changed {
		feed = append(feed, changeRow{KindPlace, postalCodeRef(p.Code)})
	}
	return feed, nil
}

// MarkPostalCodes notes which postnummer are not among those of the list any more, and which
// are again. The actor has to be allowed auth.Curate.
func (s *Store) MarkPostalCodes(ctx context.Context, actor auth.Actor, list []string) error {
	err := s.write(ctx, func(tx *gorm.DB) error {
		if err := auth.Can(actor, auth.Curate, auth.Thing{}); err != nil {
			return err
		}
		if err := tx.Exec("UPDATE postal_codes SET gone_on = ? WHERE gone_on IS NULL AND code <> ALL(?)", s.Today(), textArray(list)).Error; err != nil {
			return err
		}
		return tx.Exec("UPDATE postal_codes SET gone_on = NULL WHERE gone_on IS NOT NULL AND code = ANY(?)", textArray(list)).Error
	})
	if err != nil {
		return fmt.Errorf("mark postnummer: %w", err)
	}
	return nil
}

// GonePostalCodes returns the postnummer that the last list given to MarkPostalCodes did not
// have.
func (s *Store) GonePostalCodes(ctx context.Context) (map[string]bool, error) {
	var codes []string
	if err := s.db.WithContext(ctx).Raw("SELECT code FROM postal_codes WHERE gone_on IS NOT NULL").Scan(&codes).Error; err != nil {
		return nil, fmt.Errorf("list postnummer that are no more: %w", err)
	}
	gone := make(map[string]bool, len(codes))
	for _, c := range codes {
		gone[c] = true
	}
	return gone, nil
}

func savePlaces(tx *gorm.DB, _ auth.Actor, r Regions, sum *Summary) ([]changeRow, error) {
	stored, err := places(tx)
	if err != nil {
		return nil, err
	}
	changed, err := placeRegister.compare(stored, r.Places, sum)
	if err != nil {
		return nil, err
	}
	rows, err := upsert(tx, changed, func(p region.Place) placeRow {
		p.ID = 0 // the database gives it
		return newPlaceRow(p)
	}, clause.OnConflict{
		Columns:   []clause.Column{{Name: "name"}, {Name: "kommune_number"}, {Name: "kind"}},
		DoUpdates: clause.AssignmentColumns([]string{"lat", "lon", "bydel_number", "source"}),
	})
	if err != nil {
		return nil, err
	}
	// GORM has filled in the ids, those of rows that were there before too.
	slices.SortFunc(rows, func(a, b placeRow) int { return cmp.Compare(a.ID, b.ID) })
	var feed []changeRow
	for _, row := range rows {
		feed = append(feed, changeRow{KindPlace, placeRef(row.ID)})
	}
	return feed, nil
}

// placeRef returns the place's ref in the feed.
func placeRef(id int64) string { return "sted/" + strconv.FormatInt(id, 10) }

// postalCodeRef returns the postnummer's ref in the feed.
func postalCodeRef(code string) string { return "postnummer/" + code }

func nilIfEmpty[T any](s []T) []T {
	if len(s) == 0 {
		return nil
	}
	return s
}
