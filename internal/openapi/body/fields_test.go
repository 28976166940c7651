package body

import (
	"io"
	"io/fs"
	"reflect"
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/schema"
)

func typeOf(names ...string) *openapi.Schema { return &openapi.Schema{Types: names} }

func person() *openapi.Schema {
	return &openapi.Schema{Types: []string{"object"}, Properties: []openapi.Property{
		{Name: "name", Schema: typeOf("string")},
		{Name: "age", Schema: typeOf("integer")},
		{Name: "lifetime", Schema: &openapi.Schema{OneOf: []*openapi.Schema{typeOf("number"), typeOf("string")}}},
		{Name: "on", Schema: typeOf("boolean")},
		{Name: "gone", Schema: typeOf("integer", "null")},
		{Name: "tags", Schema: &openapi.Schema{Types: []string{"array"}, Items: typeOf("string")}},
		{Name: "sizes", Schema: &openapi.Schema{Types: []string{"array"}, Items: typeOf("integer")}},
		{Name: "level", Schema: &openapi.Schema{Enum: []string{"1", "2"}}},
		{Name: "byId", Schema: &openapi.Schema{Types: []string{"object"}, Additional: typeOf("string")}},
		{Name: "x.y", Schema: typeOf("string")},
		{Name: "data", Schema: &openapi.Schema{Types: []string{"string"}, Format: "byte"}},
	}}
}

func open(name string) (io.ReadCloser, error) {
	files := map[string]string{"a.txt": "text\n", "a.json": `{"n":1.10}`, "a.yaml": "k: v", "bytes": "\xff\x00"}
	if text, ok := files[name]; ok {
		return io.NopCloser(strings.NewReader(text)), nil
	}
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

func TestBuild(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, base, fields, want, err string }{
		{name: "text", fields: "name=3", want: `{"name":"3"}`},
		{name: "integer", fields: "age=3", want: `{"age":3}`},
		{name: "no integer", fields: "age=007", want: `{"age":"007"}`},
		{name: "long number", fields: "age=12345678901234567890", want: `{"age":12345678901234567890}`},
		{name: "first type of a union", fields: "lifetime=3600", want: `{"lifetime":3600}`},
		{name: "second type of a union", fields: "lifetime=1h", want: `{"lifetime":"1h"}`},
		{name: "boolean", fields: "on=true", want: `{"on":true}`},
		{name: "null", fields: "gone=null", want: `{"gone":null}`},
		{name: "enum of numbers", fields: "level=2", want: `{"level":2}`},
		{name: "unknown", fields: "other=3", want: `{"other":"3"}`},
		{name: "JSON", fields: "other:=1.10", want: `{"other":1.10}`},
		{name: "nested", fields: "a.b=x|a.c[d]=y", want: `{"a":{"b":"x","c":{"d":"y"}}}`},
		{name: "list", fields: "l[]=a|l[]=b", want: `{"l":["a","b"]}`},
		{name: "array of the schema", fields: "tags=a|tags=b", want: `{"tags":["a","b"]}`},
		{name: "typed elements", fields: "sizes[]=1|sizes=2", want: `{"sizes":[1,2]}`},
		{name: "array as JSON", fields: `tags=["a"]`, want: `{"tags":["a"]}`},
		{name: "objects in a list", fields: "l[].a=1|l[].b=2|l[].a=3", want: `{"l":[{"a":"1","b":"2"},{"a":"3"}]}`},
		{name: "deep in a list", fields: "l[].a.b=1|l[].a.c=2|l[].a.c=3", want: `{"l":[{"a":{"b":"1","c":"2"}},{"a":{"c":"3"}}]}`},
		{name: "lists in a list", fields: "l[][]=1|l[][]=2", want: `{"l":[["1"],["2"]]}`},
		{name: "array body", fields: "[]=a|[]=b", want: `["a","b"]`},
		{name: "escaped dot", fields: `a\.b=1`, want: `{"a.b":"1"}`},
		{name: "declared dot", fields: `x.y=1`, want: `{"x.y":"1"}`},
		{name: "equals sign", fields: "name=a=b", want: `{"name":"a=b"}`},
		{name: "empty", fields: "name=", want: `{"name":""}`},
		{name: "file", fields: "name=@a.txt", want: `{"name":"text\n"}`},
		{name: "encoded file", fields: "data=@bytes", want: `{"data":"/wA="}`},
		{name: "JSON file", fields: "a:=@a.json|b:=@a.yaml", want: `{"a":{"n":1.10},"b":{"k":"v"}}`},
		{name: "fields win", base: `{"name":"d","n":1.10,"a":{"x":1},"tags":["d"]}`, fields: "name=f|a.y=2|tags[]=f", want: `{"name":"f","n":1.10,"a":{"x":1,"y":"2"},"tags":["d","f"]}`},
		{name: "over a scalar", base: `{"a":1}`, fields: "a.b=2", err: "/a is a number, not an object"},
		{name: "over null", base: `{"a":null,"b":null}`, fields: "a.b=2|b[]=1", want: `{"a":{"b":"2"},"b":["1"]}`},
		{name: "list of the schema over the base", base: `{"tags":["d"]}`, fields: "tags=e|tags=f", want: `{"tags":["e","f"]}`},
		{name: "index", fields: "email[0].email=a@b.de", want: `{"email":[{"email":"a@b.de"}]}`},
		{name: "two fields of an element", fields: "l[0].a=1|l[0].b=2|l[1].a=3", want: `{"l":[{"a":"1","b":"2"},{"a":"3"}]}`},
		{name: "indices in any order", fields: "l[1]=b|l[2]=c|l[0]=a", want: `{"l":["a","b","c"]}`},
		{name: "index of the base", base: `{"l":[{"a":1,"b":2},{"a":3}]}`, fields: "l[1].a=4|l[0].b:=5|l[2].a=6", want: `{"l":[{"a":1,"b":5},{"a":"4"},{"a":"6"}]}`},
		{name: "index and next element", base: `{"l":["a"]}`, fields: "l[0]=b|l[]=c", want: `{"l":["b","c"]}`},
		{name: "new elements keep those of the base", base: `{"l":[{"a":1}]}`, fields: "l[].a=2|l[].b=3", want: `{"l":[{"a":1},{"a":"2","b":"3"}]}`},
		{name: "number at the top of an object", fields: "[0].a=1", want: `{"0":{"a":"1"}}`},
		{name: "index in a list of lists", fields: "m[0][0]=1|m[0][1]=2|m[1][0]=3", want: `{"m":[["1","2"],["3"]]}`},
		{name: "number as a member of an object", base: `{"a":{"1":"x"}}`, fields: "a[0]=y|a[1]=z", want: `{"a":{"1":"z","0":"y"}}`},
		{name: "number where the schema wants an object", fields: "byId[7]=x", want: `{"byId":{"7":"x"}}`},
		{name: "number that is not an index", fields: "a[07]=x", want: `{"a":{"07":"x"}}`},
		{name: "index with a type", fields: "sizes[0]=4", want: `{"sizes":[4]}`},
		{name: "gap", fields: "l[2]=a", err: "element 2 cannot be set: the array has 0 elements"},
		{name: "index far away", fields: "l[999999999]=a", err: "element 999999999 cannot be set"},
		{name: "index of text", base: `{"a":"x"}`, fields: "a[0]=b", err: "/a is a string, not an array"},
		{name: "index twice", fields: "l[0]=a|l[0]=b", err: "the value is given twice"},
		{name: "name in a list", base: `{"l":[1]}`, fields: "l[x]=a", err: "/l is an array, not an object"},
		{name: "member of a list", base: `{"l":[1]}`, fields: "l.0=a", err: "/l is an array, not an object"},
		{name: "twice", fields: "name=a|name=b", err: "-f name=b: the value is given twice"},
		{name: "below text", fields: "name=a|name.b=b", err: "/name is a string, not an object"},
		{name: "base of another shape", base: `{"a":1}`, fields: "[]=b", err: "the body is an object, not an array"},
		{name: "no form", fields: "name", err: "is not key=value"},
		{name: "no key", fields: "=x", err: "is not key=value"},
		{name: "bad path", fields: "a..b=x", err: "is not key=value"},
		{name: "open bracket", fields: "a[b=x", err: "is not key=value"},
		{name: "bad JSON", fields: "a:={", err: "-f a::1:2"},
		{name: "no file", fields: "a=@no", err: "-f a=@no: no such file"},
		{name: "no file name", fields: "a=@", err: "has no file name"},
		{name: "binary file", fields: "name=@bytes", err: "not text"},
		{name: "not UTF-8", fields: "a=\xff", err: "not valid UTF-8"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			in := fieldInput{Fields: strings.Split(tt.fields, "|"), Schema: person(), Open: open}
			if tt.base != "" {
				in.Base = []byte(tt.base)
			}
			got, err := buildFields(in)
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) || failure.Of(err).Kind != failure.Usage || failure.Of(err).Hint == "" {
					t.Fatalf("got %v, want %s", err, tt.err)
				}
				return
			}
			if err != nil || string(got.JSON()) != tt.want {
				t.Fatalf("got %s %v, want %s", got.JSON(), err, tt.want)
			}
		})
	}
}

func TestWord(t *testing.T) {
	t.Parallel()
	d, err := buildFields(fieldInput{Fields: []string{"l[].a/b=1", "age=x"}, Schema: person()})
	if err != nil {
		t.Fatal(err)
	}
	for pointer, want := range map[string]string{"/age": "-f age=x", "/l/0/a~1b": "-f l[].a/b=1", "/age/deeper": "-f age=x", "": "", "/other": ""} {
		if got := d.Field(pointer); got != want {
			t.Errorf("%s: %q, want %q", pointer, got, want)
		}
	}
}

func TestParts(t *testing.T) {
	t.Parallel()
	d, err := buildFields(fieldInput{Fields: []string{"name=ä", "age=3", "f=@bytes", "l[]=a", "l[]=@a.txt", "o.p=1", "gone=null"}, Schema: person(), Form: true})
	if err != nil {
		t.Fatal(err)
	}
	parts, ok := d.Parts(&openapi.Content{})
	want := []Part{
		{Name: "name", Text: "ä"},
		{Name: "age", Text: "3"},
		{Name: "f", File: "bytes", Field: "f=@bytes"},
		{Name: "l", Text: "a"},
		{Name: "l", File: "a.txt", Field: "l=@a.txt"},
		{Name: "o", Text: `{"p":"1"}`, MediaType: "application/json"},
	}
	if !ok || len(parts) != len(want) {
		t.Fatalf("got %+v", parts)
	}
	for i := range want {
		if parts[i] != want[i] {
			t.Errorf("got %+v, want %+v", parts[i], want[i])
		}
	}
}

func FuzzBuild(f *testing.F) {
	for _, word := range []string{"a.b=c", "l[]=x", "l[].a=1", "n:=3", "k=@a.txt", `a\.b=`, "[]=", "a[b][]c=", "tags=1", "a[0].b=1", "a[1]=2"} {
		f.Add(word, word, `{"a":[1,{"b":2}],"kept":{"c":1.50}}`)
	}
	f.Fuzz(func(t *testing.T, one, two, base string) {
		d, err := buildFields(fieldInput{Fields: []string{one, two}, Base: []byte(base), Schema: person(), Open: open})
		if err != nil {
			return
		}
		built, err := schema.Decode(d.JSON())
		if err != nil {
			t.Errorf("%q %q: %v in %s", one, two, err, d.JSON())
		}
		before, _ := schema.Decode([]byte(base))
		members, _ := before.(map[string]any)
		after, _ := built.(map[string]any)
		for name, value := range members {
			named := func(field string) bool { return strings.HasPrefix(field, name) || strings.Contains(field, `\`) }
			if !named(one) && !named(two) && !reflect.DeepEqual(value, after[name]) {
				t.Errorf("%q %q: %s lost %q: %s", one, two, base, name, d.JSON())
			}
		}
	})
}
