package term

import (
	"strconv"
	"strings"

	"github.com/fatih/color"
)

// Paint colours a text. External text must go through Safe first.
type Paint func(string) string

// Palette defines the colours of each kind of text. The zero value cannot paint.
type Palette struct {
	on bool

	Key, String, Number, Literal Paint // JSON: names, strings, numbers, true false null

	Method, Dim, Bold, Error, Chosen Paint

	success, moved, refused Paint
}

// NewPalette returns a palette with colours for any terminal, or one that leaves text
// unchanged.
func NewPalette(on bool) *Palette { return AnyTheme.Palette(on) }

// Palette returns the palette of the theme, or one that leaves text unchanged.
func (t Theme) Palette(on bool) *Palette {
	paint := func(attributes ...color.Attribute) Paint { return newPaint(on, attributes) }
	h := t.hues()
	return &Palette{
		on:      on,
		Key:     paint(extended(h.blue)...),
		String:  paint(extended(h.green)...),
		Number:  paint(extended(h.violet)...),
		Literal: paint(extended(h.magenta)...),
		Method:  paint(color.Bold),
		Dim:     paint(extended(h.gray)...),
		Bold:    paint(color.Bold),
		Error:   paint(extended(h.red)...),
		Chosen:  paint(color.ReverseVideo),
		success: paint(extended(h.green)...),
		moved:   paint(extended(h.violet)...),
		refused: paint(extended(h.red)...),
	}
}

// Theme is the background of a terminal.
type Theme int

// The themes. Colours of AnyTheme are readable on black and on white.
const (
	AnyTheme Theme = iota
	Dark
	Light
)

// ThemeNamed returns the theme with that name, AnyTheme for another.
func ThemeNamed(name string) Theme {
	switch name {
	case "dark":
		return Dark
	case "light":
		return Light
	}
	return AnyTheme
}

// themeOf reads COLORFGBG, which some terminals set to the numbers of the foreground
// and the background colour, such as "15;0" (rxvt, Konsole, iTerm2).
func themeOf(colors string) Theme {
	switch colors[strings.LastIndexByte(colors, ';')+1:] {
	case "0", "1", "2", "3", "4", "5", "6", "8":
		return Dark
	case "7", "15":
		return Light
	}
	return AnyTheme
}

// hues are colours from the part of the 256-colour palette that themes do not change
// (xterm's cube and grays). Themes define the first 16, and often make some of them
// unreadable.
type hues struct{ green, blue, violet, red, magenta, gray color.Attribute }

// hues returns colours with a contrast of at least 4.5 (WCAG 2.2, 1.4.3) on the
// backgrounds of common themes: dark, light, or black and white.
func (t Theme) hues() hues {
	switch t {
	case Dark:
		return hues{114, 111, 141, 210, 176, 247}
	case Light:
		return hues{22, 25, 55, 124, 90, 240}
	}
	return hues{29, 63, 98, 131, 163, 243}
}

const foreground, indexed = color.Attribute(38), color.Attribute(5) // ISO 8613-6

func extended(number color.Attribute) []color.Attribute {
	return []color.Attribute{foreground, indexed, number}
}

// Status returns the paint for an HTTP status code: green below 300, violet for
// redirects, red for errors.
func (p *Palette) Status(code int) Paint {
	switch {
	case code >= 400:
		return p.refused
	case code >= 300:
		return p.moved
	}
	return p.success
}

// Safe is like the function Safe, but keeps the palette's own colours in the text;
// other escape sequences are escaped.
func (p *Palette) Safe(text string) string {
	if unsafe(text) == len(text) {
		return text
	}
	if !p.on {
		return Safe(text)
	}
	var out strings.Builder
	for {
		at := strings.IndexByte(text, '\x1b')
		if at < 0 {
			out.WriteString(Safe(text))
			return out.String()
		}
		end := at + 1
		if size := paintSize(text[at:]); size > 0 {
			out.WriteString(Safe(text[:at]) + text[at:at+size])
			end = at + size
		} else {
			out.WriteString(Safe(text[:end]))
		}
		text = text[end:]
	}
}

// paintSize returns the length of the colour sequence at the start of text, 0 if
// there is none.
func paintSize(text string) int {
	for _, code := range []string{"0;25;0", "1", "22", "7", "27"} {
		if paint := "\x1b[" + code + "m"; strings.HasPrefix(text, paint) {
			return len(paint)
		}
	}
	for _, t := range []Theme{AnyTheme, Dark, Light} {
		h := t.hues()
		for _, number := range []color.Attribute{h.green, h.blue, h.violet, h.red, h.magenta, h.gray} {
			if paint := "\x1b[38;5;" + strconv.Itoa(int(number)) + "m"; strings.HasPrefix(text, paint) {
				return len(paint)
			}
		}
	}
	return 0
}

func newPaint(on bool, attributes []color.Attribute) Paint {
	if !on {
		return func(text string) string { return text }
	}
	c := color.New(attributes...)
	c.EnableColor() // otherwise the library checks stdout itself
	return func(text string) string { return c.Sprint(text) }
}
