package directory

import (
	"errors"
	"fmt"
	"strings"
)

// ErrLead: what is written is no Lead.
var ErrLead = errors.New("not where an expression can lead")

// ExpressionKind says why people use an expression.
type ExpressionKind string

const (
	SituationExpression    ExpressionKind = "livssituasjon"
	DiagnosisExpression    ExpressionKind = "diagnose"
	AbbreviationExpression ExpressionKind = "forkortelse"
	EverydayExpression     ExpressionKind = "dagligtale"
	NynorskExpression      ExpressionKind = "nynorsk"
	EnglishExpression      ExpressionKind = "engelsk"
	CrisisExpression       ExpressionKind = "krise" // emergency numbers come first
)

// Expression is something that people say, with what the directory calls the same.
// Source: data/hverdagsord.csv.
type Expression struct {
	Text    string // lower case: "mamma husker ikke"
	LeadsTo []Lead // at least one, the most important first
	Kind    ExpressionKind
}

// Lead is where an expression leads: "tema:demens", "type:lms", "malgruppe:barn", or
// "ord:afasi" for a further word to look for, or "ord:oslo universitetssykehus" for what has both.
type Lead string

// Kinds of leads besides those of TermKind.
const (
	LeadType = "type"
	LeadWord = "ord"
)

// ParseLead returns the lead that s is. It fails with ErrLead for one of no known kind or
// without a code.
func ParseLead(s string) (Lead, error) {
	kind, code, _ := strings.Cut(s, ":")
	switch {
	case code == "":
	case kind == LeadType, kind == LeadWord, kind == string(Topic), kind == string(TargetGroup):
		return Lead(s), nil
	}
	return "", fmt.Errorf("lead %q: want tema:, type:, malgruppe: or ord: with a code: %w", s, ErrLead)
}

// Split returns the lead's kind and code: "tema" and "demens".
func (l Lead) Split() (kind, code string) {
	kind, code, _ = strings.Cut(string(l), ":")
	return kind, code
}
