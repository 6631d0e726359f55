package store

import (
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

type tallyRow struct {
	Day            time.Time
	TypeCode       optional
	FylkeNumber    optional
	Kommuner       int
	InKommune      int
	FromElsewhere  int
	People         int
	PeopleIn       int
	PeopleCovered  int
	Offerings      int
	InTime         int
	Confirmed6     int `gorm:"column:confirmed_6"`
	Confirmed12    int `gorm:"column:confirmed_12"`
	Confirmed24    int `gorm:"column:confirmed_24"`
	ConfirmedOlder int
	MedianDays     *int
}

func (tallyRow) TableName() string { return "coverage_days" }

func newTallyRow(day time.Time, t directory.Tally) tallyRow {
	return tallyRow{
		Day: day, TypeCode: optional(t.Type), FylkeNumber: optional(t.Fylke),
		Kommuner: t.Kommuner, InKommune: t.InKommune, FromElsewhere: t.FromElsewhere,
		People: t.People, PeopleIn: t.PeopleIn, PeopleCovered: t.PeopleCovered,
		Offerings: t.Offerings, InTime: t.InTime,
		Confirmed6: t.Ages.Half, Confirmed12: t.Ages.Year, Confirmed24: t.Ages.TwoYears, ConfirmedOlder: t.Ages.Older,
		MedianDays: t.MedianDays,
	}
}

func (r tallyRow) tally() directory.Tally {
	return directory.Tally{
		Type: string(r.TypeCode), Fylke: region.FylkeNumber(r.FylkeNumber),
		Kommuner: r.Kommuner, InKommune: r.InKommune, FromElsewhere: r.FromElsewhere,
		People: r.People, PeopleIn: r.PeopleIn, PeopleCovered: r.PeopleCovered,
		Offerings: r.Offerings, InTime: r.InTime,
		Ages:       directory.Ages{Half: r.Confirmed6, Year: r.Confirmed12, TwoYears: r.Confirmed24, Older: r.ConfirmedOlder},
		MedianDays: r.MedianDays,
	}
}
