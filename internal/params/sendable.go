package params

import (
	"strings"

	"github.com/epilot-cli/epilot/internal/failure"
)

// sendable refuses what the request cannot carry, or would carry as something
// else than was typed. Lenient lifts only the rules that do no harm.
func (a *argument) sendable(text string, defined, lenient bool, extra *extras) error {
	p := a.param
	switch {
	case p.In == inPath && (!defined || a.value.kind == scalarNode && dots(a.value.text)):
		return failure.New(failure.Usage, "path parameter %s cannot be empty, \".\" or \"..\": the request would go to another address", p.Name).
			Hintf("check the value; an unset shell variable is a common cause")
	case p.In == inHeader && defined:
		return a.sendableHeader(text, lenient, extra)
	case !defined && p.Required && !lenient:
		return failure.New(failure.Usage, "parameter %s is required, and an empty array or object sends nothing", p.Name).
			Hintf("give at least one element")
	}
	return a.distinct(lenient)
}

func (a *argument) sendableHeader(text string, lenient bool, extra *extras) error {
	name := a.param.Name
	switch {
	case !token(name):
		return failure.New(failure.Usage, "header parameter %q cannot be sent: the definition gives it a name that no header can have", name).
			Hintf("correct the definition")
	case control(text):
		return failure.New(failure.Usage, "header parameter %s holds a line break or another control character", name).
			Hintf("a header value is one line of text")
	case extra.has(a.param):
		return failure.New(failure.Usage, "header %s is given twice: with -p and with -H", name).Hintf("give it once")
	}
	return a.distinct(lenient)
}

// distinct refuses elements that the server would take apart.
func (a *argument) distinct(lenient bool) error {
	if lenient || !a.ambiguous() {
		return nil
	}
	return failure.New(failure.Usage, "parameter %s: an element holds %q, which separates the elements of %s parameters",
		a.param.Name, a.separator(), a.param.Style).
		Hintf("repeat -p %s=… for each element, or send it as it is with --no-validate", a.param.Name)
}

// ambiguous tells whether the server would take one element for two.
func (a *argument) ambiguous() bool {
	separator := a.separator()
	holds := func(text string) bool { return separator != "" && strings.Contains(text, separator) }
	for _, item := range a.value.items {
		if holds(item.text) {
			return true
		}
	}
	for _, m := range a.value.members {
		if holds(m.name) || holds(m.value.text) {
			return true
		}
	}
	return false
}

// separator is the character between elements where encoding does not set one
// inside an element apart, or "".
func (a *argument) separator() string {
	p := a.param
	switch {
	case p.In == inHeader:
		return ","
	case p.In == inPath && p.Style == "label" && p.Explode:
		return "."
	case p.In == inQuery && p.Style == "spaceDelimited" && !p.Explode:
		return " "
	case p.In == inQuery && p.Style == "pipeDelimited" && !p.Explode:
		return "|"
	}
	return ""
}
