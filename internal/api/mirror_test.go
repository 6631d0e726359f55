package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// mirror is a copy as somebody outside keeps it.
type mirror struct {
	things map[string]any // "tilbud/1"
	told   map[string]bool
	at     string
}

func newMirror() *mirror { return &mirror{things: map[string]any{}, told: map[string]bool{}} }

// follow reads from the node until there is no more, in pages of the size. limit ends it
// sooner, as a connection that breaks does.
func (m *mirror) follow(t *testing.T, n *node, size, limit int) {
	t.Helper()
	for range limit {
		path := fmt.Sprintf("/endringer?innhold=true&antall=%d", size)
		if m.at != "" {
			path += "&etter=" + m.at
		}
		status, body := n.get(t, path)
		if status != http.StatusOK {
			t.Fatalf("%s: %d %v", path, status, body)
		}
		for _, item := range body["endringer"].([]any) {
			c := item.(map[string]any)
			key := fmt.Sprint(c["slag"], "/", c["id"], c["sprak"])
			key = strings.TrimSuffix(key, "<nil>")
			m.told[key] = true
			if c["endring"] == "fjernet" {
				if c["innhold"] != nil {
					t.Fatalf("content of what is gone: %v", c)
				}
				delete(m.things, key)
				continue
			}
			m.things[key] = c["innhold"]
		}
		m.at = body["neste"].(string)
		if body["flere"] == false {
			return
		}
	}
}

// of returns what the mirror has of the kind, by id.
func (m *mirror) of(kind string) map[string]any {
	found := map[string]any{}
	for key, content := range m.things {
		if id, ok := strings.CutPrefix(key, kind+"/"); ok {
			found[id] = content
		}
	}
	return found
}

// listed returns what a list of the API has, by the key of its entries.
func listed(t *testing.T, n *node, path, key string) map[string]any {
	t.Helper()
	found := map[string]any{}
	for side := 1; ; side++ {
		at := path
		if strings.Contains(path, "?") {
			at += fmt.Sprintf("&side=%d", side)
		}
		status, body := n.get(t, at)
		if status != http.StatusOK {
			t.Fatalf("%s: %d %v", at, status, body)
		}
		for _, item := range body["treff"].([]any) {
			found[fmt.Sprint(item.(map[string]any)[key])] = item
		}
		if float64(side) >= body["sider"].(float64) {
			return found
		}
	}
}
