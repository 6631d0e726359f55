package view

import (
	"strconv"
	"strings"

	"github.com/a-h/templ"
)

// fieldAttributes are those of an input that depend on the field.
func fieldAttributes(f FormField) templ.Attributes {
	a := describedBy(f)
	complete := f.Complete
	if complete == "" {
		complete = "off"
	}
	a["autocomplete"] = complete
	if f.Rows == 0 {
		a["type"] = "text"
		if f.Type != "" {
			a["type"] = f.Type
		}
	}
	if f.Max > 0 {
		a["maxlength"] = strconv.Itoa(f.Max)
	}
	if f.Required {
		a["required"] = true
	}
	return a
}

// describedBy ties help and error to the field for screen readers.
func describedBy(f FormField) templ.Attributes {
	var ids []string
	if f.Help != "" {
		ids = append(ids, f.Name+"-hjelp")
	}
	a := templ.Attributes{}
	if f.Error != "" {
		ids = append(ids, f.Name+"-feil")
		a["aria-invalid"] = "true"
	}
	if len(ids) > 0 {
		a["aria-describedby"] = strings.Join(ids, " ")
	}
	return a
}

func anyWrong(fields []FormField) bool {
	for _, f := range fields {
		if f.Error != "" {
			return true
		}
	}
	return false
}

// hiddenRows says how many rows of a plan are not shown.
func hiddenRows(n int) string {
	if n == 1 {
		return "1 rad til"
	}
	return strconv.Itoa(n) + " rader til"
}

func count(n int) string { return strconv.Itoa(n) }

// dangerColor is the colour of a button that takes something away.
func dangerColor(danger bool) string {
	if danger {
		return "danger"
	}
	return "accent"
}

// addVariant makes adding the main thing to do where there is nothing yet.
func addVariant(p WorkplacePage) string {
	if len(p.Offerings) == 0 {
		return "primary"
	}
	return "secondary"
}
