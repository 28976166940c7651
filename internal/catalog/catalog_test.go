package catalog

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/internal/failure"
)

// definition is a document with one operation with this ID.
func definition(id string) string {
	return "openapi: 3.0.3\npaths: {/x: {get: {operationId: " + id + "}}}\n"
}

func kindOf(err error) failure.Kind {
	var failed *failure.Error
	if !errors.As(err, &failed) {
		return ""
	}
	return failed.Kind
}

// folder writes files to a new folder and returns it.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		file := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// TestWhichDefinition loads "access-token", or the named API, and identifies the
// definition by its first operation.
func TestWhichDefinition(t *testing.T) {
	t.Parallel()
	const overrides = ".epilot/overrides/"
	for name, row := range map[string]struct {
		files     map[string]string
		dir       string // working directory
		api, file string // file: --definition
		want      string // operation ID, or a part of the message
		kind      failure.Kind
	}{
		"embedded":              {want: "createAccessToken"},
		"unknown":               {api: "acces-token", want: `unknown API "acces-token"`, kind: failure.Usage},
		"override":              {files: map[string]string{overrides + "access-token.yaml": definition("own")}, want: "own"},
		"JSON before YAML":      {files: map[string]string{overrides + "access-token.yml": definition("yml"), overrides + "access-token.json": `{"openapi":"3.0.0","paths":{"/x":{"get":{"operationId":"json"}}}}`}, want: "json"},
		"of the repository":     {files: map[string]string{".git/HEAD": "", overrides + "access-token.yaml": definition("root"), "a/b/x": ""}, dir: "a/b", want: "root"},
		"the nearest":           {files: map[string]string{".git": "gitdir: x", overrides + "access-token.yaml": definition("root"), "a/" + overrides + "access-token.yml": definition("near")}, dir: "a", want: "near"},
		"not above the root":    {files: map[string]string{"a/.git/HEAD": "", overrides + "access-token.yaml": definition("above")}, dir: "a", want: "createAccessToken"},
		"no repository":         {files: map[string]string{overrides + "access-token.yaml": definition("above"), "a/x": ""}, dir: "a", want: "createAccessToken"},
		"a new API":             {files: map[string]string{overrides + "shop.yaml": definition("buy")}, api: "shop", want: "buy"},
		"an override's mistake": {files: map[string]string{overrides + "access-token.yaml": "openapi: 2"}, want: `access-token.yaml:1:10: OpenAPI "2"`, kind: failure.Usage},
		"an override's folder":  {files: map[string]string{overrides + "access-token.json/x": ""}, want: "access-token.json cannot be read", kind: failure.File},
		"a file where a folder": {files: map[string]string{".epilot": "x"}, want: "createAccessToken"},
		"out of the folder":     {files: map[string]string{"shop.yaml": definition("out")}, api: "../../shop", want: "unknown API", kind: failure.Usage},
		"definition":            {files: map[string]string{"own.yaml": definition("own"), overrides + "access-token.yaml": definition("override")}, file: "own.yaml", want: "own"},
		"definition, new API":   {files: map[string]string{"own.yaml": definition("own")}, api: "shop", file: "own.yaml", want: "own"},
		"definition missing":    {file: "no.yaml", want: "no such file", kind: failure.Usage},
		"definition is folder":  {files: map[string]string{"own.yaml/x": ""}, file: "own.yaml", want: "cannot be read", kind: failure.File},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := folder(t, row.files)
			if row.file != "" {
				row.file = filepath.Join(root, row.file)
			}
			if row.api == "" {
				row.api = "access-token"
			}
			c := New(Options{Dir: filepath.Join(root, row.dir)})
			api, err := c.Load(t.Context(), row.api, row.file)
			if row.kind != "" {
				if kindOf(err) != row.kind || !strings.Contains(err.Error(), row.want) {
					t.Fatalf("error %v (%s), want %q (%s)", err, kindOf(err), row.want, row.kind)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := api.Operations[0].ID; got != row.want || api.Name != row.api {
				t.Errorf("loaded %s with %s, want %s", api.Name, got, row.want)
			}
			if embedded := row.want == "createAccessToken"; embedded != (api.Source == "") {
				t.Errorf("source %q", api.Source)
			}
		})
	}
}

func TestUnknownNameHasAHint(t *testing.T) {
	t.Parallel()
	_, err := New(Options{}).Load(t.Context(), "acces-token", "")
	if hint := failure.Of(err).Hint; !strings.Contains(hint, `"access-token"`) {
		t.Errorf("hint %q", hint)
	}
	_, err = New(Options{}).Load(t.Context(), "zzzzzzzz", "")
	if hint := failure.Of(err).Hint; hint == "" || strings.Contains(hint, "mean") {
		t.Errorf("hint %q", hint)
	}
}

func TestDefinitionFromURL(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	mux.HandleFunc("/api.yaml", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization")+r.Header.Get("Cookie") != "" || r.UserAgent() != "epilot-cli/test" {
			w.WriteHeader(http.StatusTeapot)
		}
		_, _ = w.Write([]byte("servers: [{url: v1}]\n" + definition("online")))
	})
	mux.HandleFunc("/large", func(w http.ResponseWriter, _ *http.Request) {
		block := []byte(strings.Repeat(" ", 1<<20))
		for range 33 {
			_, _ = w.Write(block)
		}
	})
	mux.HandleFunc("/cut", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		_, _ = w.Write([]byte("openapi: 3.0.3"))
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	c := New(Options{Fetch: &http.Transport{DisableKeepAlives: true}, UserAgent: "epilot-cli/test"})

	api, err := c.Load(t.Context(), "shop", server.URL+"/api.yaml?signature=secret")
	if err != nil {
		t.Fatal(err)
	}
	if api.Find("online") == nil || api.Source == "" || !slices.Equal(api.Servers, []string{server.URL + "/v1"}) {
		t.Errorf("loaded %+v", api)
	}
	for path, want := range map[string]struct {
		text string
		kind failure.Kind
	}{
		"/missing?signature=secret": {"the server returned 404", failure.Network},
		"/large":                    {"larger than 32 MB", failure.Network},
		"/cut":                      {"cannot be fetched", failure.Network},
	} {
		_, err := c.Load(t.Context(), "shop", server.URL+path)
		if kindOf(err) != want.kind || !strings.Contains(err.Error(), want.text) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v (%s)", path, err, kindOf(err))
		}
	}
}

func TestFetchThatIsRefusedOrEnded(t *testing.T) {
	t.Parallel()
	hold := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-hold }))
	t.Cleanup(func() { close(hold); server.Close() })
	c := New(Options{Fetch: &http.Transport{}})

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Load(ctx, "shop", server.URL); kindOf(err) != failure.Interrupted {
		t.Errorf("ended by the person: %v (%s)", err, kindOf(err))
	}
	withUser := strings.Replace(server.URL, "http://", "HTTP://user:word@", 1)
	if _, err := c.Load(t.Context(), "shop", withUser); kindOf(err) != failure.Usage || strings.Contains(err.Error(), "word@") {
		t.Errorf("credentials in the URL: %v (%s)", err, kindOf(err))
	}
	if _, err := New(Options{}).Load(t.Context(), "shop", server.URL); kindOf(err) != failure.Usage {
		t.Errorf("no way to fetch: %v (%s)", err, kindOf(err))
	}
}

// TestNamedDefinition reads a definition by each notation that --definition accepts.
func TestNamedDefinition(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{"a b.yaml": definition("own")})
	file := filepath.ToSlash(filepath.Join(dir, "a b.yaml"))
	if !strings.HasPrefix(file, "/") {
		file = "/" + file // C:/…
	}
	escaped := strings.ReplaceAll(file, " ", "%20")
	for _, name := range []string{filepath.Join(dir, "a b.yaml"), "file://" + escaped, "file://localhost" + escaped, "FILE:" + escaped, "-"} {
		c := New(Options{Stdin: strings.NewReader(definition("own"))})
		for range 2 { // stdin is read once
			api, err := c.Load(t.Context(), "own", name)
			if err != nil || api.Find("own") == nil || api.Found {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	for _, name := range []string{"-", "file://other" + escaped, "file:", "file:///missing.yaml", "file:///a?b"} {
		if _, err := New(Options{}).Load(t.Context(), "own", name); failure.Of(err).Kind != failure.Usage {
			t.Errorf("%s: %v", name, err)
		}
	}
}
