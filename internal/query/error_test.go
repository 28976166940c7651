package query

import (
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/internal/failure"
)

// failing returns the error of compiling or, if that succeeds, of evaluating.
func failing(t *testing.T, engine, expression string) error {
	t.Helper()
	program, err := byName[engine].Compile(expression)
	if err != nil {
		return err
	}
	_, err = program.Eval(t.Context(), []byte(`{"a":[1,2],"b":"x"}`))
	return err
}

func TestErrors(t *testing.T) {
	t.Parallel()
	tests := []struct{ expression, gnata, blues string }{
		{"", "the expression is empty", "the expression is empty"},
		{" \n", "the expression is empty", "the expression is empty"},
		{"\xff", "not valid UTF-8", "not valid UTF-8"},
		{strings.Repeat("(", maxExpression+1), "at most 32768", "at most 32768"},
		{"$count(", `expected ")" at column 8: $count(`, "at column 8: $count("},
		{"$$$[", "unexpected end of expression at column 5: $$$[", "at column 5: $$$["},
		{"a ]", "unexpected token at column 3: a ]", "at column 3: a ]"},
		{`{"a" 1}`, `expected ":" at column 6: {"a" 1}`, `expected ":", got "1" at column 6`},
		{`(1; 2`, `expected ")"`, `expected ")" at column 6: (1; 2`},
		{"ü.ü := 1", "at column 5: ü.ü := 1", "at column 5: ü.ü := 1"},
		{`"abc`, `unterminated string literal at column 1: "abc`, "unterminated string literal"},
		{"a.\n b ! c", "", "line 2, column 4"},
		{"\"\\\n0", "invalid escape sequence", "unterminated string literal"},
		{`$summ(a)`, "unknown function $summ at column 1", "non-function $summ at column 1"},
		{`"$summ(" & $summ(a)`, "unknown function $summ at column 12", "at column 12"},
		{`sum(a)`, "sum is a field's name, the function is $sum at column 1: sum(a)", "non-function sum"},
		{`$uppercase(1)`, "argument 1 does not match function signature at column 1", "at column 1"},
		{`1 + b`, `the right operand of the "+" operator must evaluate to a number at column 3: 1 + b`, "at column 3: 1 + b"},
		{`$length(a)`, "$length: argument must be a string, got an array at column 1", `argument 1 of function "length"`},
		{`$error("boo")`, `boo: $error("boo")`, `boo: $error("boo")`},
		{`$sum`, "is a function, not data", "is a function, not data"},
		{`$eval("(")`, "$eval: invalid expression: unexpected end of expression at column 1", "non-function $eval at column 1"},
		{`[1..1e9]`, "at column 3: [1..1e9]", "too many items"},
	}
	for _, test := range tests {
		for engine, want := range map[string]string{"gnata": test.gnata, "blues": test.blues} {
			err := failing(t, engine, test.expression)
			if !is(err, failure.Query, want) || !strings.HasPrefix(err.Error(), "jsonata: ") {
				t.Errorf("%s: %.40q: %v, want %q", engine, test.expression, err, want)
			}
		}
	}
}

func TestErrorOfLongExpression(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a + ", 100)
	err := failing(t, "gnata", long+"] + "+long)
	message := err.Error()
	if !strings.Contains(message, "column 401: …") || !strings.Contains(message, "a + ] + a") {
		t.Error(message)
	}
	if len(message) > 200 || !strings.HasSuffix(message, "…") {
		t.Errorf("not cut short: %s", message)
	}
}

func TestHintNamesCode(t *testing.T) {
	t.Parallel()
	if hint := failure.Of(failing(t, "gnata", "a ]")).Hint; !strings.Contains(hint, "S0201") {
		t.Errorf("hint %q", hint)
	}
}

// TestRecursion: each of these would end the process without a guard.
func TestRecursion(t *testing.T) {
	t.Parallel()
	for _, expression := range []string{
		`($f := function($x){ $f($x) + 1 }; $f(1))`,
		`($t := | $t($) | {} |; $t({"a": 1}))`,
		`($g := $map(?, $g); $g([1]))`,
		`(function($f){ [$f($f)] })(function($f){ [$f($f)] })`,
		`($f := function($x){ $x ~> $g() }; $g := function($x){ [$f($x)] }; $f(1))`,
	} {
		for _, engine := range engines {
			if err := failing(t, engine, expression); !is(err, failure.Query, "") {
				t.Errorf("%s: %s: %v", engine, expression, err)
			}
		}
	}
}

func TestNesting(t *testing.T) {
	t.Parallel()
	const half = maxExpression / 2
	for _, expression := range []string{
		strings.Repeat("(", maxExpression),
		strings.Repeat("[", half) + strings.Repeat("]", half),
		strings.Repeat("-", maxExpression-1) + "1",
		strings.Repeat("function(){", half/12) + "1" + strings.Repeat("}", half/12),
		`$reduce([1..30000], function($a, $i){ {"a": $a} }, 1)`,
	} {
		for _, engine := range engines {
			err := failing(t, engine, expression)
			if err != nil && !is(err, failure.Query, "") {
				t.Errorf("%s: %.20s: %v", engine, expression, err)
			}
		}
	}
}
