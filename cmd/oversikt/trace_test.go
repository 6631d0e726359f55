package main

import (
	"compress/gzip"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	otlp "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"github.com/nasjonal-oversikt/oversikt/internal/staff"
)

// receiver takes traces as a collector does.
type receiver struct {
	mu        sync.Mutex
	raw       strings.Builder // all that was sent, as text
	resources []string
	spans     []*otlp.Span
	headers   http.Header
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	var body io.Reader = req.Body
	if req.Header.Get("Content-Encoding") == "gzip" {
		unpacked, err := gzip.NewReader(body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		body = unpacked
	}
	content, err := io.ReadAll(body)
	var sent collector.ExportTraceServiceRequest
	if err == nil {
		err = proto.Unmarshal(content, &sent)
	}
	if err != nil || req.URL.Path != "/v1/traces" {
		http.Error(w, fmt.Sprint(req.URL, err), http.StatusBadRequest)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.headers = req.Header
	r.raw.Write(content)
	for _, of := range sent.ResourceSpans {
		r.resources = append(r.resources, of.Resource.String())
		for _, scope := range of.ScopeSpans {
			r.spans = append(r.spans, scope.Spans...)
		}
	}
}

// named returns the spans whose name the pattern matches.
func (r *receiver) named(pattern string) (found []*otlp.Span) {
	p := regexp.MustCompile(pattern)
	for _, s := range r.spans {
		if p.MatchString(s.Name) {
			found = append(found, s)
		}
	}
	return found
}

// attribute returns an attribute of a span as text, "" where it has none.
func attribute(s *otlp.Span, name string) string {
	for _, a := range s.Attributes {
		if a.Key == name {
			if v := a.Value.GetStringValue(); v != "" {
				return v
			}
			return fmt.Sprint(a.Value.GetIntValue())
		}
	}
	return ""
}

// A trace is kept by others, so it has nothing of what is private: every kind of traffic is
// sent with the marker in all places, over the real program, to a collector that reads what
// comes. The program sends at its end alone, so that this is seen too.
func TestTracesTellNothingPrivate(t *testing.T) {
	var got receiver
	at := httptest.NewServer(&got)
	defer at.Close()
	var log buffer
	const given, strange = "0af7651916cd43dd8448eb211c80319c", "11111111111111112222222222222222"
	t.Run("traffic", func(t *testing.T) {
		base, dir := startProgram(t, &log, "OVERSIKT_LOG=json", "OVERSIKT_LOG_LEVEL=debug", "OVERSIKT_CHECK_LINKS=on",
			"OVERSIKT_METRICS_TOKEN=a-token-for-this-test-alone", "OVERSIKT_TRUSTED_PROXIES=127.0.0.2",
			"OTEL_EXPORTER_OTLP_ENDPOINT="+at.URL, "OTEL_EXPORTER_OTLP_HEADERS=x-key=for-the-collector", "OTEL_SERVICE_NAME=katalogen",
			"OTEL_RESOURCE_ATTRIBUTES=deployment.environment.name=prøve", "OTEL_BSP_SCHEDULE_DELAY=3600000", "OTEL_BSP_MAX_QUEUE_SIZE=100000")
		searchForMarker(t, base)
		sendSecrets(t, base, dir)
		signedIn(t, base, dir)
		// From the proxy, and from who only says to be one.
		ask(t, base+"/kommune/1804-bodo", "127.0.0.2", given)
		ask(t, base+"/kommune/0301-oslo", "127.0.0.1", strange)
		checkLog(t, base, log.String())
		for range 600 { // the job of the webhook, and that of the mail
			if strings.Contains(log.String(), `"kind":"webhook"`) && len(filesWith(t, dir+"/mail", "to:")) > 0 {
				return
			}
			time.Sleep(100 * time.Millisecond)
		}
		t.Error("the jobs were not done")
	})

	for what, private := range map[string]string{
		"the marker": marker, "the sender's address": "203.0.113.77", "this machine's address": "127.0.0.", "a token": "ovs_",
	} {
		if i := strings.Index(strings.ToLower(got.raw.String()), private); i >= 0 {
			all := got.raw.String()
			t.Errorf("%s is in a span: %q", what, all[max(0, i-200):min(len(all), i+100)])
		}
	}
	for name, want := range map[string]int{
		`^GET /sok$`: 5, `^POST /logg-inn$`: 5, `^POST /api/v1/tilbud$`: 1, `^GET$`: 1, `^search$`: 5, `^INSERT accounts$|^SELECT accounts$`: 1,
		`^UPDATE drafts$|^INSERT drafts$`: 1, `^commit$|^COMMIT$`: 1, `^job$`: 2, `^schedule$`: 3, `^mail$`: 1, `^index build$`: 1, `^index follow$`: 1, `^POST$`: 1,
	} {
		if n := len(got.named(name)); n < want {
			t.Errorf("%d spans are called %s, want %d", n, name, want)
		}
	}
	checkSpans(t, &got, log.String())
	for of, want := range map[string]bool{given: true, strange: false} {
		if has := slices.ContainsFunc(got.spans, func(s *otlp.Span) bool { return hex.EncodeToString(s.TraceId) == of }); has != want {
			t.Errorf("trace %s is gone on with: %v, want %v", of, has, want)
		}
	}
	if !strings.Contains(log.String(), `"trace_id":"`+given+`"`) {
		t.Error("the log does not say in which trace a request is")
	}
	if got.headers.Get("X-Key") != "for-the-collector" {
		t.Errorf("the collector got %v", got.headers)
	}
	for _, r := range got.resources {
		if !strings.Contains(r, "katalogen") || !strings.Contains(r, "prøve") || strings.Contains(r, "process.") {
			t.Errorf("the traces are of %s", r)
		}
	}
	t.Logf("%d spans", len(got.spans))
}

// checkSpans holds that spans have only the attributes that are known here, that statements
// have no values, and that all of a request hang together.
func checkSpans(t *testing.T, got *receiver, log string) {
	t.Helper()
	known := []string{
		"http.request.method", "http.route", "http.response.status_code", "server.address", "error.type",
		"db.system.name", "db.query.summary", "db.query.text",
		"oversikt.request_id", "oversikt.hits", "oversikt.changes", "oversikt.documents", "oversikt.kind", "oversikt.attempt",
	}
	parents, within := map[string]*otlp.Span{}, 0
	for _, s := range got.spans {
		parents[string(s.SpanId)] = s
	}
	for _, s := range got.spans {
		for _, a := range s.Attributes {
			if !slices.Contains(known, a.Key) {
				t.Errorf("%s has %s", s.Name, a)
			}
		}
		if len(s.Events) > 0 || s.Status.GetMessage() != "" || s.TraceState != "" {
			t.Errorf("%s says more: %s", s.Name, s)
		}
		if s.Kind == otlp.Span_SPAN_KIND_SERVER {
			if id := attribute(s, "oversikt.request_id"); !strings.Contains(log, `"request_id":"`+id+`"`) || id == "" {
				t.Errorf("%s is of request %q, which is not in the log", s.Name, id)
			}
		}
		if attribute(s, "db.system.name") != "" && parents[string(s.ParentSpanId)] == nil {
			t.Errorf("%s stands alone", s.Name)
		}
		if p := parents[string(s.ParentSpanId)]; p != nil && p.Kind == otlp.Span_SPAN_KIND_SERVER {
			within++
		}
	}
	if within < 20 {
		t.Errorf("%d spans are within a request", within)
	}
}

// runCommand runs the program's command line beside the server and returns what it prints.
func runCommand(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command(filepath.Join(filepath.Dir(dir), "oversikt"), args...)
	cmd.Env = append(os.Environ(), "OVERSIKT_DATA_DIR="+dir)
	cmd.Dir = "../.."
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %v", args, err)
	}
	return strings.TrimSpace(string(out))
}

// signedIn does what somebody does who has signed in, and a program with a token, with the
// marker in all that they write; and names a receiver of webhooks.
func signedIn(t *testing.T, base, dir string) {
	t.Helper()
	send := func(method, target, contentType, body string, header ...string) *http.Response {
		t.Helper()
		req, err := http.NewRequest(method, target, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", contentType)
		req.Header.Set("Sec-Fetch-Site", "same-origin")
		req.Header.Set("X-Forwarded-For", "203.0.113.77")
		req.Header.Set("Tracestate", marker+"="+marker)
		for i := 0; i < len(header); i += 2 {
			req.Header.Set(header[i], header[i+1])
		}
		resp, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		return resp
	}
	const form, email = "application/x-www-form-urlencoded", "annen." + marker + "@test.example.org"
	runCommand(t, dir, "user", "add", email, "--name", marker, "--national")
	link, err := url.Parse(runCommand(t, dir, "user", "login-link", email))
	if err != nil {
		t.Fatal(err)
	}
	in := send(http.MethodPost, base+link.Path, form, "")
	cookie := ""
	for _, c := range in.Cookies() {
		if c.Name == staff.SessionCookie {
			cookie = c.Name + "=" + c.Value
		}
	}
	if cookie == "" {
		t.Fatalf("not signed in: %d", in.StatusCode)
	}
	typed := url.Values{"navn": {marker}, "ingress": {marker}, "telefon1_nummer": {marker}, "hvorfor": {marker}}.Encode()
	for target, want := range map[string]int{
		"/redaksjon/konto": http.StatusSeeOther, "/redaksjon/tilbud/ny/kladd?kommune=1804": http.StatusNoContent,
	} {
		if r := send(http.MethodPost, base+target, form, typed, "Cookie", cookie); r.StatusCode != want {
			t.Errorf("%s = %d, want %d", target, r.StatusCode, want)
		}
	}
	for _, target := range []string{"/redaksjon", "/redaksjon/sok?q=" + marker, "/redaksjon/brukere?q=" + marker, "/redaksjon/tilbud/" + marker} {
		if r := send(http.MethodGet, base+target, form, "", "Cookie", cookie); r.StatusCode >= http.StatusInternalServerError {
			t.Errorf("%s = %d", target, r.StatusCode)
		}
	}
	token := runCommand(t, dir, "token", "create", "--kommune", "1804", "--name", marker)
	offering := fmt.Sprintf(`{"navn":"%s","type":{"kode":"annet"},"ingress":"%[1]s.","beskrivelse":"%[1]s","dekning":{"kommuner":[{"kommunenummer":"1804"}]},"epost":["%[1]s@bodo.kommune.no"]}`, marker)
	if r := send(http.MethodPost, base+"/api/v1/tilbud", "application/json", offering, "Authorization", "Bearer "+token); r.StatusCode != http.StatusCreated {
		t.Errorf("POST /api/v1/tilbud = %d", r.StatusCode)
	}
	runCommand(t, dir, "webhook", "add", "--name", marker, "--url", "https://mottak.example.org/"+marker+"?token="+marker)
	runCommand(t, dir, "webhook", "test", "1")
}

// ask gets a page from one of this machine's own addresses, as somebody with a trace.
func ask(t *testing.T, address, from, trace string) {
	t.Helper()
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
	req, err := http.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Traceparent", "00-"+trace+"-b7ad6b7169203331-01")
	req.Header.Set("Tracestate", marker+"="+marker)
	req.Header.Set("X-Forwarded-For", "203.0.113.77")
	resp, err := (&http.Transport{DialContext: dialer.DialContext, DisableKeepAlives: true}).RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Errorf("%s = %d", address, resp.StatusCode)
	}
}

// A collector that cuts the line, and then takes calls and says nothing, keeps nobody from
// anything: all requests are answered, the program stops as it should, and the log says so once.
func TestCollectorAway(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var calls sync.WaitGroup
	held := make(chan struct{})
	defer func() { l.Close(); close(held); calls.Wait() }()
	calls.Go(func() {
		for n := 0; ; n++ {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			if n < 4 {
				conn.Close()
				continue
			}
			calls.Go(func() { <-held; conn.Close() })
		}
	})
	var log buffer
	t.Run("traffic", func(t *testing.T) {
		base, _ := startProgram(t, &log, "OVERSIKT_LOG=json", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://"+l.Addr().String()+"/v1/traces",
			"OTEL_BSP_SCHEDULE_DELAY=20", "OTEL_BSP_MAX_QUEUE_SIZE=50", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE=10")
		for i := range 300 {
			resp, err := http.Get(base + "/sok?q=avlastning+" + fmt.Sprint(i))
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if resp.StatusCode != http.StatusOK {
				t.Fatalf("request %d = %d", i, resp.StatusCode)
			}
		}
		for range 100 {
			if strings.Contains(log.String(), "traces cannot be sent") {
				return
			}
			time.Sleep(50 * time.Millisecond)
		}
		t.Error("the log does not say that traces cannot be sent")
	})
	if n := strings.Count(log.String(), "traces cannot be sent"); n != 1 {
		t.Errorf("the log says %d times that traces cannot be sent", n)
	}
	if n := strings.Count(log.String(), "the last traces were not sent"); n != 1 {
		t.Errorf("the log says %d times that the last traces were not sent; %s", n, log.String())
	}
}

func TestTracesConfiguration(t *testing.T) {
	const at, broken = "OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318", "OTEL_EXPORTER_OTLP_ENDPOINT=kari:secret@collector"
	for _, tc := range []struct {
		environ []string
		on      bool
		wrong   string
	}{
		{nil, false, ""},
		{[]string{at}, true, ""},
		{[]string{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=https://collector.example.no/v1/traces"}, true, ""},
		{[]string{at, "OTEL_SDK_DISABLED=TRUE"}, false, ""},
		{[]string{at, "OTEL_TRACES_EXPORTER=none"}, false, ""},
		{[]string{"OTEL_SERVICE_NAME=oversikt", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT=http://127.0.0.1:4318"}, false, ""},
		{[]string{broken}, false, "OTEL_EXPORTER_OTLP_ENDPOINT"},
		{[]string{broken, "OTEL_SDK_DISABLED=true"}, false, ""},
		{[]string{at, "OTEL_EXPORTER_OTLP_PROTOCOL=grpc"}, false, "OTEL_EXPORTER_OTLP_PROTOCOL"},
		{[]string{at, "OTEL_EXPORTER_OTLP_PROTOCOL=grpc", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL=http/protobuf"}, true, ""},
		{[]string{at, "OTEL_TRACES_EXPORTER=console"}, false, "OTEL_TRACES_EXPORTER"},
	} {
		c, err := readConfig(tc.environ)
		if (err != nil) != (tc.wrong != "") || err != nil && !strings.Contains(err.Error(), tc.wrong+":") {
			t.Errorf("%v: %v, want %q", tc.environ, err, tc.wrong)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%v: the message shows a password: %v", tc.environ, err)
		}
		if got := c.Traces.on(); got != tc.on {
			t.Errorf("%v: on = %v", tc.environ, got)
		}
	}
}
