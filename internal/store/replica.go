package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/gorm"
)

// Who only reads may be answered by a replica. Whoever asks says so, by Reading, once for
// all that one page reads: then the primary is asked how far its log has come, and a replica
// answers only from a connection whose server has replayed as much. All that was saved and
// acknowledged before the page was asked for, on any node and by any way, stands before that
// point; so nobody is shown less than they, or anybody, saved. Remembering what each person
// last wrote would spare the question, and would have to follow them between nodes, browsers
// and jobs; the question is one short round trip.
//
// It is asked of the connection, not of the replica: behind one address may be several
// servers, as in Kubernetes. An answer is taken whole before it is used, so that what a
// failing replica leaves half is asked of the primary instead, and nobody notices.

const (
	// replicaTime is how long a replica may take for a connection, and for an answer; and how long
	// a page may wait in all for replicas that fail it.
	replicaTime = 2500 * time.Millisecond
	// catchUp is how long a replica that is behind is waited for: a page that is shown right
	// after a form was saved mostly finds it some milliseconds away.
	catchUp       = 100 * time.Millisecond
	catchUpToCopy = 30 * time.Second
	catchUpStep   = 3 * time.Millisecond
	// leftAlone is for how long nobody asks a replica that failed, was too slow or too far behind.
	leftAlone = 5 * time.Second
	// readOnly is what Postgres says to whoever wants to write where nobody can.
	readOnly = "25006"
	// primaryTime is how long the primary may take to say how far it is. A primary that does not is not
	// asked again by others for awayTime.
	primaryTime = 2 * time.Second
	awayTime    = 2 * time.Second
)

// errBehind and errNoReplica say why a replica that answers is not used.
var (
	errBehind    = errors.New("has not come as far as the primary")
	errNoReplica = errors.New("is no replica of this database")
)

// Primary is the name under which ReplicaStats counts what the primary answered.
const Primary = "primary"

// replica is a read replica, or several behind one address.
type replica struct {
	name string // host and port
	pool *pgxpool.Pool
	db   *sql.DB
	gorm *gorm.DB
	log  *slog.Logger

	closedUntil atomic.Int64 // in Unix nanoseconds: left alone until then
	reads       atomic.Int64
}

// reading is what a context of Reading knows.
type reading struct {
	position string // of the primary's log; "" when the primary is away
	system   string // which database it is; "" when that is not known
	wrote    atomic.Bool
	lost     atomic.Int64 // nanoseconds, to replicas that failed
}

type readingKey struct{}

// untilKey has until when a replica is waited for.
type untilKey struct{}

func readingOf(ctx context.Context) *reading {
	r, _ := ctx.Value(readingKey{}).(*reading)
	return r
}

// Reading returns a context in which reads may be answered by a replica that has all that was
// committed until now. Once something is written in it, the primary answers. Without replicas
// it is ctx itself.
//
// Alone is true when the primary is away and there are replicas: then they answer with what
// they have, which may lack the last moments, and nothing can be saved.
func (s *Store) Reading(ctx context.Context) (reads context.Context, alone bool) {
	if len(s.replicas) == 0 {
		return ctx, false
	}
	r := &reading{}
	r.system, _ = s.system.Load().(string)
	if time.Now().UnixNano() < s.awayUntil.Load() {
		return context.WithValue(ctx, readingKey{}, r), true
	}
	position, system, err := s.position(ctx)
	for range 2 {
		if err != nil && Unavailable(err) && ctx.Err() == nil {
			position, system, err = s.position(ctx) // a connection may have broken while nobody used it
		}
	}
	switch {
	case err == nil:
		r.position, r.system = position, system
		return context.WithValue(ctx, readingKey{}, r), false
	case ctx.Err() == nil && (Unavailable(err) || errors.Is(err, context.DeadlineExceeded)):
		s.awayUntil.Store(time.Now().Add(awayTime).UnixNano())
		return context.WithValue(ctx, readingKey{}, r), true
	default:
		return ctx, false // such as a primary that is itself in recovery: it answers, or says what is wrong
	}
}

// position returns how far the primary's log has come, and which database it is.
func (s *Store) position(ctx context.Context) (position, system string, err error) {
	ctx, cancel := context.WithTimeout(ctx, primaryTime)
	defer cancel()
	// A commit is acknowledged when its log is flushed; with synchronous_commit off before that.
	err = s.pool.QueryRow(ctx, `SELECT (CASE current_setting('synchronous_commit') WHEN 'off' THEN pg_current_wal_insert_lsn() ELSE pg_current_wal_flush_lsn() END)::text,
		system_identifier::text FROM pg_control_system()`).Scan(&position, &system)
	if err == nil {
		s.system.Store(system)
	}
	return position, system, err
}

// alone reports whether ctx is of Reading while the primary is away.
func alone(ctx context.Context) bool {
	r := readingOf(ctx)
	return r != nil && r.position == ""
}

// wrote notes that something was written in ctx: a replica may not have it yet.
func wrote(ctx context.Context) {
	if r := readingOf(ctx); r != nil {
		r.wrote.Store(true)
	}
}

// fromReplica lets fn ask one replica after the other until one answers, with the context that
// it is given. It reports false when none does, or none is to be asked: then the primary is.
func (s *Store) fromReplica(ctx context.Context, fn func(context.Context, *replica) error) (answered bool, err error) {
	r := readingOf(ctx)
	if r == nil {
		return false, nil
	}
	first := s.turn.Add(1)
	for i := range s.replicas {
		replica := s.replicas[(first+uint64(i))%uint64(len(s.replicas))]
		began := time.Now()
		// With little time left nothing would be said of the replica; without a primary nobody else answers.
		left := replicaTime - time.Duration(r.lost.Load())
		if r.position == "" {
			left = max(left, replicaTime/2)
		}
		if r.wrote.Load() || left < replicaTime/2 {
			break
		}
		closed, ok := replica.enter(began, r.position == "")
		if !ok {
			continue
		}
		err = fn(context.WithValue(ctx, untilKey{}, began.Add(left)), replica)
		if !replica.failed(ctx, err) {
			replica.answered()
			return true, err
		}
		replica.leave(closed)
		r.lost.Add(int64(time.Since(began)))
		if ctx.Err() != nil {
			break // the primary's error is as good
		}
	}
	s.primaryReads.Add(1)
	return false, nil
}

// enter reports whether the replica is to be asked. One that was left alone is asked by one
// reader, and by all others only when it has answered; or by everybody, who have nobody else.
func (r *replica) enter(now time.Time, everybody bool) (closed trial, ok bool) {
	until := r.closedUntil.Load()
	switch {
	case until == 0:
		return trial{}, true
	case now.UnixNano() < until:
		return trial{}, false
	case everybody:
		return trial{}, true
	}
	closed = trial{before: until, during: now.Add(leftAlone).UnixNano()}
	return closed, r.closedUntil.CompareAndSwap(closed.before, closed.during)
}

// trial is that one reader asks a replica that was left alone.
type trial struct{ before, during int64 }

// leave lets the next reader try, where it was not found out how the replica is.
func (r *replica) leave(t trial) {
	if t != (trial{}) {
		r.closedUntil.CompareAndSwap(t.during, t.before)
	}
}

// failed reports whether err is the replica's and not an answer, and leaves the replica alone for a
// while if it would fail others too.
func (r *replica) failed(ctx context.Context, err error) bool {
	var fault *replicaFault
	if !errors.As(err, &fault) {
		return false
	}
	if ctx.Err() != nil {
		return true // it is the reader who would not wait
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == readOnly {
		wrote(ctx) // it wants to, and will
		return true
	}
	if errors.As(err, &pg) && !Unavailable(err) {
		return true // such as a conflict with what is being replayed: the next one may be luckier
	}
	r.leaveAlone(err)
	return true
}

// inTime returns ctx with the end of what a replica may take: by itself, or with all that was
// waited for before.
func inTime(ctx context.Context, byItself bool) (context.Context, context.CancelFunc) {
	end := time.Now().Add(replicaTime)
	if until, ok := ctx.Value(untilKey{}).(time.Time); ok && !byItself && until.Before(end) {
		end = until
	}
	return context.WithDeadline(ctx, end)
}

// leaveAlone keeps everybody from the replica for a while.
func (r *replica) leaveAlone(why error) {
	if before := r.closedUntil.Swap(time.Now().Add(leftAlone).UnixNano()); before == 0 {
		r.log.Warn("a replica is left alone; the primary answers", "replica", r.name, "error", why)
	}
}

func (r *replica) answered() {
	r.reads.Add(1)
	if r.closedUntil.Load() != 0 {
		r.closedUntil.Store(0)
		r.log.Info("a replica answers again", "replica", r.name)
	}
}

// openReplica returns the replica at the address. It does not connect. Nothing can be written
// by its connections, also where it has become a primary since.
func openReplica(ctx context.Context, address string, log *slog.Logger) (*replica, error) {
	pool, err := openPool(ctx, address, replicaTime, "default_transaction_read_only", "on")
	if err != nil {
		return nil, fmt.Errorf("replica: %w", err)
	}
	c := pool.Config().ConnConfig
	r := &replica{name: net.JoinHostPort(c.Host, strconv.Itoa(int(c.Port))), pool: pool, log: log}
	r.db = sql.OpenDB(replicaConnector{stdlib.GetPoolConnector(pool)})
	r.db.SetMaxIdleConns(0) // the pool keeps them
	if r.gorm, err = openGORM(r.db); err != nil {
		pool.Close()
		return nil, fmt.Errorf("replica: %w", err)
	}
	return r, nil
}

func (r *replica) close() error {
	err := r.db.Close()
	r.pool.Close()
	return err
}

// chooser is what GORM asks when there are replicas: each single statement that reads goes
// where fromReplica says, all else to the primary.
type chooser struct {
	*sql.DB
	store *Store
}

// QueryContext is of gorm.ConnPool.
func (c chooser) QueryContext(ctx context.Context, query string, args ...any) (rows *sql.Rows, err error) {
	answered, err := c.store.fromReplica(ctx, func(ctx context.Context, r *replica) (err error) {
		rows, err = r.db.QueryContext(ctx, query, args...)
		return err
	})
	if answered {
		return rows, err
	}
	return c.DB.QueryContext(ctx, query, args...)
}

// ExecContext is of gorm.ConnPool.
func (c chooser) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	wrote(ctx)
	return c.DB.ExecContext(ctx, query, args...)
}

// BeginTx is of gorm.TxBeginner.
func (c chooser) BeginTx(ctx context.Context, opts *sql.TxOptions) (*sql.Tx, error) {
	if opts == nil || !opts.ReadOnly {
		wrote(ctx)
	}
	return c.DB.BeginTx(ctx, opts)
}

// GetDBConn is of gorm.GetDBConnector.
func (c chooser) GetDBConn() (*sql.DB, error) { return c.DB, nil }

// ReplicaStats is how a replica is used.
type ReplicaStats struct {
	Name      string // host and port, or Primary
	Reads     int64  // that it answered, of those that a replica may answer
	LeftAlone bool   // just now

	Measured bool          // what follows is known
	Behind   int64         // bytes of the log that it has not replayed
	Lag      time.Duration // how old the last thing is that it has replayed, while there is more to replay
}

// ReplicaStats returns how the replicas are used, and first how often the primary answered in
// their stead. It asks each of them how far it is; one that cannot say is left alone.
func (s *Store) ReplicaStats(ctx context.Context) []ReplicaStats {
	stats := []ReplicaStats{{Name: Primary, Reads: s.primaryReads.Load()}}
	if len(s.replicas) == 0 {
		return stats
	}
	position, _, err := s.position(ctx)
	for _, r := range s.replicas {
		one := ReplicaStats{Name: r.name, Reads: r.reads.Load()}
		if err == nil {
			r.measure(ctx, position, &one)
		}
		one.LeftAlone = time.Now().UnixNano() < r.closedUntil.Load()
		stats = append(stats, one)
	}
	return stats
}

func (r *replica) measure(ctx context.Context, position string, into *ReplicaStats) {
	wait, cancel := context.WithTimeout(ctx, primaryTime)
	defer cancel()
	var standby bool
	var lag float64
	err := r.pool.QueryRow(wait, `SELECT pg_is_in_recovery(), coalesce(greatest(pg_wal_lsn_diff($1::text::pg_lsn, pg_last_wal_replay_lsn()), 0), 0)::bigint,
		CASE WHEN pg_last_wal_replay_lsn() >= $1::text::pg_lsn THEN 0 ELSE coalesce(greatest(extract(epoch FROM now() - pg_last_xact_replay_timestamp()), 0), 0) END::float8`,
		position).Scan(&standby, &into.Behind, &lag)
	if err == nil && !standby {
		err = errNoReplica
	}
	if err != nil {
		if ctx.Err() == nil {
			r.leaveAlone(err)
		}
		return
	}
	into.Measured, into.Lag = true, time.Duration(lag*float64(time.Second))
}
