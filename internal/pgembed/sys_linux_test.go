package pgembed

import "syscall"

// withoutDeathSignal lets a child outlive its parent, as an orphan does.
func withoutDeathSignal(attr *syscall.SysProcAttr) { attr.Pdeathsig = 0 }
