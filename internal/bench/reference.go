package main

import (
	"context"
	"fmt"

	"github.com/nasjonal-oversikt/oversikt/data"
	"github.com/nasjonal-oversikt/oversikt/internal/article"
	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/importer"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

// reference is the real part of what is measured: regions, places, types, terms, everyday
// words and articles, read by way of the store as the program does.
type reference struct {
	documents []search.Document // all of it, as an index holds it

	fylker     []region.Fylke
	kommuner   []region.Kommune
	kommunerOf map[region.FylkeNumber][]region.Number
	nameOf     map[region.Number]string
	codes      []region.PostalCode // those with a kommune
	codesOf    map[region.Number][]region.PostalCode
	places     []region.Place
	formers    []region.Former
	types      []directory.OfferingType
	terms      map[directory.TermKind][]string
	articles   []string // their paths
}

// importReference makes the schema, reads the files that ship, and returns them.
func importReference(ctx context.Context, url string) (*reference, error) {
	st, err := store.Open(ctx, store.Options{URL: url})
	if err != nil {
		return nil, err
	}
	defer st.Close()
	if _, err := st.Migrate(ctx); err != nil {
		return nil, err
	}
	actor := auth.Actor{Kind: auth.Import, Name: "bench", Reviewed: true}
	if _, err := importer.Import(ctx, st, data.FS, actor, func(string, int, int) {}); err != nil {
		return nil, err
	}
	return readReference(ctx, st)
}

// openReference returns what importReference put in the database.
func openReference(ctx context.Context, url string) (*reference, error) {
	st, err := store.Open(ctx, store.Options{URL: url})
	if err != nil {
		return nil, err
	}
	defer st.Close()
	return readReference(ctx, st)
}

func readReference(ctx context.Context, st *store.Store) (*reference, error) {
	r := &reference{
		kommunerOf: map[region.FylkeNumber][]region.Number{},
		nameOf:     map[region.Number]string{},
		codesOf:    map[region.Number][]region.PostalCode{},
		terms:      map[directory.TermKind][]string{},
	}
	for _, step := range []func(context.Context, *store.Store) error{r.readRegions, r.readPlaces, r.readVocabulary} {
		if err := step(ctx, st); err != nil {
			return nil, fmt.Errorf("read the data that ships: %w", err)
		}
	}
	return r, nil
}

func (r *reference) put(d search.Document) { r.documents = append(r.documents, d) }

func (r *reference) readRegions(ctx context.Context, st *store.Store) (err error) {
	if r.fylker, err = st.Fylker(ctx); err != nil {
		return err
	}
	if r.kommuner, err = st.Kommuner(ctx); err != nil {
		return err
	}
	if r.formers, err = st.FormerKommuner(ctx); err != nil {
		return err
	}
	into := map[region.Number][]region.Former{}
	for _, f := range r.formers {
		into[f.Present] = append(into[f.Present], f)
	}
	for _, f := range r.fylker {
		r.put(search.FylkeDocument(f))
	}
	for _, k := range r.kommuner {
		r.kommunerOf[k.Number.Fylke()] = append(r.kommunerOf[k.Number.Fylke()], k.Number)
		r.nameOf[k.Number] = k.Name
		r.put(search.KommuneDocument(k, into[k.Number]))
	}
	return nil
}

func (r *reference) readPlaces(ctx context.Context, st *store.Store) (err error) {
	if r.places, err = st.Places(ctx); err != nil {
		return err
	}
	for _, p := range r.places {
		r.put(search.PlaceDocument(p))
	}
	codes, err := st.PostalCodes(ctx)
	if err != nil {
		return err
	}
	for _, c := range codes {
		r.put(search.PostalCodeDocument(c))
		if c.Kommune != "" {
			r.codes = append(r.codes, c)
			r.codesOf[c.Kommune] = append(r.codesOf[c.Kommune], c)
		}
	}
	return nil
}

func (r *reference) readVocabulary(ctx context.Context, st *store.Store) (err error) {
	groups, err := st.TypeGroups(ctx)
	if err != nil {
		return err
	}
	for _, g := range groups {
		r.put(search.GroupDocument(g))
	}
	if r.types, err = st.OfferingTypes(ctx); err != nil {
		return err
	}
	for _, t := range r.types {
		r.put(search.TypeDocument(t))
	}
	terms, err := st.Terms(ctx)
	if err != nil {
		return err
	}
	for _, t := range terms {
		r.terms[t.Kind] = append(r.terms[t.Kind], t.Code)
		r.put(search.TermDocument(t))
	}
	expressions, err := st.Expressions(ctx)
	if err != nil {
		return err
	}
	for _, e := range expressions {
		r.put(search.ExpressionDocument(e))
	}
	articles, err := st.Articles(ctx)
	if err != nil {
		return err
	}
	for _, a := range articles {
		r.put(search.ArticleDocument(a))
		if a.Language == article.Bokmal {
			r.articles = append(r.articles, a.Path())
		}
	}
	return nil
}
