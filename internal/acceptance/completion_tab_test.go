//go:build unix

package acceptance

import (
	"fmt"
	"maps"
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

// tabs returns the typed keys and the arguments that the line then has.
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

// shell starts an interactive shell in a terminal with the user's files, or skips
// the test.
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

// work creates the files in the home that are completed.
func (s *sitting) work() {
	s.t.Helper()
	for _, dir := range []string{"sub", "config/epilot", "config/fish"} {
		if err := os.MkdirAll(filepath.Join(s.dir, dir), 0o700); err != nil {
			s.t.Fatal(err)
		}
	}
	s.file("body.yaml", "name: x\n", 0o600)
	s.file("sub/inner.json", "{}", 0o600)
	for _, name := range []string{"spaced name.json", "it's.json", "do$HOME.json"} {
		s.file(name, "{}", 0o600)
	}
	s.file("pets.yaml", pets, 0o600)
	s.file("config/epilot/profiles.json", `{"profiles":{"ci-of-a":{"token":"SeCrEt"}}}`, 0o600)
}

// show is a function that prints a line's arguments in shells like sh.
const show = "show() { local IFS=' '; printf '<%s>' \"$@\"; echo .; }\nPS1='READY> '\n"

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

// openQuotes returns the same for an argument after an opening quote, which the
// shell closes.
func openQuotes() [][2]string {
	return [][2]string{
		{"epilot access-token listAccessTokens -p \"token_type=j\t", "epilot access-token listAccessTokens -p token_type=journey"},
		{"epilot access-token listAccessTokens -p 'token_type=j\t", "epilot access-token listAccessTokens -p token_type=journey"},
		{"epilot \"access-token\" 'listAccessTokens' -o \"nd\t", "epilot access-token listAccessTokens -o ndjson"},
		{"epilot --definition pets.yaml pets getPet -p \"x-of-y=t\t", "epilot --definition pets.yaml pets getPet -p x-of-y=two words"},
		{"epilot --definition pets.yaml pets getPet -p x-of-y=two\\ w\t", "epilot --definition pets.yaml pets getPet -p x-of-y=two words"},
		{"epilot access-token createAccessToken -d @sp\t", "epilot access-token createAccessToken -d @spaced name.json"},
		{"epilot access-token createAccessToken -d \"@sp\t", "epilot access-token createAccessToken -d @spaced name.json"},
		{"epilot access-token createAccessToken -d '@it\t", "epilot access-token createAccessToken -d @it's.json"},
		{"epilot access-token createAccessToken -d \"@do\t", "epilot access-token createAccessToken -d @do$HOME.json"},
		{"epilot access-token createAccessToken -d @do\t", "epilot access-token createAccessToken -d @do$HOME.json"},
	}
}

// typeTabs types each line and lets the shell print the resulting arguments.
func (s *sitting) typeTabs(p *prompttest.Terminal) {
	s.t.Helper()
	p.Wait("READY>")
	for _, row := range append(tabs(), openQuotes()...) {
		keys, want := row[0], row[1]
		p.Type(keys)
		p.Type(lineStart + "show \r")
		p.Wait(words(want) + ".")
	}
	p.Type("epilot access-token getAccessToken" + tab + tab)
	p.Wait("public keys that verify access tokens")
	p.Type(eraseLine)
}

// harmful returns lines that must not be evaluated: the text before the argument at
// the cursor.
func harmful() []string {
	return []string{
		"--json>kept", "-o json>>kept", "-p a=b>kept", "--json> kept", "\"--json\">kept", "2>made", ">'made'",
		"-d @x ./deploy.sh", "-d ';./deploy.sh;'", "-d '{\"a\": \"$(./deploy.sh)\"}'", "-d \"{'$(./deploy.sh)'}\"",
		"--token=$(./deploy.sh)", "--token $(echo $(./deploy.sh))", "--jsonata '$count(./deploy.sh)'",
		"-d @~/x.json", "-d '!!'", "-d !deploy", "-d a\\;./deploy.sh",
	}
}

// harmfulInSh returns such lines in bash and zsh syntax.
func harmfulInSh() []string {
	return []string{
		"--json 12>kept", "--json >|kept", "--json<>kept", "--token x|./deploy.sh>kept;epilot access-token createAccessToken",
		"--token \"a `./deploy.sh`\"", "--token `./deploy.sh`", "--token $(echo $(./deploy.sh) ')')", "--token <(./deploy.sh)",
		"--token ${x:-$(./deploy.sh)}", "-d 'a\\' --token x", "--token $((1+$(./deploy.sh)))",
	}
}

// unfinished returns lines that end inside a command. zsh itself runs one on Tab.
func unfinished() []string {
	return []string{
		"-p \"$(./deploy.sh)", "-p token_type=$(./deploy.sh", "-p `./deploy.sh", "--json>", "--json>ma", "--json &>kept -f na", "--token $'a\\'$(./deploy.sh)' -f na", "$(./deploy.sh) ", "'$(./deploy.sh)' ",
	}
}

// tabChangesNothing types Tab twice after each harmful line: no program except
// epilot runs, and all files stay unchanged.
func (s *sitting) tabChangesNothing(p *prompttest.Terminal, harmful, unfinished []string) {
	s.t.Helper()
	s.file("kept", "KEEP\n", 0o600)
	for _, name := range []string{"deploy.sh", "epilot"} {
		s.file(name, "#!/bin/sh\necho ran > \"$HOME/ran\"\n", 0o700)
	}
	before := s.files()
	check := func(line string) {
		if after := s.files(); !maps.Equal(before, after) {
			s.t.Fatalf("Tab behind %q changed files: %q, before %q", line, after, before)
		}
	}
	const call = "epilot access-token createAccessToken "
	for i, row := range harmful {
		p.Type(fmt.Sprintf("%s%s --org org%d -f na%s", call, row, i, tab))
		p.Wait(fmt.Sprintf("--org org%d -f name=", i))
		p.Type(tab + eraseLine)
		check(row)
	}
	for i, row := range append(unfinished, "./epilot access-token rev") {
		if !strings.HasPrefix(row, "./") {
			row = call + row
		}
		p.Type(row + tab + tab + eraseLine)
		p.Type(fmt.Sprintf("show %d\r", i))
		p.Wait(fmt.Sprintf("<%d>.", i))
		check(row)
	}
	if strings.Contains(p.Text(), "SeCrEt") || strings.Contains(p.Text(), "command not found") {
		s.t.Errorf("the screen shows what it must not:\n%s", p.Text())
	}
	p.Type("exit\r")
	p.Exit()
}

// files returns the contents of the files in the home, except those of the shell.
func (s *sitting) files() map[string]string {
	s.t.Helper()
	found := map[string]string{}
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, entry := range entries {
		if entry.IsDir() || strings.HasPrefix(entry.Name(), ".") {
			continue
		}
		text, err := os.ReadFile(filepath.Join(s.dir, entry.Name()))
		if err != nil {
			s.t.Fatal(err)
		}
		found[entry.Name()] = string(text)
	}
	return found
}

// words returns a line's arguments in the format of show.
func words(line string) string {
	for _, name := range []string{"two words", "spaced name"} {
		line = strings.ReplaceAll(line, name, strings.ReplaceAll(name, " ", "\x00"))
	}
	return strings.ReplaceAll("<"+strings.ReplaceAll(line, " ", "><")+">", "\x00", " ")
}

const bashLibrary = "/usr/share/bash-completion/bash_completion"

// TestTabInBash loads the script in the same way as bash-completion.
func TestTabInBash(t *testing.T) {
	t.Parallel()
	needsLoad(t, "types each line in a shell")
	if _, err := os.Stat(bashLibrary); err != nil {
		t.Skip("no bash-completion here")
	}
	s := sit(t)
	s.work()
	s.file(".bashrc", ". "+bashLibrary+"\n"+show, 0o600)
	s.setUp("bash")
	p := s.shell("bash", "--noprofile", "-i")
	s.typeTabs(p)
	s.tabChangesNothing(p, append(harmful(), harmfulInSh()...), unfinished())
}

// TestTabInBareBash uses bash without bash-completion, which splits arguments at = :
// @.
func TestTabInBareBash(t *testing.T) {
	t.Parallel()
	needsLoad(t, "types each line in a shell")
	s := sit(t)
	s.work()
	s.file(".bashrc", show, 0o600)
	s.setUp("bash")
	p := s.shell("bash", "--noprofile", "-i")
	s.typeTabs(p)
	s.tabChangesNothing(p, append(harmful(), harmfulInSh()...), unfinished())
}

// TestTabWithOptionsOfBash: nothing is evaluated whatever shell options and
// separators are set. Without load, only the hardest ones are tried.
func TestTabWithOptionsOfBash(t *testing.T) {
	t.Parallel()
	for name, options := range map[string]string{
		"line separator": "IFS=$'\\n'",
		"semicolon":      "IFS=';'",
		"colon":          "IFS=:; set -u; shopt -s nullglob extglob nocasematch",
		"no breaks":      "COMP_WORDBREAKS=' '; set -f; shopt -s failglob; set -o posix",
		"all breaks":     "COMP_WORDBREAKS=$' \\t\\n\"\\'@><=;|&(:,{}'; shopt -s histverify; set -H",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if name != "all breaks" {
				needsLoad(t, "types each line in a shell")
			}
			s := sit(t)
			s.work()
			s.file(".bashrc", show+options+"\n", 0o600)
			s.setUp("bash")
			p := s.shell("bash", "--noprofile", "-i")
			p.Wait("READY>")
			s.tabChangesNothing(p, append(harmful(), harmfulInSh()...), unfinished())
		})
	}
}

func TestTabInZsh(t *testing.T) {
	t.Parallel()
	needsLoad(t, "types each line in a shell")
	s := sit(t)
	s.work()
	s.file(".zshrc", "bindkey -e\n"+show, 0o600)
	s.setUp("zsh")
	p := s.shell("zsh", "-i")
	p.Ask("READY>", "epilot access-token revokeAccessToken "+tab)
	p.Wait("id: string")
	p.Type(eraseLine)
	s.typeTabs(p)
	s.tabChangesNothing(p, append(harmful(), harmfulInSh()...), nil)
}

func TestTabInFish(t *testing.T) {
	t.Parallel()
	needsLoad(t, "types each line in a shell")
	s := sit(t)
	s.work()
	s.file("config/fish/config.fish", "function fish_prompt; echo -n 'READY> '; end\nfunction show; printf '<%s>' $argv; echo .; end\nset -g fish_greeting\nset -g fish_autosuggestion_enabled 0\n", 0o600)
	s.setUp("fish")
	p := s.shell("fish", "-i")
	s.typeTabs(p)
	s.tabChangesNothing(p, harmful(), append(harmfulInSh(), unfinished()...))
}
