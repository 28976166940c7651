//go:build unix

package cmd_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/internal/prompt/prompttest"
)

const (
	tab       = "\t"
	lineStart = "\x01" // Ctrl-A
	eraseLine = "\x15" // Ctrl-U
)

// tabs are keys that a person types, and the words that the line then has.
func tabs() [][2]string {
	return [][2]string{
		{"epilot access-t\trev\t", "epilot access-token revokeAccessToken"},
		{"epilot --json -p a=1 access-token rev\t", "epilot --json -p a=1 access-token revokeAccessToken"},
		{"epilot profile us\t", "epilot profile use"},
		{"epilot access-token listAccessTokens -p t\tj\t", "epilot access-token listAccessTokens -p token_type=journey"},
		{"epilot access-token listAccessTokens --param=t\tj\t", "epilot access-token listAccessTokens --param=token_type=journey"},
		{"epilot access-token listAccessTokens -o nd\t", "epilot access-token listAccessTokens -o ndjson"},
		{"epilot access-token listAccessTokens --output=nd\t--ret\t-u\t", "epilot access-token listAccessTokens --output=ndjson --retry-unsafe"},
		{"epilot access-token createAccessToken -d @bo\t", "epilot access-token createAccessToken -d @body.yaml"},
		{"epilot access-token createAccessToken -d @su\tin\t", "epilot access-token createAccessToken -d @sub/inner.json"},
		{"epilot access-token createAccessToken --data=@su\tin\t", "epilot access-token createAccessToken --data=@sub/inner.json"},
		{"epilot access-token createAccessToken -f na\t@bo\t", "epilot access-token createAccessToken -f name=@body.yaml"},
		{"epilot pets --definition pe\tge\t", "epilot pets --definition pets.yaml getPet"},
		{"epilot --definition pets.yaml pets getPet -p ns\tb\t", "epilot --definition pets.yaml pets getPet -p ns:kind=big:one"},
		{"epilot --definition pets.yaml pets getPet -p x-\tt\t", "epilot --definition pets.yaml pets getPet -p x-of-y=two words"},
		{"epilot config set stage d\t", "epilot config set stage dev"},
		{"epilot --profile ci\t", "epilot --profile ci-of-a"},
	}
}

// shell starts an interactive shell in a terminal, with the files that the
// person has, or skips.
func (s *sitting) shell(name string, args ...string) *prompttest.Terminal {
	s.t.Helper()
	program, err := exec.LookPath(name)
	if err != nil {
		s.t.Skipf("no %s here", name)
	}
	cmd := exec.Command(program, args...)
	cmd.Env, cmd.Dir = append(s.env, "GORACE="+os.Getenv("GORACE")), s.dir
	return prompttest.Start(s.t, cmd, 300, 30)
}

// work fills the home with what is completed.
func (s *sitting) work() {
	s.t.Helper()
	for _, dir := range []string{"sub", "config/epilot", "config/fish"} {
		if err := os.MkdirAll(filepath.Join(s.dir, dir), 0o700); err != nil {
			s.t.Fatal(err)
		}
	}
	s.file("body.yaml", "name: x\n", 0o600)
	s.file("sub/inner.json", "{}", 0o600)
	s.file("pets.yaml", pets, 0o600)
	s.file("config/epilot/profiles.json", `{"profiles":{"ci-of-a":{"token":"SeCrEt"}}}`, 0o600)
}

// show is what the shells of sh's kind print a line's words with.
const show = "show() { printf '<%s>' \"$@\"; echo .; }\nPS1='READY> '\n"

const pets = `openapi: 3.0.3
info: {title: Pets, version: "1"}
paths:
  /pets:
    get:
      operationId: getPet
      parameters:
        - {name: "ns:kind", in: query, schema: {type: string, enum: ["big:one", small]}}
        - {name: x-of-y, in: query, schema: {type: string, enum: [one, two words]}}
      responses: {"200": {description: ok}}
`

// setUp runs the program's own installation.
func (s *sitting) setUp(args ...string) {
	s.t.Helper()
	if out, err := s.command(append([]string{"completion", "--install"}, args...)...).CombinedOutput(); err != nil {
		s.t.Fatalf("%v: %s", err, out)
	}
}

// typeTabs types each line and lets the shell print the words that it has become.
func (s *sitting) typeTabs(p *prompttest.Terminal) {
	t := s.t
	t.Helper()
	p.Wait("READY>")
	for _, row := range tabs() {
		keys, want := row[0], row[1]
		p.Type(keys)
		p.Type(lineStart + "show \r")
		p.Wait(words(want) + ".")
	}
	p.Type("epilot access-token getAccessToken" + tab + tab)
	p.Wait("public keys that verify access tokens")
	p.Type(eraseLine)
	tabRunsNothing(p)
	if strings.Contains(p.Text(), "SeCrEt") || strings.Contains(p.Text(), "command not found") {
		t.Errorf("the screen shows what it must not:\n%s", p.Text())
	}
	p.Type("exit\r")
	p.Exit()
	if _, err := os.Stat(filepath.Join(s.dir, "run-by-tab")); err == nil {
		t.Error("a Tab has run a command of the line")
	}
}

// tabRunsNothing types Tab behind commands that would leave a file.
func tabRunsNothing(p *prompttest.Terminal) {
	for _, row := range [][2]string{
		{"--token $(touch run-by-tab) getAccessTokenJ", "getAccessTokenJwks"},
		{"--token=\"a $(touch run-by-tab)\" getAccessTokenO", "getAccessTokenOIDC"},
		{"-p name=$(touch run-by-tab) getPublicTokenJ", "getPublicTokenJwks"},
		{"--jsonata '$count(touch run-by-tab)' getContactIdentificationTokenJ", "getContactIdentificationTokenJwks"},
		{"-d '{\"a b\": \"$(touch run-by-tab)\"}' getContactIdentificationTokenO", "getContactIdentificationTokenOIDC"},
	} {
		p.Type("epilot access-token " + row[0] + tab)
		p.Wait(row[1])
		p.Type(eraseLine)
	}
	p.Type("epilot access-token listAccessTokens 2>run-by-tab" + tab + eraseLine)
	p.Type("epilot access-token --token \"`touch run-by-tab`\" getPublicTokenO" + tab + eraseLine)
}

func words(line string) string {
	line = strings.ReplaceAll(line, "two words", "two\x00words")
	return strings.ReplaceAll("<"+strings.ReplaceAll(line, " ", "><")+">", "\x00", " ")
}

// TestTabInBash loads the script as the package bash-completion does it.
func TestTabInBash(t *testing.T) {
	t.Parallel()
	const library = "/usr/share/bash-completion/bash_completion"
	if _, err := os.Stat(library); err != nil {
		t.Skip("no bash-completion here")
	}
	s := sit(t)
	s.work()
	s.file(".bashrc", ". "+library+"\n"+show, 0o600)
	s.setUp("bash")
	s.typeTabs(s.shell("bash", "--noprofile", "-i"))
}

// TestTabInBareBash is bash that does not load the package, and splits words at
// = : @.
func TestTabInBareBash(t *testing.T) {
	t.Parallel()
	s := sit(t)
	s.work()
	s.file(".bashrc", show, 0o600)
	s.setUp("bash")
	s.typeTabs(s.shell("bash", "--noprofile", "-i"))
}

func TestTabInZsh(t *testing.T) {
	t.Parallel()
	s := sit(t)
	s.work()
	s.file(".zshrc", "bindkey -e\n"+show, 0o600)
	s.setUp("zsh")
	p := s.shell("zsh", "-i")
	p.Ask("READY>", "epilot access-token revokeAccessToken "+tab)
	p.Wait("id: string")
	p.Type(eraseLine)
	s.typeTabs(p)
}

func TestTabInFish(t *testing.T) {
	t.Parallel()
	s := sit(t)
	s.work()
	s.file("config/fish/config.fish", "function fish_prompt; echo -n 'READY> '; end\nfunction show; printf '<%s>' $argv; echo .; end\nset -g fish_greeting\nset -g fish_autosuggestion_enabled 0\n", 0o600)
	s.setUp("fish")
	s.typeTabs(s.shell("fish", "-i"))
}
