package site

import (
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

// linkedEvent is a course, or one time that it meets, as schema.org has it. What is not known
// is left out.
type linkedEvent struct {
	Context        string          `json:"@context,omitempty"`
	Type           string          `json:"@type"`
	ID             string          `json:"@id,omitempty"`
	URL            string          `json:"url,omitempty"`
	Name           string          `json:"name"`
	Description    string          `json:"description,omitempty"`
	StartDate      string          `json:"startDate,omitempty"`
	EndDate        string          `json:"endDate,omitempty"`
	Status         string          `json:"eventStatus"`
	AttendanceMode string          `json:"eventAttendanceMode,omitempty"`
	Locations      []linkedPlace   `json:"location,omitempty"`
	Organizer      *linkedProvider `json:"organizer,omitempty"`
	Languages      []string        `json:"inLanguage,omitempty"`
	Free           *bool           `json:"isAccessibleForFree,omitempty"`
	Offer          *linkedOffer    `json:"offers,omitempty"`
	Times          []linkedEvent   `json:"subEvent,omitempty"`
}

type linkedPlace struct {
	Type    string         `json:"@type"` // Place or VirtualLocation
	Name    string         `json:"name,omitempty"`
	Address *linkedAddress `json:"address,omitempty"`
	URL     string         `json:"url,omitempty"`
}

type linkedAddress struct {
	Type       string `json:"@type"`
	Street     string `json:"streetAddress,omitempty"`
	PostalCode string `json:"postalCode,omitempty"`
	Locality   string `json:"addressLocality,omitempty"`
	Country    string `json:"addressCountry"`
}

type linkedOffer struct {
	Type         string `json:"@type"`
	URL          string `json:"url"`
	Availability string `json:"availability,omitempty"`
	Until        string `json:"availabilityEnds,omitempty"`
}

const schemaOrg = "https://schema.org/"

// linkedCourse returns the course with the times that come; with all where none does.
func (w writer) linkedCourse(c search.Course, address string, today time.Time) linkedEvent {
	dates := c.Coming(today)
	if len(dates) == 0 {
		dates = c.Dates
	}
	out := linkedEvent{
		Context: "https://schema.org", Type: "Event", ID: w.base + page.CourseName(c.Course), URL: address,
		Name: c.Title, Description: c.Description, Languages: c.Languages,
		Status:         eventStatus(c.Status == directory.CourseCancelled || allCancelled(dates)),
		AttendanceMode: attendanceModes[c.Format],
		Locations:      w.linkedPlaces(c, address),
		Organizer:      &linkedProvider{Type: "Organization", Name: c.Of.Name, URL: w.base + w.lang.Prefix() + page.OfferingPath(c.Of)},
	}
	if c.Cost.Kind != "" {
		free := c.Cost.Kind == directory.Free
		out.Free = &free
	}
	if len(dates) > 0 {
		out.StartDate, _ = linkedTimes(dates[0])
		if out.EndDate = endOf(dates[len(dates)-1]); out.EndDate == "" && len(dates) > 1 {
			out.EndDate, _ = linkedTimes(dates[len(dates)-1])
		}
	}
	if url := c.SignUp.URL; url != "" {
		out.Offer = &linkedOffer{Type: "Offer", URL: url}
		switch {
		case c.Status == directory.CourseFull:
			out.Offer.Availability = schemaOrg + "SoldOut"
		case c.TakesSignUps(today):
			out.Offer.Availability = schemaOrg + "InStock"
		}
		if c.SignUp.Deadline != nil {
			out.Offer.Until = c.SignUp.Deadline.Format(time.DateOnly)
		}
	}
	if len(dates) > 1 {
		for _, d := range dates {
			one := linkedEvent{Type: "Event", Name: c.Title, Status: eventStatus(c.Status == directory.CourseCancelled || d.Cancelled), Locations: out.Locations}
			one.StartDate, one.EndDate = linkedTimes(d)
			out.Times = append(out.Times, one)
		}
	}
	return out
}

var attendanceModes = map[directory.CourseFormat]string{
	directory.AtPlace: schemaOrg + "OfflineEventAttendanceMode",
	directory.Online:  schemaOrg + "OnlineEventAttendanceMode",
	directory.Hybrid:  schemaOrg + "MixedEventAttendanceMode",
}

func eventStatus(cancelled bool) string {
	if cancelled {
		return schemaOrg + "EventCancelled"
	}
	return schemaOrg + "EventScheduled"
}

func allCancelled(dates []directory.CourseDate) bool {
	for _, d := range dates {
		if !d.Cancelled {
			return false
		}
	}
	return len(dates) > 0
}

func endOf(d directory.CourseDate) string {
	_, end := linkedTimes(d)
	return end
}

// linkedTimes returns when a time begins and ends, as exactly as it is known.
func linkedTimes(d directory.CourseDate) (start, end string) {
	if d.Starts == "" {
		return d.Day.Format(time.DateOnly), ""
	}
	at := func(hhmm string) string {
		var hour, minute int
		if t, err := time.Parse("15:04", hhmm); err == nil {
			hour, minute = t.Hour(), t.Minute()
		} else {
			hour = 24 // "24:00"
		}
		return time.Date(d.Day.Year(), d.Day.Month(), d.Day.Day(), hour, minute, 0, 0, page.Oslo).Format(time.RFC3339)
	}
	if d.Ends != "" {
		end = at(d.Ends)
	}
	return at(d.Starts), end
}

// linkedPlaces returns where one takes part. Of a confidential place nothing is told.
func (w writer) linkedPlaces(c search.Course, address string) []linkedPlace {
	var out []linkedPlace
	if p := c.Place; p != nil && !p.Confidential {
		a := linkedAddress{Type: "PostalAddress", Street: p.Street, PostalCode: string(p.PostalCode), Locality: p.PostalPlace, Country: "NO"}
		if k, ok := w.v.Kommune(p.Kommune); ok && a.Locality == "" {
			a.Locality = k.Name
		}
		out = append(out, linkedPlace{Type: "Place", Name: p.Name, Address: &a})
	}
	if c.Format != directory.AtPlace {
		url := c.SignUp.URL
		if url == "" {
			url = address
		}
		out = append(out, linkedPlace{Type: "VirtualLocation", URL: url})
	}
	return out
}
