package store

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/nasjonal-oversikt/oversikt/internal/trace"
)

// statements is what every statement of the pool passes: it gets patience, and is a span
// where traces are sent.
type statements struct{ patience }

type spanKey struct{}

func (s statements) TraceQueryStart(ctx context.Context, conn *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	if trace.On() {
		var span trace.Span
		ctx, span = trace.Query(ctx, data.SQL)
		ctx = context.WithValue(ctx, spanKey{}, span)
	}
	return s.patience.TraceQueryStart(ctx, conn, data)
}

func (s statements) TraceQueryEnd(ctx context.Context, conn *pgx.Conn, data pgx.TraceQueryEndData) {
	if span, ok := ctx.Value(spanKey{}).(trace.Span); ok {
		span.End(data.Err)
	}
	s.patience.TraceQueryEnd(ctx, conn, data)
}
