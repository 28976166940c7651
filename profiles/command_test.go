package profiles

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/internal/failure"
)

func TestParseCommand(t *testing.T) {
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
		if got, err := parseCommand(line, false); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: got %q, %v", line, got, err)
		}
	}
}

func TestParseCommandRefuses(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"": "names no program", " ": "names no program", `""`: "names no program", `''  x`: "names no program",
		`[]`: "names no program", `[""]`: "names no program", "a \x00s3cret": "names no program",
		`a 's3cret`: "does not end", `a "s3cret\"`: "does not end",
		`a | s3cret`: "only a shell", `a; s3cret`: "only a shell", `a $s3cret`: "only a shell", "a `s3cret`": "only a shell",
		`a "$s3cret"`: "only a shell", `a > s3cret`: "only a shell", `~/s3cret`: "only a shell", `a *`: "only a shell",
		`a \`: "only a shell", `["a", 1]`: "not a JSON array", `[a s3cret`: "not a JSON array", `["a", null]`: "not a JSON array",
	} {
		got, err := parseCommand(line, false)
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

// TestParseCommandOfWindows: there a path has backslashes.
func TestParseCommandOfWindows(t *testing.T) {
	t.Parallel()
	for line, want := range map[string][]string{
		`C:\tools\ed.exe -w`:               {`C:\tools\ed.exe`, "-w"},
		`"C:\Program Files\ed.exe" --wait`: {`C:\Program Files\ed.exe`, "--wait"},
		`\\host\share\ed.exe`:              {`\\host\share\ed.exe`},
		`dir\`:                             {`dir\`},
	} {
		if got, err := parseCommand(line, true); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: got %q, %v", line, got, err)
		}
	}
}

func FuzzParseCommand(f *testing.F) {
	for _, seed := range []string{`a "b" 'c'`, `["a"]`, `\`, `'`, `a\ b`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, line string) {
		words, err := ParseCommand(line)
		if err != nil {
			return
		}
		again, err := ParseCommand(string(encode(words)))
		if err != nil || json.Valid([]byte(line)) && !slices.Equal(words, again) {
			t.Fatalf("%q: %q, then %q, %v", line, words, again, err)
		}
	})
}

func TestParseHeader(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]Header{
		"X-A: b":  {"X-A", "b"},
		"X-A:b:c": {"X-A", "b:c"},
		"X-A:":    {"X-A", ""},
		"X-A : b": {"X-A", "b"},
	} {
		if got, err := ParseHeader(line); err != nil || got != want {
			t.Errorf("%s: got %v, %v", line, got, err)
		}
	}
	for _, line := range []string{"s3cret", ": s3cret", "X A: s3cret", "X: s3cret\nY: z", "Ü: s3cret", "X: s3cret\xff"} {
		if _, err := ParseHeader(line); err == nil || failure.Of(err).Kind != failure.Usage || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%q: got %v", line, err)
		}
	}
}

func TestProfileForAnAPI(t *testing.T) {
	t.Parallel()
	p := &Profile{
		Name: "d", Server: "https://s", Token: "t", OrgID: "1", TokenCommand: []string{"c"},
		Headers: []Header{{"X-A", "1"}, {"X-B", "2"}},
		APIs: []API{
			{Name: "entity", Token: "e", Headers: []Header{{"x-b", "3"}, {"X-C", "4"}}},
			{Name: "file", TokenCommand: []string{"f"}},
			{Name: "user", Server: "https://u"},
		},
	}
	e := p.For("entity")
	if e.Token != "e" || e.TokenCommand != nil || e.OrgID != "" || e.TokenAPI != "entity" || e.Server != "https://s" {
		t.Errorf("entity: got %+v", e)
	}
	if want := []Header{{"X-A", "1"}, {"x-b", "3"}, {"X-C", "4"}}; !slices.Equal(e.Headers, want) {
		t.Errorf("entity: headers %v", e.Headers)
	}
	if f := p.For("file"); f.Token != "" || !slices.Equal(f.TokenCommand, []string{"f"}) || f.TokenAPI != "file" {
		t.Errorf("file: got %+v", f)
	}
	if u := p.For("user"); u.Token != "t" || u.Server != "https://u" || u.TokenAPI != "" || u.OrgID != "1" {
		t.Errorf("user: got %+v", u)
	}
	if p.Headers[1].Value != "2" || p.Token != "t" {
		t.Errorf("the profile itself changed: %+v", p)
	}
}
