package catalog

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/openapi"
)

// TestDecide is the rule of docs/security.md as a table: source of the definition,
// trust, operation and server.
func TestDecide(t *testing.T) {
	t.Parallel()
	var (
		same   = &Signature{"GET", "/things"}
		other  = &Signature{"GET", "/other"}
		create = &Signature{"POST", "/things"}
	)
	for _, test := range []struct {
		name   string
		c      Case
		server ServerChoice
		action Action
		token  bool
	}{
		{"embedded", Case{Origin: IsEmbedded, BuiltIn: true, Method: "DELETE", Path: "/things", Counterpart: nil}, DefinitionServer, Send, true},

		{"found, read of the built-in definition", Case{Origin: IsOverride, BuiltIn: true, Method: "GET", Path: "/things", Counterpart: same}, BuiltInServer, Send, false},
		{"found, write of the built-in definition", Case{Origin: IsOverride, BuiltIn: true, Method: "POST", Path: "/things", Counterpart: create}, BuiltInServer, Send, false},
		{"found, other path", Case{Origin: IsOverride, BuiltIn: true, Method: "GET", Path: "/things", Counterpart: other}, BuiltInServer, Refuse, false},
		{"found, other method", Case{Origin: IsOverride, BuiltIn: true, Method: "DELETE", Path: "/things", Counterpart: same}, BuiltInServer, Refuse, false},
		{"found, other method, named server", Case{Origin: IsOverride, Server: NamedServer, BuiltIn: true, Method: "DELETE", Path: "/things", Counterpart: same}, NamedServer, Refuse, false},
		{"found, new read", Case{Origin: IsOverride, BuiltIn: true, Method: "HEAD", Path: "/new"}, BuiltInServer, Send, false},
		{"found, new write", Case{Origin: IsOverride, BuiltIn: true, Method: "PUT", Path: "/new"}, BuiltInServer, Ask, false},
		{"found, new write, named server", Case{Origin: IsOverride, Server: NamedServer, BuiltIn: true, Method: "DELETE", Path: "/new"}, NamedServer, Ask, false},
		{"found, new write, mock", Case{Origin: IsOverride, Server: MockServer, BuiltIn: true, Method: "DELETE", Path: "/new"}, MockServer, Send, false},
		{"found, other path, mock", Case{Origin: IsOverride, Server: MockServer, BuiltIn: true, Method: "GET", Path: "/things", Counterpart: other}, MockServer, Send, false},
		{"found, new API", Case{Origin: IsOverride, Method: "GET", Path: "/new"}, BuiltInServer, Refuse, false},
		{"found, new API, named server", Case{Origin: IsOverride, Server: NamedServer, Method: "GET", Path: "/new"}, NamedServer, Send, false},
		{"found, new API, write, named server", Case{Origin: IsOverride, Server: NamedServer, Method: "POST", Path: "/new"}, NamedServer, Ask, false},

		{"trusted, other path", Case{Origin: IsOverride, Trusted: true, BuiltIn: true, Method: "DELETE", Path: "/things", Counterpart: other}, DefinitionServer, Send, true},
		{"trusted, new API, write", Case{Origin: IsOverride, Trusted: true, Method: "POST", Path: "/new"}, DefinitionServer, Send, true},
		{"trusted, named server", Case{Origin: IsOverride, Trusted: true, Server: NamedServer, Method: "POST", Path: "/new"}, NamedServer, Send, true},

		{"named, other path", Case{Origin: IsNamed, BuiltIn: true, Method: "DELETE", Path: "/things", Counterpart: same}, DefinitionServer, Send, false},
		{"named, new API, write", Case{Origin: IsNamed, Method: "POST", Path: "/new"}, DefinitionServer, Send, false},
		{"named and trusted", Case{Origin: IsNamed, Trusted: true, Method: "POST", Path: "/new"}, DefinitionServer, Send, true},
		{"downloaded", Case{Origin: IsDownloaded, BuiltIn: true, Method: "POST", Path: "/new"}, DefinitionServer, Send, false},
	} {
		v := Decide(test.c)
		if v.Server != test.server || v.Action != test.action || v.Token != test.token {
			t.Errorf("%s: %+v", test.name, v)
		}
		if (v.Reason == "") != (v.Action == Send) {
			t.Errorf("%s: reason %q", test.name, v.Reason)
		}
	}
}

// FuzzDecide checks the guarantees of the rule for untrusted discovered definitions.
func FuzzDecide(f *testing.F) {
	f.Add(false, 0, true, "GET", "/a", true, "GET", "/a")
	f.Add(false, 1, false, "DELETE", "/a", true, "GET", "/a")
	f.Add(true, 2, false, "POST", "/a", false, "", "")
	f.Fuzz(func(t *testing.T, trusted bool, server int, builtIn bool, method, path string, known bool, knownMethod, knownPath string) {
		c := Case{Origin: IsOverride, Trusted: trusted, Server: ServerChoice(server & 3 % 3), BuiltIn: builtIn, Method: method, Path: path}
		if known {
			c.Counterpart = &Signature{knownMethod, knownPath}
		}
		v := Decide(c)
		if trusted || c.Server == MockServer {
			if v.Action != Send || v.Server != c.Server {
				t.Errorf("%+v: %+v", c, v)
			}
			return
		}
		if v.Token || v.Server == DefinitionServer {
			t.Errorf("%+v may use the file's servers: %+v", c, v)
		}
		if v.Action == Send && (known && *c.Counterpart != Signature{method, path} || !known && method != "GET" && method != "HEAD") {
			t.Errorf("%+v is sent: %+v", c, v)
		}
	})
}

// TestRule applies the rule to an override of a built-in API.
func TestRule(t *testing.T) {
	t.Parallel()
	const override = `openapi: 3.0.3
servers: [{url: "http://127.0.0.1:9"}]
paths:
  /v1/access-tokens:
    get: {operationId: listAccessTokens}
    delete: {operationId: wipe}
    post: {operationId: revokeAccessToken}
`
	dir := folder(t, map[string]string{".epilot/overrides/access-token.yaml": override, ".epilot/overrides/own.yaml": override})
	file := filepath.Join(dir, ".epilot", "overrides", "access-token.yaml")
	trust := newTrust(t, dir)
	c := New(Options{Dir: dir})
	rule := func(api, id string, server ServerChoice) *Ruling {
		t.Helper()
		loaded, err := c.Load(t.Context(), api, "")
		if err != nil {
			t.Fatal(err)
		}
		ruling, err := c.Rule(loaded, loaded.Find(id), server, trust)
		if err != nil {
			t.Fatal(err)
		}
		return ruling
	}
	list := rule("access-token", "listAccessTokens", DefinitionServer)
	if list.Err("") != nil || !slices.Equal(list.Servers, c.Servers("access-token")) || !strings.Contains(list.Notice(), file+", which is not trusted") {
		t.Errorf("a built-in operation: %+v, %q", list, list.Notice())
	}
	wipe := rule("access-token", "wipe", DefinitionServer)
	if q := wipe.Question("https://x.example/v1"); wipe.Action != Ask || !strings.Contains(q, file) || !strings.Contains(q, "DELETE https://x.example/v1") {
		t.Errorf("a new operation that writes: %+v, %q", wipe, q)
	}
	for _, refused := range []*Ruling{wipe, rule("access-token", "revokeAccessToken", NamedServer), rule("own", "listAccessTokens", DefinitionServer)} {
		err := failure.Of(refused.Err("https://x.example/v1"))
		if err.Kind != failure.Credentials || !strings.Contains(err.Hint, "epilot definitions trust ") {
			t.Errorf("refused: %v, %q", err, err.Hint)
		}
	}
	trust.Digests = "sha256:" + digest([]byte(override))
	if ruling := rule("access-token", "revokeAccessToken", DefinitionServer); ruling.Err("") != nil || !ruling.Token || ruling.Servers[0] != "http://127.0.0.1:9" {
		t.Errorf("trusted by its content: %+v", ruling)
	}
	trust.Digests = "md5:1"
	if _, err := c.Rule(&openapi.API{Source: file, Found: true, Digest: func() string { return "" }}, &openapi.Operation{}, NamedServer, trust); err == nil {
		t.Error("a list of another form was accepted")
	}
}

// TestOverrideOfAnotherOwner checks the owner of each part of an override's path.
func TestOverrideOfAnotherOwner(t *testing.T) {
	t.Parallel()
	for _, foreign := range []string{"entity.yaml", "overrides", ".epilot", "sub", "repository", ""} {
		dir := folder(t, map[string]string{
			"repository/.git/HEAD": "", "repository/sub/x": "", "repository/.epilot/overrides/entity.yaml": definition("own"),
		})
		var warnings []string
		trust := newTrust(t, dir)
		c := New(Options{Dir: filepath.Join(dir, "repository", "sub"), Trust: trust, Warn: func(m string) { warnings = append(warnings, m) }})
		c.owns = func(info fs.FileInfo) bool { return info.Name() != foreign }
		load := func() *openapi.API {
			t.Helper()
			api, err := c.Load(t.Context(), "entity", "")
			if err != nil {
				t.Fatal(err)
			}
			return api
		}
		if api := load(); api.Found != (foreign == "") {
			t.Errorf("%q of another owner: used %v", foreign, api.Source)
		}
		load()
		if len(warnings) != len(foreign)/max(len(foreign), 1) {
			t.Errorf("%q of another owner: warnings %q", foreign, warnings)
		}
		trust.Digests = "sha256:" + digest([]byte(definition("own")))
		if api := load(); !api.Found {
			t.Errorf("%q of another owner: not used although its content is trusted", foreign)
		}
	}
}

func TestOverrideThatIsNotAFile(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{".epilot/overrides/other.yaml": ""})
	if err := os.Mkdir(filepath.Join(dir, ".epilot", "overrides", "entity.yaml"), 0o700); err != nil {
		t.Fatal(err)
	}
	_, err := New(Options{Dir: dir}).Load(t.Context(), "entity", "")
	if failure.Of(err).Kind != failure.File {
		t.Errorf("a folder as an override: %v", err)
	}
}
