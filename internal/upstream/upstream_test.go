package upstream_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nasjonal-oversikt/oversikt/internal/upstream"
	"github.com/nasjonal-oversikt/oversikt/internal/upstreamtest"
)

// answer is what the register of these tests says.
const answer = `{"antall": 2, "treff": [{"navn": "PRØVE EN"}, {"navn": "PRØVE TO"}]}`

type found struct {
	Antall int `json:"antall"`
	Treff  []struct {
		Navn string `json:"navn"`
	} `json:"treff"`
}

func register(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/hal+json;charset=UTF-8")
	fmt.Fprint(w, answer)
}

func serve(t *testing.T) *upstreamtest.Server {
	return upstreamtest.Serve(t, http.HandlerFunc(register))
}

func TestGetJSON(t *testing.T) {
	s := serve(t)
	var got found
	a, err := s.Client(t, nil).GetJSON(t.Context(), upstream.Request{Path: "/enheter", Query: url.Values{"navn": {"prøve & en"}}}, &got)
	if err != nil {
		t.Fatal(err)
	}
	if got.Antall != 2 || len(got.Treff) != 2 || got.Treff[1].Navn != "PRØVE TO" {
		t.Errorf("got %+v", got)
	}
	if want := s.URL + "/enheter?navn=pr%C3%B8ve+%26+en"; a.URL != want {
		t.Errorf("got address %s, want %s", a.URL, want)
	}
	if diff := cmp.Diff([]string{"oversikt-import (+https://oversikt.example/om)"}, s.Agents()); diff != "" {
		t.Errorf("who asks (-want +got):\n%s", diff)
	}
}

// What passes is asked for again, and what comes in the end is whole.
func TestWhatPasses(t *testing.T) {
	for name, faults := range map[string][]upstreamtest.Fault{
		"too many":        {upstreamtest.Status(429, ""), upstreamtest.Status(429, "7")},
		"broken for once": {upstreamtest.Status(500, "")},
		"gateways":        {upstreamtest.Status(502, ""), upstreamtest.Status(503, ""), upstreamtest.Status(504, "")},
		"cut":             {upstreamtest.Cut},
		"half":            {upstreamtest.Half},
		"hung up":         {upstreamtest.HangUp, upstreamtest.HangUp, upstreamtest.HangUp},
		"drip":            {upstreamtest.Drip},
		"silent":          {upstreamtest.Silent},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t)
			s.Next(faults...)
			var got found
			_, err := s.Client(t, func(o *upstream.Options) { o.Timeout = 200 * time.Millisecond }).GetJSON(t.Context(), upstream.Request{}, &got)
			if err != nil || len(got.Treff) != 2 {
				t.Errorf("got %+v, %v", got, err)
			}
			if n := len(s.Asked()); n < len(faults)+1 {
				t.Errorf("asked %d times, want at least %d", n, len(faults)+1)
			}
		})
	}
}

// What lasts ends in an error that says what it is, after as many tries as it is worth.
func TestWhatLasts(t *testing.T) {
	shape := func(err error) bool { return upstream.IsShape(err) }
	for name, c := range map[string]struct {
		fault upstreamtest.Fault
		tries int
		is    func(error) bool
		says  string
	}{
		"endless 500":     {upstreamtest.Status(500, ""), 3, func(err error) bool { return upstream.IsStatus(err, 500) }, "500 Internal Server Error"},
		"endless 429":     {upstreamtest.Status(429, "1"), 3, func(err error) bool { return upstream.IsStatus(err, 429) }, "asks to be left alone for 1s"},
		"not today":       {upstreamtest.Status(429, "86400"), 1, func(err error) bool { return upstream.IsStatus(err, 429) }, "24h0m0s"},
		"not found":       {upstreamtest.Status(404, ""), 1, func(err error) bool { return upstream.IsStatus(err, 404, 410) }, "404 Not Found"},
		"always half":     {upstreamtest.Half, 3, func(err error) bool { return errors.Is(err, upstream.ErrCut) }, "only a part came"},
		"always cut":      {upstreamtest.Cut, 3, func(err error) bool { return errors.Is(err, upstream.ErrCut) }, "only a part came"},
		"always dripping": {upstreamtest.Drip, 3, func(err error) bool { return strings.Contains(err.Error(), "took too long") }, "took too long"},
		"huge":            {upstreamtest.Huge, 1, func(err error) bool { return errors.Is(err, upstream.ErrTooLarge) }, "more than 1000 bytes"},
		"a page instead":  {upstreamtest.Maintenance, 1, shape, `Content-Type: want application/json, got "text/html; charset=utf-8"`},
		"another kind":    {upstreamtest.Changed(`"antall": 2`, `"antall": "to"`), 1, shape, "antall: want a whole number, got a string"},
		"another kind in": {upstreamtest.Changed(`"PRØVE TO"`, `{"nb": "PRØVE TO"}`), 1, shape, "navn: want a text, got a object"},
		"no JSON":         {upstreamtest.Changed(`"antall": 2`, `antall = 2`), 1, shape, "JSON: want JSON"},
		"another charset": {upstreamtest.Changed("PRØVE TO", "PR\xd8VE TO"), 1, shape, "JSON: want UTF-8, got 0xd8 at byte 60"},
		"elsewhere":       {upstreamtest.Redirect("http://192.0.2.1/"), 1, func(err error) bool { return errors.Is(err, upstream.ErrElsewhere) }, "leads to another host"},
		"round":           {upstreamtest.Redirect("/"), 1, shape, "redirect: want an answer"},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t)
			s.Always(c.fault)
			client := s.Client(t, func(o *upstream.Options) { o.Tries, o.MaxBody, o.Timeout = 3, 1000, 300*time.Millisecond })
			var got found
			_, err := client.GetJSON(t.Context(), upstream.Request{Path: "/x"}, &got)
			if err == nil || !c.is(err) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got error %v, want one that says %q", err, c.says)
			}
			asked := s.Asked()
			first := 0
			for _, a := range asked {
				if a == "/x" {
					first++
				}
			}
			if first != c.tries {
				t.Errorf("asked %v, want %d tries", asked, c.tries)
			}
		})
	}
}

// What the host asks for goes before what we would have waited.
func TestRetryAfterIsHeeded(t *testing.T) {
	s := serve(t)
	s.Next(upstreamtest.Status(429, "123"), upstreamtest.Status(503, time.Now().Add(2*time.Minute).UTC().Format(http.TimeFormat)))
	if _, err := s.Client(t, nil).Get(t.Context(), upstream.Request{}); err != nil {
		t.Fatal(err)
	}
	var long []time.Duration
	for _, d := range s.Waited() {
		if d > time.Second {
			long = append(long, d)
		}
	}
	if len(long) != 2 || long[0] != 123*time.Second || long[1] < 110*time.Second || long[1] > 2*time.Minute {
		t.Errorf("waited %v, want 123 s and about two minutes", long)
	}
}

// One at a time, however many ask, and never faster than the rate.
func TestOneAtATime(t *testing.T) {
	var now, most atomic.Int32
	s := upstreamtest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		most.Store(max(most.Load(), now.Add(1)))
		time.Sleep(5 * time.Millisecond)
		now.Add(-1)
		register(w, r)
	}))
	var wg sync.WaitGroup
	for range 8 {
		client := s.Client(t, func(o *upstream.Options) { o.PerSecond = 0.5 })
		wg.Go(func() {
			if _, err := client.Get(t.Context(), upstream.Request{}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if most.Load() != 1 {
		t.Errorf("%d requests at once, want 1", most.Load())
	}
	for _, d := range s.Waited() {
		if d < time.Second || d > 2*time.Second {
			t.Errorf("waited %v between two requests, want just under two seconds", d)
		}
	}
}

func TestCancelled(t *testing.T) {
	s := serve(t)
	ctx, cancel := context.WithCancel(t.Context())
	s.Always(func(w http.ResponseWriter, r *http.Request, right *httptest.ResponseRecorder) {
		cancel()
		upstreamtest.Status(500, "")(w, r, right)
	})
	_, err := s.Client(t, nil).Get(ctx, upstream.Request{})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want cancelled", err)
	}
	if n := len(s.Asked()); n != 1 {
		t.Errorf("asked %d times after the end, want 1", n)
	}
}

// A name may lead anywhere: an address that nobody at the keyboard gave is not visited
// when it leads inside, and never over http.
func TestInside(t *testing.T) {
	if _, err := upstream.New(upstream.Options{Base: "http://data.example.no/api"}); err == nil {
		t.Error("an http address that nobody gave was taken")
	}
	for _, base := range []string{"https://127.0.0.1:8443", "https://[::1]/", "https://169.254.169.254/latest", "https://10.0.0.1",
		"https://0.0.0.0", "https://[::]", "https://[::ffff:127.0.0.1]", "https://[64:ff9b::7f00:1]", "https://[2002:7f00:1::1]", "https://[fd00:ec2::254]", "https://[fe80::1]", "https://100.64.0.1", "https://①②⑦.⓪.⓪.①", "https://193.156.0.1:22"} {
		client, err := upstream.New(upstream.Options{Base: base, Tries: 2, Sleep: func(context.Context, time.Duration) error { return nil }})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := client.Get(t.Context(), upstream.Request{}); err == nil || !strings.Contains(err.Error(), "prohibited") && !strings.Contains(err.Error(), "not a permitted") {
			t.Errorf("%s: got %v, want a refusal", base, err)
		}
	}
}

func TestNoAddress(t *testing.T) {
	for _, base := range []string{"", "data.brreg.no", "ftp://data.example.no", "https://", "https://a:b@data.example.no", "https://data.example.no/?x=1", "file:///etc/passwd"} {
		if _, err := upstream.New(upstream.Options{Base: base, Own: true}); err == nil {
			t.Errorf("%q was taken as an address", base)
		}
	}
}

func packed(t *testing.T, s string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(s)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// A packed file comes as it is, is whole, and leaves nothing behind when it is not.
func TestDownload(t *testing.T) {
	content := packed(t, `[{"navn":"PRØVE EN"},{"navn":"PRØVE TO"}]`)
	s := upstreamtest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/vnd.brreg.enhetsregisteret.enhet.v2+gzip;charset=UTF-8")
		_, _ = w.Write(content)
	}))
	dir := t.TempDir()
	s.Next(upstreamtest.Cut)
	name, a, err := s.Client(t, nil).Download(t.Context(), upstream.Request{Path: "/lastned"}, dir)
	if err != nil || !strings.Contains(a.Type, "gzip") {
		t.Fatalf("got %q, %+v, %v", name, a, err)
	}
	if got, err := os.ReadFile(name); err != nil || !bytes.Equal(got, content) {
		t.Errorf("got %d bytes, %v; want the %d that were sent", len(got), err, len(content))
	}
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
	s.Always(upstreamtest.Cut)
	if _, _, err := s.Client(t, nil).Download(t.Context(), upstream.Request{}, dir); !errors.Is(err, upstream.ErrCut) {
		t.Errorf("got %v, want only a part", err)
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("%v is left behind", left)
	}
}

// What was cut within a letter is asked for again, like all that was cut.
func TestDecodeHalfALetter(t *testing.T) {
	body := answer[:strings.LastIndex(answer, "Ø")+1]
	if err := upstream.Decode("prøve", []byte(body), &found{}); !errors.Is(err, upstream.ErrCut) {
		t.Errorf("got %v, want only a part", err)
	}
}

// Some programs write a byte order mark before everything.
func TestDecodeMarked(t *testing.T) {
	var got found
	if err := upstream.Decode("prøve", []byte("\ufeff"+answer), &got); err != nil || len(got.Treff) == 0 {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestEachJSON(t *testing.T) {
	whole := `[{"a":1}, {"a":2} ]`
	for name, c := range map[string]struct {
		text string
		n    int
		is   func(error) bool
	}{
		"whole":        {whole, 2, func(err error) bool { return err == nil }},
		"marked":       {"\ufeff" + whole, 2, func(err error) bool { return err == nil }},
		"half a mark":  {"\xef\xbb", 0, func(err error) bool { return err != nil }},
		"none":         {"[]", 0, func(err error) bool { return err == nil }},
		"half":         {whole[:10], 1, func(err error) bool { return errors.Is(err, upstream.ErrCut) }},
		"not closed":   {whole[:len(whole)-1], 2, func(err error) bool { return errors.Is(err, upstream.ErrCut) }},
		"nothing":      {"", 0, func(err error) bool { return errors.Is(err, upstream.ErrCut) }},
		"an object":    {`{"a":1}`, 0, upstream.IsShape},
		"no JSON":      {`[{"a":1} {"a":2}]`, 1, upstream.IsShape},
		"not UTF-8":    {"[{\"a\":\"\xf8\"}]", 0, upstream.IsShape},
		"more after":   {`[] []`, 0, upstream.IsShape},
		"another text": {`<html>`, 0, upstream.IsShape},
	} {
		n := 0
		err := upstream.EachJSON("prøve", strings.NewReader(c.text), func(json.RawMessage) error { n++; return nil })
		if n != c.n || !c.is(err) {
			t.Errorf("%s: got %d values and %v, want %d", name, n, err, c.n)
		}
	}
	// A packed file that lacks its last bytes has lost its checksum.
	bytesOf := packed(t, whole)
	unpacked, err := gzip.NewReader(bytes.NewReader(bytesOf[:len(bytesOf)-4]))
	if err != nil {
		t.Fatal(err)
	}
	if err := upstream.EachJSON("prøve", unpacked, func(json.RawMessage) error { return nil }); !errors.Is(err, upstream.ErrCut) {
		t.Errorf("packed without its end: got %v, want only a part", err)
	}
}
