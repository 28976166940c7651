package query

import "testing"

// TestOrder: both engines return the same order of members.
func TestOrder(t *testing.T) {
	t.Parallel()
	const input = `{"z":1,"y":{"q":1,"p":2},"x":[{"k":"c","a":1},{"a":2,"k":"b"}],"w":null}`
	tests := []struct{ expression, want string }{
		{"$", input},
		{"x", `[{"k":"c","a":1},{"a":2,"k":"b"}]`},
		{`{"b": z, "a": 2, "c": 3}`, `{"b":1,"a":2,"c":3}`},
		{`{"z2": 1, "y": y, "b": {"n": 1, "m": 2}}`, `{"z2":1,"y":{"q":1,"p":2},"b":{"n":1,"m":2}}`},
		{`{"b": 1, "none": missing, "a": 2}`, `{"b":1,"a":2}`},
		{`$merge([y, {"new": 1, "also": 2}])`, `{"q":1,"p":2,"new":1,"also":2}`},
		{`$sift($, function($v, $k){ $k != "y" })`, `{"z":1,"x":[{"k":"c","a":1},{"a":2,"k":"b"}],"w":null}`},
		{`x{k: a}`, `{"c":1,"b":2}`},
		{`x.{k: a, "t": 1}`, `[{"c":1,"t":1},{"b":2,"t":1}]`},
		{`y ~> | $ | {"p": 5, "new": 1} |`, `{"q":1,"p":5,"new":1}`},
	}
	for _, engine := range engines {
		for _, test := range tests {
			got, err := run(t, engine, test.expression, input)
			if err != nil || string(got.JSON) != test.want {
				t.Errorf("%s: %s = %s, %v; want %s", engine, test.expression, got.JSON, err, test.want)
			}
		}
	}
}

func TestBluesNumbers(t *testing.T) {
	t.Parallel()
	const input = `{"a":9007199254740993,"b":18446744073709551615,"c":-9223372036854775808,"d":1.5,"e":2}`
	tests := []struct{ expression, want string }{
		{"$", input},
		{"[a, b]", `[9007199254740993,18446744073709551615]`},
		{"$max([d, e])", "2"},
		{"a > e", "true"},
		{"a - a", "0"},
		{"$type(b)", `"number"`},
	}
	for _, test := range tests {
		got, err := run(t, "blues", test.expression, input)
		if err != nil || string(got.JSON) != test.want {
			t.Errorf("%s = %s, %v; want %s", test.expression, got.JSON, err, test.want)
		}
	}
}
