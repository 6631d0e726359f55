package web

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// Icon and Symbol panic for one that is not there, so a name that only some page uses must not
// wait for that page. Names are looked for where they are written.
func TestIconsThatAreNamedAreThere(t *testing.T) {
	named := regexp.MustCompile(`(?:\bicon\(|Icon\(|\bIcon: +|iconHref\(ctx, |\bcard\()"([a-z_-]+)"`)
	found := 0
	for _, pattern := range []string{"view/*.templ", "view/*.go", "../internal/*/*.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %v, %d files", pattern, err, len(files))
		}
		for _, name := range files {
			src, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range named.FindAllSubmatch(src, -1) {
				found++
				if icon := string(m[1]); !hasIcon(icon) && !hasIcon("type-"+icon) && icon != "type-" && icon != "del-" {
					t.Errorf("%s: no icon %q", name, icon)
				}
			}
		}
	}
	if found < 10 {
		t.Errorf("found only %d names of icons", found)
	}
}
