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
		"OVERSIKT_TRUSTED_PROXIES=10.0.0.0/8,everyone",
		"OVERSIKT_SMTP_URL=smtp://kari:secret@",
		"OVERSIKT_MAIL_FROM=nobody",
		"OVERSIKT_CHECK_LINKS=sometimes",
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
	c, err := readConfig([]string{"OVERSIKT_SMTP_URL=smtp://kari:secret@smtp.example.no", "OVERSIKT_DATABASE_URL=postgres://user:secret@db/oversikt", "OVERSIKT_BASE_URL=https://oversikt.example.no/"})
	if err != nil {
		t.Fatal(err)
	}
	if got := c.String(); strings.Contains(got, "secret") || !strings.Contains(got, "https://oversikt.example.no,") {
		t.Errorf("String() = %q", got)
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
