package main

import (
	"errors"
	"flag"
	"testing"
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
