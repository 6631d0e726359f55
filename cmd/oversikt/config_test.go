package main

import (
	"errors"
	"strings"
	"testing"
)

func TestReadConfigDefaults(t *testing.T) {
	c, err := readConfig(nil)
	if err != nil {
		t.Fatal(err)
	}
	if c.Addr != "127.0.0.1:8080" || c.BaseURL != "http://127.0.0.1:8080" || c.DataDir != "./var" {
		t.Errorf("defaults = %+v", c)
	}
}

func TestReadConfigMistakes(t *testing.T) {
	environ := []string{
		"OVERSIKT_ADDR=8080",
		"OVERSIKT_BASE_URL=oversikt.example.no",
		"OVERSIKT_DATABASE_URL=mysql://root:secret@db/x",
		"OVERSIKT_REPLICA_URLS=postgres://user:secret@replica/oversikt,mysql://root:secret@db/x",
		"OVERSIKT_TRUSTED_PROXIES=10.0.0.0/8,everyone",
		"OVERSIKT_SMTP_URL=smtp://kari:secret@",
		"OVERSIKT_MAIL_FROM=nobody",
		"OVERSIKT_CHECK_LINKS=sometimes",
		"OVERSIKT_FOLLOW_ENHETSREGISTERET=https://data.brreg.no",
		"OVERSIKT_OIDC_ISSUER=http://provider.example.no",
		"OVERSIKT_PUBLISHER_ORGNR=12345",
		"OVERSIKT_DATA_LICENCE=cc by",
		"OVERSIKT_LOG=xml",
		"OVERSIKT_LOG_LEVEL=loud",
	}
	_, err := readConfig(environ)
	var wrong configError
	if !errors.As(err, &wrong) {
		t.Fatalf("readConfig() error = %v, want a configError", err)
	}
	if len(wrong) != len(environ) {
		t.Errorf("%d mistakes reported, want %d:\n%v", len(wrong), len(environ), err)
	}
	for _, e := range environ {
		name, _, _ := strings.Cut(e, "=")
		if !strings.Contains(err.Error(), name+":") || !strings.Contains(err.Error(), name+"=") {
			t.Errorf("%s is not reported with its name and an example:\n%v", name, err)
		}
	}
	if strings.Contains(err.Error(), "secret") {
		t.Errorf("the message shows a password:\n%v", err)
	}
}

func TestConfigStringMasksSecrets(t *testing.T) {
	c, err := readConfig([]string{"OVERSIKT_SMTP_URL=smtp://kari:secret@smtp.example.no", "OVERSIKT_DATABASE_URL=postgres://user:secret@db/oversikt", "OVERSIKT_BASE_URL=https://oversikt.example.no/",
		"OVERSIKT_REPLICA_URLS=postgres://user:secret@one/oversikt, postgres://two/oversikt?user=kari&password=secret"})
	if err != nil {
		t.Fatal(err)
	}
	if got := c.String(); !strings.Contains(got, "@db/oversikt with replicas postgres://user:xxxxx@one/oversikt and postgres://two/oversikt?") {
		t.Errorf("String() = %q, want the replicas", got)
	}
	if got := c.String(); strings.Contains(got, "secret") || !strings.Contains(got, "https://oversikt.example.no,") {
		t.Errorf("String() = %q", got)
	}
}

func TestOIDCConfig(t *testing.T) {
	const issuer, id, secret = "OVERSIKT_OIDC_ISSUER=https://provider.example.no", "OVERSIKT_OIDC_CLIENT_ID=test", "OVERSIKT_OIDC_CLIENT_SECRET=hush"
	c, err := readConfig([]string{issuer, id, secret, "OVERSIKT_OIDC_ACR_VALUES=high substantial", "OVERSIKT_BASE_URL=https://oversikt.example.no"})
	if err != nil {
		t.Fatal(err)
	}
	if o := c.oidc(); o.Name != "provider.example.no" || len(o.ACRValues) != 2 || o.RedirectURL != "https://oversikt.example.no/logg-inn/oidc/svar" {
		t.Errorf("oidc() = %+v", o)
	}
	if got := c.String(); strings.Contains(got, "hush") {
		t.Errorf("String() = %q", got)
	}
	for _, tc := range []struct {
		environ []string
		want    string // name of the variable that is wrong; empty: none
	}{
		{[]string{issuer, secret}, "OVERSIKT_OIDC_CLIENT_ID"},
		{[]string{issuer, id}, "OVERSIKT_OIDC_CLIENT_SECRET"},
		{[]string{id, secret}, "OVERSIKT_OIDC_ISSUER"},
		{[]string{issuer, id, secret, "OVERSIKT_OIDC_AUTHORIZATION_DETAILS={}"}, "OVERSIKT_OIDC_AUTHORIZATION_DETAILS"},
		{[]string{"OVERSIKT_OIDC_ISSUER=http://127.0.0.1:9000/realms/test", id, secret}, ""},
	} {
		_, err := readConfig(tc.environ)
		if (err != nil) != (tc.want != "") || err != nil && !strings.Contains(err.Error(), tc.want+":") {
			t.Errorf("%v: %v, want %q", tc.environ, err, tc.want)
		}
		if err != nil && strings.Contains(err.Error(), "hush") {
			t.Errorf("the message shows the secret: %v", err)
		}
	}
}

func TestReplicas(t *testing.T) {
	c, err := readConfig([]string{"OVERSIKT_DATABASE_URL=postgres://a/x", "OVERSIKT_REPLICA_URLS=postgres://b/x, postgres://c/x?options=%2C"})
	if err != nil || len(c.ReplicaURLs) != 2 || c.ReplicaURLs[1] != "postgres://c/x?options=%2C" {
		t.Errorf("replicas = %q, %v", c.ReplicaURLs, err)
	}
	if c, err := readConfig([]string{"OVERSIKT_REPLICA_URLS="}); err != nil || len(c.ReplicaURLs) != 0 {
		t.Errorf("an empty variable: %q, %v", c.ReplicaURLs, err)
	}
	for _, environ := range [][]string{
		{"OVERSIKT_REPLICA_URLS=postgres://b/x"}, // of the embedded Postgres
		{"OVERSIKT_DATABASE_URL=postgres://a/x", "OVERSIKT_REPLICA_URLS=postgres://b/x,"},
		{"OVERSIKT_DATABASE_URL=postgres://a/x", "OVERSIKT_REPLICA_URLS=postgres://b/x?sslmode=perhaps"},
	} {
		if _, err := readConfig(environ); err == nil || !strings.Contains(err.Error(), "OVERSIKT_REPLICA_URLS") {
			t.Errorf("%q: %v, want a mistake that names the variable", environ, err)
		}
	}
}

func TestWhomMailIsFrom(t *testing.T) {
	for _, tc := range []struct {
		environ []string
		want    string // empty: a mistake
	}{
		{nil, "Oversikt <ikke-svar@localhost>"},
		{[]string{"OVERSIKT_BASE_URL=https://oversikt.example.no"}, "Oversikt <ikke-svar@oversikt.example.no>"},
		{[]string{"OVERSIKT_BASE_URL=https://oversikt.example.no:8443", "OVERSIKT_SMTP_URL=smtp://smtp.example.no"}, "Oversikt <ikke-svar@oversikt.example.no>"},
		{[]string{"OVERSIKT_MAIL_FROM=hei@example.no"}, "hei@example.no"},
		{[]string{"OVERSIKT_SMTP_URL=smtp://smtp.example.no"}, ""}, // a server would refuse localhost
	} {
		c, err := readConfig(tc.environ)
		if c.MailFrom != tc.want || (err != nil) != (tc.want == "") {
			t.Errorf("%v: from %q, %v, want %q", tc.environ, c.MailFrom, err, tc.want)
		}
	}
}
