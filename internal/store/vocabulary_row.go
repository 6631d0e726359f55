package store

import (
	"cmp"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
)

type typeGroupRow struct {
	Code     string `gorm:"primaryKey"`
	NameNB   string
	NameNN   string
	NameEN   string
	Position int
}

func (typeGroupRow) TableName() string { return "type_groups" }

func newTypeGroupRow(g directory.TypeGroup) typeGroupRow {
	return typeGroupRow{g.Code, g.Name.NB, g.Name.NN, g.Name.EN, g.Order}
}

func (r typeGroupRow) group() directory.TypeGroup {
	return directory.TypeGroup{Code: r.Code, Name: directory.Text{NB: r.NameNB, NN: r.NameNN, EN: r.NameEN}, Order: r.Position}
}

type offeringTypeRow struct {
	Code         string `gorm:"primaryKey"`
	GroupCode    string
	NameNB       string
	NameNN       string
	NameEN       string
	PluralNB     string
	PluralNN     string
	PluralEN     string
	DoesNB       string
	DoesNN       string
	DoesEN       string
	EveryKommune bool
	Responsible  string
	AskFor       string
	Alternatives textArray
	Words        textArray
	RelatedWords textArray
	Position     int

	ConfirmMonths  int
	ContactsMonths int
}

func (offeringTypeRow) TableName() string { return "offering_types" }

type typeLawRow struct {
	TypeCode  string `gorm:"primaryKey"`
	Position  int    `gorm:"primaryKey;autoIncrement:false"`
	Summary   string
	Paragraph string
	URL       string
}

func (typeLawRow) TableName() string { return "type_laws" }

func newOfferingTypeRow(t directory.OfferingType) offeringTypeRow {
	return offeringTypeRow{
		Code: t.Code, GroupCode: t.Group,
		NameNB: t.Name.NB, NameNN: t.Name.NN, NameEN: t.Name.EN,
		PluralNB: t.Plural.NB, PluralNN: t.Plural.NN, PluralEN: t.Plural.EN,
		DoesNB: t.Does.NB, DoesNN: t.Does.NN, DoesEN: t.Does.EN,
		EveryKommune: t.EveryKommune, Responsible: t.Responsible, AskFor: t.AskFor,
		Alternatives: t.Alternatives, Words: t.Words, RelatedWords: t.RelatedWords,
		Position:      t.Order,
		ConfirmMonths: cmp.Or(t.ConfirmMonths, directory.DefaultConfirmMonths), ContactsMonths: cmp.Or(t.ContactsMonths, directory.DefaultContactsMonths),
	}
}

func newTypeLawRows(t directory.OfferingType) []typeLawRow {
	var rows []typeLawRow
	for i, l := range t.Laws {
		rows = append(rows, typeLawRow{t.Code, i, l.Text, l.Paragraph, l.URL})
	}
	return rows
}

// offeringType returns the type with its laws, which are in order.
func (r offeringTypeRow) offeringType(laws []typeLawRow) directory.OfferingType {
	t := directory.OfferingType{
		Code: r.Code, Group: r.GroupCode,
		Name:         directory.Text{NB: r.NameNB, NN: r.NameNN, EN: r.NameEN},
		Plural:       directory.Text{NB: r.PluralNB, NN: r.PluralNN, EN: r.PluralEN},
		Does:         directory.Text{NB: r.DoesNB, NN: r.DoesNN, EN: r.DoesEN},
		EveryKommune: r.EveryKommune, Responsible: r.Responsible, AskFor: r.AskFor,
		Alternatives: r.Alternatives, Words: r.Words, RelatedWords: r.RelatedWords,
		Order: r.Position, ConfirmMonths: r.ConfirmMonths, ContactsMonths: r.ContactsMonths,
	}
	for _, l := range laws {
		t.Laws = append(t.Laws, directory.Law{Text: l.Summary, Paragraph: l.Paragraph, URL: l.URL})
	}
	return t
}

type termRow struct {
	Kind     string `gorm:"primaryKey"`
	Code     string `gorm:"primaryKey"`
	NameNB   string
	NameNN   string
	NameEN   string
	Position int
}

func (termRow) TableName() string { return "terms" }

func newTermRow(t directory.Term) termRow {
	return termRow{string(t.Kind), t.Code, t.Name.NB, t.Name.NN, t.Name.EN, t.Order}
}

func (r termRow) term() directory.Term {
	return directory.Term{
		Kind: directory.TermKind(r.Kind), Code: r.Code,
		Name: directory.Text{NB: r.NameNB, NN: r.NameNN, EN: r.NameEN}, Order: r.Position,
	}
}
