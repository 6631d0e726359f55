// Package opendata is the directory as files: every table in every format, with what the
// columns mean, checksums and whom to credit, and the catalog that data.norge.no reads.
//
// A file is made once for each View and kept on disk, so that its checksum is that of what
// is sent, memory stays flat however large it is, and reading it costs the node nothing
// but the sending. The files of a View are made soon after it has come (Run), or when one
// is asked for, whichever is first.
package opendata

import (
	"bufio"
	"cmp"
	"compress/gzip"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"hash"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"
	"weak"

	"golang.org/x/sync/singleflight"

	"github.com/nasjonal-oversikt/oversikt/internal/api"
	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/interop"
	"github.com/nasjonal-oversikt/oversikt/internal/interop/catalog"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
	"github.com/nasjonal-oversikt/oversikt/web/view"
)

// Deps is what the files need.
type Deps struct {
	View    func() *search.View // the generation to make them from; nil while there is none
	BaseURL string              // public address of the site, without a slash at the end
	Dir     string              // for the files alone; "": one of the system's, made when needed

	Publisher       string              // who publishes the data; "": the site's own name
	PublisherNumber directory.OrgNumber // its number in Enhetsregisteret, or empty
	Licence         string              // code of EU's table, for all of the data; empty: each source's own
	Now             func() time.Time
	Log             *slog.Logger
}

// Files makes the files and answers with them.
type Files struct {
	deps      Deps
	api       *api.API // for its rows; it answers no calls
	overviews interop.Overviews
	kinds     map[string]*kind
	names     []string // of kinds, in order

	making singleflight.Group
	one    sync.Mutex // a file is made at a time: the node has other things to do

	mu   sync.Mutex
	dir  string
	made map[string]*Made
}

// kind is one of the files.
type kind struct {
	name        string // "tilbud.csv"
	contentType string
	table       *Table // nil for what is no table
	packs       bool
	attached    bool // browsers are to keep it rather than show it
	write       func(context.Context, io.Writer, *search.View) error
}

// Made is a file that is finished.
type Made struct {
	Name string
	Size int64     // as it is, in bytes
	Sum  []byte    // SHA-256 of it
	Time time.Time // when this content was first made here, whole seconds

	view        weak.Pointer[search.View]
	day         string
	contentType string
	path        string
	packed      *packed // nil: it does not get smaller
}

// packed is the file in gzip.
type packed struct {
	path string
	size int64
	sum  []byte
}

// New returns the files; nothing is made yet. Files that an earlier run has left in Dir are
// removed.
func New(d Deps) *Files {
	d.Publisher = cmp.Or(d.Publisher, view.SiteName)
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	f := &Files{
		deps: d, api: api.New(api.Deps{View: d.View, BaseURL: d.BaseURL}),
		kinds: map[string]*kind{}, made: map[string]*Made{},
	}
	for _, t := range tables {
		for _, format := range formats {
			f.add(&kind{name: t.Code + "." + format.Extension, contentType: format.MediaType, table: t, packs: format.packs, attached: true,
				write: func(ctx context.Context, w io.Writer, v *search.View) error { return format.write(ctx, w, f, t, v) }})
		}
	}
	f.add(&kind{name: "katalog.ttl", contentType: "text/turtle; charset=utf-8", packs: true,
		write: func(_ context.Context, w io.Writer, v *search.View) error {
			o := f.overviews.Of(v)
			return f.catalog(o).WriteTurtle(w, o)
		}})
	f.add(&kind{name: "katalog.jsonld", contentType: "application/ld+json", packs: true,
		write: func(_ context.Context, w io.Writer, v *search.View) error {
			o := f.overviews.Of(v)
			return f.catalog(o).WriteJSONLD(w, o)
		}})
	f.add(&kind{name: "tilbud.schema.json", contentType: "application/schema+json", packs: true,
		write: func(_ context.Context, w io.Writer, _ *search.View) error {
			schema, err := api.OfferingSchema()
			if err != nil {
				return err
			}
			_, err = w.Write(append(schema, '\n'))
			return err
		}})
	f.add(&kind{name: "datapackage.json", contentType: "application/json", packs: true, write: f.writePackage})
	f.add(&kind{name: "SHA256SUMS", contentType: "text/plain; charset=utf-8", write: f.writeSums})
	return f
}

func (f *Files) add(k *kind) {
	f.kinds[k.name] = k
	f.names = append(f.names, k.name)
}

// Names returns the names of the files: the tables' first, then what describes them.
func (f *Files) Names() []string { return f.names }

// Publisher returns who publishes the data.
func (f *Files) Publisher() string { return f.deps.Publisher }

// LicenceAddress returns the licence of all of the data, "" where each source has its own.
func (f *Files) LicenceAddress() string {
	if f.deps.Licence == "" {
		return ""
	}
	return licenceAddress(f.deps.Licence)
}

func (f *Files) today() time.Time { return f.deps.Now().In(page.Oslo) }

// Run makes the files of each View soon after it has come, until the context ends. It
// rests ten times as long as it worked, so that many changes do not keep a node busy.
func (f *Files) Run(ctx context.Context) {
	const look = 2 * time.Second
	var last weak.Pointer[search.View]
	rest := look
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(rest):
		}
		rest = look
		v := f.deps.View()
		if v == nil || weak.Make(v) == last {
			continue
		}
		began := time.Now()
		for _, name := range f.names {
			if _, err := f.Make(ctx, name, v); err != nil && ctx.Err() == nil {
				f.deps.Log.Error("make a file of open data", "file", name, "error", err)
			}
		}
		last, rest = weak.Make(v), max(look, 10*time.Since(began))
	}
}

// Make returns the file of the View, and makes it when it is not there. When the context
// ends first, it is still being made, and Make returns the file as it was before, if there
// is one. It returns os.ErrNotExist for a name that no file has.
func (f *Files) Make(ctx context.Context, name string, v *search.View) (*Made, error) {
	k, ok := f.kinds[name]
	if !ok {
		return nil, os.ErrNotExist
	}
	day := f.dayOf(k)
	before := f.latest(name)
	if before.isOf(v, day) {
		return before, nil
	}
	done := f.making.DoChan(fmt.Sprintf("%s %p %s", name, v, day), func() (any, error) {
		return f.make(k, v, day)
	})
	select {
	case r := <-done:
		if r.Err != nil {
			return nil, r.Err
		}
		return r.Val.(*Made), nil
	case <-ctx.Done():
		if before != nil {
			return before, nil
		}
		return nil, ctx.Err()
	}
}

// dayOf is what a file holds for beside its View: files with courses hold for a day.
func (f *Files) dayOf(k *kind) string {
	if k.table != nil && k.table.Changes == "" || k.name == "tilbud.schema.json" {
		return ""
	}
	return f.today().Format(time.DateOnly)
}

func (f *Files) latest(name string) *Made {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.made[name]
}

func (m *Made) isOf(v *search.View, day string) bool {
	return m != nil && m.view.Value() == v && m.day == day
}

// longest is how long making one file may take.
const longest = 10 * time.Minute

func (f *Files) make(k *kind, v *search.View, day string) (*Made, error) {
	if k.table != nil || k.name == "katalog.ttl" || k.name == "katalog.jsonld" {
		f.one.Lock() // the others ask for these
		defer f.one.Unlock()
	}
	before := f.latest(k.name)
	if before.isOf(v, day) {
		return before, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), longest)
	defer cancel()
	dir, err := f.folder()
	if err != nil {
		return nil, err
	}
	m := &Made{Name: k.name, view: weak.Make(v), day: day, contentType: k.contentType, Time: f.deps.Now().UTC().Truncate(time.Second)}
	m.path = filepath.Join(dir, k.name+"."+rand.Text()[:10])
	if err := m.fill(k.packs, func(w io.Writer) error { return k.write(ctx, w, v) }); err != nil {
		return nil, errors.Join(fmt.Errorf("make %s: %w", k.name, err), m.remove())
	}
	if before != nil && string(before.Sum) == string(m.Sum) {
		m.Time = before.Time // nothing in it is new
	}
	f.mu.Lock()
	f.made[k.name] = m
	f.mu.Unlock()
	// Answers that have begun go on reading it.
	return m, before.remove()
}

// folder returns where files are kept. The first time it is emptied.
func (f *Files) folder() (string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.dir != "" {
		return f.dir, nil
	}
	dir := f.deps.Dir
	if dir == "" {
		made, err := os.MkdirTemp("", "oversikt-data-")
		if err != nil {
			return "", err
		}
		f.dir = made
		return made, nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	left, err := os.ReadDir(dir)
	if err != nil {
		return "", err
	}
	for _, e := range left {
		if err := os.Remove(filepath.Join(dir, e.Name())); err != nil {
			return "", err
		}
	}
	f.dir = dir
	return dir, nil
}

// Close removes the files. Answers that have begun end as they should.
func (f *Files) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.dir == "" {
		return nil
	}
	var errs []error
	for _, m := range f.made {
		errs = append(errs, m.remove())
	}
	f.made = map[string]*Made{}
	if f.deps.Dir == "" {
		errs = append(errs, os.Remove(f.dir))
		f.dir = ""
	}
	return errors.Join(errs...)
}

// counted writes to a file, and knows how much and which sum.
type counted struct {
	file *os.File
	buf  *bufio.Writer
	sum  hash.Hash
	size int64
}

func create(path string) (*counted, error) {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	return &counted{file: file, buf: bufio.NewWriterSize(file, 64<<10), sum: sha256.New()}, nil
}

// Write implements io.Writer.
func (c *counted) Write(b []byte) (int, error) {
	c.sum.Write(b) // never fails
	c.size += int64(len(b))
	return c.buf.Write(b)
}

func (c *counted) close(err error) error {
	if err == nil {
		err = c.buf.Flush()
	}
	return errors.Join(err, c.file.Close())
}

// fill writes the file, and beside it the same in gzip.
func (m *Made) fill(packs bool, write func(io.Writer) error) error {
	whole, err := create(m.path)
	if err != nil {
		return err
	}
	if !packs {
		err = whole.close(write(whole))
	} else {
		err = whole.close(m.fillBoth(whole, write))
	}
	m.Size, m.Sum = whole.size, whole.sum.Sum(nil)
	return err
}

func (m *Made) fillBoth(whole io.Writer, write func(io.Writer) error) error {
	path := m.path + ".gz"
	small, err := create(path)
	if err != nil {
		return err
	}
	m.packed = &packed{path: path}
	zip := gzip.NewWriter(small)
	err = write(io.MultiWriter(whole, zip))
	if err == nil {
		err = zip.Close()
	}
	err = small.close(err)
	m.packed.size, m.packed.sum = small.size, small.sum.Sum(nil)
	return err
}

func (m *Made) remove() error {
	if m == nil {
		return nil
	}
	err := os.Remove(m.path)
	if m.packed != nil {
		err = errors.Join(err, os.Remove(m.packed.path))
	}
	return err
}

// base64Of returns a sum as headers have it.
func base64Of(sum []byte) string { return base64.StdEncoding.EncodeToString(sum) }

// catalog returns what describes a View.
func (f *Files) catalog(o *interop.Overview) *catalog.Catalog {
	c := &catalog.Catalog{
		BaseURL: f.deps.BaseURL, Publisher: catalog.Publisher{Name: f.deps.Publisher, OrgNumber: f.deps.PublisherNumber},
		Licence: f.deps.Licence, Services: services,
	}
	for _, t := range tables {
		d := catalog.Dataset{Code: t.Code, Title: translated(t.Title), Description: translated(t.About), Keywords: keywords}
		if t == offeringTable {
			d.Changed = o.Changed()
		}
		for _, format := range formats {
			d.Files = append(d.Files, catalog.File{
				Title: t.Title + " (" + format.Name + ")", Path: Path + t.Code + "." + format.Extension, FileType: format.FileType, MediaType: format.IANA,
			})
		}
		c.Datasets = append(c.Datasets, d)
	}
	return c
}

func translated(text string) directory.Text {
	return directory.Text{NB: text, NN: page.Nynorsk.T(text), EN: page.English.T(text)}
}

var keywords = []directory.Text{
	{NB: "pårørende", NN: "pårørande", EN: "next of kin"},
	{NB: "kommune", NN: "kommune", EN: "municipality"},
	{NB: "helsetjenester", NN: "helsetenester", EN: "health services"},
}

// services are the APIs.
var services = []catalog.Service{
	{
		Code: "api", Endpoint: api.Root, Definition: api.Root + "/openapi.json", MediaTypes: []string{"application/json"},
		Title:       directory.Text{NB: "Tilbud til pårørende: API", NN: "Tilbod til pårørande: API", EN: "Help for family and friends: API"},
		Description: directory.Text{NB: "Søk og oppslag i tilbud, kommuner, typer, kurs og tall. Ingen nøkkel.", NN: "Søk og oppslag i tilbod, kommunar, typar, kurs og tal. Ingen nøkkel.", EN: "Search and look up services, municipalities, types, courses and figures. No key."},
		Serves:      []string{"tilbud", "kommuner", "typer", "kurs", "dekning", "tall"},
	},
	{
		Code: "hsds", Endpoint: "/hsds/v3", Definition: "/hsds/v3/openapi.json", MediaTypes: []string{"application/json"},
		Title:       directory.Text{NB: "Tilbud til pårørende: HSDS 3.1", NN: "Tilbod til pårørande: HSDS 3.1", EN: "Help for family and friends: HSDS 3.1"},
		Description: directory.Text{NB: "De samme tilbudene etter Open Referral HSDS 3.1.", NN: "Dei same tilboda etter Open Referral HSDS 3.1.", EN: "The same services in Open Referral HSDS 3.1."},
		Serves:      []string{"tilbud"},
	},
	{
		Code: "fhir", Endpoint: "/fhir/R4", Definition: "/fhir/R4/metadata", MediaTypes: []string{"application/fhir+json"},
		Title:       directory.Text{NB: "Tilbud til pårørende: FHIR R4", NN: "Tilbod til pårørande: FHIR R4", EN: "Help for family and friends: FHIR R4"},
		Description: directory.Text{NB: "De samme tilbudene som HealthcareService, Location og Organization i HL7 FHIR R4.", NN: "Dei same tilboda som HealthcareService, Location og Organization i HL7 FHIR R4.", EN: "The same services as HealthcareService, Location and Organization in HL7 FHIR R4."},
		Serves:      []string{"tilbud"},
	},
}
