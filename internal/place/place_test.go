package place

import (
	"net"
	"slices"
	"testing"

	"github.com/valyala/fasthttp"
)

func TestOf(t *testing.T) {
	proxies := Trust([]string{"10.0.0.0/8", "2001:db8:ffff::1", "no address"})
	for _, tc := range []struct {
		name, from string
		forwarded  []string
		want       []string
	}{
		{"straight", "192.0.2.1", nil, []string{"192.0.2.1/32"}},
		{"a stranger who says to be a proxy", "192.0.2.1", []string{"198.51.100.1"}, []string{"192.0.2.1/32"}},
		{"behind a proxy", "10.0.0.7", []string{"198.51.100.1"}, []string{"198.51.100.1/32"}},
		{"behind two", "10.0.0.7", []string{"198.51.100.1, 10.0.0.8"}, []string{"198.51.100.1/32"}},
		{"what the sender wrote before the proxy did", "10.0.0.7", []string{"203.0.113.9, 198.51.100.1"}, []string{"198.51.100.1/32"}},
		{"and in a line before that of the proxy", "10.0.0.7", []string{"203.0.113.9", "198.51.100.1"}, []string{"198.51.100.1/32"}},
		{"a proxy that says nothing", "10.0.0.7", nil, []string{"10.0.0.7/32"}},
		{"a proxy that says what is no address", "10.0.0.7", []string{"unknown"}, []string{"10.0.0.7/32"}},
		{"with a port", "10.0.0.7", []string{"198.51.100.1:4711"}, []string{"198.51.100.1/32"}},
		{"IPv4 in IPv6", "::ffff:10.0.0.7", []string{"::ffff:198.51.100.1"}, []string{"198.51.100.1/32"}},
		{"IPv6", "2001:db8:ffff::1", []string{"2001:db8:1:2:3:4:5:6"}, []string{"2001:db8:1:2::/64", "2001:db8:1::/48"}},
		{"IPv6 with a port and a zone", "10.0.0.7", []string{"[fe80::1%eth0]:80"}, []string{"fe80::/64", "fe80::/48"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var req fasthttp.Request
			for _, line := range tc.forwarded {
				req.Header.Add("X-Forwarded-For", line)
			}
			var c fasthttp.RequestCtx
			c.Init(&req, &net.TCPAddr{IP: net.ParseIP(tc.from)}, nil)
			p := proxies.Of(&c)
			if got := p.Circles(); !slices.Equal(got, tc.want) {
				t.Errorf("got %v, want %v", got, tc.want)
			}
			if got := p.Network().String(); got != tc.want[0] {
				t.Errorf("network %v, want %v", got, tc.want[0])
			}
		})
	}
}
