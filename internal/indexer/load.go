package indexer

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/nasjonal-oversikt/oversikt/internal/article"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

// loader collects documents into a batch.
type loader struct {
	ctx   context.Context
	store *store.Store
	batch search.Batch

	// Lists that are loaded whole, once for all changes to them.
	loadedVocabulary bool
}

// load returns the things that the changes name as they are now: gone or not public
// means delete.
func load(ctx context.Context, st *store.Store, changes []store.Change) (search.Batch, error) {
	l := &loader{ctx: ctx, store: st}
	last := map[string]store.Change{}
	for _, c := range changes {
		last[string(c.Kind)+"/"+c.Ref] = c
	}
	var offerings []int64
	for _, c := range changes {
		key := string(c.Kind) + "/" + c.Ref
		if last[key] != c {
			continue
		}
		if c.Kind == store.KindOffering {
			id, err := strconv.ParseInt(c.Ref, 10, 64)
			if err != nil {
				return l.batch, fmt.Errorf("change of offering %q: %w", c.Ref, err)
			}
			offerings = append(offerings, id)
			continue
		}
		if err := l.other(c); err != nil {
			return l.batch, fmt.Errorf("load %s: %w", key, err)
		}
	}
	if err := l.offerings(offerings); err != nil {
		return l.batch, err
	}
	return l.batch, l.mark(slices.Collect(maps.Values(last)))
}

// mark gives the batch's documents the last change of each thing, and adds a document for
// each thing that is gone.
func (l *loader) mark(last []store.Change) error {
	put := map[string]int{}
	for i, d := range l.batch.Put {
		put[d.ID] = i
	}
	gone := map[store.Kind][]store.Change{}
	for _, c := range last {
		id, told := documentOf(c)
		if !told {
			continue
		}
		if i, ok := put[id]; ok {
			l.batch.Put[i] = l.batch.Put[i].Marked(markOf(c))
			l.batch.Delete = append(l.batch.Delete, search.GoneID(id))
			continue
		}
		gone[c.Kind] = append(gone[c.Kind], c)
	}
	for kind, changes := range gone {
		refs := make([]string, len(changes))
		for i, c := range changes {
			refs[i] = c.Ref
		}
		uuids, err := l.store.UUIDs(l.ctx, kind, refs)
		if err != nil {
			return err
		}
		for _, c := range changes {
			id, _ := documentOf(c)
			l.put(search.GoneDocument(id, search.Gone{UUID: uuids[c.Ref]}).Marked(markOf(c)))
		}
	}
	return nil
}

func markOf(c store.Change) search.Mark {
	return search.Mark{Cursor: search.Cursor(c.Cursor), At: c.At}
}

// documentOf returns the id of the document of the changed thing, false for what those who
// keep a copy are not told of.
func documentOf(c store.Change) (string, bool) {
	if !slices.Contains(store.Told, c.Kind) {
		return "", false
	}
	if c.Kind == store.KindArticle {
		return search.ArticleID(article.ParseRef(c.Ref)), true
	}
	return string(c.Kind) + "/" + c.Ref, true // the same words on both sides
}

func (l *loader) offerings(ids []int64) error {
	if len(ids) == 0 {
		return nil
	}
	found, err := l.store.OfferingsByID(l.ctx, ids)
	if err != nil {
		return err
	}
	public := map[int64]bool{}
	for _, o := range found {
		if o.Public() {
			public[o.ID] = true
			l.put(search.OfferingDocument(o))
		}
	}
	for _, id := range ids {
		if !public[id] {
			l.batch.Delete = append(l.batch.Delete, search.OfferingID(id))
		}
	}
	return nil
}

func (l *loader) put(d search.Document) { l.batch.Put = append(l.batch.Put, d) }

// found puts the document, or deletes the id when the thing is not there any more.
func (l *loader) found(d func() search.Document, id string, err error) error {
	if errors.Is(err, store.ErrNotFound) {
		l.batch.Delete = append(l.batch.Delete, id)
		return nil
	}
	if err != nil {
		return err
	}
	l.put(d())
	return nil
}

// other loads one thing that is no offering.
func (l *loader) other(c store.Change) error {
	switch c.Kind {
	case store.KindKommune:
		return l.kommune(region.Number(c.Ref))
	case store.KindFylke:
		f, err := l.store.FylkeByNumber(l.ctx, region.FylkeNumber(c.Ref))
		return l.found(func() search.Document { return search.FylkeDocument(f) }, search.FylkeID(region.FylkeNumber(c.Ref)), err)
	case store.KindOutline:
		o, err := l.store.OutlineByKommune(l.ctx, region.Number(c.Ref))
		return l.found(func() search.Document { return search.OutlineDocument(o) }, search.OutlineID(region.Number(c.Ref)), err)
	case store.KindCourse:
		return l.course(c.Ref)
	case store.KindArticle:
		key := article.ParseRef(c.Ref)
		a, err := l.store.ArticleByKey(l.ctx, key)
		return l.found(func() search.Document { return search.ArticleDocument(a) }, search.ArticleID(key), err)
	case store.KindType:
		t, err := l.store.OfferingTypeByCode(l.ctx, c.Ref)
		return l.found(func() search.Document { return search.TypeDocument(t) }, search.TypeID(c.Ref), err)
	case store.KindGroup, store.KindTerm:
		return l.once(&l.loadedVocabulary, l.vocabulary)
	case store.KindExpression:
		e, err := l.store.ExpressionByText(l.ctx, c.Ref)
		return l.found(func() search.Document { return search.ExpressionDocument(e) }, search.ExpressionID(c.Ref), err)
	case store.KindMonth:
		m, err := l.store.Month(l.ctx, c.Ref)
		return l.found(func() search.Document { return search.MonthDocument(m) }, search.MonthID(c.Ref), err)
	case store.KindPlace:
		return l.place(c.Ref)
	default:
		return fmt.Errorf("kind %q is not known", c.Kind)
	}
}

func (l *loader) kommune(n region.Number) error {
	k, err := l.store.KommuneByNumber(l.ctx, n)
	if err != nil {
		return l.found(nil, search.KommuneID(n), err)
	}
	formers, err := l.store.FormersOf(l.ctx, n)
	if err != nil {
		return err
	}
	l.put(search.KommuneDocument(k, formers))
	return nil
}

func (l *loader) course(ref string) error {
	id, err := strconv.ParseInt(ref, 10, 64)
	if err != nil {
		return fmt.Errorf("course %q: %w", ref, err)
	}
	c, err := l.store.CourseByID(l.ctx, id)
	if err == nil && !c.Public() {
		err = store.ErrNotFound
	}
	return l.found(func() search.Document { return search.CourseDocument(c) }, search.CourseID(id), err)
}

func (l *loader) place(ref string) error {
	kind, key, _ := strings.Cut(ref, "/")
	if kind == "postnummer" {
		p, err := l.store.PostalCodeByCode(l.ctx, key)
		return l.found(func() search.Document { return search.PostalCodeDocument(p) }, search.PostalCodeID(key), err)
	}
	id, err := strconv.ParseInt(key, 10, 64)
	if err != nil {
		return fmt.Errorf("place %q: %w", ref, err)
	}
	p, err := l.store.PlaceByID(l.ctx, id)
	return l.found(func() search.Document { return search.PlaceDocument(p) }, search.PlaceID(id), err)
}

// once runs load unless it was run for an earlier change of the same batch.
func (l *loader) once(loaded *bool, load func() error) error {
	if *loaded {
		return nil
	}
	*loaded = true
	return load()
}

func (l *loader) expressions() error {
	list, err := l.store.Expressions(l.ctx)
	if err != nil {
		return err
	}
	for _, e := range list {
		l.put(search.ExpressionDocument(e))
	}
	return nil
}

// vocabulary loads groups and terms whole: they are few.
func (l *loader) vocabulary() error {
	groups, err := l.store.TypeGroups(l.ctx)
	if err != nil {
		return err
	}
	for _, g := range groups {
		l.put(search.GroupDocument(g))
	}
	terms, err := l.store.Terms(l.ctx)
	if err != nil {
		return err
	}
	for _, t := range terms {
		l.put(search.TermDocument(t))
	}
	return nil
}

// loadAll returns a batch of all that readers may see, with the last change of each up to
// head, and of what they were shown once.
func loadAll(ctx context.Context, st *store.Store, head store.Cursor) (search.Batch, error) {
	l := &loader{ctx: ctx, store: st}
	for _, step := range []func() error{l.regions, l.outlines, l.places, l.vocabulary, l.expressions, l.types, l.articles, l.courses, l.months} {
		if err := step(); err != nil {
			return l.batch, err
		}
	}
	err := st.EachPublicOffering(ctx, func(batch []directory.Offering) error {
		for _, o := range batch {
			l.put(search.OfferingDocument(o))
		}
		return nil
	})
	if err != nil {
		return l.batch, err
	}
	last, err := st.LastChanges(ctx, head)
	if err != nil {
		return l.batch, err
	}
	err = l.mark(last)
	l.batch.Delete = nil // nothing is there yet
	return l.batch, err
}

func (l *loader) regions() error {
	fylker, err := l.store.Fylker(l.ctx)
	if err != nil {
		return err
	}
	for _, f := range fylker {
		l.put(search.FylkeDocument(f))
	}
	formers, err := l.store.FormerKommuner(l.ctx)
	if err != nil {
		return err
	}
	into := map[region.Number][]region.Former{}
	for _, f := range formers {
		into[f.Present] = append(into[f.Present], f)
	}
	kommuner, err := l.store.Kommuner(l.ctx)
	if err != nil {
		return err
	}
	for _, k := range kommuner {
		l.put(search.KommuneDocument(k, into[k.Number]))
	}
	return nil
}

func (l *loader) outlines() error {
	outlines, err := l.store.Outlines(l.ctx)
	if err != nil {
		return err
	}
	for _, o := range outlines {
		l.put(search.OutlineDocument(o))
	}
	return nil
}

func (l *loader) places() error {
	places, err := l.store.Places(l.ctx)
	if err != nil {
		return err
	}
	for _, p := range places {
		l.put(search.PlaceDocument(p))
	}
	codes, err := l.store.PostalCodes(l.ctx)
	if err != nil {
		return err
	}
	for _, p := range codes {
		l.put(search.PostalCodeDocument(p))
	}
	return nil
}

func (l *loader) types() error {
	types, err := l.store.OfferingTypes(l.ctx)
	if err != nil {
		return err
	}
	for _, t := range types {
		l.put(search.TypeDocument(t))
	}
	return nil
}

func (l *loader) articles() error {
	articles, err := l.store.Articles(l.ctx)
	if err != nil {
		return err
	}
	for _, a := range articles {
		l.put(search.ArticleDocument(a))
	}
	return nil
}

func (l *loader) courses() error {
	courses, err := l.store.PublicCourses(l.ctx)
	if err != nil {
		return err
	}
	for _, c := range courses {
		l.put(search.CourseDocument(c))
	}
	return nil
}

func (l *loader) months() error {
	months, err := l.store.Months(l.ctx)
	if err != nil {
		return err
	}
	for _, m := range months {
		l.put(search.MonthDocument(m))
	}
	return nil
}

// InMemory returns an index in memory of all that readers may see now. It does not follow
// what is changed later.
func InMemory(ctx context.Context, st *store.Store) (*search.Index, error) {
	batch, err := everything(ctx, st)
	if err != nil {
		return nil, fmt.Errorf("read what readers may see: %w", err)
	}
	return search.BuildMemory(batch, search.Options{})
}
