package params

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/operation"
)

// title is how messages call an operation.
func title(op *operation.Operation) string {
	if op.ID != "" {
		return op.ID
	}
	return op.Method + " " + op.Path
}

func names(params []*operation.Param) []string {
	var all []string
	for _, p := range params {
		all = append(all, p.Name)
	}
	return all
}

// keyOf is what -p calls the parameter: its name, and in:name where another of
// the same name comes first.
func keyOf(all []*operation.Param, p *operation.Param) string {
	if first, _ := lookup(all, p.Name); first != p {
		return p.In + ":" + p.Name
	}
	return p.Name
}

// labels are the keys of the chosen parameters, with the location of each.
func labels(all, chosen []*operation.Param) []string {
	var texts []string
	for _, p := range chosen {
		texts = append(texts, keyOf(all, p)+" ("+p.In+")")
	}
	return texts
}

// oneLine takes control characters out of a message: names and allowed values
// come from definitions, which may hold anything.
func oneLine(err error) error {
	plain := *failure.Of(err)
	plain.Message, plain.Hint = printable(plain.Message), printable(plain.Hint)
	return &plain
}

func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return utf8.RuneError
		}
		return r
	}, text)
}

func plural(n int, word string) string {
	if n == 1 {
		return word
	}
	return word + "s"
}
