package directory

import (
	"regexp"
	"strings"

	"github.com/nasjonal-oversikt/oversikt/internal/region"
)

// codeForm is that of codes of types and terms. The database holds it too.
var codeForm = regexp.MustCompile(`^[a-z_]+$`)

// Validate returns nil, or an Invalid that names each wrong field. It checks form, not
// references.
func (t OfferingType) Validate() error {
	v := Invalid{}
	v.code(t.Code)
	v.required("group", t.Group, 40)
	v.name("name", t.Name.NB)
	v.name("plural", t.Plural.NB)
	v.required("does", t.Does.NB, MaxSummary)
	for field, text := range map[string]Text{"name": t.Name, "plural": t.Plural, "does": t.Does} {
		v.length(field+"_nn", text.NN, MaxSummary)
		v.length(field+"_en", text.EN, MaxSummary)
	}
	v.length("responsible", t.Responsible, MaxName)
	v.length("ask_for", t.AskFor, MaxSummary)
	if t.ConfirmMonths < 0 || t.ConfirmMonths > 36 {
		v.add("confirm_months", MsgFormat)
	}
	if t.ContactsMonths < 0 || t.ContactsMonths > 36 {
		v.add("contacts_months", MsgFormat)
	}
	v.each("words", t.Words)
	v.each("related_words", t.RelatedWords)
	for _, l := range t.Laws {
		v.required("laws", l.Text, MaxSummary)
		v.required("laws", l.Paragraph, MaxName)
		if !strings.HasPrefix(l.URL, "https://lovdata.no/") || !webAddress(l.URL) {
			v.add("laws", MsgFormat)
		}
	}
	return v.orNil()
}

// Validate returns nil, or an Invalid that names each wrong field.
func (t Term) Validate() error {
	v := Invalid{}
	oneOf(v, "kind", t.Kind, TargetGroup, Topic, Format)
	v.code(t.Code)
	v.name("name", t.Name.NB)
	v.length("name_nn", t.Name.NN, MaxName)
	v.length("name_en", t.Name.EN, MaxName)
	return v.orNil()
}

// Validate returns nil, or an Invalid that names each wrong field. It checks form, not
// whether the leads lead to anything.
func (e Expression) Validate() error {
	v := Invalid{}
	v.required("text", e.Text, 100)
	if e.Text != strings.ToLower(e.Text) || e.Text != strings.Join(strings.Fields(e.Text), " ") {
		v.add("text", MsgFormat)
	}
	oneOf(v, "kind", e.Kind, SituationExpression, DiagnosisExpression, AbbreviationExpression, EverydayExpression,
		NynorskExpression, EnglishExpression, CrisisExpression)
	if len(e.LeadsTo) == 0 {
		v.add("leads_to", MsgRequired)
	}
	for _, l := range e.LeadsTo {
		v.length("leads_to", string(l), MaxName)
		if _, err := ParseLead(string(l)); err != nil {
			v.add("leads_to", MsgFormat)
		}
	}
	return v.orNil()
}

// ValidateContact returns nil, or an Invalid that names each wrong field of how a kommune
// is reached.
func ValidateContact(c region.Contact) error {
	v := Invalid{}
	if n, err := ParsePhone(c.Phone); c.Phone != "" && (err != nil || string(n) != c.Phone) {
		v.add("phone", MsgFormat)
	}
	if c.Email != "" && ValidateEmail(c.Email) != nil {
		v.add("email", MsgFormat)
	}
	if c.Phone == "" && c.Email == "" {
		return v.orNil()
	}
	v.required("source", c.Source, 1000)
	v.required("source_date", c.SourceDate, 10)
	if c.SourceDate != "" && !validDate(PartialDate(c.SourceDate)) {
		v.add("source_date", MsgFormat)
	}
	return v.orNil()
}

func (v Invalid) code(code string) {
	v.required("code", code, 40)
	if !codeForm.MatchString(code) {
		v.add("code", MsgFormat)
	}
}

// orNil returns nil when nothing is wrong: an empty Invalid is still an error.
func (v Invalid) orNil() error {
	if len(v) == 0 {
		return nil
	}
	return v
}
