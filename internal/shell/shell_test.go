package shell

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/internal/failure"
)

func TestCommand(t *testing.T) {
	t.Parallel()
	for line, want := range map[string][]string{
		`pass show epilot`:                     {"pass", "show", "epilot"},
		"  a\t b\nc ":                          {"a", "b", "c"},
		`op read 'op://x/y z'`:                 {"op", "read", "op://x/y z"},
		`a "b c" d"e"'f'`:                      {"a", "b c", "def"},
		`a "" ''`:                              {"a", "", ""},
		`a\ b \'`:                              {"a b", "'"},
		`"C:\dir\x.exe" "\"q\" \\ \$ \a"`:      {`C:\dir\x.exe`, `"q" \ $ \a`},
		`sh -c 'echo $T | head'`:               {"sh", "-c", "echo $T | head"},
		`x --user=a~b {} # %`:                  {"x", "--user=a~b", "{}", "#", "%"},
		`["a", "b c", ""]`:                     {"a", "b c", ""},
		`ünï "…"`:                              {"ünï", "…"},
		`gcloud auth print-token --format=a,b`: {"gcloud", "auth", "print-token", "--format=a,b"},
	} {
		if got, err := Command("it", line); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: got %q, %v", line, got, err)
		}
	}
}

func TestCommandRefuses(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"": "has no program", " ": "has no program", `""`: "has no program", `''  x`: "has no program",
		`[]`: "has no program", `[""]`: "has no program", "a \x00s3cret": "has no program",
		`a 's3cret`: "unclosed quote", `a "s3cret\"`: "unclosed quote",
		`a | s3cret`: "needs a shell", `a; s3cret`: "needs a shell", `a $s3cret`: "needs a shell", "a `s3cret`": "needs a shell",
		`a "$s3cret"`: "needs a shell", `a > s3cret`: "needs a shell", `~/s3cret`: "needs a shell", `a *`: "needs a shell",
		`a \`: "needs a shell", `["a", 1]`: "not a JSON array", `[a s3cret`: "not a JSON array", `["a", null]`: "not a JSON array",
	} {
		got, err := Command("it", line)
		if err == nil {
			t.Errorf("%s: got %q", line, got)
			continue
		}
		failed := failure.Of(err)
		if failed.Kind != failure.Usage || !strings.Contains(failed.Message, want) || failed.Hint == "" {
			t.Errorf("%s: got %s (%s)", line, failed.Message, failed.Hint)
		}
		if strings.Contains(failed.Message+failed.Hint, "s3cret") {
			t.Errorf("%s is shown: %v", line, failed)
		}
	}
}

// TestSplitWindows: paths contain backslashes on Windows.
func TestSplitWindows(t *testing.T) {
	t.Parallel()
	for line, want := range map[string][]string{
		`C:\tools\ed.exe -w`:               {`C:\tools\ed.exe`, "-w"},
		`"C:\Program Files\ed.exe" --wait`: {`C:\Program Files\ed.exe`, "--wait"},
		`\\host\share\ed.exe`:              {`\\host\share\ed.exe`},
		`dir\`:                             {`dir\`},
	} {
		if got, err := split("it", line, true); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: got %q, %v", line, got, err)
		}
	}
}

func FuzzCommand(f *testing.F) {
	for _, seed := range []string{`a "b" 'c'`, `["a"]`, `\`, `'`, `a\ b`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, line string) {
		words, err := Command("it", line)
		if err != nil {
			return
		}
		list, err := json.Marshal(words)
		if err != nil {
			t.Fatal(err)
		}
		again, err := Command("it", string(list))
		if err != nil || json.Valid([]byte(line)) && !slices.Equal(words, again) {
			t.Fatalf("%q: %q, then %q, %v", line, words, again, err)
		}
	})
}

func TestQuote(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"plain": "plain", "": "''", "a b": "'a b'", "it's": `'it'\''s'`, `{"a":1}`: `'{"a":1}'`, "$x": "'$x'", "~": "'~'",
	} {
		if got := Quote(text); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

func TestTemplate(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		line string
		want []string // nil if rejected
	}{
		{`entity searchEntities -d {"q":"$1"}`, []string{"entity", "searchEntities", "-d", `{"q":"$1"}`}},
		{`-d {"q":"a } b\" {","n":[1,{"m":2}]} -v`, []string{"-d", `{"q":"a } b\" {","n":[1,{"m":2}]}`, "-v"}},
		{`-d '{"q":"$1 it'\''s"}'`, []string{"-d", `{"q":"$1 it's"}`}},
		{`[1, 2] "$@" $1 a$2`, []string{"[1, 2]", "$@", "$1", "a$2"}},
		{`a\ b 'c d' ""`, []string{"a b", "c d", ""}},
		{`x{a}`, []string{"x{a}"}},
		{`{"a":1`, nil},
		{`a | b`, nil},
		{`a "b`, nil},
		{"a `b`", nil},
	} {
		got, err := Template("the command", row.line)
		if (err == nil) != (row.want != nil) || !slices.Equal(got, row.want) {
			t.Errorf("%s\n got %q, %v\nwant %q", row.line, got, err, row.want)
		}
	}
}
