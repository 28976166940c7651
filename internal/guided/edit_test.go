package guided

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/openapi"
)

func create() *openapi.Operation {
	text := &openapi.Schema{Types: []string{"string"}}
	s := &openapi.Schema{
		Types: []string{"object"}, Required: []string{"name"},
		Properties: []openapi.Property{{Name: "name", Schema: text}, {Name: "url", Schema: text}},
	}
	return &openapi.Operation{ID: "create", Method: "POST", Path: "/v1/things", Line: "Create a thing", Body: &openapi.Body{
		Required: true, Contents: []*openapi.Content{{MediaType: "application/json", Schema: s}},
	}}
}

// edits runs Edit with a user who saves these texts in turn; "" leaves the text
// unchanged. It returns the offered texts.
func edits(t *testing.T, start string, left ...string) (offered []string, body string, err error) {
	t.Helper()
	g := &Guide{}
	g.Prompts = &script{guide: g, editing: func(text string) string {
		offered = append(offered, text)
		if edited := left[len(offered)-1]; edited != "" {
			return edited
		}
		return text
	}}
	json, err := g.Edit(t.Context(), create(), start)
	return offered, string(json), err
}

func TestEdit(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ name, text, want string }{
		{"JSON", `{"name":"x"}`, `{"name":"x"}`},
		{"comments", "// a\n# b\n{ // c\n\"name\": \"//x # \\\"\", /* d\n */ \"url\": \"http://x\" # e\n}", `{"name":"//x # \"","url":"http://x"}`},
		{"YAML", "// a\n\n# b\nname: x # c\nurl: http://x", `{"name":"x","url":"http://x"}`},
	} {
		_, body, err := edits(t, "", row.text)
		if err != nil || strings.Join(strings.Fields(body), "") != strings.Join(strings.Fields(row.want), "") {
			t.Errorf("%s: %q %v, want %s", row.name, body, err, row.want)
		}
	}
}

func TestEditOffers(t *testing.T) {
	t.Parallel()
	offered, body, err := edits(t, "", `{"name":"x"}`)
	if err != nil || body == "" || !strings.Contains(offered[0], "// POST /v1/things\n// Create a thing\n") ||
		!strings.Contains(offered[0], "//   name: string\n") || !strings.HasSuffix(offered[0], "\n{\n  \"name\": \"string\"\n}\n") {
		t.Errorf("%q %v, offered %s", body, err, offered)
	}
	if offered, _, _ = edits(t, `{"name":"before"}`, ""); !strings.Contains(offered[0], `"name": "before"`) {
		t.Errorf("offered %s", offered)
	}
}

// TestEditUnchanged: an unchanged sample is not sent without confirmation, and never
// with a placeholder.
func TestEditUnchanged(t *testing.T) {
	t.Parallel()
	if _, _, err := edits(t, "", "", ""); failure.ExitStatus(err) != 2 || !strings.Contains(err.Error(), `name is still the placeholder "string"`) {
		t.Errorf("a placeholder: %v", err)
	}
	offered, _, err := edits(t, "", `{"name":"string","url":"x"}`, `{"name":"Ada","url":"string"}`)
	if err != nil || len(offered) != 2 || !strings.HasPrefix(offered[1], "// error: body: name is still") {
		t.Errorf("a placeholder that is mended: %v, offered %q", err, offered)
	}
	if _, body, err := edits(t, `{"name":"string"}`, `{"name":"string","url":"x"}`); err != nil || body == "" {
		t.Errorf("a body of the person: %q %v", body, err)
	}
}

func TestEditAgain(t *testing.T) {
	t.Parallel()
	offered, body, err := edits(t, "", "// mine\n{\"name\": 1}", "{\n\"name\" 1}", `{"name":"x"}`)
	if err != nil || body != `{"name":"x"}` || len(offered) != 3 {
		t.Fatalf("%q %v", body, err)
	}
	if want := "// error: body: $.name: must be string, not integer at line:3:10\n// mine\n{\"name\": 1}"; offered[1] != want {
		t.Errorf("offered %q, want %q", offered[1], want)
	}
	if !strings.HasPrefix(offered[2], "// error: line:3:8: expected ':'") || strings.Count(offered[2], "error") != 1 {
		t.Errorf("offered %q", offered[2])
	}
	if _, _, err = edits(t, "", "{}", ""); failure.ExitStatus(err) != 2 {
		t.Errorf("left as it was: %v", err)
	}
	if _, _, err = edits(t, "", "// nothing\n \n# here"); failure.ExitStatus(err) != 130 {
		t.Errorf("empty: %v", err)
	}
}

func TestAnswersKeepNoSecret(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state", "a.json")
	a := OpenAnswers(path, func(text string) bool { return strings.Contains(text, "s3cret") })
	for id, text := range map[string]string{
		"body/name": "x", "body/token_type": "api", "body/accessToken": "1", "param/header/X-Api-Key": "2",
		"body/a/password/0": "3", "body/b": "eyJabc.def", "body/c": "my s3cret", "body/d": `{"clientSecret":"4"}`, "body/api_keys/id": "5",
	} {
		a.Put(id, text)
	}
	if err := a.Save(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if want := "{\n  \"body/name\": \"x\",\n  \"body/token_type\": \"api\"\n}\n"; err != nil || string(text) != want {
		t.Errorf("%s %v, want %s", text, err, want)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info.Mode(), err)
	}
	if got := OpenAnswers(path, nil).Get("body/name"); got != "x" {
		t.Errorf("read again: %q", got)
	}
}

func TestKeepBody(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "cache", "a.json")
	for _, secret := range []string{`{"token":"x"}`, `[{"a":{"api_key":"x"}}]`, `{"a":"eyJx"}`, `{"a":"mine"}`} {
		if err := KeepBody(path, []byte(secret), func(text string) bool { return strings.Contains(text, "mine") }); err != nil {
			t.Fatal(err)
		}
		if got := LastBody(path); got != "" {
			t.Errorf("kept %s", got)
		}
	}
	if err := KeepBody(path, []byte(`{"token_type":"api"}`), nil); err != nil || LastBody(path) != `{"token_type":"api"}` {
		t.Errorf("%v, kept %q", err, LastBody(path))
	}
}
