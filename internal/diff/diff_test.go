package diff_test

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/internal/diff"
	"github.com/epilot-cli/epilot/internal/jsonx"
)

func parse(t *testing.T, text string) *jsonx.Node {
	t.Helper()
	n, err := jsonx.ParseNode([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestCompare(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ a, b, want string }{
		"the same":                {`{"a":[1,{"b":"ä"}],"c":null}`, `{"c":null,"a":[{"b":"\u00e4"},1.0]}`, ""},
		"a value":                 {`{"a":{"b":1}}`, `{"a":{"b":"1"}}`, "- a.b: 1|+ a.b: \"1\""},
		"another kind":            {`[1]`, `{"a":1}`, "- document: [1]|+ document: {\"a\":1}"},
		"members":                 {`{"a":1,"b":2}`, `{"b":2,"c":3}`, "- a: 1|+ c: 3"},
		"null is not absence":     {`{"a":null}`, `{}`, "- a: null"},
		"by id":                   {`[{"id":1,"v":1},{"id":2,"v":2}]`, `[{"id":2,"v":3},{"id":1,"v":1}]`, "- [id=2].v: 2|+ [id=2].v: 3"},
		"by key, ids of another":  {`[{"id":1,"name":"x"}]`, `[{"id":7,"name":"x"}]`, "- [name=x].id: 1|+ [name=x].id: 7"},
		"removed and added":       {`[{"id":1},{"id":2},{"id":3}]`, `[{"id":2},{"id":4}]`, "- [id=3]: {\"id\":3}|- [id=1]: {\"id\":1}|+ [id=4]: {\"id\":4}"},
		"the same element twice":  {`["a","a","b"]`, `["b","a"]`, "- [1]: \"a\""},
		"no key":                  {`[{"x":1,"y":[1,2]},{"x":2}]`, `[{"x":2},{"y":[2,1],"x":3}]`, "- [0].x: 1|+ [0].x: 3"},
		"a key that is not alone": {`[{"id":1},{"id":1,"b":2}]`, `[{"b":2,"id":1},{"id":1}]`, ""},
		"numbers of 20 digits":    {`[12345678901234567890]`, `[12345678901234567891]`, "- [0]: 12345678901234567890|+ [0]: 12345678901234567891"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got strings.Builder
			a, b := parse(t, tt.a), parse(t, tt.b)
			if err := diff.Text(&got, diff.Compare(a, b)); err != nil {
				t.Fatal(err)
			}
			if shown := strings.ReplaceAll(strings.TrimSuffix(got.String(), "\n"), "\n", "|"); shown != tt.want {
				t.Errorf("got %s, want %s", shown, tt.want)
			}
			if left := diff.Compare(apply(t, a, diff.Patch(diff.Compare(a, b))), b); len(left) > 0 {
				t.Errorf("after the patch: %+v", left)
			}
		})
	}
}

// apply applies a JSON Patch of add, remove and replace.
func apply(t *testing.T, to *jsonx.Node, patch []byte) *jsonx.Node {
	t.Helper()
	var steps []struct {
		Op, Path string
		Value    json.RawMessage
	}
	if err := json.Unmarshal(patch, &steps); err != nil {
		t.Fatalf("%s: %v", patch, err)
	}
	root := &jsonx.Node{Kind: jsonx.Array, Items: []*jsonx.Node{to}}
	for _, step := range steps {
		holder, last := root, "0"
		if step.Path != "" {
			names := strings.Split(step.Path[1:], "/")
			holder = to
			for _, name := range names[:len(names)-1] {
				if i, err := strconv.Atoi(name); err == nil && holder.Kind == jsonx.Array {
					holder = holder.Items[i]
				} else {
					holder = holder.Member(name)
				}
			}
			last = names[len(names)-1]
		}
		change(t, holder, last, step.Op, string(step.Value))
		to = root.Items[0]
	}
	return to
}

func change(t *testing.T, holder *jsonx.Node, name, op, value string) {
	t.Helper()
	if holder.Kind == jsonx.Array {
		i, _ := strconv.Atoi(name)
		switch {
		case op == "add":
			holder.Items = append(holder.Items, parse(t, value))
		case op == "remove":
			holder.Items = append(holder.Items[:i], holder.Items[i+1:]...)
		default:
			holder.Items[i] = parse(t, value)
		}
		return
	}
	var kept []jsonx.NodeMember
	for _, m := range holder.Members {
		if m.Name != name {
			kept = append(kept, m)
		}
	}
	if op != "remove" {
		kept = append(kept, jsonx.NodeMember{Name: name, Value: parse(t, value)})
	}
	holder.Members = kept
}
