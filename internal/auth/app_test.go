package auth

import (
	"encoding/base32"
	"net/url"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
)

func TestAppKeys(t *testing.T) {
	seen := map[string]bool{}
	for range 20 {
		secret, address, err := NewAppKey("Oversikt test", "kari@test.example.org")
		if err != nil {
			t.Fatal(err)
		}
		key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(secret)
		if err != nil || len(key)*8 < 128 || seen[secret] {
			t.Errorf("a secret of %d bits, seen before %v, %v; want 128 and another each time", len(key)*8, seen[secret], err)
		}
		seen[secret] = true
		u, err := url.Parse(address)
		if err != nil || u.Scheme != "otpauth" || u.Query().Get("secret") != secret {
			t.Errorf("address %q, %v", address, err)
		}
	}
}

// A code holds in its half minute and the ones beside it, once, and no code from before it
// counts after that.
func TestAppSteps(t *testing.T) {
	secret, _, err := NewAppKey("test", "test")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 27, 12, 0, 10, 0, time.UTC)
	step := now.Unix() / 30
	for _, tt := range []struct {
		name   string
		beside int64 // half minutes
		after  int64
		ok     bool
	}{
		{"now", 0, 0, true}, {"just before", -1, 0, true}, {"just after", 1, 0, true}, {"too old", -2, 0, false}, {"too early", 2, 0, false},
		{"the same again", 0, step, false}, {"one from before the last", -1, step, false}, {"the next after the last", 1, step, true},
	} {
		code, err := totp.GenerateCode(secret, now.Add(time.Duration(tt.beside)*appPeriod))
		if err != nil {
			t.Fatal(err)
		}
		got, ok := AppStep(secret, code[:3]+" "+code[3:], now, tt.after)
		if ok != tt.ok || ok && got != step+tt.beside {
			t.Errorf("%s: step %d, %v; want %d, %v", tt.name, got-step, ok, tt.beside, tt.ok)
		}
	}
	for _, code := range []string{"", "12345", "1234567", "abcdef", "١٢٣٤٥٦"} {
		if _, ok := AppStep(secret, code, now, 0); ok {
			t.Errorf("%q holds", code)
		}
	}
}
