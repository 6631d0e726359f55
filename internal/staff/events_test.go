package staff

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Everything that the store records has words in the list of events.
func TestEventsHaveNames(t *testing.T) {
	files, err := filepath.Glob("../store/*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		for _, m := range regexp.MustCompile(`\b(?:record\(tx, (?:[a-zA-Z.]+|auth\.Actor\{[^}]*\}|[a-zA-Z.]+\(\)), "([a-z_]+)"|(?:factorRemoved\(tx, session, keepOne|decideJob\(ctx, actor, id|changeWebhook\(ctx, actor, id), "([a-z_]+)")`).FindAllStringSubmatch(string(content), -1) {
			found++
			if name := m[1] + m[2]; eventNames[name] == "" {
				t.Errorf("%s in %s has no words", name, filepath.Base(file))
			}
		}
	}
	if found < 25 {
		t.Errorf("%d kinds of events were found: the test does not see them", found)
	}
}
