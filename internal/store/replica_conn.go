package store

import (
	"bytes"
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// replicaFault is an error of a replica, as opposed to one of whoever reads there.
type replicaFault struct{ err error }

func (f *replicaFault) Error() string { return f.err.Error() }
func (f *replicaFault) Unwrap() error { return f.err }

func faultOf(err error) error {
	if err == nil {
		return nil
	}
	return &replicaFault{err}
}

// replicaConnector gives connections that answer only when they have caught up.
type replicaConnector struct{ driver.Connector }

func (r replicaConnector) Connect(ctx context.Context) (driver.Conn, error) {
	ctx, cancel := inTime(ctx, false)
	defer cancel()
	c, err := r.Connector.Connect(ctx)
	if err != nil {
		return nil, faultOf(err)
	}
	return replicaConn{c.(*stdlib.Conn)}, nil
}

// replicaConn is a connection to a replica.
type replicaConn struct{ *stdlib.Conn }

// QueryContext returns the whole answer, or none.
func (c replicaConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	// In a transaction BeginTx has asked, and each answer has a time of its own.
	begun := c.Conn.Conn().PgConn().TxStatus() != 'I'
	ctx, cancel := inTime(ctx, begun)
	defer cancel()
	if !begun {
		if err := caughtUp(ctx, c.Conn.Conn(), catchUp); err != nil {
			return nil, faultOf(err)
		}
	}
	rows, err := c.Conn.QueryContext(ctx, query, args)
	if err != nil {
		return nil, faultOf(err)
	}
	whole, err := readAll(rows)
	return whole, faultOf(err)
}

func (c replicaConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	result, err := c.Conn.ExecContext(ctx, query, args)
	return result, faultOf(err)
}

func (c replicaConn) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	wait, cancel := inTime(ctx, false)
	defer cancel()
	// Before it begins: its snapshot must not be older than the answer.
	if err := caughtUp(wait, c.Conn.Conn(), catchUp); err != nil {
		return nil, faultOf(err)
	}
	tx, err := c.Conn.BeginTx(ctx, opts)
	if err != nil {
		return nil, faultOf(err)
	}
	return replicaTx{tx}, nil
}

type replicaTx struct{ driver.Tx }

func (tx replicaTx) Commit() error { return faultOf(tx.Tx.Commit()) }

// caughtUp returns nil when the connection's server has replayed all that the reader's primary
// had. It waits for it as long as it is told to.
func caughtUp(ctx context.Context, conn *pgx.Conn, wait time.Duration) error {
	r := readingOf(ctx)
	if r == nil {
		return errors.New("nobody said how far the primary is")
	}
	began := time.Now()
	for {
		var standby, same, reached bool
		err := conn.QueryRow(ctx, `SELECT pg_is_in_recovery(), $2 IN ('', system_identifier::text), coalesce(pg_last_wal_replay_lsn() >= nullif($1, '')::pg_lsn, false) FROM pg_control_system()`,
			r.position, r.system).Scan(&standby, &same, &reached)
		switch {
		case err != nil:
			return err
		case !same:
			return errNoReplica
		case r.position == "": // the primary is away; this may be the one that takes its place
			return nil
		case !standby:
			return errNoReplica
		case reached:
			return nil
		case time.Since(began) > wait:
			return errBehind
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(catchUpStep):
		}
	}
}

// wholeRows is an answer that is here altogether.
type wholeRows struct {
	columns []string
	rows    [][]driver.Value
}

func (w *wholeRows) Columns() []string { return w.columns }
func (w *wholeRows) Close() error      { return nil }

func (w *wholeRows) Next(to []driver.Value) error {
	if len(w.rows) == 0 {
		return io.EOF
	}
	copy(to, w.rows[0])
	w.rows = w.rows[1:]
	return nil
}

func readAll(rows driver.Rows) (driver.Rows, error) {
	defer rows.Close()
	whole := &wholeRows{columns: rows.Columns()}
	for {
		row := make([]driver.Value, len(whole.columns))
		if err := rows.Next(row); errors.Is(err, io.EOF) {
			return whole, nil
		} else if err != nil {
			return nil, err
		}
		for i, v := range row {
			if b, ok := v.([]byte); ok {
				row[i] = bytes.Clone(b) // the driver's until the next row
			}
		}
		whole.rows = append(whole.rows, row)
	}
}
