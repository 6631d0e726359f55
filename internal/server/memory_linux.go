package server

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"strings"
	"syscall"
)

// forgetStart takes the parts of the program's own file out of its memory. To start, nearly all
// of them are read, a third of which is ever needed again: that comes back by itself, from what
// the kernel has of the file. Where it does not work, nothing is lost.
func forgetStart() {
	exe, err := os.Readlink("/proc/self/exe")
	if err != nil {
		return
	}
	maps, err := os.ReadFile("/proc/self/smaps")
	if err != nil {
		return
	}
	for _, m := range unchanged(maps, exe) {
		_, _, _ = syscall.Syscall(syscall.SYS_MADVISE, m.from, m.to-m.from, syscall.MADV_DONTNEED)
	}
}

// mapping is a part of the memory.
type mapping struct{ from, to uintptr }

// unchanged returns where the file stands in a memory, told as in /proc/self/smaps, that cannot
// be written and was not: what the linker has changed would come back as it is in the file.
func unchanged(smaps []byte, file string) []mapping {
	var list []mapping
	var at mapping
	ours := false
	lines := bufio.NewScanner(bytes.NewReader(smaps))
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		switch {
		case len(fields) >= 5 && !strings.HasSuffix(fields[0], ":"):
			ours = len(fields) == 6 && fields[5] == file && (fields[1] == "r--p" || fields[1] == "r-xp")
			if _, err := fmt.Sscanf(fields[0], "%x-%x", &at.from, &at.to); err != nil {
				ours = false
			}
		case ours && len(fields) == 3 && fields[0] == "Anonymous:" && fields[1] == "0":
			list = append(list, at)
		}
	}
	return list
}
