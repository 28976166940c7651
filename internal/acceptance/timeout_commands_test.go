package acceptance

import (
	"encoding/base64"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// networkCommands are the commands that use the network, each as it does against
// a server that says nothing. %s is the server.
var networkCommands = map[string][]string{
	"a call":              {"access-token", "listAccessTokens", "-t", "tok", "-s", "%s", "--retry", "0"},
	"a call of all pages": {"access-token", "listAccessTokens", "--all", "-t", "tok", "-s", "%s", "--retry", "0"},
	"a definition":        {"shop", "list", "--definition", "%s/shop.yaml", "--retry", "0"},
	"file upload":         {"file", "upload", "FILE", "-t", "tok", "-s", "%s", "--retry", "0"},
	"file download":       {"file", "download", "ef7d985c-2385-44f4-9c71-ae06a52264f8", "-t", "tok", "-s", "%s", "--retry", "0"},
	"definitions update":  {"definitions", "update", "entity", "file"},
	"logout --revoke":     {"auth", "logout", "--revoke", "-s", "%s"},
	"status --verify":     {"auth", "status", "--verify"},
}

// TestTimeoutOfEveryCommand: each command that uses the network ends within
// --timeout against a silent server, and refuses a timeout that is none.
func TestTimeoutOfEveryCommand(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // else the end of the request would not be seen
		<-r.Context().Done()
	}))
	t.Cleanup(server.Close)
	for name, line := range networkCommands {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			home := t.TempDir()
			file := filepath.Join(home, "a.txt")
			config := filepath.Join(home, ".config", "epilot")
			if err := os.MkdirAll(config, 0o700); err != nil {
				t.Fatal(err)
			}
			token := unsignedToken(server.URL)
			for path, text := range map[string]string{file: "x", filepath.Join(config, "credentials.json"): `{"token":"` + token + `"}`} {
				if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			args := make([]string, len(line))
			for i, arg := range line {
				args[i] = strings.ReplaceAll(strings.ReplaceAll(arg, "%s", server.URL), "FILE", file)
			}
			program := Process{Env: map[string]string{
				"HOME": home, "EPILOT_DEFINITIONS_URL": server.URL, "EPILOT_CREDENTIAL_STORE": "file",
			}}
			if got := program.Run(t.Context(), append(args, "--timeout", "nonsense")...); got.Status != 2 || !strings.Contains(got.Stderr, "--timeout") {
				t.Errorf("nonsense: status %d, %s", got.Status, got.Stderr)
			}
			// The server never answers: that the command ends is the proof.
			got := program.Run(t.Context(), append(args, "--timeout", "1s")...)
			if got.Status != 3 && !(name == "status --verify" && got.Status == 4) {
				t.Errorf("status %d, %s", got.Status, got.Stderr)
			}
		})
	}
}

// unsignedToken is an access token that the issuer at the address did not sign.
func unsignedToken(issuer string) string {
	part := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	return part(`{"alg":"RS256","kid":"1"}`) + "." + part(`{"token_id":"api_1","token_type":"api","iss":"`+issuer+`"}`) + "." + part("SeCrEt")
}
