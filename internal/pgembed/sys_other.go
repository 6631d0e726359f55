//go:build !linux

package pgembed

import (
	"errors"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
)

// dieWithParent does nothing: only Linux has it. A server whose process was
// killed goes on, and the next Start stops it.
func dieWithParent(*syscall.SysProcAttr) {}

// startEntering fails: only Linux can let a child that is not root enter
// folders that are closed to it.
func startEntering(*exec.Cmd) error { return errors.ErrUnsupported }

// runsIn reports whether process pid is a server in the cluster, by its command
// line, where spawn and pg_ctl name the cluster. A zombie has none.
func runsIn(pid int, cluster string) bool {
	if pid <= 1 {
		return false
	}
	out, err := exec.Command("ps", "-o", "stat=,command=", "-p", strconv.Itoa(pid)).Output()
	if err != nil {
		return false
	}
	state := strings.TrimSpace(string(out))
	return !strings.HasPrefix(state, "Z") && strings.Contains(state, "postgres") && strings.Contains(state, cluster)
}
