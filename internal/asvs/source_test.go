package asvs

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// root is the repository's folder, from this package's.
const root = "../.."

// careful is what a package may import only where it is said here, with what it does there.
// What is listed with nothing is used nowhere in what is built.
var careful = map[string]map[string]string{
	// Other programs: none but Postgres, with arguments and never through a shell.
	"os/exec": {
		"internal/pgembed": "starts the embedded Postgres",
		"internal/bench":   "starts the program that is measured; not part of it",
	},
	// Numbers that can be guessed.
	"math/rand": {},
	"math/rand/v2": {
		"internal/server":   "the id of a request, which is no secret",
		"internal/work":     "how long to wait",
		"internal/store":    "how long to wait",
		"internal/use":      "how long to wait",
		"internal/upstream": "how long to wait",
		"internal/bench":    "made-up offerings; not part of the program",
	},
	// Templates made while the program runs.
	"text/template": {"internal/api": "examples of code in the reference, from templates in the source"},
	"html/template": {"internal/interop/hsds": "one page, from a template in the source"},
	// XML: Go's reader knows no entities but the five, and fetches nothing.
	"encoding/xml": {
		"internal/bulk":         "reads how a sheet in an uploaded workbook begins, 64 kB at most",
		"internal/interop/fhir": "writes and checks what is published",
		"internal/conform":      "checks what is published",
		"internal/site":         "writes the sitemap",
	},
	// Memory without types, code that is loaded, objects of any type.
	"unsafe": {}, "C": {}, "plugin": {}, "encoding/gob": {},
	// Cryptography: signatures, TLS and random numbers are libraries'; what is here is hashing.
	"crypto/md5": {}, "crypto/sha1": {}, "crypto/des": {}, "crypto/rc4": {}, "crypto/dsa": {}, "crypto/aes": {}, "crypto/cipher": {}, "crypto/rsa": {}, "crypto/ecdsa": {}, "crypto/elliptic": {},
	"golang.org/x/crypto/bcrypt": {}, "golang.org/x/crypto/md4": {}, "golang.org/x/crypto/ripemd160": {},
	// What helps those who build a program, and shows its inside.
	"net/http/pprof": {}, "expvar": {}, "runtime/trace": {},
	"golang.org/x/net/websocket": {}, "github.com/gorilla/websocket": {}, "github.com/gofiber/websocket/v2": {}, "github.com/fasthttp/websocket": {},
	"net/smtp": {}, "net/rpc": {},
}

// downloads are the packages that say what a file is called, with in how many places. The
// whole header of each is held by a test that stands at V5.4.1 in the table.
var downloads = map[string]int{"internal/opendata": 1, "internal/site": 3, "internal/staff": 2}

func TestDownloadsAreNamedByTheProgram(t *testing.T) {
	found := map[string]int{}
	sources(t, func(dir string, _ *token.FileSet, file *ast.File) {
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			if name, ok := call.Fun.(*ast.SelectorExpr); ok && (name.Sel.Name == "Attachment" || name.Sel.Name == "Download") {
				if c, ok := name.X.(*ast.Ident); ok && c.Name == "c" {
					found[dir]++ // Fiber's own, which name a file by its path
				}
			}
			for i, arg := range call.Args {
				header, ok := arg.(*ast.SelectorExpr)
				text, isText := arg.(*ast.BasicLit)
				if !(ok && header.Sel.Name == "HeaderContentDisposition" || isText && strings.EqualFold(text.Value, `"Content-Disposition"`)) || i+1 == len(call.Args) {
					continue
				}
				found[dir]++
				first := call.Args[i+1]
				for {
					sum, ok := first.(*ast.BinaryExpr)
					if !ok {
						break
					}
					first = sum.X
				}
				begin, ok := first.(*ast.BasicLit)
				if !ok || !strings.HasPrefix(begin.Value, "`attachment; filename=\"") && !strings.HasPrefix(begin.Value, "`inline; filename=\"") {
					t.Errorf("%s: a Content-Disposition that does not begin with what it is and a quoted name", dir)
				}
			}
			return true
		})
	})
	if !maps.Equal(found, downloads) {
		t.Errorf("files are named in %v, want %v: hold the whole header of a new one by a test", found, downloads)
	}
}

// sources calls fn with each Go file that is built into the program or one of its tools, and
// the path of its package from the repository's root.
func sources(t *testing.T, fn func(dir string, set *token.FileSet, file *ast.File)) {
	t.Helper()
	set := token.NewFileSet()
	n := 0
	for _, top := range []string{"cmd", "internal", "data", "migrations", "web"} {
		err := filepath.WalkDir(filepath.Join(root, top), func(path string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.IsDir() && (d.Name() == "node_modules" || d.Name() == "testdata" || d.Name() == "dist"):
				return fs.SkipDir
			case d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
				return nil
			}
			file, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			dir, err := filepath.Rel(root, filepath.Dir(path))
			if err != nil {
				return err
			}
			n++
			fn(filepath.ToSlash(dir), set, file)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if n < 200 {
		t.Fatalf("%d files: the test does not see what it should", n)
	}
}

func TestCarefulImports(t *testing.T) {
	used := map[string]bool{}
	sources(t, func(dir string, set *token.FileSet, file *ast.File) {
		for _, i := range file.Imports {
			name, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			allowed, listed := careful[name]
			if !listed {
				continue
			}
			used[name+" in "+dir] = true
			if allowed[dir] == "" {
				t.Errorf("%s: imports %s; say in careful what for, or do without", set.Position(i.Pos()), name)
			}
		}
	})
	for name, allowed := range careful {
		for dir := range allowed {
			if !used[name+" in "+dir] {
				t.Errorf("%s is said to import %s, and does not", dir, name)
			}
		}
	}
}

// Nobody turns off what TLS looks at, and nothing older than TLS 1.2 is spoken.
func TestTLSIsAsGoHasIt(t *testing.T) {
	forbidden := []string{"InsecureSkipVerify", "CipherSuites", "VersionTLS10", "VersionTLS11", "VersionSSL30", "NoTLS"}
	sources(t, func(_ string, set *token.FileSet, file *ast.File) {
		ast.Inspect(file, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok && slices.Contains(forbidden, id.Name) {
				t.Errorf("%s: %s", set.Position(id.Pos()), id.Name)
			}
			return true
		})
	})
}
