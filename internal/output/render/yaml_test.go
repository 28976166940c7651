package render_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/epilot-cli/epilot/internal/output/render"
	"github.com/epilot-cli/epilot/internal/term"
)

// FuzzYAML parses the output with another library.
func FuzzYAML(f *testing.F) {
	for _, seed := range []string{
		`{"a":[1,{"b":"x\ny\n","c":" z"}],"":null,"no":"~"}`, `[[[]],{},"- a","a: b","#","\u0085","` + "\u2028" + `"]`,
		`["a\n\n b\nc","\ta\n","a \nb","|","--- ","...","a\n---\nb","0x1","1_0","1:30","=","<<","é","\ud83d\ude00","` + "\U000e0001" + `"]`,
		`{"` + strings.Repeat("k", 2000) + `":[{"a":1}]}`, `"top\nlevel"`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := write(t, text, render.Layout{Format: render.YAML})
		var want, is any
		if err != nil || json.Unmarshal([]byte(text), &want) != nil {
			return
		}
		if term.Safe(got) != got {
			t.Fatalf("%q becomes %q", text, got)
		}
		if err := yaml.Unmarshal([]byte(got), &is); err != nil {
			if strings.Contains(err.Error(), "already defined") || strings.Contains(err.Error(), "depth") {
				return // duplicate names, or a limit of that library
			}
			t.Fatalf("%q becomes %q: %v", text, got, err)
		}
		if is = withoutNumbers(is); !reflect.DeepEqual(withoutNumbers(want), is) {
			t.Fatalf("%q becomes %q, which is %#v", text, got, is)
		}
	})
}

// withoutNumbers replaces all numbers by one: each library has its own number types.
func withoutNumbers(value any) any {
	switch value := value.(type) {
	case map[string]any:
		for name, inner := range value {
			value[name] = withoutNumbers(inner)
		}
	case []any:
		for i, inner := range value {
			value[i] = withoutNumbers(inner)
		}
	case int, int64, uint64, float64:
		return 0
	}
	return value
}
