package staff

import (
	"slices"

	"github.com/gofiber/fiber/v2"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
)

// manyLines are the fields that the pages show with several lines.
var manyLines = []string{
	"ingress", "beskrivelse", "for_hvem", "henvisning_tekst", "epost", "nettsted", "klage", "kommuner", "pamelding_tekst", "tekst", "beskjed",
	"does", "does_nn", "does_en", "laws", "words", "related_words", "leads_to",
}

// mendPasted makes of a form what its sender sees of it, before anything reads it.
func mendPasted(c *fiber.Ctx) error {
	type field struct{ name, value string }
	var fields []field
	mended := false
	form := c.Request().PostArgs()
	for name, value := range form.All() {
		f := field{string(name), string(value)}
		mend := directory.PastedLine
		if slices.Contains(manyLines, f.name) {
			mend = directory.Pasted
		}
		f.value = mend(f.value)
		mended = mended || f.value != string(value)
		fields = append(fields, f)
	}
	if mended {
		form.Reset()
		for _, f := range fields {
			form.Add(f.name, f.value)
		}
	}
	return c.Next()
}
