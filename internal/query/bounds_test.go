package query

import (
	"context"
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/internal/budget"
	"github.com/epilot-cli/epilot/internal/failure"
)

// TestValuesAreBounded: a response whose values need much more memory than its text.
func TestValuesAreBounded(t *testing.T) {
	t.Parallel()
	ctx := budget.Into(t.Context(), budget.New(4<<20))
	for name, text := range map[string]string{
		"objects": "[" + strings.Repeat(`{},`, 500_000) + "1]",
		"members": `[{"a":1` + strings.Repeat(`,"a":1`, 500_000) + "}]",
		"arrays":  "[" + strings.Repeat(`[],`, 500_000) + "1]",
		"numbers": "[" + strings.Repeat(`1,`, 500_000) + "1]",
		"strings": "[" + strings.Repeat(`"",`, 500_000) + "1]",
	} {
		shape, err := newGnataShaper()
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := decode(ctx, []byte(text), shape); !is(err, failure.Network, "the response takes more memory") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func compileWith(t *testing.T, engine, expression string) Program {
	t.Helper()
	program, err := byName[engine].Compile(expression)
	if err != nil {
		t.Fatal(err)
	}
	return program
}

// TestExpressionsAreBounded: results of an expression are limited too.
func TestExpressionsAreBounded(t *testing.T) {
	ctx := budget.Into(t.Context(), budget.New(16<<20))
	for _, expression := range []string{
		`($s := function($x){ $length($x) > 100000000000 ? $x : $s($x & $x) }; $s("abcdefgh"))`,
		`($f := |$|{"a": $f([$,$])}|; $f({"x":1}))`,
		`($g := function($x){ $g([$x, $x, $x, $x]) }; $g([1..1000]))`,
	} {
		_, err := compileWith(t, "gnata", expression).Eval(ctx, []byte("{}"))
		if failure.ExitStatus(err) != 6 {
			t.Errorf("%s: %v", expression, err)
		}
	}
}

// TestSignatures: the blues parser loops forever on some signatures.
func TestSignatures(t *testing.T) {
	t.Parallel()
	for expression, want := range map[string]string{
		`function($x)<a !>{1}`:      "at column 16",
		`λ($x) < n"s >{1}`:          "invalid type signature",
		`function($x, $y)<n#:s>{1}`: "invalid type signature",
		`"function($x)<a !>{1}"`:    "",
		`/* function($x)<!> */ 1`:   "",
		`function($x)<a<n>:x>{$x}`:  "",
		`(a) < b ! c`:               "",
	} {
		_, err := bluesEngine{}.Compile(expression)
		if want != "" && !is(err, failure.Query, want) || want == "" && err != nil && strings.Contains(err.Error(), "signature") {
			t.Errorf("%s: %v", expression, err)
		}
	}
}

// TestCompileEnds: compilation ends with the time limit of the call.
func TestCompileEnds(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Compile(ctx, gnataEngine{}, "a"); failure.ExitStatus(err) != 130 {
		t.Errorf("%v", err)
	}
	program, err := Compile(t.Context(), gnataEngine{}, "a")
	if err != nil {
		t.Fatal(err)
	}
	if result, err := program.Eval(t.Context(), []byte(`{"a":1}`)); err != nil || string(result.JSON) != "1" {
		t.Errorf("%s, %v", result.JSON, err)
	}
}

// TestFunctionsThatAmplify: a single step that would exceed the limit, which polling
// the memory could not stop.
func TestFunctionsThatAmplify(t *testing.T) {
	t.Parallel()
	ctx := budget.Into(t.Context(), budget.New(4<<20))
	const doubled = `($f := function($s, $n){$n = 0 ? $s : $f($s & $s, $n - 1)}; $x := $f("a", 20); `
	for expression, engines := range map[string][]string{
		`$pad("x", 2000000000)`:                                                                    {"blues"},
		`t.$pad(-2000000000, "ab")`:                                                                {"blues"},
		doubled + `$length($f($x, 20)))`:                                                           {"blues"},
		doubled + `$length($replace($x, "a", $x)))`:                                                {"blues", "gnata"},
		doubled + `$length($x ~> $replace("a",$x)))`:                                               {"gnata"},
		doubled + `$length($join([$x,$x,$x,$x,$x])))`:                                              {"blues", "gnata"},
		doubled + `$count($split($x & $x, "")))`:                                                   {"blues", "gnata"},
		doubled + `$length($encodeUrlComponent($x)))`:                                              {"gnata"},
		doubled + `$length($base64encode($x & $x)))`:                                               {"gnata"},
		doubled + `$formatInteger(1, $x))`:                                                         {"gnata"},
		doubled + `[$x, $x, $x, $x, $x, $x])`:                                                      {"blues", "gnata"},
		`$count([1..1000000])`:                                                                     {"gnata"},
		`$map([2], function($n){[[-$n..$power(10, 6)]]})`:                                          {"gnata"},
		`$eval("$count([1..1000000])")`:                                                            {"gnata"},
		doubled + `$length($eval("$replace($x,'a',$x)")))`:                                         {"gnata"},
		`($f := function($x, $n){$n = 0 ? $x : $f([[$x], [$x]], $n - 1)}; $count($f([1], 40).**))`: {"blues"},
	} {
		for _, engine := range engines {
			_, err := compileWith(t, engine, expression).Eval(ctx, []byte(`{"t":"abc","u":"a1b"}`))
			if !is(err, failure.Query, "takes more memory than the limit") {
				t.Errorf("%s: %s: %v", engine, expression, err)
			}
		}
	}
}

// TestFunctionsThatAmplifyWork checks calls under the limit. Memory is measured per
// process, which other tests share.
func TestFunctionsThatAmplifyWork(t *testing.T) {
	t.Parallel()
	for expression, want := range map[string]string{
		`$count([1..3]) & $sum([1..t.($length($))])`:                `"36"`,
		`$eval("[$.t.($length($))..4]")`:                            `[3,4]`,
		`[2..1]`:                                                    `[]`,
		`$pad("x", -3, "ab") & "-" & $pad("x", 3)`:                  `"abx-x  "`,
		`t.$replace("b", "x")`:                                      `"axc"`,
		`$replace("abcb", /b/, "x", 1)`:                             `"axcb"`,
		`$replace("ab", /b/, function($m){$m.match & "!"})`:         `"ab!"`,
		`$join(["a","b"], ",") & $join("c")`:                        `"a,bc"`,
		`$split("a,b", ",")`:                                        `["a","b"]`,
		`u.$split(/[0-9]/)`:                                         `["a","b"]`,
		`$join($split("abc", ""), "-")`:                             `"a-b-c"`,
		`nothing & $join(nothing)`:                                  `""`,
		`$map(["a b","c d"], function($v){$replace($v, " ", "_")})`: `["a_b","c_d"]`,
	} {
		for _, engine := range []string{"blues", "gnata"} {
			if engine == "gnata" && (strings.HasPrefix(expression, "t.") || strings.HasPrefix(expression, "u.")) ||
				engine == "blues" && strings.Contains(expression, "$eval") {
				continue // gnata's first argument does not default to the context, blues has no $eval
			}
			if got, err := compileWith(t, engine, expression).Eval(t.Context(), []byte(`{"t":"abc","u":"a1b"}`)); err != nil || string(got.JSON) != want {
				t.Errorf("%s: %s: %s, %v", engine, expression, got.JSON, err)
			}
		}
	}
}

// TestSingletonLists: a single value is a list after [], also where it is no path.
func TestSingletonLists(t *testing.T) {
	t.Parallel()
	for expression, want := range map[string]string{
		`t[]`: `["abc"]`, `{"a": t[]}`: `{"a":["abc"]}`, `[t[]]`: `["abc"]`, `o.t[]`: `["x"]`, `o[].t`: `["x"]`,
		`$count(t[])`: `1`, `t[][0]`: `["abc"]`, `t & t[]`: `"abc[\"abc\"]"`, `list[]`: `[1,2]`, `no[] = 1`: `false`,
	} {
		for _, engine := range []string{"blues", "gnata"} {
			if got, err := compileWith(t, engine, expression).Eval(t.Context(), []byte(`{"t":"abc","o":{"t":"x"},"list":[1,2]}`)); err != nil || string(got.JSON) != want {
				t.Errorf("%s: %s: %s, %v, want %s", engine, expression, got.JSON, err, want)
			}
		}
	}
}
