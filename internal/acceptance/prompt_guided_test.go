//go:build unix

package acceptance

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/internal/prompt/prompttest"
)

// TestGuidedVariants creates a token of each type: only the fields of its type are
// prompted for.
func TestGuidedVariants(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ kind, variant, asked, body string }{
		{"api", "AccessTokenParameters", "name", `{"name":"n","token_type":"api"}`},
		{"journey", "JourneyTokenParameters", "name journey_id", `{"name":"n","token_type":"journey","journey_id":"n"}`},
		{"portal", "PortalTokenParameters", "name portal_id", `{"name":"n","token_type":"portal","portal_id":"n"}`},
		{"assume", "AssumeTokenParameters", "name", `{"name":"n","token_type":"assume"}`},
		{"app", "AppTokenParameters", "name", `{"name":"n","token_type":"app"}`},
		{
			"portal_preview", "PortalPreviewTokenParameters", "name portal_id portal_user_id",
			`{"name":"n","token_type":"portal_preview","portal_id":"n","portal_user_id":"n"}`,
		},
	} {
		t.Run(row.kind, func(t *testing.T) {
			t.Parallel()
			s := sit(t)
			p := s.types("access-token", "createAccessToken", "--guided", "--server", "mock")
			p.Ask("Add a request body to createAccessToken? (Y/n)", "\r")
			p.Ask("body: which", "(token_type: "+row.kind+")")
			p.Wait("> " + row.variant + " (token_type: " + row.kind + ")")
			p.Type("\r")
			for name := range strings.FieldsSeq(row.asked) {
				p.Ask("? "+name, "n\r")
				p.Wait("? " + name + " n")
			}
			if row.kind != "portal_preview" {
				p.Ask("optional fields", "\r")
			}
			p.Wait("Authorization: Bearer ***")
			p.Wait(`"token_type": "` + row.kind + `"`)
			p.Wait("Create an access token for")
			p.Ask("Send it? (Y/n)", "\r")
			p.Wait("201 Created")
			exits(t, p, 0)
			want := "epilot access-token createAccessToken -d '" + row.body + "' --server mock"
			if got := lastCommand(t, p); got != want {
				t.Errorf("taught %s, want %s", got, want)
			}
			var created struct {
				Type string `json:"token_type"`
			}
			if err := json.Unmarshal([]byte(s.run(lastCommand(t, p)+" --json")), &created); err != nil || created.Type != row.kind {
				t.Errorf("the command created %+v, %v", created, err)
			}
		})
	}
}

// TestGuided walks parameters and a body of every kind, sends what it showed, and
// prints a command line that sends the same bytes.
func TestGuided(t *testing.T) {
	t.Parallel()
	s, server := sit(t, "EPILOT_TOKEN=SeCrEt-token"), record(t)
	s.file("things.yaml", things, 0o600)
	p := s.types("--guided", "things", "createThing", "--definition", "things.yaml", "-s", server.URL, "-H", "X-Note: it's", "--json")
	p.Ask("? name", "it's \"Zoë\" $HOME 日本\r")
	p.Ask("? size", "12\r")
	p.Ask("! must be at most 9.5", "\x151.50\r")
	p.Ask("optional fields", "\x1b[C\r")
	p.Ask("? color", "blue\r")
	p.Ask("Add a field to labels (0 so far)", "y\r")
	p.Ask("labels: name of the field", "k\r")
	p.Ask("? labels.k", "v\r")
	p.Ask("Add a field to labels (1 so far)", "n\r")
	p.Ask("Add an item to parts (0 so far)", "y\r")
	p.Ask("? parts[0].id", "1.5\r")
	p.Ask("! must be integer", "\x1512345678901234567890\r")
	p.Ask("Add an item to parts (1 so far)", "\r")
	p.Ask("? note", "null\r")
	body := `{"name":"it's \"Zoë\" $HOME 日本","size":1.50,"color":"blue","labels":{"k":"v"},"parts":[{"id":12345678901234567890}],"note":null}`
	p.Wait("POST " + server.URL + "/v1/things")
	p.Ask("Send it? (Y/n)", "\r")
	exits(t, p, 0)
	s.run(lastCommand(t, p))
	all := server.all()
	if len(all) != 2 || !strings.HasSuffix(all[0], "\r\n\n"+body) || all[0] != all[1] {
		t.Errorf("%s\nsent %q", lastCommand(t, p), all)
	}
	if strings.Contains(p.Raw(), "SeCrEt") {
		t.Error("the token is shown")
	}
	kept, err := os.ReadFile(filepath.Join(s.dir, "state/epilot/answers/things_createThing.json"))
	if err != nil || !strings.Contains(string(kept), `"body/color": "blue"`) {
		t.Errorf("remembered %s, %v", kept, err)
	}
}

// TestGuidedPipe: prompts are on stderr, data on stdout.
func TestGuidedPipe(t *testing.T) {
	t.Parallel()
	s, server := sit(t, "EPILOT_TOKEN=SeCrEt-token"), record(t)
	var out bytes.Buffer
	cmd := s.command("access-token", "revokeAccessToken", "--guided", "--server", server.URL)
	cmd.Stdout = &out
	p := prompttest.Start(t, cmd, 100, 30)
	p.Ask("? id", "-7\r")
	p.Ask("Send it? (y/N)", "y\r")
	exits(t, p, 0)
	if out.String() != "{\n  \"ok\": true\n}\n" {
		t.Errorf("stdout is %q", out.String())
	}
	line := lastCommand(t, p)
	s.run(line)
	if all := withoutLookUps(server.all()); len(all) != 2 || all[0] != all[1] {
		t.Errorf("%s sent %q", line, all)
	}
}

// withoutLookUps omits the lookups of ids.
func withoutLookUps(all []string) []string {
	return slices.DeleteFunc(all, func(request string) bool { return strings.HasPrefix(request, "GET /v1/access-tokens\n") })
}

func TestGuidedCancel(t *testing.T) {
	t.Parallel()
	s, server := sit(t, "EPILOT_TOKEN=SeCrEt-token"), record(t)
	p := s.types("access-token", "revokeAccessToken", "--guided", "--server", server.URL)
	p.Ask("? id", "x\r")
	p.Ask("Send it? (y/N)", "\r")
	p.Wait("cancelled: nothing was sent")
	p.Wait("your answers are saved")
	exits(t, p, 130)
	p = s.types("access-token", "revokeAccessToken", "--guided", "--server", server.URL)
	p.Ask("? id [x]", "\r")
	p.Ask("Send it? (y/N)", "\x03")
	p.Wait("your answers are saved: run the same command again to continue")
	exits(t, p, 130)
	p = s.types("access-token", "revokeAccessToken", "--guided", "--dry-run", "--server", server.URL)
	p.Ask("? id [x]", "\r")
	p.Wait("DELETE " + server.URL + "/v1/access-tokens/x")
	exits(t, p, 0)
	if all := withoutLookUps(server.all()); len(all) != 0 || len(server.all()) != 4 {
		t.Errorf("sent %q, and %d look-ups: twice one for the ids, one for the name, none with --dry-run", all, len(server.all()))
	}
}

// TestGuidedFromTheStart also chooses the API and operation.
func TestGuidedFromTheStart(t *testing.T) {
	t.Parallel()
	p := sit(t).types("--guided", "--server", "mock", "--json")
	p.Ask("Which API", "access-token")
	p.Wait("> access-token")
	p.Type("\r")
	p.Ask("which operation", "list")
	p.Wait("> GET    listAccessTokens")
	p.Type("\r")
	p.Ask("Optional parameters", "\r")
	p.Ask("Send it? (Y/n)", "\r")
	exits(t, p, 0)
	if got, want := lastCommand(t, p), "epilot access-token listAccessTokens --server mock --json"; got != want {
		t.Errorf("taught %q, want %q", got, want)
	}
}
