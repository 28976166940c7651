package auth

import (
	"net/url"
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/internal/failure"
)

// TestTrustedDefinition is about a server that a trusted file names: https
// only, and no key of the emulator.
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
		"loopback":      {env, "http://127.0.0.1:1", false, false, true},
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
