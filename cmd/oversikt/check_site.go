package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/nasjonal-oversikt/oversikt/internal/conform"
)

// maxAnswer is far more than any answer of a site has.
const maxAnswer = 64 << 20

// checkSite holds all that a running site publishes against the standards and prints what
// came of it. It fails where anything is wrong.
func checkSite(ctx context.Context, address string) error {
	base, err := url.Parse(address)
	if err != nil || base.Host == "" || base.Scheme != "http" && base.Scheme != "https" {
		return fmt.Errorf("check: %q is no address of a site, for example https://oversikt.example.no", address)
	}
	client := &http.Client{Timeout: time.Minute}
	show, n := progress(), 0
	r, err := conform.Run(ctx, func(ctx context.Context, path, accept string) (int, []byte, error) {
		n++
		show("checking", n, -1)
		return fetch(ctx, client, strings.TrimSuffix(address, "/")+path, accept)
	}, func(ctx context.Context) error { return ctx.Err() })
	if err != nil {
		return err
	}
	for _, s := range r.Results {
		fmt.Printf("%-12s %-12s %6d checked, %d invalid\n", s.Standard, s.Root, s.Checked, s.Invalid)
		for _, p := range s.Problems {
			fmt.Fprintln(os.Stderr, "  "+p.String())
		}
	}
	if n := r.Invalid(); n > 0 {
		return fmt.Errorf("check %s: %d of %d answers are not as they should be; the first are listed above", address, n, r.Checked())
	}
	fmt.Printf("%d answers, all as they should be.\n", r.Checked())
	return nil
}

func fetch(ctx context.Context, client *http.Client, address, accept string) (int, []byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set("User-Agent", "oversikt/"+version+" (check)")
	if accept != "" {
		req.Header.Set("Accept", accept)
	}
	resp, err := client.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	return resp.StatusCode, body, err
}
