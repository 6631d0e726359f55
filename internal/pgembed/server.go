package pgembed

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// errInUse says that sessions of a postmaster that died are still ending.
var errInUse = errors.New("sessions of the last server are still ending")

// launch makes the cluster if there is none, starts its server and waits until
// it answers. The caller holds the lock.
func (s *Server) launch(ctx context.Context) error {
	began := time.Now()
	major, err := clusterMajor(s.cluster())
	if err != nil {
		return err
	}
	server, err := Find(ctx, s.opts.Bin, s.opts.NPMRoot, s.cluster(), major)
	if err != nil {
		return err
	}
	as, err := serverAccount(ctx, s.cluster(), server)
	if err != nil {
		return err
	}
	if as.name != "" {
		s.opts.Log.Info("Postgres refuses to run as root, so it runs as another user", "user", as.name)
	}
	if as.closed {
		s.opts.Log.Warn("that user cannot enter the folder of the data or of the server, so Postgres gets the right to; "+
			"a data folder in an open place such as /var/lib/oversikt makes this unnecessary", "user", as.name, "dir", s.dir, "bin", server.Bin)
	}
	if major == 0 {
		s.opts.Log.Info("making the database, this is done once", "dir", s.cluster(), "postgres", server.Major)
		if err := s.initCluster(ctx, server, as); err != nil {
			return err
		}
	}
	if err := s.clearPostmaster(ctx); err != nil {
		return err
	}
	if err := makeSocketDir(s.sockets, as); err != nil {
		return err
	}
	for {
		err := s.startPostmaster(ctx, server, as)
		if err == nil {
			break
		}
		if !errors.Is(err, errInUse) {
			return err
		}
		if err := pause(ctx, 100*time.Millisecond); err != nil {
			return fmt.Errorf("%w: %w", errInUse, err)
		}
	}
	s.opts.Log.Info("Postgres answers", "dir", s.dir, "bin", server.Bin, "ms", time.Since(began).Milliseconds())
	return nil
}

// startPostmaster starts the server and waits until the database answers.
func (s *Server) startPostmaster(ctx context.Context, server Installation, as account) error {
	log, err := os.OpenFile(filepath.Join(s.dir, logName), os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("open the server's log: %w", err)
	}
	defer log.Close()
	logBegin, err := log.Seek(0, io.SeekEnd)
	if err != nil {
		return fmt.Errorf("read the server's log: %w", err)
	}
	// An ordinary user who is the server's account may start it the next time.
	for _, name := range []string{logName, lockName} {
		if err := as.own(filepath.Join(s.dir, name)); err != nil {
			return err
		}
	}

	// ctx bounds the start, not the server's life.
	cmd := as.command(context.Background(), filepath.Join(server.Bin, "postgres"), s.arguments()...)
	cmd.Stdout, cmd.Stderr = log, log
	child, err := as.spawn(cmd)
	if err != nil {
		return fmt.Errorf("start %s: %w", cmd.Path, err)
	}
	if err := s.waitReady(ctx, child); err != nil {
		select {
		case <-child.exited:
			return exitError(log, logBegin, child.err)
		default:
			_ = stopPostmaster(ctx, child.pid, child.exited)
			return err
		}
	}
	s.child = child
	return nil
}

// waitReady waits until the postmaster takes connections and then makes what is
// missing of role and database.
func (s *Server) waitReady(ctx context.Context, child *process) error {
	for {
		file, err := readPidFile(s.cluster())
		if err == nil && file.pid == child.pid && file.ready {
			return s.createDatabase(ctx)
		}
		select {
		case <-child.exited:
			return child.err
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// createDatabase makes role and database where they are missing, and tries them.
func (s *Server) createDatabase(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, s.url(superuser, "postgres"))
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	var haveRole, haveDatabase bool
	err = conn.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1),
		EXISTS (SELECT FROM pg_database WHERE datname = $2)`, role, database).Scan(&haveRole, &haveDatabase)
	if err != nil {
		return fmt.Errorf("look for the database: %w", err)
	}
	if !haveRole {
		if _, err := conn.Exec(ctx, "CREATE ROLE "+role+" LOGIN CREATEDB"); err != nil {
			return fmt.Errorf("create role: %w", err)
		}
	}
	if !haveDatabase {
		if _, err := conn.Exec(ctx, "CREATE DATABASE "+database+" OWNER "+role); err != nil {
			return fmt.Errorf("create database: %w", err)
		}
	}
	return s.ping(ctx)
}

// ping connects to the database as the program does.
func (s *Server) ping(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, s.URL())
	if err != nil {
		return err
	}
	return conn.Close(ctx)
}

// arguments is the server's command line. What is not here is in the cluster's
// postgresql.conf, for whoever runs the server to tune.
func (s *Server) arguments() []string {
	settings := map[string]string{
		"max_connections": "60", // a pool or two and a few commands; each costs memory
		// What people write and look for stays out of the server's log: no
		// statements, no parameters, no rows in the details of an error.
		"log_statement":                     "none",
		"log_min_error_statement":           "panic",
		"log_parameter_max_length_on_error": "0",
		"log_error_verbosity":               "terse",
		"log_checkpoints":                   "off", // a line every five minutes
	}
	maps.Copy(settings, s.opts.Settings)
	maps.Copy(settings, map[string]string{
		"listen_addresses":        "",
		"port":                    port,
		"unix_socket_directories": `"` + strings.ReplaceAll(s.sockets, `"`, `""`) + `"`,
		"unix_socket_permissions": "0700",
		"log_destination":         "stderr",
		"logging_collector":       "off",
	})
	args := []string{"-D", s.cluster()}
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		args = append(args, "-c", name+"="+settings[name])
	}
	return args
}

// exitError tells why a postmaster ended before it was ready, from what it
// wrote to its log since it was started.
func exitError(log io.ReaderAt, begin int64, cause error) error {
	text, _ := io.ReadAll(io.NewSectionReader(log, begin, 1<<20))
	if strings.Contains(string(text), "shared memory block") {
		return errInUse
	}
	return fmt.Errorf("the server ended while it started: %w: %s", cause, lastLines(string(text)))
}

// lastLines returns the end of a program's output as one line.
func lastLines(output string) string {
	lines := strings.Split(strings.TrimSpace(output), "\n")
	lines = lines[max(0, len(lines)-4):]
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	return strings.Join(lines, " / ")
}

// process is a child that runs. When exited is closed, err says how it ended.
type process struct {
	pid    int
	exited chan struct{}
	err    error
}

// spawn starts a command of the account and reaps it, in one thread.
func (a account) spawn(cmd *exec.Cmd) (*process, error) {
	p := &process{exited: make(chan struct{})}
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := a.start(cmd)
		started <- err
		if err != nil {
			return
		}
		p.err = cmd.Wait()
		if p.err == nil {
			p.err = errors.New("exit status 0")
		}
		close(p.exited)
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	p.pid = cmd.Process.Pid
	return p, nil
}

// stopPostmaster asks a postmaster to end, first with a checkpoint (SIGINT, "fast"),
// then, when ctx or half a minute has passed, without ("immediate"). It never
// kills one: SIGKILL would leave its sessions running.
func stopPostmaster(ctx context.Context, pid int, gone <-chan struct{}) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	if err := signal(pid, syscall.SIGINT); err != nil {
		return err
	}
	select {
	case <-gone:
		return nil
	case <-ctx.Done():
	}
	if err := signal(pid, syscall.SIGQUIT); err != nil {
		return err
	}
	select {
	case <-gone:
		return nil
	case <-time.After(10 * time.Second):
		return fmt.Errorf("process %d does not end", pid)
	}
}

// signal sends sig; that the process is gone already is no error.
func signal(pid int, sig syscall.Signal) error {
	if err := syscall.Kill(pid, sig); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("signal process %d: %w", pid, err)
	}
	return nil
}

// childEnv is the environment for the server's programs: without PG*, which
// would change what they do, without the program's own settings, which may hold
// secrets, and with messages in English and times in UTC whoever starts it.
func childEnv() []string {
	env := slices.DeleteFunc(os.Environ(), func(entry string) bool {
		name, _, _ := strings.Cut(entry, "=")
		return strings.HasPrefix(name, "PG") || strings.HasPrefix(name, "OVERSIKT_") ||
			strings.HasPrefix(name, "LC_") || name == "LANG" || name == "LANGUAGE" || name == "TZ"
	})
	return append(env, "LC_ALL=C", "TZ=UTC")
}
