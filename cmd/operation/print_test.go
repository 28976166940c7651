package operation

import "testing"

func TestJSValue(t *testing.T) {
	t.Parallel()
	tests := []struct{ text, want string }{
		{`"it's \"é\" \n\u2028"`, `'it\'s "é" \n` + "\u2028'"},
		{`12345678901234567890`, `12345678901234567890`},
		{`null`, `null`},
		{`[]`, `[]`},
		{`{}`, `{}`},
		{`["a",1.10,true]`, `['a', 1.10, true]`},
		{`{"a":1,"b-c":{"_d$":[{"x":1}]},"1e":2}`, "{\n  a: 1,\n  'b-c': {\n    _d$: [\n      {\n        x: 1\n      }\n    ]\n  },\n  '1e': 2\n}"},
		{`\`, `'\\'`},
		{`not JSON`, `'not JSON'`},
	}
	for _, tt := range tests {
		if got := jsValue([]byte(tt.text), ""); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.text, got, tt.want)
		}
	}
}

func TestCamel(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"access-token": "accessToken", "entity": "entity", "a-b-": "aB"} {
		if got := camel(name); got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
}
