package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/proxy"

	"github.com/nasjonal-oversikt/oversikt/internal/page"
)

// visits is how many of a hundred requests are for what. It is the evening after a
// television programme, as we imagine it: there is no log of one to measure by.
var visits = []struct {
	share int
	what  string
	next  func(e *evening) string
}{
	{20, "the front page", func(*evening) string { return "/" }},
	{25, "articles", func(e *evening) string { return e.language() + e.articles[e.often(len(e.articles))] }},
	{20, "kommuner, large ones most", func(e *evening) string { return page.KommunePath(e.m.kommune(e.r)) }},
	{10, "searches that many make", func(e *evening) string { return e.popular[e.often(len(e.popular))] }},
	{10, "searches that one makes", func(e *evening) string { return e.search() }},
	{10, "offerings", func(e *evening) string {
		o := e.m.offering(1 + int64(e.r.IntN(e.n)))
		return e.language() + page.OfferingPath(&o)
	}},
	{5, "completions", func(e *evening) string { return e.completion() }},
}

// popularSearches is how many searches are made again and again.
const popularSearches = 300

// evening gives one address after another that readers ask for: hot ones, by Zipf's law,
// and cold ones that were not asked for before. It is safe for concurrent use.
type evening struct {
	m                 *maker
	n                 int
	articles, popular []string

	mu        sync.Mutex
	r         *rand.Rand
	questions *mix
}

func newEvening(m *maker, n int) *evening {
	e := &evening{m: m, n: n, r: rand.New(rand.NewPCG(seed, 1)), questions: newMix(m, n), articles: m.ref.articles}
	for range popularSearches {
		e.popular = append(e.popular, e.search())
	}
	return e
}

func (e *evening) next() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	p := e.r.IntN(100)
	for _, v := range visits {
		if p -= v.share; p < 0 {
			return v.next(e)
		}
	}
	return "/"
}

// often returns one of n: the first most often, and each later one less so.
func (e *evening) often(n int) int { return int(rand.NewZipf(e.r, 1.1, 2, uint64(n-1)).Uint64()) }

// language returns the prefix of the language that is read in, mostly none.
func (e *evening) language() string {
	switch p := e.r.IntN(20); {
	case p < 2:
		return "/nn"
	case p < 3:
		return "/en"
	}
	return ""
}

func (e *evening) search() string { return "/sok?" + e.questions.next().values.Encode() }

// completion returns what the search field asks for when some letters are typed.
func (e *evening) completion() string {
	word := []rune(e.questions.typeWord())
	return "/api/v1/forslag?" + url.Values{"q": {string(word[:min(len(word), 2+e.r.IntN(4))])}}.Encode()
}

// isVisited checks what can be checked of any answer of the evening.
func isVisited(path string, body []byte) error {
	if strings.HasPrefix(path, "/api/") {
		if len(body) == 0 {
			return errors.New("an empty answer")
		}
		return nil
	}
	return isPage(path, body)
}

// nodes is how many share the readers.
const nodes = 3

// editsPerSecond are made on every node while readers come: some 80 000 in a day.
const editsPerSecond = 1

// traffic replays an evening against one node and against three behind a proxy, beside a
// handler that only sends bytes, alone and behind the same proxy. On one machine all of
// them share its processors: what is seen of three nodes is what the proxy costs and that
// they answer alike, not what three machines can do.
func (r *run) traffic(ctx context.Context) (err error) {
	say("%d offerings: an evening's readers", r.n)
	var addrs []string
	var all []*process
	defer func() {
		for _, p := range all {
			err = errors.Join(err, p.stop())
		}
	}()
	for i := range nodes {
		dir := filepath.Join(r.dir, fmt.Sprintf("node-%d", i+1))
		if err := os.CopyFS(dir, os.DirFS(r.indexDir())); err != nil {
			return err
		}
		var l listening
		p, err := start(ctx, &l, "serve", "-dir", dir)
		if err != nil {
			return err
		}
		all, addrs = append(all, p), append(addrs, l.Addr)
	}
	middling, err := r.middling(addrs[0])
	if err != nil {
		return err
	}
	bare, bareAddr, err := r.startBare(ctx, middling)
	if err != nil {
		return err
	}
	all = append(all, bare)
	var behind, bareBehind listening
	for into, servers := range map[*listening][]string{&behind: addrs, &bareBehind: {bareAddr}} {
		p, err := start(ctx, into, "proxy", "-to", strings.Join(servers, ","))
		if err != nil {
			return err
		}
		all = append(all, p)
	}
	var ok bool
	for _, p := range all[:nodes] {
		if err := p.ask(&ok, fmt.Sprintf("edit-on %d", editsPerSecond)); err != nil {
			return err
		}
	}
	e := newEvening(r.maker, r.n)
	anything := func(string, []byte) error { return nil }
	for _, c := range r.connections {
		say("%d offerings: an evening's readers, %d connections", r.n, c)
		lines := []contender{
			{what: "evening, one node", load: load{addrs[0], c, e.next, pageHeader, isVisited}, base: "bare Fiber"},
			{what: "bare Fiber", load: load{bareAddr, c, e.next, pageHeader, anything}},
			{what: "evening, three nodes behind a proxy", load: load{behind.Addr, c, e.next, pageHeader, isVisited}, base: "bare Fiber behind the proxy"},
			{what: "bare Fiber behind the proxy", load: load{bareBehind.Addr, c, e.next, pageHeader, anything}},
		}
		samples, err := r.profiled(ctx, all[0], "evening", c, lines)
		if err != nil {
			return err
		}
		r.report.add(c, lines, samples)
	}
	for i, p := range all[:nodes] {
		var made int
		if err := p.ask(&made, "edit-off"); err != nil {
			return err
		}
		r.report.fact(fmt.Sprintf("node %d after the evening", i+1), "%s; %d edits meanwhile", p.memory(), made)
	}
	return ctx.Err()
}

// middling returns an answer of middling size, for the bare handler to send.
func (r *run) middling(addr string) (finished, error) {
	const looked = 100
	e := newEvening(r.maker, r.n)
	var all []finished
	sum := 0
	for range looked {
		body, headers, err := fetch(addr, e.next(), pageHeader)
		if err != nil {
			return finished{}, err
		}
		all, sum = append(all, finished{headers, body}), sum+len(body)
	}
	best := all[0]
	for _, f := range all {
		if distance(len(f.Body), sum/looked) < distance(len(best.Body), sum/looked) {
			best = f
		}
	}
	return best, nil
}

func distance(a, b int) int { return max(a-b, b-a) }

// proxyRole hands requests on to the servers in -to, to the one that has the fewest.
func proxyRole(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("proxy", flag.ContinueOnError)
	to := flags.String("to", "", "addresses with a comma between")
	if err := flags.Parse(args); err != nil {
		return err
	}
	var servers []string
	for addr := range strings.SplitSeq(*to, ",") {
		servers = append(servers, "http://"+addr)
	}
	app := fiber.New(fiber.Config{DisableStartupMessage: true})
	app.Use(proxy.Balancer(proxy.Config{Servers: servers, Timeout: answerTimeout}))
	return listen(ctx, app, 0, noCommand)
}
