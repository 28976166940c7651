package query

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/epilot-cli/epilot/internal/failure"
)

// FuzzQuery checks that a query ends in time, that its error has a kind and is one
// line, and that its result is one JSON value.
func FuzzQuery(f *testing.F) {
	for _, expression := range []string{
		"$", "a.b[0]", "$count($)", `{"a": b, "c": [1..3]}`, "a{b: $sum(c)}", "a^(>b, <c)", "$$$[", "a ~> $f()",
		"($f := function($x)<n:n>{ $f($x) }; $f(1))", `| a | {"b": 1}, "c" |`, "**[$ = 1]", "%.a", "a@$x.b#$i",
		"/[a-z]+/i", "a ? b : c", "$map([1, 2], ?)", "`a b`", `"\u00fc\ud83d\ude00"`, "-1e-7 * 1e300", "/* c */ 1",
	} {
		f.Add(expression, []byte(`{"a":[{"b":1.10,"c":null},{"b":"ü"}]}`))
		f.Add(expression, []byte(`[`))
	}
	f.Fuzz(func(t *testing.T, expression string, input []byte) {
		if strings.Contains(expression, "pad") || strings.Contains(expression, "eval") {
			t.Skip("may ask for all memory there is, see the package's comment")
		}
		for _, engine := range engines {
			fuzzOne(t, engine, expression, input)
		}
	})
}

func fuzzOne(t *testing.T, engine, expression string, input []byte) {
	t.Helper()
	program, err := byName[engine].Compile(expression)
	if err != nil {
		if !is(err, failure.Query, "jsonata: ") {
			t.Errorf("%s: compile: %#v", engine, err)
		}
		return
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	result, err := program.Eval(ctx, input)
	switch {
	case err != nil && !is(err, failure.Query, "jsonata: ") && !is(err, failure.Network, ""):
		t.Errorf("%s: %#v", engine, err)
	case err == nil && result.Defined && !jsontext.Value(result.JSON).IsValid():
		t.Errorf("%s: result is not JSON: %.200q", engine, result.JSON)
	}
}
