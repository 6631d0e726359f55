package api

import (
	"net/http/httptest"
	"runtime"
	"testing"
	"weak"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/search"
)

// What is kept of an answer must not keep the directory that it was made from: an index is made
// anew now and then, for as long as the program runs.
func TestOldReferencesAreLetGo(t *testing.T) {
	app, index := newTestApp(t)
	ask := func() {
		resp, err := app.Test(httptest.NewRequest("GET", "/api/v1/tilbud", nil))
		if err != nil || resp.StatusCode != 200 {
			t.Fatalf("%v, %v", resp, err)
		}
		resp.Body.Close()
	}
	ask()
	topics := index.View().Terms(directory.Topic) // a list that each reference has for itself
	old := weak.Make(&topics[0])
	other := search.TypeDocument(directory.OfferingType{Code: "annen", Name: directory.Text{NB: "Annen"}})
	if err := index.Apply(search.Batch{Put: []search.Document{other}}); err != nil {
		t.Fatal(err)
	}
	ask()
	for i := 0; i < 100 && old.Value() != nil; i++ {
		runtime.GC()
	}
	if old.Value() != nil {
		t.Error("the topics of before are still kept")
	}
	runtime.KeepAlive(app)
	if now := index.View().Terms(directory.Topic); len(now) == 0 {
		t.Error("there are no topics now")
	}
}
