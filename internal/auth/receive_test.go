package auth

import (
	"net/url"
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/internal/failure"
)

func TestMayReceive(t *testing.T) {
	t.Parallel()
	hosts := Hosts([]string{"https://access-token.sls.epilot.io", "https://kiosk.sls.epilot.io/v1"})
	flag := &Token{Value: "s3cr3t", Source: FromFlag}
	env := &Token{Value: "s3cr3t", Source: FromEnv}
	file := &Token{Value: "s3cr3t", Source: FromFile}
	dev := &Token{Value: "s3cr3t", Source: FromProfile, Profile: "dev"}
	mock := &Token{Value: "s3cr3t", Source: FromEmulator}
	clone := ByDefinition("./.epilot/overrides/access-token.json")

	const may, mayNot = true, false
	tests := []struct {
		name   string
		token  *Token
		url    string
		origin ServerOrigin
		http   bool
		want   bool
	}{
		{"no token", nil, "http://evil.example", clone, false, may},
		{"embedded", env, "https://access-token.sls.epilot.io", Embedded, false, may},
		{"embedded, dev", file, "https://access-token.dev.sls.epilot.io", Embedded, false, may},
		{"embedded, staging", dev, "https://access-token.staging.sls.epilot.io", Embedded, false, may},
		{"embedded host in a foreign definition", env, "https://access-token.sls.epilot.io/v9", clone, false, may},
		{"embedded host of another API", env, "https://kiosk.sls.epilot.io", clone, false, may},
		{"default port spelled out", env, "https://access-token.sls.epilot.io:443", clone, false, may},
		{"upper case", env, "https://ACCESS-TOKEN.sls.Epilot.IO", clone, false, may},

		{"definition of a cloned repository", env, "https://evil.example", clone, false, mayNot},
		{"the same, stored in a file", file, "https://evil.example", clone, false, mayNot},
		{"the same, stored in a profile", dev, "https://evil.example", clone, false, mayNot},
		{"suffix", env, "https://access-token.sls.epilot.io.evil.example", clone, false, mayNot},
		{"prefix", env, "https://evil-access-token.sls.epilot.io", clone, false, mayNot},
		{"unknown API under the same domain", env, "https://evil.sls.epilot.io", clone, false, mayNot},
		{"no dot before the domain", env, "https://access-token.evilsls.epilot.io", clone, false, mayNot},
		{"host as user information", env, "https://access-token.sls.epilot.io@evil.example", clone, false, mayNot},
		{"user information", env, "https://me@access-token.sls.epilot.io", clone, false, mayNot},
		{"trailing dot", env, "https://access-token.sls.epilot.io.", clone, false, mayNot},
		{"other port", env, "https://access-token.sls.epilot.io:8443", clone, false, mayNot},
		{"port of http", env, "https://access-token.sls.epilot.io:80", clone, false, mayNot},
		{"http", env, "http://access-token.sls.epilot.io", Embedded, false, mayNot},
		{"http, allowed", env, "http://access-token.sls.epilot.io", Embedded, true, mayNot},
		{"Cyrillic letter", env, "https://аccess-token.sls.epilot.io", clone, false, mayNot},
		{"Kelvin sign", env, "https://\u212aiosk.sls.epilot.io", clone, false, mayNot},
		{"long s", env, "https://acce\u017fs-token.sls.epilot.io", clone, false, mayNot},
		{"punycode", env, "https://xn--ccess-token-2nj.sls.epilot.io", clone, false, mayNot},
		{"host in the path", env, "https://evil.example/access-token.sls.epilot.io", clone, false, mayNot},
		{"host in the query", env, "https://evil.example?access-token.sls.epilot.io", clone, false, mayNot},
		{"stage of no host", env, "https://access-token.test.sls.epilot.io", clone, false, mayNot},

		{"loopback", env, "http://127.0.0.1:4010", ByFlag, false, may},
		{"loopback of a definition", env, "http://127.0.0.1:4010", clone, false, mayNot},
		{"loopback net", env, "http://127.8.9.10", ByEnv, false, may},
		{"loopback name", file, "http://LocalHost:4010", Emulator, false, may},
		{"loopback, IPv6", dev, "http://[::1]:4010", ByProfile("other"), false, may},
		{"not loopback: subdomain", env, "https://evil.localhost", clone, false, mayNot},
		{"not loopback: name that begins so", env, "https://127.0.0.1.evil.example", clone, false, mayNot},
		{"not loopback: one number", env, "http://2130706433", clone, true, mayNot},
		{"not loopback: any address", env, "http://0.0.0.0", clone, true, mayNot},
		{"not loopback: zone", env, "http://[::1%25eth0]", clone, true, mayNot},

		{"server of the flag", env, "https://own.example", ByFlag, false, may},
		{"server of the flag, file's token", file, "https://own.example:8443", ByFlag, false, may},
		{"server of the environment", dev, "https://own.example", ByEnv, false, may},
		{"server of the profile that holds it", dev, "https://own.example", ByProfile("dev"), false, may},
		{"server of another profile", dev, "https://own.example", ByProfile("Dev"), false, mayNot},
		{"profile's server, environment's token", env, "https://own.example", ByProfile("dev"), false, mayNot},
		{"profile's server, file's token", file, "https://own.example", ByProfile(""), false, mayNot},
		{"profile's server is epilot's", env, "https://access-token.sls.epilot.io", ByProfile("dev"), false, may},
		{"definition called as the profile", dev, "https://own.example", ByDefinition("dev"), false, mayNot},

		{"typed goes anywhere", flag, "https://evil.example", clone, false, may},
		{"typed, http", flag, "http://evil.example", clone, false, mayNot},
		{"typed, http allowed", flag, "http://evil.example", clone, true, may},
		{"named, http", env, "http://own.example", ByFlag, false, mayNot},
		{"named, http allowed", env, "http://own.example", ByFlag, true, may},
		{"profile's, http", dev, "http://own.example", ByProfile("dev"), false, mayNot},

		{"emulator's at home", mock, "http://127.0.0.1:4010", Emulator, false, may},
		{"emulator's at epilot", mock, "https://access-token.sls.epilot.io", Embedded, false, mayNot},
		{"emulator's elsewhere", mock, "https://own.example", ByFlag, false, mayNot},

		{"another scheme", flag, "ftp://127.0.0.1", ByFlag, true, mayNot},
		{"no host", flag, "https:access-token.sls.epilot.io", ByFlag, true, mayNot},
		{"no host but a port", flag, "https://:443", ByFlag, true, mayNot},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			u, err := url.Parse(test.url)
			if err != nil {
				t.Fatal(err)
			}
			err = MayReceive(test.token, Server{URL: u, Origin: test.origin}, hosts, test.http)
			if (err == nil) != test.want {
				t.Fatalf("got %v", err)
			}
			if err == nil {
				return
			}
			failed := failure.Of(err)
			if failed.Kind != failure.Credentials || failed.Hint == "" || strings.Contains(failed.Message+failed.Hint, "s3cr3t") {
				t.Errorf("got %s: %s (%s)", failed.Kind, failed.Message, failed.Hint)
			}
		})
	}
}

func TestMayReceiveWithoutURL(t *testing.T) {
	t.Parallel()
	if MayReceive(&Token{Source: FromFlag}, Server{Origin: ByFlag}, nil, true) == nil {
		t.Error("a server without a URL was accepted")
	}
}

func TestStrangerIsNamedWithoutSecrets(t *testing.T) {
	t.Parallel()
	u, err := url.Parse("https://me:pass@evil.example:1/x?key=k3y")
	if err != nil {
		t.Fatal(err)
	}
	got := MayReceive(&Token{Source: FromEnv}, Server{URL: u, Origin: ByDefinition("a\x1b.json")}, nil, false)
	want := `the token of EPILOT_TOKEN cannot be sent to https://evil.example:1, a server that the definition "a\x1b.json" sets`
	if got == nil || got.Error() != want {
		t.Errorf("got  %v\nwant %s", got, want)
	}
}

func TestHosts(t *testing.T) {
	t.Parallel()
	got := strings.Join(Hosts([]string{
		"https://b.sls.epilot.io/v1", "https://a.dev.sls.epilot.io", "https://API.example", "https://b.sls.epilot.io",
		"http://plain.sls.epilot.io", "https://port.example:8443", "https://{env}.example", "https://me@user.example", "/relative", "", "https://%zz",
	}), " ")
	want := "a.dev.sls.epilot.io a.sls.epilot.io a.staging.sls.epilot.io api.example b.dev.sls.epilot.io b.sls.epilot.io b.staging.sls.epilot.io"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestApplyStage(t *testing.T) {
	t.Parallel()
	tests := []struct{ server, stage, want string }{
		{"https://entity.sls.epilot.io", "dev", "https://entity.dev.sls.epilot.io"},
		{"https://entity.sls.epilot.io/v1?x#y", "staging", "https://entity.staging.sls.epilot.io/v1?x#y"},
		{"https://entity.sls.epilot.io", "prod", "https://entity.sls.epilot.io"},
		{"https://entity.dev.sls.epilot.io/{a}", "staging", "https://entity.staging.sls.epilot.io/{a}"},
		{"https://entity.staging.sls.epilot.io", "prod", "https://entity.sls.epilot.io"},
		{"https://entity.dev.sls.epilot.io", "dev", "https://entity.dev.sls.epilot.io"},
		{"https://dev.sls.epilot.io", "dev", "https://dev.dev.sls.epilot.io"},
		{"https://entity.sls.epilot.io", "", "https://entity.sls.epilot.io"},
		{"https://entity.sls.epilot.io", "test", "https://entity.sls.epilot.io"},
		{"https://a.b.sls.epilot.io", "dev", "https://a.b.sls.epilot.io"},
		{"https://sls.epilot.io", "dev", "https://sls.epilot.io"},
		{"https://.sls.epilot.io", "dev", "https://.sls.epilot.io"},
		{"http://entity.sls.epilot.io", "dev", "http://entity.sls.epilot.io"},
		{"https://entity.sls.epilot.io:8443", "dev", "https://entity.sls.epilot.io:8443"},
		{"https://entity.sls.epilot.io.evil.example", "dev", "https://entity.sls.epilot.io.evil.example"},
		{"https://evil.example/.sls.epilot.io", "dev", "https://evil.example/.sls.epilot.io"},
		{"https://me@entity.sls.epilot.io", "dev", "https://me@entity.sls.epilot.io"},
		{"", "dev", ""},
	}
	for _, test := range tests {
		if got := ApplyStage(test.server, test.stage); got != test.want {
			t.Errorf("ApplyStage(%q, %q) = %q, want %q", test.server, test.stage, got, test.want)
		}
	}
}

// TestTrustedDefinition covers a server named by a trusted file: https only, and no
// key of the mock.
func TestTrustedDefinition(t *testing.T) {
	t.Parallel()
	env, mock := &Token{Value: "s3cr3t", Source: FromEnv}, &Token{Value: "s3cr3t", Source: FromEmulator}
	for name, row := range map[string]struct {
		token              *Token
		url                string
		trusted, allowHTTP bool
		want               bool
	}{
		"not trusted":   {env, "https://own.example", false, true, false},
		"trusted":       {env, "https://own.example:8443/v1", true, false, true},
		"plain":         {env, "http://own.example", true, false, false},
		"plain allowed": {env, "http://own.example", true, true, false},
		"loopback":      {env, "http://127.0.0.1:1", true, false, true},
		"strange loop":  {env, "http://127.0.0.1:1", false, false, false},
		"emulator":      {mock, "https://own.example", true, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			u, err := url.Parse(row.url)
			if err != nil {
				t.Fatal(err)
			}
			server := Server{URL: u, Origin: ByDefinition("own.yaml"), File: "own.yaml", Trusted: row.trusted}
			err = MayReceive(row.token, server, nil, row.allowHTTP)
			if (err == nil) != row.want {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestHintNamesBothWays(t *testing.T) {
	t.Parallel()
	u := &url.URL{Scheme: "https", Host: "own.example"}
	for file, want := range map[string]string{
		"/a/own.yaml":  "epilot definitions trust /a/own.yaml",
		"it's a.yaml":  `epilot definitions trust 'it'\''s a.yaml'`,
		"$(rm).yaml":   "epilot definitions trust '$(rm).yaml'",
		"-o.yaml":      "epilot definitions trust './-o.yaml'",
		"größe.yaml":   "epilot definitions trust 'größe.yaml'",
		"a;reboot.yml": "epilot definitions trust 'a;reboot.yml'",
	} {
		err := MayReceive(&Token{Source: FromEnv}, Server{URL: u, Origin: ByDefinition(file), File: file}, nil, false)
		hint := failure.Of(err).Hint
		if !strings.Contains(hint, "--server https://own.example,") || !strings.HasSuffix(hint, want) {
			t.Errorf("%s: hint %q", file, hint)
		}
	}
}
