// Package trace sends traces to an OpenTelemetry collector, where whoever runs the program
// has named one. Nobody else knows that there is OpenTelemetry.
//
// What readers look for here is private, and a trace is kept by others. So a span cannot be
// given any text that its caller likes: it has names that stand in the program, numbers, the
// pattern of a route, a statement whose values stand beside it, the host that was asked, and
// of an error its kind. There is no way to put an address, a word or a message in.
//
// While nothing is traced, which is the rule, each function here returns at its first line.
package trace

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/go-logr/logr"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	otrace "go.opentelemetry.io/otel/trace"
)

// flushTime is how long the end of the program waits for spans that are not sent yet.
const flushTime = 3 * time.Second

// tracer is nil while nothing is traced. Begin sets it before anything else runs.
var tracer otrace.Tracer

// On reports whether traces are sent.
func On() bool { return tracer != nil }

// Begin lets traces be sent to the collector that the standard variables of OpenTelemetry
// name (OTEL_EXPORTER_OTLP_…, OTEL_SERVICE_NAME, OTEL_TRACES_SAMPLER, OTEL_BSP_…), from all that
// starts after it. Spans wait in a queue of limited length: a collector that is away costs
// spans and nothing else. The function that is returned sends what is left, and waits for that
// some seconds at most. Call Begin once, before the rest of the program starts.
func Begin(ctx context.Context, version string, log *slog.Logger) (end func(), err error) {
	// Its own log quotes the headers that it cannot read, and those hold secrets.
	otel.SetLogger(logr.Discard())
	otel.SetErrorHandler(&seldom{log: log, now: time.Now})
	exporter, err := otlptracehttp.New(ctx)
	if err != nil {
		return nil, fmt.Errorf("traces: %w", err)
	}
	host, _ := os.Hostname() // nodes are told apart by it where they have one
	ours, err := resource.New(ctx,
		resource.WithTelemetrySDK(),
		resource.WithAttributes(semconv.ServiceName("oversikt"), semconv.ServiceVersion(version), semconv.HostName(host)),
		resource.WithFromEnv(), // last: it goes before ours
	)
	if err != nil {
		return nil, fmt.Errorf("OTEL_RESOURCE_ATTRIBUTES: %w", err)
	}
	provider := sdk.NewTracerProvider(sdk.WithBatcher(exporter), sdk.WithResource(ours))
	tracer = provider.Tracer("github.com/nasjonal-oversikt/oversikt", otrace.WithInstrumentationVersion(version))
	return func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), flushTime)
		defer cancel()
		if err := provider.Shutdown(ctx); err != nil {
			log.Warn("the last traces were not sent", "error", err)
		}
	}, nil
}

// seldom logs that traces cannot be sent: the first time, and then once an hour.
type seldom struct {
	log *slog.Logger
	now func() time.Time

	mu      sync.Mutex
	said    time.Time
	between int
}

// seldomEvery is how much time is between two lines.
const seldomEvery = time.Hour

// Handle is of otel.ErrorHandler.
func (s *seldom) Handle(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	if !s.said.IsZero() && now.Sub(s.said) < seldomEvery {
		s.between++
		return
	}
	s.log.Warn("traces cannot be sent; this is said once an hour at most", "error", err, "before", s.between)
	s.said, s.between = now, 0
}

// Span is one piece of work in a trace. The zero value is none, and takes everything.
type Span struct{ span otrace.Span }

// Start begins a span of the program's own, below that of the context if it has one. The
// name is one of few: it stands in the program.
func Start(ctx context.Context, name string) (context.Context, Span) {
	if tracer == nil {
		return ctx, Span{}
	}
	ctx, s := tracer.Start(ctx, name)
	return ctx, Span{s}
}

// Number says how many there were of what.
func (s Span) Number(what string, n int) {
	if s.span != nil {
		s.span.SetAttributes(attribute.Int("oversikt."+what, n))
	}
}

// Kind says which of a few kinds the work was of: "mail", "webhook".
func (s Span) Kind(kind string) {
	if s.span != nil {
		s.span.SetAttributes(attribute.String("oversikt.kind", kind))
	}
}

// End ends the span. Of an error, its kind is told and not its text.
func (s Span) End(err error) {
	if s.span == nil {
		return
	}
	if err != nil {
		s.fail(kindOf(err))
	}
	s.span.End()
}

func (s Span) fail(kind string) {
	s.span.SetStatus(codes.Error, "")
	s.span.SetAttributes(semconv.ErrorTypeKey.String(kind))
}

// kindOf returns what an error is, without anything that it says: the code of a database's,
// else the type of what began it.
func kindOf(err error) string {
	var code interface{ SQLState() string }
	switch {
	case errors.As(err, &code):
		return code.SQLState()
	case errors.Is(err, context.DeadlineExceeded):
		return "timeout"
	case errors.Is(err, context.Canceled):
		return "canceled"
	}
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return fmt.Sprintf("%T", err)
		}
		err = inner
	}
}

// Carry returns ctx with the span of another context.
func Carry(ctx, from context.Context) context.Context {
	if tracer == nil {
		return ctx
	}
	return otrace.ContextWithSpan(ctx, otrace.SpanFromContext(from))
}

// ID returns the number of the trace that the context is in, 32 hexadecimal digits, or ""
// where it is in none that is sent.
func ID(ctx context.Context) string {
	if tracer == nil {
		return ""
	}
	at := otrace.SpanContextFromContext(ctx)
	if !at.IsSampled() {
		return ""
	}
	return at.TraceID().String()
}
