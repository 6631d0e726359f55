package importer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
)

// words is the same text in the three languages, as the YAML files write it.
type words struct {
	NB string `yaml:"nb"`
	NN string `yaml:"nn"`
	EN string `yaml:"en"`
}

func (w words) text() directory.Text { return directory.Text(w) }

// typesYAML is typer.yaml.
type typesYAML struct {
	Groups []struct {
		Code string `yaml:"kode"`
		Name words  `yaml:"navn"`
	} `yaml:"grupper"`
	Types []struct {
		Code   string `yaml:"kode"`
		Group  string `yaml:"gruppe"`
		Name   words  `yaml:"navn"`
		Plural words  `yaml:"navn_flertall"`
		Does   words  `yaml:"gjor"`
		Laws   []struct {
			Text      string `yaml:"tekst"`
			Paragraph string `yaml:"paragraf"`
			URL       string `yaml:"url"`
		} `yaml:"lov"`
		EveryKommune bool     `yaml:"alle_kommuner"`
		Responsible  string   `yaml:"ansvar"`
		AskFor       string   `yaml:"spor_etter"`
		Alternatives []string `yaml:"ellers"`
		Words        []string `yaml:"andre_ord"`
		RelatedWords []string `yaml:"beslektede_ord"`
		Order        int      `yaml:"orden"`
	} `yaml:"typer"`
}

// termYAML is one entry of a vocabulary in begreper.yaml.
type termYAML struct {
	Code string `yaml:"kode"`
	Name words  `yaml:"navn"`
}

// termsYAML is begreper.yaml. Vocabularies whose codes stand in Go (price, referral,
// languages) are in the file for its readers and are not stored.
type termsYAML struct {
	TargetGroups []termYAML `yaml:"malgrupper"`
	Topics       []termYAML `yaml:"tema"`
	Formats      []termYAML `yaml:"former"`
}

// readYAML decodes the file into v and reports whether it was there. A file that cannot
// be decoded, or has keys that v does not know when strict, is a Problem.
func (im *run) readYAML(fsys fs.FS, file string, strict bool, v any) bool {
	raw, err := fs.ReadFile(fsys, file)
	if errors.Is(err, fs.ErrNotExist) {
		return false
	}
	if err == nil {
		decoder := yaml.NewDecoder(bytes.NewReader(raw))
		decoder.KnownFields(strict)
		err = decoder.Decode(v)
	}
	if err != nil {
		im.report.Problems = append(im.report.Problems, Problem{File: file, Message: err.Error()})
		return false
	}
	return true
}

func (im *run) vocabulary(ctx context.Context, fsys fs.FS) error {
	var types typesYAML
	var vocabulary termsYAML
	haveTypes := im.readYAML(fsys, typesFile, true, &types)
	haveTerms := im.readYAML(fsys, termsFile, false, &vocabulary)
	if !haveTypes && !haveTerms {
		return nil
	}
	// What a file held before its fault is no list.
	if !haveTypes {
		types = typesYAML{}
	}
	if !haveTerms {
		vocabulary = termsYAML{}
	}
	groups, offeringTypes, terms := types.groups(), types.types(), vocabulary.terms()
	if !im.wholeVocabulary(groups, offeringTypes, terms) {
		return nil
	}
	im.report.Read[typesFile], im.report.Read[termsFile] = len(offeringTypes), len(terms)
	summary, err := im.store.SaveVocabulary(ctx, im.actor, groups, offeringTypes, terms)
	if err != nil {
		return fmt.Errorf("import vocabulary: %w", err)
	}
	im.report.Words = summary
	return nil
}

// wholeVocabulary reports whether everything in the vocabulary can be stored. It belongs
// together, so that nothing of it is stored when something cannot be; what is wrong becomes
// a Problem.
func (im *run) wholeVocabulary(groups []directory.TypeGroup, types []directory.OfferingType, terms []directory.Term) bool {
	before := len(im.report.Problems)
	wrong := func(file, format string, args ...any) {
		im.report.Problems = append(im.report.Problems, Problem{File: file, Message: fmt.Sprintf(format, args...)})
	}
	known := map[string]bool{}
	for _, g := range groups {
		known[g.Code] = true
		if !codeShape.pattern.MatchString(g.Code) || g.Name.NB == "" {
			wrong(typesFile, "gruppe %q: want a kode of %s, and a navn in nb", g.Code, codeShape.want)
		}
	}
	for _, t := range types {
		if !codeShape.pattern.MatchString(t.Code) || t.Name.NB == "" || t.Plural.NB == "" || t.Does.NB == "" {
			wrong(typesFile, "type %q: want a kode of %s, and navn, navn_flertall and gjor in nb", t.Code, codeShape.want)
		}
		if !known[t.Group] {
			wrong(typesFile, "type %q: gruppe %q is none of the grupper", t.Code, t.Group)
		}
		for _, l := range t.Laws {
			if l.Text == "" || l.Paragraph == "" || !strings.HasPrefix(l.URL, "https://lovdata.no/") {
				wrong(typesFile, "type %q: a law needs tekst, paragraf and an url on https://lovdata.no/", t.Code)
			}
		}
	}
	for _, t := range terms {
		if !codeShape.pattern.MatchString(t.Code) || t.Name.NB == "" {
			wrong(termsFile, "%s %q: want a kode of %s, and a navn in nb", t.Kind, t.Code, codeShape.want)
		}
	}
	return len(im.report.Problems) == before
}

var codeShape = shape{regexp.MustCompile(`^[a-z_]+$`), "small letters and _"}

func (y typesYAML) groups() []directory.TypeGroup {
	var groups []directory.TypeGroup
	for i, g := range y.Groups {
		groups = append(groups, directory.TypeGroup{Code: g.Code, Name: g.Name.text(), Order: i + 1})
	}
	return groups
}

func (y typesYAML) types() []directory.OfferingType {
	var types []directory.OfferingType
	for _, t := range y.Types {
		o := directory.OfferingType{
			Code: t.Code, Group: t.Group,
			Name: t.Name.text(), Plural: t.Plural.text(), Does: t.Does.text(),
			EveryKommune: t.EveryKommune, Responsible: t.Responsible, AskFor: t.AskFor,
			Alternatives: t.Alternatives, Words: t.Words, RelatedWords: t.RelatedWords,
			Order: t.Order,
		}
		for _, l := range t.Laws {
			o.Laws = append(o.Laws, directory.Law(l))
		}
		types = append(types, o)
	}
	return types
}

func (y termsYAML) terms() []directory.Term {
	var terms []directory.Term
	add := func(kind directory.TermKind, entries []termYAML) {
		for i, e := range entries {
			terms = append(terms, directory.Term{Kind: kind, Code: e.Code, Name: e.Name.text(), Order: i + 1})
		}
	}
	add(directory.TargetGroup, y.TargetGroups)
	add(directory.Topic, y.Topics)
	add(directory.Format, y.Formats)
	return terms
}
