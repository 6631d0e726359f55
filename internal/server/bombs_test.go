package server

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	gometrics "runtime/metrics"
	"slices"
	"strings"
	"testing"

	"github.com/nasjonal-oversikt/oversikt/internal/staff"
	"github.com/nasjonal-oversikt/oversikt/internal/store"
)

// allocated returns how many bytes the process has allocated since it began.
func allocated() uint64 {
	sample := []gometrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	gometrics.Read(sample)
	return sample[0].Value.Uint64()
}

// packed returns bytes as gzip packs them.
func packed(t *testing.T, content []byte) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// form returns a form with files, and its Content-Type.
func form(t *testing.T, fill func(*multipart.Writer) error) (body, kind string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	if err := fill(w); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String(), w.FormDataContentType()
}

// What is small to send and large to read costs no more than what is large to send, and is
// refused with what is wrong.
func TestBombsAreRefused(t *testing.T) {
	w := newHostileWorld(t)
	_, secret, err := w.store.CreateToken(t.Context(), tester, store.Token{Owner: bodo, Name: "Test", Scopes: store.Scopes()}, func(store.Token) store.Mail { return store.Mail{} })
	w.must(err)
	token := []string{"Authorization", "Bearer " + secret, "Content-Type", "application/json"}
	typed := []string{"Content-Type", "application/x-www-form-urlencoded", "Sec-Fetch-Site", "same-origin", "Cookie", staff.SessionCookie + "=" + w.session}
	const good = `"type":{"kode":"annet"},"dekning":{"kommuner":[{"kommunenummer":"1804"}]}`
	deep := func(open, end string, n int) string { return strings.Repeat(open, n) + strings.Repeat(end, n) }
	bomb, bombKind := form(t, func(m *multipart.Writer) error {
		f, err := m.CreateFormFile("fil", "a.xlsx")
		if err != nil {
			return err
		}
		z := zip.NewWriter(f)
		styles, err := z.Create("xl/styles.xml")
		if err != nil {
			return err
		}
		if _, err := io.WriteString(styles, `<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellXfs>`+strings.Repeat("<xf/>", 6<<20)); err != nil {
			return err
		}
		return z.Close()
	})
	parts, partsKind := form(t, func(m *multipart.Writer) error {
		for i := range 5000 {
			if err := m.WriteField(fmt.Sprint("fil", i), "x"); err != nil {
				return err
			}
		}
		return nil
	})
	nested, nestedKind := form(t, func(m *multipart.Writer) error {
		f, err := m.CreateFormFile("fil", "a.pdf/../../b.xlsx.exe")
		if err != nil {
			return err
		}
		_, err = io.WriteString(f, strings.Repeat("--x\r\n", 50_000))
		return err
	})
	upload := func(kind string) []string {
		return []string{"Content-Type", kind, "Sec-Fetch-Site", "same-origin", "Cookie", staff.SessionCookie + "=" + w.session}
	}
	zeros := packed(t, make([]byte, 100<<20))
	const file = staff.UploadPath + "?kommune=1804"
	for _, tt := range []struct {
		name, method, target, body string
		headers                    []string
		want                       []int
		says                       string
	}{
		{"deep lists", http.MethodPost, "/api/v1/tilbud", deep("[", "]", 100_000), token, []int{400}, "JSON"},
		{"deep objects", http.MethodPost, "/api/v1/tilbud", deep(`{"navn":`, "}", 20_000), token, []int{400, 413}, ""},
		{"a deep list in a field", http.MethodPost, "/api/v1/tilbud", `{"navn":"a",` + good + `,"telefon":` + deep("[", "]", 9_000) + `}`, token, []int{400, 422}, "telefon"},
		{"a list without end", http.MethodPost, "/api/v1/tilbud", strings.Repeat("[", 100_000), token, []int{400}, "JSON"},
		{"a number of a hundred thousand digits", http.MethodPost, "/api/v1/tilbud", `{"navn":"a",` + good + `,"steder":[{"posisjon":{"lat":` + strings.Repeat("9", 100_000) + `,"lon":1}}]}`, token, []int{400, 413, 422}, ""},
		{"a number beyond all", http.MethodPost, "/api/v1/tilbud", `{"navn":"a",` + good + `,"versjon":1e400}`, token, []int{400, 422}, ""},
		{"a long list", http.MethodPost, "/api/v1/tilbud", `{"navn":"a",` + good + `,"stikkord":[` + strings.Repeat(`"a",`, 60_000) + `"a"]}`, token, []int{400, 413, 422}, ""},
		{"a long name", http.MethodPost, "/api/v1/tilbud", `{"navn":"` + strings.Repeat("å", 50_000) + `",` + good + `}`, token, []int{413, 422}, ""},
		{"many unknown fields", http.MethodPost, "/api/v1/tilbud", `{"navn":"a",` + good + func() string {
			var b strings.Builder
			for i := range 10_000 {
				fmt.Fprintf(&b, `,"x%d":1`, i)
			}
			return b.String()
		}() + `}`, token, []int{413, 422}, ""},
		{"a packed body", http.MethodPost, "/api/v1/tilbud", zeros, append(slices.Clone(token), "Content-Encoding", "gzip"), []int{415}, "upakket"},
		{"a packed form", http.MethodPost, "/logg-inn", zeros, append(slices.Clone(typed), "Content-Encoding", "gzip"), []int{415}, "komprimert"},
		{"a packed file", http.MethodPost, file, packed(t, []byte(bomb)), append(upload(bombKind), "Content-Encoding", "gzip"), []int{415}, "komprimert"},
		{"a packed question", http.MethodPost, "/hsds/v3/services", zeros, []string{"Content-Type", "application/json", "Content-Encoding", "br"}, []int{415}, "upakket"},
		{"a packed search", http.MethodPost, "/fhir/R4/Location/_search", zeros, []string{"Content-Type", "application/x-www-form-urlencoded", "Content-Encoding", "deflate"}, []int{415}, "upakket"},
		{"a workbook", http.MethodPost, file, bomb, upload(bombKind), []int{422}, "mye mer enn en tabell"},
		{"a form of many parts", http.MethodPost, file, parts, upload(partsKind), []int{400, 422}, "Velg en fil"},
		{"a file that is another", http.MethodPost, file, nested, upload(nestedKind), []int{422}, "vi tar imot .xlsx og .csv"},
		{"a form that is none", http.MethodPost, file, "x", upload("multipart/form-data; boundary=" + strings.Repeat("x", 70)), []int{400, 422}, "Velg en fil"},
		{"a form of many fields", http.MethodPost, "/meld-feil?kommune=1804", strings.Repeat("a=b&", 15_000), typed, []int{303, 413, 422}, ""},
		{"a form of many fields to sign in", http.MethodPost, "/logg-inn", strings.Repeat("epost=a&", 100_000), typed, []int{413, 422}, ""},
		{"deep JSON as a question", http.MethodPost, "/hsds/v3/services", deep("[", "]", 100_000), []string{"Content-Type", "application/json"}, []int{400}, ""},
		{"many parameters as a question", http.MethodPost, "/hsds/v3/services", strings.Repeat("search=a&", 50_000), []string{"Content-Type", "application/x-www-form-urlencoded"}, []int{400, 413}, ""},
		{"many parameters as a search", http.MethodPost, "/fhir/R4/HealthcareService/_search", strings.Repeat("name=a&", 50_000), []string{"Content-Type", "application/x-www-form-urlencoded"}, []int{400}, "500 parametere"},
	} {
		before := allocated()
		resp, body := ask(t, w.app, tt.method, tt.target, tt.body, tt.headers...)
		cost := (allocated() - before) >> 20
		t.Logf("%s: %d kB sent, %d, %d MB allocated", tt.name, len(tt.body)>>10, resp.StatusCode, cost)
		if !slices.Contains(tt.want, resp.StatusCode) || !strings.Contains(body, tt.says) {
			t.Errorf("%s: %d %.600s, want %v and %q", tt.name, resp.StatusCode, body, tt.want, tt.says)
		}
		if cost > 80 {
			t.Errorf("%s: %d MB were allocated", tt.name, cost)
		}
	}
	// Of two fields with the same name one counts, and which is the same for all who look.
	resp, body := ask(t, w.app, http.MethodPost, "/api/v1/tilbud", `{"navn":"Den første",`+good+`,"navn":"Den andre"}`, token...)
	if resp.StatusCode == http.StatusCreated && (strings.Contains(body, "Den første") || !strings.Contains(body, "Den andre")) || resp.StatusCode >= 500 {
		t.Errorf("two names: %d %s", resp.StatusCode, body)
	}
}

// Addresses of all that can be asked for, as long as they may be and with as much in them.
func TestLongQueries(t *testing.T) {
	w := newHostileWorld(t)
	queries := []string{
		"q=" + strings.Repeat("a", 15<<10), "q=" + strings.Repeat("a+", 7<<10), "q=" + strings.Repeat("%22", 4<<10), "q=" + strings.Repeat("*~(", 4<<10), "q=" + strings.Repeat("%c3%a5", 2<<10),
		strings.Repeat("a&", 7<<10), strings.Repeat("type=annet&", 1<<10), strings.Repeat("valgt=1&", 1<<10), strings.Repeat("=&", 7<<10), "kommune=" + strings.Repeat("1804,", 2<<10), "side=" + strings.Repeat("9", 10<<10), "antall=99999999999999999999", "lat=1e400&lon=NaN&radius_km=Inf", "_count=-1", "page=9223372036854775808&per_page=9223372036854775807", "etter=" + strings.Repeat("A", 10<<10),
		"search=" + strings.Repeat("a+", 7<<10), "name=" + strings.Repeat("a,", 7<<10), "kode=" + strings.Repeat("4", 10<<10), "q[]=a&q[b][c]=d", "q=%00%ff%fe", "q=\u202e",
	}
	worst, where := uint64(0), ""
	for _, r := range w.app.GetRoutes(true) {
		if r.Method != http.MethodGet || strings.HasPrefix(r.Path, "/nn/") || strings.HasPrefix(r.Path, "/en/") || strings.HasPrefix(r.Path, "/assets") {
			continue
		}
		for _, q := range queries {
			before := allocated()
			resp, _ := ask(t, w.app, http.MethodGet, concrete(r.Path)+"?"+q, "", "Cookie", staff.SessionCookie+"="+w.session)
			if resp.StatusCode >= http.StatusInternalServerError {
				t.Errorf("%s?%.40s = %d", r.Path, q, resp.StatusCode)
			}
			if cost := allocated() - before; cost > worst {
				worst, where = cost, fmt.Sprintf("%s?%.20s", r.Path, q)
			}
		}
	}
	t.Logf("at most %d MB were allocated, for %s", worst>>20, where)
	if worst > 100<<20 {
		t.Errorf("%s: %d MB were allocated", where, worst>>20)
	}
}
