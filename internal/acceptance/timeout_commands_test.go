package acceptance

import (
	"bytes"
	"context"
	"encoding/base64"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/epilot-cli/epilot/cmd"
)

// networkCommands are the commands that use the network, each with the arguments for
// a silent server. %s is the server.
var networkCommands = map[string][]string{
	"a call":              {"access-token", "listAccessTokens", "-t", "tok", "-s", "%s", "--retry", "0"},
	"a call of all pages": {"access-token", "listAccessTokens", "--all", "-t", "tok", "-s", "%s", "--retry", "0"},
	"a definition":        {"shop", "list", "--definition", "%s/shop.yaml", "--retry", "0"},
	"file upload":         {"file", "upload", "FILE", "-t", "tok", "-s", "%s", "--retry", "0"},
	"file download":       {"file", "download", "ef7d985c-2385-44f4-9c71-ae06a52264f8", "-t", "tok", "-s", "%s", "--retry", "0"},
	"definitions update":  {"definitions", "update", "entity", "file"},
	"logout --revoke":     {"auth", "logout", "--revoke", "-s", "%s"},
	"status --verify":     {"auth", "status", "--verify"},
	"whoami":              {"whoami", "--verify"},
	"a call of each row":  {"access-token", "revokeAccessToken", "--each", "ROWS", "-t", "tok", "-s", "%s", "--retry", "0", "--yes"},
	"an export":           {"access-token", "listAccessTokens", "--all", "-o", "ndjson", "--journal", "JOURNAL", "-t", "tok", "-s", "%s", "--retry", "0"},
	"a call that waits":   {"access-token", "listAccessTokens", "--until", "$", "-t", "tok", "-s", "%s", "--retry", "0"},
	"upgrade":             {"upgrade"}, // from the feed of the build
	"a comparison":        {"diff", "--profile", "a", "--profile", "b", "access-token", "listAccessTokens", "-t", "tok", "-s", "%s"},
}

// localCommands are the others: they use no network, or wait for a person (auth login)
// or for requests (mock).
var localCommands = []string{
	"alias delete", "alias list", "alias set", "auth login", "auth print-token", "auth token", "completion",
	"config get", "config list", "config path", "config set", "config unset",
	"definitions list", "definitions path", "definitions reset", "definitions show", "definitions trust", "definitions untrust",
	"examples", "mock", "mock reset", "mock seed", "mock token", "open",
	"profile create", "profile delete", "profile list", "profile rename", "profile set", "profile show", "profile use", "search",
}

// TestEveryCommandHasATimeoutTest: a command is in one of the two lists.
func TestEveryCommandHasATimeoutTest(t *testing.T) {
	t.Parallel()
	for _, command := range cmd.Runnable() {
		name := strings.TrimPrefix(command.Path, "epilot ")
		tested := slices.Contains(localCommands, name)
		for _, line := range networkCommands {
			tested = tested || strings.HasPrefix(strings.Join(line, " ")+" ", name+" ")
		}
		if !tested {
			t.Errorf("%s is neither in networkCommands nor in localCommands", name)
		}
	}
}

// TestTimeoutOfEveryCommand: each command that uses the network ends within
// --timeout or EPILOT_TIMEOUT against a silent server, and rejects an invalid one.
func TestTimeoutOfEveryCommand(t *testing.T) {
	t.Parallel()
	server := silentServer(t)
	for name, line := range networkCommands {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			program, args := prepared(t, server.URL, name, line)
			if got := program.Run(t.Context(), append(args, "--timeout", "nonsense")...); got.Status != 2 || !strings.Contains(got.Stderr, "--timeout") {
				t.Errorf("nonsense: status %d, %s", got.Status, got.Stderr)
			}
			// The server sends nothing, so the end of the command is the proof.
			want := 3
			switch name {
			case "status --verify", "whoami":
				want = 4
			case "a call of each row":
				want = 1 // a row failed
			}
			if got := program.Run(t.Context(), append(args, "--timeout", "1s")...); got.Status != want {
				t.Errorf("status %d, %s", got.Status, got.Stderr)
			}
			program.Env["EPILOT_TIMEOUT"] = "nonsense"
			if got := program.Run(t.Context(), args...); got.Status != 2 || !strings.Contains(got.Stderr, "EPILOT_TIMEOUT") {
				t.Errorf("nonsense of the environment: status %d, %s", got.Status, got.Stderr)
			}
			program.Env["EPILOT_TIMEOUT"] = "1s"
			if got := program.Run(t.Context(), args...); got.Status != want {
				t.Errorf("of the environment: status %d, %s", got.Status, got.Stderr)
			}
		})
	}
}

// TestEveryCommandShowsItsWait: each command that uses the network shows on a terminal
// what it waits for. The first sight of that ends it.
func TestEveryCommandShowsItsWait(t *testing.T) {
	t.Parallel()
	for name, line := range networkCommands {
		if name == "whoami" || name == "status --verify" {
			continue // the issuer is unknown, so that nothing is fetched
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, stop := context.WithCancel(t.Context())
			server := silentServer(t)
			program, args := prepared(t, server.URL, name, line)
			screen := &sight{of: regexp.MustCompile(`\r([|/\\-] [a-z0-9]|\[ +\] 0/2)`), seen: func() {
				stop()
				server.CloseClientConnections() // a call of --each that has begun is waited for
			}}
			program.Screen = screen
			program.Run(ctx, append(args, "--timeout", "20s")...)
			if ctx.Err() == nil {
				t.Errorf("no sign of a wait: %q", screen.text.String())
			}
			stop()
		})
	}
}

// sight calls seen once the text written to it matches.
type sight struct {
	of   *regexp.Regexp
	seen func()

	mutex sync.Mutex
	text  bytes.Buffer
}

func (s *sight) Write(p []byte) (int, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.text.Write(p)
	if s.of.Match(s.text.Bytes()) {
		s.seen()
	}
	return len(p), nil
}

// silentServer accepts requests and never responds.
func silentServer(t *testing.T) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // otherwise the end of the request would go unnoticed
		<-r.Context().Done()
	}))
	t.Cleanup(server.Close)
	return server
}

// prepared returns a program with profiles, a token and files, and a line of
// networkCommands for it.
func prepared(t *testing.T, url, name string, line []string) (Process, []string) {
	t.Helper()
	home := t.TempDir()
	file, rows := filepath.Join(home, "a.txt"), filepath.Join(home, "rows.csv")
	config := filepath.Join(home, ".config", "epilot")
	if err := os.MkdirAll(config, 0o700); err != nil {
		t.Fatal(err)
	}
	for path, text := range map[string]string{
		filepath.Join(config, "profiles.json"): `{"profiles":{"a":{"name":"a"},"b":{"name":"b"}}}`,
		file:                                   "x", rows: "id\napi_1\n", filepath.Join(config, "credentials.json"): `{"token":"` + unsignedToken(url) + `"}`,
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	args := make([]string, len(line))
	for i, arg := range line {
		args[i] = strings.NewReplacer("%s", url, "FILE", file, "ROWS", rows, "JOURNAL", filepath.Join(home, "journal")).Replace(arg)
	}
	program := Process{Env: map[string]string{
		"HOME": home, "EPILOT_DEFINITIONS_URL": url, "EPILOT_CREDENTIAL_STORE": "file",
	}}
	if name == "upgrade" { // other commands would look for news
		program.Feed = url
	}
	return program, args
}

// unsignedToken returns an access token that the issuer at the address did not sign.
func unsignedToken(issuer string) string {
	part := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	return part(`{"alg":"RS256","kid":"1"}`) + "." + part(`{"token_id":"api_1","token_type":"api","iss":"`+issuer+`"}`) + "." + part("SeCrEt")
}
