package asvs

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// requirement is one of the standard, with what became of it: exactly one of the last four.
type requirement struct {
	id    string
	level int
	about string

	tests []string  // "internal/server.TestOriginCheck", also with a subtest: "….TestX/a name"
	place [2]string // a file, and a line of it: a heading, or what is said there
	why   string    // it does not apply
	lack  string    // of what is not reached
}

func held(id string, level int, about string, tests ...string) requirement {
	return requirement{id: id, level: level, about: about, tests: tests}
}

func said(id string, level int, about, file, line string) requirement {
	return requirement{id: id, level: level, about: about, place: [2]string{file, line}}
}

func none(id string, level int, about, why string) requirement {
	return requirement{id: id, level: level, about: about, why: why}
}

func open(id string, level int, about, lack string) requirement {
	return requirement{id: id, level: level, about: about, lack: lack}
}

// counts is how many requirements of level 1, and of levels 1 and 2 together, each chapter of
// the standard's list has.
var counts = map[int][2]int{
	1: {8, 27}, 2: {4, 11}, 3: {8, 19}, 4: {2, 10}, 5: {4, 9}, 6: {13, 35}, 7: {6, 18}, 8: {4, 7}, 9: {4, 7}, 10: {5, 29},
	11: {3, 14}, 12: {3, 9}, 13: {1, 13}, 14: {2, 9}, 15: {3, 13}, 16: {0, 16}, 17: {0, 7},
}

var idPattern = regexp.MustCompile(`^V(\d+)\.(\d+)\.(\d+)$`)

// number returns the three numbers of an id.
func number(t *testing.T, id string) [3]int {
	t.Helper()
	m := idPattern.FindStringSubmatch(id)
	if m == nil {
		t.Fatalf("%q is no id", id)
	}
	var n [3]int
	for i := range n {
		n[i], _ = strconv.Atoi(m[i+1])
	}
	return n
}

func TestTableIsWhole(t *testing.T) {
	got := map[int][2]int{}
	var before [3]int
	for _, r := range requirements {
		n := number(t, r.id)
		if slices.Compare(n[:], before[:]) <= 0 {
			t.Errorf("%s stands after %v: each stands once, in order", r.id, before)
		}
		before = n
		c := got[n[0]]
		switch r.level {
		case 1:
			c[0]++
			c[1]++
		case 2:
			c[1]++
		default:
			t.Errorf("%s: level %d", r.id, r.level)
		}
		got[n[0]] = c
		kinds := 0
		for _, has := range []bool{len(r.tests) > 0, r.place != [2]string{}, r.why != "", r.lack != ""} {
			if has {
				kinds++
			}
		}
		if kinds != 1 || r.about == "" {
			t.Errorf("%s: %d of tests, place, why and lack, want one; about %q", r.id, kinds, r.about)
		}
	}
	for chapter, want := range counts {
		if got[chapter] != want {
			t.Errorf("chapter %d has %v requirements of level 1 and of both, the standard has %v", chapter, got[chapter], want)
		}
	}
	if len(got) != len(counts) {
		t.Errorf("%d chapters, want %d", len(got), len(counts))
	}
}

func TestNamedTestsAreThere(t *testing.T) {
	known := map[string]map[string]*ast.FuncDecl{}
	for _, r := range requirements {
		for _, name := range r.tests {
			at := strings.IndexByte(name, '.')
			function, subtest, _ := strings.Cut(name[at+1:], "/")
			dir := name[:at]
			if known[dir] == nil {
				known[dir] = testsOf(t, dir)
			}
			f := known[dir][function]
			if f == nil {
				t.Errorf("%s names %s, and there is no such test", r.id, name)
				continue
			}
			if subtest != "" && !names(f, subtest) {
				t.Errorf("%s names %s, and the test has no such part", r.id, name)
			}
		}
	}
}

// testsOf returns the tests and fuzz targets of the package in the directory.
func testsOf(t *testing.T, dir string) map[string]*ast.FuncDecl {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(dir), "*_test.go"))
	if err != nil || len(files) == 0 {
		t.Errorf("%s has no tests: %v", dir, err)
	}
	found := map[string]*ast.FuncDecl{}
	for _, path := range files {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if ok && f.Recv == nil && len(f.Type.Params.List) == 1 && (strings.HasPrefix(f.Name.Name, "Test") || strings.HasPrefix(f.Name.Name, "Fuzz")) {
				found[f.Name.Name] = f
			}
		}
	}
	return found
}

// names reports whether the text stands in the function, as a subtest's name does.
func names(f *ast.FuncDecl, text string) bool {
	found := false
	ast.Inspect(f, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			value, err := strconv.Unquote(lit.Value)
			found = found || err == nil && value == text
		}
		return !found
	})
	return found
}

func TestNamedPlacesAreThere(t *testing.T) {
	for _, r := range requirements {
		if r.place == [2]string{} {
			continue
		}
		content, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(r.place[0])))
		if err != nil {
			t.Errorf("%s: %v", r.id, err)
			continue
		}
		there := slices.ContainsFunc(strings.Split(string(content), "\n"), func(line string) bool {
			return strings.TrimSpace(line) == r.place[1]
		})
		if !there {
			t.Errorf("%s names the line %q of %s, and there is none", r.id, r.place[1], r.place[0])
		}
		if strings.HasPrefix(r.place[1], "## ") && !strings.Contains(section(string(content), r.place[1]), r.id) {
			t.Errorf("%s: the part %q of %s does not name it", r.id, r.place[1], r.place[0])
		}
	}
}

// section returns what stands under a heading.
func section(content, heading string) string {
	_, rest, _ := strings.Cut("\n"+content, "\n"+heading+"\n")
	part, _, _ := strings.Cut(rest, "\n## ")
	return part
}

// What is missing is said where whoever runs the site reads it.
func TestWhatIsMissingIsSaid(t *testing.T) {
	content, err := os.ReadFile(filepath.Join(root, "deploy", "SECURITY.md"))
	if err != nil {
		t.Fatal(err)
	}
	part := section(string(content), "## Checklist")
	if part == "" {
		t.Fatal("deploy/SECURITY.md has no checklist")
	}
	said := map[string]bool{}
	for _, id := range regexp.MustCompile(`V\d+\.\d+\.\d+`).FindAllString(part, -1) {
		said[id] = true
	}
	for _, r := range requirements {
		if (r.lack != "") != said[r.id] {
			t.Errorf("%s: missing is %v, and deploy/SECURITY.md names it as such: %v", r.id, r.lack != "", said[r.id])
		}
	}
}

func TestSum(t *testing.T) {
	var byTests, bySaid, not, missing int
	for _, r := range requirements {
		switch {
		case len(r.tests) > 0:
			byTests++
		case r.place != [2]string{}:
			bySaid++
		case r.why != "":
			not++
		default:
			missing++
			t.Logf("not reached: %s %s: %s", r.id, r.about, r.lack)
		}
	}
	if sum := byTests + bySaid + not + missing; sum != 253 {
		t.Errorf("%d requirements, want the 253 of levels 1 and 2", sum)
	}
	t.Logf("ASVS 5.0.0, level 2: %d held by tests, %d by operation, %d do not apply, %d not reached", byTests, bySaid, not, missing)
}
