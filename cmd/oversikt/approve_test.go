package main

import (
	"errors"
	"flag"
	"strings"
	"testing"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

func TestReadApproveArgs(t *testing.T) {
	for _, tc := range []struct {
		args []string
		want approveArgs
		ok   bool
	}{
		{[]string{"list"}, approveArgs{list: true}, true},
		{[]string{"17"}, approveArgs{id: 17}, true},
		{[]string{"reject", "17", "not", "theirs"}, approveArgs{id: 17, reject: true, reason: "not theirs"}, true},
		{nil, approveArgs{}, false},
		{[]string{"list", "17"}, approveArgs{}, false},
		{[]string{"reject", "17"}, approveArgs{}, false},
		{[]string{"17", "18"}, approveArgs{}, false},
		{[]string{"alle"}, approveArgs{}, false},
		{[]string{"0"}, approveArgs{}, false},
	} {
		got, err := readApproveArgs(tc.args)
		if (err == nil) != tc.ok || tc.ok && got != tc.want {
			t.Errorf("%q: %+v, %v", tc.args, got, err)
		}
	}
	if _, err := readApproveArgs([]string{"--help"}); !errors.Is(err, flag.ErrHelp) {
		t.Errorf("--help: %v", err)
	}
}

// Whoever approves at the command line is told what to call, and whose name it is.
func TestPrintHeld(t *testing.T) {
	before := directory.Offering{Name: "Prøvelinjen i Prøvested", Status: directory.Draft, Phones: []directory.Phone{{Number: "+4799999999"}}}
	after := before
	after.Status = directory.Published
	line := directory.Offering{Name: "Prøvelinjen", Phones: []directory.Phone{{Number: "116123"}}}
	var out strings.Builder
	printHeld(&out, store.HeldChange{ID: 7, Before: before, After: after}, "Kari", []directory.Namesake{{Line: line, In: []string{"name"}}})
	for _, want := range []string{"    by Kari\n", "with the telephone 999 99 999\n", `has the name of the helpline "Prøvelinjen", whose telephone is 116 123`} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("got %q, want %q in it", out.String(), want)
		}
	}
}
