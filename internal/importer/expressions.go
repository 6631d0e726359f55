package importer

import (
	"context"
	"fmt"
	"io/fs"
	"strings"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
)

const expressionsFile = "hverdagsord.csv"

var expressionColumns = []string{"uttrykk", "forer_til", "art"}

func (im *run) expressions(ctx context.Context, fsys fs.FS) error {
	var list []directory.Expression
	faults := len(im.report.Problems)
	im.each(fsys, expressionsFile, expressionColumns, func(row *row) {
		row.required("art")
		e := directory.Expression{
			Text: row.required("uttrykk"),
			Kind: oneOf(row, "art", directory.SituationExpression, directory.DiagnosisExpression, directory.AbbreviationExpression,
				directory.EverydayExpression, directory.NynorskExpression, directory.EnglishExpression, directory.CrisisExpression),
		}
		if e.Text != strings.ToLower(e.Text) {
			row.problem("uttrykk", "want small letters: case is not looked at")
		}
		row.required("forer_til")
		for _, value := range row.list("forer_til") {
			lead, err := directory.ParseLead(value)
			if err != nil {
				row.problem("forer_til", err.Error())
			}
			e.LeadsTo = append(e.LeadsTo, lead)
		}
		if row.once("uttrykk"); row.ok {
			list = append(list, e)
		}
	})
	if len(list) == 0 {
		return nil
	}
	summary, err := im.store.SaveExpressions(ctx, im.actor, list)
	if err != nil {
		return fmt.Errorf("import expressions: %w", err)
	}
	if len(im.report.Problems) > faults {
		summary.Gone = nil
	}
	im.report.Said = summary
	return nil
}
