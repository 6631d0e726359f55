package main

import (
	"errors"
	"flag"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

func TestReadWebhookArgs(t *testing.T) {
	for name, tt := range map[string]struct {
		args []string
		want webhookArgs
	}{
		"add": {[]string{"add", "--name", "Prøve", "--url", "https://example.org/", "--email", "drift@example.org", "--kommuner", "0301,4601", "--types", "lms"},
			webhookArgs{what: "add", add: &store.Webhook{Name: "Prøve", URL: "https://example.org/", Email: "drift@example.org", Kommuner: []region.Number{"0301", "4601"}, Types: []string{"lms"}}}},
		"list":          {[]string{"list"}, webhookArgs{what: "list"}},
		"contact":       {[]string{"contact", "3", "drift@example.org"}, webhookArgs{what: "contact", id: 3, mail: "drift@example.org"}},
		"contact, none": {[]string{"contact", "3"}, webhookArgs{what: "contact", id: 3}},
		"enable":        {[]string{"enable", "3"}, webhookArgs{what: "enable", id: 3}},
		"rotate":        {[]string{"rotate", "3"}, webhookArgs{what: "rotate", id: 3}},
		"remove":        {[]string{"remove", "3"}, webhookArgs{what: "remove", id: 3}},
	} {
		got, err := readWebhookArgs(tt.args)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if d := cmp.Diff(tt.want, got, cmp.AllowUnexported(webhookArgs{})); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
	for name, args := range map[string][]string{
		"nothing": nil, "unknown": {"stop"}, "no id": {"enable"}, "no number": {"enable", "Prøve"}, "zero": {"test", "0"}, "two ids": {"enable", "1", "2"},
		"list of one": {"list", "1"}, "three to contact": {"contact", "1", "a@example.org", "b@example.org"}, "no kommune": {"add", "--kommuner", "Oslo"}, "a word too many": {"add", "x"},
	} {
		if got, err := readWebhookArgs(args); err == nil {
			t.Errorf("%s: %+v, want an error", name, got)
		}
	}
	if _, err := readWebhookArgs([]string{"--help"}); !errors.Is(err, flag.ErrHelp) {
		t.Errorf("--help: %v", err)
	}
}
