// Package client is for tests: it reads and writes the directory through its JSON API as
// somebody does who has generated a client from the OpenAPI document, which /for-utviklere
// tells how to do. Types and calls are generated and have the document's names; this file adds
// what a document cannot say: errors that are Go errors, all pages of a list, and how what was
// read becomes what is sent.
//
//	c, err := client.Open("https://…/api/v1")
//	found, err := c.TilbudWithResponse(ctx, &client.TilbudParams{Kommune: &[]string{"1804"}})
package client

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"
)

//go:generate go -C ../.. tool oapi-codegen -config internal/client/oapi-codegen.yaml internal/api/testdata/openapi.json

// Problem is an answer that says what was wrong (RFC 9457). Every call returns it as its error
// when the status is 400 or more; find it with errors.As.
type Problem struct {
	Feil
	RetryAfter time.Duration // how long to wait, when the answer says so (429 and 503)
}

// Error implements error, with the fields that were wrong.
func (p *Problem) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d %s: %s", p.Status, p.Title, p.Detail)
	if p.Errors != nil {
		for _, e := range *p.Errors {
			fmt.Fprintf(&b, " %s %s.", e.Location, e.Message)
		}
	}
	return b.String()
}

// Open returns a client of the API at an address that ends in /api/v1. It calls nothing yet.
func Open(address string, options ...ClientOption) (*ClientWithResponses, error) {
	inner, err := NewClient(address, options...)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", address, err)
	}
	inner.Client = refusals{inner.Client}
	return &ClientWithResponses{inner}, nil
}

// WithToken lets the client write with a token, which begins with "oversikt_".
func WithToken(token string) ClientOption {
	return WithRequestEditorFn(func(_ context.Context, r *http.Request) error {
		r.Header.Set("Authorization", "Bearer "+token)
		return nil
	})
}

// refusals turns answers of 400 and more into errors.
type refusals struct{ HttpRequestDoer }

// maxProblem is more than any problem has: the rest of an answer that is none is not read.
const maxProblem = 1 << 20

// Do implements HttpRequestDoer.
func (r refusals) Do(req *http.Request) (*http.Response, error) {
	resp, err := r.HttpRequestDoer.Do(req)
	if err != nil || resp.StatusCode < http.StatusBadRequest {
		return resp, err
	}
	defer resp.Body.Close()
	p := &Problem{Feil: Feil{Status: int64(resp.StatusCode), Title: http.StatusText(resp.StatusCode)}}
	if seconds, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil {
		p.RetryAfter = time.Duration(seconds) * time.Second
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxProblem))
	if err != nil {
		return nil, fmt.Errorf("%s %s: read a %d: %w", req.Method, req.URL, resp.StatusCode, err)
	}
	// Something between may have answered with a page: its status is told all the same.
	if kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")); kind == "application/problem+json" {
		if err := json.Unmarshal(body, &p.Feil); err != nil {
			return nil, fmt.Errorf("%s %s: a %d that is no problem: %w", req.Method, req.URL, resp.StatusCode, err)
		}
	}
	return nil, p
}

// pageSize is the most that the API gives on a page.
const pageSize = 100

// AllTilbud returns every offering that the question finds, page after page. Side and Antall
// of the question are not looked at. It ends with the first error. What is changed meanwhile
// may be missing or come twice; who keeps a copy compares id and versjon.
func (c *ClientWithResponses) AllTilbud(ctx context.Context, question TilbudParams) iter.Seq2[Tilbud, error] {
	return func(yield func(Tilbud, error) bool) {
		size := int64(pageSize)
		question.Antall = &size
		for page := int64(1); ; page++ {
			question.Side = &page
			found, err := c.TilbudWithResponse(ctx, &question)
			if err == nil && found.JSON200 == nil {
				err = fmt.Errorf("page %d of tilbud: unexpected answer %s", page, found.Status())
			}
			if err != nil {
				yield(Tilbud{}, err)
				return
			}
			for _, o := range found.JSON200.Treff {
				if !yield(o, nil) {
					return
				}
			}
			if page >= found.JSON200.Sider {
				return
			}
		}
	}
}

// Inn returns the offering as it is sent: change it, and give it to EndreTilbud together with
// the ETag of the answer it was read from.
func (o Tilbud) Inn() (TilbudInn, error) {
	body, err := json.Marshal(o)
	if err != nil {
		return TilbudInn{}, fmt.Errorf("offering %d: %w", o.ID, err)
	}
	var in TilbudInn
	if err := json.Unmarshal(body, &in); err != nil {
		return TilbudInn{}, fmt.Errorf("offering %d: %w", o.ID, err)
	}
	return in, nil
}
