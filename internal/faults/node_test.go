package faults

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the database/sql driver "pgx"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
	"github.com/nasjonal-oversikt/oversikt/internal/pgembed"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

// site is a Postgres with the nodes on it.
type site struct {
	binary   string
	postgres *pgembed.Server
	dir      string // of Postgres
	db       *sql.DB
	store    *store.Store
	nodes    []*node
}

// node is one program, with its own way to Postgres.
type node struct {
	name  string
	proxy *proxy
	base  string
	dir   string
	env   []string
	log   *buffer
	bin   string

	cmd  *exec.Cmd
	done chan struct{} // closed when cmd has ended
}

// newSite builds the program and starts a Postgres that keeps what it has acknowledged.
func newSite(t *testing.T) *site { return newSiteIn(t, t.TempDir()) }

func newSiteIn(t *testing.T, dir string) *site {
	t.Helper()
	if testing.Short() {
		t.Skip("starts the whole program, several times")
	}
	s := &site{binary: build(t), dir: dir}
	ctx := context.Background()
	var err error
	s.postgres, err = pgembed.Start(ctx, pgembed.Options{
		Dir: s.dir, Bin: os.Getenv("PG_BIN"), NPMRoot: "../../web/node_modules", Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.postgres.Stop(ctx); err != nil {
			t.Error(err)
		}
	})
	if s.db, err = sql.Open("pgx", s.postgres.URL()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.db.Close() })
	if s.store, err = store.Open(ctx, store.Options{URL: s.postgres.URL()}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.store.Close() })
	return s
}

var built struct {
	sync.Once
	path string
	err  error
}

var binary = flag.String("binary", "", "the program to try; empty: it is built")

// build returns the program's path. It is built once for all tests.
func build(t *testing.T) string {
	t.Helper()
	if *binary != "" {
		return *binary
	}
	built.Do(func() {
		dir, err := os.MkdirTemp("", "oversikt-faults-")
		if err != nil {
			built.err = err
			return
		}
		built.path = filepath.Join(dir, "oversikt")
		if out, err := exec.Command("go", "build", "-o", built.path, "../../cmd/oversikt").CombinedOutput(); err != nil {
			built.err = fmt.Errorf("build: %w\n%s", err, out)
		}
	})
	if built.err != nil {
		t.Fatal(built.err)
	}
	return built.path
}

func TestMain(m *testing.M) {
	code := m.Run()
	if built.path != "" {
		os.RemoveAll(filepath.Dir(built.path))
	}
	os.Exit(code)
}

func (s *site) dial() (net.Conn, error) { return dialSocket(s.postgres.URL()) }

// dialSocket connects to the server at an address of pgembed, which is a socket.
func dialSocket(address string) (net.Conn, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	return net.Dial("unix", filepath.Join(u.Query().Get("host"), ".s.PGSQL."+u.Query().Get("port")))
}

// add returns another node, which is not started yet. The options are added to the address of
// its database.
func (s *site) add(t *testing.T, options string, env ...string) *node {
	t.Helper()
	n := &node{name: "node " + strconv.Itoa(len(s.nodes)+1), proxy: newProxy(t, s.dial), dir: t.TempDir(), log: &buffer{}, bin: s.binary}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()
	n.base = "http://" + addr
	n.env = append(os.Environ(), "OVERSIKT_ADDR="+addr, "OVERSIKT_DATA_DIR="+n.dir, "OVERSIKT_CHECK_LINKS=off", "OVERSIKT_LOG=text", "OVERSIKT_LOG_LEVEL=warn",
		"OVERSIKT_DATABASE_URL=postgres://oversikt@"+n.proxy.addr()+"/oversikt?sslmode=disable"+options)
	n.env = append(n.env, env...)
	s.nodes = append(s.nodes, n)
	t.Cleanup(func() {
		n.kill()
		if t.Failed() {
			t.Logf("the end of the log of %s: %s", n.name, tail(n.log.String(), 3000))
		}
	})
	return n
}

func tail(s string, n int) string { return s[max(0, len(s)-n):] }

// start runs the node's program.
func (n *node) start(t *testing.T) {
	t.Helper()
	n.cmd = exec.Command(n.bin, "serve")
	n.cmd.Env, n.cmd.Stderr = n.env, n.log
	if err := n.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	done, cmd := make(chan struct{}), n.cmd
	n.done = done
	go func() { defer close(done); _ = cmd.Wait() }()
}

// kill ends the node as a power cut does.
func (n *node) kill() {
	if n.cmd == nil {
		return
	}
	_ = n.cmd.Process.Signal(syscall.SIGKILL)
	<-n.done
	n.cmd = nil
}

// ready waits until the node answers readers.
func (n *node) ready(t *testing.T) {
	t.Helper()
	eventually(t, n.name+" is ready", func() bool { status, _, err := n.get("/readyz"); return err == nil && status == http.StatusOK })
}

// health is what /readyz says.
type health struct {
	Ready bool
	Index struct {
		Generation uint64
		InMemory   bool `json:"in_memory"`
	}
	Database struct{ Reachable bool }
}

func (n *node) health() (h health) {
	if _, body, err := n.get("/readyz"); err == nil {
		_ = json.Unmarshal(body, &h) // the zero value, which is not ready
	}
	return h
}

var browser = &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 8, DisableCompression: true}}

// get asks the node as a reader does.
func (n *node) get(path string) (int, []byte, error) {
	resp, err := browser.Get(n.base + path)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return resp.StatusCode, body, err
}

// saved is what the API says of an offering that it has written, or why not.
type saved struct {
	status     int
	etag       string
	retryAfter string
	ID         int64
	Navn       string
}

// write sends a call to the API with a token. The error is that of a connection.
func (n *node) write(method, path, token, etag string, body any) (saved, error) {
	raw, err := json.Marshal(body)
	if err != nil {
		return saved{}, err
	}
	req, err := http.NewRequest(method, n.base+"/api/v1"+path, bytes.NewReader(raw))
	if err != nil {
		return saved{}, err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/json")
	if etag != "" {
		req.Header.Set("If-Match", etag)
	}
	resp, err := browser.Do(req)
	if err != nil {
		return saved{}, err
	}
	defer resp.Body.Close()
	s := saved{status: resp.StatusCode, etag: resp.Header.Get("ETag"), retryAfter: resp.Header.Get("Retry-After")}
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return s, err
	}
	_ = json.Unmarshal(answer, &s) // an error's body has other fields
	return s, nil
}

// create makes an offering of the kommune. Its name is made of words that stand nowhere else.
func (n *node) create(token string, kommune region.Number, name string) (saved, error) {
	return n.write(http.MethodPost, "/tilbud", token, "", offering(kommune, name))
}

// offering is the body of a call that writes one, obviously made up.
func offering(kommune region.Number, name string) map[string]any {
	return map[string]any{
		"navn": name, "type": map[string]string{"kode": "annet"}, "begrunnelse": "Prøve.",
		"dekning": map[string]any{"kommuner": []any{map[string]string{"kommunenummer": string(kommune)}}},
	}
}

// mustCreate is create where nothing is in its way.
func (n *node) mustCreate(t *testing.T, token string, kommune region.Number, name string) saved {
	t.Helper()
	var got saved
	var err error
	eventually(t, n.name+" takes "+name, func() bool {
		got, err = n.create(token, kommune, name)
		return err == nil && got.status != http.StatusServiceUnavailable
	})
	if got.status != http.StatusCreated {
		t.Fatalf("create %s on %s: status %d", name, n.name, got.status)
	}
	return got
}

// shows reports whether readers of the node see the offering under the name.
func (n *node) shows(id int64, name string) bool {
	status, body, err := n.get("/api/v1/tilbud/" + strconv.FormatInt(id, 10))
	return err == nil && status == http.StatusOK && strings.Contains(string(body), name)
}

// finds reports whether a search on the node finds the offering of the name.
func (n *node) finds(word, name string) bool {
	status, body, err := n.get("/api/v1/tilbud?q=" + url.QueryEscape(word))
	return err == nil && status == http.StatusOK && strings.Contains(string(body), name)
}

// token makes a token with which a kommune writes.
func (s *site) token(t *testing.T, kommune region.Number) string {
	t.Helper()
	var secret string
	// More than once, as Postgres may just have been killed under the connections that we keep.
	eventually(t, "there is a token", func() (ok bool) {
		var err error
		_, secret, err = s.store.CreateToken(t.Context(), auth.Actor{Kind: auth.Operator, Name: "test"},
			store.Token{Owner: auth.Owner{Kommune: kommune}, Name: "Test", Scopes: store.Scopes()}, func(store.Token) store.Mail { return store.Mail{} })
		return err == nil
	})
	return secret
}

// count returns the one number that the query gives.
func (s *site) count(t *testing.T, query string, args ...any) int {
	t.Helper()
	var n int
	if err := s.db.QueryRowContext(t.Context(), query, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// eventually waits until ok holds. The time is for a machine with much else to do.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for began := time.Now(); !ok(); time.Sleep(10 * time.Millisecond) {
		if time.Since(began) > 2*time.Minute {
			t.Fatalf("still not so: %s", what)
		}
	}
}

// buffer is what a running program writes.
type buffer struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.all.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.all.String()
}
