package page

import "testing"

func TestPreferredMedia(t *testing.T) {
	for _, tt := range []struct{ accept, want string }{
		{"", "text/turtle"},
		{"nonsense", "text/turtle"},
		{"*/*", "text/turtle"},
		{"text/*", "text/turtle"},
		{"application/*", "application/ld+json"},
		{"TEXT/TURTLE", "text/turtle"},
		{"text/turtle; charset=utf-8", "text/turtle"},
		{"text/turtle;q=0.3, application/ld+json;q=0.8", "application/ld+json"},
		{"text/turtle; Q=0.3, application/ld+json", "application/ld+json"},
		{"application/ld+json, */*", "application/ld+json"},
		{"*/*, application/ld+json", "application/ld+json"},
		{"text/turtle;q=0, */*", "application/ld+json"},
		{"text/turtle;q=0.000, text/*, application/*;q=0.1", "application/ld+json"},
		{"text/turtle;q=0", ""},
		{"application/rdf+xml", ""},
		{"application/rdf+xml, */*;q=0.1", "text/turtle"},
		{`application/ld+json;profile="http://www.w3.org/ns/json-ld#expanded"`, "application/ld+json"},
		{`application/ld+json;profile="a,b";q=0.1, text/turtle;q=0.5`, "text/turtle"},
		{"application/ld+json;q=2, text/turtle;q=0.1", "text/turtle"},
		{"application/ld+json;q=, text/turtle;q=0.1", "text/turtle"},
	} {
		if got := PreferredMedia(tt.accept, "text/turtle", "application/ld+json"); got != tt.want {
			t.Errorf("Accept %q: got %q, want %q", tt.accept, got, tt.want)
		}
	}
}
