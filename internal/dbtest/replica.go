package dbtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/nasjonal-oversikt/oversikt/internal/pgembed"
)

// Replica is a streaming replica of a server, which runs until the test ends.
type Replica struct {
	*pgembed.Server
	Dir string // as of pgembed.Options
}

var replicas atomic.Int64

// NewReplica returns a replica of the server at the address, which follows it through
// conninfo, as in "host=127.0.0.1 port=1"; empty: by the server's own socket.
//
// It copies the server's files as pg_basebackup does, which not every installation has.
func NewReplica(t testing.TB, primary, conninfo string) *Replica {
	t.Helper()
	ctx := context.Background()
	dir, err := os.MkdirTemp(tempDir(), dirPrefix)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	slot := fmt.Sprintf("replica_%d_%d", os.Getpid(), replicas.Add(1))
	if conninfo == "" {
		u, err := url.Parse(primary)
		if err != nil {
			t.Fatal(err)
		}
		conninfo = fmt.Sprintf("host=%s port=%s", u.Query().Get("host"), u.Query().Get("port"))
	}
	connections, err := copyCluster(ctx, AsSuperuser(primary), slot, filepath.Join(dir, "postgres"))
	t.Cleanup(func() { dropSlot(t, AsSuperuser(primary), slot) })
	if err != nil {
		t.Fatalf("dbtest: copy the server: %v", err)
	}
	server, err := pgembed.Start(ctx, pgembed.Options{
		Dir: dir, Bin: os.Getenv("PG_BIN"), NPMRoot: nodeModules(), Log: slog.New(slog.DiscardHandler),
		Settings: map[string]string{
			"fsync": "off", "max_connections": connections, "primary_slot_name": slot, "hot_standby": "on", "wal_retrieve_retry_interval": "100ms",
			"primary_conninfo": conninfo + " user=postgres dbname=postgres connect_timeout=2",
		},
	})
	if err != nil {
		t.Fatalf("dbtest: start the replica: %v", err)
	}
	r := &Replica{Server: server, Dir: dir}
	t.Cleanup(func() {
		if err := server.Stop(ctx); err != nil {
			t.Errorf("dbtest: stop the replica: %v", err)
		}
	})
	return r
}

// Exec runs a statement as the superuser of the server at the address.
func Exec(t testing.TB, address, statement string) {
	t.Helper()
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, AsSuperuser(address))
	if err != nil {
		t.Fatalf("dbtest: %v", err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, statement); err != nil {
		t.Fatalf("dbtest: %s: %v", statement, err)
	}
}

// On returns the address of the database of address on the replica.
func (r *Replica) On(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		panic(err) // pgembed's addresses are valid
	}
	return withDatabase(r.URL(), strings.TrimPrefix(u.Path, "/"))
}

// AsSuperuser returns the address as whoever may do everything; only on servers of pgembed.
func AsSuperuser(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		panic(err) // pgembed's addresses are valid
	}
	u.User = url.User("postgres")
	return u.String()
}

// SharedURL returns the address of the server that the databases of URL are on.
func SharedURL(t testing.TB) string {
	t.Helper()
	shared.Lock()
	defer shared.Unlock()
	if shared.server == nil {
		t.Fatal("dbtest: no test has asked for a database")
	}
	return shared.server.postgres.URL()
}

// dropSlot lets the server forget the replica; a slot would keep its log for ever.
func dropSlot(t testing.TB, superuser, slot string) {
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, superuser)
	if err != nil {
		return // the server is gone, and the slot with it
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = $1 AND NOT active", slot); err != nil {
		t.Errorf("dbtest: %v", err)
	}
}

// copyCluster copies the files of a running server into a new folder, so that a server started there
// follows it. It returns how many connections the server has: a replica must have as many.
func copyCluster(ctx context.Context, superuser, slot, to string) (connections string, err error) {
	conn, err := pgx.Connect(ctx, superuser)
	if err != nil {
		return "", err
	}
	defer conn.Close(ctx)
	var from string
	if err := conn.QueryRow(ctx, "SELECT current_setting('data_directory'), current_setting('max_connections')").Scan(&from, &connections); err != nil {
		return "", err
	}
	if _, err := conn.Exec(ctx, "SELECT pg_create_physical_replication_slot($1, true)", slot); err != nil {
		return "", err
	}
	if _, err := conn.Exec(ctx, "SELECT pg_backup_start('replica', fast => true)"); err != nil {
		return "", err
	}
	if err := copyFiles(from, to); err != nil {
		return "", err
	}
	var label string
	if err := conn.QueryRow(ctx, "SELECT labelfile FROM pg_backup_stop(wait_for_archive => false)").Scan(&label); err != nil {
		return "", err
	}
	info, err := os.Stat(from)
	if err != nil {
		return "", err
	}
	for name, content := range map[string]string{"backup_label": label, "standby.signal": ""} {
		path := filepath.Join(to, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			return "", err
		}
		if err := ownLike(path, info); err != nil {
			return "", err
		}
	}
	return connections, nil
}

// notCopied are what stands in these folders, which a server makes anew, and what says
// that the other server runs.
var notCopied = map[string]bool{
	"pg_wal": true, "pg_replslot": true, "pg_dynshmem": true, "pg_notify": true, "pg_serial": true, "pg_snapshots": true, "pg_stat_tmp": true, "pg_subtrans": true,
}

func copyFiles(from, to string) error {
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // dropped meanwhile; the log says so
		}
		if err != nil {
			return err
		}
		name, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		first, rest, _ := strings.Cut(filepath.ToSlash(name), "/")
		if name == "postmaster.pid" || name == "postmaster.opts" || notCopied[first] && rest != "" && !d.IsDir() {
			return nil
		}
		info, err := d.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		target := filepath.Join(to, name)
		if d.IsDir() {
			if notCopied[first] && rest != "" && first != "pg_wal" {
				return fs.SkipDir
			}
			err = os.Mkdir(target, 0o700)
		} else {
			err = copyFile(path, target)
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		return ownLike(target, info)
	})
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

// ownLike gives the file to whom the other belongs. Root's servers run as somebody else.
func ownLike(path string, info fs.FileInfo) error {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok || os.Geteuid() != 0 {
		return nil
	}
	return os.Lchown(path, int(stat.Uid), int(stat.Gid))
}
