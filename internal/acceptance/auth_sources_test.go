package acceptance

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// layer is one source of a token and the sources that take precedence over it.
type layer struct {
	name, source, profile, store, api string
	env                               map[string]string
	args                              []string
	profileText, credentials          string
	ring                              map[string]string
}

const lasting, over = `"expires_at":"2999-01-01T00:00:00Z"`, `"expires_at":"2001-01-01T00:00:00Z"`

// layers returns the sources in order of precedence. Each row has its own source and
// all lower ones.
func layers(t *testing.T) []layer {
	printer := filepath.Join(t.TempDir(), "print")
	if err := os.WriteFile(printer, []byte("#!/bin/sh\nprintf '%s' \"SeCrEt-$1-0000\"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	command := func(word string) string { return fmt.Sprintf(`"token_command":[%q,%q]`, printer, word) }
	env := map[string]string{"EPILOT_TOKEN": "SeCrEt-env-0000"}
	all := `"token":"SeCrEt-profile-0000",` + lasting + `,` + command("command")
	apis := `"apis":{"entity":{` + command("apicommand") + `}}`
	api := []string{"--api", "entity"}
	file := `{"token":"SeCrEt-file-0000",` + lasting + `}`
	ofFile, ofProfile := map[string]string{"credentials": "SeCrEt-fring-0000"}, map[string]string{"profile:dev": "SeCrEt-ring-0000"}
	return []layer{
		{"flag", "--token", "", "", "", env, append(api, "--token", "SeCrEt-flag-0000"), all + "," + apis, file, nil},
		{"env", "EPILOT_TOKEN", "", "", "", env, api, all + "," + apis, file, nil},
		{"apicommand", "profile", "dev", "command", "entity", nil, api, all + "," + apis, file, nil},
		{"api", "profile", "dev", "file", "entity", nil, api, all + `,"apis":{"entity":{"token":"SeCrEt-api-0000"}}`, file, nil},
		{"command", "profile", "dev", "command", "", nil, nil, all + "," + apis, file, nil},
		{"command", "profile", "dev", "command", "", nil, []string{"--api", "user"}, all + "," + apis, file, nil},
		{"profile", "profile", "dev", "file", "", nil, nil, `"token":"SeCrEt-profile-0000",` + lasting, file, nil},
		{"ring", "profile", "dev", "keyring", "", nil, nil, `"credential_store":"keyring",` + lasting, file, ofProfile},
		{"file", "credentials.json", "", "file", "", nil, nil, `"token":"SeCrEt-profile-0000",` + over, file, nil},
		{"file", "credentials.json", "", "file", "", nil, nil, `"server":"https://x.example"`, file, nil},
		{"fring", "credentials.json", "", "keyring", "", nil, nil, `"server":"https://x.example"`, `{"credential_store":"keyring",` + lasting + `}`, ofFile},
	}
}

func (l layer) home(t *testing.T) *home {
	t.Helper()
	h := newHome(t, `{"active":"dev","profiles":{"dev":{`+l.profileText+`},"other":{"token":"SeCrEt-other-0000"}}}`, l.credentials)
	maps.Copy(h.Env, l.env)
	maps.Copy(h.ring.held, l.ring)
	return h
}

// TestSources: for each source with all lower ones present, status and print-token
// use the token that a call would use, and logout removes that one.
func TestSources(t *testing.T) {
	t.Parallel()
	for _, l := range layers(t) {
		t.Run(l.name, func(t *testing.T) {
			t.Parallel()
			h := l.home(t)
			checkStatus(h, l)
			got := h.run(0, append([]string{"auth", "print-token"}, l.args...)...)
			if got.Stdout != "SeCrEt-"+l.name+"-0000\n" || got.Stderr != "" {
				t.Errorf("printed %q, %q", got.Stdout, got.Stderr)
			}
			if l.store != "keyring" && h.ring.asked > 0 {
				t.Error("the keyring was asked for a token that is elsewhere")
			}
			checkLogout(h, l)
		})
	}
}

func checkStatus(h *home, l layer) {
	h.Helper()
	got := h.run(0, append([]string{"auth", "status", "--json"}, l.args...)...)
	var said struct {
		Authenticated                            bool
		Source, Profile, Store, API, Token, Kind string
	}
	if err := json.Unmarshal([]byte(got.Stdout), &said); err != nil {
		h.Fatal(err)
	}
	if !said.Authenticated || said.Source != l.source || said.Profile != l.profile || said.Store != l.store || said.API != l.api || said.Token != "…0000" {
		h.Errorf("%s: status says %s", l.name, got.Stdout)
	}
	if text := h.run(0, append([]string{"auth", "status"}, l.args...)...); strings.Contains(text.Stdout+text.Stderr+got.Stdout+got.Stderr, "SeCrEt") {
		h.Errorf("the token is shown: %s", text.Stdout)
	}
}

// checkLogout checks that logout removes only what is stored for this command line,
// and reports which source still provides a token.
func checkLogout(h *home, l layer) {
	h.Helper()
	said := h.run(0, "auth", "logout").Stderr
	profile := strings.Contains(l.profileText, `"token":`) || strings.Contains(l.profileText, `"credential_store"`)
	for text, want := range map[string]bool{
		"EPILOT_TOKEN still provides":                   l.env != nil,
		`the token of profile "dev" was removed`:        profile,
		"the token of credentials.json was removed":     !profile,
		"credentials.json still provides":               profile,
		`the token command of profile "dev" still prov`: strings.Contains(l.profileText, `,"token_command"`),
		`for entity still provides`:                     strings.Contains(l.profileText, "apicommand"),
	} {
		if strings.Contains(said, text) != want {
			h.Errorf("%s: said %q: %v, want %v; all: %s", l.name, text, !want, want, said)
		}
	}
	left := h.file("profiles.json")
	for _, name := range []string{"profile", "api", "ring"} {
		if strings.Contains(left, "SeCrEt-"+name+"-0000") && profile {
			h.Errorf("%s: %s is left: %s", l.name, name, left)
		}
	}
	if !strings.Contains(left, "SeCrEt-other-0000") || len(h.ring.held) > 0 {
		h.Errorf("%s: left %s and %v", l.name, left, h.ring.held)
	}
	h.run(0, "auth", "logout", "--all")
	if left := h.file("profiles.json") + h.file("credentials.json"); strings.Contains(left, "SeCrEt") {
		h.Errorf("%s: after --all %s is left", l.name, left)
	}
}

// TestLogoutOfOneProfile leaves the other accounts alone.
func TestLogoutOfOneProfile(t *testing.T) {
	t.Parallel()
	h := newHome(t, `{"active":"dev","profiles":{"dev":{"token":"SeCrEt-dev-0000"},"other":{"token":"SeCrEt-other-0000"},"bare":{}}}`, `{"token":"SeCrEt-file-0000"}`)
	h.run(0, "auth", "logout", "--profile", "other")
	if left := h.file("profiles.json"); strings.Contains(left, "other-0000") || !strings.Contains(left, "dev-0000") {
		t.Errorf("left %s", left)
	}
	if said := h.run(0, "auth", "logout", "--profile", "bare").Stderr; !strings.Contains(said, "no stored token") || h.file("credentials.json") == "" {
		t.Errorf("said %s", said)
	}
	h.run(2, "auth", "logout", "--profile", "typo")
	h.run(2, "auth", "logout", "--all", "--profile", "dev")
	if left := h.file("profiles.json"); !strings.Contains(left, "dev-0000") {
		t.Errorf("left %s", left)
	}
}

// TestBrokenKeyring: a broken keyring does not affect tokens from other sources, and
// no token is reported as removed that still exists.
func TestBrokenKeyring(t *testing.T) {
	t.Parallel()
	h := newHome(t, `{"profiles":{"default":{"credential_store":"keyring"}}}`, "")
	h.ring.broken = errors.New("locked")
	for _, args := range [][]string{{"auth", "status"}, {"auth", "print-token"}, {"auth", "logout"}} {
		got := h.run(4, args...)
		if !strings.Contains(got.Stderr, "keyring") || !strings.Contains(got.Stderr, "hint:") {
			t.Errorf("%v: said %s", args, got.Stderr)
		}
	}
	if !strings.Contains(h.file("profiles.json"), "keyring") {
		t.Errorf("left %s", h.file("profiles.json"))
	}
	asked := h.ring.asked
	h.run(0, "auth", "print-token", "--token", "SeCrEt-flag-0000")
	if h.ring.asked != asked {
		t.Error("the keyring was asked without need")
	}
	got := h.run(0, "auth", "token", "SeCrEt-new-token-0000")
	if strings.Count(got.Stderr, "warning:") != 2 || !strings.Contains(h.file("profiles.json"), "SeCrEt-new-token") {
		t.Errorf("said %s, stored %s", got.Stderr, h.file("profiles.json"))
	}
}

// TestWhereLoginStores: login follows credential_store and leaves no copy elsewhere.
func TestWhereLoginStores(t *testing.T) {
	t.Parallel()
	h := newHome(t, "", "")
	h.Env["EPILOT_CREDENTIAL_STORE"] = "keyring"
	h.Stdin = "SeCrEt-one-0000\n"
	h.run(0, "auth", "login", "--token", "-", "--profile", "dev")
	if h.ring.held["profile:dev in "+h.dir] != "SeCrEt-one-0000" || strings.Contains(h.file("profiles.json"), "SeCrEt") {
		t.Errorf("stored %s and %v", h.file("profiles.json"), h.ring.held)
	}
	h.run(0, "auth", "token")
	if h.ring.held["credentials in "+h.dir] != "SeCrEt-one-0000" || strings.Contains(h.file("credentials.json"), "SeCrEt") {
		t.Errorf("stored %s and %v", h.file("credentials.json"), h.ring.held)
	}
	h.Env["EPILOT_CREDENTIAL_STORE"] = "file"
	h.Stdin = "SeCrEt-two-0000\n"
	h.run(0, "auth", "token", "-", "--profile", "dev")
	if got := h.run(0, "auth", "print-token", "--profile", "dev").Stdout; got != "SeCrEt-two-0000\n" || len(h.ring.held) != 1 {
		t.Errorf("got %s, left %v", got, h.ring.held)
	}
	h.Env["EPILOT_CREDENTIAL_STORE"] = "keyring"
	h.ring.broken = errors.New("locked")
	before := h.file("profiles.json")
	h.run(4, "auth", "token", "-", "--profile", "dev")
	if h.file("profiles.json") != before {
		t.Error("a login that failed changed the file")
	}
}
