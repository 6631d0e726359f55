package main

import (
	"fmt"
	"log/slog"
	"net"
	netmail "net/mail"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/caarlos0/env/v11"
	"github.com/jackc/pgx/v5/pgconn"
	"golang.org/x/term"

	"github.com/nasjonal-oversikt/oversikt/internal/directory"
	"github.com/nasjonal-oversikt/oversikt/internal/mail"
	"github.com/nasjonal-oversikt/oversikt/internal/oidc"
	"github.com/nasjonal-oversikt/oversikt/internal/tiles"
)

// config is read once from the environment; see the table in README.md. Packages get
// plain values from it, never the struct.
type config struct {
	Addr            string     `env:"OVERSIKT_ADDR" envDefault:"127.0.0.1:8080"`
	BaseURL         string     `env:"OVERSIKT_BASE_URL"`
	DataDir         string     `env:"OVERSIKT_DATA_DIR" envDefault:"./var"`
	DatabaseURL     string     `env:"OVERSIKT_DATABASE_URL"`
	ReplicaURLs     []string   `env:"OVERSIKT_REPLICA_URLS"`
	SMTPURL         string     `env:"OVERSIKT_SMTP_URL"`
	MailFrom        string     `env:"OVERSIKT_MAIL_FROM"`
	CheckLinks      string     `env:"OVERSIKT_CHECK_LINKS" envDefault:"on"`
	FollowBrreg     string     `env:"OVERSIKT_FOLLOW_ENHETSREGISTERET" envDefault:"off"`
	MapTiles        string     `env:"OVERSIKT_MAP_TILES"`
	MapCredit       string     `env:"OVERSIKT_MAP_CREDIT" envDefault:"© Kartverket"`
	OIDCIssuer      string     `env:"OVERSIKT_OIDC_ISSUER"`
	OIDCClientID    string     `env:"OVERSIKT_OIDC_CLIENT_ID"`
	OIDCSecret      string     `env:"OVERSIKT_OIDC_CLIENT_SECRET"`
	OIDCName        string     `env:"OVERSIKT_OIDC_NAME"`
	OIDCACRValues   string     `env:"OVERSIKT_OIDC_ACR_VALUES"`
	OIDCDetails     string     `env:"OVERSIKT_OIDC_AUTHORIZATION_DETAILS"`
	TrustedProxies  []string   `env:"OVERSIKT_TRUSTED_PROXIES"`
	Publisher       string     `env:"OVERSIKT_PUBLISHER"`
	PublisherNumber string     `env:"OVERSIKT_PUBLISHER_ORGNR"`
	DataLicence     string     `env:"OVERSIKT_DATA_LICENCE"`
	MetricsToken    string     `env:"OVERSIKT_METRICS_TOKEN"`
	Log             string     `env:"OVERSIKT_LOG"`
	LogLevel        slog.Level `env:"OVERSIKT_LOG_LEVEL" envDefault:"info"`
	PGBin           string     `env:"PG_BIN"`
	Traces          traces
}

// minToken is how long a token must be that is chosen by whoever runs the site.
const minToken = 20

// configError lists every mistake in the configuration, one a line.
type configError []string

func (e configError) Error() string {
	return "configuration:\n  " + strings.Join(e, "\n  ")
}

// readConfig returns the configuration in environ ("NAME=value"), defaults filled in.
// All mistakes are reported together in a configError, each with the variable's name
// and an example of what would be right.
func readConfig(environ []string) (config, error) {
	var c config
	var wrong configError
	if err := env.ParseWithOptions(&c, env.Options{Environment: env.ToMap(environ)}); err != nil {
		// The level is the one field whose type can refuse a value.
		wrong = append(wrong, "OVERSIKT_LOG_LEVEL: want debug, info, warn or error, for example OVERSIKT_LOG_LEVEL=debug")
	}
	if _, _, err := net.SplitHostPort(c.Addr); err != nil {
		wrong = append(wrong, fmt.Sprintf("OVERSIKT_ADDR: %q is no host and port, for example OVERSIKT_ADDR=127.0.0.1:8080", c.Addr))
	}
	if c.BaseURL == "" {
		c.BaseURL = "http://" + c.Addr
	}
	c.BaseURL = strings.TrimSuffix(c.BaseURL, "/")
	if u, err := url.Parse(c.BaseURL); err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.Path != "" {
		wrong = append(wrong, fmt.Sprintf("OVERSIKT_BASE_URL: %q is no public address, for example OVERSIKT_BASE_URL=https://oversikt.example.no", c.BaseURL))
	}
	// The values may hold a password, so they are not printed.
	if c.DatabaseURL != "" && !isPostgres(c.DatabaseURL) {
		wrong = append(wrong, "OVERSIKT_DATABASE_URL: not a Postgres address, for example OVERSIKT_DATABASE_URL=postgres://user:password@host:5432/oversikt")
	}
	wrong = append(wrong, c.readReplicas()...)
	wrong = append(wrong, c.readMail()...)
	wrong = append(wrong, c.readOIDC()...)
	wrong = append(wrong, c.checkPublisher()...)
	wrong = append(wrong, c.Traces.check()...)
	if c.CheckLinks != "on" && c.CheckLinks != "off" {
		wrong = append(wrong, fmt.Sprintf("OVERSIKT_CHECK_LINKS: %q, want on or off, for example OVERSIKT_CHECK_LINKS=off", c.CheckLinks))
	}
	if c.FollowBrreg != "on" && c.FollowBrreg != "off" {
		wrong = append(wrong, fmt.Sprintf("OVERSIKT_FOLLOW_ENHETSREGISTERET: %q, want on or off, for example OVERSIKT_FOLLOW_ENHETSREGISTERET=on", c.FollowBrreg))
	}
	if c.MapTiles != "" {
		if _, err := tiles.New(c.MapTiles, c.BaseURL); err != nil {
			wrong = append(wrong, fmt.Sprintf("OVERSIKT_MAP_TILES: %q: %v, for example OVERSIKT_MAP_TILES=https://cache.kartverket.no/v1/wmts/1.0.0/topograatone/default/webmercator/{z}/{y}/{x}.png", c.MapTiles, err))
		}
	}
	for _, p := range c.TrustedProxies {
		if !isCIDR(p) {
			wrong = append(wrong, fmt.Sprintf("OVERSIKT_TRUSTED_PROXIES: %q is no address range, for example OVERSIKT_TRUSTED_PROXIES=10.0.0.0/8,192.0.2.7", p))
		}
	}
	if c.MetricsToken != "" && len(c.MetricsToken) < minToken {
		wrong = append(wrong, fmt.Sprintf("OVERSIKT_METRICS_TOKEN: want at least %d characters that nobody can guess, for example what `openssl rand -hex 32` prints", minToken))
	}
	if c.Log != "" && c.Log != "text" && c.Log != "json" {
		wrong = append(wrong, fmt.Sprintf("OVERSIKT_LOG: %q, want text or json, for example OVERSIKT_LOG=json", c.Log))
	}
	if len(wrong) > 0 {
		return config{}, wrong
	}
	return c, nil
}

// isPostgres reports whether address is one of a Postgres database.
func isPostgres(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql" {
		return false
	}
	_, err = pgconn.ParseConfig(address)
	return err == nil
}

// readReplicas takes the spaces off the addresses of replicas, and returns what is wrong with them.
func (c *config) readReplicas() (wrong []string) {
	for i, address := range c.ReplicaURLs {
		c.ReplicaURLs[i] = strings.TrimSpace(address)
		if !isPostgres(c.ReplicaURLs[i]) {
			wrong = append(wrong, fmt.Sprintf("OVERSIKT_REPLICA_URLS: number %d is not a Postgres address, for example OVERSIKT_REPLICA_URLS=postgres://user:password@replica:5432/oversikt; "+
				"a comma within an address is written %%2C", i+1))
		}
	}
	if len(c.ReplicaURLs) > 0 && c.DatabaseURL == "" {
		wrong = append(wrong, "OVERSIKT_DATABASE_URL: missing beside OVERSIKT_REPLICA_URLS, as the embedded Postgres has no replicas; for example OVERSIKT_DATABASE_URL=postgres://user:password@primary:5432/oversikt")
	}
	return wrong
}

// readMail fills in whom mail is from, and returns what is wrong with how it is sent.
func (c *config) readMail() (wrong []string) {
	if c.SMTPURL != "" {
		if _, err := mail.ParseServer(c.SMTPURL); err != nil {
			// The value may hold a password, so it is not printed.
			wrong = append(wrong, fmt.Sprintf("OVERSIKT_SMTP_URL: %v, for example OVERSIKT_SMTP_URL=smtp://user:password@smtp.example.no:587", err))
		}
	}
	if c.MailFrom == "" {
		host := "localhost"
		if u, err := url.Parse(c.BaseURL); err == nil && net.ParseIP(u.Hostname()) == nil && u.Hostname() != "" {
			host = u.Hostname()
		}
		if host == "localhost" && c.SMTPURL != "" {
			return append(wrong, "OVERSIKT_MAIL_FROM: mail needs a sender, as the public address has no name; for example OVERSIKT_MAIL_FROM=ikke-svar@oversikt.example.no")
		}
		c.MailFrom = "Oversikt <ikke-svar@" + host + ">"
	}
	if _, err := netmail.ParseAddress(c.MailFrom); err != nil {
		wrong = append(wrong, fmt.Sprintf("OVERSIKT_MAIL_FROM: %q is no address, for example OVERSIKT_MAIL_FROM=ikke-svar@oversikt.example.no", c.MailFrom))
	}
	return wrong
}

// licenceCode is how EU's table of licences names them.
var licenceCode = regexp.MustCompile(`^[A-Z0-9][A-Z0-9_]*$`)

// checkPublisher returns what is wrong with what the catalog of open data says of whoever
// runs the site.
func (c *config) checkPublisher() (wrong []string) {
	if c.PublisherNumber != "" {
		n, err := directory.ParseOrgNumber(c.PublisherNumber)
		switch {
		case err != nil:
			wrong = append(wrong, fmt.Sprintf("OVERSIKT_PUBLISHER_ORGNR: %q is no organisasjonsnummer, for example OVERSIKT_PUBLISHER_ORGNR=991825827", c.PublisherNumber))
		case c.Publisher == "":
			wrong = append(wrong, "OVERSIKT_PUBLISHER: missing beside OVERSIKT_PUBLISHER_ORGNR, for example OVERSIKT_PUBLISHER=Digitaliseringsdirektoratet")
		}
		c.PublisherNumber = string(n)
	}
	if c.DataLicence != "" && !licenceCode.MatchString(c.DataLicence) {
		wrong = append(wrong, fmt.Sprintf("OVERSIKT_DATA_LICENCE: %q is no code of EU's table of licences, for example OVERSIKT_DATA_LICENCE=CC_BY_4_0", c.DataLicence))
	}
	return wrong
}

// readOIDC fills in what the way in is called, and returns what is wrong with it.
func (c *config) readOIDC() (wrong []string) {
	if c.OIDCIssuer == "" {
		if c.OIDCClientID != "" || c.OIDCSecret != "" || c.OIDCName != "" || c.OIDCACRValues != "" || c.OIDCDetails != "" {
			wrong = append(wrong, "OVERSIKT_OIDC_ISSUER: missing beside the other OVERSIKT_OIDC_ variables, for example OVERSIKT_OIDC_ISSUER=https://ansattporten.no")
		}
		return wrong
	}
	u, err := url.Parse(c.OIDCIssuer)
	if err != nil || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.Scheme != "https" && !isLoopback(u) {
		return append(wrong, fmt.Sprintf("OVERSIKT_OIDC_ISSUER: %q is no https address, for example OVERSIKT_OIDC_ISSUER=https://ansattporten.no", c.OIDCIssuer))
	}
	if c.OIDCClientID == "" {
		wrong = append(wrong, "OVERSIKT_OIDC_CLIENT_ID: missing, for example OVERSIKT_OIDC_CLIENT_ID=oversikt")
	}
	if c.OIDCSecret == "" {
		wrong = append(wrong, "OVERSIKT_OIDC_CLIENT_SECRET: missing, for example OVERSIKT_OIDC_CLIENT_SECRET=the-secret-that-the-provider-gave")
	}
	if err := c.oidc().Validate(); err != nil {
		wrong = append(wrong, fmt.Sprintf("OVERSIKT_OIDC_AUTHORIZATION_DETAILS: %v, for example "+
			`OVERSIKT_OIDC_AUTHORIZATION_DETAILS=[{"type":"ansattporten:altinn:resource","resource":"urn:altinn:resource:oversikt"}]`, err))
	}
	if c.OIDCName == "" {
		c.OIDCName = u.Hostname()
	}
	return wrong
}

// isLoopback reports whether the address is of this machine, where http is safe.
func isLoopback(u *url.URL) bool {
	ip := net.ParseIP(u.Hostname())
	return u.Scheme == "http" && (u.Hostname() == "localhost" || ip != nil && ip.IsLoopback())
}

// oidc returns how people sign in through a provider.
func (c config) oidc() oidc.Config {
	return oidc.Config{
		Issuer: c.OIDCIssuer, ClientID: c.OIDCClientID, ClientSecret: c.OIDCSecret, Name: c.OIDCName,
		ACRValues: strings.Fields(c.OIDCACRValues), AuthorizationDetails: c.OIDCDetails, RedirectURL: c.BaseURL + "/logg-inn/oidc/svar",
	}
}

// isCIDR reports whether s is an address or a range of addresses.
func isCIDR(s string) bool {
	if _, err := netip.ParsePrefix(s); err == nil {
		return true
	}
	_, err := netip.ParseAddr(s)
	return err == nil
}

// String returns the configuration as printed by `oversikt check`, secrets masked.
func (c config) String() string {
	database := "embedded"
	if c.DatabaseURL != "" {
		database = masked(c.DatabaseURL)
	}
	for i, address := range c.ReplicaURLs {
		database += []string{" with replicas ", " and "}[min(i, 1)] + masked(address)
	}
	return fmt.Sprintf("address %s, public address %s, data in %s, database %s, mail from %s %s, links checked: %s, Enhetsregisteret followed: %s, OIDC: %s",
		c.Addr, c.BaseURL, c.DataDir, database, c.MailFrom, c.mailTo(), c.CheckLinks, c.FollowBrreg, c.oidcFrom())
}

// masked returns the address of a database without its password, wherever that stands.
func masked(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "…" // readConfig has refused it
	}
	if q := u.Query(); q.Has("password") {
		q.Set("password", "xxxxx")
		u.RawQuery = q.Encode()
	}
	return u.Redacted()
}

// oidcFrom says who signs editors in, for people.
func (c config) oidcFrom() string {
	if c.OIDCIssuer == "" {
		return "none"
	}
	return c.OIDCIssuer
}

// mailTo says where mail goes, for people.
func (c config) mailTo() string {
	if server, err := mail.ParseServer(c.SMTPURL); err == nil {
		return "through " + server.String()
	}
	return "into " + c.mailFolder()
}

// mailFolder is where mail is written when no server is named.
func (c config) mailFolder() string { return filepath.Join(c.DataDir, "mail") }

// logger returns the program's logger on stderr: readable on a terminal, JSON elsewhere.
func (c config) logger() *slog.Logger {
	opts := &slog.HandlerOptions{Level: c.LogLevel}
	text := c.Log == "text" || c.Log == "" && term.IsTerminal(int(os.Stderr.Fd()))
	if text {
		return slog.New(slog.NewTextHandler(os.Stderr, opts))
	}
	return slog.New(slog.NewJSONHandler(os.Stderr, opts))
}
