package trace

import (
	"context"
	"regexp"
	"strings"

	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	otrace "go.opentelemetry.io/otel/trace"
)

// Query begins the span of a statement to the database, where the context is in a span:
// what the program asks again and again by itself would fill the traces. sql is the text
// whose values stand beside it.
func Query(ctx context.Context, sql string) (context.Context, Span) {
	if tracer == nil || !otrace.SpanFromContext(ctx).IsRecording() {
		return ctx, Span{}
	}
	summary := summaryOf(sql)
	ctx, s := tracer.Start(ctx, summary, otrace.WithSpanKind(otrace.SpanKindClient),
		otrace.WithAttributes(semconv.DBSystemNamePostgreSQL, semconv.DBQuerySummary(summary), semconv.DBQueryText(sql)))
	return ctx, Span{s}
}

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

// table finds the first table that a statement names.
var table = regexp.MustCompile(`(?i)\b(?:from|into|update|join)\s+"?([a-z_]+)`)

// summaryOf returns what a statement does and to what: "SELECT offerings".
func summaryOf(sql string) string {
	sql = strings.TrimLeft(sql, " \t\n")
	verb := strings.ToUpper(sql[:len(sql)-len(strings.TrimLeft(sql, letters))])
	if m := table.FindStringSubmatch(sql); m != nil {
		return verb + " " + strings.ToLower(m[1])
	}
	return verb
}
