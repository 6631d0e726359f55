package site

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// rgb is a colour as style sheets write it: "#1d5c57". The zero value is black.
type rgb [3]uint8

func (c rgb) String() string { return fmt.Sprintf("#%02x%02x%02x", c[0], c[1], c[2]) }

var hexColour = regexp.MustCompile(`^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$`)

// parseColour reads "#1d5c57", "1D5C57" and "#abc". Nothing else is a colour: what is read
// here ends in a style sheet.
func parseColour(s string) (rgb, bool) {
	m := hexColour.FindStringSubmatch(s)
	if m == nil {
		return rgb{}, false
	}
	digits := m[1]
	if len(digits) == 3 {
		digits = strings.Join([]string{digits[:1], digits[:1], digits[1:2], digits[1:2], digits[2:], digits[2:]}, "")
	}
	n, err := strconv.ParseUint(digits, 16, 32)
	return rgb{uint8(n >> 16), uint8(n >> 8), uint8(n)}, err == nil
}

// luminance is the relative luminance of WCAG 2, from 0 to 1.
func (c rgb) luminance() float64 {
	part := func(v uint8) float64 {
		x := float64(v) / 255
		if x <= 0.04045 {
			return x / 12.92
		}
		return math.Pow((x+0.055)/1.055, 2.4)
	}
	return 0.2126*part(c[0]) + 0.7152*part(c[1]) + 0.0722*part(c[2])
}

// contrast is the contrast ratio of WCAG 2, from 1 to 21.
func contrast(a, b rgb) float64 {
	x, y := a.luminance(), b.luminance()
	return (math.Max(x, y) + 0.05) / (math.Min(x, y) + 0.05)
}

// enough is the contrast that text has to have (WCAG 1.4.3).
const enough = 4.5

var black, white = rgb{}, rgb{255, 255, 255}

// opposite is black or white, whichever is easier to read on c. Its contrast is at least
// the square root of 21, which is more than enough.
func opposite(c rgb) rgb {
	if contrast(white, c) >= contrast(black, c) {
		return white
	}
	return black
}

// mix returns a with the share t of b in it.
func mix(a, b rgb, t float64) rgb {
	var out rgb
	for i := range out {
		out[i] = uint8(math.Round(float64(a[i]) + (float64(b[i])-float64(a[i]))*t))
	}
	return out
}

// legible returns the colour nearest to c, on the way to black or white, that can be read on
// the ground.
func legible(c, ground rgb) rgb {
	const steps = 20
	for i := range steps {
		if m := mix(c, opposite(ground), float64(i)/steps); contrast(m, ground) >= enough {
			return m
		}
	}
	return opposite(ground)
}

// palette is every colour of an embedded list. Text stands on ground in ink, muted and link,
// and on fill in onFill; each of these pairs has enough contrast, whatever was asked for.
type palette struct{ ground, ink, muted, line, link, fill, onFill rgb }

// Without colours of the kommune's own the list has those of the pages (css/theme.css).
var (
	lightGround, darkGround = rgb{0xff, 0xff, 0xff}, rgb{0x19, 0x16, 0x13}
	lightInk, darkInk       = rgb{0x2a, 0x26, 0x21}, rgb{0xf0, 0xeb, 0xe3}
	pine, palePine          = rgb{0x1d, 0x5c, 0x57}, rgb{0x8e, 0xc7, 0xbe}
)

func newPalette(ground, accent rgb) palette {
	ink := lightInk
	if opposite(ground) == white {
		ink = darkInk
	}
	ink = legible(ink, ground)
	p := palette{ground: ground, ink: ink, fill: accent, onFill: white}
	p.muted = legible(mix(ink, ground, 0.25), ground)
	p.line = mix(ink, ground, 0.8)
	p.link = legible(accent, ground)
	if contrast(white, accent) < enough {
		p.onFill = black
	}
	return p
}

// css returns the palette as the custom properties that css/embed.css is written with.
func (p palette) css(scheme string) string {
	return fmt.Sprintf(":root,:host{color-scheme:%s;--inn-grunn:%s;--inn-tekst:%s;--inn-dempet:%s;--inn-strek:%s;--inn-lenke:%s;--inn-fyll:%s;--inn-pa-fyll:%s}",
		scheme, p.ground, p.ink, p.muted, p.line, p.link, p.fill, p.onFill)
}

// light returns the colours of the list on a light ground, or on the one that was asked for.
func (a embedAsked) light() palette { return newPalette(or(a.ground, lightGround), or(a.accent, pine)) }

// dark returns the colours on a dark ground.
func (a embedAsked) dark() palette { return newPalette(darkGround, or(a.accent, palePine)) }

// or returns the colour that was asked for, else the other.
func or(asked *rgb, other rgb) rgb {
	if asked == nil {
		return other
	}
	return *asked
}

// schemes returns the style sheet's part about colours. A ground that was asked for holds in
// every scheme.
func (a embedAsked) schemes() string {
	switch {
	case a.ground != nil && opposite(*a.ground) == white, a.ground == nil && a.look == lookDark:
		p := a.dark()
		if a.ground != nil {
			p = a.light()
		}
		return p.css("dark")
	case a.ground == nil && a.look == lookAuto:
		return a.light().css("light") + "@media (prefers-color-scheme:dark){" + a.dark().css("dark") + "}"
	}
	return a.light().css("light")
}
