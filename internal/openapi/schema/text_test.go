package schema

import (
	"strings"
	"testing"
)

func TestCheckWord(t *testing.T) {
	t.Parallel()
	tests := []struct{ schema, word, want string }{
		{`{"type":"string"}`, "007", ""},
		{`{"type":"string"}`, "", ""},
		{`{"type":"integer"}`, "7", ""},
		{`{"type":"integer"}`, "007", `$: must be integer, not "007"`},
		{`{"type":"integer"}`, " 7", `$: must be integer, not " 7"`},
		{`{"type":"integer","maximum":5}`, "12345678901234567890", "$: must be at most 5"},
		{`{"type":"number"}`, "x", `$: must be number, not "x"`},
		{`{"type":"boolean"}`, "true", ""},
		{`{"type":"boolean"}`, "True", `$: must be boolean, not "True"`},
		{`{"type":"string","enum":["1","2"]}`, "1", ""},
		{`{"type":"string","enum":["api","app"]}`, "bogus", `$: must be one of "api", "app"`},
		{`{"type":"integer","enum":[1,2]}`, "3", `$: must be one of 1, 2`},
		{`{"anyOf":[{"type":"integer"},{"enum":["all"]}]}`, "all", ""},
		{`{"anyOf":[{"type":"integer"},{"enum":["all"]}]}`, "5", ""},
		{`{"type":"string","pattern":"^a$"}`, "b", "$: must match the pattern ^a$"},
		{`{"type":"array","items":{"type":"integer"}}`, "[1,2]", ""},
		{`{"type":"object","required":["a"]}`, "{}", `$: "a" is required`},
		{`{}`, "anything", ""},
	}
	for _, tt := range tests {
		var lines []string
		for _, f := range CheckText(read(t, tt.schema), tt.word) {
			lines = append(lines, f.String())
		}
		if got := strings.Join(lines, "\n"); got != tt.want {
			t.Errorf("%q against %s: got %s, want %s", tt.word, tt.schema, got, tt.want)
		}
	}
	if faults := CheckText(nil, "x"); faults != nil {
		t.Errorf("no schema: %v", faults)
	}
}
