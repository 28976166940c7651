package profiles

import (
	"context"
	"encoding/binary"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/epilot-cli/epilot/internal/failure"
)

// foreign is a file as other programs may write it.
const foreign = `{"later": {"n": 1.10, "big": 12345678901234567890}, "active": "a",
  "profiles": {"z": {"x": [1e2, "\u00e9<"], "token": "z-token", "name": "z"}, "a": {"server": null, "name": "a", "headers": {"K": "v"}}, "lone\ud800": {"y": 1}}, "end": null}`

// after returns profiles.json after a change to content.
func after(t *testing.T, content string, change func(*Draft) error) string {
	t.Helper()
	s := store(t, content, "")
	if err := s.Update(t.Context(), change); err != nil {
		t.Fatal(err)
	}
	return read(t, s.Path())
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestUpdate(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		content string
		change  func(*Draft) error
		want    string
	}{
		"what is not known stays, with its order and its spelling": {foreign, func(d *Draft) error {
			d.Profile("a").Server = "https://x"
			return nil
		}, `{
  "later": {
    "n": 1.10,
    "big": 12345678901234567890
  },
  "active": "a",
  "profiles": {
    "z": {
      "x": [
        1e2,
        "\u00e9<"
      ],
      "token": "z-token",
      "name": "z"
    },
    "a": {
      "server": "https://x",
      "name": "a",
      "headers": {
        "K": "v"
      }
    },
    "lone\ud800": {
      "y": 1
    }
  },
  "end": null
}
`},
		"no change writes nothing": {foreign, func(*Draft) error { return nil }, foreign},
		"the first profile": {"", func(d *Draft) error {
			p, err := d.Create("dev")
			if err == nil {
				p.Token, p.Headers = "t", []Header{{"X-A", "<ü>"}}
			}
			return err
		}, `{
  "profiles": {
    "dev": {
      "name": "dev",
      "token": "t",
      "headers": {
        "X-A": "<ü>"
      }
    }
  }
}
`},
		"all members": {`{"profiles":{"d":{}}}`, func(d *Draft) error {
			p := d.Profile("d")
			p.OrgID, p.UserID, p.Stage, p.Keyring = "1", "2", "dev", true
			p.ExpiresAt = time.Date(2026, 1, 2, 3, 4, 5, 6e6, time.FixedZone("", 3600))
			p.TokenCommand = []string{"pass", "a b"}
			*p.API("entity") = API{Name: "entity", Server: "https://e", Token: "e", TokenCommand: []string{"x"}, Headers: []Header{{"A", "b"}}}
			d.Stage = "staging"
			return d.Use("d")
		}, `{
  "profiles": {
    "d": {
      "org_id": "1",
      "user_id": "2",
      "expires_at": "2026-01-02T02:04:05.006Z",
      "stage": "dev",
      "credential_store": "keyring",
      "token_command": [
        "pass",
        "a b"
      ],
      "apis": {
        "entity": {
          "server": "https://e",
          "token": "e",
          "token_command": [
            "x"
          ],
          "headers": {
            "A": "b"
          }
        }
      }
    }
  },
  "active": "d",
  "stage": "staging"
}
`},
		"members go": {`{"active":"d","stage":"dev","profiles":{"d":{"token":"t","u":1,"apis":{"x":{"token":"t"},"y":{"server":"s","u":2}}}}}`, func(d *Draft) error {
			p := d.Profile("d")
			p.ForgetToken()
			p.API("x").Token = ""
			p.API("y").Server = "r"
			p.DropEmptyAPIs()
			d.Active, d.Stage = "", ""
			return nil
		}, "{\n  \"profiles\": {\n    \"d\": {\n      \"u\": 1,\n      \"apis\": {\n        \"y\": {\n          \"server\": \"r\",\n          \"u\": 2\n        }\n      }\n    }\n  }\n}\n"},
		"rename": {
			`{"active":"b","profiles":{"a":{},"b":{"name":"b","u":1},"c":{}}}`, func(d *Draft) error { return d.Rename("b", "ß \"q\"") },
			"{\n  \"active\": \"ß \\\"q\\\"\",\n  \"profiles\": {\n    \"a\": {},\n    \"ß \\\"q\\\"\": {\n      \"name\": \"ß \\\"q\\\"\",\n      \"u\": 1\n    },\n    \"c\": {}\n  }\n}\n",
		},
		"delete": {
			`{"active":"b","profiles":{"a":{},"b":{}}}`, func(d *Draft) error { return d.Delete("b") },
			"{\n  \"profiles\": {\n    \"a\": {}\n  }\n}\n",
		},
		"delete and create": {`{"profiles":{"a":{"token":"t","u":1}}}`, func(d *Draft) error {
			_, err := d.Create("b")
			return errors.Join(d.Delete("a"), err)
		}, "{\n  \"profiles\": {\n    \"b\": {\n      \"name\": \"b\"\n    }\n  }\n}\n"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if test.content == "" {
				test.content = `{"profiles":{}}`
			}
			if got := after(t, test.content, test.change); got != test.want {
				t.Errorf("got\n%s\nwant\n%s", got, test.want)
			}
		})
	}
}

func TestUpdateRefuses(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		change func(*Draft) error
		want   string
	}{
		"taken":        {func(d *Draft) error { _, err := d.Create("a"); return err }, "already exists"},
		"rename taken": {func(d *Draft) error { return d.Rename("z", "a") }, "already exists"},
		"empty":        {func(d *Draft) error { _, err := d.Create(""); return err }, "cannot be the name"},
		"control":      {func(d *Draft) error { _, err := d.Create("a\x1b[2J"); return err }, "cannot be the name"},
		"bidi":         {func(d *Draft) error { _, err := d.Create("a\u202eb"); return err }, "cannot be the name"},
		"space":        {func(d *Draft) error { _, err := d.Create("a "); return err }, "cannot be the name"},
		"no UTF-8":     {func(d *Draft) error { _, err := d.Create("a\xff"); return err }, "cannot be the name"},
		"delete":       {func(d *Draft) error { return d.Delete("gone") }, `profile "gone" does not exist`},
		"rename":       {func(d *Draft) error { return d.Rename("gone", "b") }, `profile "gone" does not exist`},
		"use":          {func(d *Draft) error { return d.Use("gone") }, `profile "gone" does not exist`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := store(t, foreign, "")
			err := s.Update(t.Context(), func(d *Draft) error {
				d.Stage = "dev" // must not be written either
				return test.change(d)
			})
			if err == nil || !strings.Contains(err.Error(), test.want) || failure.Of(err).Kind != failure.Usage {
				t.Errorf("got %v, want %s", err, test.want)
			}
			if got := read(t, s.Path()); got != foreign {
				t.Errorf("the file became %s", got)
			}
		})
	}
}

func TestStoreSeesItsOwnWrites(t *testing.T) {
	t.Parallel()
	s := store(t, foreign, "")
	if _, err := s.Profile("new"); err == nil {
		t.Error("the profile is there already")
	}
	err := s.SetProfile(t.Context(), "new", func(p *Profile) error {
		p.Token = "t"
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if p, err := s.Profile("new"); err != nil || p.Token != "t" {
		t.Errorf("got %v, %v", p, err)
	}
	if err := s.Set(t.Context(), "color", "never"); err != nil {
		t.Fatal(err)
	}
	if v, err := s.Setting("color", ""); err != nil || v.Text != "never" || v.Source != FromFile {
		t.Errorf("got %v, %v", v, err)
	}
}

func TestSetCredentials(t *testing.T) {
	t.Parallel()
	s := store(t, "", `{"u":1,"token":"old","org_id":"7"}`)
	path := filepath.Join(filepath.Dir(s.Path()), "credentials.json")
	err := s.SetCredentials(t.Context(), func(c *Credentials) error {
		c.Token, c.Keyring = "", true
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := read(t, path), "{\n  \"u\": 1,\n  \"org_id\": \"7\",\n  \"credential_store\": \"keyring\"\n}\n"; got != want {
		t.Errorf("got %s want %s", got, want)
	}
	if err := s.RemoveCredentials(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, want := read(t, path), "{\n  \"u\": 1\n}\n"; got != want {
		t.Errorf("got %s want %s", got, want)
	}

	s = store(t, "", `{"token":"old"}`)
	if err := errors.Join(s.RemoveCredentials(t.Context()), s.RemoveCredentials(t.Context())); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(s.dir, "credentials.json")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the file is still there: %v", err)
	}
	if c, err := s.Credentials(); c != nil || err != nil {
		t.Errorf("got %v, %v", c, err)
	}
}

func TestWriteWithoutDirectory(t *testing.T) {
	t.Parallel()
	s := Open(Options{Lookup: lookup()})
	err := s.Update(t.Context(), func(*Draft) error { return nil })
	if failure.Of(err).Kind != failure.File {
		t.Errorf("got %v", err)
	}
}

func TestUpdateEndsWithItsContext(t *testing.T) {
	t.Parallel()
	s := store(t, foreign, "")
	inside, release := make(chan struct{}), make(chan struct{})
	done := make(chan error, 1)
	go func() {
		done <- s.Update(context.Background(), func(*Draft) error {
			close(inside)
			<-release
			return nil
		})
	}()
	<-inside
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	other := Open(Options{Dir: s.dir, Lookup: lookup()})
	if err := other.Set(ctx, "stage", "dev"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	close(release)
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// FuzzUpdate changes a profile and reverts it: the file must contain the same data
// as before.
func FuzzUpdate(f *testing.F) {
	for _, seed := range []string{sample, foreign, `{}`, `{"profiles":{"":{}}}`, `{"profiles":{"a":{"apis":{"":{}}}}}`, `{"profiles":null,"x":-0}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		doc, err := parseDocument("profiles.json", content)
		if err != nil {
			return
		}
		first, err := newDraft(doc)
		if err != nil {
			return
		}
		plain := string(first.text())
		second, err := newDraft(&document{text: []byte(plain)})
		if err != nil {
			t.Fatalf("%s became %s: %v", content, plain, err)
		}
		p, err := second.Create("\u2603 new")
		if err != nil {
			return
		}
		p.SetHeader(Header{"A", "b"})
		p.API("x").Token = "t"
		third, err := newDraft(&document{text: second.text()})
		if err != nil {
			t.Fatal(err)
		}
		if err := third.Delete(p.Name); err != nil {
			t.Fatal(err)
		}
		if got := string(third.text()); got != plain && plain != "{}" {
			t.Fatalf("got  %s\nwant %s", got, plain)
		}
	})
}

// TestByteOrderMarks: files written by Windows editors and PowerShell are read, and
// written back in UTF-8.
func TestByteOrderMarks(t *testing.T) {
	t.Parallel()
	const text = `{"active":"dév","profiles":{"dév":{"name":"dév","server":"https://a.example"}}}`
	utf16 := func(mark string, order binary.AppendByteOrder) string {
		out := []byte(mark)
		for _, unit := range utf16.Encode([]rune(text)) {
			out = order.AppendUint16(out, unit)
		}
		return string(out)
	}
	for name, content := range map[string]string{
		"UTF-8": "\xef\xbb\xbf" + text, "UTF-16LE": utf16("\xff\xfe", binary.LittleEndian), "UTF-16BE": utf16("\xfe\xff", binary.BigEndian),
	} {
		s := store(t, content, "")
		if p, err := s.Resolve(""); err != nil || p == nil || p.Name != "dév" {
			t.Errorf("%s: got %v, %v", name, p, err)
			continue
		}
		if err := s.SetProfile(t.Context(), "dév", func(p *Profile) error { p.Stage = "dev"; return nil }); err != nil {
			t.Fatal(err)
		}
		if got := read(t, s.Path()); !strings.HasPrefix(got, "{") || !strings.Contains(got, `"dév"`) || !utf8.ValidString(got) {
			t.Errorf("%s: written as %q", name, got)
		}
	}
}
