package term

import (
	"strings"

	"github.com/fatih/color"
)

// Paint colours a text. It is never given text from outside that did not go
// through Safe.
type Paint func(string) string

// Palette is what each kind of text looks like. Its zero value cannot paint.
type Palette struct {
	on bool

	Key, String, Number, Literal Paint // JSON: names, strings, numbers, true false null

	Method, Dim, Bold, Error Paint

	success, moved, refused Paint
}

// NewPalette returns a palette with colours, or one that leaves text as it is.
func NewPalette(on bool) *Palette {
	paint := func(attributes ...color.Attribute) Paint { return newPaint(on, attributes) }
	return &Palette{
		on:      on,
		Key:     paint(extended(blue)...),
		String:  paint(extended(green)...),
		Number:  paint(extended(violet)...),
		Literal: paint(extended(magenta)...),
		Method:  paint(color.Bold),
		Dim:     paint(extended(gray)...),
		Bold:    paint(color.Bold),
		Error:   paint(extended(red)...),
		success: paint(extended(green)...),
		moved:   paint(extended(violet)...),
		refused: paint(extended(red)...),
	}
}

// The colours of the 256 that themes leave alone (the cube and the grays of
// xterm) and that are readable on black and on white: contrast 4.5 on both
// (WCAG 2.2, 1.4.3). The first 16 are a theme's, and most themes have some that
// are not.
const (
	green, blue, violet, red, magenta, gray = 29, 63, 98, 131, 163, 243

	foreground, indexed = color.Attribute(38), color.Attribute(5) // ISO 8613-6
)

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

// Safe is the function Safe for text that the palette has painted: its colours
// stay, any other escape sequence is shown.
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

// paintSize is the length of the colour that the text begins with, 0 for any
// other escape sequence.
func paintSize(text string) int {
	for _, code := range []string{"0;25;0", "1", "22", "38;5;29", "38;5;63", "38;5;98", "38;5;131", "38;5;163", "38;5;243"} {
		if paint := "\x1b[" + code + "m"; strings.HasPrefix(text, paint) {
			return len(paint)
		}
	}
	return 0
}

func newPaint(on bool, attributes []color.Attribute) Paint {
	if !on {
		return func(text string) string { return text }
	}
	c := color.New(attributes...)
	c.EnableColor() // else the library's own look at stdout would decide
	return func(text string) string { return c.Sprint(text) }
}
