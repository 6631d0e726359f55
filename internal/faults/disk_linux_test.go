package faults

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

// full lets no file of the program grow, or lets them again: what a full disk does, on every
// machine and for one program alone. The error is EFBIG and not ENOSPC; the program looks at
// neither.
func (n *node) full(t *testing.T, yes bool) {
	t.Helper()
	setFull(t, n.cmd.Process.Pid, yes)
}

func setFull(t *testing.T, pid int, yes bool) {
	t.Helper()
	limit := unix.Rlimit{Cur: unix.RLIM_INFINITY, Max: unix.RLIM_INFINITY}
	if yes {
		limit.Cur = 1
	}
	if err := unix.Prlimit(pid, unix.RLIMIT_FSIZE, &limit, nil); err != nil {
		t.Fatal(err)
	}
}

// fullDisk has a node's disk run full while it runs: it goes on in memory, mail waits, and it
// comes back to disk by itself.
func fullDisk(t *testing.T, s *site, n *node) {
	token := s.token(t, "1804")
	n.full(t, true)
	o := n.mustCreate(t, token, "1804", "Prøvetilbud fulldisk")
	eventually(t, "the edit is shown", func() bool { return n.shows(o.ID, o.Navn) })
	eventually(t, "the node goes on in memory", func() bool { return n.health().Index.InMemory })
	if v := n.figures(t)["oversikt_index_in_memory"]; v != 1 {
		t.Errorf("oversikt_index_in_memory is %v", v)
	}
	edits := 0
	for i := range 3 {
		o := n.mustCreate(t, token, "1804", "Prøvetilbud fulldisk"+strconv.Itoa(i))
		eventually(t, "an edit in memory is found", func() bool { return n.shows(o.ID, o.Navn) && n.finds("fulldisk"+strconv.Itoa(i), o.Navn) })
		edits++
	}
	if err := s.store.QueueMail(t.Context(), "faults:full", store.Mail{To: "en@example.org", Subject: "Prøve", Text: "Prøve."}, time.Time{}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the mail is tried and waits", func() bool {
		return s.count(t, "SELECT count(*) FROM jobs WHERE key = 'faults:full' AND attempts > 0 AND last_error <> '' AND done_at IS NULL AND gave_up_at IS NULL") == 1
	})
	if mails := n.mails(t); len(mails) != 0 {
		t.Errorf("mails on a full disk: %v", mails)
	}
	n.full(t, false)
	eventually(t, "the index is on disk again", func() bool { h := n.health(); return h.Ready && !h.Index.InMemory })
	if _, err := s.db.ExecContext(t.Context(), "UPDATE jobs SET run_at = now() WHERE key = 'faults:full'"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the mail is there", func() bool { return len(n.mails(t)) == 1 })

	// The disk has all of it: the node starts again without the database.
	n.proxy.cut()
	n.kill()
	n.start(t)
	n.ready(t)
	eventually(t, "the edits were kept", func() bool { return n.shows(o.ID, o.Navn) && n.finds("fulldisk2", "fulldisk2") })
	n.proxy.heal()
	t.Logf("%d edits with a full disk, all shown, found and kept; a mail waited and was sent", edits+1)
}

func (n *node) mails(t *testing.T) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(n.dir, "mail", "*.eml"))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// damagedIndex damages the index of a node while it runs: it lives on, answers and follows.
func damagedIndex(t *testing.T, s *site, n *node) {
	token := s.token(t, "1804")
	o := n.mustCreate(t, token, "1804", "Prøvetilbud skadet")
	eventually(t, "it is shown", func() bool { return n.shows(o.ID, o.Navn) })
	pid := n.cmd.Process.Pid
	tried := 0
	for _, c := range []struct {
		what string
		do   func() error
	}{
		{"segments cut short", func() error {
			return eachFile(n.dir, "index/index-*/store/*.zap", func(f string) error { return os.Truncate(f, 100) })
		}},
		{"root.bolt cut short", func() error {
			return eachFile(n.dir, "index/index-*/store/root.bolt", func(f string) error { return os.Truncate(f, 5000) })
		}},
		{"the whole folder gone", func() error {
			gone := filepath.Join(n.dir, "gone") // first: the node may be writing into it
			return errors.Join(os.Rename(filepath.Join(n.dir, "index"), gone), os.RemoveAll(gone))
		}},
	} {
		if err := c.do(); err != nil {
			t.Fatalf("%s: %v", c.what, err)
		}
		if !n.shows(o.ID, o.Navn) || !n.finds("skadet", o.Navn) {
			t.Errorf("%s: what was there is not shown any more", c.what)
		}
		changed, err := n.write(http.MethodPut, "/tilbud/"+strconv.FormatInt(o.ID, 10), token, o.etag, offering("1804", "Prøvetilbud skadet "+strconv.Itoa(tried)))
		if err != nil || changed.status != http.StatusOK {
			t.Fatalf("%s: an edit: %d, %v", c.what, changed.status, err)
		}
		o = changed
		eventually(t, c.what+": an edit is shown", func() bool { return n.shows(o.ID, o.Navn) })
		eventually(t, c.what+": the index is on disk again", func() bool {
			found, _ := filepath.Glob(filepath.Join(n.dir, "index", "CURRENT")) // the pattern is right
			h := n.health()
			return len(found) == 1 && h.Ready && !h.Index.InMemory
		})
		tried++
	}
	if err := syscall.Kill(pid, 0); err != nil || n.cmd.Process.Pid != pid {
		t.Errorf("the node has ended: %v", err)
	}
	t.Logf("%d kinds of damage to the index of a running node: all edits shown, the same process", tried)
}

func eachFile(dir, pattern string, do func(string) error) error {
	found, err := filepath.Glob(filepath.Join(dir, pattern))
	if err == nil && len(found) == 0 {
		err = fmt.Errorf("no %s", pattern)
	}
	for _, f := range found {
		err = errors.Join(err, do(f))
	}
	return err
}

// One node, and what befalls its disk and that of Postgres.
func TestDisks(t *testing.T) {
	dir := t.TempDir()
	small := mountSmall(t, dir)
	s := newSiteIn(t, dir)
	n := s.add(t, "")
	n.start(t)
	n.ready(t)
	t.Run("the node's is full", func(t *testing.T) { fullDisk(t, s, n) })
	t.Run("the node's index is damaged", func(t *testing.T) { damagedIndex(t, s, n) })
	t.Run("Postgres's is full", func(t *testing.T) { fullPostgres(t, s, n, small) })
}

// fullPostgres has the disk of Postgres run full: writes are refused with 503, none is there by
// half, and they are taken again when there is room, without anyone restarting anything.
func fullPostgres(t *testing.T, s *site, n *node, small bool) {
	token := s.token(t, "1804")
	n.mustCreate(t, token, "1804", "Prøvetilbud førdisken")

	how := "the disk is full"
	var free func()
	if small {
		free = fill(t, s.dir)
	} else {
		how = "no file of Postgres may grow"
		free = s.limitPostgres(t)
	}
	var kept []saved
	var refused []string
	for i := 0; len(refused) < 5; i++ {
		if i == 3000 {
			t.Fatalf("%d writes, and the disk is not full", i)
		}
		name := "Prøvetilbud disk" + strconv.Itoa(i)
		got, err := n.create(token, "1804", name)
		switch {
		case err != nil:
			t.Fatal(err)
		case got.status == http.StatusCreated:
			kept = append(kept, got)
		case got.status == http.StatusServiceUnavailable && got.retryAfter != "":
			refused = append(refused, name)
		default:
			t.Fatalf("a write on a full disk: %d, Retry-After %q", got.status, got.retryAfter)
		}
	}
	if status, _, err := n.get("/sok?q=avlastning"); err != nil || status != http.StatusOK {
		t.Errorf("a search meanwhile: %d, %v", status, err)
	}
	free()
	after := n.mustCreate(t, token, "1804", "Prøvetilbud etterdisken")
	eventually(t, "it is shown", func() bool { return n.shows(after.ID, after.Navn) })
	for _, name := range refused {
		if half := s.count(t, "SELECT count(*) FROM offerings WHERE name = $1", name) + s.count(t, "SELECT count(*) FROM revisions WHERE kind = 'offering' AND after->>'Name' = $1", name); half != 0 {
			t.Errorf("%s was refused, and %d rows are there", name, half)
		}
	}
	for _, o := range kept {
		ref := strconv.FormatInt(o.ID, 10)
		if rows, history, changes := s.count(t, "SELECT count(*) FROM offerings WHERE id = $1", o.ID), s.count(t, "SELECT count(*) FROM revisions WHERE kind = 'offering' AND ref = $1", ref),
			s.count(t, "SELECT count(*) FROM changes WHERE kind = 'offering' AND ref = $1", ref); rows != 1 || history != 1 || changes != 1 {
			t.Errorf("%s was acknowledged: %d rows, %d in the history, %d in the feed", o.Navn, rows, history, changes)
		}
		eventually(t, "it is shown", func() bool { return n.shows(o.ID, o.Navn) })
	}
	t.Logf("%s: %d writes acknowledged and kept, %d refused with nothing left of them; writes are taken again", how, len(kept), len(refused))
}

// mountSmall puts a small disk where Postgres lies, where that is allowed.
func mountSmall(t *testing.T, dir string) bool {
	t.Helper()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=160m,mode=0711"); err != nil {
		t.Logf("no disk of its own: %v", err)
		return false
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, unix.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return true
}

// fill takes what room there is, and returns what gives it back.
func fill(t *testing.T, dir string) func() {
	t.Helper()
	name := filepath.Join(dir, "filler")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for block := make([]byte, 1<<20); len(block) > 0; {
		if _, err := f.Write(block); errors.Is(err, syscall.ENOSPC) {
			block = block[:len(block)/2]
		} else if err != nil {
			t.Fatal(err)
		}
	}
	return func() {
		if err := os.Remove(name); err != nil {
			t.Error(err)
		}
	}
}

// limitPostgres lets no file of Postgres grow, and returns what lets them again. A postmaster
// that ends of it is started again without the limit, as on another disk.
func (s *site) limitPostgres(t *testing.T) func() {
	t.Helper()
	s.setPostgres(t, "1:unlimited")
	return func() {
		eventually(t, "Postgres runs", func() bool { return postgresRuns(s.dir) })
		s.setPostgres(t, "unlimited:unlimited")
	}
}

// postgresRuns reports whether there is a postmaster: none is while pgembed starts another.
func postgresRuns(dir string) bool {
	content, err := os.ReadFile(filepath.Join(dir, "postgres", "postmaster.pid"))
	if err != nil {
		return false
	}
	line, _, _ := strings.Cut(string(content), "\n")
	pid, err := strconv.Atoi(line)
	return err == nil && !errors.Is(syscall.Kill(pid, 0), syscall.ESRCH)
}

// setPostgres sets how large files of Postgres may be, as its own account: root in a container
// may not do that to others.
func (s *site) setPostgres(t *testing.T, limit string) {
	t.Helper()
	for _, pid := range s.postgresProcesses(t) {
		info, err := os.Stat("/proc/" + strconv.Itoa(pid))
		if err != nil {
			continue // it has ended
		}
		owner := info.Sys().(*syscall.Stat_t)
		cmd := exec.Command("prlimit", "--pid", strconv.Itoa(pid), "--fsize="+limit)
		if int(owner.Uid) != os.Getuid() {
			cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: owner.Uid, Gid: owner.Gid}}
		}
		if out, err := cmd.CombinedOutput(); err != nil && syscall.Kill(pid, 0) == nil {
			t.Fatalf("limit process %d: %v: %s", pid, err, out)
		}
	}
}

// postgresProcesses are the postmaster and its children.
func (s *site) postgresProcesses(t *testing.T) []int {
	t.Helper()
	first := postmaster(t, s.dir)
	pids := []int{first}
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range stats {
		content, err := os.ReadFile(name)
		if err != nil {
			continue // it has ended
		}
		_, rest, _ := strings.Cut(string(content), ") ")
		var state string
		var parent int
		if _, err := fmt.Sscan(rest, &state, &parent); err != nil || parent != first {
			continue
		}
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(name)))
		if err != nil {
			t.Fatal(err)
		}
		pids = append(pids, pid)
	}
	return pids
}
