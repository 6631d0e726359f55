package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
)

// chromium is started once for all scripts in web/e2e: that takes longer than much of what
// they do in it. Each has windows of its own, which know nothing of the others'.
var chromium window

type window struct {
	once    sync.Once
	address string // that scripts find it by
	cmd     *exec.Cmd
	stdin   io.Closer // it ends when this is closed
	err     error
}

func (w *window) start() error {
	w.once.Do(func() {
		path := os.Getenv("CHROMIUM")
		if path == "" {
			out, err := exec.Command("../../scripts/chromium.sh").Output()
			if err != nil {
				w.err = fmt.Errorf("find Chromium: %w", err)
				return
			}
			path = strings.TrimSpace(string(out))
		}
		w.cmd = exec.Command("node", "serve.mjs")
		w.cmd.Dir, w.cmd.Env, w.cmd.Stderr = "../../web/e2e", append(os.Environ(), "CHROMIUM="+path), os.Stderr
		in, err := w.cmd.StdinPipe()
		if err != nil {
			w.err = err
			return
		}
		out, err := w.cmd.StdoutPipe()
		if err != nil {
			w.err = err
			return
		}
		if w.err = w.cmd.Start(); w.err != nil {
			return
		}
		w.stdin = in
		line, err := bufio.NewReader(out).ReadString('\n')
		if err != nil {
			w.err = fmt.Errorf("start Chromium: %w", err)
		}
		w.address = strings.TrimSpace(line)
	})
	return w.err
}

func (w *window) stop() error {
	if w.stdin == nil {
		return nil
	}
	return errors.Join(w.stdin.Close(), w.cmd.Wait())
}

// browser runs one of the scripts in web/e2e against the program.
func browser(t *testing.T, script, base string, args ...string) {
	t.Helper()
	if err := chromium.start(); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("node", append([]string{script, base}, args...)...)
	cmd.Dir, cmd.Env = "../../web/e2e", append(os.Environ(), "BROWSER="+chromium.address)
	out, err := cmd.CombinedOutput()
	t.Logf("%s: %s", script, out)
	if err != nil {
		t.Errorf("%s: %v", script, err)
	}
}
