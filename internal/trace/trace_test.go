package trace

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
)

// Before the others, which turn it on.
func TestOffCostsNothing(t *testing.T) {
	if On() {
		t.Fatal("traces are sent")
	}
	ctx := t.Context()
	got := testing.AllocsPerRun(100, func() {
		in, request := Request(ctx, "GET", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
		in, span := Start(Carry(ctx, in), "search")
		in, query := Query(in, "SELECT 1 FROM offerings")
		query.End(context.Canceled)
		span.Number("hits", 3)
		span.Kind("mail")
		span.End(nil)
		request.Answered("GET", "/", 200, "A")
		if ID(in) != "" || in != ctx {
			t.Fatal("there is a trace")
		}
	})
	if got != 0 {
		t.Errorf("%v allocations for what is not traced", got)
	}
	if base := http.DefaultTransport; Transport(base) != base || Transport(nil) != nil {
		t.Error("requests are traced")
	}
}

// record lets traces go into memory.
func record(t *testing.T) *tracetest.SpanRecorder {
	t.Helper()
	kept := tracetest.NewSpanRecorder()
	tracer = sdk.NewTracerProvider(sdk.WithSpanProcessor(kept)).Tracer("test")
	t.Cleanup(func() { tracer = nil })
	return kept
}

// all returns the spans as text.
func all(kept *tracetest.SpanRecorder) string {
	var b strings.Builder
	for _, s := range kept.Ended() {
		fmt.Fprintln(&b, s.Name(), s.SpanKind(), s.Attributes(), s.Status(), s.Events(), s.SpanContext().TraceState())
	}
	return b.String()
}

// Of what is asked elsewhere there is the host, and of an error its kind.
func TestTransportTellsTheHostAlone(t *testing.T) {
	var asked http.Header
	host := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = r.Header
		http.Error(w, "hemmelig", http.StatusTeapot)
	}))
	defer host.Close()
	kept := record(t)
	client := &http.Client{Transport: Transport(nil)}
	named := strings.Replace(host.URL, "127.0.0.1", "localhost", 1)
	for _, address := range []string{named, host.URL, "http://kari:hemmelig@127.0.0.1:1"} {
		resp, err := client.Get(address + "/hemmelig?token=hemmelig#hemmelig")
		if err == nil {
			resp.Body.Close()
		}
	}
	client.CloseIdleConnections()
	got := all(kept)
	if strings.Contains(got, "hemmelig") || strings.Contains(got, "127.0.0.1") {
		t.Errorf("a span tells more than the host: %s", got)
	}
	for _, want := range []string{"GET client", `{"server.address":"localhost"}`, `"error.type":"418"`, "syscall.Errno"} {
		if !strings.Contains(got, want) {
			t.Errorf("no span has %s: %s", want, got)
		}
	}
	if asked.Get("Traceparent") != "" || asked.Get("Tracestate") != "" || asked.Get("Baggage") != "" {
		t.Errorf("the host is told of the trace: %v", asked)
	}
}

func TestKindOf(t *testing.T) {
	for want, err := range map[string]error{
		"23505":               fmt.Errorf("save: %w", &pgconn.PgError{Code: "23505", Detail: "Key (email)=(kari@example.org) exists."}),
		"timeout":             fmt.Errorf("x: %w", context.DeadlineExceeded),
		"canceled":            context.Canceled,
		"*net.DNSError":       fmt.Errorf("x: %w", &net.OpError{Err: &net.DNSError{Name: "hemmelig.example.org"}}),
		"*errors.errorString": fmt.Errorf("x: %w", errors.New("kari@example.org")),
	} {
		if got := kindOf(err); got != want {
			t.Errorf("kindOf(%v) = %s, want %s", err, got, want)
		}
	}
}

func TestSummaryOf(t *testing.T) {
	for sql, want := range map[string]string{
		`SELECT "offerings"."id" FROM "offerings" WHERE key = $1`: "SELECT offerings",
		"select 1": "SELECT",
		`INSERT INTO "changes" ("kind") VALUES ($1)`:      "INSERT changes",
		`UPDATE jobs SET x = $1 FROM y`:                   "UPDATE jobs",
		"\n\tDELETE FROM sessions":                        "DELETE sessions",
		"begin isolation level repeatable read read only": "BEGIN",
		"commit;":                                "COMMIT",
		"WITH x AS (SELECT 1 FROM tasks)":        "WITH tasks",
		"SELECT\n\tcount(*)\nFROM\n\tkommuner k": "SELECT kommuner",
	} {
		if got := summaryOf(sql); got != want {
			t.Errorf("summaryOf(%q) = %q, want %q", sql, got, want)
		}
	}
}

// What a statement is below is a span: what the program asks by itself is none.
func TestQueryNeedsASpan(t *testing.T) {
	kept := record(t)
	_, alone := Query(t.Context(), "SELECT 1")
	alone.End(nil)
	if n := len(kept.Ended()); n != 0 {
		t.Errorf("%d spans", n)
	}
	ctx, job := Start(t.Context(), "job")
	_, within := Query(ctx, "SELECT 1")
	within.End(nil)
	job.End(nil)
	if got := kept.Ended(); len(got) != 2 || got[0].Parent().SpanID() != got[1].SpanContext().SpanID() {
		t.Errorf("spans: %s", all(kept))
	}
}

// A parent that is no parent begins a new trace, and one that is not to be sent is not.
func TestRequestParents(t *testing.T) {
	const id = "0af7651916cd43dd8448eb211c80319c"
	for parent, want := range map[string]struct{ same, logged bool }{
		"":                                   {false, true},
		"nonsense":                           {false, true},
		"00-" + id + "-b7ad6b7169203331-01":  {true, true},
		"00-" + id + "-b7ad6b7169203331-00":  {true, false}, // the proxy has decided not to
		"00-" + id + "-0000000000000000-01":  {false, true},
		"ff-" + id + "-b7ad6b7169203331-01":  {false, true},
		"00-" + id + "-b7ad6b7169203331-01x": {false, true},
	} {
		record(t)
		ctx, span := Request(t.Context(), "GET", parent)
		span.Answered("GET", "/", 200, "A")
		got := span.span.SpanContext().TraceID().String()
		if (got == id) != want.same || (ID(ctx) == got) != want.logged {
			t.Errorf("%q: trace %s, in the log %q", parent, got, ID(ctx))
		}
	}
}

func TestSeldom(t *testing.T) {
	var b bytes.Buffer
	now := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	s := &seldom{log: slog.New(slog.NewTextHandler(&b, nil)), now: func() time.Time { return now }}
	for range 1000 {
		s.Handle(errors.New("away"))
		now = now.Add(5 * time.Second)
	}
	if got := strings.Count(b.String(), "\n"); got != 2 || !strings.Contains(b.String(), "before=719") {
		t.Errorf("%d lines in 83 minutes: %s", got, b.String())
	}
}
