package profiles

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/epilot-cli/epilot/internal/failure"
)

// expectSpoiled checks that every read and write of the file returns an error with a
// line and a column, and that the file is left unchanged.
func expectSpoiled(t *testing.T, dir, content string) {
	t.Helper()
	for name, uses := range spoiledUses(t.Context()) {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, use := range uses {
			expectFault(t, use(Open(Options{Dir: dir, Lookup: lookup()})), name+": "+content)
		}
		if after, err := os.ReadFile(path); err != nil || string(after) != content {
			t.Errorf("%s: %q became %q, %v", name, content, after, err)
		}
	}
}

// spoiledUses returns the operations that read or write each of the files.
func spoiledUses(ctx context.Context) map[string][]func(*Store) error {
	return map[string][]func(*Store) error{
		"profiles.json": {
			func(s *Store) error { _, err := s.Resolve(""); return err },
			func(s *Store) error { return s.SetProfile(ctx, "new", func(*Profile) error { return nil }) },
			func(s *Store) error { return s.Update(ctx, func(d *Draft) error { return d.Delete("dev") }) },
			func(s *Store) error { return s.Set(ctx, "stage", "dev") },
		},
		"credentials.json": {
			func(s *Store) error { _, err := s.Credentials(); return err },
			func(s *Store) error { return s.RemoveCredentials(ctx) },
			func(s *Store) error {
				return s.SetCredentials(ctx, func(c *Credentials) error { c.Token = "new"; return nil })
			},
		},
		"config.json": {
			func(s *Store) error { _, err := s.Setting("color", ""); return err },
			func(s *Store) error { return s.Set(ctx, "color", "never") },
			func(s *Store) error { return s.Unset(ctx, "color") },
		},
	}
}

func expectFault(t *testing.T, err error, what string) {
	t.Helper()
	if err == nil {
		t.Errorf("%q was accepted", what)
		return
	}
	failed := failure.Of(err)
	if failed.Kind != failure.File || !place.MatchString(failed.Message) || failed.Hint == "" {
		t.Errorf("%q: got %s: %s (%s)", what, failed.Kind, failed.Message, failed.Hint)
	}
}

// place matches the position in an error.
var place = regexp.MustCompile(`\.json:[1-9]\d*:[1-9]\d*: `)

func TestEveryCut(t *testing.T) {
	t.Parallel()
	whole := strings.TrimSpace(sample)
	dir := t.TempDir()
	for i := range len(whole) {
		expectSpoiled(t, dir, whole[:i])
	}
}

func TestEverySpoiledByte(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for i := range len(sample) {
		expectSpoiled(t, dir, sample[:i]+[]string{"\x00", "\xff"}[i%2]+sample[i+1:])
	}
}

func TestSpoiledValues(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ content, message string }{
		"null":                 {`null`, ":1:1: expected an object"},
		"array":                {`[]`, ":1:1: expected an object"},
		"text":                 {"\n \"x\"", ":2:2: expected an object"},
		"two documents":        {"{}\n{}", ":2:1: invalid character '{' after top-level value"},
		"two byte order marks": {"\ufeff\ufeff{}", ":1:1: invalid character"},
		"half of UTF-16":       {"\xff\xfe{\x00}", "invalid UTF-16"},
		"lone surrogate":       {"\xff\xfe\"\x00\x00\xd8\"\x00", "invalid UTF-16"},
		"comment":              {"{\n // x\n}", ":2:2: invalid character '/'"},
		"trailing comma":       {`{"ä":1,}`, ":1:8: invalid character '}'"},
		"cut":                  {"{\n\"a\": tr", ":2:8: the file ends too early"},
		"active":               {`{"active": 1}`, ":1:12: expected a string"},
		"stage":                {`{"stage": ["dev"]}`, ":1:11: expected a string"},
		"profiles":             {`{"profiles": []}`, ":1:14: expected an object"},
		"profile":              {`{"profiles": {"a": "b"}}`, ":1:20: expected an object"},
		"null profile":         {`{"profiles": {"a": null}}`, ":1:20: expected an object"},
		"token":                {`{"profiles": {"a": {"token": 1}}}`, ":1:30: expected a string"},
		"expiry":               {`{"profiles": {"a": {"expires_at": "soon"}}}`, ":1:35: expected a time like"},
		"expiry number":        {`{"profiles": {"a": {"expires_at": 17}}}`, ":1:35: expected a string"},
		"headers":              {`{"profiles": {"a": {"headers": []}}}`, ":1:32: expected an object"},
		"header":               {`{"profiles": {"a": {"headers": {"K": 1}}}}`, ":1:38: expected a string"},
		"header name":          {`{"profiles": {"a": {"headers": {"K:": "s3cr3t"}}}}`, `:1:39: header "K:" cannot be sent`},
		"header value":         {`{"profiles": {"a": {"headers": {"K": "s3cr3t\r\nX: y"}}}}`, `:1:38: header "K" cannot be sent`},
		"twice":                {`{"profiles": {"a": {}, "a": {}}}`, `:1:29: duplicate key "a"`},
		"deep":                 {strings.Repeat("[", 1e5), "exceeded max depth"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := store(t, test.content, "").Resolve("")
			if err == nil || !strings.Contains(err.Error(), test.message) || failure.Of(err).Kind != failure.File {
				t.Errorf("got  %v\nwant %s", err, test.message)
			}
			if err != nil && strings.Contains(err.Error(), "s3cr3t") {
				t.Errorf("the value is shown: %v", err)
			}
		})
	}
}

func TestUnreadableFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "profiles.json"), 0o700); err != nil {
		t.Fatal(err)
	}
	_, err := Open(Options{Dir: dir, Lookup: lookup()}).Resolve("")
	if err == nil || failure.Of(err).Kind != failure.File {
		t.Errorf("a directory: got %v", err)
	}

	notDir := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(notDir, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = Open(Options{Dir: notDir, Lookup: lookup()}).Credentials()
	if err == nil || failure.Of(err).Kind != failure.File {
		t.Errorf("a file instead of the directory: got %v", err)
	}
}

func FuzzConfig(f *testing.F) {
	for _, seed := range []string{
		sample, `{}`, `{"profiles": {"a": {"headers": {"K": "v"}}}}`, `{"profiles":{"":{}}}`, `{"active":"\ud800"}`, "", "{", `{"a":1,"a":2}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		doc, err := parseDocument("profiles.json", content)
		c := &config{}
		if err == nil {
			c, err = parseConfig(doc)
		}
		if err != nil {
			if failure.Of(err).Kind != failure.File {
				t.Fatalf("got %v", err)
			}
			return
		}
		if !json.Valid(content) || !utf8.Valid(content) {
			t.Fatalf("%q was accepted", content)
		}
		for _, p := range c.profiles {
			if found := c.profile(p.Name); found == nil || found.Name != p.Name {
				t.Fatalf("profile %q cannot be found", p.Name)
			}
		}
	})
}
