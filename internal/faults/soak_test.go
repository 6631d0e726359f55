package faults

import (
	"bufio"
	"bytes"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/auth"
)

var (
	soakTime = flag.Duration("soak", 8*time.Second, "how long TestSoak lasts")
	soakRate = flag.Int("soak-rate", 20, "requests in a second of TestSoak")
)

// gauge is one of what must not grow.
type gauge struct {
	name   string
	of     func(m map[string]float64) float64
	unit   float64
	digits int
	share  float64 // the least of the last third may be this much over the first's…
	floor  float64 // …and this, in units: what is small wavers
}

var gauges = []gauge{
	{"RSS MB", func(m map[string]float64) float64 { return m["process_resident_memory_bytes"] }, 1 << 20, 0, 0.10, 24},
	// The collector's next goal is the heap after the last collection and half of it more. A
	// rebuild makes it waver by some 15.
	{"heap after GC MB", func(m map[string]float64) float64 { return m["go_memstats_next_gc_bytes"] / 1.5 }, 1 << 20, 1, 0.10, 18},
	{"goroutines", func(m map[string]float64) float64 { return m["go_goroutines"] }, 1, 0, 0.10, 15},
	{"open files", func(m map[string]float64) float64 { return m["process_open_fds"] }, 1, 0, 0.10, 15},
	{"database connections", func(m map[string]float64) float64 {
		return m["oversikt_database_connections_in_use"] + m["oversikt_database_connections_idle"]
	}, 1, 0, 0.10, 4},
}

// figures reads the node's metrics.
func (n *node) figures(t *testing.T) map[string]float64 {
	t.Helper()
	status, body, err := n.get("/metrics")
	if err != nil || status != http.StatusOK {
		t.Fatalf("metrics: %d, %v", status, err)
	}
	m := map[string]float64{}
	for lines := bufio.NewScanner(bytes.NewReader(body)); lines.Scan(); {
		if name, value, ok := strings.Cut(lines.Text(), " "); ok && !strings.HasPrefix(name, "#") {
			if m[name], err = strconv.ParseFloat(value, 64); err != nil {
				t.Fatal(err)
			}
		}
	}
	return m
}

// What readers, editors and operators do all day long leaves nothing behind: memory, goroutines,
// files and connections stay as they are. The long form is scripts/soak.sh.
func TestSoak(t *testing.T) {
	s := newSite(t)
	n := s.add(t, "")
	n.start(t)
	n.ready(t)
	token := s.token(t, "1804")
	for i := range 20 {
		n.mustCreate(t, token, "1804", "Prøvetilbud varig"+strconv.Itoa(i))
	}
	var asked, edited, refused, rebuilt atomic.Int64
	ends := make(chan struct{})
	var users sync.WaitGroup
	every := func(pause time.Duration, do func(i int)) {
		users.Go(func() {
			tick := time.NewTicker(pause)
			defer tick.Stop()
			for i := 0; ; i++ {
				select {
				case <-ends:
					return
				case <-tick.C:
					do(i)
				}
			}
		})
	}
	once := &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	const readers = 4
	for range readers {
		every(readers*time.Second/time.Duration(*soakRate), func(i int) {
			client := browser
			if i%10 == 0 {
				client = once // another reader, with a connection of its own
			}
			resp, err := client.Get(n.base + somewhere())
			if err != nil {
				t.Errorf("a reader: %v", err)
				return
			}
			if i%7 == 0 {
				resp.Body.Close() // somebody who does not wait for the end
				return
			}
			_, err = io.Copy(io.Discard, resp.Body)
			resp.Body.Close()
			// A machine with much else to do may be too slow for an answer; that leaves nothing either.
			if resp.StatusCode == http.StatusServiceUnavailable || resp.StatusCode == http.StatusTooManyRequests {
				refused.Add(1)
				return
			}
			if err != nil || resp.StatusCode >= 500 {
				t.Errorf("%s: %d, %v", resp.Request.URL.Path, resp.StatusCode, err)
			}
			asked.Add(1)
		})
	}
	every(500*time.Millisecond, func(i int) {
		got, err := n.create(token, "1804", "Prøvetilbud soak"+strconv.Itoa(i))
		if err == nil && got.status == http.StatusCreated {
			got, err = n.write(http.MethodDelete, "/tilbud/"+strconv.FormatInt(got.ID, 10), token, got.etag, nil)
		}
		if err != nil || got.status >= 400 {
			refused.Add(1)
			return
		}
		edited.Add(1)
	})
	rebuild := func(int) {
		if err := s.store.RequestReindex(t.Context(), auth.Actor{Kind: auth.Operator, Name: "test"}); err != nil {
			t.Errorf("reindex: %v", err)
		}
		rebuilt.Add(1)
	}
	rebuild(0) // the collector's goal is higher after one, in the first third as in the last
	every(max(5*time.Second, *soakTime/20), rebuild)

	var samples [][]float64
	began := time.Now()
	warm := *soakTime / 4
	// Where the machine has much else to do a sample takes long: it lasts until there are enough.
	for pause := max(500*time.Millisecond, *soakTime/90); time.Since(began) < *soakTime || len(samples) < fewest; time.Sleep(pause) {
		m := n.figures(t)
		if time.Since(began) < warm {
			continue
		}
		row := make([]float64, len(gauges))
		for i, g := range gauges {
			row[i] = g.of(m) / g.unit
		}
		samples = append(samples, row)
	}
	close(ends)
	users.Wait()
	if edited.Load() == 0 || asked.Load() == 0 {
		t.Errorf("%d answers and %d edits: nothing was tried", asked.Load(), edited.Load())
	}
	t.Logf("%v: %d answers, %d edits, %d refused, %d rebuilds asked for; the least of thirds after %v of warming up:\n%s", *soakTime, asked.Load(), 2*edited.Load(), refused.Load(),
		rebuilt.Load(), warm, soaked(t, samples))
}

// fewest is how many samples say anything.
const fewest = 6

// soaked returns the table, and fails the test for what grew. Thirds are held against each other
// by their least: what is needed for a moment, as a second index while it is built, is no leak.
func soaked(t *testing.T, samples [][]float64) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-22s %9s %9s %9s %9s %12s\n", "", "first", "second", "last", "highest", "allowed")
	third := len(samples) / 3
	for i, g := range gauges {
		column := make([]float64, len(samples))
		for j, row := range samples {
			column[j] = row[i]
		}
		first, second, last := slices.Min(column[:third]), slices.Min(column[third:len(column)-third]), slices.Min(column[len(column)-third:])
		allowed := first*(1+g.share) + g.floor
		fmt.Fprintf(&b, "%-22s %9.*f %9.*f %9.*f %9.*f %12.*f\n", g.name, g.digits, first, g.digits, second, g.digits, last, g.digits, slices.Max(column), g.digits, allowed)
		if last > allowed {
			t.Errorf("%s: the last third's least is %.1f, the first's %.1f; allowed is %.0f %% and %.0f more", g.name, last, first, g.share*100, g.floor)
		}
	}
	return b.String()
}

// somewhere returns the address of a page that readers ask for: mostly what others ask for too.
func somewhere() string {
	kommuner := []string{"1804", "0301", "5501", "4601", "1103", "3301", "5001", "1508"}
	words := []string{"avlastning", "demens", "rus", "sorg", "barn", "skilsmisse", "kreft", "koordinator", "ppt", "familievern"}
	kommune, word := kommuner[rand.IntN(len(kommuner))], words[rand.IntN(len(words))]
	switch rand.IntN(12) {
	case 0:
		return "/"
	case 1:
		return "/kommune/" + kommune
	case 2:
		return "/sok?q=" + word + "&kommune=" + kommune
	case 3:
		return "/sok?q=" + word + strconv.Itoa(rand.IntN(1e6)) // that nobody asked for before
	case 4:
		return "/api/v1/tilbud?q=" + word + "&side=" + strconv.Itoa(1+rand.IntN(3))
	case 5:
		return "/api/v1/tilbud/" + strconv.Itoa(1+rand.IntN(500))
	case 6:
		return "/forslag?q=" + word[:3]
	case 7:
		return "/hsds/v3/services?page=" + strconv.Itoa(1+rand.IntN(5))
	case 8:
		return "/fhir/R4/HealthcareService?_count=20"
	case 9:
		return "/mote-med-helsetjenesten"
	case 10:
		return "/kart"
	default:
		return "/nn/sok?q=" + word
	}
}
