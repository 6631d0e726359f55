package pgembed

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
)

// account is the user that the server runs as. The zero account is the one
// that this process has.
type account struct {
	name     string // empty if it is this process's own
	uid, gid uint32
	closed   bool // the server is in a folder that the account may not enter
}

// serverAccount chooses the account. Postgres refuses to run as root. For root
// it is the owner of the cluster, who alone can run it; for a new cluster the
// owner of the data folder, whose files these are; if that is root too, the
// user postgres, or else nobody.
func serverAccount(ctx context.Context, cluster string, server Installation) (account, error) {
	if os.Geteuid() != 0 {
		return account{}, nil
	}
	as, err := unprivileged(cluster)
	if err != nil {
		return account{}, err
	}
	if as.try(ctx, cluster, server) == nil {
		return as, nil
	}
	// A fresh clone in /root is closed to everybody else.
	as.closed = true
	if err := as.try(ctx, cluster, server); err != nil {
		return account{}, fmt.Errorf("the server cannot run as user %s, with its data in %s and its programs in %s: %w; "+
			"choose a data folder that this user may enter, such as /var/lib/oversikt", as.name, filepath.Dir(cluster), server.Bin, err)
	}
	return as, nil
}

func unprivileged(cluster string) (account, error) {
	if as := ownerOf(cluster); as.uid != 0 {
		return as, nil
	}
	// initdb, which a new cluster needs, must find the user's name.
	if as := ownerOf(filepath.Dir(cluster)); as.uid != 0 && as.name != nameless {
		return as, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		found, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, uidErr := strconv.ParseUint(found.Uid, 10, 32)
		gid, gidErr := strconv.ParseUint(found.Gid, 10, 32)
		if err := errors.Join(uidErr, gidErr); err != nil {
			return account{}, fmt.Errorf("user %s: %w", name, err)
		}
		return account{name: name, uid: uint32(uid), gid: uint32(gid)}, nil
	}
	return account{}, errors.New("the server refuses to run as root, and there is no user postgres or nobody to run it as")
}

// nameless is the name of an account that the machine has none for.
const nameless = "without a name"

// ownerOf returns the account that owns a file, or root if there is no file.
func ownerOf(path string) account {
	info, err := os.Stat(path)
	if err != nil {
		return account{name: "root"}
	}
	stat := info.Sys().(*syscall.Stat_t)
	as := account{name: nameless, uid: stat.Uid, gid: stat.Gid}
	if found, err := user.LookupId(strconv.Itoa(int(as.uid))); err == nil {
		as.name = found.Username
	}
	return as
}

// try runs the server's program in the data folder, to see whether the account
// can reach both.
func (a account) try(ctx context.Context, cluster string, server Installation) error {
	cmd := a.command(ctx, "/bin/sh", "-c", `cd "$1" && exec "$0" --version`,
		filepath.Join(server.Bin, "postgres"), filepath.Dir(cluster))
	if out, err := a.output(cmd); err != nil {
		return fmt.Errorf("%w: %s", err, lastLines(out))
	}
	return nil
}

// own gives a file to the account.
func (a account) own(path string) error {
	if a.name == "" {
		return nil
	}
	if err := os.Lchown(path, int(a.uid), int(a.gid)); err != nil {
		return fmt.Errorf("give %s to user %s: %w", path, a.name, err)
	}
	return nil
}

// command returns one of the server's programs to run as the account. It has
// a process group of its own: a Ctrl-C at the terminal is for this program,
// which then stops the server.
func (a account) command(ctx context.Context, program string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = "/" // the account may not be allowed where this process is
	cmd.Env = childEnv()
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if a.name != "" {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: a.uid, Gid: a.gid}
	}
	dieWithParent(cmd.SysProcAttr)
	return cmd
}

// start starts a command of the account. Linux sends the parent-death signal
// when the thread that started the child ends, so the caller has locked its
// thread and keeps it until the child has ended.
func (a account) start(cmd *exec.Cmd) error {
	if a.closed {
		return startEntering(cmd)
	}
	return cmd.Start()
}

// output runs a command of the account to its end and returns what it printed.
func (a account) output(cmd *exec.Cmd) (string, error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := a.start(cmd); err != nil {
		return "", err
	}
	err := cmd.Wait()
	return out.String(), err
}
