package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Wrong command lines of the imports from registers end before a database is opened.
func TestRegisterCommandLines(t *testing.T) {
	mapping := filepath.Join(t.TempDir(), "feil.yaml")
	if err := os.WriteFile(mapping, []byte("kilde: {}"), 0o600); err != nil {
		t.Fatal(err)
	}
	environ := []string{"OVERSIKT_DATA_DIR=" + t.TempDir(), "OVERSIKT_LOG_LEVEL=error"}
	for line, want := range map[string]string{
		"enhetsregisteret --help":         "",
		"csv --help":                      "",
		"hsds -h":                         "",
		"bufdir --help":                   "",
		"enhetsregisteret noe":            "usage",
		"enhetsregisteret --ukjent":       "usage",
		"bufdir --per-sekund -1":          "usage",
		"kommuner --help":                 "",
		"kommuner noe":                    "usage",
		"kommuner --fra finnes-ikke":      "neither an address nor a folder",
		"kommuner --til i-morgen":         "is no day",
		"postnummer -h":                   "",
		"postnummer --ukjent":             "usage",
		"postnummer --fra finnes-ikke":    "no such file",
		"kartverket --help":               "",
		"kartverket --fra noe":            "is no address of a register",
		"csv --om-igjen fil.csv":          "usage",
		"hsds --fra x fil":                "usage",
		"csv --mapping a":                 "usage",
		"enhetsregisteret --kommune 0301": "go with --kandidater",
		"enhetsregisteret --kandidater helsestasjon --kommune 3": `"3" is no kommunenummer`,
		"enhetsregisteret --fra ftp://example.no":                "is no address of a register",
		"csv fil.csv":                                       "--mapping is missing",
		"csv --mapping finnes-ikke.yaml fil.csv":            "no such file",
		"csv --mapping " + mapping + " fil.csv":             "kilde.navn: is empty",
		"hsds --mapping " + mapping + " https://example.no": "typer: is empty",
	} {
		err := run(t.Context(), append([]string{"import"}, strings.Fields(line)...), environ, io.Discard)
		switch {
		case want == "" && err != nil:
			t.Errorf("%s: %v", line, err)
		case want == "usage" && !errors.Is(err, errUsage):
			t.Errorf("%s: got %v, want the usage", line, err)
		case want != "" && want != "usage" && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("%s: got %v, want %q", line, err, want)
		}
	}
}
