package diff_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
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
		"numbers as written":      {`[1,100,0,0.1]`, `[1.000000000000000000000,1e2,-0,1e-1]`, ""},
		"numbers too far":         {`[1e400]`, `[1e401]`, "- [0]: 1e400|+ [0]: 1e401"},
		"a number and its text":   {`[1]`, `["1"]`, "- [0]: 1|+ [0]: \"1\""},
		"names of a pointer":      {`{"a/b":{"c~d":1,"":2}}`, `{"a/b":{"c~d":3,"":4}}`, "- a/b.c~d: 1|+ a/b.c~d: 3|- a/b.: 2|+ a/b.: 4"},
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
			for i, name := range names {
				names[i] = strings.NewReplacer("~1", "/", "~0", "~").Replace(name)
			}
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

// TestPatchApplies checks that the patch turns random documents into the second one,
// apart from the order of members and elements.
func TestPatchApplies(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(17, 1))
	different := 0
	for range 3000 {
		first := anyDocument(random, 4)
		second := changed(random, first)
		a, b := parse(t, string(first.Append(nil))), parse(t, string(second.Append(nil)))
		patch := diff.Patch(diff.Compare(a, b))
		if string(patch) != "[]" {
			different++
		}
		if left := diff.Compare(apply(t, a, patch), b); len(left) > 0 {
			t.Fatalf("%s\n%s\n%s\nafter the patch: %+v", first.Append(nil), second.Append(nil), patch, left)
		}
	}
	if different < 1000 {
		t.Errorf("only %d documents differ", different)
	}
}

// anyDocument generates names that need escaping in a pointer, and some duplicate
// keys.
func anyDocument(random *rand.Rand, depth int) *jsonx.Node {
	scalars := []string{"1", "1.0", "2", "-0", `"a"`, `"\u0061"`, "null", "true", "12345678901234567890"}
	names := []string{"id", "key", "a/b", "c~d", "", "name", "0", "-"}
	n := &jsonx.Node{Kind: jsonx.Kind(random.IntN(3)), Text: scalars[random.IntN(len(scalars))]}
	if depth == 0 {
		n.Kind = jsonx.Scalar
	}
	switch n.Kind {
	case jsonx.Array:
		for range random.IntN(4) {
			n.Items = append(n.Items, anyDocument(random, depth-1))
		}
	case jsonx.ObjectNode:
		for _, i := range random.Perm(len(names))[:random.IntN(4)] {
			n.Members = append(n.Members, jsonx.NodeMember{Name: names[i], Value: anyDocument(random, depth-1)})
		}
	}
	return n
}

// changed returns a document with some values replaced, removed and reordered.
func changed(random *rand.Rand, n *jsonx.Node) *jsonx.Node {
	if random.IntN(12) == 0 {
		return anyDocument(random, 2)
	}
	made := &jsonx.Node{Kind: n.Kind, Text: n.Text}
	for _, item := range n.Items {
		if random.IntN(6) > 0 {
			made.Items = append(made.Items, changed(random, item))
		}
	}
	for _, m := range n.Members {
		if random.IntN(6) > 0 {
			made.Members = append(made.Members, jsonx.NodeMember{Name: m.Name, Value: changed(random, m.Value)})
		}
	}
	random.Shuffle(len(made.Items), func(i, j int) { made.Items[i], made.Items[j] = made.Items[j], made.Items[i] })
	return made
}

// TestCompareLarge checks that the time is not quadratic in the number of members or
// elements or in the depth; quadratic time takes a minute here.
func TestCompareLarge(t *testing.T) {
	t.Parallel()
	const n = 50_000
	list := func(format string) string {
		var text strings.Builder
		for i := range n {
			fmt.Fprintf(&text, ","+format, i)
		}
		return text.String()[1:]
	}
	for name, tt := range map[string]struct {
		a, b string
		want int
	}{
		"members":  {"{" + list(`"k%d":1`) + "}", "{" + list(`"k%d":1`) + `,"x":1}`, 1},
		"elements": {"[" + list(`{"x":%d}`) + "]", "[" + list(`{"x":"%d"}`) + "]", n},
		"depth":    {strings.Repeat("[", 9000) + "1" + strings.Repeat("]", 9000), strings.Repeat("[", 9000) + "2" + strings.Repeat("]", 9000), 2},
	} {
		if got := len(diff.Compare(parse(t, tt.a), parse(t, tt.b))); got != tt.want {
			t.Errorf("%s: %d changes, want %d", name, got, tt.want)
		}
	}
}
