package document

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/internal/failure"
)

func TestParse(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, want string }{
		{"-d", `{"b":1.10,"a":12345678901234567890}`, `{"b":1.10,"a":12345678901234567890}`},
		{"-d", " \n[1, 2]\n", `[1, 2]`},
		{"x.json", "\ufeff\"ä\"", `"ä"`},
		{"x.json", "1e400", "1e400"},
		{"x", `"text"`, `"text"`},
		{"x", `"a b": 1`, `{"a b":1}`},
		{"x.yaml", `{"a":"\ud83d\ude00"}`, `{"a":"\ud83d\ude00"}`},
		{"x.yml", "{a: 1}", `{"a":1}`},
		{"x.yaml", "\ufeffb: 1.10\na: 12345678901234567890", `{"b":1.10,"a":12345678901234567890}`},
		{"x.yaml", "- '007'\n- \"1\"\n- yes\n- True\n- ~\n- 1e3\n-", `["007","1","yes",true,null,1e3,null]`},
		{"x.yaml", "[0x1F, 0o17, 0b11, 1_000, +5, .5, 5., -.5, -0x10]", `[31,15,"0b11","1_000",5,0.5,5.0,-0.5,"-0x10"]`},
		{"x.yaml", "[007, 08.5, -0, 1e3, 1E-3, .5e1, 12e03, 0x, 0o8, 1.2.3, +-1, e5, ., 1e, Null, FALSE, on, y]", `[7,8.5,-0,1e3,1E-3,0.5e1,12e03,"0x","0o8","1.2.3","+-1","e5",".","1e",null,false,"on","y"]`},
		{"x.yaml", "%YAML 1.2\n---\na: 1\n---\n", `{"a":1}`},
		{"x.yaml", "# text\n%YAML 1.3\n---\n---\na: 1\n...\n---\n", `{"a":1}`},
		{"x.yaml", "--- \n", `null`},
		{"x.yaml", "\xff\xfea\x00:\x00 \x00\xe4\x00", `{"a":"ä"}`},
		{"-d", "{\x00}\x00", `{}`},
		{"x.yaml", "at: 2024-01-01T00:00:00Z\non: 2024-01-01", `{"at":"2024-01-01T00:00:00Z","on":"2024-01-01"}`},
		{"x.yaml", "1: a\ntrue: b\n1.5: c\n~: d\n007: e", `{"1":"a","true":"b","1.5":"c","null":"d","007":"e"}`},
		{"x.yaml", "a: &x {k: 1}\nb: *x", `{"a":{"k":1},"b":{"k":1}}`},
		{"x.yaml", "b: &b {x: 1, y: 2}\nc:\n  <<: *b\n  y: 3\n  z: 4", `{"b":{"x":1,"y":2},"c":{"x":1,"y":3,"z":4}}`},
		{"x.yaml", "a: &a {x: 1}\nb: &b {x: 2, y: 2}\nc: {<<: [*a, *b]}", `{"a":{"x":1},"b":{"x":2,"y":2},"c":{"x":1,"y":2}}`},
		{"x.yaml", "text: |\n  a\n  \"b\"\n", `{"text":"a\n\"b\"\n"}`},
		{"x.yaml", "a: !!str 5\nb: !!int '5'", `{"a":"5","b":5}`},
		{"x.yaml", "---\na: 1\n...\n", `{"a":1}`},
		{"x", "plain words", `"plain words"`},
	}
	for _, tt := range tests {
		d, err := Parse(tt.name, []byte(tt.text))
		if err != nil {
			t.Errorf("Parse(%q, %q): %v", tt.name, tt.text, err)
			continue
		}
		if string(d.JSON) != tt.want {
			t.Errorf("Parse(%q, %q) = %s, want %s", tt.name, tt.text, d.JSON, tt.want)
		}
	}
}

func TestParseErrors(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, want string }{
		{"b.json", "{\"a\":1\n  \"b\":2}", `b.json:2:3: expected ',' or '}' after the value, found '"'`},
		{"-d", `{"ä" 1}`, `-d:1:6: expected ':' after the name, found '1'`},
		{"-d", `{name:1}`, `-d:1:2: expected a name in double quotes or '}', found 'n'`},
		{"-d", `{"a":1,}`, `-d:1:8: expected a name in double quotes after ',', found '}'`},
		{"-d", `[1,]`, `-d:1:4: expected a value after ',', found ']'`},
		{"-d", `[,]`, `-d:1:2: expected a value or ']', found ','`},
		{"-d", `[1,,2]`, `-d:1:4: expected a value after ',', found ','`},
		{"-d", `[1}`, `-d:1:3: expected ',' or ']' after the value, found '}'`},
		{"-d", `{"a":`, `-d:1:6: expected a value after ':', found the end of the text`},
		{"-d", `{"a":True}`, `-d:1:6: expected a value after ':', found 'T'`},
		{"-d", `{"a":1`, `-d:1:7: expected ',' or '}' after the value, found the end of the text`},
		{"-d", `{"a":"x}`, `-d:1:6: expected '"' at the end of the string that begins here`},
		{"-d", "[\"a\nb\"]", `-d:1:4: expected '"' or \n: a string cannot contain a line break`},
		{"-d", `["\q"]`, `-d:1:3: expected one of " \ / b f n r t u after the backslash`},
		{"-d", `["\ud800"]`, `-d:1:3: expected four hexadecimal digits after \u, and \ud800 to \udfff only in pairs`},
		{"-d", "[\"\xff\"]", `-d:1:3: expected UTF-8 text`},
		{"-d", `[1.]`, `-d:1:4: expected a digit, found ']'`},
		{"-d", `{"a":1,"a":2}`, `-d:1:8: the member "a" appears twice in one object`},
		{"-d", `{} []`, `-d:1:4: expected the end of the text after the value, found '['`},
		{"b.json", "", `b.json:1:1: expected a value`},
		{"b.json", "a: 1", `b.json:1:1: expected a value`},
		{"-d", strings.Repeat("[", 20000), "the value is nested too deeply"},
		{"b.yaml", "a: 1\nb: 2\na: 3", `b.yaml:3:1: the member "a" appears twice in one mapping`},
		{"b.yaml", "a: 1\n---\nb: 2", `b.yaml:3:1: expected one document, found a second one`},
		{"b.yaml", "# nothing\n", `b.yaml:1:1: expected a JSON or YAML value, found nothing`},
		{"b.yaml", "a:\n  id: !!int x", `b.yaml:2:7: x is not a number that JSON can hold`},
		{"b.yaml", "\xff\xfea", `b.yaml: the text ends in the middle of a UTF-16 character`},
		{"b.yaml", "a: .inf", `b.yaml:1:4: .inf is not a number that JSON can hold`},
		{"b.yaml", "a: .NaN", `b.yaml:1:4: .NaN is not a number`},
		{"b.yaml", "a: !own {}", `b.yaml:1:4: the tag !own has no meaning in JSON`},
		{"b.yaml", "a: !!bool maybe", `b.yaml:1:4: expected true or false, found "maybe"`},
		{"b.yaml", "? [a]\n: 1", `expected a scalar as the name of a member`},
		{"b.yaml", "a: &a [*a]", `nested deeper than 1000 levels`},
		{"b.yaml", "<<: 1", `expected a mapping, or a list of mappings, to merge`},
		{"b.yaml", "ok: 1\nlist: [1,\nc: 2\n", `b.yaml:3:4: expected ',' or ']'`},
		{"b.yaml", "a: 1\n b: 2\nc: 3\n", `b.yaml:2:3: mapping values are not allowed`},
		{"b.yaml", "a: 1\nb:\n\t- x\n", `b.yaml:3:1: found character that cannot start any token`},
		{"b.yaml", "a: ok\nb: 'x\nc: 2", `b.yaml:2:4: found unexpected end of stream`},
		{"b.yaml", "a: 1\nb: *no\nc: 1", `b.yaml:2:4: unknown anchor 'no'`},
		{"b.yaml", "a: 1\nb:\n  c: 1\n d: 2\ne: 1", `b.yaml:4:`},
	}
	for _, tt := range tests {
		_, err := Parse(tt.name, []byte(tt.text))
		if tt.name == "-d" {
			_, err = ParseJSON(tt.name, []byte(tt.text))
		}
		if err == nil {
			t.Errorf("%q: no error, want %s", tt.text, tt.want)
			continue
		}
		if !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q:\n got %s\nwant %s", tt.text, err, tt.want)
		}
		if failure.Of(err).Kind != failure.Usage || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: not one line of kind usage: %q", tt.text, err)
		}
	}
}

func TestParseLenient(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, text, want, pointer, where string }{
		{"x.json", `{"a":1, "b":2, "a":{"c":3}}`, `{"a":1, "b":2, "a":{"c":3}}`, "/b", "x.json:1:13"},
		{"x.json", "[\"\xff\"]", "[\"\xff\"]", "/0", "x.json:1:2"},
		{"x.yaml", "a: 1\nb: 2\na: {c: 3}", `{"b":2,"a":{"c":3}}`, "/a/c", "x.yaml:3:8"},
		{"x.yaml", "a: !Ref x\nb: !own {c: !!set {d: }}\ne: .inf\nf: -.INF\ng: !!int x", `{"a":"x","b":{"c":{"d":null}},"e":".inf","f":"-.INF","g":"x"}`, "/b/c", "x.yaml:2:13"},
	} {
		d, err := ParseLenient(test.name, []byte(test.text))
		if err != nil || string(d.JSON) != test.want || d.Where(test.pointer) != test.where {
			t.Errorf("%q: %v, %v", test.text, d, err)
		}
		if _, err := Parse(test.name, []byte(test.text)); err == nil {
			t.Errorf("%q is strict", test.text)
		}
	}
}

func TestExpansionIsBounded(t *testing.T) {
	t.Parallel()
	laughs := "a0: &a0 [lol, lol]\n"
	merges := "m0: &m0 {k0: 1}\n"
	for i := 1; i < 60; i++ {
		n, before := string(rune('0'+i)), string(rune('0'+i-1))
		laughs += "'a" + n + "': &a" + n + " [*a" + before + ", *a" + before + "]\n"
		merges += "'m" + n + "': &m" + n + " {<<: [*m" + before + ", *m" + before + "]}\n"
		if i == 9 {
			break
		}
	}
	last := "x: [" + strings.Repeat("*a9, ", 3000) + "]\n"
	for _, text := range []string{laughs + last, merges + "y: {<<: [" + strings.Repeat("*m9, ", 9000) + "]}\n"} {
		if _, err := Parse("x.yaml", []byte(text)); err == nil || !strings.Contains(err.Error(), "expand too far") {
			t.Errorf("no limit: %v", err)
		}
	}
}

func TestWhere(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, pointer, want string }{
		{"-d", `{"a":1}`, "", "-d:1:1"},
		{"-d", `{"a":1, "b" : [ true, {"ä":"ö","x~/y":2}]}`, "/b/1/x~0~1y", "-d:1:39"},
		{"-d", "\n {\"a\":[1,\n 2]}", "/a/1", "-d:3:2"},
		{"-d", `{"a":{"b":1}}`, "/a/c", "-d:1:6"},
		{"-d", `{"a":{"b":1}}`, "/a/b/c/d", "-d:1:11"},
		{"-d", `[1]`, "/7", "-d:1:1"},
		{"b.yaml", "a:\n  - 1\n  - b: x\n", "/a/1/b", "b.yaml:3:8"},
		{"b.yaml", "a:\n  - 1\n", "/a/1/b", "b.yaml:2:3"},
		{"b.yaml", "d: &d {x: 1}\ne:\n  <<: *d\n  y: 2\n", "/e/x", "b.yaml:1:11"},
	}
	for _, tt := range tests {
		d, err := Parse(tt.name, []byte(tt.text))
		if err != nil {
			t.Fatal(err)
		}
		if got := d.Where(tt.pointer); got != tt.want {
			t.Errorf("%q at %q: %s, want %s", tt.text, tt.pointer, got, tt.want)
		}
	}
}

func TestHint(t *testing.T) {
	t.Parallel()
	_, err := ParseJSON("-d", []byte("{'a':1}"))
	var failed *failure.Error
	if !errors.As(err, &failed) || !strings.Contains(failed.Hint, "double quotes") {
		t.Errorf("hint of %v", err)
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{`{"a":[1,"x"]}`, "a: &x [1]\nb: *x\n<<: {c: 1}", "- 0x1F\n- .5", `"\u00e4"`, "a: 'x", "{'a", "1:\n\t2"} {
		f.Add("b.yaml", []byte(seed))
		f.Add("-d", []byte(seed))
	}
	f.Fuzz(func(t *testing.T, name string, text []byte) {
		d, err := Parse(name, text)
		if err != nil {
			if failure.Of(err).Message != err.Error() || err.Error() == "" {
				t.Fatalf("not a failure: %v", err)
			}
			return
		}
		if !json.Valid(d.JSON) {
			t.Fatalf("%q became %q", text, d.JSON)
		}
		if line, column := d.At("/a/0/b"); line < 1 || column < 1 {
			t.Fatalf("%d:%d in %q", line, column, text)
		}
	})
}
