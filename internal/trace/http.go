package trace

import (
	"context"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/propagation"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	otrace "go.opentelemetry.io/otel/trace"
)

// Request begins the span of a request that came in. The method is one of those that the
// program knows, else "". parent is the traceparent header of a proxy that is trusted, and
// else "": a stranger decides neither what is sent nor under which number.
func Request(ctx context.Context, method, parent string) (context.Context, Span) {
	if tracer == nil {
		return ctx, Span{}
	}
	if parent != "" {
		// Without tracestate, which is free text.
		ctx = propagation.TraceContext{}.Extract(ctx, propagation.MapCarrier{"traceparent": parent})
	}
	ctx, s := tracer.Start(ctx, nameOf(method, ""), otrace.WithSpanKind(otrace.SpanKindServer), otrace.WithAttributes(methodOf(method)))
	return ctx, Span{s}
}

// nameOf returns the name of a request's span: method and pattern, as far as there are.
func nameOf(method, route string) string {
	if method == "" {
		method = "HTTP" // as the conventions have it
	}
	if route == "" {
		return method
	}
	return method + " " + route
}

func methodOf(method string) attribute.KeyValue {
	if method == "" {
		method = "_OTHER"
	}
	return semconv.HTTPRequestMethodKey.String(method)
}

// Answered ends the span of a request: with the pattern of the route that answered, "" for
// none, the status, and the id that its line in the log has.
func (s Span) Answered(method, route string, status int, id string) {
	if s.span == nil {
		return
	}
	s.span.SetName(nameOf(method, route))
	s.span.SetAttributes(semconv.HTTPResponseStatusCode(status), attribute.String("oversikt.request_id", id))
	if route != "" {
		s.span.SetAttributes(semconv.HTTPRoute(route))
	}
	if status >= http.StatusInternalServerError {
		s.fail(strconv.Itoa(status))
	}
	s.span.End()
}

// Transport returns base, which is nil for the default one, such that requests are spans
// with the host that was asked. The host is not told of the trace.
func Transport(base http.RoundTripper) http.RoundTripper {
	if tracer == nil {
		return base
	}
	if base == nil {
		base = http.DefaultTransport
	}
	return transport{base}
}

type transport struct{ base http.RoundTripper }

// RoundTrip is of http.RoundTripper. The span ends when the headers have come.
func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	_, s := tracer.Start(r.Context(), nameOf(r.Method, ""), otrace.WithSpanKind(otrace.SpanKindClient),
		otrace.WithAttributes(methodOf(r.Method), semconv.ServerAddress(hostOf(r.URL))))
	span := Span{s}
	res, err := t.base.RoundTrip(r)
	if err == nil {
		s.SetAttributes(semconv.HTTPResponseStatusCode(res.StatusCode))
		if res.StatusCode >= http.StatusBadRequest {
			span.fail(strconv.Itoa(res.StatusCode))
		}
	}
	span.End(err)
	return res, err
}

// hostOf returns the name of the host, or that it has none.
func hostOf(u *url.URL) string {
	if _, err := netip.ParseAddr(u.Hostname()); err == nil {
		return "(a number)"
	}
	return u.Hostname()
}

// CloseIdleConnections is what http.Client looks for.
func (t transport) CloseIdleConnections() {
	if c, ok := t.base.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}
