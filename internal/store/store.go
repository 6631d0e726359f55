// Package store is Postgres through GORM: what is kept, and the only way to change it.
//
// Every change is one transaction: permission against the stored row, validation,
// version check, rows, an entry in the append-only history, and an entry in the feed
// that the index of every node follows. No caller, import or API included, can skip a
// step, because the steps are not offered one by one.
//
// Exported methods open the transaction; unexported functions take it as tx. Row structs
// stand in <noun>_row.go with their conversions, which never query.
package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"slices"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/nasjonal-oversikt/oversikt/migrations"
)

var (
	// ErrNotFound is returned when there is no row of the id, key or number asked for.
	ErrNotFound = errors.New("not found")
	// ErrConflict is returned for a write whose author had not seen what stands there
	// now: the row has another version, or its key is taken.
	ErrConflict = errors.New("somebody else has changed it")
)

// Limits that keep one bad statement or one forgotten transaction from holding up the
// rest. The address of the database may set others. Every statement of a page or an edit
// takes milliseconds; imports give themselves more time.
const (
	connectTimeout     = 5 * time.Second
	statementTimeout   = "1500"  // ms
	idleInTransaction  = "10000" // ms
	importStatementMax = "60s"

	// Nothing that the database does for the pool takes longer than an import's statement; what
	// does is on a connection that the network has forgotten, and whoever waits there waits for
	// ever. pingTimeout is how long a connection that was idle may take to say that it is alive:
	// short, so that a request can still try the next one.
	answerTimeout = 75 * time.Second
	pingTimeout   = time.Second
)

// Options says which database, and where to report what no caller hears of.
type Options struct {
	URL         string       // "postgres://…"
	ReplicaURLs []string     // of read replicas of it, for those who only read; see Reading
	Log         *slog.Logger // nil: nowhere
}

// Store is an open database. Its methods may be called at the same time.
type Store struct {
	// Now, for tests, is the clock of all that is not dated in SQL. Nil: this machine's clock for
	// the dates that people read, of when a thing was changed or confirmed; the database's for
	// what runs out. The history and the feed are dated by the database.
	Now func() time.Time

	db   *gorm.DB
	pool *pgxpool.Pool
	log  *slog.Logger

	replicas     []*replica
	turn         atomic.Uint64 // of the replicas, to be asked first
	primaryReads atomic.Int64  // that a replica might have answered
	awayUntil    atomic.Int64  // in Unix nanoseconds: until then, the primary is taken to be away by those who only read
	system       atomic.Value  // which database it is: the system identifier, a string

	limits limits
}

// Open returns the store at the address. It does not connect: a database that is away
// now may be there later, and Ping tells. It fails for an address that cannot be read.
func Open(ctx context.Context, opts Options) (*Store, error) {
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	pool, err := openPool(ctx, opts.URL, connectTimeout)
	if err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	s := &Store{pool: pool, log: opts.Log}
	primary := stdlib.OpenDBFromPool(pool)
	if len(opts.ReplicaURLs) == 0 {
		s.db, err = openGORM(primary)
	} else {
		s.db, err = openGORM(chooser{primary, s})
	}
	for _, address := range opts.ReplicaURLs {
		var r *replica
		if err == nil {
			r, err = openReplica(ctx, address, opts.Log)
		}
		if err == nil {
			s.replicas = append(s.replicas, r)
		}
	}
	if err != nil {
		pool.Close()
		for _, r := range s.replicas {
			r.pool.Close()
		}
		return nil, fmt.Errorf("open store: %w", err)
	}
	return s, nil
}

// openPool returns connections to the address, none of which is made yet. Always are names and
// values of parameters that the address cannot set.
func openPool(ctx context.Context, address string, connect time.Duration, always ...string) (*pgxpool.Pool, error) {
	config, err := pgxpool.ParseConfig(address)
	if err != nil {
		return nil, err
	}
	if config.ConnConfig.ConnectTimeout == 0 {
		config.ConnConfig.ConnectTimeout = connect
	}
	for name, value := range map[string]string{
		"application_name":                    "oversikt",
		"statement_timeout":                   statementTimeout,
		"idle_in_transaction_session_timeout": idleInTransaction,
	} {
		if _, set := config.ConnConfig.RuntimeParams[name]; !set {
			config.ConnConfig.RuntimeParams[name] = value
		}
	}
	for pair := range slices.Chunk(always, 2) {
		config.ConnConfig.RuntimeParams[pair[0]] = pair[1]
	}
	config.PingTimeout = pingTimeout
	config.ConnConfig.Tracer = statements{}
	return pgxpool.NewWithConfig(ctx, config)
}

func openGORM(pool gorm.ConnPool) (*gorm.DB, error) {
	return gorm.Open(postgres.New(postgres.Config{Conn: pool}), &gorm.Config{
		// Its log would hold SQL with values. Errors are returned, and logged at the top.
		Logger:                 logger.Discard,
		TranslateError:         true,
		SkipDefaultTransaction: true,
		DisableAutomaticPing:   true,
		// Columns by name, so that a running program survives a column being added.
		QueryFields: true,
	})
}

// patience gives a deadline to the statements of those who set none, as what runs in the
// background does. It is the one place that every statement passes.
type patience struct{}

type patienceKey struct{}

func (patience) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	if _, set := ctx.Deadline(); set {
		return ctx
	}
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	return context.WithValue(ctx, patienceKey{}, cancel)
}

func (patience) TraceQueryEnd(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryEndData) {
	if cancel, ok := ctx.Value(patienceKey{}).(context.CancelFunc); ok {
		cancel()
	}
}

// Close gives all connections back. It waits for those in use.
func (s *Store) Close() error {
	db, err := s.db.DB()
	if err != nil {
		return fmt.Errorf("close store: %w", err)
	}
	err = db.Close()
	s.pool.Close()
	for _, r := range s.replicas {
		err = errors.Join(err, r.close())
	}
	if err != nil {
		return fmt.Errorf("close store: %w", err)
	}
	return nil
}

// Ping returns nil when the database answers.
func (s *Store) Ping(ctx context.Context) error {
	if err := s.pool.Ping(ctx); err != nil {
		return fmt.Errorf("ping database: %w", err)
	}
	return nil
}

// Migrate brings the schema up to date and returns how many migrations it ran.
func (s *Store) Migrate(ctx context.Context) (int, error) {
	// A connection of its own: a migration may take longer than a page may.
	config := s.ownConnection()
	config.RuntimeParams["lock_timeout"] = migrations.LockTimeout
	db := stdlib.OpenDB(*config)
	defer db.Close()
	return migrations.Up(ctx, db)
}

// ownConnection returns how to connect outside the pool, for what lasts long.
func (s *Store) ownConnection() *pgx.ConnConfig { return ownConnection(s.pool) }

func ownConnection(pool *pgxpool.Pool) *pgx.ConnConfig {
	config := pool.Config().ConnConfig.Copy()
	config.Tracer = nil
	config.RuntimeParams["statement_timeout"] = "0"
	config.RuntimeParams["idle_in_transaction_session_timeout"] = "0"
	return config
}

// read runs fn on one snapshot, so that a row and its children belong together. It runs it
// again when a replica fails on the way: fn begins with what it fills empty.
func (s *Store) read(ctx context.Context, fn func(tx *gorm.DB) error) error {
	snapshot := &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}
	answered, err := s.fromReplica(ctx, func(ctx context.Context, r *replica) error {
		return r.gorm.WithContext(ctx).Transaction(fn, snapshot)
	})
	if answered {
		return err
	}
	return s.db.WithContext(ctx).Transaction(fn, snapshot)
}

// write runs fn in one transaction.
func (s *Store) write(ctx context.Context, fn func(tx *gorm.DB) error) error {
	return s.db.WithContext(ctx).Transaction(fn)
}

// nodeClock is this machine's clock. Tests set it wrong.
var nodeClock = time.Now

// now returns the time as the database can keep it, by this machine's clock: for when a thing
// was written, where an hour more or less does no harm.
func (s *Store) now() time.Time {
	now := nodeClock
	if s.Now != nil {
		now = s.Now
	}
	return now().UTC().Truncate(time.Microsecond)
}

// clock returns the time that decides what has run out and who has to wait: the database's,
// which is one for all nodes. A node whose own is hours off would refuse every code of an app,
// and let people wait for hours on the others.
func (s *Store) clock(tx *gorm.DB) (time.Time, error) {
	if s.Now != nil {
		return s.now(), nil
	}
	var now time.Time
	if err := tx.Raw("SELECT now()").Scan(&now).Error; err != nil {
		return now, fmt.Errorf("read the clock: %w", err)
	}
	return now.UTC(), nil
}

// allowLongStatements lifts the time limit of the transaction's statements to what an
// import needs.
func allowLongStatements(tx *gorm.DB) error {
	return tx.Exec("SET LOCAL statement_timeout = '" + importStatementMax + "'").Error
}

// withDetail adds what Postgres says beside its message, such as which number is not
// there. For public registers only: the detail holds values.
func withDetail(err error) error {
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Detail != "" {
		return fmt.Errorf("%w: %s", err, pg.Detail)
	}
	return err
}

// Unavailable reports whether err says that the database is away, takes no writes just
// now, or is too slow: what was asked for may well work later.
func Unavailable(err error) bool {
	var connect *pgconn.ConnectError
	if errors.As(err, &connect) {
		return true
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		// Connection trouble; no room left, or too many of them; an operator or a time limit stepped
		// in; its disk fails; it fails itself; read-only.
		switch pg.Code[:min(2, len(pg.Code))] {
		case "08", "53", "57", "58", "XX":
			return true
		}
		return pg.Code == readOnly
	}
	// The line broke while an answer was on its way.
	var line *net.OpError
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.As(err, &line) {
		return true
	}
	// A transaction whose time ran out is rolled back behind the back of who works on it.
	return errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrTxDone) || pgconn.SafeToRetry(err)
}
