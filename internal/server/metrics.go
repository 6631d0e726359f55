package server

import (
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

	mu    sync.RWMutex
	known map[series]counters
}

func newMetrics(d Deps) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		known:    map[series]counters{},
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
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "oversikt_index_generation",
			Help: "Generation of the index; 0 while there is none.",
		}, func() float64 {
			if v := d.View(); v != nil {
				return float64(v.Generation())
			}
			return 0
		}),
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	)
	return m
}

// series is what one kind of request counts into. Finding it by its labels costs more than
// counting does.
type series struct {
	method, route string
	status        int
}

type counters struct {
	requests prometheus.Counter
	duration prometheus.Observer
}

// count counts one request. Methods, routes and statuses are few: each is the program's own.
func (m *metrics) count(method, route string, status int, took time.Duration) {
	key := series{method, route, status}
	m.mu.RLock()
	n, ok := m.known[key]
	m.mu.RUnlock()
	if !ok {
		n = counters{m.requests.WithLabelValues(method, route, strconv.Itoa(status)), m.durations.WithLabelValues(route)}
		m.mu.Lock()
		m.known[key] = n
		m.mu.Unlock()
	}
	n.requests.Inc()
	n.duration.Observe(took.Seconds())
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}
