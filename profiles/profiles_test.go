package profiles

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/epilot-cli/epilot/internal/failure"
)

const sample = `{
  "active": "dev.eu",
  "later": {"added": [1]},
  "stage": "staging",
  "profiles": {
    "dev.eu": {"name": "dev.eu", "server": "https://x", "token": "tök", "org_id": "1", "user_id": "2",
      "expires_at": "2026-03-04T12:00:00.500Z", "headers": {"X-B": "1", "X-A": ""}, "other": null},
    "Dev": {"name": "Dev", "token": "upper"},
    "dev": {"name": "dev", "token": null, "expires_at": ""}
  }
}
`

// store writes the files that are not "" and opens their directory.
func store(t testing.TB, profiles, credentials string, env ...string) *Store {
	t.Helper()
	dir := t.TempDir()
	for name, content := range map[string]string{"profiles.json": profiles, "credentials.json": credentials} {
		if content == "" {
			continue
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return Open(Options{Dir: dir, Lookup: lookup(env...)})
}

// lookup returns an environment of alternating names and values.
func lookup(env ...string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		for i := 0; i < len(env); i += 2 {
			if env[i] == name {
				return env[i+1], true
			}
		}
		return "", false
	}
}

func TestResolveOrder(t *testing.T) {
	t.Parallel()
	const pair = `{"profiles": {"default": {}, "b": {}}}`
	tests := map[string]struct {
		content, flag, env string
		want               string // "" for none
	}{
		"active":                     {sample, "", "", "dev.eu"},
		"environment before active":  {sample, "", "Dev", "Dev"},
		"flag before environment":    {sample, "dev", "Dev", "dev"},
		"default when none is named": {pair, "", "", "default"},
		"named before default":       {pair, "b", "", "b"},
		"empty active is none":       {`{"active": "", "profiles": {"default": {}}}`, "", "", "default"},
		"null active is none":        {`{"active": null, "profiles": {"default": {}}}`, "", "", "default"},
		"none":                       {`{"profiles": {"b": {}}}`, "", "", ""},
		"null profiles":              {`{"profiles": null}`, "", "", ""},
		"names of other members":     {`{"Active": "b", "profiles": {"b": {}}}`, "", "", ""},
		"no file":                    {"", "", "", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := store(t, test.content, "", "EPILOT_PROFILE", test.env).Resolve(test.flag)
			if err != nil {
				t.Fatal(err)
			}
			if got == nil && test.want != "" || got != nil && got.Name != test.want {
				t.Fatalf("got %v, want %q", got, test.want)
			}
		})
	}
}

func TestResolveReadsTheProfile(t *testing.T) {
	t.Parallel()
	got, err := store(t, sample, "").Resolve("")
	if err != nil {
		t.Fatal(err)
	}
	want := &Profile{
		Name: "dev.eu", Server: "https://x", Token: "tök", OrgID: "1", UserID: "2",
		ExpiresAt: time.Date(2026, 3, 4, 12, 0, 0, 5e8, time.UTC),
		Headers:   []Header{{"X-B", "1"}, {"X-A", ""}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestUnknownProfile(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		content, flag, env string
		message, hint      string
	}{
		"flag":        {sample, "typo", "dev", `profile "typo" (from --profile) does not exist`, `the profiles are: "Dev", "dev", "dev.eu"`},
		"near":        {`{"profiles": {"production": {}}}`, "productoin", "", `profile "productoin" (from --profile) does not exist`, `did you mean "production"? The profiles are: "production"`},
		"environment": {sample, "", "DEV.EU", `profile "DEV.EU" (from EPILOT_PROFILE) does not exist`, `"dev.eu"`},
		"active":      {`{"active": "gone", "profiles": {"default": {}}}`, "", "", `profile "gone" (from "active" in `, `"default"`},
		"no profiles": {`{}`, "dev", "", `does not exist`, "there are no profiles in "},
		"no file":     {"", "", "dev", `does not exist`, "there are no profiles in "},
		"escapes":     {sample, "\x1b[2J", "", `profile "\x1b[2J" (from --profile)`, "the profiles are"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := store(t, test.content, "", "EPILOT_PROFILE", test.env).Resolve(test.flag)
			if err == nil {
				t.Fatalf("got %v, want an error", got)
			}
			failed := failure.Of(err)
			if failed.Kind != failure.Usage || !strings.Contains(failed.Message, test.message) || !strings.Contains(failed.Hint, test.hint) {
				t.Errorf("got %s: %s (%s)\nwant %s (%s)", failed.Kind, failed.Message, failed.Hint, test.message, test.hint)
			}
		})
	}
}

func TestCredentials(t *testing.T) {
	t.Parallel()
	content := `{"token": "t", "org_id": "1", "user_id": "2", "name": "Ann", "expires_at": "2026-01-01T00:00:00+01:00", "new": 1}`
	got, err := store(t, "", content).Credentials()
	if err != nil {
		t.Fatal(err)
	}
	expires := time.Date(2025, 12, 31, 23, 0, 0, 0, time.UTC)
	if got.Token != "t" || got.OrgID != "1" || got.UserID != "2" || got.Name != "Ann" || !got.ExpiresAt.Equal(expires) {
		t.Errorf("got %+v", got)
	}
	if got, err := store(t, "", "").Credentials(); got != nil || err != nil {
		t.Errorf("without a file: got %v, %v", got, err)
	}
}

func TestStage(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		content, flag, env string
		want               string
		kind               failure.Kind
		message            string
	}{
		"default":           {"", "", "", "prod", "", ""},
		"file":              {sample, "", "", "staging", "", ""},
		"environment":       {sample, "", "dev", "dev", "", ""},
		"flag":              {sample, "dev", "staging", "dev", "", ""},
		"empty in the file": {`{"stage": ""}`, "", "", "prod", "", ""},
		"wrong flag":        {sample, "qa", "", "", failure.Usage, `"qa"`},
		"wrong variable":    {sample, "", "DEV", "", failure.Usage, "EPILOT_STAGE"},
		"wrong in the file": {"{\n \"stage\": \"Dev\"}", "", "", "", failure.File, `profiles.json:2:11: invalid stage "Dev"`},
		"flag over a wrong": {`{"stage": "Dev"}`, "dev", "", "dev", "", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := store(t, test.content, "", "EPILOT_STAGE", test.env).Stage(nil, test.flag)
			if test.kind == "" {
				if err != nil || got != test.want {
					t.Fatalf("got %q, %v; want %q", got, err, test.want)
				}
				return
			}
			if err == nil {
				t.Fatalf("got %q, want an error", got)
			}
			failed := failure.Of(err)
			if failed.Kind != test.kind || !strings.Contains(failed.Message, test.message) || !strings.Contains(failed.Hint, "prod, dev, staging") {
				t.Errorf("got %s: %s (%s)", failed.Kind, failed.Message, failed.Hint)
			}
		})
	}
}

func TestStoreWithoutDirectory(t *testing.T) {
	t.Parallel()
	s := Open(Options{Lookup: lookup()})
	if p, err := s.Resolve(""); p != nil || err != nil {
		t.Errorf("got %v, %v", p, err)
	}
	if c, err := s.Credentials(); c != nil || err != nil {
		t.Errorf("got %v, %v", c, err)
	}
	if _, err := s.Resolve("dev"); failure.Of(err).Kind != failure.Usage {
		t.Errorf("got %v", err)
	}
}

func TestStoreIsSafeForGoroutines(t *testing.T) {
	t.Parallel()
	s := store(t, sample, `{"token": "t"}`)
	var calls sync.WaitGroup
	for range 8 {
		calls.Go(func() {
			p, err := s.Resolve("")
			if err != nil {
				t.Error(err)
				return
			}
			p.Headers[0].Value = "changed by one call"
			stage, err := s.Stage(nil, "")
			if err != nil || stage != "staging" {
				t.Error(stage, err)
			}
			if _, err := s.Credentials(); err != nil {
				t.Error(err)
			}
		})
	}
	calls.Wait()
	if p, _ := s.Resolve(""); p.Headers[0].Value != "1" {
		t.Error("a call changed the profile of the next one")
	}
}

func TestDirectories(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		env           []string
		config, state string
	}{
		"home":     {[]string{"HOME", "/h"}, "/h/.config/epilot", "/h/.local/state/epilot"},
		"XDG":      {[]string{"HOME", "/h", "XDG_CONFIG_HOME", "/c", "XDG_STATE_HOME", "/s"}, "/c/epilot", "/s/epilot"},
		"relative": {[]string{"HOME", "/h", "XDG_CONFIG_HOME", "c", "XDG_STATE_HOME", "."}, "/h/.config/epilot", "/h/.local/state/epilot"},
		"Windows":  {[]string{"USERPROFILE", "/u"}, "/u/.config/epilot", "/u/.local/state/epilot"},
		"nothing":  {nil, "", ""},
		"not here": {[]string{"HOME", "."}, "", ""},
	}
	for name, test := range tests {
		getenv := func(name string) string {
			text, _ := lookup(test.env...)(name)
			return text
		}
		config, state := ConfigDir(getenv), StateDir(getenv)
		if filepath.ToSlash(config) != test.config || filepath.ToSlash(state) != test.state {
			t.Errorf("%s: got %q and %q", name, config, state)
		}
	}
}

func TestModesAreRepaired(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("has no such modes")
	}
	s := store(t, foreign, `{"token":"t"}`)
	var warnings []string
	s.guard.warn = func(message string) { warnings = append(warnings, message) }
	for path, mode := range map[string]fs.FileMode{s.dir: 0o755, s.Path(): 0o644, filepath.Join(s.dir, credentialsFile): 0o640} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		own := Open(Options{Dir: s.dir, Lookup: lookup(), Warn: s.guard.warn})
		if _, err := own.Resolve(""); err != nil {
			t.Fatal(err)
		}
		if _, err := own.Credentials(); err != nil {
			t.Fatal(err)
		}
	}
	if len(warnings) != 3 || !strings.Contains(warnings[0], "0755") || !strings.Contains(warnings[1], "0644") {
		t.Errorf("got %q", warnings)
	}
	for path, want := range map[string]fs.FileMode{s.dir: 0o700, s.Path(): 0o600, filepath.Join(s.dir, credentialsFile): 0o600} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v", path, info.Mode(), err)
		}
	}
}

func TestNewFilesAreForTheUserAlone(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("has no such modes")
	}
	dir := filepath.Join(t.TempDir(), "a", "epilot")
	s := Open(Options{Dir: dir, Lookup: lookup()})
	if err := s.SetProfile(t.Context(), "dev", func(*Profile) error { return nil }); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]fs.FileMode{dir: 0o700, s.Path(): 0o600} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v", path, info.Mode(), err)
		}
	}
}

// TestSpecialFiles: a file that is not regular is rejected without blocking, and its
// mode is unchanged.
func TestSpecialFiles(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("has no such files")
	}
	for name, make := range map[string]func(path string) error{
		"folder":         func(path string) error { return os.Mkdir(path, 0o755) },
		"link to device": func(path string) error { return os.Symlink("/dev/zero", path) },
		"link to folder": func(path string) error { return os.Symlink(t.TempDir(), path) },
		"fifo":           func(path string) error { return exec.Command("mkfifo", "-m", "644", path).Run() },
		"huge":           func(path string) error { return errors.Join(os.WriteFile(path, nil, 0o600), os.Truncate(path, 17<<20)) },
	} {
		dir := t.TempDir()
		path := filepath.Join(dir, profilesFile)
		if err := make(path); err != nil {
			t.Fatal(err)
		}
		before, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		s := Open(Options{Dir: dir, Lookup: func(string) (string, bool) { return "", false }})
		if _, err := s.Profiles(); err == nil || failure.Of(err).Kind != failure.File {
			t.Errorf("%s: got %v", name, err)
		}
		if after, err := os.Stat(path); err != nil || after.Mode() != before.Mode() {
			t.Errorf("%s: the mode is %v, was %v", name, after.Mode(), before.Mode())
		}
	}
}
