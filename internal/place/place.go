// Package place says where a request comes from, as limits count it. It stands on two
// decisions. Behind proxies it is the last address that is none of theirs: what stands before
// it was written by the sender. And of IPv6 it is a network, for one machine has more
// addresses there than can be counted.
package place

import (
	"net/netip"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
)

// The network that a household or a handset has, and the one that the customer of a data
// centre gets: who has that has 65 536 of the other.
const (
	narrow = 64
	wide   = 48
)

// Place is where a request comes from. The zero value is nowhere known.
type Place struct{ addr netip.Addr }

// Network returns the IPv4 address, or the IPv6 network of a household.
func (p Place) Network() netip.Prefix { return p.within(narrow) }

func (p Place) within(bits int) netip.Prefix {
	if p.addr.Is4() {
		bits = p.addr.BitLen()
	}
	network, _ := p.addr.Prefix(bits) // fails for the zero value alone, and is zero then
	return network
}

// Circles returns what limits are counted under: the network, and for IPv6 the wider one
// that it is in.
func (p Place) Circles() []string {
	if p.addr.Is6() {
		return []string{p.within(narrow).String(), p.within(wide).String()}
	}
	return []string{p.within(narrow).String()}
}

// Proxies are the addresses and networks whose X-Forwarded-For is believed.
type Proxies []netip.Prefix

// Trust returns the proxies of a list of addresses and ranges. What is neither is left out:
// the configuration is checked where it is read.
func Trust(list []string) Proxies {
	var all Proxies
	for _, s := range list {
		if p, err := netip.ParsePrefix(s); err == nil {
			all = append(all, p)
		} else if a, err := netip.ParseAddr(s); err == nil {
			all = append(all, netip.PrefixFrom(a.Unmap(), a.Unmap().BitLen()))
		}
	}
	return all
}

func (t Proxies) has(a netip.Addr) bool {
	for _, p := range t {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// Of returns where the request comes from.
func (t Proxies) Of(c *fasthttp.RequestCtx) Place {
	from, _ := netip.AddrFromSlice(c.RemoteIP())
	from = from.Unmap()
	if len(t) == 0 || !t.has(from) {
		return Place{from}
	}
	// A proxy adds to the line that is there, or adds a line.
	lines := c.Request.Header.PeekAll(fiber.HeaderXForwardedFor)
	for i := len(lines) - 1; i >= 0; i-- {
		hops := strings.Split(string(lines[i]), ",")
		for j := len(hops) - 1; j >= 0; j-- {
			hop, ok := parse(strings.TrimSpace(hops[j]))
			if !ok {
				return Place{from}
			}
			if from = hop; !t.has(from) {
				return Place{from}
			}
		}
	}
	return Place{from}
}

// parse reads an address, which some proxies write with a port.
func parse(s string) (netip.Addr, bool) {
	a, err := netip.ParseAddr(s)
	if err != nil {
		both, err := netip.ParseAddrPort(s)
		if err != nil {
			return netip.Addr{}, false
		}
		a = both.Addr()
	}
	return a.Unmap().WithZone(""), true
}

// Of returns where the request comes from, by the proxies that its app trusts.
func Of(c *fiber.Ctx) Place {
	return Trust(c.App().Config().TrustedProxies).Of(c.Context())
}
