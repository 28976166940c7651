package term

import "github.com/fatih/color"

// Paint colours a text. It is never given text from outside that did not go
// through Safe.
type Paint func(string) string

// Palette is what each kind of text looks like. Its zero value cannot paint.
type Palette struct {
	Key, String, Number, Literal Paint // JSON: names, strings, numbers, true false null

	Method, Dim, Bold, Error Paint

	success, moved, refused Paint
}

// NewPalette returns a palette with colours, or one that leaves text as it is.
func NewPalette(on bool) *Palette {
	paint := func(attributes ...color.Attribute) Paint { return newPaint(on, attributes) }
	return &Palette{
		Key:     paint(color.FgCyan),
		String:  paint(color.FgGreen),
		Number:  paint(color.FgYellow),
		Literal: paint(color.FgMagenta),
		Method:  paint(color.Bold),
		Dim:     paint(color.Faint),
		Bold:    paint(color.Bold),
		Error:   paint(color.FgRed),
		success: paint(color.FgGreen),
		moved:   paint(color.FgYellow),
		refused: paint(color.FgRed),
	}
}

// Status returns the paint for an HTTP status code: green below 300, yellow for
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

func newPaint(on bool, attributes []color.Attribute) Paint {
	if !on {
		return func(text string) string { return text }
	}
	c := color.New(attributes...)
	c.EnableColor() // else the library's own look at stdout would decide
	return func(text string) string { return c.Sprint(text) }
}
