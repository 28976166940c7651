package query

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/internal/failure"
)

var engines = []string{"gnata", "blues"}

// byName are the engines of all tests: blues programs must share one engine.
var byName = map[string]Engine{"gnata": gnataEngine{}, "blues": newBlues()}

func compile(t testing.TB, engine, expression string) Program {
	t.Helper()
	program, err := byName[engine].Compile(expression)
	if err != nil {
		t.Fatalf("%s: compile %q: %v", engine, expression, err)
	}
	return program
}

func run(t testing.TB, engine, expression, input string) (Result, error) {
	t.Helper()
	return compile(t, engine, expression).Eval(t.Context(), []byte(input))
}

func TestNew(t *testing.T) {
	t.Parallel()
	if e, err := New(""); err != nil || e != (gnataEngine{}) {
		t.Errorf(`New("") = %v, %v; want gnata`, e, err)
	}
	_, err := New("jq")
	failed := failure.Of(err)
	if failed.Kind != failure.Usage || !strings.Contains(failed.Hint, "gnata") || !strings.Contains(failed.Hint, "blues") {
		t.Errorf("New(jq): %v, hint %q", err, failed.Hint)
	}
}

// TestPassing: values that pass through an expression are unchanged.
func TestPassing(t *testing.T) {
	t.Parallel()
	const input = `{"z":1,"a":[{"b":1.10,"id":12345678901234567890},{"id":"x","b":1e400}],"n":null,"ü":"<&>é\u2028"}`
	tests := []struct{ expression, want string }{
		{"$", strings.ReplaceAll(input, `\u2028`, "\u2028")},
		{"a[1]", `{"id":"x","b":1e400}`},
		{"a.b", `[1.10,1e400]`},
		{"a.id", `[12345678901234567890,"x"]`},
		{"ü", "\"<&>é\u2028\""},
		{"n", `null`},
		{`$merge([$, {"new": n}]).a[0]`, `{"b":1.10,"id":12345678901234567890}`},
		{`a.{"q": b, "p": id}`, `[{"q":1.10,"p":12345678901234567890},{"q":1e400,"p":"x"}]`},
		{"[]", `[]`},
		{"{}", `{}`},
		{"[$sum]", `[""]`},
	}
	for _, test := range tests {
		got, err := run(t, "gnata", test.expression, input)
		if err != nil || !got.Defined || string(got.JSON) != test.want {
			t.Errorf("%s = %s, %v; want %s", test.expression, got.JSON, err, test.want)
		}
	}
}

func TestInput(t *testing.T) {
	t.Parallel()
	tests := []struct{ input, want, message string }{
		{"", "", ""},
		{" \n", "", ""},
		{"\ufeff[1]", "[1]", ""},
		{`{"a":1,"a":2}`, `{"a":2}`, ""},
		{"<html>", "", "line 1, column 1"},
		{"{\"ü\": 1,\n \"ü\" 2}", "", "line 2, column 6"},
		{`{"a":`, "", "ended early"},
		{"1 2", "", "several JSON values"},
	}
	for _, engine := range engines {
		for _, test := range tests {
			got, err := run(t, engine, "$", test.input)
			if string(got.JSON) != test.want || got.Defined != (test.want != "") {
				t.Errorf("%s: %.20q gives %s", engine, test.input, got.JSON)
			}
			if test.message == "" && err == nil {
				continue
			}
			if test.message == "" || !is(err, failure.Network, test.message) {
				t.Errorf("%s: %.20q: error %v, want %q", engine, test.input, err, test.message)
			}
		}
	}
}

// TestDepth: JSON that is too deep for a query may still be valid.
func TestDepth(t *testing.T) {
	t.Parallel()
	for _, engine := range engines {
		if _, err := run(t, engine, "$", strings.Repeat("[", 1e6)); !is(err, failure.Network, "nested deeper than 10000 levels") {
			t.Errorf("%s: error %v", engine, err)
		}
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	tests := []struct {
		expression, want string
		ok               bool
	}{
		{`"a\"b\n" & $`, "a\"b\n5", true},
		{"$", "", false},
		{"nothing", "", false},
	}
	for _, test := range tests {
		result, err := run(t, "gnata", test.expression, "5")
		if err != nil {
			t.Error(err)
		}
		if got, ok := result.Text(); got != test.want || ok != test.ok {
			t.Errorf("%s: Text() = %q, %v", test.expression, got, ok)
		}
	}
}

// The second evaluation shows that the first has ended: blues runs one at a time.
func TestCancelled(t *testing.T) {
	t.Parallel()
	const forever = "[1..3000].$map([1..3000], function($x){ $sum([1..100]) })"
	for _, engine := range engines {
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		program := compile(t, engine, forever)
		go func() {
			_, err := program.Eval(ctx, []byte("{}"))
			done <- err
		}()
		cancel()
		if err := <-done; !is(err, failure.Interrupted, "interrupted") || !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", engine, err)
		}
		if result, err := run(t, engine, "1+1", "{}"); err != nil || string(result.JSON) != "2" {
			t.Errorf("%s afterwards: %s, %v", engine, result.JSON, err)
		}
	}
}

func TestDeadline(t *testing.T) {
	t.Parallel()
	for _, engine := range engines {
		ctx, cancel := context.WithTimeout(t.Context(), 0)
		_, err := compile(t, engine, "1").Eval(ctx, nil)
		cancel()
		if !is(err, failure.Query, "took too long") {
			t.Errorf("%s: %v", engine, err)
		}
	}
}

func TestPrograms(t *testing.T) {
	t.Parallel()
	for _, engine := range engines {
		program := compile(t, engine, `$map(a, function($x){ $x ~> $string() })`)
		results := make(chan string)
		for range 8 {
			go func() {
				result, err := program.Eval(t.Context(), []byte(`{"a":[1,2,3]}`))
				if err != nil {
					results <- err.Error()
					return
				}
				results <- string(result.JSON)
			}()
		}
		for range 8 {
			if got := <-results; got != `["1","2","3"]` {
				t.Errorf("%s: %s", engine, got)
			}
		}
	}
}

// is reports whether err has the kind, is one line and contains words.
func is(err error, kind failure.Kind, words string) bool {
	return err != nil && failure.Of(err).Kind == kind &&
		strings.Contains(err.Error(), words) && !strings.Contains(err.Error(), "\n")
}

// TestEvalRow: $row is the row of a response, with its own order and numbers, and
// works together with bounded functions; it is undefined without a row.
func TestEvalRow(t *testing.T) {
	t.Parallel()
	const row, input = `{"z":"old","a":2.0}`, `{"_id":"new","n":[1,2]}`
	for _, engine := range engines {
		for expression, want := range map[string]string{
			`{"old":$row.z,"new":_id}`:   `{"old":"old","new":"new"}`,
			`$row`:                       map[string]string{"gnata": row, "blues": `{"z":"old","a":2}`}[engine],
			`n.($ * $row.a)`:             `[2,4]`,
			`$pad($row.z, 5, "#") & _id`: `"old##new"`,
			`($row := 1; $row)`:          `1`,
		} {
			got, err := compile(t, engine, expression).EvalRow(t.Context(), []byte(row), []byte(input))
			if err != nil || string(got.JSON) != want {
				t.Errorf("%s: %s is %s, %v; want %s", engine, expression, got.JSON, err, want)
			}
		}
		if got, err := run(t, engine, "$row", input); err != nil || got.Defined {
			t.Errorf("%s: without a row $row is %s, %v", engine, got.JSON, err)
		}
	}
}
