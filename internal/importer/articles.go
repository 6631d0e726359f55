package importer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/nasjonal-oversikt/oversikt/internal/article"
)

// articles reads every Markdown file below artikler/.
func (im *run) articles(ctx context.Context, fsys fs.FS) error {
	files, err := fs.Glob(fsys, articlesDir+"/*/*.md")
	if err != nil {
		return fmt.Errorf("import articles: %w", err)
	}
	// A translation is stored after its bokmål.
	slices.SortStableFunc(files, func(a, b string) int { return cmp.Compare(translated(a), translated(b)) })
	for i, file := range files {
		source, err := fs.ReadFile(fsys, file)
		if err != nil {
			return fmt.Errorf("import articles: %w", err)
		}
		a, err := article.Parse(strings.TrimPrefix(file, articlesDir+"/"), source)
		if err != nil {
			im.report.Problems = append(im.report.Problems, Problem{File: articlesDir, Message: err.Error()})
			continue
		}
		result, err := im.store.SaveArticle(ctx, im.actor, "", a.Key(), string(source))
		if p, ok := errors.AsType[article.Problem](err); ok { // a translation of what is not there
			im.report.Problems = append(im.report.Problems, Problem{File: articlesDir, Message: p.Error()})
			continue
		}
		if err != nil {
			return fmt.Errorf("import %s: %w", file, err)
		}
		im.count(result)
		im.report.Read[path.Join(articlesDir, a.Section)]++
		im.progress("articles", i+1, len(files))
	}
	if len(files) == 0 {
		return nil
	}
	return im.store.CheckArticles(ctx)
}

// translated returns 1 for the file of a translation and 0 for one in bokmål.
func translated(file string) int { return min(strings.Count(path.Base(file), ".")-1, 1) }

// Single returns a file system that holds one file of fsys alone, so that it can be
// imported by itself. It returns an error that says which names are known when the name
// is none of them.
func Single(fsys fs.FS, name string) (fs.FS, error) {
	switch name {
	case "fylker.csv", "kommuner.csv", "kommune-kontakt.csv", "kommune-endringer.csv", "postnummer.csv", "steder.csv",
		typesFile, termsFile, expressionsFile, offeringsFile:
		return onlyFile{fsys, name}, nil
	}
	return nil, errors.New("not a file that can be imported by itself: want fylker.csv, kommuner.csv, kommune-kontakt.csv, " +
		"kommune-endringer.csv, postnummer.csv, steder.csv, typer.yaml, begreper.yaml, hverdagsord.csv or tilbud.csv, or a folder with these")
}

// onlyFile shows one file of a file system and hides the others.
type onlyFile struct {
	fs.FS
	name string
}

func (o onlyFile) Open(name string) (fs.File, error) {
	if name != o.name {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return o.FS.Open(name)
}
