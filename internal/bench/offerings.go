package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// seed makes every run the same.
const seed = 20240101

// maker makes up offerings. The one of a number is always the same, so that processes can
// make the same rows without handing them to each other.
type maker struct {
	ref   *reference
	words vocabulary
	// people is the population up to and with each kommune: large ones have more.
	people []int
}

func newMaker(ref *reference) *maker {
	m := &maker{ref: ref, words: newVocabulary()}
	sum := 0
	for _, k := range ref.kommuner {
		sum += k.Population + 3000 // the smallest have some too
		m.people = append(m.people, sum)
	}
	return m
}

var changed = time.Date(2024, 1, 1, 12, 0, 0, 0, time.UTC)

// offering returns the offering with the number, from 1.
func (m *maker) offering(id int64) directory.Offering {
	r := rand.New(rand.NewPCG(seed, uint64(id)))
	t := pick(r, m.ref.types)
	home := m.kommune(r)
	o := directory.Offering{
		ID: id, UUID: uuid.NewSHA1(uuid.NameSpaceOID, fmt.Appendf(nil, "bench-%d", id)), Key: fmt.Sprintf("bench/%d", id),
		Type: t.Code, Name: m.name(r, t, home),
		Organization: directory.Organization{ID: 1 + id%5000, Name: home.Name + " kommune", Kind: directory.KindKommune, Kommune: home.Number},
		Summary:      m.words.text(r, 8+r.IntN(12)),
		Description:  m.words.text(r, 20+r.IntN(41)),
		Keywords:     []string{m.words.word(r), m.words.word(r)},
		TargetGroups: some(r, m.ref.terms[directory.TargetGroup], 1, 4),
		Topics:       some(r, m.ref.terms[directory.Topic], 1, 4),
		Formats:      some(r, m.ref.terms[directory.Format], 1, 3),
		Coverage:     m.coverage(r, home.Number),
		Locations:    []directory.Location{m.location(r, home)},
		// A Norwegian number of eight digits never begins with 0: nobody can be called by it.
		Phones:      []directory.Phone{{Number: directory.PhoneNumber(fmt.Sprintf("+470%07d", id))}},
		Emails:      []string{fmt.Sprintf("bench-%d@example.org", id)},
		Websites:    []string{fmt.Sprintf("https://example.org/bench/%d", id)},
		OpeningText: "mandag til fredag 9–15",
		Source:      directory.Source{Title: "made up to measure", URL: "https://example.org/"},
		Confidence:  pick(r, []directory.Confidence{directory.High, directory.High, directory.Medium}),
		Status:      directory.Published,
		ChangedAt:   changed,
		Version:     1,
	}
	if r.IntN(3) == 0 {
		confirmed := changed.AddDate(0, 0, -r.IntN(700))
		o.ConfirmedAt = &confirmed
	}
	return o
}

// kommune returns one by its population.
func (m *maker) kommune(r *rand.Rand) region.Kommune {
	i, _ := slices.BinarySearch(m.people, r.IntN(m.people[len(m.people)-1]))
	return m.ref.kommuner[min(i, len(m.ref.kommuner)-1)]
}

// coverage: four of five are for one kommune, one in ten for several, some for a fylke,
// few for everyone.
func (m *maker) coverage(r *rand.Rand, home region.Number) directory.Coverage {
	switch p := r.IntN(100); {
	case p < 3:
		return directory.Coverage{National: true}
	case p < 10:
		return directory.Coverage{Fylker: []region.FylkeNumber{home.Fylke()}}
	case p < 20:
		all := append(some(r, m.ref.kommunerOf[home.Fylke()], 2, 8), home)
		slices.Sort(all)
		return directory.Coverage{Kommuner: slices.Compact(all)}
	default:
		return directory.Coverage{Kommuner: []region.Number{home}}
	}
}

func (m *maker) location(r *rand.Rand, home region.Kommune) directory.Location {
	l := directory.Location{Street: fmt.Sprintf("Prøveveien %d", 1+r.IntN(200)), Kommune: home.Number}
	if codes := m.ref.codesOf[home.Number]; len(codes) > 0 {
		c := pick(r, codes)
		l.PostalCode, l.PostalPlace = directory.PostalCode(c.Code), c.PlaceTitle()
	}
	if r.IntN(3) > 0 { // within some ten kilometres of the centre
		l.Position = &region.Position{Lat: home.Position.Lat + r.NormFloat64()*0.08, Lon: home.Position.Lon + r.NormFloat64()*0.15}
	}
	return l
}

// name returns a name in one of the ways in which offices are named.
func (m *maker) name(r *rand.Rand, t directory.OfferingType, home region.Kommune) string {
	house := pick(r, houseFirst) + pick(r, houseSecond)
	compound := pick(r, compoundFirst) + pick(r, compoundSecond)
	switch r.IntN(6) {
	case 0:
		return t.Name.NB + " i " + home.Name
	case 1:
		return home.Name + " " + strings.ToLower(t.Name.NB)
	case 2:
		return t.Name.NB + " " + house + ", " + home.Name
	case 3:
		return house + " " + strings.ToLower(t.Name.NB)
	case 4:
		return capital(compound) + " i " + home.Name
	default:
		return capital(compound) + " ved " + house + " " + strings.ToLower(t.Name.NB)
	}
}
