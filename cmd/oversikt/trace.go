package main

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/nasjonal-oversikt/oversikt/internal/trace"
)

// traces are those of OpenTelemetry's standard variables that say whether traces are sent,
// and how. The library reads these and the rest itself.
type traces struct {
	Endpoint       string `env:"OTEL_EXPORTER_OTLP_ENDPOINT"`
	TracesEndpoint string `env:"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"`
	Protocol       string `env:"OTEL_EXPORTER_OTLP_PROTOCOL"`
	TracesProtocol string `env:"OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"`
	Exporter       string `env:"OTEL_TRACES_EXPORTER"`
	Disabled       string `env:"OTEL_SDK_DISABLED"`
}

// on reports whether there is a collector to send to.
func (t traces) on() bool {
	return t.Endpoint+t.TracesEndpoint != "" && !strings.EqualFold(t.Disabled, "true") && t.Exporter != "none"
}

// check returns what is wrong with how traces are sent.
func (t traces) check() (wrong []string) {
	if !t.on() {
		return nil
	}
	for _, v := range []struct{ name, value string }{
		{"OTEL_EXPORTER_OTLP_ENDPOINT", t.Endpoint}, {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", t.TracesEndpoint},
	} {
		// The value may hold a password, so it is not printed.
		if u, err := url.Parse(v.value); v.value != "" && (err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "") {
			wrong = append(wrong, fmt.Sprintf("%s: no address of a collector, for example %s=http://127.0.0.1:4318", v.name, v.name))
		}
	}
	if p := cmp.Or(t.TracesProtocol, t.Protocol, "http/protobuf"); p != "http/protobuf" && p != "http/json" {
		wrong = append(wrong, fmt.Sprintf("OTEL_EXPORTER_OTLP_PROTOCOL: %q, traces are sent over HTTP alone, for example OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf", p))
	}
	if t.Exporter != "" && t.Exporter != "otlp" {
		wrong = append(wrong, fmt.Sprintf("OTEL_TRACES_EXPORTER: %q, want otlp or none, for example OTEL_TRACES_EXPORTER=otlp", t.Exporter))
	}
	return wrong
}

// traced calls fn with traces being sent, if they are to be.
func traced(ctx context.Context, c config, fn func() error) error {
	if !c.Traces.on() {
		return fn()
	}
	end, err := trace.Begin(ctx, version, c.logger())
	if err != nil {
		return err
	}
	defer end()
	return fn()
}
