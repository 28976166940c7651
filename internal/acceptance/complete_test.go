package acceptance

import (
	"slices"
	"strings"
	"testing"
)

// asks returns the candidates without their descriptions, and the directive, such as
// ":4": 2 no space, 4 no files, 32 keep the order.
func asks(t *testing.T, words ...string) (candidates []string, directive string) {
	t.Helper()
	done := Process{Env: map[string]string{"HOME": t.TempDir()}}.Run(t.Context(), append([]string{"__complete"}, words...)...)
	if done.Status != 0 || done.Stderr != "" {
		t.Fatalf("%q: status %d, stderr %q", words, done.Status, done.Stderr)
	}
	for line := range strings.Lines(done.Stdout) {
		text, _, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		candidates = append(candidates, text)
	}
	last := len(candidates) - 1
	return candidates[:last], candidates[last]
}

// TestComplete checks the completions of a line that ends at the cursor.
func TestComplete(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		line string // arguments; '' is an empty one
		want string
	}{
		// Commands and names.
		{"access-t", "access-token :4"},
		{"conf", "config configuration-hub :4"},
		{"access-token rev", "revokeAccessToken :4"},
		{"no-such-api ''", ":4"},
		{"accessT", "accessToken :4"},
		{"access_", "access_token :4"},
		{"accessToken list_acc", "list_access_tokens :4"},
		{"access-token list-", "list-access-tokens :4"},
		{"pricing calculate-p", "calculate-pricing-details :4"},
		{"listAcc", "listAccessTokens :4"},
		{"list-acc", "list-access-tokens :4"},
		{"listAccessTokens --token-type j", "journey :36"},
		{"getExecutionBy", ":4"},
		{"access-token noSuchOperation ''", ":4"},
		{"--json -p a=1 access-token rev", "revokeAccessToken :4"},
		{"access-token --token x rev", "revokeAccessToken :4"},
		{"access-token --token=x rev", "revokeAccessToken :4"},
		{"file upl", "uploadFileV2 uploadFile uploadFilePublic upload :4"},
		{"file upload ''", ":0"},
		{"file upload a.png ''", ":0"},
		{"hel", "help :4"},
		{"help conf", "config configuration-hub :4"},
		{"help config se", "set :4"},
		{"help exi", "exit-codes :4"},
		{"help en", "environment entity entity-mapping environments :4"},
		{"exi", ":4"},
		{"help access-token rev", "revokeAccessToken :4"},
		// Path parameters.
		{"access-token revokeAccessToken ''", "_activeHelp_ id: string :4"},
		{"access-token revokeAccessToken 1 ''", ":4"},
		{"access-token -- rev", "revokeAccessToken :4"},
		{"access-token revokeAccessToken -- -", "_activeHelp_ id: string :4"},
		// Parameters as flags.
		{"access-token listAccessTokens --tok", "--token-type --token :36"},
		{"access-token listAccessTokens --token-type j", "journey :36"},
		{"access-token listAccessTokens --token-type=j", "journey :36"},
		{"access-token listAccessTokens --token-type api --token-t", "--token-type :36"},
		{"entity getEntity --slug contact --sl", ":36"},
		{"entity getEntity --hydrate=", "true false :36"},
		{"entity getEntity --id ''", "_activeHelp_ id: string, uuid :36"},
		{"entity getEntity --slug contact -p i", "id= :38"},
		{"access-token createAccessToken --token-t", ":36"},
		// Parameters.
		{"access-token listAccessTokens -p ''", "token_type= :38"},
		{"access-token listAccessTokens -p t", "token_type= :38"},
		{"access-token listAccessTokens -p token_type=j", "token_type=journey :36"},
		{"access-token listAccessTokens -p token_type=api -p ''", "token_type= :38"},
		{"access-token listAccessTokens --param t", "token_type= :38"},
		{"access-token listAccessTokens --param=t", "token_type= :38"},
		{"access-token listAccessTokens --param=token_type=j", "token_type=journey :36"},
		{"access-token listAccessTokens -pt", "-ptoken_type= :38"},
		{"access-token listAccessTokens -vpt", "-vptoken_type= :38"},
		{"access-token listAccessTokens -p=t", "token_type= :38"},
		{"access-token listAccessTokens -ptoken_type=j", "journey :36"},
		{"-p token_type=j access-token listAccessTokens --json -p token_type=p", "token_type=portal token_type=portal_preview :36"},
		{"access-token revokeAccessToken -p ''", "id= :38"},
		{"access-token revokeAccessToken x -p ''", ":36"},
		{"access-token revokeAccessToken -p id=x -p ''", ":36"},
		{"access-token revokeAccessToken -p id=", "_activeHelp_ id: string :36"},
		{"-p ''", ":4"},
		{"access-token -p ''", ":4"},
		{"config -p ''", "get list path set unset :4"},
		// Values of other flags.
		{"access-token listAccessTokens -o t", "table tsv :36"},
		{"access-token listAccessTokens --output=nd", "ndjson :36"},
		{"-ot", "-otable -otsv :36"},
		{"access-token --server ''", "mock :4"},
		{"access-token --server=m", "mock :4"},
		{"profile create x --server ''", ":4"},
		{"profile create x --stage ''", "prod dev staging :36"},
		{"profile set x --unset t", "token token-command :36"},
		{"auth status --api access-t", "access-token :4"},
		{"access-token createAccessToken --skeleton=f", "full :36"},
		{"access-token createAccessToken --skeleton f", ":4"},
		{"access-token createAccessToken --token ''", ":4"},
		{"access-token createAccessToken --definition ''", ":0"},
		{"access-token createAccessToken --definition=x", ":0"},
		{"access-token createAccessToken --out-file ''", ":0"},
		{"access-token createAccessToken -d ''", "@ - :38"},
		{"access-token createAccessToken -f na", "name= :38"},
		{"access-token createAccessToken -f token_type=j", "token_type=journey :36"},
		{"access-token createAccessToken -f name=x -f na", ":36"},
		{"access-token listAccessTokens -f ''", ":36"},
		// Flags.
		{"access-token createAccessToken --param", "--param :36"},
		{"access-token createAccessToken --dry-run --dr", ":36"},
		{"access-token createAccessToken -p a=1 --param", "--param :36"},
		{"access-token createAccessToken --skel", "--skeleton :36"},
		{"search --lim", "--limit :36"},
		{"search --param", ":36"},
		{"profile create --tok", "--token --token-command :36"},
		{"--out", "--output --out-file :36"},
		{"--nope=", ":4"},
		// Fixed commands.
		{"auth log", "login logout :4"},
		{"auth no-such ''", ":4"},
		{"search ''", ":4"},
		{"--limit search ''", ":4"},
		{"auth token ''", ":4"},
		{"config set st", "stage :36"},
		{"config set stage ''", "prod dev staging :36"},
		{"config --json set stage d", "dev :36"},
		{"config set pager ''", ":36"},
		{"config get credential", "credential_store :36"},
		{"config get stage ''", ":4"},
		{"definitions show access-t", "access-token :4"},
		{"definitions show access-token ''", ":4"},
		{"definitions update access-token access-t", ":4"},
		{"completion ''", "bash zsh fish powershell :4"},
		{"completion --un", "--uninstall :36"},
		{"completion zsh ''", ":4"},
		{"definitions trust ''", ":0"},
		{"mock seed ''", ":0"},
		{"mock seed a.yaml ''", ":4"},
		{"mock seed --state ''", ":0"},
		{"mock --state=x", ":0"},
		{"mock --record ''", ":0"},
		{"definitions reset access-t", "access-token :4"},
	} {
		words := strings.Split(strings.ReplaceAll(row.line, "''", ""), " ")
		candidates, directive := asks(t, words...)
		if got := strings.Join(append(candidates, directive), " "); got != row.want {
			t.Errorf("%s\n got %s\nwant %s", row.line, got, row.want)
		}
	}
}

func TestCompleteFirstWords(t *testing.T) {
	t.Parallel()
	candidates, _ := asks(t, "")
	for _, want := range []string{"auth", "config", "definitions", "entity", "workflow"} {
		if !slices.Contains(candidates, want) {
			t.Errorf("%s is missing in %q", want, candidates)
		}
	}
	if slices.Contains(candidates, "__complete") {
		t.Error("a hidden command is offered")
	}
	done := Process{}.Run(t.Context(), "__complete", "access-t")
	if done.Stdout != "access-token\tAPI tokens for scripts, journeys, portals and apps\n:4\n" {
		t.Errorf("with what it is for: %q", done.Stdout)
	}
	done = Process{}.Run(t.Context(), "__completeNoDesc", "access-t")
	if done.Stdout != "access-token\n:4\n" {
		t.Errorf("without: %q", done.Stdout)
	}
}

// TestCompleteEveryOperation completes the operations, the parameters and the fields
// of the complete catalog: each line must have one candidate.
func TestCompleteEveryOperation(t *testing.T) {
	t.Parallel()
	needsLoad(t, "asks for each of the operations")
	apis, _ := asks(t, "definitions", "show", "")
	count := 0
	for _, api := range apis {
		operations, _ := asks(t, api, "")
		for _, id := range operations {
			count++
			keys, _ := asks(t, api, id, "-p", "")
			fields, _ := asks(t, api, id, "-f", "")
			for _, key := range slices.Concat(keys, fields) {
				if !strings.HasSuffix(key, "=") && !strings.HasSuffix(key, ".") {
					t.Errorf("%s %s: %q", api, id, key)
				}
			}
		}
	}
	if count < 1100 {
		t.Errorf("only %d operations are offered", count)
	}
}

// FuzzComplete completes arbitrary lines: every candidate must continue the typed
// text.
func FuzzComplete(f *testing.F) {
	for _, line := range []string{"", "-", "--", "--=", "-p=", "-\xff", "access-token -pt", "--limit search ", "help ", "help help ", "completion --", "access-token listAccessTokens -p token_type=j", "access-token createAccessToken -f a.b[0].", "-d @/"} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		words := strings.Split(line, " ")
		candidates, directive := asks(t, words...)
		if !strings.HasPrefix(directive, ":") {
			t.Fatalf("no directive: %q", directive)
		}
		typed := words[len(words)-1]
		if strings.HasPrefix(typed, "-") && !slices.Contains(words, "--") {
			typed = typed[strings.IndexByte(typed, '=')+1:]
		}
		for _, c := range candidates {
			if !strings.HasPrefix(c, typed) && !strings.HasPrefix(c, "_activeHelp_") {
				t.Errorf("%q does not go on from %q", c, typed)
			}
		}
	})
}
