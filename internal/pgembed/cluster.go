package pgembed

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// clusterMajor returns the major of the cluster in dir, or 0 if there is none:
// no such folder, or an empty one. A folder that holds anything else is an
// error, for it is not ours to fill.
func clusterMajor(dir string) (int, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(entries) == 0 {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	version, err := os.ReadFile(filepath.Join(dir, "PG_VERSION"))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, fmt.Errorf("%s holds something, but no Postgres database; move it away or choose another data folder", dir)
	}
	if err != nil {
		return 0, err
	}
	// "15", and "9.6" in the days before 10.
	text, _, _ := strings.Cut(strings.TrimSpace(string(version)), ".")
	major, err := strconv.Atoi(text)
	if err != nil || major <= 0 {
		return 0, fmt.Errorf("%s/PG_VERSION says %.20q, which is no version of Postgres; restore the folder from a backup", dir, version)
	}
	return major, nil
}

// initCluster makes a new cluster. It does so under another name, so that a
// folder of the right name is always a whole one.
func (s *Server) initCluster(ctx context.Context, server Installation, as account) error {
	unfinished := s.cluster() + initSuffix
	if err := os.RemoveAll(unfinished); err != nil {
		return fmt.Errorf("remove what an interrupted start left: %w", err)
	}
	if err := os.Mkdir(unfinished, 0o700); err != nil {
		return err
	}
	if err := as.own(unfinished); err != nil {
		return err
	}
	// Plain C alone would break lower('ÆØÅ') and ILIKE; ICU does text, C the rest.
	args := []string{"--pgdata=" + unfinished, "--username=" + superuser,
		"--auth-local=trust", "--auth-host=reject", // the socket's folder is the guard
		"--encoding=UTF8", "--locale=C", "--locale-provider=icu", "--icu-locale=nb-NO"}
	if s.opts.Settings["fsync"] == "off" {
		args = append(args, "--no-sync")
	}
	cmd := as.command(ctx, filepath.Join(server.Bin, "initdb"), args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGINT) }
	cmd.WaitDelay = 5 * time.Second
	if out, err := as.output(cmd); err != nil {
		return fmt.Errorf("make the database: %w: %s", err, lastLines(out))
	}
	// An empty folder may be in the way; one with anything in it stays.
	if err := os.Remove(s.cluster()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.Rename(unfinished, s.cluster()); err != nil {
		return err
	}
	// Else the old name could come back after a power cut, with data in it.
	return syncDir(s.dir)
}

func syncDir(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	defer dir.Close()
	return dir.Sync()
}

// pidFile is what is needed of a cluster's postmaster.pid.
type pidFile struct {
	pid     int    // process of the postmaster; 0 if the file makes no sense
	sockets string // its first socket folder
	ready   bool   // whether it takes connections
}

// readPidFile reads postmaster.pid in a cluster. The error is fs.ErrNotExist if
// there is none. Lines, from Postgres's miscadmin.h: process, data folder, start
// time, port, socket folder, listen address, shared memory, state.
func readPidFile(cluster string) (pidFile, error) {
	content, err := os.ReadFile(filepath.Join(cluster, "postmaster.pid"))
	if err != nil {
		return pidFile{}, err
	}
	lines := strings.Split(string(content), "\n")
	var file pidFile
	file.pid, _ = strconv.Atoi(strings.TrimSpace(lines[0]))
	// A server in single-user mode writes its process with a minus.
	file.pid = max(file.pid, -file.pid)
	if len(lines) > 7 {
		file.sockets = lines[4]
		file.ready = strings.TrimSpace(lines[7]) == "ready"
	}
	return file, nil
}

// clearPostmaster stops a postmaster that runs in the cluster although no
// process looks after it, and sees to it that a stale postmaster.pid does not
// hinder a new one. Only the process with the lock may call it.
//
// Postgres takes the file for valid when any process has the number in it: a
// postmaster that nobody reaped, or a stranger's process after a restart of the
// machine. Postgres does let its parent's number pass, though, and then still
// looks whether sessions of a dead postmaster are using the cluster, so our
// number is put there instead of removing the file.
func (s *Server) clearPostmaster(ctx context.Context) error {
	file, err := readPidFile(s.cluster())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if runsIn(file.pid, s.cluster()) {
		s.opts.Log.Info("stopping a Postgres that was left behind", "dir", s.dir, "pid", file.pid)
		gone := make(chan struct{})
		go func() {
			for runsIn(file.pid, s.cluster()) {
				time.Sleep(10 * time.Millisecond)
			}
			close(gone)
		}()
		if err := stopPostmaster(ctx, file.pid, gone); err != nil {
			return fmt.Errorf("stop the Postgres that was left behind: %w", err)
		}
	}
	path := filepath.Join(s.cluster(), "postmaster.pid")
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	_, rest, _ := strings.Cut(string(content), "\n")
	return os.WriteFile(path, []byte(strconv.Itoa(os.Getpid())+"\n"+rest), 0o600)
}
