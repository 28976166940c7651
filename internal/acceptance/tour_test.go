package acceptance

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestTour runs the shell commands of each documentation page, in order, in one
// shell with an empty home and no network: a fence with the language sh can be
// pasted as is. Fences that need an account, a browser or a network have the
// language console. A command exits with 0, unless its comment begins with another
// status: "# status 1".
func TestTour(t *testing.T) {
	t.Parallel()
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("bash is not installed")
	}
	pages, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	topics, err := filepath.Glob("../../internal/help/topics/*.md")
	if err != nil || len(topics) == 0 {
		t.Fatalf("no topics: %v", err)
	}
	for _, page := range append(append(pages, topics...), "../../README.md") {
		commands := shellCommands(t, page)
		if strings.TrimSpace(commands) == "" {
			continue
		}
		t.Run(filepath.Base(page), func(t *testing.T) {
			t.Parallel()
			paste(t, bash, commands)
		})
	}
}

// shellCommands returns the lines of the sh fences of a page. They keep their line
// numbers, which bash prints in errors.
func shellCommands(t *testing.T, page string) string {
	t.Helper()
	port := freePort(t)
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	var commands strings.Builder
	inside := false
	for line := range strings.Lines(string(text)) {
		fence := strings.HasPrefix(line, "```")
		if inside && !fence {
			commands.WriteString(withStatus(withServer(line, port)))
		} else {
			commands.WriteString("\n")
		}
		if fence {
			inside = strings.TrimSpace(line) == "```sh"
		}
	}
	return commands.String()
}

// withServer returns the line with its mock in the background, on a free port.
func withServer(line, port string) string {
	rest, serves := strings.CutPrefix(strings.ReplaceAll(line, "4010", port), "epilot mock")
	if !serves || strings.TrimSpace(rest) != "" && !strings.HasPrefix(rest, " -") {
		return strings.ReplaceAll(line, "4010", port)
	}
	if !strings.Contains(rest, "--port") {
		rest = " --port " + port + rest
	}
	return "serve epilot mock" + rest
}

// withStatus returns a line whose comment gives its exit status: "# status 1".
func withStatus(line string) string {
	command, status, says := strings.Cut(strings.TrimRight(line, "\n"), "# status ")
	if !says {
		return line
	}
	return "ended=0; { " + command + "; } || ended=$?; [ $ended = " + status + " ]\n"
}

func freePort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	return port
}

// preamble reports which command failed, and lets a server run until the next one
// starts. The tests do not run themselves, and a short run builds nothing.
const preamble = `set -eEuo pipefail
trap 'stop || true' EXIT
trap 'echo "line $LINENO failed with $?: $BASH_COMMAND" >&2' ERR
server=
serve() {
  stop
  coproc SERVER { exec "$@" 2>&1; }
  server=$SERVER_PID
  local line
  read -r line <&"${SERVER[0]}"
}
stop() {
  [ -n "$server" ] || return 0
  kill -INT "$server"
  wait "$server"
  server=
}
go() {
  case "$TOUR_SHORT$1" in
    *test) ;;
    shortrun) epilot "${@:3}" ;;
    shortbuild) ;;
    *) command go "$@" ;;
  esac
}
. "$1"
stop
`

func paste(t *testing.T, bash, commands string) {
	t.Helper()
	session := t.TempDir()
	folder, home := filepath.Join(session, "epilot"), filepath.Join(session, "home")
	script := filepath.Join(session, "tour.sh")
	if err := giveMockKey(filepath.Join(home, ".local", "state")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(script, []byte(commands), 0o600); err != nil {
		t.Fatal(err)
	}
	short := "short"
	if strings.Contains(commands, "go build") && withLoad() {
		short = ""
	}
	checkout(t, folder, short == "")
	cmd := exec.CommandContext(t.Context(), bash, "-c", preamble, "bash", script)
	cmd.Dir, cmd.WaitDelay = folder, time.Second
	cmd.Env = append(goEnv(t), "HOME="+home, "PATH="+os.Getenv("PATH"), "TOUR_SHORT="+short,
		"EPILOT_CREDENTIAL_STORE=file", "HTTPS_PROXY=http://127.0.0.1:1", "HTTP_PROXY=http://127.0.0.1:1", "GORACE=atexit_sleep_ms=0")
	if printed, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, printed)
	}
}

// checkout copies the program's sources if something is built, so that the tour
// leaves nothing in the repository.
func checkout(t *testing.T, folder string, sources bool) {
	t.Helper()
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if !sources {
		return
	}
	for _, name := range []string{"cmd", "internal", "profiles", "completions"} {
		if err := os.CopyFS(filepath.Join(folder, name), os.DirFS("../../"+name)); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"main.go", "go.mod", "go.sum"} {
		text, err := os.ReadFile("../../" + name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// goEnv lets go find its caches without their usual home; with -trimpath it finds
// there what it built from another folder.
func goEnv(t *testing.T) []string {
	t.Helper()
	names := []string{"GOCACHE", "GOMODCACHE", "GOPROXY", "GOSUMDB"}
	values, err := exec.Command("go", append([]string{"env"}, names...)...).Output()
	if err != nil {
		t.Fatal(err)
	}
	env := []string{"GOFLAGS=-trimpath"}
	for i, value := range strings.Split(strings.TrimRight(string(values), "\n"), "\n") {
		env = append(env, names[i]+"="+value)
	}
	return env
}
