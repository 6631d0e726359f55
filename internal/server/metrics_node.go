package server

import (
	"context"
	"runtime"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

// node reads this node's state when Prometheus asks: nothing is kept beside what there is.
type node struct {
	deps     Deps
	caches   map[string]func() page.CacheStats
	queue    queue
	replicas replicas
	flood    *flood
}

func describe(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(name, help, labels, nil)
}

var (
	buildInfo = describe("oversikt_build_info", "Always 1; the labels say which program this is.", "version", "go")

	indexGeneration = describe("oversikt_index_generation", "Generation of the index; 0 while there is none.")
	indexLag        = describe("oversikt_index_lag_seconds", "Time since the feed of changes was last read to its end.")
	indexInMemory   = describe("oversikt_index_in_memory", "1 while the disk refuses writes, or another process has the folder, and the index is kept in memory.")
	indexRepairs    = describe("oversikt_index_repairs_total", "Times that the index was made anew because it or its files were not whole any more.")
	indexOfferings  = describe("oversikt_index_offerings", "Public offerings in the index.")

	cacheEntries = describe("oversikt_cache_entries", "Finished answers that are kept.", "cache")
	cacheBytes   = describe("oversikt_cache_bytes", "Bytes of finished answers that are kept.", "cache")
	cacheHits    = describe("oversikt_cache_hits_total", "Requests that found their answer finished.", "cache")
	cacheMisses  = describe("oversikt_cache_misses_total", "Requests whose answer had to be made.", "cache")

	limited = describe("oversikt_limited_total", "Requests that were refused because there were too many, by what there were too many of.", "kind")

	databaseUp   = describe("oversikt_database_up", "1 if the database answered the last time it was asked.")
	poolMax      = describe("oversikt_database_connections_max", "Connections that this node may have.")
	poolInUse    = describe("oversikt_database_connections_in_use", "Connections in use.")
	poolIdle     = describe("oversikt_database_connections_idle", "Open connections that nobody uses.")
	poolWaits    = describe("oversikt_database_connection_waits_total", "Times that somebody had to wait for a connection.")
	poolWaitTime = describe("oversikt_database_connection_wait_seconds_total", "Time spent waiting for connections.")

	replicaCount     = describe("oversikt_replicas", "Read replicas that this node was told of.")
	replicaLeftAlone = describe("oversikt_replicas_left_alone", "Those of them that are left alone just now, as they fail, are too slow or too far behind.")
	replicaReads     = describe("oversikt_replica_reads_total", "Reads that a replica may answer, by who did.", "from")
	replicaLag       = describe("oversikt_replica_lag_seconds", "How old the last thing is that the replica has replayed; 0 when there is no more to replay.", "replica")
	replicaBehind    = describe("oversikt_replica_lag_bytes", "Bytes of the primary's log that the replica has not replayed.", "replica")

	queueJobs = describe("oversikt_jobs", "Jobs that are not done, of all nodes, by state.", "state")
	queueLate = describe("oversikt_jobs_late_seconds", "How long the job that is longest overdue has waited; 0 for none.")
	openTasks = describe("oversikt_tasks_open", "Tasks that wait for a person.")
)

// Describe is of prometheus.Collector. It sends nothing: the node is not checked beforehand.
func (n *node) Describe(chan<- *prometheus.Desc) {}

// Collect is of prometheus.Collector. What only the database knows is left out while it is away.
func (n *node) Collect(ch chan<- prometheus.Metric) {
	set := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	count := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, v, labels...)
	}
	set(buildInfo, 1, n.deps.Version, runtime.Version())

	status := n.deps.Status()
	generation, offerings := 0.0, 0.0
	if v := n.deps.View(); v != nil {
		generation, offerings = float64(v.Generation()), float64(v.CountOfferings())
	}
	set(indexGeneration, generation)
	set(indexOfferings, offerings)
	set(indexLag, status.Lag.Seconds())
	set(indexInMemory, number(status.InMemory))
	count(indexRepairs, float64(status.Repairs))
	set(databaseUp, number(status.DatabaseUp))

	for name, stats := range n.caches {
		s := stats()
		set(cacheEntries, float64(s.Entries), name)
		set(cacheBytes, float64(s.Bytes), name)
		count(cacheHits, float64(s.Hits), name)
		count(cacheMisses, float64(s.Misses), name)
	}
	count(limited, float64(n.flood.refused.Load()), "flood")
	if n.deps.Store == nil {
		return
	}
	for kind, refused := range n.deps.Store.RefusedByKind() {
		count(limited, float64(refused), kind)
	}
	p := n.deps.Store.PoolStats()
	set(poolMax, float64(p.Max))
	set(poolInUse, float64(p.InUse))
	set(poolIdle, float64(p.Idle))
	count(poolWaits, float64(p.Waits))
	count(poolWaitTime, p.Waited.Seconds())
	n.collectReplicas(set, count)
	if q, ok := n.queue.stats(n.deps.Store); ok {
		for _, state := range []store.JobState{store.JobWaiting, store.JobFailing, store.JobGaveUp} {
			set(queueJobs, float64(q.Jobs[state]), string(state))
		}
		set(queueLate, q.Late.Seconds())
		set(openTasks, float64(q.Tasks))
	}
}

// collectReplicas tells of replicas, and without any that there are none.
func (n *node) collectReplicas(set, count func(*prometheus.Desc, float64, ...string)) {
	all, left := -1, 0 // the first is the primary
	for _, r := range n.replicas.stats(n.deps.Store) {
		all++
		if r.LeftAlone {
			left++
		}
		count(replicaReads, float64(r.Reads), r.Name)
		if r.Measured {
			set(replicaLag, r.Lag.Seconds(), r.Name)
			set(replicaBehind, float64(r.Behind), r.Name)
		}
	}
	set(replicaCount, float64(all))
	set(replicaLeftAlone, float64(left))
}

func number(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}

// queue asks the database how the queue is, and not more often than is of use.
type queue struct {
	mu    sync.Mutex
	asked time.Time
	last  store.QueueStats
	known bool
}

// How old what is told of the queue may be, and how long the question may take: a scrape
// goes on without the answer.
const (
	queueAge  = 5 * time.Second
	queueTime = time.Second
)

func (q *queue) stats(st *store.Store) (store.QueueStats, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if time.Since(q.asked) < queueAge {
		return q.last, q.known
	}
	ctx, cancel := context.WithTimeout(context.Background(), queueTime)
	defer cancel()
	last, err := st.QueueStats(ctx)
	q.asked, q.last, q.known = time.Now(), last, err == nil
	return q.last, q.known
}

// replicas asks the replicas how far they are, and not more often than is of use.
type replicas struct {
	mu    sync.Mutex
	asked time.Time
	last  []store.ReplicaStats
}

func (r *replicas) stats(st *store.Store) []store.ReplicaStats {
	r.mu.Lock()
	defer r.mu.Unlock()
	if time.Since(r.asked) >= queueAge {
		ctx, cancel := context.WithTimeout(context.Background(), queueTime)
		defer cancel()
		r.last, r.asked = st.ReplicaStats(ctx), time.Now()
	}
	return r.last
}
