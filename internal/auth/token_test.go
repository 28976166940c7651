package auth

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/epilot-cli/epilot/internal/failure"
)

var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

func flag(value string) *string { return &value }

func stored(value string, expires time.Duration) Stored {
	return Stored{Value: value, ExpiresAt: noon.Add(expires)}
}

func file(s Stored) func() (Stored, error) {
	return func() (Stored, error) { return s, nil }
}

func TestResolveOrder(t *testing.T) {
	t.Parallel()
	lasting := Stored{Value: "profile-token"}
	tests := map[string]struct {
		in     Input
		value  string // "" for no token
		source Source
	}{
		"nothing":                        {Input{}, "", ""},
		"flag before all":                {Input{Flag: flag("f"), Env: "e", ProfileToken: lasting, Credentials: file(stored("c", time.Hour))}, "f", FromFlag},
		"environment before stored":      {Input{Env: "e", ProfileToken: lasting, Credentials: file(stored("c", time.Hour))}, "e", FromEnv},
		"profile before file":            {Input{ProfileToken: lasting, Credentials: file(stored("c", time.Hour))}, "profile-token", FromProfile},
		"expired profile, file":          {Input{ProfileToken: stored("p", -time.Second), Credentials: file(stored("c", time.Hour))}, "c", FromFile},
		"profile that expires now":       {Input{ProfileToken: stored("p", 0)}, "", ""},
		"profile that lasts":             {Input{ProfileToken: stored("p", time.Second)}, "p", FromProfile},
		"expired file":                   {Input{Credentials: file(stored("c", -time.Hour))}, "", ""},
		"file without expiry":            {Input{Credentials: file(Stored{Value: "c"})}, "c", FromFile},
		"profile without a token":        {Input{Profile: "dev", Credentials: file(Stored{Value: "c"})}, "c", FromFile},
		"empty environment is none":      {Input{Env: " ", ProfileToken: lasting}, "profile-token", FromProfile},
		"space around it is trimmed":     {Input{Flag: flag(" f\r\n")}, "f", FromFlag},
		"profile's newline is trimmed":   {Input{ProfileToken: Stored{Value: "p\n"}}, "p", FromProfile},
		"blank profile token is none":    {Input{ProfileToken: Stored{Value: " "}, Credentials: file(Stored{Value: "c"})}, "c", FromFile},
		"what expired is not considered": {Input{Env: "e", ProfileToken: stored("p", -time.Hour)}, "e", FromEnv},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.in.Now = noon
			got, err := Resolve(test.in)
			if err != nil {
				t.Fatal(err)
			}
			if test.value == "" {
				if got != nil {
					t.Fatalf("got the token of %v, want none", got)
				}
				return
			}
			if got == nil || got.Value != test.value || got.Source != test.source {
				t.Fatalf("got %v, want %s from %s", got, test.value, test.source)
			}
		})
	}
}

func TestResolveReadsTheFileLast(t *testing.T) {
	t.Parallel()
	broken := errors.New("cut")
	in := Input{Now: noon, Env: "e", Credentials: func() (Stored, error) { return Stored{}, broken }}
	if _, err := Resolve(in); err != nil {
		t.Errorf("a broken file stopped a call that has its token from elsewhere: %v", err)
	}
	in.Env = ""
	if _, err := Resolve(in); !errors.Is(err, broken) {
		t.Errorf("got %v, want the file's error", err)
	}
	if err := Missing(in); !errors.Is(err, broken) {
		t.Errorf("Missing: got %v, want the file's error", err)
	}
}

func TestResolveRefuses(t *testing.T) {
	t.Parallel()
	for value, hint := range map[string]string{
		"sec\nret":      "one line",
		"sec ret":       "one line",
		"sec\x00ret":    "one line",
		"sec\x1b[2Jret": "one line",
		"sec\u202eret":  "one line",
		"bearer secret": "word Bearer",
		"":              "--token",
		" ":             "--token",
	} {
		_, err := Resolve(Input{Flag: flag(value), Now: noon, Env: "other-account"})
		if err == nil {
			t.Errorf("%q was accepted", value)
			continue
		}
		failed := failure.Of(err)
		if failed.Kind != failure.Usage || !strings.Contains(failed.Hint, hint) {
			t.Errorf("%q: got %v, hint %q", value, failed, failed.Hint)
		}
		if strings.Contains(failed.Message+failed.Hint, "ret") {
			t.Errorf("%q is shown: %v", value, failed)
		}
	}
}

func TestTokenNeverShowsItsValue(t *testing.T) {
	t.Parallel()
	token := Token{Value: "s3cr3t", Source: FromProfile, Profile: "dev\x1b"}
	encoded, err := json.Marshal(map[string]any{"token": &token})
	if err != nil {
		t.Fatal(err)
	}
	for _, shown := range []string{
		fmt.Sprintf("%v|%+v|%#v|%s|%q|%d|%x", token, token, token, token, token, token, token),
		fmt.Sprint(&token), fmt.Sprintf("%#v", &token), string(encoded),
	} {
		if strings.Contains(shown, "s3cr3t") || strings.Contains(shown, "\x1b") || !strings.Contains(shown, "profile") {
			t.Errorf("shown as %q", shown)
		}
	}
}

func TestMissing(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		in   Input
		want string
	}{
		"nothing": {Input{}, "there is no token for this call"},
		"profile": {
			Input{Profile: "dev", ProfileToken: stored("s3cr3t", -75*time.Hour)},
			`there is no token for this call; the token of profile "dev" expired 3 days ago`,
		},
		"both": {
			Input{Profile: "dev", ProfileToken: stored("s3cr3t", -time.Hour), Credentials: file(stored("s3cr3t", -59*time.Second))},
			`there is no token for this call; the token of profile "dev" expired 1 hour ago; the token of credentials.json expired 59 seconds ago`,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.in.Now = noon
			failed := failure.Of(Missing(test.in))
			if failed.Message != test.want || failed.Kind != failure.Credentials || failed.Hint == "" {
				t.Errorf("got %s: %s (%s)\nwant %s", failed.Kind, failed.Message, failed.Hint, test.want)
			}
		})
	}
}
