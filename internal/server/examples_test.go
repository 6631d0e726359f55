package server

import (
	"cmp"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/client"
	"github.com/nasjonal-oversikt/oversikt/internal/htmlcheck"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

// writtenExample is an example of the reference, as a reader copies it.
type writtenExample struct {
	call, method, language, code string
}

// examples reads the reference when there is an offering that the token can change.
func (s *served) examples(t *testing.T, secret string) []writtenExample {
	t.Helper()
	made, err := s.client(client.WithToken(secret)).NyttTilbudWithResponse(t.Context(), client.TilbudInn{
		Navn: "Prøvetilbud", Type: client.KodeInn{Kode: "annet"}, Dekning: client.DekningInn{Kommuner: &[]client.KommuneInn{{Kommunenummer: string(bodo.Kommune)}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	s.seen(t, made.JSON201.ID)
	resp, err := http.Get(s.base + "/api/v1/docs")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("the reference: %d %v", resp.StatusCode, err)
	}
	var out []writtenExample
	for _, call := range htmlcheck.Parse(string(body)).All("section.o-ref__kall") {
		for _, panel := range call.All("[data-sprak]") {
			code, _ := panel.First("pre code")
			method, _ := call.First(".o-ref__adresse b")
			out = append(out, writtenExample{call.Attr("aria-labelledby"), method.Text(), panel.Attr("data-sprak"), code.Data()})
		}
	}
	return out
}

// runner starts an example that stands in a file.
type runner struct {
	language, programs, file string // the last of the programs runs the file
	arguments                []string
}

// Go is always there; a test of the others says when it is not run.
var runners = []runner{
	{"curl", "curl bash", "eksempel.sh", []string{"-eu"}},
	{"javascript", "node", "eksempel.mjs", nil},
	{"python", "python3", "eksempel.py", nil},
	{"go", "go", "main.go", nil},
}

// Examples run as they stand.
func TestExamplesRun(t *testing.T) {
	s := serve(t)
	secret := s.token(bodo, store.Scopes()...)
	for _, r := range runners {
		t.Run(r.language, func(t *testing.T) {
			for _, program := range strings.Fields(r.programs) {
				if _, err := exec.LookPath(program); err != nil && program != "go" {
					t.Skipf("%s is not on this machine", program)
				}
			}
			all := slices.DeleteFunc(s.examples(t, secret), func(e writtenExample) bool { return e.language != r.language })
			if len(all) < 15 {
				t.Fatalf("examples of %d calls, want nearly every call", len(all))
			}
			built := ""
			if r.language == "go" {
				built = buildExamples(t, all)
			}
			// Those that read, and then those that write, in the order in which each can be done.
			slices.SortStableFunc(all, func(a, b writtenExample) int { return cmp.Compare(writeOrder(a), writeOrder(b)) })
			for _, e := range all {
				s.settle(t, e)
				command := exec.Command(filepath.Join(built, e.call))
				if built == "" {
					command = r.command(t, e)
				}
				command.Env = append(os.Environ(), "OVERSIKT_TILGANG="+secret)
				out := outputOf(t, e, command)
				if e.method == http.MethodGet && r.language != "javascript" && !json.Valid([]byte(out)) {
					t.Errorf("%s: no JSON: %.200s", e.call, out)
				}
			}
		})
	}
}

func writeOrder(e writtenExample) int {
	return slices.Index([]string{"nytt-tilbud", "endre-tilbud", "bekreft-tilbud", "fjern-tilbud"}, e.call)
}

func (r runner) command(t *testing.T, e writtenExample) *exec.Cmd {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, r.file), []byte(e.code), 0o600); err != nil {
		t.Fatal(err)
	}
	programs := strings.Fields(r.programs)
	command := exec.Command(programs[len(programs)-1], append(r.arguments, r.file)...)
	command.Dir = dir
	return command
}

// outputOf runs an example and returns what it prints.
func outputOf(t *testing.T, e writtenExample, command *exec.Cmd) string {
	t.Helper()
	var faults strings.Builder
	command.Stderr = &faults
	out, err := command.Output()
	if err != nil || len(out) == 0 && e.call != "fjern-tilbud" {
		t.Errorf("%s in %s: %v, printed %d bytes, %.400s\n%s", e.call, e.language, err, len(out), faults.String()+string(out), e.code)
	}
	return string(out)
}

// buildExamples builds all examples in Go that read, in one go, and returns where they are.
func buildExamples(t *testing.T, all []writtenExample) string {
	t.Helper()
	dir := t.TempDir()
	put := func(content string, path ...string) {
		name := filepath.Join(append([]string{dir}, path...)...)
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put("module eksempler\n\ngo 1.26\n", "go.mod")
	for _, e := range all {
		if e.language == "go" {
			put(e.code, e.call, "main.go")
		}
	}
	command := exec.Command("go", "build", "-ldflags=-s -w", "-o", "ferdig/", "./...")
	command.Dir = dir
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	if stale, err := exec.Command("gofmt", "-l", dir).Output(); err == nil && len(stale) > 0 {
		t.Errorf("not formatted: %s", stale)
	}
	return filepath.Join(dir, "ferdig")
}

// settle waits until the index has the version of the offering that the example is about.
func (s *served) settle(t *testing.T, e writtenExample) {
	t.Helper()
	_, rest, ok := strings.Cut(e.code, "/api/v1/tilbud/")
	if !ok {
		return
	}
	id, err := strconv.ParseInt(rest[:strings.IndexFunc(rest, func(r rune) bool { return r < '0' || r > '9' })], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	s.seen(t, id)
}

// seen waits until the index has the offering as it is stored.
func (s *served) seen(t *testing.T, id int64) {
	t.Helper()
	for began := time.Now(); ; time.Sleep(5 * time.Millisecond) {
		stored, err := s.store.OfferingByID(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if o, ok := s.index.View().Offering(id); ok && o.Version == stored.Version {
			return
		}
		if time.Since(began) > 30*time.Second {
			t.Fatalf("offering %d is not in the index", id)
		}
	}
}
