package site

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/htmlcheck"
	"github.com/nasjonal-oversikt/oversikt/internal/page"
	"github.com/nasjonal-oversikt/oversikt/internal/referral"
	"github.com/nasjonal-oversikt/oversikt/internal/region"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

// made is when the lists of these tests were made.
var made = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

// referralOfferings are ten more offerings, numbers 11 to 20, one of each kind that a sheet
// shows in its own way.
func referralOfferings() []search.Document {
	docs := []search.Document{search.KommuneDocument(region.Kommune{Number: "3222", Name: "Lørenskog", OfficialName: "Lørenskog", FylkeName: "Akershus", Website: "www.example.org",
		Contact: region.Contact{Phone: "+4722334400", Confirmed: true}}, nil)}
	for id := int64(11); id <= 20; id++ {
		o := directory.Offering{ID: id, Type: "hjelpetelefon", Name: fmt.Sprintf("Testlinje %d", id), Status: directory.Published, TargetGroups: []string{"parorende"},
			Coverage: directory.Coverage{National: true}, Phones: []directory.Phone{{Number: directory.PhoneNumber(fmt.Sprintf("+47223344%02d", id))}},
			Source: directory.Source{Title: "Testkilde", Date: "2026"}, ChangedAt: made.Add(-time.Hour)}
		switch id {
		case 11:
			o.OpeningText = "døgnåpen krisetelefon"
			o.Phones[0].Hours = "øyeblikkelig"
		case 12:
			o.Coverage = directory.Coverage{Kommuner: []region.Number{"3205"}}
		case 13:
			o.Coverage = directory.Coverage{Kommuner: []region.Number{"1508"}}
		case 14:
			o.ChangedAt, o.Version = made.Add(time.Minute), 2
		case 18: // read into this node's database later than into the one where the list was made
			o.ChangedAt, o.Version = made.Add(time.Minute), 1
		case 15: // confirmed, which is no change
			confirmed := made.Add(time.Hour)
			o.ConfirmedAt = &confirmed
		case 17: // the kommune is who answers
			o.Coverage, o.Phones, o.Organization = directory.Coverage{Kommuner: []region.Number{"3222"}}, nil, directory.Organization{Name: "Lørenskog kommune"}
		case 16:
			o.Status = directory.Closed
		}
		docs = append(docs, search.OfferingDocument(o))
	}
	return docs
}

func sheetOf(t *testing.T, l referral.List) string {
	t.Helper()
	if l.Made.IsZero() {
		l.Made = made
	}
	code, err := l.Code()
	if err != nil {
		t.Fatal(err)
	}
	return sheetPath + code
}

func TestReferralForm(t *testing.T) {
	app := newTestApp(t, referralOfferings()...)
	for _, l := range page.Languages() {
		for _, target := range []string{"/henvis", "/henvis?kommune=3205&om=rus&hvem=barn", "/henvis?sted=V%C3%A5ler&haster=1", "/henvis?kode=feil", "/henvis?kommune=3205&parorende=1508"} {
			resp, body := get(t, app, l.Prefix()+target)
			if resp.StatusCode != http.StatusOK {
				t.Errorf("%s = %d", target, resp.StatusCode)
			}
			doc := htmlcheck.Parse(body)
			for _, f := range doc.Faults() {
				t.Errorf("%s%s: %s", l.Prefix(), target, f)
			}
			// Nothing can be written but a place and a code, and nothing is sent but by GET.
			var written []string
			for _, f := range doc.All(`main textarea, main input:not([type]), main input[type="text"], main input[type="search"]`) {
				written = append(written, f.Attr("name"))
			}
			slices.Sort(written)
			if want := []string{"kode", "parorende_sted", "sted"}; !slices.Equal(written, want) {
				t.Errorf("%s: %v can be written, want %v", target, written, want)
			}
			if doc.Has(`main form:not([method="get"])`) {
				t.Errorf("%s: a form that is not GET", target)
			}
		}
	}
}

func TestReferralAsksWithNumbers(t *testing.T) {
	app := newTestApp(t)
	resp, _ := get(t, app, "/nn/henvis?sted=Lillestr%C3%B8m&parorende_sted=Haram&om=rus&om=tull&hvem=barn")
	if got, want := resp.Header.Get("Location"), "/nn/henvis?hvem=barn&kommune=3205&om=rus&parorende=1580#forslag"; resp.StatusCode != http.StatusSeeOther || got != want {
		t.Errorf("%d to %q, want 303 to %s", resp.StatusCode, got, want)
	}
	_, body := get(t, app, "/henvis?sted=V%C3%A5ler&om=rus")
	if doc := htmlcheck.Parse(body); !doc.Has(`main .ds-alert a[href^="/henvis?"][href*="kommune=3419"][href*="om=rus"]`) || !doc.Has(`input[value="rus"][checked]`) {
		t.Error("a place that may be two does not ask which, with what was chosen kept")
	}
}

// A form that is sent with nothing in it says what is missing and where it is written. The
// message stands where the form leads, so that a browser scrolls and reads there.
func TestAnEmptyReferralSaysWhatIsMissing(t *testing.T) {
	app := newTestApp(t, referralOfferings()...)
	for _, l := range page.Languages() {
		for target, want := range map[string]bool{
			"/henvis": false, "/henvis?sted=": true, "/henvis?sted=&parorende_sted=": true, "/henvis?sted=++": true, "/henvis?sted=&haster=1": false,
			"/henvis?sted=&om=rus": false, "/henvis?lag=1&sted=": false,
		} {
			_, body := get(t, app, l.Prefix()+target)
			doc := htmlcheck.Parse(body)
			for _, f := range doc.Faults() {
				t.Errorf("%s%s: %s", l.Prefix(), target, f)
			}
			said := doc.Has(`main #forslag.ds-alert[tabindex="-1"] a[href="#sted"]`) && doc.Has(`#sted[aria-invalid="true"][aria-describedby="sted-feil sted-hjelp"]`)
			if said != want {
				t.Errorf("%s%s says that nothing was chosen: %v, want %v", l.Prefix(), target, said, want)
			}
		}
	}
}

// A number that several share is of no use without the key to press. It stands with the number
// wherever that does, and not among what the offering gives.
func TestKeyToPressStandsWithTheNumber(t *testing.T) {
	app := newTestApp(t, search.OfferingDocument(directory.Offering{ID: 5, Type: "hjelpetelefon", Name: "Prøvestøtten", Status: directory.Published,
		Keywords: []string{"tast 2", "råd til prøvede"}, Coverage: directory.Coverage{National: true}, Phones: []directory.Phone{{Number: "+4722334400", Hours: "Hverdager 9–15"}},
		Source: directory.Source{Title: "Testkilde", Date: "2026"}}))
	sheet := sheetOf(t, referral.List{Offerings: []int64{5}})
	for _, target := range []string{"/tilbud/5-provestotten", "/sok?q=pr%C3%B8vest%C3%B8tten", sheet} {
		_, body := get(t, app, target)
		text := element(t, htmlcheck.Parse(body), "main")
		wants(t, target, text, "22 33 44 00", "Tast 2, hverdager 9–15")
		if strings.Contains(strings.ReplaceAll(text, "(tast 2)", ""), "tast 2") {
			t.Errorf("%s has the key among what the offering gives: %s", target, text)
		}
	}
	_, body := get(t, app, sheet)
	if href := htmlcheck.Parse(body).Attrs(`a[href^="sms:"]`, "href"); len(href) != 1 || !strings.Contains(href[0], "22%2033%2044%2000%20%28tast%202%29") {
		t.Errorf("the text message is %q", href)
	}
}

func TestUrgentNumbersComeFirst(t *testing.T) {
	app := newTestApp(t, referralOfferings()...)
	_, body := get(t, app, "/henvis?kommune=3205&haster=1")
	crisis, list := strings.Index(body, `class="o-krise"`), strings.Index(body, `name="valgt"`)
	if crisis < 0 || list < 0 || crisis > list {
		t.Errorf("emergency numbers at %d, the list at %d", crisis, list)
	}
	if _, body := get(t, app, "/henvis?kommune=3205"); strings.Contains(body, `class="o-krise"`) {
		t.Error("emergency numbers stand there without being asked for")
	}
}

func TestMakingASheet(t *testing.T) {
	app := newTestApp(t, referralOfferings()...)
	chosen := func(n int) string {
		q := url.Values{"kommune": {"3205"}, "hvem": {"barn"}, "om": {"rus"}, "lag": {"1"}}
		for i := range n {
			q.Add("valgt", strconv.Itoa(11+i))
		}
		return "/en/henvis?" + q.Encode()
	}
	resp, _ := get(t, app, chosen(8))
	code, ok := strings.CutPrefix(resp.Header.Get("Location"), "/en/henvisning/")
	if !ok || resp.StatusCode != http.StatusSeeOther {
		t.Fatalf("%d to %q, want 303 to a sheet", resp.StatusCode, resp.Header.Get("Location"))
	}
	l, err := referral.Decode(code)
	if err != nil {
		t.Fatal(err)
	}
	if l.Kommune != "3205" || !slices.Equal(l.Whom, []referral.Whom{referral.Child}) || !slices.Equal(l.About, []referral.About{referral.Substance}) ||
		!slices.Equal(l.Offerings, []int64{11, 12, 13, 14, 15, 16, 17, 18}) || time.Since(l.Made) > time.Hour || time.Since(l.Made) < 0 {
		t.Errorf("the code holds %+v", l)
	}

	// The ninth is refused, and nothing is lost.
	resp, body := get(t, app, chosen(9))
	doc := htmlcheck.Parse(body)
	if resp.StatusCode != http.StatusOK || !doc.Has(`[role="alert"]`) {
		t.Errorf("nine: %d, without a sentence", resp.StatusCode)
	}
	// Those that are not for Lillestrøm, or closed, are not suggested and still there.
	if ticked := len(doc.All(`input[name="valgt"][checked]`)); ticked != 9 {
		t.Errorf("nine: %d are still ticked", ticked)
	}
	if resp, body := get(t, app, chosen(0)); resp.StatusCode != http.StatusOK || !strings.Contains(body, "Tick at least one service.") {
		t.Error("none: no sentence that says so")
	}
}

// A change that was there when the list was made is not one since, also in the same minute.
func TestAFreshSheetHasNotChanged(t *testing.T) {
	o := directory.Offering{ID: 30, Type: "hjelpetelefon", Name: "Nettopp endret", Status: directory.Published, Coverage: directory.Coverage{National: true}, ChangedAt: time.Now(), Version: 2}
	app := newTestApp(t, search.OfferingDocument(o))
	resp, _ := get(t, app, "/henvis?lag=1&valgt=30")
	_, body := get(t, app, resp.Header.Get("Location"))
	if !strings.Contains(body, "Nettopp endret") || strings.Contains(body, "Endret etter") {
		t.Error("a sheet made just now says that it has changed")
	}
}

func TestSheet(t *testing.T) {
	app := newTestApp(t, referralOfferings()...)
	target := sheetOf(t, referral.List{Kommune: "3205", Relatives: "1508", About: []referral.About{referral.Substance}, Offerings: []int64{11, 12, 13, 14, 15, 18, 16, 99}})
	for _, l := range page.Languages() {
		for _, size := range []string{"", "?stor=1"} {
			resp, body := get(t, app, l.Prefix()+target+size)
			if resp.StatusCode != http.StatusOK {
				t.Fatalf("%s = %d", target, resp.StatusCode)
			}
			for _, f := range htmlcheck.Parse(body).Faults() {
				t.Errorf("%s%s: %s", l.Prefix(), target+size, f)
			}
		}
	}
	_, body := get(t, app, target)
	doc := htmlcheck.Parse(body)
	if !doc.Has(`meta[name="robots"][content="noindex"]`) || doc.Has(`link[rel="canonical"]`) {
		t.Error("search engines may keep the sheet")
	}
	if doc.Has("main form") || doc.Has("main [name]") {
		t.Error("the note can be sent")
	}
	var groups []string
	items := map[string]htmlcheck.Page{}
	for _, g := range doc.All(".o-ark__sted") {
		h, _ := g.First("h2")
		groups = append(groups, h.Text())
		for _, i := range g.All(".o-ark__tilbud") {
			name, _ := i.First("h3")
			groups = append(groups, name.Text())
			items[name.Text()] = i
		}
	}
	want := []string{"Der du bor: Ålesund", "Testlinje 13", "Der den syke bor: Lillestrøm", "Testlinje 12", "For hele landet", "Testlinje 11", "Testlinje 14", "Testlinje 15", "Testlinje 18", "Testlinje 16",
		"Ikke her lenger", "Tilbud nummer 99"}
	if !slices.Equal(groups, want) {
		t.Errorf("got  %q\nwant %q", groups, want)
	}
	for name, i := range items {
		if got, want := strings.Contains(i.Text(), "Endret etter at arket ble laget."), name == "Testlinje 14"; got != want {
			t.Errorf("%s is marked as changed: %t, want %t", name, got, want)
		}
		if name != "Tilbud nummer 99" && !i.Has(`.o-ark__tlf a[href^="tel:+47"]`) {
			t.Errorf("%s has no number", name)
		}
	}
	if text := items["Testlinje 11"].Text(); !strings.Contains(text, "Døgnåpen krisetelefon") || !strings.Contains(text, "Øyeblikkelig") {
		t.Errorf("what stands on a line of its own begins in lower case: %s", text)
	}
	if text := items["Testlinje 16"].Text(); !strings.Contains(text, "Midlertidig stengt.") {
		t.Errorf("closed: %s", text)
	}
	if gone := items["Tilbud nummer 99"]; !strings.Contains(gone.Text(), "ikke lenger i oversikten") || !gone.Has(`a[href="/sok?kommune=3205&tema=rus"]`) {
		t.Errorf("gone: %s", gone)
	}
	for _, href := range []string{`sms:?&body=Her%20er%20numrene`, `mailto:?subject=Telefonnumre&body=`} {
		if !doc.Has(`a[href^="` + href + `"]`) {
			t.Errorf("no link to %s", href)
		}
	}
	if journal, _ := doc.First("#journal"); !strings.Contains(journal.Text(), "Testlinje 11: 22 33 44 11") || !strings.Contains(journal.Text(), "https://oversikt.example"+target) {
		t.Errorf("for the record: %s", journal.Text())
	}
}

// A code lives longer than kommuner do.
func TestSheetOfAFormerKommune(t *testing.T) {
	app := newTestApp(t, referralOfferings()...)
	for n, want := range map[region.Number]string{
		"0231": "For Lillestrøm", // Skedsmo
		"1507": "Andre steder",   // divided into Ålesund and Haram
	} {
		id := map[region.Number]int64{"0231": 12, "1507": 13}[n]
		_, body := get(t, app, sheetOf(t, referral.List{Kommune: n, Offerings: []int64{id}}))
		if h, _ := htmlcheck.Parse(body).First(".o-ark__sted h2"); h.Text() != want {
			t.Errorf("%s: %q, want %q", n, h.Text(), want)
		}
	}
}

// What is the kommune's own and has no telephone is asked for there.
func TestSheetOfWhatHasNoNumber(t *testing.T) {
	app := newTestApp(t, referralOfferings()...)
	_, body := get(t, app, sheetOf(t, referral.List{Kommune: "3222", Offerings: []int64{17}}))
	if item, _ := htmlcheck.Parse(body).First(".o-ark__tilbud"); !item.Has(`a[href="tel:+4722334400"]`) || !strings.Contains(item.Text(), "Lørenskog kommune, spør etter tilbudet") {
		t.Errorf("no number of the kommune: %s", item.Text())
	}
}

// A node that has none of them shows the list all the same.
func TestSheetOfNothingThatIsHere(t *testing.T) {
	app := newTestApp(t)
	resp, body := get(t, app, sheetOf(t, referral.List{Kommune: "9998", Offerings: []int64{501, 502}}))
	if resp.StatusCode != http.StatusOK || strings.Count(body, "ikke lenger i oversikten") != 2 || !strings.Contains(body, "kommune 9998") {
		t.Errorf("%d, or not both are said to be gone", resp.StatusCode)
	}
}

func TestCodesAreReadAsTheyAreWritten(t *testing.T) {
	app := newTestApp(t, referralOfferings()...)
	path := sheetOf(t, referral.List{Kommune: "3205", Offerings: []int64{11, 12}})
	code := strings.TrimPrefix(path, sheetPath)
	for _, written := range []string{strings.ToLower(code), strings.ReplaceAll(code, "-", "%20"), strings.ReplaceAll(code, "-", "")} {
		resp, _ := get(t, app, sheetPath+written)
		if got := resp.Header.Get("Location"); resp.StatusCode != http.StatusMovedPermanently || got != path {
			t.Errorf("%s: %d to %q, want %s", written, resp.StatusCode, got, path)
		}
		resp, _ = get(t, app, "/nn/henvis?kode="+written)
		if got := resp.Header.Get("Location"); resp.StatusCode != http.StatusSeeOther || got != "/nn"+path {
			t.Errorf("typed %s: %d to %q, want /nn%s", written, resp.StatusCode, got, path)
		}
	}
	wrong := strings.Replace(code, code[:1], "Z", 1)
	for typed, want := range map[string]string{
		wrong:            "Koden stemmer ikke.",
		code[:4]:         "Koden er for kort.",
		"4C81-Å":         "Koden kan ikke ha tegnet «Å».",
		"<script>":       "Koden kan ikke ha tegnet «&lt;».",
		"pasient Hansen": "Koden er for kort.",
	} {
		for address, status := range map[string]int{"/henvis?kode=": http.StatusOK, sheetPath: http.StatusNotFound} {
			resp, body := get(t, app, address+url.PathEscape(typed))
			doc := htmlcheck.Parse(body)
			field, _ := doc.First("#kode")
			if resp.StatusCode != status || !strings.Contains(body, want) || field.Attr("value") != typed || field.Attr("aria-invalid") != "true" {
				t.Errorf("%s%s: %d, field %q, want %d, %q and the code kept", address, typed, resp.StatusCode, field.Attr("value"), status, want)
			}
		}
	}
}

var qrRun = regexp.MustCompile(`M(\d+) (\d+)h(\d+)v1`)

// What a telephone reads in the image is the sheet's address, in the language of the sheet.
func TestQRCodeLeadsToTheSheet(t *testing.T) {
	app := newTestApp(t, referralOfferings()...)
	path := sheetOf(t, referral.List{Kommune: "3205", Relatives: "1508", Offerings: []int64{11, 12, 13, 14, 15, 16, 17, 18}})
	for _, l := range page.Languages() {
		_, body := get(t, app, l.Prefix()+path)
		src := htmlcheck.Parse(body).Attrs(".o-ark img", "src")
		if len(src) != 1 {
			t.Fatalf("%d images", len(src))
		}
		resp, svg := get(t, app, src[0])
		if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "image/svg+xml; charset=utf-8" || strings.Contains(svg, "style") {
			t.Errorf("%s: %d, %s", src[0], resp.StatusCode, resp.Header.Get("Content-Type"))
		}
		const scale, side = 4, 100
		img := image.NewGray(image.Rect(0, 0, side*scale, side*scale))
		draw.Draw(img, img.Bounds(), image.White, image.Point{}, draw.Src)
		for _, m := range qrRun.FindAllStringSubmatch(svg, -1) {
			x, _ := strconv.Atoi(m[1])
			y, _ := strconv.Atoi(m[2])
			w, _ := strconv.Atoi(m[3])
			draw.Draw(img, image.Rect(x*scale, y*scale, (x+w)*scale, (y+1)*scale), image.NewUniform(color.Black), image.Point{}, draw.Src)
		}
		bmp, err := gozxing.NewBinaryBitmapFromImage(img)
		if err != nil {
			t.Fatal(err)
		}
		read, err := qrcode.NewQRCodeReader().Decode(bmp, nil)
		if err != nil {
			t.Fatal(err)
		}
		if want := "https://oversikt.example" + l.Prefix() + path; read.GetText() != want {
			t.Errorf("the image says %s, want %s", read.GetText(), want)
		}
	}
	if resp, _ := get(t, app, path[:len(path)-1]+"/qr.svg"); resp.StatusCode != http.StatusNotFound {
		t.Errorf("the image of what is no code = %d", resp.StatusCode)
	}
}

func TestReferralsInTheSitemap(t *testing.T) {
	app := newTestApp(t, referralOfferings()...)
	_, sitemap := get(t, app, "/sitemap.xml")
	if !strings.Contains(sitemap, "<loc>https://oversikt.example/henvis</loc>") || strings.Contains(sitemap, "henvisning") {
		t.Error("the sitemap lacks the form, or has sheets")
	}
}
