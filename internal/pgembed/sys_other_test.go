//go:build !linux

package pgembed

import "syscall"

// withoutDeathSignal does nothing: there is no such signal.
func withoutDeathSignal(*syscall.SysProcAttr) {}
