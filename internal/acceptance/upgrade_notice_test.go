//go:build unix

package acceptance

import (
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/epilot-cli/epilot/internal/prompt/prompttest"
	"github.com/epilot-cli/epilot/internal/upgrade"
)

const newsLine = "news: epilot 1.1.0 is available (this is 1.0.0); run: epilot upgrade"

// shows runs the program in a terminal and returns its final screen.
func (m *machine) shows(args ...string) string {
	m.Helper()
	p := m.types(args...)
	exits(m.T, p, 0)
	return p.Text()
}

func (m *machine) types(args ...string) *prompttest.Terminal {
	m.Helper()
	m.stock()
	cmd := exec.Command(m.program, args...)
	cmd.Env, cmd.Dir = m.env, m.dir
	return prompttest.Start(m, cmd, 100, 30)
}

func (m *machine) state() string {
	return filepath.Join(m.dir, ".local", "state", "epilot", "upgrade.json")
}

// knows writes what an earlier command may have found.
func (m *machine) knows(latest string, told, checked time.Duration) {
	m.Helper()
	now := time.Now()
	memory := upgrade.Memory{Latest: latest, Notified: now.Add(-told), Checked: now.Add(-checked)}
	if err := memory.Write(m.state()); err != nil {
		m.Fatal(err)
	}
}

// remembers waits until the background process has stored the latest version.
func (m *machine) remembers(latest string) {
	m.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for upgrade.ReadMemory(m.state()).Latest != latest {
		<-tick.C
	}
}

// notice: the first command queries the feed in the background, the next prints the
// result after its own output, and the one after that nothing.
func notice(t *testing.T, b builds) {
	m := b.machine(t)
	m.release(b, "1.1.0")
	if text := m.shows("config", "path"); strings.Contains(text, "news") {
		t.Errorf("got %s", text)
	}
	m.remembers("1.1.0")
	text := m.shows("config", "path")
	if !strings.HasSuffix(strings.TrimSpace(text), newsLine) || !strings.HasPrefix(text, m.dir) {
		t.Errorf("got %s", text)
	}
	if text := m.shows("config", "path"); strings.Contains(text, "news") {
		t.Errorf("again: got %s", text)
	}
	if out, _ := m.runs(0, m.program, "upgrade"); !strings.Contains(out, "is now 1.1.0") {
		t.Errorf("got %s", out)
	}
	m.knows("1.1.0", 48*time.Hour, 0)
	if text := m.shows("config", "path"); strings.Contains(text, "news") {
		t.Errorf("upgraded: got %s", text)
	}
}

// nobodyToTell: without a user at a terminal, or if the user turned notices off,
// nothing is printed, requested or written.
func nobodyToTell(t *testing.T, b builds) {
	for name, row := range map[string]struct {
		env  string
		args []string
	}{
		"CI":         {"CI=true", nil},
		"Jenkins":    {"BUILD_NUMBER=17", nil},
		"variable":   {"EPILOT_NO_UPDATE_NOTIFIER=1", nil},
		"setting":    {"EPILOT_UPDATE_NOTICE=never", nil},
		"JSON":       {"", []string{"--json"}},
		"check":      {"", []string{"upgrade", "--check"}},
		"no home":    {"HOME=", nil},
		"broken":     {"EPILOT_UPDATE_NOTICE=perhaps", nil},
		"completion": {"", []string{"__complete", ""}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := b.machine(t)
			m.release(b, "1.1.0")
			m.knows("1.1.0", 48*time.Hour, 48*time.Hour)
			before := m.read(m.state())
			m.env = append(m.env, row.env)
			args := append([]string{"--version"}, row.args...)
			if row.args != nil && !strings.HasPrefix(row.args[0], "--") {
				args = row.args
			}
			p := m.types(args...)
			p.Exit()
			if text := p.Text(); strings.Contains(text, "news") || text == "" {
				t.Errorf("got %s", text)
			}
			if m.read(m.state()) != before {
				t.Error("it wrote its state")
			}
		})
	}
	m := b.machine(t)
	m.knows("1.1.0", 48*time.Hour, 48*time.Hour)
	if out, errs := m.runs(0, m.program, "--version"); out != "epilot 1.0.0\n" || errs != "" {
		t.Errorf("no terminal: got %q, %q", out, errs)
	}
}

// silentFeed: a command ends although the feed has not responded, and the feed is
// not queried again that day.
func silentFeed(t *testing.T, b builds) {
	m := b.machine(t)
	asked, release := make(chan bool, 1), make(chan struct{})
	silent := m.serve(func(http.ResponseWriter, *http.Request) {
		asked <- true
		<-release
	})
	t.Cleanup(func() { close(release) })
	m.env = append(m.env, "EPILOT_RELEASES_URL="+silent.URL)
	m.shows("--version")
	<-asked
	if memory := upgrade.ReadMemory(m.state()); memory.Latest != "" || memory.Due(time.Now()) {
		t.Errorf("got %+v", memory)
	}
}
