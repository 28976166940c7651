// Package query evaluates JSONata (https://docs.jsonata.org) on one JSON
// document, with either of two engines behind one small interface. It knows
// neither requests nor terminals, and it does not render: its result is compact
// JSON text.
//
// What survives an expression that only passes values through:
//   - the order of members, with both engines (see orders for blues);
//   - the text of numbers with gnata (1.10, 1e400, 30 digits); blues keeps
//     whole numbers of 64 bits, any other becomes the nearest double;
//   - strings, but for lone surrogates and bytes that are not UTF-8: U+FFFD.
//
// Arithmetic and comparison are those of doubles, as in JavaScript.
//
// What is bounded: panics, time (the context), the depth of recursion and of
// the document. What is not: memory that one built-in function asks for, such
// as a $pad of 10 GB with blues, or the text that $eval builds for gnata.
package query

import (
	"bytes"
	"context"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/epilot-cli/epilot/internal/failure"
)

// maxExpression bounds the length of an expression in bytes. The parsers
// recurse, which no overflow of the stack forgives, and gnata takes quadratic
// time, without a look at the clock, for a path of many steps.
const maxExpression = 32 << 10

// Engine compiles expressions.
type Engine interface {
	// Compile reads an expression. The error is of kind failure.Query and says
	// what is wrong and at which column, counted in characters from 1.
	Compile(expression string) (Program, error)
}

// Program is a compiled expression, safe for several goroutines.
type Program interface {
	// Eval runs the expression on one JSON text; empty input is JSONata's
	// undefined. It returns when ctx ends, even if the engine does not.
	// Errors are of kind failure.Query for the expression, failure.Network for
	// an input that is not JSON, failure.Interrupted when ctx is cancelled.
	Eval(ctx context.Context, input []byte) (Result, error)
}

// Result is what an expression evaluates to.
type Result struct {
	Defined bool   // false: JSONata's undefined, nothing to print
	JSON    []byte // compact JSON text, nil when undefined
}

// Text returns the bare string when the result is a JSON string.
func (r Result) Text() (string, bool) {
	if !r.Defined || !bytes.HasPrefix(r.JSON, []byte{'"'}) {
		return "", false
	}
	text, err := jsontext.AppendUnquote(nil, r.JSON)
	return string(text), err == nil
}

// Nothing is what a program without a result stands for in strict JSON: an empty
// array where its expression ends in [], which promises a list, else null.
func Nothing(program Program) Result {
	if ending, has := program.(interface{ endsInList() bool }); has && ending.endsInList() {
		return Result{Defined: true, JSON: []byte("[]")}
	}
	return Result{Defined: true, JSON: []byte("null")}
}

// endsInList reports whether an expression promises a list.
func endsInList(source string) bool {
	return strings.HasSuffix(strings.TrimRight(bare(source), " \t\r\n;"), "[]")
}

// New returns the engine of that name: "gnata", the default for "", or
// "blues". Any other name is an error of kind failure.Usage.
func New(name string) (Engine, error) {
	switch name {
	case "", "gnata":
		return gnataEngine{}, nil
	case "blues":
		return bluesEngine{}, nil
	}
	return nil, failure.New(failure.Usage, "no JSONata engine is called %q", name).
		Hintf(`EPILOT_JSONATA_ENGINE takes "gnata", the default, or "blues"`)
}

// acceptable refuses what no engine should see.
func acceptable(expression string) error {
	switch {
	case strings.TrimSpace(expression) == "":
		return failure.New(failure.Query, "jsonata: the expression is empty").
			Hintf("give one such as --jsonata 'name', or leave the flag out")
	case len(expression) > maxExpression:
		return failure.New(failure.Query, "jsonata: the expression has %d bytes, at most %d are allowed",
			len(expression), maxExpression)
	case !utf8.ValidString(expression):
		return failure.New(failure.Query, "jsonata: the expression is not valid UTF-8")
	}
	return nil
}
