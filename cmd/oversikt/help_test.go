package main

import (
	"bytes"
	"strings"
	"testing"
)

// Who asks how to import is told of every source there is.
func TestImportHelp(t *testing.T) {
	list := commands()
	for _, cmd := range list {
		if cmd.name != "import" {
			continue
		}
		var help bytes.Buffer
		if _, err := cmd.parse([]string{"one", "too many"}, &help); err == nil {
			t.Fatal("two arguments are taken")
		}
		named := 0
		for _, other := range list {
			if strings.HasPrefix(other.name, "import ") {
				named++
				if !strings.Contains(help.String(), other.name) {
					t.Errorf("help does not name %q: %s", other.name, &help)
				}
			}
		}
		if named < 2 {
			t.Fatalf("%d sources", named)
		}
		return
	}
	t.Fatal("no import")
}
