// Package oidc signs people in through a provider that the operator names: Ansattporten,
// ID-porten, Entra ID, Keycloak or another that speaks OpenID Connect. It knows the
// protocol and what these providers say about a person; whom that makes here, the caller
// decides.
package oidc

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/nasjonal-oversikt/oversikt/internal/trace"
)

var (
	// ErrAway is returned when the provider does not answer just now.
	ErrAway = errors.New("the OIDC provider is away")
	// ErrRefused is returned for an answer that does not hold; what of it does not is for
	// the log.
	ErrRefused = errors.New("the OIDC answer does not hold")
	// ErrWeak is returned when the person signed in at the provider in a weaker way than
	// was asked for.
	ErrWeak = errors.New("the OIDC sign-in is weaker than asked for")
)

const (
	// timeout is shorter than what a page of ours may take.
	timeout = 4 * time.Second
	// retryAfter keeps a provider that is away from making everybody wait for it.
	retryAfter = 15 * time.Second
)

// Config names the provider and says what to ask of it.
type Config struct {
	Issuer, ClientID, ClientSecret string

	Name                 string   // of this way in, on its button
	ACRValues            []string // levels of security, any of which will do; empty: the provider decides
	AuthorizationDetails string   // JSON array as RFC 9396 has it; empty: none
	RedirectURL          string   // where the provider sends people back to
}

// Validate returns what is wrong with the authorization details, nil for none.
func (c Config) Validate() error {
	_, err := c.details()
	return err
}

func (c Config) details() ([]detail, error) {
	if c.AuthorizationDetails == "" {
		return nil, nil
	}
	var asked []detail
	if err := json.Unmarshal([]byte(c.AuthorizationDetails), &asked); err != nil {
		return nil, errors.New("no JSON array of objects")
	}
	for _, d := range asked {
		if d.Type == "" {
			return nil, errors.New(`an object without "type"`)
		}
	}
	return asked, nil
}

// Provider is a provider of sign-ins.
type Provider struct {
	config Config
	asked  []detail
	client *http.Client

	mu       sync.Mutex
	found    *oidc.Provider // nil until it has answered once
	failedAt time.Time
}

// New returns the provider. It does not ask it anything yet: one that is away at the start
// of the program must not keep it from starting. It fails for authorization details that
// cannot be read.
func New(c Config) (*Provider, error) {
	asked, err := c.details()
	if err != nil {
		return nil, fmt.Errorf("authorization details: %w", err)
	}
	// The provider's addresses are those that it was named with and that it describes: one that
	// sends elsewhere, with the client's secret, is none.
	client := &http.Client{Timeout: timeout, Transport: trace.Transport(nil),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return &Provider{config: c, asked: asked, client: client}, nil
}

// Name returns what this way in is called.
func (p *Provider) Name() string { return p.config.Name }

// Issuer returns who the provider says it is.
func (p *Provider) Issuer() string { return p.config.Issuer }

// Away reports whether the provider did not answer a moment ago.
func (p *Provider) Away() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.found == nil && time.Since(p.failedAt) < retryAfter
}

// discover returns the provider's own description of itself. It returns ErrAway.
func (p *Provider) discover(ctx context.Context) (*oidc.Provider, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.found != nil {
		return p.found, nil
	}
	if time.Since(p.failedAt) < retryAfter {
		return nil, ErrAway
	}
	found, err := oidc.NewProvider(p.lasting(ctx), p.config.Issuer)
	if err != nil {
		p.failedAt = time.Now()
		return nil, fmt.Errorf("%w: %w", ErrAway, err)
	}
	p.found = found
	return found, nil
}

// lasting returns a context with our client. It outlives the request: the key set that is
// made with it fetches new keys later.
func (p *Provider) lasting(ctx context.Context) context.Context {
	return oidc.ClientContext(context.WithoutCancel(ctx), p.client)
}

func (p *Provider) oauth(found *oidc.Provider) *oauth2.Config {
	return &oauth2.Config{
		ClientID: p.config.ClientID, ClientSecret: p.config.ClientSecret, RedirectURL: p.config.RedirectURL,
		Endpoint: found.Endpoint(), Scopes: []string{oidc.ScopeOpenID, "profile", "email"},
	}
}

// Challenge is what has to be kept for the browser that is sent to the provider.
type Challenge struct{ State, Nonce, Verifier string }

// Start returns where to send the browser, and what to keep until it comes back. It
// returns ErrAway.
func (p *Provider) Start(ctx context.Context) (string, Challenge, error) {
	found, err := p.discover(ctx)
	if err != nil {
		return "", Challenge{}, err
	}
	c := Challenge{State: oauth2.GenerateVerifier(), Nonce: oauth2.GenerateVerifier(), Verifier: oauth2.GenerateVerifier()}
	options := []oauth2.AuthCodeOption{oidc.Nonce(c.Nonce), oauth2.S256ChallengeOption(c.Verifier)}
	if len(p.config.ACRValues) > 0 {
		options = append(options, oauth2.SetAuthURLParam("acr_values", strings.Join(p.config.ACRValues, " ")))
	}
	if p.config.AuthorizationDetails != "" {
		options = append(options, oauth2.SetAuthURLParam("authorization_details", p.config.AuthorizationDetails))
	}
	return p.oauth(found).AuthCodeURL(c.State, options...), c, nil
}

// Answer is what the browser brings back in its address.
type Answer struct {
	State, Code string
	Issuer      string // of RFC 9207; empty from providers that do not say it
}

// Identity is who the provider says that the person is.
type Identity struct {
	Issuer, Subject string
	Email           string   // lower case; empty unless the provider says that it was proved
	Name            string   // may be empty
	OrgNumbers      []string // of organizations that the person may act for in the way that was asked
	SecondFactor    bool     // shown at the provider
}

// Finish returns who came back. It returns ErrAway, ErrWeak, and ErrRefused for an answer
// to another question, another browser's, an old one, or a forged one.
func (p *Provider) Finish(ctx context.Context, c Challenge, a Answer) (Identity, error) {
	if c.State == "" || subtle.ConstantTimeCompare([]byte(c.State), []byte(a.State)) != 1 {
		return Identity{}, fmt.Errorf("%w: another state", ErrRefused)
	}
	if a.Issuer != "" && a.Issuer != p.config.Issuer {
		return Identity{}, fmt.Errorf("%w: answer of another issuer", ErrRefused)
	}
	found, err := p.discover(ctx)
	if err != nil {
		return Identity{}, err
	}
	token, err := p.oauth(found).Exchange(oidc.ClientContext(ctx, p.client), a.Code, oauth2.VerifierOption(c.Verifier))
	var refused *oauth2.RetrieveError
	if errors.As(err, &refused) && refused.Response.StatusCode < http.StatusInternalServerError {
		return Identity{}, fmt.Errorf("%w: %w", ErrRefused, err)
	} else if err != nil {
		return Identity{}, fmt.Errorf("%w: %w", ErrAway, err)
	}
	return p.verify(ctx, found, c, token)
}

// verify reads the ID token: the library checks signature, issuer, audience and time.
func (p *Provider) verify(ctx context.Context, found *oidc.Provider, c Challenge, token *oauth2.Token) (Identity, error) {
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		return Identity{}, fmt.Errorf("%w: no ID token", ErrRefused)
	}
	id, err := found.Verifier(&oidc.Config{ClientID: p.config.ClientID}).Verify(ctx, raw)
	if err != nil {
		return Identity{}, fmt.Errorf("%w: %w", ErrRefused, err)
	}
	if subtle.ConstantTimeCompare([]byte(c.Nonce), []byte(id.Nonce)) != 1 {
		return Identity{}, fmt.Errorf("%w: another nonce", ErrRefused)
	}
	var said claims
	if err := id.Claims(&said); err != nil {
		return Identity{}, fmt.Errorf("%w: %w", ErrRefused, err)
	}
	if said.AuthorizedParty != "" && said.AuthorizedParty != p.config.ClientID {
		return Identity{}, fmt.Errorf("%w: issued to another client", ErrRefused)
	}
	if id.Subject == "" {
		return Identity{}, fmt.Errorf("%w: no subject", ErrRefused)
	}
	if !enough(said.ACR, p.config.ACRValues) {
		return Identity{}, fmt.Errorf("%w: %q", ErrWeak, said.ACR)
	}
	return Identity{
		Issuer: id.Issuer, Subject: id.Subject, Email: said.provedEmail(), Name: said.Name,
		OrgNumbers:   orgNumbers(p.asked, said.Details, token.Extra("authorization_details")),
		SecondFactor: level(said.ACR) >= high || slices.Contains(said.AMR, "mfa"),
	}, nil
}
