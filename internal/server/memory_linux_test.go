package server

import (
	"os"
	"slices"
	"testing"
)

func TestOnlyTheUnchangedProgramIsForgotten(t *testing.T) {
	const smaps = `00400000-01c26000 r-xp 00000000 fe:00 247278                             /opt/oversikt
Rss:               18136 kB
Anonymous:             0 kB
VmFlags: rd ex mr mw me sd
01c26000-03733000 r--p 01826000 fe:00 247278                             /opt/oversikt
Anonymous:             0 kB
03733000-03800000 r--p 03333000 fe:00 247278                             /opt/oversikt
Anonymous:           820 kB
03800000-03a00000 rw-p 03400000 fe:00 247278                             /opt/oversikt
Anonymous:             0 kB
c000000000-c004000000 rw-p 00000000 00:00 0
Anonymous:             0 kB
7f00a0000000-7f00a1000000 r--s 00000000 fe:00 300                        /var/lib/oversikt/index/store/1.zap
Anonymous:             0 kB
7f00b0000000-7f00b1000000 r-xp 00000000 fe:00 400                        /lib/libc.so.6
Anonymous:             0 kB
`
	want := []mapping{{0x400000, 0x1c26000}, {0x1c26000, 0x3733000}}
	if got := unchanged([]byte(smaps), "/opt/oversikt"); !slices.Equal(got, want) {
		t.Errorf("got %x, want what the linker left as it is in the file: %x", got, want)
	}
}

func TestProgramGoesOnWhenItsStartIsForgotten(t *testing.T) {
	before, err := os.ReadFile("/proc/self/smaps")
	if err != nil {
		t.Skip(err)
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if len(unchanged(before, exe)) == 0 {
		t.Fatal("nothing of the program is found")
	}
	forgetStart()
	if _, err := os.ReadFile("/proc/self/smaps"); err != nil {
		t.Error(err)
	}
}
