package jsonx_test

import (
	"testing"

	"github.com/epilot-cli/epilot/internal/jsonx"
)

func TestObjectKeepsOrderAndText(t *testing.T) {
	t.Parallel()
	const text = `{"b": 1.0, "a":{"x" : [1e2]} ,"\u00e9":"é"}`
	object, ok := jsonx.ParseObject([]byte(text))
	if !ok {
		t.Fatalf("%s was not read", text)
	}
	for _, test := range []struct{ name, got, want string }{
		{"as read", string(object.Text()), `{"b":1.0,"a":{"x" : [1e2]},"\u00e9":"é"}`},
		{"replaced", string(object.With("b", []byte("2")).Text()), `{"b":2,"a":{"x" : [1e2]},"\u00e9":"é"}`},
		{"added", string(object.With("<c>", []byte("2")).Text()), `{"b":1.0,"a":{"x" : [1e2]},"\u00e9":"é","<c>":2}`},
		{"removed", string(object.Without("a").Text()), `{"b":1.0,"\u00e9":"é"}`},
		{"by the name that an escape stands for", string(object.Get("é")), `"é"`},
		{"missing", string(object.Get("z")), ""},
	} {
		if test.got != test.want {
			t.Errorf("%s: %s, want %s", test.name, test.got, test.want)
		}
	}
}

func TestObjectRefusesWhatIsNotOne(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "null", "[]", `{"a":1`, `{"a"}`, `{"a":}`, `{"a":1]`} {
		if object, ok := jsonx.ParseObject([]byte(text)); ok {
			t.Errorf("%q was read as %s", text, object.Text())
		}
	}
	if elements, ok := jsonx.ParseArray([]byte(`[1, "a" ,{}]`)); !ok || len(elements) != 3 || string(elements[1]) != `"a"` {
		t.Errorf("elements: %s", elements)
	}
	if _, ok := jsonx.ParseArray([]byte(`[1,`)); ok {
		t.Error("an array that does not end was read")
	}
}

func TestNodeKeepsOrderAndText(t *testing.T) {
	t.Parallel()
	n, err := jsonx.ParseNode([]byte(` {"b":[1.0,{"c":null}],"a":"\u00e9"} `))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(n.Append(nil)), `{"b":[1.0,{"c":null}],"a":"\u00e9"}`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got := n.Member("a").String(); got != "é" {
		t.Errorf("a is %q", got)
	}
	for _, text := range []string{"", "{", `{"a":1,"a":2}`, "1 2", "\"\xff\""} {
		if _, err := jsonx.ParseNode([]byte(text)); err == nil {
			t.Errorf("%q was read", text)
		}
	}
}

func TestQuote(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ text, want string }{
		{"", `""`}, {"<a&b>", `"<a&b>"`}, {"a\"\n", `"a\"\n"`}, {"a\xffb", "\"a\uFFFDb\""},
	} {
		if got := jsonx.Quote(test.text); got != test.want {
			t.Errorf("Quote(%q) is %s, want %s", test.text, got, test.want)
		}
	}
	encoded, err := jsonx.Encode(map[string]string{"a": "<b>"})
	if err != nil || string(encoded) != `{"a":"<b>"}` {
		t.Errorf("encoded %s, %v", encoded, err)
	}
}

func TestUnquote(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ text, want string }{
		{"", ""},
		{"1.0", "1.0"},
		{`"a\n\u00e9"`, "a\né"},
		{"\"a\xffb\"", "a\uFFFDb"},
		{`"\ud800"`, "\uFFFD"},
		{`"a`, `"a`},
		{`"a"b"`, `"a"b"`},
	} {
		if got := jsonx.Unquote(test.text); got != test.want {
			t.Errorf("Unquote(%q) is %q, want %q", test.text, got, test.want)
		}
	}
}

func TestUTF8(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, text, want string }{
		{"plain", `{"a":"ä"}`, `{"a":"ä"}`},
		{"empty", "", ""},
		{"one byte", "1", "1"},
		{"mark", "\xef\xbb\xbf{}", "{}"},
		{"UTF-16 little endian", "\xff\xfe{\x00\xe4\x00=\xd8\x00\xde}\x00", "{ä😀}"},
		{"UTF-16 big endian", "\xfe\xff\x00{\x00\xe4\xd8=\xde\x00\x00}", "{ä😀}"},
		{"UTF-16 without a mark", "{\x00}\x00", "{}"},
		{"UTF-16 big endian without a mark", "\x00{\x00}", "{}"},
		{"UTF-32", "\xff\xfe\x00\x00{\x00\x00\x00}\x00\x00\x00", "{}"},
		{"UTF-32 big endian without a mark", "\x00\x00\x00{\x00\x00\x00}", "{}"},
		{"half a character", "\xff\xfe{", ""},
		{"half a pair", "\xff\xfe=\xd8{\x00", ""},
	} {
		got, err := jsonx.UTF8([]byte(test.text))
		if string(got) != test.want || (err != nil) != (test.want == "" && test.text != "") {
			t.Errorf("%s: %q, %v; want %q", test.name, got, err, test.want)
		}
	}
}
