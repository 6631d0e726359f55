package server

import (
	"log/slog"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics are this server's numbers for Prometheus, in a registry of its own.
type metrics struct {
	registry  *prometheus.Registry
	requests  *prometheus.CounterVec
	durations *prometheus.HistogramVec

	log   slog.Handler
	mu    sync.RWMutex
	lines map[kind]line
}

func newMetrics(d Deps) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		log:      d.Log.Handler(),
		lines:    map[kind]line{},
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "oversikt_requests_total",
			Help: "Requests by method, route pattern and status.",
		}, []string{"method", "route", "status"}),
		durations: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "oversikt_request_seconds",
			Help:    "Time from a request's headers to its answer, by route pattern.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 5},
		}, []string{"route"}),
	}
	m.registry.MustRegister(m.requests, m.durations,
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	)
	return m
}

// kind is what requests are told apart by in the log and the metrics. Kinds are few: methods,
// routes and statuses are the program's own.
type kind struct {
	method, route string
	status        int
}

// line is where requests of one kind are noted. Finding it by its labels, and writing what
// is the same in each line of the log, costs more than the rest.
type line struct {
	requests prometheus.Counter
	duration prometheus.Observer
	log      slog.Handler
}

// lineOf returns where requests of the kind are noted.
func (m *metrics) lineOf(k kind) line {
	m.mu.RLock()
	l, ok := m.lines[k]
	m.mu.RUnlock()
	if ok {
		return l
	}
	l = line{
		requests: m.requests.WithLabelValues(k.method, k.route, strconv.Itoa(k.status)),
		duration: m.durations.WithLabelValues(k.route),
		log:      m.log.WithAttrs([]slog.Attr{slog.String("method", k.method), slog.String("route", k.route), slog.Int("status", k.status)}),
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.lines[k] = l
	return l
}

// count counts one request.
func (l line) count(took time.Duration) {
	l.requests.Inc()
	l.duration.Observe(took.Seconds())
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}
