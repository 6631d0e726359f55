package diff

import (
	"strings"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
)

// courseWords are what only courses have, in words.
var courseWords = map[string]string{
	string(directory.CourseDraft): "Utkast", string(directory.CourseOpen): "Åpent", string(directory.CourseFull): "Fullt",
	string(directory.CourseCancelled): "Avlyst", string(directory.CourseDeleted): "Slettet",
	string(directory.AtPlace): "På et sted", string(directory.Online): "Digitalt", string(directory.Hybrid): "På et sted og digitalt",
	string(directory.SignUpNeeded): "Man må melde seg på", string(directory.JustCome): "Det er bare å komme",
}

func courseWord[T ~string](v T) string {
	if s := courseWords[string(v)]; s != "" {
		return s
	}
	return string(v)
}

// CourseFields returns all that the course says, as Fields does of an offering.
func CourseFields(c directory.Course, n Names) []Field {
	place, deadline := "", ""
	if c.Place != nil {
		place = located(*c.Place, n)
	}
	if d := c.SignUp.Deadline; d != nil {
		deadline = d.Format("2006-01-02")
	}
	return []Field{
		{"title", "Navn", c.Title},
		{"status", "Status", courseWord(c.Status)},
		{"description", "Om kurset", c.Description},
		{"audience", "Hvem det passer for", c.Audience},
		{"dates", "Datoer", listed(c.Dates, courseDate)},
		{"format", "Sted eller digitalt", courseWord(c.Format)},
		{"place", "Adresse", place},
		{"cost", "Hva det koster", joined("\n", inWords(c.Cost.Kind), c.Cost.Text)},
		{"sign_up", "Påmelding", joined("\n", courseWord(c.SignUp.Kind), c.SignUp.Text)},
		{"sign_up_url", "Lenke til påmelding", c.SignUp.URL},
		{"sign_up_email", "E-post for påmelding", c.SignUp.Email},
		{"sign_up_phone", "Telefon for påmelding", c.SignUp.Phone.String()},
		{"sign_up_deadline", "Siste dag for påmelding", deadline},
		{"target_groups", "Målgrupper", n.terms(directory.TargetGroup, c.TargetGroups)},
		{"topics", "Temaer", n.terms(directory.Topic, c.Topics)},
		{"languages", "Språk", strings.Join(c.Languages, "\n")},
	}
}

func courseDate(d directory.CourseDate) string {
	hours := d.Starts
	if d.Ends != "" {
		hours += "–" + d.Ends
	}
	text := joined(" ", weekdays[d.Day.Weekday()], d.Day.Format("2006-01-02"), hours)
	if d.Cancelled {
		text += ", avlyst"
	}
	return joined(": ", text, d.Note)
}

// Courses returns the fields that the two differ in.
func Courses(before, after directory.Course, n Names) []Change {
	return changed(CourseFields(before, n), CourseFields(after, n))
}
