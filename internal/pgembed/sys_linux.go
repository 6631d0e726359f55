package pgembed

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// dieWithParent has the kernel stop the child ("fast shutdown") when this
// process ends, however it ends.
func dieWithParent(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGINT }

// startEntering starts a child that is not root but may enter folders that are
// closed to it: it keeps the capability CAP_DAC_OVERRIDE, the one of its kind
// that containers have too. The caller has locked its thread.
//
// With the secure bit (see capabilities(7)) the child has the capability while
// it finds its program, and the program's own calls of access(2), by which
// initdb looks for postgres, heed it. The bit belongs to the thread and passes
// to the child.
func startEntering(cmd *exec.Cmd) error {
	const noSetuidFixup = 1 << 2
	bits, err := unix.PrctlRetInt(unix.PR_GET_SECUREBITS, 0, 0, 0, 0)
	if err != nil {
		return fmt.Errorf("get secure bits: %w", err)
	}
	if err := unix.Prctl(unix.PR_SET_SECUREBITS, uintptr(bits|noSetuidFixup), 0, 0, 0); err != nil {
		return fmt.Errorf("set secure bits: %w", err)
	}
	cmd.SysProcAttr.AmbientCaps = []uintptr{unix.CAP_DAC_OVERRIDE}
	err = cmd.Start()
	return errors.Join(err, unix.Prctl(unix.PR_SET_SECUREBITS, uintptr(bits), 0, 0, 0))
}

// runsIn reports whether process pid is a server in the cluster. Servers stand
// in their cluster; a zombie stands nowhere, and neither does a stranger's
// process that has got the number of a dead one.
func runsIn(pid int, cluster string) bool {
	here, err := os.Stat(cluster)
	if err != nil || pid <= 1 {
		return false
	}
	there, err := os.Stat("/proc/" + strconv.Itoa(pid) + "/cwd")
	return err == nil && os.SameFile(here, there)
}
