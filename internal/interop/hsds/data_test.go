package hsds

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

// index returns a small directory: real kommuner, and offerings that anyone can see are made up.
func index(t testing.TB) *search.Index {
	t.Helper()
	x, err := search.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := x.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := x.Apply(search.Batch{Put: documents()}); err != nil {
		t.Fatal(err)
	}
	return x
}

func documents() []search.Document {
	text := func(s string) directory.Text { return directory.Text{NB: s, NN: s + " (nn)", EN: s + " (en)"} }
	kommune := func(number region.Number, name, fylke string, lat, lon float64) search.Document {
		return search.KommuneDocument(region.Kommune{
			Number: number, Name: name, OfficialName: name, FylkeName: fylke, Population: 1000, PopulationYear: 2024,
			Position: region.Position{Lat: lat, Lon: lon}, Website: "www." + region.Slug(name) + ".example.org", OrgNumber: "000000000",
			Contact: region.Contact{Phone: "+4700000009", Email: "post@example.org", Confirmed: number == "0301"},
		}, nil)
	}
	docs := []search.Document{
		search.FylkeDocument(region.Fylke{Number: "03", Name: "Oslo", OfficialName: "Oslo"}),
		search.FylkeDocument(region.Fylke{Number: "32", Name: "Akershus", OfficialName: "Akershus"}),
		kommune("0301", "Oslo", "Oslo", 59.91, 10.75),
		kommune("3205", "Lillestrøm", "Akershus", 59.96, 11.05),
		search.PostalCodeDocument(region.PostalCode{Code: "0155", Place: "OSLO", Kommune: "0301", Category: "G"}),
		search.PostalCodeDocument(region.PostalCode{Code: "2000", Place: "LILLESTRØM", Kommune: "3205", Category: "G"}),
		search.PostalCodeDocument(region.PostalCode{Code: "9170", Place: "LONGYEARBYEN", Category: "B"}),
		search.GroupDocument(directory.TypeGroup{Code: "snakk", Name: text("Snakk med noen"), Order: 1}),
		search.TypeDocument(directory.OfferingType{Code: "hjelpetelefon", Group: "snakk", Name: text("Hjelpetelefon"), Plural: text("Hjelpetelefoner"), Does: text("Noen lytter."), Order: 1}),
		search.TypeDocument(directory.OfferingType{Code: "ppt", Group: "snakk", Name: text("PPT"), Plural: text("PPT"), Does: text("Hjelper barn i skolen."), Order: 2}),
		search.TermDocument(directory.Term{Kind: directory.TargetGroup, Code: "barn", Name: text("Barn"), Order: 1}),
		search.TermDocument(directory.Term{Kind: directory.Topic, Code: "rus", Name: text("Rus"), Order: 1}),
		search.TermDocument(directory.Term{Kind: directory.Format, Code: "samtale", Name: text("Samtale"), Order: 1}),
	}
	for _, o := range offerings() {
		docs = append(docs, search.OfferingDocument(o))
	}
	for _, c := range testCourses() {
		docs = append(docs, search.CourseDocument(c))
	}
	return docs
}

func named5(s string) uuid.UUID { return uuid.NewSHA1(uuid.Nil, []byte(s)) }

func offerings() []directory.Offering {
	changed := time.Date(2026, 11, 20, 8, 0, 0, 123e6, time.UTC)
	confirmed, opens := changed.Add(-48*time.Hour), time.Date(2027, 4, 5, 0, 0, 0, 0, time.UTC)
	base := func(id int64, typ, name string, c directory.Coverage) directory.Offering {
		return directory.Offering{
			ID: id, UUID: named5(name), Key: "test/" + region.Slug(name), Type: typ, Name: name, Coverage: c,
			Source:     directory.Source{Title: "Testkilde", Date: "2026-04"},
			Confidence: directory.High, Status: directory.Published, ChangedAt: changed, Version: 1,
		}
	}
	full := base(1, "ppt", "Prøvetilbud med alt", directory.Coverage{Kommuner: []region.Number{"0301", "3205"}, Bydel: "Prøvebydelen"})
	full.Organization = directory.Organization{ID: 7, UUID: named5("org7"), Name: "Prøveforeningen", Kind: directory.KindAssociation, OrgNumber: "000000000", Website: "https://org.example.org/"}
	full.Summary, full.Description, full.Audience = "En setning.", "Et avsnitt.\n\nEt til.", "alle som er med på prøven"
	full.Keywords = []string{"prøveord", "et ord til"}
	full.TargetGroups, full.Topics, full.Formats = []string{"barn"}, []string{"rus", "ukjent"}, []string{"samtale"}
	full.Locations = []directory.Location{
		{Name: "Hemmelig adresse", Street: "Skjult vei 1", PostalCode: "2000", PostalPlace: "Lillestrøm", Kommune: "3205", Position: &region.Position{Lat: 59.5, Lon: 11.5}, Confidential: true},
		{Name: "Prøvehuset", Street: "Prøveveien 1", PostalCode: "0155", PostalPlace: "Oslo", Kommune: "0301", Position: &region.Position{Lat: 59.92, Lon: 10.76}},
		{PostalPlace: "Strømmen", Kommune: "3205"},
	}
	full.Phones = []directory.Phone{
		{Number: "+4700000002", Purpose: directory.PurposeSwitchboard, Hours: "hverdager 9–15"},
		{Number: "116123", Purpose: directory.PurposeHelpline}, {Number: "+4700000004", Purpose: directory.PurposeText},
	}
	full.Emails, full.Websites = []string{"a@example.org", "b@example.org"}, []string{"https://example.org/", "https://www.example.com/mer"}
	full.OpeningText = "Hverdager 9–15"
	from := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	full.Schedules = []directory.Schedule{
		{Weekday: time.Sunday, Opens: "09:00", Closes: "15:00"}, {Weekday: time.Monday, Opens: "09:00", Closes: "15:00"},
		{Weekday: time.Friday, Opens: "00:00", Closes: "24:00", ValidFrom: &from},
	}
	full.Exceptions = []directory.ScheduleException{{Date: opens, Closed: true, Note: "Prøvedag"}, {Date: opens.AddDate(0, 0, 1), Opens: "10:00", Closes: "12:00"}}
	full.Languages, full.Accessibility = []string{"nb", "se"}, []directory.Accessibility{directory.WheelchairAccess}
	full.Cost, full.Referral = directory.Cost{Kind: directory.Free, Text: "Også for dem som hører på."}, directory.Referral{Kind: directory.ContactYourself, Text: "Ring."}
	full.Complaint = "Send klagen til prøvenemnda."
	full.Source = directory.Source{Title: "Prøvekilde", URL: "https://example.org/kilde", Date: "2026-04-07"}
	full.ConfirmedAt, full.ContactsConfirmedAt = &confirmed, &changed

	bare := base(2, "ppt", "Prøvetilbud uten noe", directory.Coverage{Kommuner: []region.Number{"0301"}})
	line := base(3, "hjelpetelefon", "Prøvetelefon for hele landet", directory.Coverage{National: true})
	line.Organization = directory.Organization{ID: 8, UUID: named5("org8"), Name: "Oslo kommune", Kommune: "0301"}
	line.ChangedAt = changed.AddDate(0, 1, 0)
	closed := base(4, "hjelpetelefon", "Prøvetilbud som er stengt", directory.Coverage{Fylker: []region.FylkeNumber{"32"}})
	closed.Organization = line.Organization
	closed.Status, closed.ClosedUntil = directory.Closed, &opens
	closed.Referral.Kind, closed.Cost.Kind = directory.BeReferred, directory.Paid
	closed.Locations = []directory.Location{{Street: "Prøvegata 2", PostalCode: "2000", PostalPlace: "Lillestrøm"}, {Name: "Hemmelig hus", Kommune: "3205", Confidential: true}}
	return []directory.Offering{full, bare, line, closed}
}

func testCourses() []directory.Course {
	day := func(month time.Month, d int) time.Time { return time.Date(2027, month, d, 0, 0, 0, 0, time.UTC) }
	course := func(id int64, title string, dates ...directory.CourseDate) directory.Course {
		return directory.Course{ID: id, UUID: named5(title), Offering: 1, Title: title, Format: directory.AtPlace, Dates: dates, Status: directory.CourseOpen, Version: 1,
			Place: &directory.Location{Name: "Hemmelig kurssted", Kommune: "0301", Confidential: true}}
	}
	full := course(3, "Fullt prøvekurs", directory.CourseDate{Day: day(4, 1), Starts: "18:00", Ends: "20:00"})
	full.Status = directory.CourseFull
	return []directory.Course{
		course(1, "Prøvekurs som er over", directory.CourseDate{Day: day(2, 1), Starts: "18:00"}),
		course(2, "Prøvekurs", directory.CourseDate{Day: day(2, 22), Starts: "18:00", Ends: "20:00"}, directory.CourseDate{Day: day(3, 8), Starts: "18:00", Ends: "20:00"},
			directory.CourseDate{Day: day(3, 15), Starts: "18:00", Cancelled: true, Note: "Påske"}),
		full,
	}
}
