package web

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// What prune.mjs leaves out of the style sheets must be on no page. Names are looked for where
// they are written.
func TestAbsentIsNowhere(t *testing.T) {
	src, err := os.ReadFile("absent.json")
	if err != nil {
		t.Fatal(err)
	}
	var absent []string
	if err := json.Unmarshal(src, &absent); err != nil {
		t.Fatal(err)
	}
	written := map[string]*regexp.Regexp{}
	for _, selector := range absent {
		if class, ok := strings.CutPrefix(selector, "."); ok {
			written[selector] = regexp.MustCompile(`[" ]` + regexp.QuoteMeta(class) + `[" ]`)
			continue
		}
		name, value, ok := strings.Cut(strings.Trim(selector, "[]"), "=")
		if !ok {
			t.Fatalf("%s is neither a class nor an attribute with its value", selector)
		}
		written[selector] = regexp.MustCompile(`\b` + name + `"?[=:,] *"` + value + `"`)
	}
	files := 0
	for _, root := range []string{"view", "js", "../internal"} {
		err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() || strings.HasSuffix(path, "_templ.go") || !slices.Contains([]string{".go", ".templ", ".js"}, filepath.Ext(path)) {
				return err
			}
			files++
			src, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			for _, re := range written {
				if at := re.Find(src); at != nil {
					t.Errorf("%s has %q, which the style sheets have no rules for: absent.json", path, at)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if files < 100 {
		t.Errorf("looked only into %d files", files)
	}
}
