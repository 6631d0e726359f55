// Package tiles fetches the pictures that a background map is put together of, from the map
// service that whoever runs the site has named. Readers get them from the program: the service
// sees which parts of the country are looked at, and never by whom.
package tiles

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/semaphore"
	"golang.org/x/sync/singleflight"

	"github.com/nasjonal-oversikt/oversikt/internal/recent"
	"github.com/nasjonal-oversikt/oversikt/internal/trace"
)

// ErrNone is the error for a tile that there is not: beside the country, or of a step of
// zooming that is not offered.
var ErrNone = errors.New("no such tile")

// The steps of zooming that are offered: from the country as a whole to a village.
const (
	MinZoom = 4
	MaxZoom = 13
)

// The country with its coast, in degrees. Nothing beside it is fetched for anybody.
const (
	west, east   = 2.0, 33.0
	south, north = 57.0, 72.0
)

const (
	maxTile   = 512 << 10        // bytes that a tile may have
	fetchTime = 10 * time.Second // for one tile, to its last byte
	atOnce    = 6                // as a browser asks one host
	keptBytes = 8 << 20          // in each of two halves
)

// Source is a map service. Its methods may be called at the same time.
type Source struct {
	template string
	http     *http.Client
	agent    string
	making   singleflight.Group
	room     *semaphore.Weighted
	kept     recent.Cache[tile, []byte]
}

// tile is the place of a picture in the grid that maps on the web have in common: the world
// after Mercator's projection, divided into 2^z times 2^z squares from the north-west on.
type tile struct{ z, x, y int }

// New returns the service with the address, in which {z}, {x} and {y} stand for the place of a
// tile: "https://cache.kartverket.no/v1/wmts/1.0.0/topograatone/default/webmercator/{z}/{y}/{x}.png".
// Plain http is for services on this machine. site is our own public address, by which the
// service can see who asks. The error says what is wrong with the address.
func New(address, site string) (*Source, error) {
	for _, part := range [...]string{"{z}", "{x}", "{y}"} {
		if strings.Count(address, part) != 1 {
			return nil, fmt.Errorf("want %s once in it", part)
		}
	}
	s := &Source{template: address, agent: "oversikt-kart", room: semaphore.NewWeighted(atOnce),
		kept: recent.Cache[tile, []byte]{Most: keptBytes, Size: func(png []byte) int { return len(png) }}}
	if site != "" {
		s.agent += " (+" + site + "/om)"
	}
	u, err := url.Parse(s.address(tile{}))
	local := err == nil && (u.Hostname() == "localhost" || u.Hostname() == "127.0.0.1" || u.Hostname() == "::1")
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && (u.Scheme != "http" || !local) {
		return nil, errors.New("want an https address")
	}
	s.http = &http.Client{
		Timeout:   fetchTime,
		Transport: trace.Transport(&http.Transport{ForceAttemptHTTP2: true, MaxIdleConnsPerHost: atOnce, MaxResponseHeaderBytes: 64 << 10}),
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse // the address that was named is the one that is asked
		},
	}
	return s, nil
}

func (s *Source) address(t tile) string {
	return strings.NewReplacer("{z}", strconv.Itoa(t.z), "{x}", strconv.Itoa(t.x), "{y}", strconv.Itoa(t.y)).Replace(s.template)
}

// Tile returns a picture, PNG, of the square. It returns ErrNone where there is none, the
// context's error, or what the service did wrong.
func (s *Source) Tile(ctx context.Context, z, x, y int) ([]byte, error) {
	t := tile{z, x, y}
	if !t.inCountry() {
		return nil, ErrNone
	}
	if png, ok := s.kept.Get(t); ok {
		return png, nil
	}
	// One question to the service for all who wait; it goes on when the first of them leaves.
	made := s.making.DoChan(fmt.Sprint(t), func() (any, error) {
		if png, ok := s.kept.Get(t); ok {
			return png, nil // since this one looked
		}
		png, err := s.fetch(context.WithoutCancel(ctx), t)
		if err == nil {
			s.kept.Put(t, png)
		}
		return png, err
	})
	select {
	case r := <-made:
		png, _ := r.Val.([]byte)
		return png, r.Err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// inCountry reports whether the tile shows anything of the country, at a step that is offered.
func (t tile) inCountry() bool {
	if t.z < MinZoom || t.z > MaxZoom {
		return false
	}
	left, top := at(t.z, west, north)
	right, bottom := at(t.z, east, south)
	return t.x >= left && t.x <= right && t.y >= top && t.y <= bottom
}

// at returns the column and the row of the tile at the position.
func at(z int, lon, lat float64) (x, y int) {
	side := math.Exp2(float64(z))
	phi := lat * math.Pi / 180
	return int((lon + 180) / 360 * side), int((1 - math.Asinh(math.Tan(phi))/math.Pi) / 2 * side)
}

func (s *Source) fetch(ctx context.Context, t tile) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*fetchTime) // with the wait for room
	defer cancel()
	if err := s.room.Acquire(ctx, 1); err != nil {
		return nil, fmt.Errorf("fetch tile: %w", err)
	}
	defer s.room.Release(1)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.address(t), nil)
	if err != nil {
		return nil, fmt.Errorf("fetch tile: %w", err)
	}
	req.Header.Set("User-Agent", s.agent)
	req.Header.Set("Accept", "image/png")
	res, err := s.http.Do(req)
	if err != nil {
		return nil, fmt.Errorf("fetch tile: %w", err)
	}
	defer res.Body.Close()
	switch {
	case res.StatusCode == http.StatusNotFound:
		return nil, ErrNone
	case res.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("fetch tile: the map service answers %s", res.Status)
	}
	png, err := io.ReadAll(io.LimitReader(res.Body, maxTile+1))
	if err != nil {
		return nil, fmt.Errorf("fetch tile: %w", err)
	}
	if len(png) > maxTile {
		return nil, fmt.Errorf("fetch tile: more than %d bytes", maxTile)
	}
	// Whatever the service calls it: it is sent on as a picture, and must be one.
	if kind := http.DetectContentType(png); kind != "image/png" {
		return nil, fmt.Errorf("fetch tile: %s where a PNG was asked for", kind)
	}
	return png, nil
}
