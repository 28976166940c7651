package profiles

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/epilot-cli/epilot/internal/failure"
)

// foreign is a file as other programs may write it.
const foreign = `{"later": {"n": 1.10, "big": 12345678901234567890}, "active": "a",
  "profiles": {"z": {"x": [1e2, "\u00e9<"], "token": "z-token", "name": "z"}, "a": {"server": null, "name": "a", "headers": {"K": "v"}}, "lone\ud800": {"y": 1}}, "end": null}`

// after returns profiles.json after a change of the content.
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
		"taken":        {func(d *Draft) error { _, err := d.Create("a"); return err }, "exists already"},
		"rename taken": {func(d *Draft) error { return d.Rename("z", "a") }, "exists already"},
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
