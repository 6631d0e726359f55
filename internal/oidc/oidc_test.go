package oidc

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

const clientID, clientSecret = "oversikt", "a-secret-of-this-test-alone"

// issuer is a provider that says what a test wants it to.
type issuer struct {
	*httptest.Server
	key   *rsa.PrivateKey
	named string // as whom it describes itself; empty: as itself
	token string // the ID token that it gives out
	sent  url.Values
	keys  int // how many times its keys were asked for
}

func newIssuer(t *testing.T) *issuer {
	t.Helper()
	i := &issuer{key: newKey(t)}
	mux := http.NewServeMux()
	mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, map[string]any{
			"issuer": i.name(), "authorization_endpoint": i.URL + "/authorize", "token_endpoint": i.URL + "/token", "jwks_uri": i.URL + "/keys",
			"id_token_signing_alg_values_supported": []string{"RS256", "HS256", "none"},
		})
	})
	mux.HandleFunc("/keys", func(w http.ResponseWriter, _ *http.Request) {
		i.keys++
		answer(w, map[string]any{"keys": []any{jwk(i.key)}})
	})
	mux.HandleFunc("/token", func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		i.sent = r.PostForm
		answer(w, map[string]any{"access_token": "x", "token_type": "Bearer", "expires_in": 60, "id_token": i.token})
	})
	i.Server = httptest.NewServer(mux)
	t.Cleanup(i.Close)
	return i
}

func (i *issuer) name() string {
	if i.named != "" {
		return i.named
	}
	return i.URL
}

func (i *issuer) provider(t *testing.T) *Provider {
	t.Helper()
	p, err := New(Config{Issuer: i.URL, ClientID: clientID, ClientSecret: clientSecret, RedirectURL: "https://oversikt.example.org/logg-inn/oidc/svar"})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func answer(w http.ResponseWriter, content any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(content)
}

func newKey(t *testing.T) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func jwk(key *rsa.PrivateKey) map[string]any {
	return map[string]any{
		"kty": "RSA", "alg": "RS256", "use": "sig", "kid": "1",
		"n": base64.RawURLEncoding.EncodeToString(key.N.Bytes()), "e": base64.RawURLEncoding.EncodeToString(big.NewInt(int64(key.E)).Bytes()),
	}
}

// A token counts when the provider's own key has signed it with an algorithm of public keys,
// for this program, for this sign-in, and for now. What the token itself says of keys and
// algorithms, and what the provider's description says of them, is not believed.
func TestForgedTokens(t *testing.T) {
	i := newIssuer(t)
	p := i.provider(t)
	evil := newKey(t)
	fetched := 0
	foreign := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fetched++
		answer(w, map[string]any{"keys": []any{jwk(evil)}})
	}))
	t.Cleanup(foreign.Close)
	public, err := x509.MarshalPKIXPublicKey(&i.key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	asPEM := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public})

	type change func(claims jwt.MapClaims, header map[string]any)
	claim := func(name string, value any) change {
		return func(c jwt.MapClaims, _ map[string]any) {
			if c[name] = value; value == nil {
				delete(c, name)
			}
		}
	}
	header := func(name string, value any) change {
		return func(_ jwt.MapClaims, h map[string]any) { h[name] = value }
	}
	now := time.Now()
	for _, tt := range []struct {
		name   string
		method jwt.SigningMethod
		key    any
		change change
		good   bool
		tamper func(string) string
	}{
		{name: "good", good: true},
		{name: "unsigned", method: jwt.SigningMethodNone, key: jwt.UnsafeAllowNoneSignatureType},
		{name: "signature cut off", tamper: func(s string) string { return s[:strings.LastIndexByte(s, '.')+1] }},
		{name: "signed with the client's secret", method: jwt.SigningMethodHS256, key: []byte(clientSecret)},
		{name: "signed with the public key as a secret", method: jwt.SigningMethodHS256, key: asPEM},
		{name: "another key under the same name", key: evil},
		{name: "a key that the token brings", key: evil, change: header("jwk", jwk(evil))},
		{name: "a key that the token points to", key: evil, change: header("jku", foreign.URL)},
		{name: "a certificate that the token points to", key: evil, change: header("x5u", foreign.URL)},
		{name: "a key that is not known", key: evil, change: header("kid", "2")},
		{name: "changed after it was signed", tamper: func(s string) string {
			parts := strings.Split(s, ".")
			content, _ := base64.RawURLEncoding.DecodeString(parts[1])
			parts[1] = base64.RawURLEncoding.EncodeToString([]byte(strings.Replace(string(content), `"kari"`, `"eva"`, 1)))
			return strings.Join(parts, ".")
		}},
		{name: "another issuer", change: claim("iss", "https://evil.example.org")},
		{name: "the issuer with a slash", change: claim("iss", i.URL+"/")},
		{name: "for another program", change: claim("aud", "another")},
		{name: "for nobody", change: claim("aud", nil)},
		{name: "for several, given to another", change: func(c jwt.MapClaims, _ map[string]any) { c["aud"], c["azp"] = []string{clientID, "another"}, "another" }},
		{name: "run out", change: claim("exp", now.Add(-time.Minute).Unix())},
		{name: "without an end", change: claim("exp", nil)},
		{name: "not yet", change: claim("nbf", now.Add(time.Hour).Unix())},
		{name: "of another sign-in", change: claim("nonce", "another")},
		{name: "of no sign-in, as an access token is", change: claim("nonce", nil)},
		{name: "of nobody", change: claim("sub", "")},
		{name: "no token", tamper: func(string) string { return "" }},
		{name: "nonsense", tamper: func(string) string { return "a.b.c" }},
	} {
		_, challenge, err := p.Start(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		claims := jwt.MapClaims{"iss": i.URL, "aud": clientID, "sub": "kari", "exp": now.Add(time.Minute).Unix(), "iat": now.Unix(), "nonce": challenge.Nonce}
		if tt.method == nil {
			tt.method = jwt.SigningMethodRS256
		}
		if tt.key == nil {
			tt.key = i.key
		}
		token := jwt.NewWithClaims(tt.method, claims)
		token.Header["kid"] = "1"
		if tt.change != nil {
			tt.change(claims, token.Header)
		}
		if i.token, err = token.SignedString(tt.key); err != nil {
			t.Fatal(err)
		}
		if tt.tamper != nil {
			i.token = tt.tamper(i.token)
		}
		who, err := p.Finish(t.Context(), challenge, Answer{State: challenge.State, Code: "x", Issuer: i.URL})
		if tt.good && (err != nil || who.Subject != "kari" || who.Issuer != i.URL) {
			t.Errorf("%s: %+v, %v", tt.name, who, err)
		}
		if !tt.good && !errors.Is(err, ErrRefused) {
			t.Errorf("%s: %+v, %v, want it refused", tt.name, who, err)
		}
	}
	if fetched > 0 {
		t.Errorf("keys were fetched %d times from where a token said", fetched)
	}
	if i.keys == 0 {
		t.Error("the provider's keys were never asked for: the test does not see what it should")
	}
}

// Each sign-in has its own state, nonce and proof, which nobody can guess, and the code is
// fetched with the proof of the one that asked.
func TestSignInsAreBound(t *testing.T) {
	i := newIssuer(t)
	p := i.provider(t)
	seen := map[string]bool{}
	for range 3 {
		address, c, err := p.Start(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{c.State, c.Nonce, c.Verifier} {
			if len(secret) < 43 || seen[secret] { // 256 bits
				t.Errorf("%q has %d characters, or was used before", secret, len(secret))
			}
			seen[secret] = true
		}
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256([]byte(c.Verifier))
		if q := u.Query(); q.Get("code_challenge") != base64.RawURLEncoding.EncodeToString(sum[:]) || q.Get("code_challenge_method") != "S256" ||
			q.Get("state") != c.State || q.Get("nonce") != c.Nonce || q.Get("scope") != "openid profile email" || strings.Contains(address, c.Verifier) {
			t.Errorf("asked with %v", q)
		}
		_, _ = p.Finish(t.Context(), c, Answer{State: c.State, Code: "the-code"})
		if i.sent.Get("code_verifier") != c.Verifier || i.sent.Get("code") != "the-code" {
			t.Errorf("the code is fetched with %v", i.sent)
		}
		i.sent = nil
		for _, a := range []Answer{{State: "another", Code: "x"}, {Code: "x"}, {State: c.State, Code: "x", Issuer: "https://evil.example.org"}} {
			if _, err := p.Finish(t.Context(), c, a); !errors.Is(err, ErrRefused) || i.sent != nil {
				t.Errorf("%+v: %v, asked %v; want it refused before the provider is asked", a, err, i.sent)
			}
		}
	}
}

// A description that is another's, or that stands elsewhere, is none.
func TestProviderIsWhoWasNamed(t *testing.T) {
	i := newIssuer(t)
	for _, named := range []string{"https://evil.example.org", "http://" + strings.TrimPrefix(i.URL, "http://") + "/"} {
		i.named = named
		if _, _, err := i.provider(t).Start(t.Context()); !errors.Is(err, ErrAway) {
			t.Errorf("described as %s: %v, want it refused", named, err)
		}
	}
	i.named = ""
	asked := 0
	door := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		http.Redirect(w, r, i.URL+r.URL.Path, http.StatusFound)
	}))
	t.Cleanup(door.Close)
	i.named = door.URL // so that nothing but the redirect is wrong
	p, err := New(Config{Issuer: door.URL, ClientID: clientID, ClientSecret: clientSecret})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := p.Start(t.Context()); !errors.Is(err, ErrAway) || asked != 1 {
		t.Errorf("a description somewhere else: %v after %d requests, want it not followed", err, asked)
	}
}
